/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/cluster_profile.h"

#include "core/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_ROWS 256

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

/* Puts a position among the `most` nearest so far. */
static void
place (guint32 *nearest, double *away, guint most, guint32 position, double square)
{
  guint at = most;

  while (at > 0 && (nearest[at - 1] == G_MAXUINT32 || square < away[at - 1]))
    at--;
  if (at == most)
    return;
  memmove (nearest + at + 1, nearest + at, (most - at - 1) * sizeof *nearest);
  memmove (away + at + 1, away + at, (most - at - 1) * sizeof *away);
  nearest[at] = position;
  away[at] = square;
}

guint32 *
ay_cluster_medoids (const AyPointSet *points, const guint32 *cluster, guint k, guint most,
                    AyJob *job, GError **error)
{
  gsize n = points->n, d = points->d;
  g_autofree double *mean = ay_try_alloc (MAX (k, 1), d * sizeof (double), "medoids", error);
  g_autofree double *x = g_new (double, d), *away = g_new (double, MAX (k, 1) * most);
  g_autofree gsize *size = g_new0 (gsize, MAX (k, 1));
  g_autofree guint32 *nearest = g_new (guint32, MAX (k, 1) * most);

  if (mean == NULL)
    return NULL;
  memset (mean, 0, k * d * sizeof (double));
  memset (nearest, 0xff, MAX (k, 1) * most * sizeof *nearest);
  for (int pass = 0; pass < 2; pass++)
    {
      for (gsize i = 0; i < n; i++)
        {
          guint32 c = cluster[i];
          double square = 0.0;

          if (i % BLOCK_ROWS == 0 && !ay_job_check (job, error))
            return NULL;
          if (c >= k)
            continue;
          ay_point_set_get (points, i, x);
          for (gsize j = 0; j < d; j++)
            if (pass == 0)
              mean[c * d + j] += x[j];
            else
              square += (x[j] - mean[c * d + j]) * (x[j] - mean[c * d + j]);
          if (pass == 0)
            size[c]++;
          else
            place (nearest + c * most, away + c * most, most, (guint32) i, square);
        }
      for (guint c = 0; c < k && pass == 0; c++)
        for (gsize j = 0; j < d; j++)
          mean[c * d + j] /= MAX (size[c], 1);
    }
  return g_steal_pointer (&nearest);
}
