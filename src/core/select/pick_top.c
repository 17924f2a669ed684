/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/select/strategy_private.h"

#include <math.h>
#include <stdlib.h>

typedef struct
{
  double value, tie;
  guint32 place;
} Candidate;

static int
compare_candidates (const void *a, const void *b)
{
  const Candidate *x = a, *y = b;

  if (x->value != y->value)
    return x->value > y->value ? -1 : 1;
  if (x->tie != y->tie)
    return x->tie > y->tie ? -1 : 1;
  return x->place < y->place ? -1 : x->place > y->place;
}

/* First those within their class's share, then the others, both in their order. */
static void
take_balanced (const AyPool *pool, const Candidate *order, gsize count, AyPick *picks)
{
  g_autofree gsize *taken = g_new0 (gsize, pool->n_classes);
  g_autofree guint8 *used = g_new0 (guint8, pool->n_pool);
  gsize share = (count + pool->n_classes - 1) / pool->n_classes, k = 0;

  for (guint pass = 0; pass < 2; pass++)
    for (gsize i = 0; i < pool->n_pool && k < count; i++)
      {
        guint32 position = pool->pool[order[i].place];
        guint c = ay_pool_likeliest (pool, position);

        if (used[i] || (pass == 0 && taken[c] >= share))
          continue;
        used[i] = 1;
        taken[c]++;
        picks[k++] = (AyPick) { position, order[i].value };
      }
}

void
ay_pick_top (const AyPool *pool, const double *value, const double *tie, gsize count,
             AyPick *picks)
{
  g_autofree Candidate *order = g_new (Candidate, MAX (pool->n_pool, 1));

  for (gsize i = 0; i < pool->n_pool; i++)
    {
      double cost = pool->cost != NULL ? pool->cost[pool->pool[i]] : 1.0;

      order[i] = (Candidate) { value[i] / cost, tie != NULL ? tie[i] : 0.0, (guint32) i };
    }
  qsort (order, pool->n_pool, sizeof *order, compare_candidates);
  if (pool->options.balance && pool->p != NULL)
    {
      take_balanced (pool, order, count, picks);
      return;
    }
  for (gsize i = 0; i < count; i++)
    picks[i] = (AyPick) { pool->pool[order[i].place], order[i].value };
}

guint
ay_pool_likeliest (const AyPool *pool, guint32 position)
{
  const double *p = pool->p + (gsize) position * pool->n_classes;
  guint best = 0;

  for (guint c = 1; c < pool->n_classes; c++)
    if (p[c] > p[best])
      best = c;
  return best;
}

double
ay_pool_margin (const AyPool *pool, guint32 position)
{
  const double *p = pool->p + (gsize) position * pool->n_classes;
  double first = 0.0, second = 0.0;

  for (guint c = 0; c < pool->n_classes; c++)
    if (p[c] > first)
      {
        second = first;
        first = p[c];
      }
    else
      second = MAX (second, p[c]);
  return 1.0 - (first - second);
}

double *
ay_pool_margins (const AyPool *pool)
{
  double *margin = g_new (double, MAX (pool->n_pool, 1));

  for (gsize i = 0; i < pool->n_pool; i++)
    margin[i] = ay_pool_margin (pool, pool->pool[i]);
  return margin;
}

double
ay_pool_square (const AyPool *pool, guint32 position)
{
  const float *z = pool->z + position * pool->d;
  double sum = 1.0;

  for (gsize j = 0; j < pool->d; j++)
    sum += (double) z[j] * z[j];
  return sum;
}

AyKmeans *
ay_pool_kmeans (const AyPool *pool, const guint32 *rows, gsize n, guint k, AyJob *job,
                GError **error)
{
  AyPoints points = { .features = pool->features, .rows = rows, .n = n,
                      .distance = AY_DISTANCE_EUCLIDEAN };
  AyKmeansOptions options = AY_KMEANS_OPTIONS_INIT;

  options.k = k;
  options.starts = 1;
  options.max_rounds = 100;
  options.seed = pool->seed * 1000 + pool->round;
  return ay_kmeans_new (&points, &options, job, error);
}

AyRng
ay_pool_rng (const AyPool *pool, guint stream)
{
  AyRng rng;

  ay_rng_init (&rng, pool->seed, (guint64) pool->round * 64 + stream);
  return rng;
}

double
ay_entropy (const double *p, guint n)
{
  double sum = 0.0;

  for (guint c = 0; c < n; c++)
    if (p[c] > 0.0)
      sum -= p[c] * log (p[c]);
  return sum;
}
