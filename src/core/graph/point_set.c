/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points for blocked products.
 *
 * |x - y|^2 = |x|^2 + |y|^2 - 2 x.y loses digits where points are long and near to one another.
 * Two things keep what it loses small: the mean of all points is taken off first, and every
 * distance that is kept is summed again from the rows, in double. For cosine the rows are brought
 * to unit length in double; 1 - cosine is then |u - v|^2 / 2, which does not cancel for near
 * copies as 1 - u.v does.
 *
 * Cost: two passes over the points. Memory: n x 4 bytes (cosine: 12) and d doubles a part of the
 * mean. The mean is summed by parts (parts.h); lengths are found by blocks of BLOCK points. Ranks
 * share both, and each gets all lengths. */
#include "core/graph/point_set.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/words.h"

#include <math.h>
#include <string.h>

#define BLOCK 1024
#define MEAN_PARTS 64 /* of the mean's sum */

#define ROUNDING 5.9604644775390625e-8 /* 2^-24 */

const char *
ay_distance_name (AyDistance distance)
{
  return distance == AY_DISTANCE_COSINE ? "cosine" : "euclidean";
}

gboolean
ay_distance_parse (const char *name, AyDistance *distance)
{
  for (int k = AY_DISTANCE_EUCLIDEAN; k <= AY_DISTANCE_COSINE; k++)
    if (strcmp (name, ay_distance_name ((AyDistance) k)) == 0)
      {
        *distance = (AyDistance) k;
        return TRUE;
      }
  return FALSE;
}

double
ay_distance_of_square (AyDistance distance, double square)
{
  return distance == AY_DISTANCE_COSINE ? square / 2.0 : sqrt (square);
}

double
ay_distance_to_square (AyDistance distance, double value)
{
  return distance == AY_DISTANCE_COSINE ? 2.0 * value : value * value;
}

/* Where the row is plain floats, their address; else they are converted into wide. */
static const float *
peek_row (const AyPointSet *self, gsize position, double *wide)
{
  guint32 row = ay_point_row (self, position);
  const float *plain = ay_matrix_peek_f32 (self->points.features, row, 1);

  if (plain == NULL)
    ay_matrix_get_f64 (self->points.features, row, 1, wide);
  return plain;
}

static void
scale_row (const AyPoints *points, gsize d, double *x)
{
  if (points->centre != NULL)
    for (gsize k = 0; k < d; k++)
      x[k] = (x[k] - points->centre[k]) * points->inv_scale[k];
}

/* The scaled row, not yet of unit length. */
static void
get_scaled (const AyPointSet *self, gsize position, double *out)
{
  const float *plain = peek_row (self, position, out);

  if (plain != NULL)
    for (gsize k = 0; k < self->d; k++)
      out[k] = plain[k];
  scale_row (&self->points, self->d, out);
}

/* 1, or for cosine one over the row's length; 0 for a zero row. */
static double
unit_of (const AyPointSet *self, gsize position)
{
  if (self->norm == NULL)
    return 1.0;
  return self->norm[position] > 0.0 ? 1.0 / self->norm[position] : 0.0;
}

void
ay_point_set_get (const AyPointSet *self, gsize position, double *out)
{
  double unit = unit_of (self, position);

  get_scaled (self, position, out);
  for (gsize k = 0; k < self->d; k++)
    out[k] *= unit;
}

/* Loads one row after the other: wide is d doubles. */
static void
load_row (const AyPointSet *self, gsize position, double *wide, float *out)
{
  const double *shift = self->shift;
  const float *plain = peek_row (self, position, wide);
  double unit = unit_of (self, position);
  gsize d = self->d;

  if (plain != NULL && self->points.centre == NULL)
    {
      for (gsize k = 0; k < d; k++)
        out[k] = (float) (plain[k] * unit - shift[k]);
      return;
    }
  if (plain != NULL)
    for (gsize k = 0; k < d; k++)
      wide[k] = plain[k];
  scale_row (&self->points, d, wide);
  for (gsize k = 0; k < d; k++)
    out[k] = (float) (wide[k] * unit - shift[k]);
}

