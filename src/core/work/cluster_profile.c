/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/cluster_profile.h"

#include "core/base/error.h"
#include "core/base/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_ROWS 256
#define MEAN_BYTES ((gsize) 64 << 20) /* of the parts of clusters' means */
#define MOST_PARTS 32

typedef struct
{
  gsize n, d;
  guint k;
  double *sum, *square; /* (k + 1) x d: the last of all rows, about the first row's values */
  double *origin;       /* d */
  gsize *size;          /* k */
} Moments;

static void
moments_clear (Moments *self)
{
  g_free (self->sum);
  g_free (self->square);
  g_free (self->origin);
  g_free (self->size);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Moments, moments_clear)

static gboolean
moments_fill (Moments *self, const AyDataset *data, const guint32 *cluster, AyJob *job,
              GError **error)
{
  gsize count = (self->k + 1) * self->d;
  g_autofree double *x = g_new (double, BLOCK_ROWS * self->d);

  self->origin = g_new (double, self->d);
  self->size = g_new0 (gsize, self->k + 1);
  self->sum = ay_try_alloc (count, sizeof (double), "columns of clusters", error);
  self->square = self->sum != NULL
                     ? ay_try_alloc (count, sizeof (double), "columns of clusters", error) : NULL;
  if (self->square == NULL)
    return FALSE;
  memset (self->sum, 0, count * sizeof (double));
  memset (self->square, 0, count * sizeof (double));
  ay_matrix_get_f64 (data->features, 0, 1, self->origin);
  for (gsize first = 0; first < self->n; first += BLOCK_ROWS)
    {
      gsize rows = MIN (BLOCK_ROWS, self->n - first);

      if (!ay_job_check (job, error))
        return FALSE;
      ay_matrix_get_f64 (data->features, first, rows, x);
      for (gsize i = 0; i < rows; i++)
        {
          guint c = MIN (cluster[first + i], self->k); /* those in none fall into the last */
          double *sum = self->sum + c * self->d, *square = self->square + c * self->d;

          self->size[c]++;
          for (gsize j = 0; j < self->d; j++)
            {
              double value = x[i * self->d + j] - self->origin[j];

              sum[j] += value;
              square[j] += value * value;
            }
        }
    }
  return TRUE;
}

static int
compare_columns (const void *a, const void *b)
{
  const AyClusterColumn *x = a, *y = b;

  if (fabs (x->difference) != fabs (y->difference))
    return fabs (x->difference) > fabs (y->difference) ? -1 : 1;
  return x->column < y->column ? -1 : x->column > y->column;
}

static double
variance (double sum, double square, double n)
{
  return n > 0.0 ? MAX (square / n - (sum / n) * (sum / n), 0.0) : 0.0;
}

static GArray *
columns_of (const Moments *self, guint c, const double *all, const double *all_square, guint most)
{
  GArray *columns = g_array_new (FALSE, FALSE, sizeof (AyClusterColumn));
  double in = self->size[c], out = self->n - in;

  for (guint j = 0; j < self->d && in > 0.0 && out > 0.0; j++)
    {
      double sum = self->sum[c * self->d + j], square = self->square[c * self->d + j];
      double rest = all[j] - sum, rest_square = all_square[j] - square;
      double spread = sqrt (0.5 * (variance (sum, square, in) + variance (rest, rest_square, out)));
      AyClusterColumn one = { j, (sum / in - rest / out) / spread };

      if (spread > 1e-9 * (fabs (sum / in) + fabs (rest / out)) && one.difference != 0.0)
        g_array_append_val (columns, one);
    }
  if (columns->len > 1)
    qsort (columns->data, columns->len, sizeof (AyClusterColumn), compare_columns);
  g_array_set_size (columns, MIN (columns->len, most));
  return columns;
}

GPtrArray *
ay_cluster_columns (const AyDataset *data, const guint32 *cluster, guint k, guint most, AyJob *job,
                    GError **error)
{
  g_auto (Moments) self = { .n = data->n, .d = ay_matrix_cols (data->features), .k = k };
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autofree double *sum = g_new0 (double, self.d), *square = g_new0 (double, self.d);

  ay_job_set_phase (job, "columns of the clusters");
  if (!moments_fill (&self, data, cluster, job, error))
    return NULL;
  for (guint c = 0; c <= k; c++)
    for (gsize j = 0; j < self.d; j++)
      {
        sum[j] += self.sum[c * self.d + j];
        square[j] += self.square[c * self.d + j];
      }
  for (guint c = 0; c < k; c++)
    g_ptr_array_add (all, columns_of (&self, c, sum, square, most));
  return g_steal_pointer (&all);
}

/* --- the rows nearest to the means --- */

typedef struct
{
  guint64 position; /* G_MAXUINT64: none */
  double away;
} Near;

typedef struct
{
  const AyPointSet *points;
  const guint32 *cluster;
  guint k, most;
  gsize size;      /* of a part's sums: k x d coordinates, k counts */
  AyParts parts;
  double *sums;    /* own parts x size; then of all parts the first: the means */
  Near *nearest;   /* own parts x k x most, nearest first */
  const AyJob *job;
} Medoids;

