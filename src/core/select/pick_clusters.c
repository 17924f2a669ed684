/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strategies that pick by clusters, and the rule that joins them.
 *
 * typiclust (Hacohen et al. 2022): k-means of all points into min (labelled + picks, 500) clusters;
 *   again and again, of the clusters of more than 5 points with fewest labelled ones the largest,
 *   and in it the point of the pool with the least mean distance to its (up to) 20 nearest there.
 * cluster_margin (after Citovsky et al. 2021): the 10 x picks rows of smallest margin, k-means into
 *   as many clusters as picks, and of each the row of smallest margin. Or (clusters=valid) k-means
 *   of the validation rows, so that pools that do not know each other have the same clusters.
 * two_phase: typiclust below `switch_at` labels a class, cluster_margin from there on.
 * Time: k-means, and for typiclust the distances inside the clusters that are picked from. */
#include "core/select/strategy_private.h"

#include "core/base/stats.h"

#include <math.h>
#include <stdlib.h>

#define MOST_CLUSTERS 500
#define SMALL 5
#define TYPICAL 20

typedef struct
{
  const AyPool *pool;
  const AyKmeans *found;
  guint8 *open;      /* n: may be picked */
  gsize *n_labelled; /* a cluster each */
  gsize *n_open;
} Clusters;

/* Fewest labelled, then largest, then first; small ones only when no other has a row left. */
static guint
next_cluster (const Clusters *self)
{
  guint best = G_MAXUINT;

  for (guint pass = 0; pass < 2 && best == G_MAXUINT; pass++)
    for (guint c = 0; c < self->found->k; c++)
      {
        if (self->n_open[c] == 0 || (pass == 0 && self->found->size[c] <= SMALL))
          continue;
        if (best == G_MAXUINT || self->n_labelled[c] < self->n_labelled[best]
            || (self->n_labelled[c] == self->n_labelled[best]
                && self->found->size[c] > self->found->size[best]))
          best = c;
      }
  return best;
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Mean distance of a point to its nearest ones among the others of its cluster. */
static double
mean_distance (const AyPool *pool, const guint32 *inside, gsize m, gsize at, double *away)
{
  const float *own = pool->z + inside[at] * pool->d;
  gsize k = MIN (TYPICAL, m - 1), n = 0;
  double sum = 0.0;

  if (m < 2)
    return 0.0;
  for (gsize i = 0; i < m; i++)
    {
      const float *z = pool->z + inside[i] * pool->d;
      double square = 0.0;

      if (i == at)
        continue;
      for (gsize j = 0; j < pool->d; j++)
        square += ((double) z[j] - own[j]) * ((double) z[j] - own[j]);
      away[n++] = square;
    }
  qsort (away, n, sizeof *away, compare_doubles);
  for (gsize i = 0; i < k; i++)
    sum += sqrt (away[i]);
  return sum / (double) k;
}

static AyPick
most_typical (const Clusters *self, guint c)
{
  const AyPool *pool = self->pool;
  gsize m = 0, best = G_MAXSIZE;
  double least = INFINITY;
  g_autofree guint32 *inside = g_new (guint32, self->found->size[c]);
  g_autofree double *away = g_new (double, self->found->size[c]);

  for (gsize i = 0; i < pool->n; i++)
    if (self->found->cluster[i] == c)
      inside[m++] = (guint32) i;
  for (gsize i = 0; i < m; i++)
    if (self->open[inside[i]])
      {
        double mean = mean_distance (pool, inside, m, i, away);

        if (mean < least)
          {
            least = mean;
            best = i;
          }
      }
  return (AyPick) { inside[best], 1.0 / MAX (least, 1e-12) };
}

gboolean
ay_pick_typiclust (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  guint k = (guint) MIN (pool->n_labelled + count, MOST_CLUSTERS);
  g_autoptr (AyKmeans) found = ay_pool_kmeans (pool, NULL, pool->n, k, job, error);
  g_autofree guint8 *open = g_new0 (guint8, pool->n);
  g_autofree gsize *n_labelled = NULL, *n_open = NULL;
  Clusters self = { pool, found, open, NULL, NULL };

  if (found == NULL)
    return FALSE;
  self.n_labelled = n_labelled = g_new0 (gsize, found->k);
  self.n_open = n_open = g_new0 (gsize, found->k);
  for (gsize i = 0; i < pool->n_labelled; i++)
    n_labelled[found->cluster[pool->labelled[i]]]++;
  for (gsize i = 0; i < pool->n_pool; i++)
    {
      open[pool->pool[i]] = 1;
      n_open[found->cluster[pool->pool[i]]]++;
    }
  for (gsize i = 0; i < count; i++)
    {
      guint c = next_cluster (&self);

      if (!ay_job_check (job, error))
        return FALSE;
      picks[i] = most_typical (&self, c);
      open[picks[i].position] = 0;
      n_open[c]--;
      n_labelled[c]++;
    }
  return TRUE;
}

void
ay_take_by_cluster (const guint32 *cluster, gsize m, gsize count, gsize *places)
{
  g_autofree guint8 *used = g_new0 (guint8, m + 1), *taken = g_new0 (guint8, m + 1);
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);
  gsize k = 0;

  for (gsize i = 0; i < m; i++) /* not the first of its cluster */
    used[i] = !g_hash_table_add (known, GUINT_TO_POINTER (cluster[i]));
  for (guint pass = 0; pass < 2; pass++)
    for (gsize i = 0; i < m && k < count; i++)
      {
        if (taken[i] || (pass == 0 && used[i]))
          continue;
        taken[i] = 1;
        places[k++] = i;
      }
}

/* The candidates' clusters, by their order. */
static gboolean
clusters_of (const AyPool *pool, const AyPick *order, gsize m, gsize count, guint32 *cluster,
             AyJob *job, GError **error)
{
  g_autofree guint32 *rows = g_new (guint32, m), *by_point = NULL;
  g_autoptr (AyKmeans) found = NULL;
  guint k;

  for (gsize i = 0; i < m; i++)
    rows[i] = order[i].position;
  if (pool->options.by_valid)
    return ay_pool_landmarks (pool, rows, m, (guint) count, cluster, &k, job, error);
  qsort (rows, m, sizeof *rows, ay_compare_u32);
  found = ay_pool_kmeans (pool, rows, m, (guint) count, job, error);
  if (found == NULL)
    return FALSE;
  by_point = g_new (guint32, pool->n);
  for (gsize i = 0; i < m; i++)
    by_point[rows[i]] = found->cluster[i];
  for (gsize i = 0; i < m; i++)
    cluster[i] = by_point[order[i].position];
  return TRUE;
}

gboolean
ay_pick_cluster_margin (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  gsize m = MIN (count * pool->options.candidates, pool->n_pool);
  g_autofree double *margin = ay_pool_margins (pool);
  g_autofree AyPick *order = g_new (AyPick, m);
  g_autofree guint32 *cluster = g_new (guint32, m);
  g_autofree gsize *places = g_new (gsize, count);

  ay_pick_top (pool, margin, NULL, m, order);
  if (!clusters_of (pool, order, m, count, cluster, job, error))
    return FALSE;
  ay_take_by_cluster (cluster, m, count, places);
  for (gsize k = 0; k < count; k++)
    picks[k] = order[places[k]];
  return TRUE;
}

gboolean
ay_pick_two_phase (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  gboolean early = pool->n_labelled < (gsize) pool->options.switch_at * pool->n_classes
                   || pool->p == NULL;

  return early ? ay_pick_typiclust (pool, count, picks, job, error)
               : ay_pick_cluster_margin (pool, count, picks, job, error);
}
