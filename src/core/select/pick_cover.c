/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strategies that cover the points: greedy on sum_i max over labelled and picked j of s_ij, lazily
 * (Minoux 1978), within 1 - 1/e of the best (Nemhauser et al. 1978).
 *
 * facility: s = cosine, not below 0, of a point and each of its `neighbours` nearest (facility
 *   location; the sum is over the sparsified function).
 * maxherding (Bae et al. 2024): s = exp (-(distance / width)^2), width = the median distance to the
 *   10th nearest, of a point and each of its neighbours.
 * probcover (Yehuda et al. 2022): s = 1 within a radius, else 0; by default the largest radius
 *   within which 95 % of the points see no other k-means cluster of as many as there are classes.
 * A point covers itself by 1. Time: the neighbours, then few evaluations a pick; memory 8 bytes an
 * edge. No n x n. */
#include "core/select/strategy_private.h"

#include "core/base/error.h"
#include "core/base/stats.h"
#include "core/graph/neighbours.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define WIDTH_NEIGHBOUR 10
#define IMPURE 0.05
#define BLOCK 256
#define STEPS 1048576.0 /* similarities are multiples of 1/STEPS: sums are exact, ties are ties */

typedef struct
{
  guint32 point;
  float s;
} Edge;

typedef struct
{
  const AyPool *pool;
  gsize *start;  /* n + 1: edges of each point j to the points i that it covers */
  Edge *edges;
  float *best;   /* n: how well each point is covered */
  double *gain;  /* n_pool: an upper bound */
  guint32 *heap; /* places in the pool, highest gain first, then lowest place */
  gsize n_heap;
} Cover;

static void
cover_clear (Cover *self)
{
  g_free (self->start);
  g_free (self->edges);
  g_free (self->best);
  g_free (self->gain);
  g_free (self->heap);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cover, cover_clear)

static double
gain_of (const Cover *self, guint32 j)
{
  double sum = 0.0;

  for (gsize e = self->start[j]; e < self->start[j + 1]; e++)
    sum += MAX (self->edges[e].s - self->best[self->edges[e].point], 0.0f);
  return self->pool->cost != NULL ? sum / self->pool->cost[j] : sum;
}

static void
cover_by (Cover *self, guint32 j)
{
  for (gsize e = self->start[j]; e < self->start[j + 1]; e++)
    {
      float *best = &self->best[self->edges[e].point];

      *best = MAX (*best, self->edges[e].s);
    }
}

static gboolean
before (const Cover *self, guint32 a, guint32 b)
{
  return self->gain[a] > self->gain[b] || (self->gain[a] == self->gain[b] && a < b);
}

static void
sift_down (Cover *self, gsize at)
{
  while (TRUE)
    {
      gsize child = 2 * at + 1;
      guint32 swap;

      if (child >= self->n_heap)
        return;
      if (child + 1 < self->n_heap && before (self, self->heap[child + 1], self->heap[child]))
        child++;
      if (!before (self, self->heap[child], self->heap[at]))
        return;
      swap = self->heap[at];
      self->heap[at] = self->heap[child];
      self->heap[child] = swap;
      at = child;
    }
}

static gboolean
greedy (Cover *self, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  const AyPool *pool = self->pool;

  self->best = g_new0 (float, pool->n);
  self->gain = g_new (double, pool->n_pool);
  self->heap = g_new (guint32, pool->n_pool);
  self->n_heap = pool->n_pool;
  for (gsize i = 0; i < pool->n_labelled; i++)
    cover_by (self, pool->labelled[i]);
  for (gsize i = 0; i < pool->n_pool; i++)
    {
      self->gain[i] = gain_of (self, pool->pool[i]);
      self->heap[i] = (guint32) i;
    }
  for (gsize i = pool->n_pool / 2 + 1; i-- > 0;)
    sift_down (self, i);
  for (gsize k = 0; k < count;)
    {
      guint32 top = self->heap[0];
      double now = gain_of (self, pool->pool[top]);

      if (!ay_job_check (job, error))
        return FALSE;
      if (now < self->gain[top])
        {
          self->gain[top] = now;
          sift_down (self, 0);
          continue;
        }
      picks[k++] = (AyPick) { pool->pool[top], now };
      cover_by (self, pool->pool[top]);
      self->heap[0] = self->heap[--self->n_heap];
      sift_down (self, 0);
    }
  return TRUE;
}

static float
whole (double s)
{
  return (float) (round (s * STEPS) / STEPS);
}

/* Turns "i may be covered by its neighbours" round. width 0: cosine, else the kernel of it. */
static gboolean
cover_from_neighbours (Cover *self, const AyNeighbours *found, double width, GError **error)
{
  gsize n = found->n, k = found->k;
  g_autofree gsize *at = NULL;

  self->start = g_new0 (gsize, n + 1);
  for (gsize i = 0; i < n; i++)
    self->start[i + 1] = 1;
  for (gsize e = 0; e < n * k; e++)
    if (found->index[e] != G_MAXUINT32)
      self->start[found->index[e] + 1]++;
  for (gsize i = 0; i < n; i++)
    self->start[i + 1] += self->start[i];
  self->edges = ay_try_alloc (self->start[n], sizeof (Edge), "a cover", error);
  if (self->edges == NULL)
    return FALSE;
  at = g_memdup2 (self->start, (n + 1) * sizeof *at);
  for (gsize i = 0; i < n; i++)
    {
      self->edges[at[i]++] = (Edge) { (guint32) i, 1.0f };
      for (gsize e = i * k; e < (i + 1) * k; e++)
        if (found->index[e] != G_MAXUINT32)
          {
            double r = found->distances[e] / (width > 0.0 ? width : 1.0);
            double s = width > 0.0 ? exp (-r * r) : MAX (1.0 - r, 0.0);

            self->edges[at[found->index[e]]++] = (Edge) { (guint32) i, whole (s) };
          }
    }
  return TRUE;
}

