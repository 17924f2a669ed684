/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/hessian.h"

G_BEGIN_DECLS

/* Leave-one-out for every training row by one Newton step with the row's own curvature taken out
 * (approximate leave-one-out, ALO: Rad and Maleki 2020; Beirami et al. 2017), refitting the rows
 * where one step is not enough. Exact for ridge. Above the Hessian's dense limit: by five folds. */
typedef struct
{
  gsize n;
  guint n_outputs;
  double *output;     /* n x n_outputs: left-out probabilities (ridge: left-out prediction), by
                         one step unless refit_outputs; NaN for the only row of its class, which
                         has no finite optimum without it */
  double *effect;     /* (nullable) n: target loss without the row minus with it: > 0 = helpful,
                         evaluated at theta without the row, not linearised; NaN as output */
  double *error;      /* (nullable) n: standard error of effect over the target's rows; NaN where
                         it was not evaluated row by row */
  double *half[2];    /* (nullable) n each: the effect by one step on the target's rows at even, and
                         at odd positions; NaN as error */
  double *self;       /* (nullable) n: first-order effect on the row's own loss, w r^T K r */
  double *leverage;   /* (nullable) n: largest eigenvalue of w W K */
  guint8 *refitted;   /* n: 1 where the row was refitted */
  gsize n_refitted;
  gsize n_above;      /* rows above refit_above, refitted or not */
  gsize n_linear;     /* rows whose effect is linearised */
  gsize n_only;       /* rows that are the only one of their class */
  gboolean by_folds;  /* output comes from k folds: no exact leverage at this size */
  char *method;       /* one sentence for the certificate */
} AyLoo;

typedef struct
{
  const AyProblem *target;  /* (nullable) the loss whose change is wanted */
  double refit_above;       /* eigenvalue from which a row is refitted */
  gsize max_refits;         /* rows beyond keep the one-step value, and are counted */
  double max_flop;          /* above it effects are linearised but for the largest */
  gsize n_evaluated;        /* how many of the largest are then evaluated */
  guint64 seed;             /* of the folds */
  gboolean refit_outputs;   /* refitted rows' outputs too: nearer to retraining, but as a ranking
                               of labels worse (measured: AUPRC of planted errors .956 against
                               .964 on digits at lambda_mean 1e-3) */
  gboolean folds;           /* by five folds at any size */
} AyLooOptions;
#define AY_LOO_OPTIONS_INIT { NULL, 0.5, 200, 4e11, 1000, 0, FALSE, FALSE }

/* Errors: as ay_hessian_inverse and ay_head_fit; CANCELLED, NOMEM. */
AyLoo *ay_loo_new (const AyProblem *train, const AyHead *head, AyHessian *hessian,
                   const AyLooOptions *options, AyJob *job, GError **error);
void ay_loo_free (AyLoo *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyLoo, ay_loo_free)

G_END_DECLS
