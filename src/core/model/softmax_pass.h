/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* Passes over the data for the softmax objective, divided by the sum of weights:
 * f(theta) = lambda/(2 sw) |W|^2 + (1/sw) sum_i w_i l_i(theta). theta has n_classes x (d + 1)
 * doubles, class by class, features then intercept. For the solvers of heads only. */
typedef struct _AySoftmax AySoftmax;

/* Borrows problem and head, of which n_classes, d, centre, inv_scale, lambda and sum_weight are
 * read. NOMEM. */
AySoftmax *ay_softmax_new (const AyProblem *problem, const AyHead *head, GError **error);
void ay_softmax_free (AySoftmax *self);
gsize ay_softmax_n_parameters (const AySoftmax *self);

/* f, the mean loss (f without the penalty; nullable) and the gradient (nullable) at theta. */
typedef struct
{
  double objective, loss;
} AySoftmaxValue;
gboolean ay_softmax_gradient (AySoftmax *self, const double *theta, AySoftmaxValue *value,
                              double *gradient, AyJob *job, GError **error);
/* product = (Hessian of f at theta) v. */
gboolean ay_softmax_product (AySoftmax *self, const double *theta, const double *v,
                             double *product, AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySoftmax, ay_softmax_free)

G_END_DECLS
