/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ridge head by its normal equations.
 *
 * With weighted means m of z and t, (sum w (z - m)(z - m)^T + lambda I) v = sum w (z - m)(t - tm)
 * and b = tm - v.m. Blocks of rows are standardised, shifted by m and scaled by sqrt w in double;
 * tiles of the upper triangle are shared out to the workers, each tile adding the blocks in order;
 * that by parts of the rows, which are added along their tree (parts.h): the same bytes for any
 * number of threads and of ranks. n d^2 flop, 8 d^2 bytes and as many for each of up to five sums
 * of parts (two of large d), one Cholesky d^3 / 3; then steps of iterative refinement against the
 * true gradient. Above DENSE_LIMIT features: conjugate
 * gradients on the same equations, 4 n d flop an iteration and no matrix. */
#include "core/model/ridge_fit.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/words.h"
#include "core/model/standardise.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#define DENSE_LIMIT 5000
#define TILE 128
#define BLOCK_VALUES (1 << 20)
#define STRIP 64 /* rows a worker loads at a time */
#define PART_ROWS 256               /* at least */
#define MAX_PARTS 16
#define MATRIX_BYTES (256.0 * (1 << 20)) /* of matrices, one a part, that may be */

typedef struct
{
  const AyProblem *problem;
  AyHead *head;
  gsize d, block_rows;
  double *mean;        /* of z */
  double target_mean;
  double *block;       /* block_rows x d: sqrt(w) (z - mean) */
  double *target;      /* block_rows: sqrt(w) (t - target_mean) */
  double *matrix;      /* (nullable) d x d */
  const double *v;     /* where a gradient is taken */
  double *out;         /* d, then half_squares */
  double *sum;         /* of the present part: what a step adds to */
  double *residual;    /* block_rows */
  gsize first, count;  /* rows of the present block */
  gboolean homogeneous; /* take the target as 0: a product with the matrix */
  gsize n_tiles;       /* a side */
  double half_squares; /* sum of w e^2 / 2 */
  AyParts parts;
} Ridge;

static void
load_strip (gsize strip, guint worker, gpointer data)
{
  Ridge *self = data;
  gsize from = strip * STRIP, count = MIN (STRIP, self->count - from), d = self->d;
  g_autofree float *z = g_new (float, count * d + 1);

  ay_standardise_block (self->problem->features, self->problem->rows + self->first + from, count,
                        self->head->centre, self->head->inv_scale, z);
  for (gsize i = 0; i < count; i++)
    {
      gsize at = self->first + from + i;
      double root = sqrt (ay_problem_weight (self->problem, at));
      double *row = self->block + (from + i) * d;

      for (gsize j = 0; j < d; j++)
        row[j] = root * (z[i * d + j] - self->mean[j]);
      self->target[from + i]
          = root > 0.0 ? root * (self->problem->target[at] - self->target_mean) : 0.0;
    }
}

typedef gboolean (*BlockStep) (Ridge *self, AyJob *job, GError **error);

/* Loads block after block of a part and hands each to the step. */
static gboolean
over_blocks (Ridge *self, gsize part, BlockStep step, AyJob *job, GError **error)
{
  gsize last = MIN (self->problem->n, (part + 1) * self->parts.rows);

  for (self->first = part * self->parts.rows; self->first < last; self->first += self->block_rows)
    {
      self->count = MIN (self->block_rows, last - self->first);
      if (!ay_parallel_for (ay_n_blocks (self->count, STRIP), load_strip, self, job, error)
          || !step (self, job, error))
        return FALSE;
    }
  return TRUE;
}

/* out (size numbers) = what the step adds up over all rows. */
static gboolean
over_parts (Ridge *self, BlockStep step, gsize size, double *out, AyJob *job, GError **error)
{
  g_auto (AyPartSums) sums;

  ay_part_sums_init (&sums, &self->parts, size);
  for (gsize part = self->parts.first; part < self->parts.last; part++)
    {
      self->sum = ay_part_sums_next (&sums, error);
      if (self->sum == NULL || !over_blocks (self, part, step, job, error))
        return FALSE;
      ay_part_sums_push (&sums);
    }
  return ay_part_sums_finish (&sums, out, job, error);
}