void
ay_point_set_load (const AyPointSet *self, const guint32 *positions, gsize first, gsize count,
                   float *out)
{
  g_autofree double *wide = g_new (double, self->d);

  for (gsize i = 0; i < count; i++)
    load_row (self, positions != NULL ? positions[i] : first + i, wide, out + i * self->d);
}

/* Eight sums side by side, which the compiler keeps in vectors; their order is fixed. */
static inline __attribute__ ((always_inline)) double
square_between (const double *a, const float *x, double unit, gsize d)
{
  double sum[8] = { 0 };
  gsize k = 0;

  for (; k + 8 <= d; k += 8)
    for (int s = 0; s < 8; s++)
      {
        double difference = a[k + s] - x[k + s] * unit;

        sum[s] += difference * difference;
      }
  for (; k < d; k++)
    {
      double difference = a[k] - x[k] * unit;

      sum[k % 8] += difference * difference;
    }
  return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

#if defined __x86_64__
__attribute__ ((target ("avx2"))) static double
square_avx2 (const double *a, const float *x, double unit, gsize d)
{
  return square_between (a, x, unit, d);
}
#endif

static double
square_plain (const double *a, const float *x, double unit, gsize d)
{
#if defined __x86_64__
  if (__builtin_cpu_supports ("avx2"))
    return square_avx2 (a, x, unit, d);
#endif
  return square_between (a, x, unit, d);
}

double
ay_point_set_square_from (const AyPointSet *self, const double *coordinates, gsize position,
                          double *scratch)
{
  double sum = 0.0;

  if (self->plain)
    return square_plain (coordinates, ay_matrix_peek_f32 (self->points.features,
                                                          ay_point_row (self, position), 1),
                         unit_of (self, position), self->d);
  ay_point_set_get (self, position, scratch);
  for (gsize k = 0; k < self->d; k++)
    sum += (coordinates[k] - scratch[k]) * (coordinates[k] - scratch[k]);
  return sum;
}

double
ay_point_set_slack (const AyPointSet *self, double square_a, double square_b)
{
  return 4.0 * ROUNDING * (4.0 + sqrt ((double) self->d)) * (square_a + square_b);
}

/* Norms and sums for the mean. */
typedef struct
{
  AyPointSet *set;
  AyParts parts;
  double *sums;    /* own parts x d */
  gsize *bad;      /* own parts: the first position that is not finite, or n */
  const AyJob *job;
} Pass;

static void
sum_part (gsize part, guint worker, gpointer data)
{
  Pass *self = data;
  AyPointSet *set = self->set;
  gsize d = set->d, own = part - self->parts.first;
  gsize first = part * self->parts.rows, end = MIN (first + self->parts.rows, set->n);
  double *sum = self->sums + own * d;
  g_autofree double *row = g_new (double, d);

  self->bad[own] = set->n;
  for (gsize i = first; i < end && (i % BLOCK != 0 || !ay_job_is_cancelled (self->job)); i++)
    {
      double square = 0.0, unit = 1.0;

      get_scaled (set, i, row);
      for (gsize k = 0; k < d; k++)
        square += row[k] * row[k];
      if (!isfinite (square))
        self->bad[own] = MIN (self->bad[own], i);
      if (set->norm != NULL)
        {
          set->norm[i] = sqrt (square);
          unit = square > 0.0 ? 1.0 / set->norm[i] : 0.0;
        }
      for (gsize k = 0; k < d; k++)
        sum[k] += row[k] * unit;
    }
}

static gboolean
report_bad (const AyPointSet *set, gsize position, GError **error)
{
  g_autofree double *row = g_new (double, set->d);
  gsize column = 0;

  get_scaled (set, position, row);
  while (column + 1 < set->d && isfinite (row[column]))
    column++;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("features: row %u, column %zu: %g is no usable number"),
               ay_point_row (set, position), column, row[column]);
  return FALSE;
}

