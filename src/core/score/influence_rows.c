/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Influence row by row: S = H^-1 G for the m gradients G, then w_i r_i^T S_t z_i for every pair.
 *
 * A residual r_i sums to zero over the classes, so that S_t is taken relative to its last class:
 * a product of 2 n (C - 1) d m flop in float, by strips of training rows and tiles of rows t on all
 * cores, handed on some thousand rows at a time. */
#include "core/score/influence_rows.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/words.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define STRIP 512       /* training rows */
#define TILE_COLUMNS 576 /* of a product with a strip, about */
#define HANDED_BYTES (gsize) (32 << 20)

typedef struct
{
  const AyInfluenceRows *rows;
  AyCurvature *at;
  gsize m, p, stride, first, count; /* stride: d + 1 */
  guint n_outputs, columns; /* columns: classes multiplied, a row t */
  gsize tile;     /* rows t a product */
  float *s;       /* a tile of rows t after another: columns x rows x stride */
  float *effect;  /* count x m */
  float *scratch; /* a worker: STRIP x (stride + tile columns) */
} Stream;

/* p - y (ridge: prediction - target) of the rows t, m x n_outputs. */
static double *
residuals_of (const AyInfluenceRows *self, AyJob *job, GError **error)
{
  const AyProblem *of = self->of;
  guint n = self->head->n_outputs;
  g_autofree double *r = ay_try_alloc (of->n * n + 1, sizeof (double), "the residuals", error);

  if (r == NULL
      || !ay_head_predict (self->head, of->features, of->rows, of->n, r, job, error))
    return NULL;
  for (gsize t = 0; t < of->n; t++)
    if (of->n_classes > 0)
      r[t * n + of->label[t]] -= 1.0;
    else
      r[t] -= of->target[t];
  return g_steal_pointer (&r);
}

/* The solutions (m x p) in the order of the products. */
static gboolean
arrange (Stream *self, const double *g, GError **error)
{
  gsize stride = self->stride;

  self->s = ay_try_alloc (self->m * self->columns * stride + 1, sizeof (float), "the solutions",
                          error);
  if (self->s == NULL)
    return FALSE;
  for (gsize t = 0; t < self->m; t++)
    {
      gsize first = t / self->tile * self->tile, count = MIN (self->tile, self->m - first);
      const double *from = g + t * self->p, *last = from + self->columns * stride;

      for (gsize c = 0; c < self->columns; c++)
        {
          float *to = self->s + (first * self->columns + c * count + t - first) * stride;

          for (gsize j = 0; j < stride; j++)
            to[j] = (float) (from[c * stride + j]
                             - (self->columns < self->n_outputs ? last[j] : 0.0));
        }
    }
  return TRUE;
}

/* H^-1 times each row's gradient, in float. */
static gboolean
solve (Stream *self, double *residual, AyJob *job, GError **error)
{
  const AyInfluenceRows *rows = self->rows;
  g_autofree double *r = residuals_of (rows, job, error);
  g_autofree double *g = r != NULL ? ay_try_alloc (self->m * self->p + 1, sizeof (double),
                                                   "the gradients", error)
                                   : NULL;
  g_autofree float *z = g_new (float, self->stride);

  if (g == NULL)
    return FALSE;
  for (gsize t = 0; t < self->m; t++)
    {
      ay_curvature_rows (rows->of, rows->head, t, 1, z);
      for (guint c = 0; c < self->n_outputs; c++)
        for (gsize j = 0; j < self->stride; j++)
          g[t * self->p + c * self->stride + j] = r[t * self->n_outputs + c] * z[j];
    }
  ay_job_set_phase (job, "influence on each row");
  if (self->m > 0
      && !(rows->tolerance > 0.0 ? ay_hessian_solve_to (rows->hessian, g, self->m, rows->tolerance,
                                                        residual, job, error)
                                 : ay_hessian_solve (rows->hessian, g, self->m, residual, job,
                                                     error)))
    return FALSE;
  return arrange (self, g, error);
}

/* Effects of the strip on the rows t of a tile, from its products u. */
static void
combine (const Stream *self, gsize from, gsize rows, gsize tile, const float *u)
{
  const AyProblem *train = self->rows->train;
  gsize first = tile * self->tile, count = MIN (self->tile, self->m - first);
  g_autofree double *r = g_new (double, self->n_outputs), *sum = g_new (double, count);

  for (gsize i = 0; i < rows; i++)
    {
      gsize row = self->first + from + i;
      double weight = ay_problem_weight (train, row);
      float *out = self->effect + (from + i) * self->m + first;

      ay_curvature_residual (self->at, row, r);
      memset (sum, 0, count * sizeof *sum);
      for (gsize c = 0; c < self->columns; c++, u += count)
        for (gsize t = 0; t < count; t++)
          sum[t] += r[c] * u[t];
      for (gsize t = 0; t < count; t++)
        out[t] = (float) (weight * sum[t]);
    }
}

static void
multiply_strip (gsize strip, guint worker, gpointer data)
{
  Stream *self = data;
  gsize from = strip * STRIP, rows = MIN (STRIP, self->count - from), stride = self->stride;
  float *z = self->scratch + worker * STRIP * (stride + self->tile * self->columns);
  float *u = z + STRIP * stride;

  ay_curvature_rows (self->rows->train, self->rows->head, self->first + from, rows, z);
  for (gsize tile = 0; tile * self->tile < self->m; tile++)
    {
      gsize first = tile * self->tile;
      gsize width = MIN (self->tile, self->m - first) * self->columns;

      cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, rows, width, stride, 1.0f, z, stride,
                   self->s + first * self->columns * stride, stride, 0.0f, u, width);
      combine (self, from, rows, tile, u);
    }
}

