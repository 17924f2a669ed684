/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* The Hessian of J (sum form) at a fitted head, and solves with it: dense Cholesky up to a number
 * of parameters, cached; preconditioned conjugate gradients above. A parameter vector has
 * n_outputs x (d + 1) doubles, class by class, features then intercept. For softmax the null
 * direction (all intercepts moved together) is eliminated: solutions have intercepts summing to
 * zero, right-hand sides must be consistent (class sums zero), as gradients are. */
typedef struct _AyHessian AyHessian;

typedef struct
{
  gsize dense_limit;  /* parameters up to which it is factored; 0 = default */
  double tolerance;   /* relative residual of CG */
  guint max_iterations;
} AyHessianOptions;
#define AY_HESSIAN_OPTIONS_INIT { 0, 1e-8, 2000 }

AyHessian *ay_hessian_new (const AyProblem *train, const AyHead *head,
                           const AyHessianOptions *options, AyJob *job, GError **error);
void ay_hessian_free (AyHessian *self);
gsize ay_hessian_n_parameters (const AyHessian *self);
gboolean ay_hessian_is_dense (const AyHessian *self);
/* rhs: k vectors, replaced by the solutions. *residual (nullable): the largest relative residual,
 * measured. NOT_CONVERGED names it. */
gboolean ay_hessian_solve (AyHessian *self, double *rhs, gsize k, double *residual, AyJob *job,
                           GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyHessian, ay_hessian_free)

G_END_DECLS
