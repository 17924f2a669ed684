/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/curvature.h"

G_BEGIN_DECLS

/* out: the Hessian of J at the present point of `at`, in reduced coordinates (reduced.h): r x r
 * doubles, r = (C - 1)(d + 1), symmetric, positive definite. wide: products in double. */
gboolean ay_dense_hessian_build (const AyProblem *problem, const AyHead *head,
                                 const AyCurvature *at, gboolean wide, double *out, AyJob *job,
                                 GError **error);
/* In place: lower triangle (row-major upper) to its Cholesky factor; the factor to the inverse,
 * both triangles. NOT_CONVERGED when not positive definite. */
gboolean ay_dense_factor (double *a, gsize r, GError **error);
gboolean ay_dense_invert (double *factor, gsize r, GError **error);

G_END_DECLS
