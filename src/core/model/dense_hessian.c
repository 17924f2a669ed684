/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Hessian of J as a matrix.
 *
 * Block (a, b) = sum_i w_i (U^T W_i U)_ab z_i z_i^T + [a = b] lambda P, for the m(m+1)/2 pairs of
 * the m = C - 1 reduced classes; a block is itself symmetric, so that only the panels of columns
 * up to the diagonal are multiplied. A task is a panel and a group of pairs: it goes through the
 * rows in blocks, standardises, puts the panel's columns times each pair's curvature side by side,
 * multiplies all at once and adds in double, part of the rows by part (parts.h): no sums that
 * threads share, the same bytes for any number of them and of ranks.
 *
 * Cost: about 0.56 m^2 n d^2 flop, a reading of the rows a task. Memory: r^2 doubles; a worker, a
 * block of rows, of scaled ones and of products, and up to five sums of a task. */
#include "core/model/dense_hessian.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/words.h"
#include "core/model/reduced.h"

#include <cblas.h>
#include <lapacke.h>
#include <string.h>

#define PANEL 64
#define PAIRS 9 /* a group, at most */
#define BLOCK_ROWS 1024
#define PART_ROWS 256            /* at least */
#define MAX_PARTS 16
#define BATCH_BYTES (64 << 20)   /* of sums that ranks exchange at a time */

typedef struct
{
  const AyProblem *problem;
  const AyHead *head;
  const AyCurvature *at;
  gboolean wide;
  gsize stride, r, n_panels, n_pairs;
  guint m;
  AyParts parts;
  gsize first_task;  /* of a batch */
  double *nodes;     /* of several ranks: what each task of the batch leaves, task_size x n_nodes */
  gsize n_nodes;     /* this rank's */
  double *out;
  gint short_of_memory;
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

/* What no task's sum is larger than. */
static gsize
most_values (const Build *self)
{
  return self->stride * MIN (PAIRS, self->n_pairs) * PANEL;
}

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

static gsize
task_size (const Task *task)
{
  return (task->from + task->width) * task->n_pairs * task->width;
}

static void
add_products (const Build *self, const Task *task, const Scratch *s, double *sum)
{
  gsize size = task_size (task);

  if (self->wide)
    for (gsize j = 0; j < size; j++)
      sum[j] += s->wide_product[j];
  else
    for (gsize j = 0; j < size; j++)
      sum[j] += s->product[j];
}

/* The task's sum to its places in the matrix. */
static void
put_sum (const Build *self, const Task *task, const double *sum)
{
  gsize rows = task->from + task->width, width = task->width, columns = task->n_pairs * width;

  for (gsize k = 0; k < task->n_pairs; k++)
    {
      double *to = self->out + task->a[k] * self->stride * self->r + task->b[k] * self->stride
                   + task->from;

      for (gsize i = 0; i < rows; i++)
        memcpy (to + i * self->r, sum + i * columns + k * width, width * sizeof (double));
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

/* One part's sum. */
static void
sum_part (const Build *self, const Task *task, Scratch *s, gsize part, double *sum)
{
  gsize last = MIN (self->problem->n, (part + 1) * self->parts.rows);

  for (gsize first = part * self->parts.rows; first < last; first += BLOCK_ROWS)
    {
      gsize count = MIN (BLOCK_ROWS, last - first);

      if (ay_job_is_cancelled (self->job))
        return;
      ay_curvature_rows (self->problem, self->head, first, count, s->z);
      scale_rows (self, task, s, first, count);
      multiply (self, task, s, count);
      add_products (self, task, s, sum);
    }
}

static void
build_panels (gsize index, guint worker, gpointer data)
{
  Build *self = data;
  Task task = task_at (self, self->first_task + index);
  g_auto (AyPartSums) sums;
  const double *whole;
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

  ay_part_sums_init (&sums, &self->parts, task_size (&task));
  for (gsize part = self->parts.first; part < self->parts.last; part++)
    {
      double *sum = ay_part_sums_next (&sums, NULL);

      if (sum == NULL)
        {
          g_atomic_int_set (&self->short_of_memory, 1);
          return;
        }
      sum_part (self, &task, &s, part, sum);
      ay_part_sums_push (&sums);
    }
  if (self->nodes != NULL)
    {
      ay_part_sums_take (&sums, self->nodes + index * self->n_nodes * most_values (self));
      return;
    }
  whole = ay_part_sums_fold (&sums);
  if (whole != NULL)
    put_sum (self, &task, whole);
}

static gboolean
build_tasks (Build *self, gsize count, AyJob *job, GError **error)
{
  if (!ay_parallel_for (count, build_panels, self, job, error))
    return FALSE;
  if (!self->short_of_memory)
    return TRUE;
  g_set_error_literal (error, AY_ERROR, AY_ERROR_NOMEM,
                       N_ ("not enough memory for the Hessian's sums"));
  return FALSE;
}

/* Of several ranks: tasks by batches, whose sums are then added up. */
static gboolean
build_batch (Build *self, gsize count, AyJob *job, GError **error)
{
  g_autofree double *sum = ay_try_alloc (most_values (self), sizeof (double), "the Hessian", error);

  if (sum == NULL || !build_tasks (self, count, job, error))
    return FALSE;
  for (gsize index = 0; index < count; index++)
    {
      Task task = task_at (self, self->first_task + index);

      if (!ay_parts_merge (&self->parts, self->nodes + index * self->n_nodes * most_values (self),
                           task_size (&task), sum, job, error))
        return FALSE;
      put_sum (self, &task, sum);
    }
  return TRUE;
}

static gboolean
build_shared (Build *self, gsize n_tasks, AyJob *job, GError **error)
{
  gsize most = 1, batch;
  g_autofree double *nodes = NULL;

  for (guint r = 0; r < self->parts.ranks->size; r++)
    most = MAX (most, ay_parts_n_nodes (&self->parts, r));
  batch = CLAMP (BATCH_BYTES / (most * most_values (self) * sizeof (double)), 1, n_tasks);
  self->n_nodes = ay_parts_n_nodes (&self->parts, self->parts.ranks->rank);
  nodes = ay_try_alloc (batch * most * most_values (self), sizeof (double), "the Hessian", error);
  if (nodes == NULL)
    return FALSE;
  self->nodes = nodes;
  for (self->first_task = 0; self->first_task < n_tasks; self->first_task += batch)
    if (!build_batch (self, MIN (batch, n_tasks - self->first_task), job, error))
      return FALSE;
  return TRUE;
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

  gsize n_tasks = ay_n_blocks (self.n_pairs, PAIRS) * self.n_panels;

  memset (out, 0, self.r * self.r * sizeof (double));
  self.parts = ay_parts (problem->ranks, problem->n, PART_ROWS, MAX_PARTS);
  self.parts.what = "Hessian";
  if (!(problem->ranks != NULL
            ? build_shared (&self, n_tasks, job, error)
            : build_tasks (&self, n_tasks, job, error)))
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
               N_ ("the Hessian is not positive definite (parameter %d of %zu)"), failed, r);
  return FALSE;
}

gboolean
ay_dense_invert (double *factor, gsize r, GError **error)
{
  gint failed = LAPACKE_dpotri_work (LAPACK_COL_MAJOR, 'L', r, factor, r);

  if (failed != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
                   N_ ("the Hessian is singular (parameter %d)"), failed);
      return FALSE;
    }
  /* column-major lower is our upper */
  for (gsize i = 0; i < r; i++)
    for (gsize j = 0; j < i; j++)
      factor[i * r + j] = factor[j * r + i];
  return TRUE;
}