/* Puts a point among the `most` nearest so far; of equals the first stays before. */
static void
place (Near *nearest, guint most, Near point)
{
  guint at = most;

  while (at > 0
         && (nearest[at - 1].position == G_MAXUINT64 || point.away < nearest[at - 1].away))
    at--;
  if (at == most || point.position == G_MAXUINT64)
    return;
  memmove (nearest + at + 1, nearest + at, (most - at - 1) * sizeof *nearest);
  nearest[at] = point;
}

static void
sum_part (gsize part, guint worker, gpointer data)
{
  Medoids *self = data;
  gsize d = self->points->d, end = MIN ((part + 1) * self->parts.rows, self->points->n);
  double *sum = self->sums + (part - self->parts.first) * self->size;
  g_autofree double *x = g_new (double, d);

  for (gsize i = part * self->parts.rows;
       i < end && (i % BLOCK_ROWS != 0 || !ay_job_is_cancelled (self->job)); i++)
    {
      guint32 c = self->cluster[i];

      if (c >= self->k)
        continue;
      ay_point_set_get (self->points, i, x);
      for (gsize j = 0; j < d; j++)
        sum[c * d + j] += x[j];
      sum[self->k * d + c] += 1.0;
    }
}

static void
find_in_part (gsize part, guint worker, gpointer data)
{
  Medoids *self = data;
  gsize d = self->points->d, end = MIN ((part + 1) * self->parts.rows, self->points->n);
  Near *nearest = self->nearest + (part - self->parts.first) * self->k * self->most;
  g_autofree double *x = g_new (double, d);

  memset (nearest, 0xff, (gsize) self->k * self->most * sizeof *nearest);
  for (gsize i = part * self->parts.rows;
       i < end && (i % BLOCK_ROWS != 0 || !ay_job_is_cancelled (self->job)); i++)
    {
      guint32 c = self->cluster[i];
      const double *mean = self->sums + c * d;
      Near point = { i, 0.0 };

      if (c >= self->k)
        continue;
      ay_point_set_get (self->points, i, x);
      for (gsize j = 0; j < d; j++)
        point.away += (x[j] - mean[j]) * (x[j] - mean[j]);
      place (nearest + c * self->most, self->most, point);
    }
}

/* Lists of nearest points, one after another, into the first. */
static void
join_lists (Near *lists, gsize count, guint k, guint most)
{
  for (gsize l = 1; l < count; l++)
    for (gsize at = 0; at < (gsize) k * most; at++)
      place (lists + at / most * most, most, lists[l * k * most + at]);
}

static gboolean
find_means (Medoids *self, AyJob *job, GError **error)
{
  gsize d = self->points->d;

  self->parts.what = "means of clusters";
  if (!ay_parts_for (&self->parts, sum_part, self, job, error)
      || !ay_parts_sum (&self->parts, self->sums, self->size, job, error))
    return FALSE;
  for (guint c = 0; c < self->k; c++)
    for (gsize j = 0; j < d; j++)
      self->sums[c * d + j] /= MAX (self->sums[self->k * d + c], 1.0);
  return TRUE;
}

guint32 *
ay_cluster_medoids (const AyPointSet *points, const guint32 *cluster, guint k, guint most,
                    AyJob *job, GError **error)
{
  AyRanks *ranks = points->points.ranks;
  gsize size = k * (points->d + 1), lists = (gsize) MAX (k, 1) * most;
  guint n_ranks = ranks != NULL ? ranks->size : 1;
  AyParts parts = ay_parts (ranks, points->n, BLOCK_ROWS,
                            CLAMP (MEAN_BYTES / 8 / MAX (size, 1), 1, MOST_PARTS));
  g_autofree double *sums
      = ay_try_alloc (ay_parts_own (&parts), MAX (size, 1) * sizeof (double), "the medoids", error);
  g_autofree Near *nearest = g_new (Near, ay_parts_own (&parts) * lists);
  g_autofree Near *all = g_new (Near, n_ranks * lists);
  g_autofree guint32 *found = g_new (guint32, lists);
  Medoids self = { points, cluster, k, most, size, parts, sums, nearest, job };

  memset (nearest, 0xff, lists * sizeof *nearest);
  if (sums == NULL || !find_means (&self, job, error)
      || !ay_parts_for (&parts, find_in_part, &self, job, error))
    return NULL;
  join_lists (nearest, parts.last - parts.first, k, most);
  if (!ay_ranks_gather_each (ranks, "rows nearest to means", nearest, lists * sizeof *nearest, all,
                             error))
    return NULL;
  join_lists (all, n_ranks, k, most);
  for (gsize at = 0; at < lists; at++)
    found[at] = all[at].position != G_MAXUINT64 ? (guint32) all[at].position : G_MAXUINT32;
  return g_steal_pointer (&found);
}
