/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Kronecker preconditioner for softmax and ridge.
 *
 * H = sum_i w_i W_i (x) z_i z_i^T + lambda P is near A (x) B + lambda P with A = sum_i w_i W_i and
 * B = sum_i o_i z_i z_i^T / sum_i o_i, o_i = w_i tr W_i: exact for ridge, and for softmax as far
 * as a row's curvature and its features are independent (the idea of K-FAC, Martens and Grosse
 * 2015, with rows weighted by their curvature). With A = V diag(a) V^T the solve is one of
 * a_c B + lambda P for each eigenvalue: Cholesky factors in float, one for each of a few levels
 * of a when there are many classes. Class blocks need fewer rounds, where they fit.
 *
 * Cost: A and B on at most 32 (d + 1) evenly spaced rows, levels x d^3/3; a solve 2 C d^2. Memory:
 * the factors, at most 128 MiB. Above 4096 features B is taken as its diagonal. */
#include "core/model/kronecker.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/words.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#define MAX_LEVELS 24
#define MAX_FACTORED 4096
#define FACTOR_BYTES (128 << 20)
#define SAMPLE_ROWS 32  /* x (d + 1) rows are looked at */
#define BLOCK_ROWS 256
#define N_CHUNKS 16

struct _AyKronecker
{
  guint n_outputs;
  gsize stride;
  double *vectors;    /* n_outputs x n_outputs: row c is the eigenvector of eigenvalue c */
  double *values;     /* n_outputs, ascending */
  guint n_levels;
  guint *first;       /* n_levels + 1: eigenvalues of a level */
  double *level;      /* n_levels: its a */
  float *factors;     /* n_levels x stride x stride: lower Cholesky factors (column-major upper) */
  double *diagonal;   /* stride: B's, where it is not factored */
  double lambda, floor; /* penalty of features; of the intercept */
};

/* Sums over the sampled rows. */
typedef struct
{
  const AyProblem *problem;
  const AyHead *head;
  const AyCurvature *at;
  gsize step, n_rows, chunk_rows, stride;
  guint n_outputs;
  gboolean full;      /* B, or its diagonal */
  double **b, **a;    /* by chunk */
  double *total;      /* by chunk: sum of o */
  AyJob *job;
} Moments;

static void
sum_rows (Moments *self, gsize chunk, gsize first, gsize count, float *z, double *wide)
{
  gsize stride = self->stride, n = self->n_outputs;
  const double *weight = ay_curvature_weight (self->at);
  double *p = wide, *scaled = wide + n;

  for (gsize i = 0; i < count; i++)
    {
      gsize row = (first + i) * self->step;
      double o = weight[row], *a = self->a[chunk];

      ay_curvature_rows (self->problem, self->head, row, 1, z + i * stride);
      ay_curvature_probability (self->at, row, p);
      if (self->head->n_classes > 0)
        {
          for (gsize c = 0; c < n; c++)
            scaled[c] = -weight[row] * p[c];
          cblas_dger (CblasRowMajor, n, n, 1.0, scaled, 1, p, 1, a, n);
          for (gsize c = 0; c < n; c++)
            a[c * n + c] += weight[row] * p[c];
          o *= MAX (0.0, 1.0 - cblas_ddot (n, p, 1, p, 1));
        }
      else
        a[0] += weight[row];
      self->total[chunk] += o;
      for (gsize j = 0; j < stride && !self->full; j++)
        self->b[chunk][j] += o * z[i * stride + j] * z[i * stride + j];
      cblas_sscal (stride, (float) sqrt (o), z + i * stride, 1);
    }
}

static void
sum_chunk (gsize chunk, guint worker, gpointer data)
{
  Moments *self = data;
  gsize stride = self->stride, last = MIN (self->n_rows, (chunk + 1) * self->chunk_rows);
  gsize size = self->full ? stride * stride : stride;
  g_autofree float *z = g_new (float, BLOCK_ROWS * stride);
  g_autofree float *product = g_new0 (float, self->full ? size : 1);
  g_autofree double *wide = g_new (double, 2 * self->n_outputs);

  for (gsize first = chunk * self->chunk_rows; first < last; first += BLOCK_ROWS)
    {
      gsize count = MIN (BLOCK_ROWS, last - first);

      if (ay_job_is_cancelled (self->job))
        return;
      sum_rows (self, chunk, first, count, z, wide);
      if (self->full)
        cblas_ssyrk (CblasRowMajor, CblasUpper, CblasTrans, stride, count, 1.0f, z, stride, 1.0f,
                     product, stride);
    }
  for (gsize j = 0; j < size && self->full; j++)
    self->b[chunk][j] = product[j];
}

