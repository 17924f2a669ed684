/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PCA where both sides are large: the block of vectors of eigen.c is multiplied by Z'Z / n in
 * passes over the rows. In a pass workers first take rows of a block (centre them, multiply by the
 * vectors), then columns of the result, which each owns: nothing is reduced across threads. 4 n d l
 * operations a pass in float, sums of blocks in double; memory a block and 6 l d. */
#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/project/covariance.h"
#include "core/project/eigen.h"
#include "core/project/pca_private.h"

#include <cblas.h>
#include <string.h>

typedef struct
{
  AyPcaFit *fit;
  AyParts parts;
  gsize block_rows, first, count;
  guint l;
  float *z;      /* block_rows x d */
  float *q;      /* l x d */
  float *y;      /* block_rows x l */
  double *sum;   /* l x d: of the part */
  float *tiles;  /* per worker: l x PASS_COLUMNS */
} Pass;

#define PART_ROWS 4096
#define MAX_PARTS 64
#define PASS_ROWS 128
#define PASS_COLUMNS 64

static void
pass_rows (gsize block, guint worker, gpointer data)
{
  Pass *self = data;
  gsize d = self->fit->pca->d, first = block * PASS_ROWS;
  gsize count = MIN (PASS_ROWS, self->count - first);
  float *z = self->z + first * d;

  ay_centred_get_f32 (self->fit->rows, self->first + first, count, 0, d, z, d);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) count, (int) self->l, (int) d, 1.0f,
               z, (int) d, self->q, (int) d, 0.0f, self->y + first * self->l, (int) self->l);
}

static void
pass_columns (gsize block, guint worker, gpointer data)
{
  Pass *self = data;
  gsize d = self->fit->pca->d, col = block * PASS_COLUMNS;
  gsize width = MIN (PASS_COLUMNS, d - col);
  float *tile = self->tiles + (gsize) worker * self->l * PASS_COLUMNS;

  cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) self->l, (int) width,
               (int) self->count, 1.0f, self->y, (int) self->l, self->z + col, (int) d, 0.0f, tile,
               PASS_COLUMNS);
  for (guint i = 0; i < self->l; i++)
    for (gsize j = 0; j < width; j++)
      self->sum[i * d + col + j] += tile[i * PASS_COLUMNS + j] / (double) self->fit->pca->n;
}

static gboolean
add_part (Pass *self, gsize part, AyJob *job, GError **error)
{
  gsize end = MIN ((part + 1) * self->parts.rows, self->parts.n);

  for (self->first = part * self->parts.rows; self->first < end; self->first += self->count)
    {
      self->count = MIN (self->block_rows, end - self->first);
      if (!ay_parallel_for (ay_n_blocks (self->count, PASS_ROWS), pass_rows, self, job, error)
          || !ay_parallel_for (ay_n_blocks (self->fit->pca->d, PASS_COLUMNS), pass_columns, self,
                               job, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
apply_covariance (gpointer data, const double *in, guint l, double *out, AyJob *job,
                  GError **error)
{
  Pass *self = data;
  gsize d = self->fit->pca->d;
  const double *shift = self->fit->shift;
  g_auto (AyPartSums) sums;

  ay_part_sums_init (&sums, &self->parts, l * d);
  for (gsize i = 0; i < l * d; i++)
    self->q[i] = (float) in[i];
  self->l = l;
  for (gsize part = self->parts.first; part < self->parts.last; part++)
    {
      self->sum = ay_part_sums_next (&sums, error);
      if (self->sum == NULL || !add_part (self, part, job, error))
        return FALSE;
      ay_part_sums_push (&sums);
    }
  if (!ay_part_sums_finish (&sums, out, job, error))
    return FALSE;
  for (guint i = 0; i < l; i++)
    cblas_daxpy ((int) d, -cblas_ddot ((int) d, shift, 1, in + i * d, 1), shift, 1, out + i * d, 1);
  return TRUE;
}

gboolean
ay_pca_fit_subspace (AyPcaFit *fit, AyDiagnostics *diagnostics, AyJob *job, GError **error)
{
  AyPca *pca = fit->pca;
  gsize d = pca->d, l = MIN ((gsize) pca->k + MAX (pca->k / 2, 16), d);
  Pass pass = { .fit = fit };
  AyEigenProblem problem = { d, pca->k, fit->options->seed, apply_covariance, &pass, 1e-7, 100 };
  g_autofree double *values = g_new (double, pca->k);
  g_autofree float *z = NULL, *q = NULL, *y = NULL, *tiles = NULL;

  if (!ay_pca_measure_columns (fit, diagnostics, job, error))
    return FALSE;
  ay_pca_apply_factors (fit);
  pass.parts = ay_parts (fit->rows->ranks, pca->n, PART_ROWS, MAX_PARTS);
  pass.parts.what = "products with the covariance";
  pass.block_rows = CLAMP (2 * AY_MOMENT_BYTES / (d * sizeof (float)), 256, 4096);
  pass.z = z = ay_try_alloc (pass.block_rows * d, sizeof (float), "a block of rows", error);
  if (z == NULL)
    return FALSE;
  pass.q = q = ay_try_alloc (l * d, sizeof (float), "the start", error);
  if (q == NULL)
    return FALSE;
  pass.y = y = ay_try_alloc (pass.block_rows * l, sizeof (float), "the projections", error);
  if (y == NULL)
    return FALSE;
  pass.tiles = tiles
      = ay_try_alloc (ay_threads () * l * PASS_COLUMNS, sizeof (float), "the tiles", error);
  pca->solver = "subspace";
  if (tiles == NULL
      || !ay_eigen_top (&problem, values, pca->components, &fit->converged, job, error))
    return FALSE;
  ay_pca_set_variances (fit, values);
  return TRUE;
}
