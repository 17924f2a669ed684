/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* Passes over the data for the softmax objective, divided by the sum of weights:
 * f(theta) = lambda/(2 sw) |W|^2 + (1/sw) sum_i w_i l_i(theta). theta has n_classes x (d + 1)
 * doubles, class by class, features then intercept, and sums to zero over the classes. For the
 * solvers of heads only. */
typedef struct _AySoftmax AySoftmax;

/* Borrows problem and head, of which n_classes, d, centre, inv_scale, lambda and sum_weight are
 * read, and job (nullable). NOMEM. */
AySoftmax *ay_softmax_new (const AyProblem *problem, const AyHead *head, AyJob *job,
                           GError **error);
void ay_softmax_free (AySoftmax *self);
gsize ay_softmax_n_parameters (const AySoftmax *self);

/* In float: theta is rounded to float, products are float, their sums over rows double. In double:
 * everything. */
typedef enum { AY_PASS_FAST, AY_PASS_EXACT } AyPassKind;

typedef struct
{
  double objective; /* f */
  double loss;      /* f without the penalty */
  double spread;    /* mean of 1 - sum of squared probabilities */
} AySoftmaxValue;

/* Puts theta where a pass of this kind sees it exactly: rounded for fast ones, the last class minus
 * the sum of the others. */
void ay_softmax_settle (const AySoftmax *self, AyPassKind kind, double *theta);

/* f and its gradient at theta. */
gboolean ay_softmax_gradient (AySoftmax *self, AyPassKind kind, const double *theta,
                              AySoftmaxValue *value, double *gradient, GError **error);

/* Where the following products are taken. */
void ay_softmax_set_point (AySoftmax *self, const double *theta);
/* product = (Hessian of f at the point) v. */
gboolean ay_softmax_product (AySoftmax *self, AyPassKind kind, const double *v, double *product,
                             GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySoftmax, ay_softmax_free)

G_END_DECLS
