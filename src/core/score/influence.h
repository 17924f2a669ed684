/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/score/context.h"

G_BEGIN_DECLS

/* S = H^-1 g, g the gradient of the target's mean loss, as the score influence has it: that of a
 * training row is w r . (S z). p doubles, class by class, features then intercept. Errors: those of
 * the head and of solves. (transfer full) */
double *ay_influence_direction (AyScoreContext *context, AyJob *job, GError **error);

/* For owners who keep their rows (work_owners.h), where no one has the Hessian. The gradients of
 * the target's mean loss and of the difference of its halves, into s (2 p): of the target and the
 * head alone, so that all owners have the same. Errors: RANGE, NOMEM. */
gboolean ay_influence_gradients (AyScoreContext *context, double *s, AyJob *job, GError **error);
/* To which relative residuals they are to be solved. */
extern const double ay_influence_tolerances[2];
/* H^-1 times these (2 p, copied), by `rounds` products to the relative residual of the first. Only
 * before anything is computed. */
void ay_influence_set_solved (AyScoreContext *context, const double *s, gsize p, double residual,
                              guint rounds);

G_END_DECLS
