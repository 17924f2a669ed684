/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* An approximate inverse of the softmax Hessian, at first the same for all classes:
 * (h Z^T Z / n + (lambda / sum of weights) I)^-1, with Z^T Z / n from a seeded sample of rows and
 * h the mean curvature of a class. Where the features are too many for a d x d matrix to pay, its
 * diagonal. For the solvers of heads only. */
typedef struct _AyMetric AyMetric;

/* Borrows problem and head. */
AyMetric *ay_metric_new (const AyProblem *problem, const AyHead *head, AyJob *job, GError **error);
void ay_metric_free (AyMetric *self);
/* Sets h; costs d^3 when it moved by more than half since the last time. */
void ay_metric_set_curvature (AyMetric *self, double h);
/* From now on the inverse of each class's own block at theta (class_blocks.h), where that pays.
 * Costs some four passes over the data. CANCELLED, NOMEM. */
gboolean ay_metric_refine (AyMetric *self, const double *theta, AyJob *job, GError **error);
/* out = inverse x in, n_classes x (d + 1); may be the same. */
void ay_metric_apply (AyMetric *self, const double *in, double *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyMetric, ay_metric_free)

G_END_DECLS
