/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Truncated SVD of a sparse matrix A (n x m) by random projection.
 *
 * Idea: Y = A Omega with l >= k + 10 random columns spans nearly the range of the k leading
 * singular vectors; some rounds of Y <- A (A' Y), made orthonormal each time, sharpen it. With an
 * orthonormal basis Q of Y, the small matrix B = Q' A has the wanted singular values and right
 * vectors: B B' = U S^2 U', V = B' U / S. (Halko, Martinsson and Tropp 2011, algorithms 4.4, 5.1;
 * the eigenproblem of B B' instead of an SVD of B, since only the leading part is wanted.)
 *
 * A basis is made orthonormal through the eigenvectors of its Gram matrix, which leaves out what
 * is numerically dependent instead of failing on it; done twice at the end, as one pass squares the
 * condition number. Gram matrices are summed in double over a fixed number of slices; products with
 * A are float. Cost: (2 q + 3) products of 2 nnz l flops and as many l^2 (n + m) for the Gram
 * matrices; memory 4 l (n + m) bytes and the transpose of A. */
#include "core/data/sparse_svd.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/words.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#define OVERSAMPLING 10 /* at least; their number is a multiple of COLUMNS */
#define COLUMNS 8
#define POWER_ROUNDS 3
#define SLICES 16      /* of a Gram matrix: part of the result, whatever the number of threads */
#define SLICE_ROWS 128 /* converted to double at a time */
#define ROTATE_ROWS 256
#define RANDOM_ROWS 1024
/* Directions whose share of the Gram matrix is below this are rounding of float data. */
#define DEPENDENT 1e-12

typedef struct
{
  const float *y; /* rows x l */
  gsize rows, l;
  double *partial; /* SLICES x l x l */
} Gram;

static void
gram_slice (gsize slice, guint worker, gpointer data)
{
  const Gram *gram = data;
  gsize first = gram->rows * slice / SLICES, end = gram->rows * (slice + 1) / SLICES;
  gsize l = gram->l;
  double *sum = gram->partial + slice * l * l;
  g_autofree double *buffer = g_new (double, SLICE_ROWS * l);

  memset (sum, 0, l * l * sizeof (double));
  for (gsize i = first; i < end; i += SLICE_ROWS)
    {
      gsize count = MIN (SLICE_ROWS, end - i);

      for (gsize k = 0; k < count * l; k++)
        buffer[k] = gram->y[i * l + k];
      cblas_dsyrk (CblasRowMajor, CblasUpper, CblasTrans, (int) l, (int) count, 1.0, buffer,
                   (int) l, 1.0, sum, (int) l);
    }
}

/* The upper triangle of Y'Y in double, into partial[0 .. l*l-1]. */
static gboolean
gram_of (const float *y, gsize rows, gsize l, double *partial, AyJob *job, GError **error)
{
  Gram gram = { y, rows, l, partial };

  if (!ay_parallel_for (SLICES, gram_slice, &gram, job, error))
    return FALSE;
  for (gsize slice = 1; slice < SLICES; slice++)
    for (gsize k = 0; k < l * l; k++)
      partial[k] += partial[slice * l * l + k];
  return TRUE;
}

/* Eigenvalues (ascending) and vectors (columns of `matrix`, row-major) of a symmetric matrix given
 * by its upper triangle. */
static gboolean
eigen (double *matrix, gsize l, double *values, GError **error)
{
  lapack_int info = LAPACKE_dsyevd (LAPACK_ROW_MAJOR, 'V', 'U', (lapack_int) l, matrix,
                                    (lapack_int) l, values);

  if (info != 0)
    g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
                 N_ ("singular values of the text features: dsyevd returned %d"), (int) info);
  return info == 0;
}

typedef struct
{
  float *y;
  gsize rows, l, k;
  const float *rotation; /* l x k */
  float *out;            /* rows x k; may be y when k == l */
} Rotate;

static void
rotate_block (gsize block, guint worker, gpointer data)
{
  const Rotate *rotate = data;
  gsize first = block * ROTATE_ROWS, count = MIN (ROTATE_ROWS, rotate->rows - first);
  g_autofree float *buffer
      = g_memdup2 (rotate->y + first * rotate->l, count * rotate->l * sizeof (float));

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) count, (int) rotate->k,
               (int) rotate->l, 1.0f, buffer, (int) rotate->l, rotate->rotation, (int) rotate->k,
               0.0f, rotate->out + first * rotate->k, (int) rotate->k);
}

static gboolean
rotate_rows (Rotate rotate, AyJob *job, GError **error)
{
  return ay_parallel_for (ay_n_blocks (rotate.rows, ROTATE_ROWS), rotate_block, &rotate, job,
                          error);
}

