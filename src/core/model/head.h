/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/problem.h"

G_BEGIN_DECLS

/* The model that effects are computed for: multinomial softmax regression (also for two classes)
 * or ridge, L2 on all but the intercept, on standardised features.
 *
 * Sum form. Softmax: J(W, b) = lambda/2 |W|^2 + sum_i w_i l_i, l_i = -log p_i[y_i],
 * p_i = softmax(W z_i + b). Ridge: J(v, b) = lambda/2 |v|^2 + 1/2 sum_i w_i (v.z_i + b - t_i)^2.
 * z = (x - centre) * inv_scale. Among equivalent b the one with sum zero is kept. */
typedef struct
{
  gatomicrefcount ref;
  guint n_classes;   /* 0: ridge */
  guint n_outputs;   /* n_classes, or 1 for ridge */
  gsize d;           /* features */
  double *weights;   /* n_outputs x d, row-major, for standardised features */
  double *intercept; /* n_outputs */
  float *centre;     /* d; the training mean rounded to float (any centre is as good: the
                        intercept takes it up) */
  float *inv_scale;  /* d; scale / standard deviation (population, as scikit-learn), 0 for a
                        constant column */
  double lambda;     /* sum form */
  double sum_weight; /* of the training rows */
  char *lambda_note; /* one sentence: where lambda comes from */

  /* the certificate */
  double objective;     /* J at the solution, recomputed in double */
  double loss;          /* mean training loss without the penalty */
  double gradient_norm; /* max norm of the gradient of J / sum_weight, in double */
  double tolerance;
  guint iterations;
  const char *solver;   /* static string */
} AyHead;

typedef struct
{
  double lambda_mean; /* L2 on the mean loss; lambda = sum of weights x lambda_mean */
  double lambda;      /* > 0: overrides lambda_mean (sum form) */
  gboolean lambda_auto; /* choose lambda_mean by folds inside train */
  gboolean standardise; /* else centre = 0, scale = 1 */
  double scale;         /* the standardised features times this */
  double tolerance;     /* max norm of the gradient of the mean objective (ridge: times the
                           spread of the target); under lambda_mean < 1e-3 the solver goes on
                           beyond it in proportion, as the weights' error is
                           |gradient| / lambda_mean at worst */
  guint max_iterations;
  guint64 seed;
} AyHeadOptions;
#define AY_HEAD_OPTIONS_INIT { 1e-3, 0.0, FALSE, TRUE, 1.0, 1e-8, 500, 0 }

/* Fits to train's rows. warm (nullable): start there AND keep its lambda, centre, scale and
 * classes (a refit with other weights). Errors: RANGE (options; one class only; no rows),
 * NOT_CONVERGED (names the gradient norm reached), CANCELLED, NOMEM. Same bytes for any number of
 * threads. */
AyHead *ay_head_fit (const AyProblem *train, const AyHeadOptions *options, const AyHead *warm,
                     AyJob *job, GError **error);
AyHead *ay_head_ref (AyHead *self);
/* Another head with the same content, to be changed by its owner. (transfer full) */
AyHead *ay_head_copy (const AyHead *from);
void ay_head_unref (AyHead *self);
/* The whole head, for the same machine. (transfer full); reading: NULL and AY_ERROR_INPUT. */
GBytes *ay_head_to_bytes (const AyHead *self);
AyHead *ay_head_from_bytes (GBytes *bytes, GError **error);

/* Outputs for rows of a matrix, count x n_outputs, row-major: softmax probabilities, or the ridge
 * prediction. */
gboolean ay_head_predict (const AyHead *self, const AyMatrix *features, const guint32 *rows,
                          gsize count, double *out, AyJob *job, GError **error);
/* The same for rows of the features of `on`, shared out to its ranks; each has all in the end. */
gboolean ay_head_predict_shared (const AyHead *self, const AyProblem *on, const guint32 *rows,
                                 gsize count, double *out, AyJob *job, GError **error);

/* How well a head does on a problem's rows. */
typedef struct
{
  gsize n;
  double loss;     /* weighted mean: log-loss in nats, or half the squared error */
  double accuracy; /* weighted share right; ridge: R2 */
} AyFit;
gboolean ay_head_evaluate (const AyHead *self, const AyProblem *on, AyFit *fit, AyJob *job,
                           GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyHead, ay_head_unref)

G_END_DECLS
