/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/curvature.h"

G_BEGIN_DECLS

/* A preconditioner for the Hessian of J with classes: each class's own block, factored. */
typedef struct _AyClassBlocks AyClassBlocks;

/* Whether it is made for this head at all: classes, and factors that fit. */
gboolean ay_class_blocks_suit (const AyHead *head);
/* `at`, made with this problem and head, has been moved to the point. The blocks may cost what
 * `worth` products with the Hessian do: more rows, fewer rounds. NOMEM, CANCELLED, NOT_CONVERGED
 * where float is too short for them. */
AyClassBlocks *ay_class_blocks_new (const AyProblem *problem, const AyHead *head,
                                    const AyCurvature *at, double worth, AyJob *job,
                                    GError **error);
void ay_class_blocks_free (AyClassBlocks *self);
/* An AyOperator: out = M^-1 in for k vectors, class sums zero. */
gboolean ay_class_blocks_apply (gpointer self, const double *in, gsize k, double *out, AyJob *job,
                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyClassBlocks, ay_class_blocks_free)

G_END_DECLS