static gboolean
find_mean (AyPointSet *set, gboolean keep_shift, AyJob *job, GError **error)
{
  AyParts parts = ay_parts (set->points.ranks, set->n, BLOCK, MEAN_PARTS);
  g_autofree gsize *bad = g_new (gsize, ay_parts_own (&parts));
  g_autofree double *sums
      = ay_try_alloc (ay_parts_own (&parts), set->d * sizeof (double), "the means", error);
  Pass pass = { set, parts, sums, bad, job };

  parts.what = "means of the points";
  if (sums == NULL || !ay_parts_for (&parts, sum_part, &pass, job, error))
    return FALSE;
  for (gsize own = 0; own < parts.last - parts.first; own++)
    if (bad[own] < set->n)
      return report_bad (set, bad[own], error);
  if (!keep_shift && !ay_parts_sum (&parts, sums, set->d, job, error))
    return FALSE;
  for (gsize k = 0; k < set->d && !keep_shift; k++)
    set->shift[k] = sums[k] / (double) set->n;
  parts.what = "lengths of the points";
  return set->norm == NULL || ay_parts_gather (&parts, set->norm, sizeof (double), error);
}

static void
square_block (gsize block, guint worker, gpointer data)
{
  AyPointSet *set = data;
  gsize first = block * BLOCK, count = MIN (BLOCK, set->n - first);
  g_autofree double *wide = g_new (double, set->d);
  g_autofree float *row = g_new (float, set->d);

  for (gsize i = first; i < first + count; i++)
    {
      double square = 0.0;

      load_row (set, i, wide, row);
      for (gsize k = 0; k < set->d; k++)
        square += (double) row[k] * row[k];
      set->square[i] = ay_point_is_zero (set, i) ? NAN : (float) square;
    }
}

static gboolean
prepare (AyPointSet *self, gboolean keep_shift, AyJob *job, GError **error)
{
  AyParts parts = ay_parts_by (self->points.ranks, self->n, BLOCK);

  parts.what = "lengths of the points";
  if (!find_mean (self, keep_shift, job, error)
      || !ay_parts_for (&parts, square_block, self, job, error)
      || !ay_parts_gather (&parts, self->square, sizeof (float), error))
    return FALSE;
  for (gsize i = 0; i < self->n; i++)
    {
      if (self->square[i] > self->largest)
        self->largest = self->square[i];
      self->n_zero += isnan (self->square[i]);
    }
  if (self->largest < 1e37)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("features: values up to %g in length are too large to compare; scale them"),
               sqrt (self->largest));
  return FALSE;
}

static gboolean
check (const AyPoints *points, const AyPointSet *like, GError **error)
{
  gsize d = ay_matrix_cols (points->features);

  if (points->n > 0 && points->n < G_MAXUINT32 && d > 0 && (like == NULL || like->d == d))
    return TRUE;
  if (like != NULL && like->d != d)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                 N_ ("points of %zu and %zu columns cannot be compared"), like->d, d);
  else
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                 N_ ("cannot compare %zu rows of %zu columns"),
                 points->n, d);
  return FALSE;
}

AyPointSet *
ay_point_set_new (const AyPoints *points, const AyPointSet *like, AyJob *job, GError **error)
{
  g_autoptr (AyPointSet) self = NULL;

  if (!check (points, like, error))
    return NULL;
  self = g_new0 (AyPointSet, 1);
  self->points = *points;
  self->n = points->n;
  self->d = ay_matrix_cols (points->features);
  self->plain = points->centre == NULL && ay_matrix_is_plain_f32 (points->features);
  self->square = ay_try_alloc (self->n, sizeof (float), "lengths of the points", error);
  if (self->square == NULL)
    return NULL;
  if (points->distance == AY_DISTANCE_COSINE)
    {
      self->norm = ay_try_alloc (self->n, sizeof (double), "lengths of the points", error);
      if (self->norm == NULL)
        return NULL;
    }
  self->shift = g_new0 (double, self->d);
  if (like != NULL)
    memcpy (self->shift, like->shift, self->d * sizeof (double));
  return prepare (self, like != NULL, job, error) ? g_steal_pointer (&self) : NULL;
}

void
ay_point_set_free (AyPointSet *self)
{
  if (self == NULL)
    return;
  g_free (self->norm);
  g_free (self->shift);
  g_free (self->square);
  g_free (self);
}
