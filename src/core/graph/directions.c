/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Directions for pruning.
 *
 * For orthonormal p_1..p_m, sum_k (p_k.(x - y))^2 <= |x - y|^2: a bound from below that costs m
 * numbers a point. It is tightest along the leading principal directions, which two rounds of
 * subspace iteration on a sample of SAMPLE rows give well enough (Halko, Martinsson and Tropp 2011,
 * algorithm 4.4), turned so that the first holds the most (Rayleigh-Ritz).
 *
 * Cost: a few SAMPLE d m, then n d m flop. Memory: (n + d) m floats. Blocks of BLOCK points. */
#include "core/graph/directions.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/rng.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE 2048
#define SAMPLE_VALUES (1 << 24)
#define ROUNDS 2
#define BLOCK 512
#define ROUNDING 5.9604644775390625e-8

/* Rows of a (m x d) made orthonormal, twice over; a row that depends on those before becomes 0. */
static void
orthonormalise (double *a, guint m, gsize d)
{
  for (guint i = 0; i < m; i++)
    {
      double *row = a + i * d, before = cblas_dnrm2 ((int) d, row, 1), length;

      for (int twice = 0; twice < 2; twice++)
        for (guint j = 0; j < i; j++)
          cblas_daxpy ((int) d, -cblas_ddot ((int) d, row, 1, a + j * d, 1), a + j * d, 1, row,
                       1);
      length = cblas_dnrm2 ((int) d, row, 1);
      if (length > 1e-6 * before)
        cblas_dscal ((int) d, 1.0 / length, row, 1);
      else
        memset (row, 0, d * sizeof *row);
    }
}

/* Turns the rows of axes so that the sample spreads most along the first. */
static void
rotate (const double *sample, gsize count, double *axes, guint m, gsize d)
{
  g_autofree double *along = g_new (double, count * m);
  g_autofree double *spread = g_new (double, (gsize) m * m);
  g_autofree double *turned = g_new0 (double, m * d);
  g_autofree double *values = g_new (double, m);

  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) count, (int) m, (int) d, 1.0, sample,
               (int) d, axes, (int) d, 0.0, along, (int) m);
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) m, (int) m, (int) count, 1.0, along,
               (int) m, along, (int) m, 0.0, spread, (int) m);
  if (LAPACKE_dsyev (LAPACK_ROW_MAJOR, 'V', 'U', (int) m, spread, (int) m, values) != 0)
    return;
  for (guint i = 0; i < m; i++)
    for (guint j = 0; j < m; j++)
      cblas_daxpy ((int) d, spread[j * m + (m - 1 - i)], axes + j * d, 1, turned + i * d, 1);
  memcpy (axes, turned, m * d * sizeof *axes);
}

static void
find_axes (const AyPointSet *points, AyDirections *self, guint64 seed)
{
  gsize d = points->d, count = MIN (points->n, CLAMP (SAMPLE_VALUES / d, 64, SAMPLE));
  g_autofree double *axes = g_new (double, self->m * d);
  g_autofree double *along = g_new (double, count * self->m);
  g_autofree double *sample = g_new (double, count * d);
  g_autofree float *rows = g_new (float, count * d);
  g_autofree guint32 *positions = NULL;
  AyRng rng;

  ay_rng_init (&rng, seed, 1);
  positions = ay_rng_sample (&rng, points->n, count);
  ay_point_set_load (points, positions, 0, count, rows);
  for (gsize i = 0; i < count; i++)
    for (gsize k = 0; k < d; k++)
      sample[i * d + k] = ay_point_is_zero (points, positions[i]) ? 0.0 : rows[i * d + k];
  for (gsize k = 0; k < self->m * d; k++)
    axes[k] = ay_rng_normal (&rng);
  for (int round = 0; round < ROUNDS; round++)
    {
      orthonormalise (axes, self->m, d);
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) count, (int) self->m, (int) d,
                   1.0, sample, (int) d, axes, (int) d, 0.0, along, (int) self->m);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) self->m, (int) d, (int) count,
                   1.0, along, (int) self->m, sample, (int) d, 0.0, axes, (int) d);
    }
  orthonormalise (axes, self->m, d);
  rotate (sample, count, axes, self->m, d);
  for (gsize k = 0; k < self->m * d; k++)
    self->axes[k] = (float) axes[k];
}

typedef struct
{
  const AyPointSet *points;
  AyDirections *out;
} Project;

static void
project_block (gsize block, guint worker, gpointer data)
{
  Project *self = data;
  gsize d = self->points->d, first = block * BLOCK;
  gsize count = MIN (BLOCK, self->points->n - first);
  g_autofree float *rows = g_new (float, count * d);

  ay_point_set_load (self->points, NULL, first, count, rows);
  for (gsize i = 0; i < count; i++)
    if (ay_point_is_zero (self->points, first + i))
      memset (rows + i * d, 0, d * sizeof *rows);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) self->out->m, (int) count, (int) d,
               1.0f, self->out->axes, (int) d, rows, (int) d, 0.0f,
               self->out->coordinate + (first - self->out->first), (int) self->out->n);
}

AyDirections *
ay_directions_new (const AyPointSet *points, guint m, guint64 seed, AyJob *job, GError **error)
{
  g_autoptr (AyDirections) self = g_new0 (AyDirections, 1);
  Project project = { points, self };
  AyParts parts = ay_parts_by (points->points.ranks, points->n, BLOCK);

  self->n = ay_parts_rows_of_rank (&parts, ay_ranks_own (parts.ranks), &self->first);
  self->m = (guint) MIN (m, points->d);
  self->axes = g_new (float, self->m * points->d);
  self->coordinate
      = ay_try_alloc (MAX (self->n, 1) * self->m, sizeof (float), "the directions", error);
  if (self->coordinate == NULL)
    return NULL;
  find_axes (points, self, seed);
  self->error = 4.0 * ROUNDING * sqrt ((double) points->d * self->m) * sqrt (points->largest);
  if (!ay_parts_for (&parts, project_block, &project, job, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
ay_directions_free (AyDirections *self)
{
  if (self == NULL)
    return;
  g_free (self->axes);
  g_free (self->coordinate);
  g_free (self);
}