static AyNeighbours *
neighbours_of (const AyPool *pool, AyDistance distance, AyJob *job, GError **error)
{
  AyPoints points = { .features = pool->features, .n = pool->n, .distance = distance };
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;

  options.k = pool->options.neighbours;
  return ay_neighbours_find (&points, &options, job, error);
}

gboolean
ay_pick_facility (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  g_autoptr (AyNeighbours) found = neighbours_of (pool, AY_DISTANCE_COSINE, job, error);
  g_auto (Cover) self = { .pool = pool };

  return found != NULL && cover_from_neighbours (&self, found, 0.0, error)
         && greedy (&self, count, picks, job, error);
}

gboolean
ay_pick_maxherding (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  g_autoptr (AyNeighbours) found = neighbours_of (pool, AY_DISTANCE_EUCLIDEAN, job, error);
  g_auto (Cover) self = { .pool = pool };
  g_autofree double *away = g_new (double, pool->n);
  double width;

  if (found == NULL)
    return FALSE;
  for (gsize i = 0; i < pool->n; i++)
    away[i] = found->distances[i * found->k + MIN (WIDTH_NEIGHBOUR, found->k) - 1];
  width = ay_quantile (away, pool->n, 0.5);
  return cover_from_neighbours (&self, found, width > 0.0 ? width : 1.0, error)
         && greedy (&self, count, picks, job, error);
}

/* Squared distances of points first..first+count-1 to all. */
static void
block_of_squares (const AyPool *pool, const float *square, gsize first, gsize count, float *out)
{
  int n = (int) pool->n, d = (int) pool->d;

  memset (out, 0, count * pool->n * sizeof *out);
  if (d > 0)
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) count, n, d, -2.0f,
                 pool->z + first * pool->d, d, pool->z, d, 0.0f, out, n);
  for (gsize i = 0; i < count; i++)
    for (gsize j = 0; j < pool->n; j++)
      out[i * pool->n + j] = first + i == j
                                 ? 0.0f
                                 : MAX (out[i * pool->n + j] + square[first + i] + square[j], 0.0f);
}

/* Walks over blocks of squared distances: edges within the radius, or, where `other` is given, each
 * point's distance to the nearest one of another cluster. */
static gboolean
walk (Cover *self, double radius, const AyKmeans *clusters, double *other, AyJob *job,
      GError **error)
{
  const AyPool *pool = self->pool;
  float limit = (float) (radius * radius);
  g_autofree float *square = g_new (float, pool->n);
  g_autofree float *away = ay_try_alloc (BLOCK * pool->n, sizeof (float), "the distances", error);
  g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, sizeof (Edge));

  if (away == NULL)
    return FALSE;
  for (gsize i = 0; i < pool->n; i++)
    square[i] = (float) (ay_pool_square (pool, (guint32) i) - 1.0);
  self->start = other == NULL ? g_new0 (gsize, pool->n + 1) : NULL;
  for (gsize i = 0; i < pool->n; i++)
    {
      const float *row = away + (i % BLOCK) * pool->n;

      if (i % BLOCK == 0)
        {
          if (!ay_job_check (job, error))
            return FALSE;
          block_of_squares (pool, square, i, MIN (BLOCK, pool->n - i), away);
        }
      for (gsize j = 0; j < pool->n; j++)
        if (other != NULL && clusters->cluster[i] != clusters->cluster[j])
          other[i] = MIN (other[i], row[j]);
        else if (other == NULL && row[j] <= limit)
          {
            Edge edge = { (guint32) j, 1.0f };

            g_array_append_val (edges, edge);
          }
      if (other == NULL)
        self->start[i + 1] = edges->len;
    }
  if (other == NULL)
    self->edges = (Edge *) (void *) g_array_free (g_steal_pointer (&edges), FALSE);
  return TRUE;
}

/* NaN on error. */
static double
pure_radius (Cover *self, AyJob *job, GError **error)
{
  const AyPool *pool = self->pool;
  g_autoptr (AyKmeans) clusters
      = ay_pool_kmeans (pool, NULL, pool->n, pool->n_classes, job, error);
  g_autofree double *other = g_new (double, pool->n);

  for (gsize i = 0; i < pool->n; i++)
    other[i] = INFINITY;
  if (clusters == NULL)
    return NAN;
  if (clusters->k < 2)
    return G_MAXFLOAT; /* copies of one point: any ball is pure */
  if (!walk (self, 0.0, clusters, other, job, error))
    return NAN;
  return sqrt (ay_quantile (other, pool->n, IMPURE));
}

gboolean
ay_pick_probcover (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  g_auto (Cover) self = { .pool = pool };
  double radius = pool->options.radius;

  if (!(radius > 0.0))
    radius = pure_radius (&self, job, error);
  return !isnan (radius) && walk (&self, radius, NULL, NULL, job, error)
         && greedy (&self, count, picks, job, error);
}
