/* SPDX-License-Identifier: GPL-3.0-or-later */
/* First means for k-means.
 *
 * k-means++ (Arthur and Vassilvitskii, SODA 2007): each next mean is a point drawn with chances by
 * the squared distance to the nearest mean so far; of 2 + ln k such draws the one that lowers the
 * sum most is kept (their greedy variant, which scikit-learn uses too). It starts within a factor
 * of 8 (ln k + 2) of the best sum in expectation.
 *
 * Looked for among at most as many points as 64 MB hold, drawn with the seed: a sample of that size
 * has every cluster that the whole could be told to have. Time: m d k (2 + ln k) products for the m
 * points; blocks of fixed size, sums reduced in their order. */
#include "core/graph/kmeans_private.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define SAMPLE_BYTES ((gsize) 64 << 20)
#define MOST_DRAWS 12

typedef struct
{
  const AyPointSet *set;
  gsize m, d;
  guint32 *positions; /* m */
  float *x;           /* m x d */
  double *own;        /* m: squared lengths */
  double *nearest;    /* m: squared distance to the nearest mean so far */
  guint draws;
  float *drawn;       /* draws x d */
  double *square;     /* draws: their squared lengths */
  float *dot;         /* m x draws */
  double *sum;        /* blocks x draws: what would be left */
} Seeding;

static void
seeding_clear (Seeding *self)
{
  g_free (self->positions);
  g_free (self->x);
  g_free (self->own);
  g_free (self->nearest);
  g_free (self->drawn);
  g_free (self->square);
  g_free (self->dot);
  g_free (self->sum);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Seeding, seeding_clear)

/* Points that are not zero rows, at most so many as the sample holds. */
static gboolean
take_sample (Seeding *self, AyRng *rng, GError **error)
{
  gsize n = self->set->n, limit = MAX (SAMPLE_BYTES / (self->d * sizeof (float)), 1024), k = 0;
  g_autofree guint32 *all = NULL;

  if (limit >= n)
    {
      all = g_new (guint32, n);
      for (gsize i = 0; i < n; i++)
        all[i] = (guint32) i;
      limit = n;
    }
  else
    all = ay_rng_sample (rng, n, limit);
  self->positions = g_new (guint32, limit);
  for (gsize i = 0; i < limit; i++)
    if (!ay_point_is_zero (self->set, all[i]))
      self->positions[k++] = all[i];
  self->m = k;
  self->x = ay_try_alloc (MAX (k, 1), self->d * sizeof (float), "k-means", error);
  if (self->x == NULL)
    return FALSE;
  ay_point_set_load (self->set, self->positions, 0, k, self->x);
  return TRUE;
}

static double
square_of (const Seeding *self, gsize i)
{
  const float *x = self->x + i * self->d;
  double sum = 0.0;

  for (gsize j = 0; j < self->d; j++)
    sum += (double) x[j] * x[j];
  return sum;
}

/* What would be left of the sum, were each draw the next mean. */
static void
judge_block (gsize block, guint worker, gpointer data)
{
  Seeding *self = data;
  gsize first = block * AY_KMEANS_ROWS, count = MIN (AY_KMEANS_ROWS, self->m - first);
  float *dot = self->dot + first * self->draws;
  double *sum = self->sum + block * self->draws;

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) count, (int) self->draws,
               (int) self->d, 1.0f, self->x + first * self->d, (int) self->d, self->drawn,
               (int) self->d, 0.0f, dot, (int) self->draws);
  memset (sum, 0, self->draws * sizeof *sum);
  for (gsize i = 0; i < count; i++)
    {
      double own = self->own[first + i], left = self->nearest[first + i];

      for (guint c = 0; c < self->draws; c++)
        sum[c] += MIN (left, MAX (own + self->square[c] - 2.0 * dot[i * self->draws + c], 0.0));
    }
}

