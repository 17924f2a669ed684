/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/score/context.h"

G_BEGIN_DECLS

/* S = H^-1 g, g the gradient of the target's mean loss, as the score influence has it: that of a
 * training row is w r . (S z). p doubles, class by class, features then intercept. Errors: those of
 * the head and of solves. (transfer full) */
double *ay_influence_direction (AyScoreContext *context, AyJob *job, GError **error);

G_END_DECLS
