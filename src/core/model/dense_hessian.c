/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Hessian of J as a matrix.
 *
 * Block (a, b) = sum_i w_i (U^T W_i U)_ab z_i z_i^T + [a = b] lambda P, for the m(m+1)/2 pairs of
 * the m = C - 1 reduced classes; a block is itself symmetric, so that only the panels of columns
 * up to the diagonal are multiplied. A task is a pair and a panel: it goes through the rows in
 * blocks, standardises, scales the panel's columns by the rows' curvature, multiplies and adds to
 * its own place in double: no shared sums, the same bytes for any number of threads.
 *
 * Cost: about 0.6 m^2 n d^2 flop. Memory: r^2 doubles, a block a worker. */
#include "core/model/dense_hessian.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/reduced.h"

#include <cblas.h>
#include <lapacke.h>
#include <string.h>

#define PANEL 128
#define BLOCK_ROWS 512

typedef struct
{
  const AyProblem *problem;
  const AyHead *head;
  const AyCurvature *at;
  gboolean wide;
  gsize stride, r, n_panels;
  guint m;
  double *out;
  AyJob *job;
} Build;

/* A worker's block of rows: z, and the panel of it times the curvature. */
typedef struct
{
  float *z, *scaled, *product;
  double *wide_z, *wide_scaled, *p, *curvature;
} Scratch;

static void
scale_rows (const Build *self, Scratch *s, gsize first, gsize count, gsize from, gsize width)
{
  const double *weight = ay_curvature_weight (self->at);
  gsize stride = self->stride;

  for (gsize i = 0; i < count; i++)
    {
      const float *z = s->z + i * stride;
      double o = weight[first + i] * s->curvature[i];

      if (self->wide)
        for (gsize j = 0; j < width; j++)
          s->wide_scaled[i * width + j] = o * z[from + j];
      else
        for (gsize j = 0; j < width; j++)
          s->scaled[i * width + j] = (float) o * z[from + j];
    }
}

/* curvature[i] = (U^T W U)_ab of the block's rows */
static void
load_curvature (const Build *self, Scratch *s, gsize first, gsize count, guint a, guint b)
{
  for (gsize i = 0; i < count; i++)
    {
      ay_curvature_probability (self->at, first + i, s->p);
      s->curvature[i] = ay_reduced_curvature (self->head->n_outputs, s->p, a, b);
    }
}

static void
add_block (const Build *self, Scratch *s, gsize count, gsize from, gsize width, double *to)
{
  gsize stride = self->stride, rows = from + width;

  if (self->wide)
    {
      for (gsize i = 0; i < count * stride; i++)
        s->wide_z[i] = s->z[i];
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, rows, width, count, 1.0, s->wide_z,
                   stride, s->wide_scaled, width, 1.0, to + from, self->r);
      return;
    }
  cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, rows, width, count, 1.0f, s->z, stride,
               s->scaled, width, 0.0f, s->product, width);
  for (gsize i = 0; i < rows; i++)
    for (gsize j = 0; j < width; j++)
      to[i * self->r + from + j] += s->product[i * width + j];
}

static void
build_panel (gsize task, guint worker, gpointer data)
{
  const Build *self = data;
  gsize panel = task % self->n_panels, pair = task / self->n_panels, stride = self->stride;
  gsize from = panel * PANEL, width = MIN (PANEL, stride - from);
  guint a = 0, m = self->m;
  double *to;

  for (; pair >= m - a; a++)
    pair -= m - a;
  to = self->out + a * stride * self->r + (a + pair) * stride;
  {
    g_autofree float *z = g_new (float, BLOCK_ROWS * stride);
    g_autofree float *scaled = g_new (float, self->wide ? 1 : BLOCK_ROWS * width);
    g_autofree float *product = g_new (float, self->wide ? 1 : stride * width);
    g_autofree double *wide_z = g_new (double, self->wide ? BLOCK_ROWS * stride : 1);
    g_autofree double *wide_scaled = g_new (double, self->wide ? BLOCK_ROWS * width : 1);
    g_autofree double *p = g_new (double, self->head->n_outputs);
    g_autofree double *curvature = g_new (double, BLOCK_ROWS);
    Scratch s = { z, scaled, product, wide_z, wide_scaled, p, curvature };

    for (gsize first = 0; first < self->problem->n; first += BLOCK_ROWS)
      {
        gsize count = MIN (BLOCK_ROWS, self->problem->n - first);

        if (ay_job_is_cancelled (self->job))
          return;
        ay_curvature_rows (self->problem, self->head, first, count, z);
        load_curvature (self, &s, first, count, a, a + (guint) pair);
        scale_rows (self, &s, first, count, from, width);
        add_block (self, &s, count, from, width, to);
      }
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
                 .n_panels = ay_n_blocks (head->d + 1, PANEL), .out = out, .job = job };

  memset (out, 0, self.r * self.r * sizeof (double));
  if (!ay_parallel_for (m * (m + 1) / 2 * self.n_panels, build_panel, &self, job, error))
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
