/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/curvature.h"

G_BEGIN_DECLS

/* The Hessian of J (sum form) at a fitted head, and solves with it: a dense Cholesky factor where
 * that is cheap, else preconditioned conjugate gradients, refined with products in double. A
 * parameter vector has n_outputs x (d + 1) doubles, class by class, features then intercept. For
 * softmax the null direction (all intercepts moved together) is eliminated: solutions have
 * intercepts summing to zero, as from the pseudo-inverse; a right-hand side's component along it is
 * left out. Used from one thread at a time. */
typedef struct _AyHessian AyHessian;

typedef struct
{
  gsize dense_limit;  /* parameters up to which a matrix may be made at all; 0 = default, 6000:
                         288 MB, about 4 s for 60000 x 512 with 10 classes */
  double tolerance;   /* relative residual */
  guint max_iterations;
} AyHessianOptions;
#define AY_HESSIAN_OPTIONS_INIT { 0, 1e-8, 2000 }

/* Cheap: nothing is built until a solve needs it. */
AyHessian *ay_hessian_new (const AyProblem *train, const AyHead *head,
                           const AyHessianOptions *options, AyJob *job, GError **error);
void ay_hessian_free (AyHessian *self);
/* The Hessian of J over more rows than `train`, in reduced coordinates (reduced.h), in place of
 * train's own: all solves are with it. Copied. NOMEM. */
gboolean ay_hessian_set_matrix (AyHessian *self, const double *matrix, GError **error);
/* Solves by conjugate gradients with another's matrix or preconditioner, of a point nearby and the
 * same sizes, in place of one of its own. other outlives it. */
void ay_hessian_lean_on (AyHessian *self, AyHessian *other);
/* Makes the matrix now, for many to lean on, where the limit allows it and it is worth `solves`
 * solves; else the preconditioner. */
gboolean ay_hessian_prepare (AyHessian *self, gsize solves, AyJob *job, GError **error);
gsize ay_hessian_n_parameters (const AyHessian *self);
/* Whether it is held as a matrix now. */
gboolean ay_hessian_is_dense (const AyHessian *self);
/* Whether the limit allows a matrix. */
gboolean ay_hessian_can_be_dense (const AyHessian *self);
/* rhs: k vectors, replaced by the solutions. *residual (nullable): the largest relative residual,
 * measured. NOT_CONVERGED names it. */
gboolean ay_hessian_solve (AyHessian *self, double *rhs, gsize k, double *residual, AyJob *job,
                           GError **error);
/* The same to a looser tolerance (> the options' one), for a score rather than a reference. Of many
 * solves with a matrix, to 1e-6 or looser, the residual is measured on 16; where those are not
 * within the tolerance, on all. */
gboolean ay_hessian_solve_to (AyHessian *self, double *rhs, gsize k, double tolerance,
                              double *residual, AyJob *job, GError **error);
/* The same from a guess (nullable): k vectors near the solutions. */
gboolean ay_hessian_solve_from (AyHessian *self, double *rhs, const double *guess, gsize k,
                                double tolerance, double *residual, AyJob *job, GError **error);
/* The inverse in reduced coordinates (reduced.h): r x r doubles, r = max(C - 1, 1) (d + 1), owned
 * by the Hessian. UNSUPPORTED above the limit. (transfer none) */
const double *ay_hessian_inverse (AyHessian *self, AyJob *job, GError **error);
/* out = M^-1 in for k vectors, M a cheap approximation of the Hessian or the Hessian itself, for
 * other solvers: an AyOperator (conjugate.h) on an AyHessian. */
gboolean ay_hessian_precondition (gpointer self, const double *in, gsize k, double *out,
                                  AyJob *job, GError **error);
/* The curvature at the head that the Hessian works with: probabilities, weights, passes over the
 * rows. (transfer none) */
AyCurvature *ay_hessian_curvature (AyHessian *self, AyJob *job, GError **error);
/* "Cholesky of 585 parameters" (transfer none) */
const char *ay_hessian_describe (AyHessian *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyHessian, ay_hessian_free)

G_END_DECLS
