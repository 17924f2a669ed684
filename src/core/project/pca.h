/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/diagnostic.h"
#include "core/base/matrix.h"

G_BEGIN_DECLS

/* Principal components of n rows with d columns: the k orthogonal directions of largest variance,
 * in descending order. The sign of each is the one that makes its largest loading positive. */
typedef struct
{
  gatomicrefcount ref;
  gsize n, d;
  guint k;
  double *mean;           /* d */
  double *inv_scale;      /* d: 1; when standardised 1 / population sd, 0 for a constant column */
  double *components;     /* k x d, row-major, orthonormal, over (x - mean) * inv_scale */
  double *variance;       /* k: variance along each (divisor n - 1) */
  double *ratio;          /* k: share of the total variance; 0 where that is 0 */
  double total_variance;
  float *projection;      /* n x k, row-major, in the order of the rows given */
  const char *solver;     /* static: "covariance", "gram" or "subspace" */
} AyPca;

typedef struct
{
  guint components;     /* at most min (n - 1, d) are made, and a diagnostic says so */
  gboolean standardise; /* divide by the standard deviation first */
  guint64 seed;         /* start of the iteration for wide and long data */
  AyRanks *ranks;       /* (nullable) who share the work over the rows; each gets all of it */
} AyPcaOptions;
#define AY_PCA_OPTIONS_INIT { 50, FALSE, 0, NULL }

/* PCA of rows[0..n-1] of features (rows NULL: the first n). The same bytes for any number of
 * threads and ranks. Errors: RANGE (fewer than two rows or no column, components 0), INPUT (row and
 * column that is not finite), NOMEM, CANCELLED. Diagnostics (nullable): "pca-components",
 * "constant-column", "pca-not-converged". */
AyPca *ay_pca_fit (const AyMatrix *features, const guint32 *rows, gsize n,
                   const AyPcaOptions *options, AyDiagnostics *diagnostics, AyJob *job,
                   GError **error);
/* Other rows into the same space: count x k floats. */
gboolean ay_pca_project (const AyPca *self, const AyMatrix *features, const guint32 *rows,
                         gsize count, float *out, AyJob *job, GError **error);
AyPca *ay_pca_ref (AyPca *self);
void ay_pca_unref (AyPca *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyPca, ay_pca_unref)

G_END_DECLS
