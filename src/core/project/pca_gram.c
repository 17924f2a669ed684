/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PCA of fewer rows than columns: with G = ZZ' (n x n) = U L U', the components are Z'u / sqrt l.
 * n^2 d + n^3 + n d k operations in double; memory n x n doubles and blocks. The rows are read once
 * to measure, once for G, once for Z'U. */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/words.h"
#include "core/project/covariance.h"
#include "core/project/eigen.h"
#include "core/project/pca_private.h"

#include <cblas.h>
#include <lapacke.h>

/* Rows of `components` made orthonormal; the combination of rows gave them to rounding. */
static gboolean
orthonormalise (AyPca *pca, GError **error)
{
  lapack_int d = (lapack_int) pca->d, k = (lapack_int) pca->k;
  g_autofree double *tau = g_new (double, k);

  if (LAPACKE_dgeqrf (LAPACK_COL_MAJOR, d, k, pca->components, d, tau) == 0
      && LAPACKE_dorgqr (LAPACK_COL_MAJOR, d, k, k, pca->components, d, tau) == 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
               N_ ("PCA: the components are not independent"));
  return FALSE;
}

typedef struct
{
  AyPcaFit *fit;
  const double *vectors; /* k x n */
  gsize block_rows, first, count;
  double *z;             /* block_rows x d */
} Combine;

#define COMBINE_COLUMNS 64
#define COMBINE_ROWS 8

static void
combine_fill (gsize block, guint worker, gpointer data)
{
  Combine *self = data;
  gsize d = self->fit->pca->d, first = block * COMBINE_ROWS;
  gsize count = MIN (COMBINE_ROWS, self->count - first);
  double *z = self->z + first * d;

  ay_centred_get_f64 (self->fit->rows, self->first + first, count, 0, d, z, d);
  for (gsize i = 0; i < count; i++)
    for (gsize j = 0; j < d; j++)
      z[i * d + j] -= self->fit->shift[j];
}

/* Columns of U'Z, for the present rows. */
static void
combine_columns (gsize block, guint worker, gpointer data)
{
  Combine *self = data;
  AyPca *pca = self->fit->pca;
  gsize col = block * COMBINE_COLUMNS, width = MIN (COMBINE_COLUMNS, pca->d - col);

  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) pca->k, (int) width,
               (int) self->count, 1.0, self->vectors + self->first, (int) pca->n, self->z + col,
               (int) pca->d, self->first > 0 ? 1.0 : 0.0, pca->components + col, (int) pca->d);
}

static gboolean
combine_rows (AyPcaFit *fit, const double *vectors, AyJob *job, GError **error)
{
  AyPca *pca = fit->pca;
  gsize rows = CLAMP (AY_MOMENT_BYTES / sizeof (double) / pca->d, 32, 1024);
  g_autofree double *z = ay_try_alloc (rows, pca->d * sizeof (double), "a block of rows", error);
  Combine self = { fit, vectors, rows, 0, 0, z };

  if (z == NULL)
    return FALSE;
  for (; self.first < pca->n; self.first += self.count)
    {
      self.count = MIN (rows, pca->n - self.first);
      if (!ay_parallel_for (ay_n_blocks (self.count, COMBINE_ROWS), combine_fill, &self, job,
                            error)
          || !ay_parallel_for (ay_n_blocks (pca->d, COMBINE_COLUMNS), combine_columns, &self, job,
                               error))
        return FALSE;
    }
  return TRUE;
}

gboolean
ay_pca_fit_gram (AyPcaFit *fit, AyDiagnostics *diagnostics, AyJob *job, GError **error)
{
  AyPca *pca = fit->pca;
  gsize n = pca->n;
  g_autofree double *values = g_new (double, pca->k), *vectors = NULL, *gram = NULL;

  if (!ay_pca_measure_columns (fit, diagnostics, job, error))
    return FALSE;
  ay_pca_apply_factors (fit);
  vectors = ay_try_alloc (n * pca->k, sizeof (double), "the eigenvectors", error);
  gram = vectors != NULL ? ay_try_alloc (n * n, sizeof (double), "the gram matrix", error) : NULL;
  pca->solver = "gram";
  if (gram == NULL || !ay_gram (fit->rows, gram, job, error)
      || !ay_eigen_top_dense (gram, n, pca->k, fit->options->seed, values, vectors,
                              &fit->converged, job, error))
    return FALSE;
  for (guint c = 0; c < pca->k; c++)
    values[c] /= (double) n;
  ay_pca_set_variances (fit, values);
  return combine_rows (fit, vectors, job, error) && orthonormalise (pca, error);
}