/* Sums w z, and w t; the block holds sqrt(w) z at this time, as the mean is still 0. */
static gboolean
add_means (Ridge *self, AyJob *job, GError **error)
{
  for (gsize i = 0; i < self->count; i++)
    {
      double weight = ay_problem_weight (self->problem, self->first + i);

      if (!(weight > 0.0))
        continue;
      cblas_daxpy (self->d, sqrt (weight), self->block + i * self->d, 1, self->sum, 1);
      self->sum[self->d] += weight * self->problem->target[self->first + i];
    }
  return ay_job_check (job, error);
}

static gboolean
find_means (Ridge *self, AyJob *job, GError **error)
{
  memset (self->mean, 0, self->d * sizeof (double));
  self->target_mean = 0.0;
  if (!over_parts (self, add_means, self->d + 1, self->out, job, error))
    return FALSE;
  for (gsize j = 0; j < self->d; j++)
    self->mean[j] = self->out[j] / self->head->sum_weight;
  self->target_mean = self->out[self->d] / self->head->sum_weight;
  return TRUE;
}

static void
add_tile (gsize tile, guint worker, gpointer data)
{
  Ridge *self = data;
  gsize row = 0, d = self->d, i, j;

  while (tile >= self->n_tiles - row)
    tile -= self->n_tiles - row++;
  i = row * TILE;
  j = (row + tile) * TILE;
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, MIN (TILE, d - i), MIN (TILE, d - j),
               self->count, 1.0, self->block + i, d, self->block + j, d, 1.0,
               self->sum + i * d + j, d);
}

static gboolean
add_matrix (Ridge *self, AyJob *job, GError **error)
{
  return ay_parallel_for (self->n_tiles * (self->n_tiles + 1) / 2, add_tile, self, job, error);
}

/* Adds block^T (block v - target), and half the squares. */
static gboolean
add_gradient (Ridge *self, AyJob *job, GError **error)
{
  cblas_dgemv (CblasRowMajor, CblasNoTrans, self->count, self->d, 1.0, self->block, self->d,
               self->v, 1, 0.0, self->residual, 1);
  for (gsize i = 0; i < self->count; i++)
    {
      self->residual[i] -= self->homogeneous ? 0.0 : self->target[i];
      self->sum[self->d] += 0.5 * self->residual[i] * self->residual[i];
    }
  cblas_dgemv (CblasRowMajor, CblasTrans, self->count, self->d, 1.0, self->block, self->d,
               self->residual, 1, 1.0, self->sum, 1);
  return ay_job_check (job, error);
}

/* out = gradient of J at v; also the half sum of squares. */
static gboolean
gradient_at (Ridge *self, const double *v, AyJob *job, GError **error)
{
  self->v = v;
  if (!over_parts (self, add_gradient, self->d + 1, self->out, job, error))
    return FALSE;
  self->half_squares = self->out[self->d];
  cblas_daxpy (self->d, self->head->lambda, v, 1, self->out, 1);
  return TRUE;
}

static double
max_norm (const double *x, gsize n)
{
  double most = 0.0;

  for (gsize i = 0; i < n; i++)
    most = MAX (most, fabs (x[i]));
  return most;
}

static gboolean
factor (Ridge *self, AyJob *job, GError **error)
{
  gsize d = self->d;
  lapack_int info;

  if (!over_parts (self, add_matrix, d * d, self->matrix, job, error))
    return FALSE;
  for (gsize j = 0; j < d; j++)
    self->matrix[j * d + j] += self->head->lambda;
  info = LAPACKE_dpotrf (LAPACK_ROW_MAJOR, 'U', d, self->matrix, d);
  if (info == 0)
    return ay_job_check (job, error);
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
               N_ ("lambda %g is too small: the features are linearly dependent"),
               self->head->lambda);
  return FALSE;
}

/* Newton steps from v with the factored matrix: the first solves, the others take away what
 * rounding left. */
static gboolean
solve_dense (Ridge *self, guint max_iterations, AyJob *job, GError **error)
{
  AyHead *head = self->head;
  double before = INFINITY;

  if (!factor (self, job, error))
    return FALSE;
  while (TRUE)
    {
      if (!gradient_at (self, head->weights, job, error))
        return FALSE;
      head->gradient_norm = max_norm (self->out, self->d) / head->sum_weight;
      if (head->gradient_norm <= head->tolerance || head->gradient_norm > 0.5 * before
          || head->iterations >= max_iterations)
        return TRUE;
      before = head->gradient_norm;
      LAPACKE_dpotrs (LAPACK_ROW_MAJOR, 'U', self->d, 1, self->matrix, self->d, self->out, 1);
      cblas_daxpy (self->d, -1.0, self->out, 1, head->weights, 1);
      head->iterations++;
    }
}

