/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Class blocks as a preconditioner.
 *
 * Block c = sum_i w_i p_c (1 - p_c) z_i z_i^T + lambda, by Cholesky in float. The classes' second
 * moments differ, as each is curved by the rows near its own border, which one Kronecker product
 * for all of them cannot say. The class mean is taken out of the result, so that CG stays where
 * class sums are zero. Rounds on a mixture of 60000 x 512 with 10 classes to 2e-5: 29 by a
 * Kronecker product, 9 by exact blocks, 11 by those of 8 (d + 1) rows a class, 16 by 4 (d + 1).
 *
 * Rows are drawn by their curvature o_i for the class: with t the sum of the o_i by the number
 * wanted, a row with o_i >= t is taken as it is, and of the others one is taken with weight t each
 * time their curvature has added up to t: as good as a random draw with probability o_i / t, and
 * always the same. As many are wanted as may cost what `worth` rounds do, but at least 2 (d + 1).
 *
 * Cost: at most 32 C d^3, and C d^3 / 3 flop; a solve 2 C d^2. Memory: C d^2 / 2 floats (triangles
 * in LAPACK's rectangular packed form) and a square a worker. A task is a class, and of several
 * ranks each makes some classes' factors, of rows of all ranks. */
#include "core/model/class_blocks.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/model/reduced.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>

#define MOST_FEATURES 4096
#define MOST_BYTES (512.0 * (1 << 20))
#define LEAST_ROWS 2     /* x (d + 1) rows a class */
#define MOST_ROWS 32
#define ROWS_A_ROUND 4.0 /* x n / d rows a class cost as much as a product with the Hessian */
#define FLOOR 1e-6           /* of the intercept, of its own curvature */
#define BLOCK_ROWS 128

struct _AyClassBlocks
{
  guint n_classes;
  gsize stride;
  gsize size;      /* of a factor: stride (stride + 1) / 2 */
  float *factors;  /* n_classes x size */
};

typedef struct
{
  AyClassBlocks *blocks;
  const AyProblem *problem;
  const AyHead *head;
  const AyCurvature *at;
  double n_wanted; /* rows a class */
  gint failed;
  AyJob *job;
} Build;

typedef struct
{
  AyClassBlocks *blocks;
  gsize k;
  const double *in;
  double *out;
} Apply;

gboolean
ay_class_blocks_suit (const AyHead *head)
{
  double stride = head->d + 1.0;

  return head->n_classes >= 2 && head->d <= MOST_FEATURES
         && head->n_classes * stride * stride / 2 * sizeof (float) <= MOST_BYTES;
}

/* Adds the rows gathered so far to the block. */
static void
add_rows (const Build *self, const float *z, gsize count, float *square)
{
  gsize stride = self->blocks->stride;

  if (count > 0)
    cblas_ssyrk (CblasRowMajor, CblasUpper, CblasTrans, stride, count, 1.0f, z, stride, 1.0f,
                 square, stride);
}

/* Curvature of row i for class c. */
static double
curvature_of (const Build *self, gsize i, guint c)
{
  double p = ay_curvature_probability_of (self->at, i, c);

  return ay_curvature_weight (self->at)[i] * p * (1.0 - p);
}

/* square += the sum over the rows drawn */
static void
sum_rows (const Build *self, guint c, float *square)
{
  gsize stride = self->blocks->stride, count = 0;
  g_autofree float *z = g_new (float, BLOCK_ROWS * stride);
  double total = 0.0, share, saved = 0.0;

  for (gsize i = 0; i < self->problem->n; i++)
    total += curvature_of (self, i, c);
  share = total / self->n_wanted;
  for (gsize i = 0; i < self->problem->n; i++)
    {
      double o = curvature_of (self, i, c);

      if (o < share)
        {
          saved += o;
          if (saved < share)
            continue;
          saved -= share;
          o = share;
        }
      if (!(o > 0.0))
        continue;
      ay_curvature_rows (self->problem, self->head, i, 1, z + count * stride);
      cblas_sscal (stride, (float) sqrt (o), z + count * stride, 1);
      if (++count < BLOCK_ROWS)
        continue;
      if (ay_job_is_cancelled (self->job))
        return;
      add_rows (self, z, count, square);
      count = 0;
    }
  add_rows (self, z, count, square);
}

static void
build_class (gsize c, guint worker, gpointer data)
{
  Build *self = data;
  gsize stride = self->blocks->stride, last = stride * stride - 1;
  float *factor = self->blocks->factors + c * self->blocks->size;
  g_autofree float *square = g_new0 (float, stride * stride);

  sum_rows (self, (guint) c, square);
  for (gsize j = 0; j + 1 < stride; j++)
    square[j * stride + j] += (float) self->head->lambda;
  square[last] = square[last] * (1.0f + (float) FLOOR) + (float) (FLOOR * self->head->lambda);
  /* our upper row-major triangle is LAPACK's lower column-major one */
  if (LAPACKE_strttf_work (LAPACK_COL_MAJOR, 'N', 'L', stride, square, stride, factor) != 0
      || LAPACKE_spftrf_work (LAPACK_COL_MAJOR, 'N', 'L', stride, factor) != 0)
    g_atomic_int_set (&self->failed, 1);
}

/* Whether a class of any rank is not definite. */
static gboolean
any_failed (AyRanks *ranks, gint own, guint8 *failed, GError **error)
{
  guint size = ranks != NULL ? ranks->size : 1;
  g_autofree guint8 *all = g_new0 (guint8, size);
  guint8 mine = own != 0;

  if (!ay_ranks_gather_each (ranks, "failures", &mine, 1, all, error))
    return FALSE;
  for (guint r = 0; r < size; r++)
    *failed |= all[r];
  return TRUE;
}

AyClassBlocks *
ay_class_blocks_new (const AyProblem *problem, const AyHead *head, const AyCurvature *at,
                     double worth, AyJob *job, GError **error)
{
  g_autoptr (AyClassBlocks) self = g_new0 (AyClassBlocks, 1);
  Build build = { .blocks = self, .problem = problem, .head = head, .at = at, .job = job };
  AyParts classes = ay_parts_by (problem->ranks, head->n_classes, 1);
  guint8 failed = 0;

  self->n_classes = head->n_classes;
  self->stride = head->d + 1;
  self->size = self->stride * (self->stride + 1) / 2;
  build.n_wanted = CLAMP (worth * ROWS_A_ROUND * problem->n / MAX (head->d, 1),
                          LEAST_ROWS * (double) self->stride, MOST_ROWS * (double) self->stride);
  self->factors = ay_try_alloc (self->n_classes * self->size, sizeof (float),
                                "the preconditioner", error);
  classes.what = "factors of classes";
  if (self->factors == NULL || !ay_parts_for (&classes, build_class, &build, job, error)
      || !ay_parts_gather (&classes, self->factors, self->size * sizeof (float), error)
      || !any_failed (problem->ranks, build.failed, &failed, error))
    return NULL;
  if (!failed)
    return g_steal_pointer (&self);
  g_set_error_literal (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
                       "a class's Hessian is not positive definite in float");
  return NULL;
}

void
ay_class_blocks_free (AyClassBlocks *self)
{
  if (self == NULL)
    return;
  g_free (self->factors);
  g_free (self);
}

static void
solve_class (gsize c, guint worker, gpointer data)
{
  Apply *work = data;
  const AyClassBlocks *self = work->blocks;
  gsize stride = self->stride;
  g_autofree float *x = g_new (float, work->k * stride);

  for (gsize v = 0; v < work->k; v++)
    for (gsize j = 0; j < stride; j++)
      x[v * stride + j] = (float) work->in[(v * self->n_classes + c) * stride + j];
  LAPACKE_spftrs_work (LAPACK_COL_MAJOR, 'N', 'L', stride, work->k, self->factors + c * self->size,
                       x, stride);
  for (gsize v = 0; v < work->k; v++)
    for (gsize j = 0; j < stride; j++)
      work->out[(v * self->n_classes + c) * stride + j] = x[v * stride + j];
}

gboolean
ay_class_blocks_apply (gpointer data, const double *in, gsize k, double *out, AyJob *job,
                       GError **error)
{
  AyClassBlocks *self = data;
  Apply work = { self, k, in, out };

  if (!ay_parallel_for (self->n_classes, solve_class, &work, job, error))
    return FALSE;
  ay_drop_class_mean (self->n_classes, self->stride, k, out);
  return TRUE;
}
