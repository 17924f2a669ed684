/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/hessian.h"

G_BEGIN_DECLS

/* Leave-one-out for every training row by one Newton step with the row's own curvature taken out
 * (approximate leave-one-out, ALO), refitting the rows where one step is not enough. */
typedef struct
{
  gsize n;
  guint n_outputs;
  double *output;     /* n x n_outputs: left-out probabilities (ridge: left-out prediction) */
  double *effect;     /* (nullable) n: target loss without the row minus with it: > 0 = helpful,
                         evaluated at theta without the row, not linearised */
  double *leverage;   /* n: largest eigenvalue of W K */
  guint8 *refitted;   /* n: 1 where the row was refitted */
  gsize n_refitted;
  gboolean by_folds;  /* output comes from k folds: no acceptable leverage at this size */
  char *method;       /* one sentence for the certificate */
} AyLoo;

typedef struct
{
  const AyProblem *target;  /* (nullable) the loss whose change is wanted */
  double refit_above;       /* eigenvalue from which a row is refitted */
  gsize max_refits;         /* rows beyond keep the one-step value, and are counted */
  guint64 seed;
} AyLooOptions;
#define AY_LOO_OPTIONS_INIT { NULL, 0.5, 200, 0 }

AyLoo *ay_loo_new (const AyProblem *train, const AyHead *head, AyHessian *hessian,
                   const AyLooOptions *options, AyJob *job, GError **error);
void ay_loo_free (AyLoo *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyLoo, ay_loo_free)

G_END_DECLS
