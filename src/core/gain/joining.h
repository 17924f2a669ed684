/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/hessian.h"

G_BEGIN_DECLS

/* What each row that was not fitted would bring, were it added to the fit: out (on->n) is the fall
 * of the mean loss of the others of `on`; NaN for a row of weight 0 or without others. hessian: of
 * the head. Errors: UNSUPPORTED (above the Hessian's dense limit), CANCELLED, NOMEM. Cost: that of
 * leave-one-out over these rows, on->n^2 outputs among it. */
gboolean ay_joining_gain (const AyProblem *on, const AyHead *head, AyHessian *hessian, double *out,
                          AyJob *job, GError **error);

G_END_DECLS
