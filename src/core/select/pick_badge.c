/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BADGE (Ash et al. 2020): k-means++ on the gradients of the last layer under the label that the
 * head holds likeliest, g = a (x) z with a = p - e_likeliest and z with the intercept's 1. The
 * first pick is the longest gradient; each next one is drawn by its squared distance to the picks.
 *
 * The gradients are never formed: |g_i - g_j|^2 = |a_i|^2 |z_i|^2 + |a_j|^2 |z_j|^2
 * - 2 (a_i . a_j)(z_i . z_j). Time n (d + K) a pick, memory n (K + 2) doubles. */
#include "core/select/strategy_private.h"

#include "core/base/error.h"

#include <math.h>

typedef struct
{
  const AyPool *pool;
  double *a;       /* n_pool x K */
  double *square;  /* n_pool: |g|^2 */
  double *nearest; /* n_pool: squared distance to the picks */
} Gradients;

static void
gradients_clear (Gradients *self)
{
  g_free (self->a);
  g_free (self->square);
  g_free (self->nearest);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Gradients, gradients_clear)

static gboolean
gradients_init (Gradients *self, const AyPool *pool, GError **error)
{
  guint k = pool->n_classes;

  self->pool = pool;
  self->a = ay_try_alloc (pool->n_pool * k, sizeof (double), "the gradients", error);
  if (self->a == NULL)
    return FALSE;
  self->square = g_new (double, pool->n_pool);
  self->nearest = g_new (double, pool->n_pool);
  for (gsize i = 0; i < pool->n_pool; i++)
    {
      guint32 at = pool->pool[i];
      double sum = 0.0;

      for (guint c = 0; c < k; c++)
        {
          double a = pool->p[(gsize) at * k + c] - (c == ay_pool_likeliest (pool, at) ? 1.0 : 0.0);

          self->a[i * k + c] = a;
          sum += a * a;
        }
      self->square[i] = sum * ay_pool_square (pool, at);
      self->nearest[i] = INFINITY;
    }
  return TRUE;
}

/* Takes the point at this place of the pool; its distance to itself is 0. */
static void
take (Gradients *self, gsize place)
{
  const AyPool *pool = self->pool;
  guint k = pool->n_classes;
  const float *own = pool->z + pool->pool[place] * pool->d;

  for (gsize i = 0; i < pool->n_pool; i++)
    {
      const float *z = pool->z + pool->pool[i] * pool->d;
      double by_a = 0.0, by_z = 1.0, away;

      for (guint c = 0; c < k; c++)
        by_a += self->a[i * k + c] * self->a[place * k + c];
      for (gsize j = 0; j < pool->d; j++)
        by_z += (double) z[j] * own[j];
      away = self->square[i] + self->square[place] - 2.0 * by_a * by_z;
      self->nearest[i] = MIN (self->nearest[i], i == place ? 0.0 : MAX (away, 0.0));
    }
}

static gsize
draw (const Gradients *self, AyRng *rng)
{
  double total = 0.0, left;
  gsize last = G_MAXSIZE;

  for (gsize i = 0; i < self->pool->n_pool; i++)
    total += self->nearest[i];
  left = ay_rng_uniform (rng) * total;
  for (gsize i = 0; i < self->pool->n_pool; i++)
    if (self->nearest[i] > 0.0)
      {
        last = i;
        left -= self->nearest[i];
        if (left < 0.0)
          break;
      }
  return last;
}

gboolean
ay_pick_badge (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  g_auto (Gradients) self = { 0 };
  g_autofree guint8 *taken = g_new0 (guint8, pool->n_pool);
  AyRng rng = ay_pool_rng (pool, 3);

  if (!gradients_init (&self, pool, error))
    return FALSE;
  for (gsize k = 0; k < count; k++)
    {
      gsize at = 0;

      if (!ay_job_check (job, error))
        return FALSE;
      if (k > 0)
        at = draw (&self, &rng);
      else
        for (gsize i = 1; i < pool->n_pool; i++)
          at = self.square[i] > self.square[at] ? i : at;
      if (at == G_MAXSIZE || taken[at]) /* all that is left are copies of picks */
        for (at = 0; taken[at]; at++)
          ;
      taken[at] = 1;
      picks[k] = (AyPick) { pool->pool[at], sqrt (k > 0 ? self.nearest[at] : self.square[at]) };
      take (&self, at);
    }
  return TRUE;
}