/* A, B and the levels of A's eigenvalues. */
static gboolean
decompose (AyKronecker *self, Moments *sums, double *scale, GError **error)
{
  gsize n = self->n_outputs;
  double top;

  for (gsize j = 0; j < n * n; j++)
    self->vectors[j] = *scale * sums->a[0][j];
  /* column-major eigenvectors of a symmetric matrix are the rows of ours */
  if (LAPACKE_dsyevd (LAPACK_COL_MAJOR, 'V', 'U', n, self->vectors, n, self->values) != 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
                           N_ ("the eigenvalues of the mean curvature did not converge"));
      return FALSE;
    }
  top = MAX (self->values[n - 1], 1e-300);
  self->floor = 1e-6 * top;
  for (gsize c = 0; c < n; c++)
    self->values[c] = MAX (self->values[c], 0.0);
  self->n_levels = MIN (self->n_levels, n);
  for (guint level = 0; level <= self->n_levels; level++)
    self->first[level] = (guint) (level * n / self->n_levels);
  for (guint level = 0; level < self->n_levels; level++)
    {
      double sum = 0.0;

      for (guint c = self->first[level]; c < self->first[level + 1]; c++)
        sum += self->values[c];
      self->level[level] = sum / (self->first[level + 1] - self->first[level]);
    }
  return TRUE;
}

typedef struct
{
  AyKronecker *kronecker;
  const double *b; /* stride x stride, upper */
  gint failed;
} Factoring;

static void
factor_level (gsize level, guint worker, gpointer data)
{
  Factoring *work = data;
  AyKronecker *self = work->kronecker;
  gsize stride = self->stride;
  float *factor = self->factors + level * stride * stride;

  for (gsize j = 0; j < stride * stride; j++)
    factor[j] = (float) (self->level[level] * work->b[j]);
  for (gsize j = 0; j < stride; j++)
    factor[j * stride + j] += (float) (j + 1 < stride ? self->lambda : self->floor);
  /* our upper row-major triangle is LAPACK's lower column-major one */
  if (LAPACKE_spotrf_work (LAPACK_COL_MAJOR, 'L', stride, factor, stride) != 0)
    g_atomic_int_set (&work->failed, 1);
}

static gboolean
sum_moments (Moments *sums, AyJob *job, GError **error)
{
  gsize n = sums->n_outputs, size = sums->full ? sums->stride * sums->stride : sums->stride;
  gsize n_chunks;

  sums->step = MAX (1, sums->problem->n / MAX (1, SAMPLE_ROWS * sums->stride));
  sums->n_rows = ay_n_blocks (sums->problem->n, sums->step);
  sums->chunk_rows = MAX (ay_n_blocks (sums->n_rows, sums->full ? 4 : N_CHUNKS), 1);
  n_chunks = ay_n_blocks (sums->n_rows, sums->chunk_rows);
  for (gsize chunk = 0; chunk < n_chunks; chunk++)
    {
      sums->b[chunk] = ay_try_alloc (size, sizeof (double), "the preconditioner", error);
      if (sums->b[chunk] == NULL)
        return FALSE;
      sums->a[chunk] = ay_try_alloc (n * n, sizeof (double), "the preconditioner", error);
      if (sums->a[chunk] == NULL)
        return FALSE;
    }
  if (!ay_parallel_for (n_chunks, sum_chunk, sums, job, error))
    return FALSE;
  for (gsize chunk = 1; chunk < n_chunks; chunk++)
    {
      cblas_daxpy (size, 1.0, sums->b[chunk], 1, sums->b[0], 1);
      cblas_daxpy (n * n, 1.0, sums->a[chunk], 1, sums->a[0], 1);
      sums->total[0] += sums->total[chunk];
    }
  cblas_dscal (size, sums->total[0] > 0.0 ? 1.0 / sums->total[0] : 0.0, sums->b[0], 1);
  return TRUE;
}

static gboolean
build (AyKronecker *self, Moments *sums, AyJob *job, GError **error)
{
  double scale = sums->step;
  Factoring work = { self, sums->b[0], 0 };

  if (!decompose (self, sums, &scale, error))
    return FALSE;
  if (!sums->full)
    {
      self->diagonal = g_memdup2 (sums->b[0], self->stride * sizeof (double));
      return TRUE;
    }
  self->factors = g_try_new (float, self->n_levels * self->stride * self->stride);
  if (self->factors == NULL)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_NOMEM,
                           N_ ("no memory for the preconditioner"));
      return FALSE;
    }
  if (!ay_parallel_for (self->n_levels, factor_level, &work, job, error))
    return FALSE;
  if (!work.failed)
    return TRUE;
  /* float rounding has made a level indefinite: the diagonal always works */
  g_clear_pointer (&self->factors, g_free);
  self->diagonal = g_new (double, self->stride);
  for (gsize j = 0; j < self->stride; j++)
    self->diagonal[j] = sums->b[0][j * self->stride + j];
  return TRUE;
}

