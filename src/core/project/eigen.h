/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"

G_BEGIN_DECLS

/* Largest eigenvalues of symmetric positive semidefinite matrices. */

/* out = A in for l columns: `in` and `out` are l x d, a vector a row. */
typedef gboolean (*AyEigenApply) (gpointer data, const double *in, guint l, double *out,
                                  AyJob *job, GError **error);

typedef struct
{
  gsize d;          /* order of A */
  guint k;          /* eigenpairs wanted, <= d */
  guint64 seed;     /* of the start */
  AyEigenApply apply;
  gpointer data;
  double tolerance; /* of the sum of the k eigenvalues, relative */
  guint max_rounds;
} AyEigenProblem;

/* Subspace iteration with Chebyshev filters (Zhou, Saad, Tiago and Chelikowsky 2006) and
 * Rayleigh-Ritz. values: k, descending; vectors: k x d, orthonormal rows. *converged (nullable)
 * tells whether the tolerance was reached. Memory: 4 (k + max (k / 2, 16)) d doubles. */
gboolean ay_eigen_top (const AyEigenProblem *problem, double *values, double *vectors,
                       gboolean *converged, AyJob *job, GError **error);

/* The same for a dense matrix (d x d, both triangles; destroyed): LAPACK's dsyevr up to
 * AY_EIGEN_DIRECT, the iteration above that, on all cores. */
#define AY_EIGEN_DIRECT 1536
gboolean ay_eigen_top_dense (double *matrix, gsize d, guint k, guint64 seed, double *values,
                             double *vectors, gboolean *converged, AyJob *job, GError **error);

G_END_DECLS
