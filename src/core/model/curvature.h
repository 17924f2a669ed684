/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* The objective J (sum form, head.h) of a problem at a point theta: its value, gradient and
 * curvature, for the solvers of effects. theta has n_outputs x (d + 1) doubles, class by class,
 * features then intercept. Scaling, lambda and classes are the head's; the weights may be others
 * than the problem's (rows removed have weight 0). Same bytes for any number of threads. */
typedef struct _AyCurvature AyCurvature;

/* Borrows problem and head; copies weight (nullable: the problem's own). wide: products in double,
 * else in float with sums in double. NOMEM. */
AyCurvature *ay_curvature_new (const AyProblem *problem, const AyHead *head, const double *weight,
                               gboolean wide, GError **error);
void ay_curvature_free (AyCurvature *self);

/* Whether double products are cheap for this problem (some milliseconds). */
gboolean ay_curvature_wide_is_cheap (const AyProblem *problem, const AyHead *head);

gsize ay_curvature_n_parameters (const AyCurvature *self);
/* n weights in force. */
const double *ay_curvature_weight (const AyCurvature *self);

/* Goes to theta: J without the penalty (nullable) and its gradient with the penalty (nullable). */
gboolean ay_curvature_move (AyCurvature *self, const double *theta, double *loss,
                            double *gradient, AyJob *job, GError **error);
/* out (k x p) = H v for k vectors at the present point. */
gboolean ay_curvature_product (AyCurvature *self, const double *v, gsize k, double *out,
                               AyJob *job, GError **error);
/* out (n x n_outputs) = outputs of every row under the parameters v. */
gboolean ay_curvature_outputs (AyCurvature *self, const double *v, double *out, AyJob *job,
                               GError **error);
/* out (p) = sum over rows of q_i (x) z_i, q n x n_outputs; no penalty. */
gboolean ay_curvature_gather (AyCurvature *self, const double *q, double *out, AyJob *job,
                              GError **error);
/* out (n x k): w_i r_i . (s_v z_i) for k vectors s_v, r_i = p_i - y_i (ridge: prediction - target)
 * at the present point: the first-order effect of row i on a loss whose gradient times H^-1 is
 * s_v. */
gboolean ay_curvature_effect (AyCurvature *self, const double *s, gsize k, double *out, AyJob *job,
                              GError **error);
/* Probabilities of row i at the present point (1 for ridge), n_outputs doubles. */
void ay_curvature_probability (const AyCurvature *self, gsize i, double *p);
/* The same of one class of a softmax head. */
double ay_curvature_probability_of (const AyCurvature *self, gsize i, guint c);

/* r_i = p_i - y_i (ridge: prediction - target) of row i at the present point, n_outputs doubles. */
void ay_curvature_residual (const AyCurvature *self, gsize i, double *r);

/* Rows first..first+count-1 of a problem, standardised, a last column of 1: count x (d + 1). */
void ay_curvature_rows (const AyProblem *problem, const AyHead *head, gsize first, gsize count,
                        float *z);
/* theta of a head, p doubles, and back (weights and intercept only). */
void ay_curvature_from_head (const AyHead *head, double *theta);
void ay_curvature_to_head (const double *theta, AyHead *head);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyCurvature, ay_curvature_free)

G_END_DECLS