AyKronecker *
ay_kronecker_new (const AyProblem *problem, const AyHead *head, const AyCurvature *at, AyJob *job,
                  GError **error)
{
  g_autoptr (AyKronecker) self = g_new0 (AyKronecker, 1);
  gsize stride = head->d + 1, n = head->n_outputs;
  double *a[N_CHUNKS] = { NULL }, *b[N_CHUNKS] = { NULL }, total[N_CHUNKS] = { 0.0 };
  Moments sums = { .problem = problem, .head = head, .at = at, .stride = stride, .n_outputs = n,
                   .full = head->d <= MAX_FACTORED, .a = a, .b = b, .total = total, .job = job };
  gboolean built;

  self->n_outputs = n;
  self->stride = stride;
  self->lambda = head->lambda;
  self->vectors = ay_try_alloc (n * n, sizeof (double), "the mean curvature", error);
  if (self->vectors == NULL)
    return NULL;
  self->values = g_new0 (double, n);
  self->n_levels = CLAMP (FACTOR_BYTES / (stride * stride * sizeof (float)), 1, MAX_LEVELS);
  self->first = g_new0 (guint, MAX_LEVELS + 1);
  self->level = g_new0 (double, MAX_LEVELS);
  built = sum_moments (&sums, job, error) && build (self, &sums, job, error);
  for (guint chunk = 0; chunk < N_CHUNKS; chunk++)
    {
      g_free (a[chunk]);
      g_free (b[chunk]);
    }
  return built ? g_steal_pointer (&self) : NULL;
}

void
ay_kronecker_free (AyKronecker *self)
{
  if (self == NULL)
    return;
  g_free (self->vectors);
  g_free (self->values);
  g_free (self->first);
  g_free (self->level);
  g_free (self->factors);
  g_free (self->diagonal);
  g_free (self);
}

/* --- the solve --- */

typedef struct
{
  AyKronecker *kronecker;
  gsize k;
  double *mixed; /* k x n_outputs x stride, in eigenvector coordinates */
} Apply;

static void
solve_level (gsize level, guint worker, gpointer data)
{
  Apply *work = data;
  AyKronecker *self = work->kronecker;
  gsize stride = self->stride, n_rows = self->first[level + 1] - self->first[level];
  gsize rows = work->k * n_rows;
  g_autofree float *x = g_new (float, rows * stride);

  for (gsize r = 0; r < rows; r++)
    {
      gsize v = r / n_rows, c = self->first[level] + r % n_rows;
      const double *from = work->mixed + (v * self->n_outputs + c) * stride;

      for (gsize j = 0; j < stride; j++)
        x[r * stride + j] = (float) from[j];
    }
  LAPACKE_spotrs_work (LAPACK_COL_MAJOR, 'L', stride, rows,
                       self->factors + level * stride * stride, stride, x, stride);
  for (gsize r = 0; r < rows; r++)
    {
      gsize v = r / n_rows, c = self->first[level] + r % n_rows;
      double *to = work->mixed + (v * self->n_outputs + c) * stride;

      for (gsize j = 0; j < stride; j++)
        to[j] = x[r * stride + j];
    }
}

static void
solve_diagonal (const AyKronecker *self, gsize k, double *mixed)
{
  for (gsize r = 0; r < k * self->n_outputs; r++)
    for (gsize j = 0; j < self->stride; j++)
      mixed[r * self->stride + j] /= self->values[r % self->n_outputs] * self->diagonal[j]
                                     + (j + 1 < self->stride ? self->lambda : self->floor);
}

gboolean
ay_kronecker_apply (gpointer data, const double *in, gsize k, double *out, AyJob *job,
                    GError **error)
{
  AyKronecker *self = data;
  gsize n = self->n_outputs, stride = self->stride;
  g_autofree double *mixed = g_new (double, k * n * stride);
  Apply work = { self, k, mixed };

  for (gsize v = 0; v < k; v++)
    cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, n, stride, n, 1.0, self->vectors, n,
                 in + v * n * stride, stride, 0.0, mixed + v * n * stride, stride);
  if (self->diagonal != NULL)
    solve_diagonal (self, k, mixed);
  else if (!ay_parallel_for (self->n_levels, solve_level, &work, job, error))
    return FALSE;
  for (gsize v = 0; v < k; v++)
    cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, n, stride, n, 1.0, self->vectors, n,
                 mixed + v * n * stride, stride, 0.0, out + v * n * stride, stride);
  return TRUE;
}