static void
set_draw (Seeding *self, guint c, gsize i)
{
  memcpy (self->drawn + c * self->d, self->x + i * self->d, self->d * sizeof (float));
  self->square[c] = self->own[i];
}

/* A point by its share of the total of `nearest`. */
static gsize
draw (const Seeding *self, AyRng *rng, double total)
{
  double left = ay_rng_uniform (rng) * total;
  gsize last = 0;

  for (gsize i = 0; i < self->m; i++)
    if (self->nearest[i] > 0.0)
      {
        last = i;
        left -= self->nearest[i];
        if (left < 0.0)
          break;
      }
  return last;
}

/* Takes drawn c as the next mean; returns what is left of the sum. A point that it is a copy of is
 * exactly 0 away. */
static double
accept (Seeding *self, guint c, gsize own, float *centre)
{
  double total = 0.0;

  memcpy (centre, self->drawn + c * self->d, self->d * sizeof (float));
  for (gsize i = 0; i < self->m; i++)
    {
      double away = self->own[i] + self->square[c] - 2.0 * self->dot[i * self->draws + c];

      if (i == own || memcmp (self->x + i * self->d, centre, self->d * sizeof (float)) == 0)
        away = 0.0;
      self->nearest[i] = MIN (self->nearest[i], MAX (away, 0.0));
      total += self->nearest[i];
    }
  return total;
}

static gboolean
judge (Seeding *self, AyJob *job, GError **error)
{
  return ay_parallel_for (ay_n_blocks (self->m, AY_KMEANS_ROWS), judge_block, self, job, error);
}

static guint
best_draw (const Seeding *self)
{
  gsize n_blocks = ay_n_blocks (self->m, AY_KMEANS_ROWS);
  double least = INFINITY;
  guint best = 0;

  for (guint c = 0; c < self->draws; c++)
    {
      double sum = 0.0;

      for (gsize b = 0; b < n_blocks; b++)
        sum += self->sum[b * self->draws + c];
      if (sum < least)
        {
          least = sum;
          best = c;
        }
    }
  return best;
}

static gboolean
allocate (Seeding *self, GError **error)
{
  gsize n_blocks = ay_n_blocks (MAX (self->m, 1), AY_KMEANS_ROWS);

  self->nearest = ay_try_alloc (MAX (self->m, 1), sizeof (double), "k-means", error);
  self->own = g_new (double, MAX (self->m, 1));
  self->drawn = g_new (float, MOST_DRAWS * self->d);
  self->square = g_new (double, MOST_DRAWS);
  self->dot = self->nearest != NULL
                  ? ay_try_alloc (MAX (self->m, 1), MOST_DRAWS * sizeof (float), "k-means", error)
                  : NULL;
  self->sum = g_new (double, n_blocks * MOST_DRAWS);
  for (gsize i = 0; i < self->m && self->dot != NULL; i++)
    {
      self->own[i] = square_of (self, i);
      self->nearest[i] = INFINITY;
    }
  return self->dot != NULL;
}

guint
ay_kmeans_seed (const AyPointSet *set, guint k, AyRng *rng, float *centre, AyJob *job,
                GError **error)
{
  g_auto (Seeding) self = { .set = set, .d = set->d };
  guint draws = MIN (2 + (guint) log (k), MOST_DRAWS), found = 0;
  double total = INFINITY;
  gsize at[MOST_DRAWS];

  if (!take_sample (&self, rng, error) || !allocate (&self, error))
    return 0;
  for (; found < k && total > 0.0 && self.m > 0; found++)
    {
      guint best;

      self.draws = found == 0 ? 1 : draws;
      for (guint c = 0; c < self.draws; c++)
        {
          at[c] = found == 0 ? (gsize) ay_rng_below (rng, self.m) : draw (&self, rng, total);
          set_draw (&self, c, at[c]);
        }
      if (!judge (&self, job, error))
        return 0;
      best = best_draw (&self);
      total = accept (&self, best, at[best], centre + (gsize) found * self.d);
    }
  return found;
}