/* Conjugate gradients from v, restarted from the true gradient until that is small. */
static gboolean
solve_cg (Ridge *self, guint max_iterations, AyJob *job, GError **error)
{
  AyHead *head = self->head;
  gsize d = self->d;
  g_autofree double *residual = g_new (double, d), *direction = g_new (double, d);

  while (TRUE)
    {
      double square, goal;

      if (!gradient_at (self, head->weights, job, error))
        return FALSE;
      head->gradient_norm = max_norm (self->out, d) / head->sum_weight;
      if (head->gradient_norm <= head->tolerance || head->iterations >= max_iterations)
        return TRUE;
      for (gsize j = 0; j < d; j++)
        direction[j] = residual[j] = -self->out[j];
      square = cblas_ddot (d, residual, 1, residual, 1);
      goal = 0.25 * head->tolerance * head->sum_weight;
      self->homogeneous = TRUE;
      while (max_norm (residual, d) > goal && head->iterations++ < max_iterations)
        {
          double alpha, next;

          if (!gradient_at (self, direction, job, error))
            return FALSE;
          alpha = square / cblas_ddot (d, direction, 1, self->out, 1);
          cblas_daxpy (d, alpha, direction, 1, head->weights, 1);
          cblas_daxpy (d, -alpha, self->out, 1, residual, 1);
          next = cblas_ddot (d, residual, 1, residual, 1);
          cblas_dscal (d, next / square, direction, 1);
          cblas_daxpy (d, 1.0, residual, 1, direction, 1);
          square = next;
        }
      self->homogeneous = FALSE;
    }
}

static gboolean
allocate (Ridge *self, GError **error)
{
  gsize d = self->d;

  self->parts = ay_parts (self->problem->ranks, self->problem->n, PART_ROWS,
                          (gsize) CLAMP (MATRIX_BYTES / (8.0 * d * d + 1.0), 2.0, MAX_PARTS));
  self->parts.what = "Gram matrix";
  self->block_rows = MIN (CLAMP (BLOCK_VALUES / MAX (d, 1), STRIP, 16384), self->parts.rows);
  self->n_tiles = ay_n_blocks (d, TILE);
  self->mean = ay_try_alloc (d, sizeof (double), "ridge means", error);
  self->out = self->mean == NULL ? NULL : ay_try_alloc (d + 1, sizeof (double), "ridge sums",
                                                           error);
  self->block = self->out == NULL ? NULL
                                   : ay_try_alloc (self->block_rows * d, sizeof (double),
                                                   "a block of features", error);
  self->target = g_new (double, self->block_rows);
  self->residual = g_new (double, self->block_rows);
  if (self->block == NULL || d > DENSE_LIMIT)
    return self->block != NULL;
  self->matrix = ay_try_alloc (d * d, sizeof (double), "the normal equations", error);
  return self->matrix != NULL;
}

static void
clear (Ridge *self)
{
  g_free (self->mean);
  g_free (self->out);
  g_free (self->block);
  g_free (self->target);
  g_free (self->residual);
  g_free (self->matrix);
}

static gboolean
run (Ridge *self, guint max_iterations, AyJob *job, GError **error)
{
  AyHead *head = self->head;
  double square = 0.0;

  if (!allocate (self, error) || !find_means (self, job, error))
    return FALSE;
  head->iterations = 0;
  head->solver = self->matrix != NULL ? "normal equations, Cholesky, refined"
                                      : "conjugate gradients";
  if (!(self->matrix != NULL ? solve_dense : solve_cg) (self, max_iterations, job, error))
    return FALSE;
  head->intercept[0] = self->target_mean;
  for (gsize j = 0; j < self->d; j++)
    {
      head->intercept[0] -= head->weights[j] * self->mean[j];
      square += head->weights[j] * head->weights[j];
    }
  head->loss = self->half_squares / head->sum_weight;
  head->objective = self->half_squares + 0.5 * head->lambda * square;
  return TRUE;
}

gboolean
ay_ridge_fit (const AyProblem *train, AyHead *head, guint max_iterations, AyJob *job,
              GError **error)
{
  Ridge self = { .problem = train, .head = head, .d = head->d };
  gboolean done = run (&self, max_iterations, job, error);

  clear (&self);
  return done;
}
