/* SPDX-License-Identifier: GPL-3.0-or-later */
/* k-centre greedy, the core set (Gonzalez 1985; Sener and Savarese 2018): each pick is the point
 * farthest from all labelled and picked ones; with none labelled the first is the point nearest to
 * the mean. Within a factor 2 of the least radius. Blocks of points keep their least squared
 * distance; a pick is one pass of products in float, |x|^2 + |c|^2 - 2 x.c.
 * Time 2 (labelled + picks) n d; memory 12 bytes a point. Fixed blocks: the same bytes for any
 * number of threads. Also what the picks stand for: cells of nearest points. */
#include "core/select/strategy_private.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define BLOCK 1024
#define CENTRES 64 /* at a time */

typedef struct
{
  const AyPool *pool;
  float *square;         /* n */
  float *least;          /* n: squared distance to the nearest centre */
  guint32 *nearest;      /* (nullable) n: which */
  const guint32 *centre; /* of this pass */
  gsize n_centres;
  const float *c;        /* n_centres x d */
  guint32 first_number;
  guint32 *best;         /* a block each: its farthest point */
} Far;

static void
far_clear (Far *self)
{
  g_free (self->square);
  g_free (self->least);
  g_free (self->nearest);
  g_free (self->best);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Far, far_clear)

static void
products (const Far *self, gsize first, gsize count, float *dot)
{
  gsize d = self->pool->d, m = self->n_centres;
  const float *z = self->pool->z + first * d;

  if (d == 0)
    memset (dot, 0, count * m * sizeof *dot);
  else if (m == 1)
    cblas_sgemv (CblasRowMajor, CblasNoTrans, (int) count, (int) d, 1.0f, z, (int) d, self->c, 1,
                 0.0f, dot, 1);
  else
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) count, (int) m, (int) d, 1.0f, z,
                 (int) d, self->c, (int) d, 0.0f, dot, (int) m);
}

static void
far_block (gsize block, guint worker, gpointer data)
{
  Far *self = data;
  gsize first = block * BLOCK, count = MIN (BLOCK, self->pool->n - first), m = self->n_centres;
  g_autofree float *dot = g_new (float, BLOCK * CENTRES);
  guint32 best = (guint32) first;

  products (self, first, count, dot);
  for (gsize i = 0; i < count; i++)
    {
      gsize at = first + i;

      for (gsize k = 0; k < m; k++)
        {
          float away = self->square[at] + self->square[self->centre[k]] - 2.0f * dot[i * m + k];

          away = self->centre[k] == at ? 0.0f : MAX (away, 0.0f);
          if (away < self->least[at])
            {
              self->least[at] = away;
              if (self->nearest != NULL)
                self->nearest[at] = self->first_number + (guint32) k;
            }
        }
      if (self->least[at] > self->least[best])
        best = (guint32) at;
    }
  self->best[block] = best;
}

static gboolean
far_init (Far *self, const AyPool *pool, GError **error)
{
  self->pool = pool;
  self->square = ay_try_alloc (pool->n, sizeof (float), "distances", error);
  self->least = self->square != NULL ? ay_try_alloc (pool->n, sizeof (float), "distances", error)
                                     : NULL;
  if (self->least == NULL)
    return FALSE;
  self->best = g_new0 (guint32, ay_n_blocks (pool->n, BLOCK));
  for (gsize i = 0; i < pool->n; i++)
    {
      self->square[i] = (float) (ay_pool_square (pool, (guint32) i) - 1.0);
      self->least[i] = INFINITY;
    }
  return TRUE;
}