static gboolean
stream (Stream *self, AyInfluenceSink sink, gpointer data, AyJob *job, GError **error)
{
  gsize n = self->rows->train->n, width = self->tile * self->columns;
  gsize most = CLAMP (HANDED_BYTES / sizeof (float) / MAX (self->m, 1) / STRIP * STRIP, STRIP,
                      1 << 14);

  self->effect = ay_try_alloc (most * self->m + 1, sizeof (float), "the influences", error);
  self->scratch = self->effect != NULL
                      ? ay_try_alloc (ay_threads () * STRIP * (self->stride + width),
                                      sizeof (float), "the influences", error)
                      : NULL;
  if (self->scratch == NULL)
    return FALSE;
  for (self->first = 0; self->first < n; self->first += most)
    {
      self->count = MIN (most, n - self->first);
      if (!ay_parallel_for (ay_n_blocks (self->count, STRIP), multiply_strip, self, job, error)
          || !sink (self->first, self->count, self->effect, data, error))
        return FALSE;
      ay_job_set_fraction (job, (double) (self->first + self->count) / n);
    }
  return TRUE;
}

gboolean
ay_influence_rows (const AyInfluenceRows *rows, AyInfluenceSink sink, gpointer data,
                   double *residual, AyJob *job, GError **error)
{
  Stream self = { .rows = rows, .m = rows->of->n, .stride = rows->head->d + 1,
                  .p = ay_hessian_n_parameters (rows->hessian),
                  .n_outputs = rows->head->n_outputs };
  gboolean done;

  self.columns = self.n_outputs > 1 ? self.n_outputs - 1 : 1;
  self.tile = CLAMP (TILE_COLUMNS / self.columns, 1, MAX (self.m, 1));
  self.at = ay_hessian_curvature (rows->hessian, job, error);
  done = self.at != NULL && solve (&self, residual, job, error)
         && stream (&self, sink, data, job, error);
  g_free (self.s);
  g_free (self.effect);
  g_free (self.scratch);
  return done;
}

/* --- the largest --- */

/* Puts (value, position) into a list of the k largest; of equal ones the earlier comes first. */
static void
insert (float *values, guint32 *positions, guint k, guint have, float value, guint32 position)
{
  guint at = have < k ? have : k - 1;

  if (have == k && !(value > values[k - 1]))
    return;
  for (; at > 0 && value > values[at - 1]; at--)
    {
      values[at] = values[at - 1];
      positions[at] = positions[at - 1];
    }
  values[at] = value;
  positions[at] = position;
}

static gboolean
keep_largest (gsize first, gsize count, const float *effect, gpointer data, GError **error)
{
  AyInfluenceTop *self = data;

  for (gsize i = 0; i < count; i++)
    for (gsize t = 0; t < self->m; t++)
      {
        float value = effect[i * self->m + t];
        guint have = (guint) MIN (first + i, self->k);

        insert (self->help + t * self->k, self->helping + t * self->k, self->k, have, value,
                (guint32) (first + i));
        insert (self->hurt + t * self->k, self->hurting + t * self->k, self->k, have, -value,
                (guint32) (first + i));
      }
  return TRUE;
}

AyInfluenceTop *
ay_influence_top_new (const AyInfluenceRows *rows, guint k, AyJob *job, GError **error)
{
  g_autoptr (AyInfluenceTop) self = g_new0 (AyInfluenceTop, 1);
  gsize size;

  if (k == 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                           N_ ("at least one row must be asked for"));
      return NULL;
    }
  self->m = rows->of->n;
  self->k = (guint) MIN (k, rows->train->n);
  size = self->m * self->k;
  self->help = ay_try_alloc (2 * size + 1, sizeof (float) + sizeof (guint32), "the rows", error);
  if (self->help == NULL)
    return NULL;
  self->hurt = self->help + size;
  self->helping = (guint32 *) (self->hurt + size);
  self->hurting = self->helping + size;
  if (!ay_influence_rows (rows, keep_largest, self, NULL, job, error))
    return NULL;
  for (gsize i = 0; i < size; i++)
    self->hurt[i] = -self->hurt[i];
  return g_steal_pointer (&self);
}

void
ay_influence_top_free (AyInfluenceTop *self)
{
  if (self == NULL)
    return;
  g_free (self->help);
  g_free (self);
}

gboolean
ay_influence_lengths (const AyProblem *train, const AyHead *head, double *length, AyJob *job,
                      GError **error)
{
  guint n = head->n_outputs;
  gsize stride = head->d + 1;
  g_autofree float *z = g_new (float, STRIP * stride);
  g_autofree double *r = g_new (double, STRIP * n);

  for (gsize first = 0; first < train->n; first += STRIP)
    {
      gsize count = MIN (STRIP, train->n - first);

      if (!ay_head_predict (head, train->features, train->rows + first, count, r, job, error))
        return FALSE;
      ay_curvature_rows (train, head, first, count, z);
      for (gsize i = 0; i < count; i++)
        {
          double *own = r + i * n;

          if (train->n_classes > 0)
            own[train->label[first + i]] -= 1.0;
          else
            own[0] -= train->target[first + i];
          length[first + i] = cblas_dnrm2 (n, own, 1)
                              * (double) cblas_snrm2 (stride, z + i * stride, 1);
        }
    }
  return TRUE;
}
