/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Hessian of J as a matrix.
 *
 * Block (a, b) = sum_i w_i (U^T W_i U)_ab z_i z_i^T + [a = b] lambda P, for the m(m+1)/2 pairs of
 * the m = C - 1 reduced classes; a block is itself symmetric, so that only the panels of columns
 * up to the diagonal are multiplied. A task is a panel and a group of pairs: it goes through the
 * rows in blocks, standardises, puts the panel's columns times each pair's curvature side by side,
 * multiplies all at once and adds to its own places in double: no shared sums, the same bytes for
 * any number of threads.
 *
 * Cost: about 0.56 m^2 n d^2 flop, a reading of the rows a task. Memory: r^2 doubles; a worker, a
 * block of rows, of scaled ones and of products. */
#include "core/model/dense_hessian.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/reduced.h"

#include <cblas.h>
#include <lapacke.h>
#include <string.h>

#define PANEL 64
#define PAIRS 9 /* a group, at most */
#define BLOCK_ROWS 1024

typedef struct
{
  const AyProblem *problem;
  const AyHead *head;
  const AyCurvature *at;
  gboolean wide;
  gsize stride, r, n_panels, n_pairs;
  guint m;
  double *out;
  AyJob *job;
} Build;

/* What a task computes: columns from .. from+width-1 of some pairs' blocks. */
typedef struct
{
  gsize from, width, n_pairs;
  guint a[PAIRS], b[PAIRS];
} Task;

/* A worker's block of rows: z, the panel of it times each pair's curvature, and the product. */
typedef struct
{
  float *z, *scaled, *product;
  double *wide_z, *wide_scaled, *wide_product, *p;
} Scratch;

static void
scale_rows (const Build *self, const Task *task, Scratch *s, gsize first, gsize count)
{
  const double *weight = ay_curvature_weight (self->at);
  gsize width = task->width, columns = task->n_pairs * width;

  for (gsize i = 0; i < count; i++)
    {
      const float *z = s->z + i * self->stride + task->from;

      ay_curvature_probability (self->at, first + i, s->p);
      for (gsize k = 0; k < task->n_pairs; k++)
        {
          gsize to = i * columns + k * width;
          double o = weight[first + i] * ay_reduced_curvature (self->head->n_outputs, s->p,
                                                               task->a[k], task->b[k]);
          float narrow = (float) o;

          if (self->wide)
            for (gsize j = 0; j < width; j++)
              s->wide_scaled[to + j] = o * z[j];
          else
            for (gsize j = 0; j < width; j++)
              s->scaled[to + j] = narrow * z[j];
        }
    }
}

static void
multiply (const Build *self, const Task *task, Scratch *s, gsize count)
{
  gsize stride = self->stride, rows = task->from + task->width;
  gsize columns = task->n_pairs * task->width;

  if (!self->wide)
    {
      cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, rows, columns, count, 1.0f, s->z,
                   stride, s->scaled, columns, 0.0f, s->product, columns);
      return;
    }
  for (gsize i = 0; i < count * stride; i++)
    s->wide_z[i] = s->z[i];
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, rows, columns, count, 1.0, s->wide_z,
               stride, s->wide_scaled, columns, 0.0, s->wide_product, columns);
}

static void
add_products (const Build *self, const Task *task, const Scratch *s)
{
  gsize rows = task->from + task->width, width = task->width, columns = task->n_pairs * width;

  for (gsize k = 0; k < task->n_pairs; k++)
    {
      double *to = self->out + task->a[k] * self->stride * self->r + task->b[k] * self->stride
                   + task->from;

      for (gsize i = 0; i < rows; i++)
        if (self->wide)
          for (gsize j = 0; j < width; j++)
            to[i * self->r + j] += s->wide_product[i * columns + k * width + j];
        else
          for (gsize j = 0; j < width; j++)
            to[i * self->r + j] += s->product[i * columns + k * width + j];
    }
}