/* The centres, CENTRES at a time; `from` is the number of the first. */
static gboolean
far_add (Far *self, const guint32 *centres, gsize n, guint32 from, AyJob *job, GError **error)
{
  gsize d = self->pool->d;
  g_autofree float *c = g_new (float, CENTRES * d + 1);

  for (gsize k = 0; k < n; k += CENTRES)
    {
      self->centre = centres + k;
      self->n_centres = MIN (CENTRES, n - k);
      self->first_number = from == G_MAXUINT32 ? from : from + (guint32) k;
      for (gsize j = 0; j < self->n_centres; j++)
        memcpy (c + j * d, self->pool->z + self->centre[j] * d, d * sizeof (float));
      self->c = c;
      if (!ay_parallel_for (ay_n_blocks (self->pool->n, BLOCK), far_block, self, job, error))
        return FALSE;
    }
  return TRUE;
}

static guint32
farthest (const Far *self)
{
  guint32 best = self->best[0];

  for (gsize b = 1; b < ay_n_blocks (self->pool->n, BLOCK); b++)
    if (self->least[self->best[b]] > self->least[best])
      best = self->best[b];
  return best;
}

/* The point of the pool nearest to the mean of all. */
static guint32
middle_point (const AyPool *pool)
{
  g_autofree double *mean = g_new0 (double, pool->d + 1);
  guint32 best = pool->pool[0];
  double least = INFINITY;

  for (gsize i = 0; i < pool->n * pool->d; i++)
    mean[i % pool->d] += pool->z[i] / (double) pool->n;
  for (gsize i = 0; i < pool->n_pool; i++)
    {
      const float *z = pool->z + pool->pool[i] * pool->d;
      double sum = 0.0;

      for (gsize j = 0; j < pool->d; j++)
        sum += (z[j] - mean[j]) * (z[j] - mean[j]);
      if (sum < least)
        {
          least = sum;
          best = pool->pool[i];
        }
    }
  return best;
}

/* Once all distances are 0 only copies are left: the lowest that is not yet taken. */
static guint32
lowest_left (const AyPool *pool, const AyPick *picks, gsize n)
{
  for (gsize i = 0; i < pool->n_pool; i++)
    {
      gboolean taken = FALSE;

      for (gsize k = 0; k < n && !taken; k++)
        taken = picks[k].position == pool->pool[i];
      if (!taken)
        return pool->pool[i];
    }
  return pool->pool[0];
}

gboolean
ay_pick_k_center (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  g_auto (Far) far = { 0 };

  if (!far_init (&far, pool, error)
      || !far_add (&far, pool->labelled, pool->n_labelled, G_MAXUINT32, job, error))
    return FALSE;
  for (gsize k = 0; k < count; k++)
    {
      gboolean first = k == 0 && pool->n_labelled == 0;
      guint32 at = first ? middle_point (pool) : farthest (&far);

      if (!first && !(far.least[at] > 0.0f))
        at = lowest_left (pool, picks, k);
      picks[k] = (AyPick) { at, first ? 0.0 : sqrt (far.least[at]) };
      if (!far_add (&far, &at, 1, G_MAXUINT32, job, error))
        return FALSE;
    }
  return TRUE;
}

guint32 *
ay_pool_stand_in (const AyPool *pool, const AyPick *picks, gsize count, AyJob *job, GError **error)
{
  g_auto (Far) far = { 0 };
  g_autofree guint32 *centres = g_new (guint32, MAX (count, 1));
  guint32 *of = NULL;

  for (gsize k = 0; k < count; k++)
    centres[k] = picks[k].position;
  if (!far_init (&far, pool, error))
    return NULL;
  far.nearest = g_new (guint32, pool->n);
  memset (far.nearest, 0xff, pool->n * sizeof *far.nearest);
  if (!far_add (&far, pool->labelled, pool->n_labelled, G_MAXUINT32, job, error))
    return NULL;
  memset (far.nearest, 0xff, pool->n * sizeof *far.nearest);
  if (!far_add (&far, centres, count, 0, job, error))
    return NULL;
  of = g_new (guint32, MAX (pool->n_pool, 1));
  for (gsize i = 0; i < pool->n_pool; i++)
    of[i] = far.nearest[pool->pool[i]];
  return of;
}
