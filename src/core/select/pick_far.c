/* SPDX-License-Identifier: GPL-3.0-or-later */
/* k-centre greedy, the core set (Gonzalez 1985; Sener and Savarese 2018): each pick is the point
 * farthest from all labelled and picked ones; with none labelled the first is the point nearest to
 * the mean. Within a factor 2 of the least radius. Blocks of points keep their least squared
 * distance, by products in float, |x|^2 + |c|^2 - 2 x.c.
 *
 * One pass over the points a pick would be bound by memory. Instead the AHEAD farthest points are
 * looked at among themselves: distances only fall, so that as long as the farthest of them is
 * farther than any other point was, it is the next pick. What was picked so far goes to all points
 * at once, as a matrix product.
 * Time 2 (labelled + picks) n d; memory 12 bytes a point. Fixed blocks: the same bytes for any
 * number of threads. Also what the picks stand for: cells of nearest points. */
#include "core/select/strategy_private.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define BLOCK 1024
#define CENTRES 64 /* at a time */
#define AHEAD 256  /* farthest points that are looked at among themselves */

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
} Far;

static void
far_clear (Far *self)
{
  g_free (self->square);
  g_free (self->least);
  g_free (self->nearest);
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
    }
}

static gboolean
far_init (Far *self, const AyPool *pool, GError **error)
{
  self->pool = pool;
  self->square = ay_try_alloc (pool->n, sizeof (float), "the distances", error);
  self->least = self->square != NULL ? ay_try_alloc (pool->n, sizeof (float), "the distances",
                                                     error)
                                     : NULL;
  if (self->least == NULL)
    return FALSE;
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

/* The farthest points, AHEAD at most, farthest first, of equals the lowest; how far any other point
 * is at most. */
static gsize
look_ahead (const Far *self, guint32 *ahead, float *others)
{
  gsize n = self->pool->n, m = MIN (AHEAD, n);
  g_autofree double *least = g_new (double, n);
  g_autofree guint32 *order = NULL;

  for (gsize i = 0; i < n; i++)
    least[i] = self->least[i];
  order = ay_order (least, n, TRUE);
  memcpy (ahead, order, m * sizeof *ahead);
  *others = m < n ? self->least[order[m]] : -1.0f;
  return m;
}

/* Takes picks out of the m points ahead while one of them must be the farthest of all; at most
 * count. Returns how many. */
static gsize
take_ahead (Far *self, guint32 *ahead, gsize m, float others, gsize count, AyPick *picks)
{
  gsize d = self->pool->d, n_taken = 0;
  g_autofree float *z = g_new (float, m * d + 1), *dot = g_new0 (float, m * m);
  g_autofree float *least = g_new (float, m);

  for (gsize i = 0; i < m; i++)
    {
      memcpy (z + i * d, self->pool->z + ahead[i] * d, d * sizeof (float));
      least[i] = self->least[ahead[i]];
    }
  if (d > 0)
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) m, (int) m, (int) d, 1.0f, z,
                 (int) d, z, (int) d, 0.0f, dot, (int) m);
  while (n_taken < count)
    {
      gsize best = 0;

      for (gsize i = 1; i < m; i++)
        if (least[i] > least[best] || (least[i] == least[best] && ahead[i] < ahead[best]))
          best = i;
      if (!(least[best] > 0.0f) || (n_taken > 0 && !(least[best] > others)))
        break;
      picks[n_taken++] = (AyPick) { ahead[best], sqrt (least[best]) };
      for (gsize i = 0; i < m; i++)
        {
          float away = self->square[ahead[i]] + self->square[ahead[best]]
                       - 2.0f * dot[best * m + i];

          least[i] = i == best ? 0.0f : MIN (least[i], MAX (away, 0.0f));
        }
    }
  return n_taken;
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

/* Once all distances are 0 only copies are left: the lowest that are not yet taken. */
static void
take_copies (const AyPool *pool, gsize n_taken, gsize count, AyPick *picks)
{
  g_autofree guint8 *taken = g_new0 (guint8, pool->n);

  for (gsize k = 0; k < n_taken; k++)
    taken[picks[k].position] = 1;
  for (gsize i = 0; i < pool->n_pool && n_taken < count; i++)
    if (!taken[pool->pool[i]])
      picks[n_taken++] = (AyPick) { pool->pool[i], 0.0 };
}

gboolean
ay_pick_k_center (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  g_auto (Far) far = { 0 };
  guint32 ahead[AHEAD];
  gsize k = 0;

  if (!far_init (&far, pool, error)
      || !far_add (&far, pool->labelled, pool->n_labelled, G_MAXUINT32, job, error))
    return FALSE;
  if (pool->n_labelled == 0)
    picks[k++] = (AyPick) { ahead[0] = middle_point (pool), 0.0 };
  if (k > 0 && !far_add (&far, ahead, 1, G_MAXUINT32, job, error))
    return FALSE;
  while (k < count)
    {
      float others;
      gsize m = look_ahead (&far, ahead, &others);
      gsize n = take_ahead (&far, ahead, m, others, count - k, picks + k);

      if (n == 0)
        {
          take_copies (pool, k, count, picks);
          break;
        }
      for (gsize i = 0; i < n; i++)
        ahead[i] = picks[k + i].position;
      if (!far_add (&far, ahead, n, G_MAXUINT32, job, error))
        return FALSE;
      k += n;
      ay_job_set_fraction (job, (double) k / (double) count);
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