/* The widest panels, which cost most, come first. */
static Task
task_at (const Build *self, gsize index)
{
  gsize n_groups = ay_n_blocks (self->n_pairs, PAIRS), first = index % n_groups * PAIRS;
  gsize panel = self->n_panels - 1 - index / n_groups, pair = first;
  Task task = { .from = panel * PANEL, .width = MIN (PANEL, self->stride - panel * PANEL),
                .n_pairs = MIN (PAIRS, self->n_pairs - first) };
  guint a = 0;

  for (; pair >= self->m - a; a++)
    pair -= self->m - a;
  for (gsize k = 0; k < task.n_pairs; k++)
    {
      task.a[k] = a;
      task.b[k] = a + (guint) pair;
      if (++pair == self->m - a)
        {
          a++;
          pair = 0;
        }
    }
  return task;
}

static void
build_panels (gsize index, guint worker, gpointer data)
{
  const Build *self = data;
  Task task = task_at (self, index);
  gsize stride = self->stride, columns = task.n_pairs * task.width;
  gsize narrow = self->wide ? 0 : 1, wide = self->wide ? 1 : 0;
  g_autofree float *z = g_new (float, BLOCK_ROWS * stride);
  g_autofree float *scaled = g_new (float, narrow * BLOCK_ROWS * columns);
  g_autofree float *product = g_new (float, narrow * stride * columns);
  g_autofree double *wide_z = g_new (double, wide * BLOCK_ROWS * stride);
  g_autofree double *wide_scaled = g_new (double, wide * BLOCK_ROWS * columns);
  g_autofree double *wide_product = g_new (double, wide * stride * columns);
  g_autofree double *p = g_new (double, self->head->n_outputs);
  Scratch s = { z, scaled, product, wide_z, wide_scaled, wide_product, p };

  for (gsize first = 0; first < self->problem->n; first += BLOCK_ROWS)
    {
      gsize count = MIN (BLOCK_ROWS, self->problem->n - first);

      if (ay_job_is_cancelled (self->job))
        return;
      ay_curvature_rows (self->problem, self->head, first, count, z);
      scale_rows (self, &task, &s, first, count);
      multiply (self, &task, &s, count);
      add_products (self, &task, &s);
    }
}

/* The penalty, and the triangles not computed. */
static void
finish (Build *self)
{
  gsize stride = self->stride, r = self->r;

  for (guint a = 0; a < self->m; a++)
    for (guint b = a; b < self->m; b++)
      {
        double *block = self->out + a * stride * r + b * stride;

        for (gsize i = 0; i < stride; i++)
          {
            if (a == b && i + 1 < stride)
              block[i * r + i] += self->head->lambda;
            for (gsize j = 0; j < i; j++)
              block[i * r + j] = block[j * r + i];
          }
      }
  for (gsize i = 0; i < r; i++)
    for (gsize j = 0; j < i - i % stride; j++)
      self->out[i * r + j] = self->out[j * r + i];
}

gboolean
ay_dense_hessian_build (const AyProblem *problem, const AyHead *head, const AyCurvature *at,
                        gboolean wide, double *out, AyJob *job, GError **error)
{
  guint m = ay_reduced_outputs (head->n_outputs);
  Build self = { .problem = problem, .head = head, .at = at, .wide = wide, .m = m,
                 .stride = head->d + 1, .r = m * (head->d + 1),
                 .n_panels = ay_n_blocks (head->d + 1, PANEL), .n_pairs = m * (m + 1) / 2,
                 .out = out, .job = job };

  memset (out, 0, self.r * self.r * sizeof (double));
  if (!ay_parallel_for (ay_n_blocks (self.n_pairs, PAIRS) * self.n_panels, build_panels, &self,
                        job, error))
    return FALSE;
  finish (&self);
  return TRUE;
}

gboolean
ay_dense_factor (double *a, gsize r, GError **error)
{
  gint failed = LAPACKE_dpotrf_work (LAPACK_COL_MAJOR, 'L', r, a, r);

  if (failed == 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
               "the Hessian is not positive definite (parameter %d of %zu)", failed, r);
  return FALSE;
}

gboolean
ay_dense_invert (double *factor, gsize r, GError **error)
{
  gint failed = LAPACKE_dpotri_work (LAPACK_COL_MAJOR, 'L', r, factor, r);

  if (failed != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
                   "the Hessian is singular (parameter %d)", failed);
      return FALSE;
    }
  /* column-major lower is our upper */
  for (gsize i = 0; i < r; i++)
    for (gsize j = 0; j < i; j++)
      factor[i * r + j] = factor[j * r + i];
  return TRUE;
}
