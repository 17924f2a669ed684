/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strategies that rank the pool by what the head does not know, one number a row, and the baseline.
 *
 * With p the head's probabilities of a row and z its features with the intercept's 1:
 *   least confidence  1 - p_1                                   (Lewis and Gale 1994)
 *   margin            1 - (p_1 - p_2)                           (Scheffer et al. 2001)
 *   entropy           - sum p log p                             (Shannon)
 *   gradient length   |z| sum_k p_k |p - e_k|                   (Settles and Craven 2008)
 *   density           entropy x (mean cosine to all points)^beta (Settles and Craven 2008)
 * Time n K beyond the prediction; gradient length n K by |p - e_k|^2 = sum p^2 + 1 - 2 p_k; density
 * 2 n d: the mean cosine to all points is the cosine with the mean of unit vectors. */
#include "core/select/strategy_private.h"

#include <math.h>

gboolean
ay_pick_random (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  AyRng rng = ay_pool_rng (pool, 0);
  g_autofree guint32 *places = ay_rng_sample (&rng, pool->n_pool, count);

  for (gsize i = 0; i < count; i++)
    picks[i] = (AyPick) { pool->pool[places[i]], 1.0 / (double) pool->n_pool };
  return TRUE;
}

typedef double (*RowFunc) (const AyPool *pool, guint32 position);

static gboolean
rank_by (const AyPool *pool, RowFunc func, gsize count, AyPick *picks)
{
  g_autofree double *value = g_new (double, pool->n_pool);

  for (gsize i = 0; i < pool->n_pool; i++)
    value[i] = func (pool, pool->pool[i]);
  ay_pick_top (pool, value, NULL, count, picks);
  return TRUE;
}

static double
doubt (const AyPool *pool, guint32 position)
{
  return 1.0 - pool->p[(gsize) position * pool->n_classes + ay_pool_likeliest (pool, position)];
}

static double
entropy (const AyPool *pool, guint32 position)
{
  return ay_entropy (pool->p + (gsize) position * pool->n_classes, pool->n_classes);
}

static double
gradient_length (const AyPool *pool, guint32 position)
{
  const double *p = pool->p + (gsize) position * pool->n_classes;
  double squares = 0.0, sum = 0.0;

  for (guint c = 0; c < pool->n_classes; c++)
    squares += p[c] * p[c];
  for (guint c = 0; c < pool->n_classes; c++)
    sum += p[c] * sqrt (MAX (squares + 1.0 - 2.0 * p[c], 0.0));
  return sqrt (ay_pool_square (pool, position)) * sum;
}

gboolean
ay_pick_least_confidence (const AyPool *pool, gsize count, AyPick *picks, AyJob *job,
                          GError **error)
{
  return rank_by (pool, doubt, count, picks);
}

gboolean
ay_pick_margin (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  return rank_by (pool, ay_pool_margin, count, picks);
}

gboolean
ay_pick_entropy (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  return rank_by (pool, entropy, count, picks);
}

gboolean
ay_pick_egl (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  return rank_by (pool, gradient_length, count, picks);
}

/* z / |z| without the intercept, times `by`, added to `into`; or its product with `with`. */
static double
along (const AyPool *pool, guint32 position, const double *with, double *into)
{
  const float *z = pool->z + position * pool->d;
  double length = sqrt (ay_pool_square (pool, position) - 1.0), sum = 0.0;

  if (!(length > 0.0))
    return 0.0;
  for (gsize j = 0; j < pool->d; j++)
    if (into != NULL)
      into[j] += z[j] / length;
    else
      sum += z[j] / length * with[j];
  return sum;
}

gboolean
ay_pick_density (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  g_autofree double *middle = g_new0 (double, pool->d + 1);
  g_autofree double *value = g_new (double, pool->n_pool);

  for (gsize i = 0; i < pool->n; i++)
    along (pool, (guint32) i, NULL, middle);
  for (gsize i = 0; i < pool->n_pool; i++)
    {
      double near = along (pool, pool->pool[i], middle, NULL) / (double) pool->n;

      value[i] = entropy (pool, pool->pool[i]) * pow (MAX (near, 0.0), pool->options.beta);
    }
  ay_pick_top (pool, value, NULL, count, picks);
  return TRUE;
}