/* Makes the columns of y orthonormal; dependent ones become zero. `partial` is scratch. */
static gboolean
orthonormalise (float *y, gsize rows, gsize l, double *partial, AyJob *job, GError **error)
{
  g_autofree double *values = g_new (double, l);
  g_autofree float *rotation = g_new (float, l * l);

  if (!gram_of (y, rows, l, partial, job, error) || !eigen (partial, l, values, error))
    return FALSE;
  for (gsize j = 0; j < l; j++)
    for (gsize i = 0; i < l; i++)
      rotation[i * l + j] = values[j] > DEPENDENT * values[l - 1]
                                ? (float) (partial[i * l + j] / sqrt (values[j]))
                                : 0.0f;
  return rotate_rows ((Rotate) { y, rows, l, l, rotation, y }, job, error);
}

typedef struct
{
  float *out;
  gsize rows, l;
  guint64 seed;
} Random;

static void
random_block (gsize block, guint worker, gpointer data)
{
  const Random *random = data;
  gsize first = block * RANDOM_ROWS, end = MIN (first + RANDOM_ROWS, random->rows);
  AyRng rng;

  ay_rng_init (&rng, random->seed, block);
  for (gsize i = first * random->l; i < end * random->l; i++)
    random->out[i] = (float) ay_rng_normal (&rng);
}

/* Takes the leading vectors out of B' = A'Q (cols x l), given S^2 and U of B B'. */
static AySparseSvd *
svd_of_small (float *bt, gsize cols, gsize l, gsize k, double *partial, AyJob *job, GError **error)
{
  g_autoptr (AySparseSvd) svd = g_new0 (AySparseSvd, 1);
  g_autofree double *values = g_new (double, l);
  g_autofree float *rotation = NULL;

  if (!gram_of (bt, cols, l, partial, job, error) || !eigen (partial, l, values, error))
    return NULL;
  while (k > 1 && !(values[l - k] > DEPENDENT * values[l - 1]))
    k--;
  svd->cols = cols;
  svd->k = k;
  svd->singular = g_new (double, k);
  rotation = g_new (float, l * k);
  svd->components = ay_try_alloc (MAX (cols * k, 1), sizeof (float), "text components", error);
  if (svd->components == NULL)
    return NULL;
  for (gsize j = 0; j < k; j++)
    {
      svd->singular[j] = sqrt (MAX (values[l - 1 - j], 0.0));
      for (gsize i = 0; i < l; i++)
        rotation[i * k + j] = svd->singular[j] > 0.0
                                  ? (float) (partial[i * l + l - 1 - j] / svd->singular[j])
                                  : 0.0f;
    }
  if (!rotate_rows ((Rotate) { bt, cols, l, k, rotation, svd->components }, job, error))
    return NULL;
  return g_steal_pointer (&svd);
}

AySparseSvd *
ay_sparse_svd (const AySparse *matrix, gsize k, guint64 seed, AyJob *job, GError **error)
{
  gsize n = matrix->rows, m = matrix->cols;
  gsize l = (k + OVERSAMPLING + COLUMNS - 1) / COLUMNS * COLUMNS;
  g_autoptr (AySparse) transposed = ay_sparse_transpose (matrix, error);
  g_autofree float *y = NULL, *z = NULL;
  g_autofree double *partial = NULL;
  Random random = { NULL, m, l, seed };

  random.l = l = MIN (l, MIN (n, m));
  g_return_val_if_fail (l > 0, NULL);
  if (transposed == NULL
      || (y = ay_try_alloc (n, l * sizeof (float), "text projection", error)) == NULL
      || (z = ay_try_alloc (m, l * sizeof (float), "text projection", error)) == NULL
      || (partial = ay_try_alloc (SLICES, l * l * sizeof (double), "Gram matrices", error)) == NULL)
    return NULL;
  random.out = z;
  ay_job_set_phase (job, "singular vectors of the text");
  if (!ay_parallel_for (ay_n_blocks (m, RANDOM_ROWS), random_block, &random, job, error))
    return NULL;
  for (int round = 0; round <= POWER_ROUNDS; round++)
    {
      if (!ay_sparse_times (matrix, z, l, y, job, error)
          || !orthonormalise (y, n, l, partial, job, error)
          || (round == POWER_ROUNDS && !orthonormalise (y, n, l, partial, job, error))
          || !ay_sparse_times (transposed, y, l, z, job, error))
        return NULL;
      ay_job_set_fraction (job, (round + 1.0) / (POWER_ROUNDS + 2));
    }
  return svd_of_small (z, m, l, MIN (k, l), partial, job, error);
}

void
ay_sparse_svd_free (AySparseSvd *self)
{
  if (self == NULL)
    return;
  g_free (self->singular);
  g_free (self->components);
  g_free (self);
}
