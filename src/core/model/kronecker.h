/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/curvature.h"

G_BEGIN_DECLS

/* A preconditioner for the Hessian of J at a point: (mean curvature over classes) (x) (weighted
 * second moment of the features) + lambda. */
typedef struct _AyKronecker AyKronecker;

/* `at` has been moved to the point. NOMEM, CANCELLED. */
AyKronecker *ay_kronecker_new (const AyProblem *problem, const AyHead *head, const AyCurvature *at,
                               AyJob *job, GError **error);
void ay_kronecker_free (AyKronecker *self);
/* An AyOperator: out = M^-1 in for k vectors. */
gboolean ay_kronecker_apply (gpointer self, const double *in, gsize k, double *out, AyJob *job,
                             GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyKronecker, ay_kronecker_free)

G_END_DECLS
