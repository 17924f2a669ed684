/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"

G_BEGIN_DECLS

/* Preconditioned conjugate gradients for k right-hand sides in lock step (each its own recursion,
 * one operator call a round). */

/* out = operator applied to k vectors of p. */
typedef gboolean (*AyOperator) (gpointer data, const double *in, gsize k, double *out, AyJob *job,
                                GError **error);

typedef struct
{
  gsize p;
  AyOperator product;      /* symmetric, positive on the span of the right-hand sides */
  gpointer product_data;
  AyOperator precondition; /* (nullable) symmetric positive definite */
  gpointer precondition_data;
  double tolerance;        /* |b - A x| <= tolerance |b| for each */
  guint max_iterations;
} AyConjugate;

/* x (k x p) is overwritten. *residual (nullable): the largest relative residual by the recursion,
 * *iterations (nullable): rounds. Not reaching the tolerance is no error: *residual tells.
 * Errors: the operators' own, CANCELLED. */
gboolean ay_conjugate_solve (const AyConjugate *self, const double *rhs, gsize k, double *x,
                             double *residual, guint *iterations, AyJob *job, GError **error);

G_END_DECLS
