/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/loo.h"
#include "core/model/target_effect.h"

G_BEGIN_DECLS

/* Leave-one-out's two halves, for loo.c and for scores that want a part of it. */

/* Fills output, self and leverage from the inverse Hessian, and q (n x m, reduced): theta without
 * row i = theta + w_i H^-1 (q_i (x) z_i). */
gboolean ay_loo_leverage (AyLoo *self, const AyProblem *train, const AyHead *head,
                          const double *inverse, double *q, AyJob *job, GError **error);

/* The same for rows that were not fitted and are put in, each at weight 1: theta with row i =
 * theta - H^-1 (q_i (x) z_i); output is theirs then. Of self no more than output is filled. */
gboolean ay_loo_join (AyLoo *self, const AyProblem *joining, const AyHead *head,
                      const double *inverse, double *q, AyJob *job, GError **error);

/* Effects on the target at theta without each of rows[0..count-1] (nullable: 0..count-1), into
 * effect and error by row. */
gboolean ay_loo_evaluate (AyLoo *self, const AyProblem *train, const AyHead *head,
                          const double *inverse, const double *q, const AyTargetLoss *target,
                          const guint32 *rows, gsize count, AyJob *job, GError **error);
/* Linearised effects w_i q_i^T S z_i of all rows; s: p doubles, H^-1 times the target's gradient,
 * q: n x n_outputs, not reduced. */
gboolean ay_loo_linear (const AyProblem *train, const AyHead *head, const double *q,
                        const double *s, double *effect, AyJob *job, GError **error);
/* What evaluating one row on a target of `rows` rows costs. */
double ay_loo_evaluation_flop (const AyHead *head, gsize rows);

G_END_DECLS
