/* SPDX-License-Identifier: GPL-3.0-or-later */
/* First means for k-means.
 *
 * k-means++ (Arthur and Vassilvitskii, SODA 2007): each next mean is a point drawn with chances by
 * the squared distance to the nearest mean so far; of 2 + ln k such draws the one that lowers the
 * sum most is kept (their greedy variant, which scikit-learn uses too). It starts within a factor
 * of 8 (ln k + 2) of the best sum in expectation.
 *
 * Looked for among at most as many points as 64 MB hold, drawn with the seed: a sample of that size
 * has every cluster that the whole could be told to have. The sample's points are summed by parts
 * (parts.h), of which a rank loads its own: to draw one, all know what each part has left, and its
 * owner says which of its points it is. Time: m d k (2 + ln k) products for the m points. */
#include "core/graph/kmeans_private.h"

#include "core/base/error.h"
#include "core/base/parts.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define SAMPLE_BYTES ((gsize) 64 << 20)
#define MOST_DRAWS 12
#define MOST_PARTS 1024

typedef struct
{
  const AyPointSet *set;
  gsize m, d;
  guint32 *positions; /* m */
  AyParts parts;
  gsize first, count; /* of the sample's points: the own ones, which are those below */
  float *x;           /* count x d */
  double *own;        /* count: squared lengths */
  double *nearest;    /* count: squared distance to the nearest mean so far */
  double *left;       /* all parts: sums of that */
  guint draws;
  float *drawn;       /* draws x d */
  double *square;     /* draws: their squared lengths */
  float *dot;         /* count x draws */
  double *sum;        /* own parts x draws: what would be left; then of all parts the first */
} Seeding;

static void
seeding_clear (Seeding *self)
{
  g_free (self->positions);
  g_free (self->x);
  g_free (self->own);
  g_free (self->nearest);
  g_free (self->left);
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
  self->parts = ay_parts (self->set->points.ranks, k, AY_KMEANS_ROWS, MOST_PARTS);
  self->count = ay_parts_rows_of_rank (&self->parts, ay_ranks_own (self->parts.ranks),
                                       &self->first);
  self->x = ay_try_alloc (MAX (self->count, 1), self->d * sizeof (float), "the k-means", error);
  if (self->x == NULL)
    return FALSE;
  ay_point_set_load (self->set, self->positions + self->first, 0, self->count, self->x);
  return TRUE;
}

static double
square_of (const float *x, gsize d)
{
  double sum = 0.0;

  for (gsize j = 0; j < d; j++)
    sum += (double) x[j] * x[j];
  return sum;
}

/* The points of a part, counted among the own ones. */
static gsize
points_of (const Seeding *self, gsize part, gsize *first)
{
  *first = part * self->parts.rows - self->first;
  return MIN (self->parts.rows, self->m - part * self->parts.rows);
}

static void
judge_block (Seeding *self, gsize first, gsize count, double *sum)
{
  float *dot = self->dot + first * self->draws;

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) count, (int) self->draws,
               (int) self->d, 1.0f, self->x + first * self->d, (int) self->d, self->drawn,
               (int) self->d, 0.0f, dot, (int) self->draws);
  for (gsize i = 0; i < count; i++)
    {
      double own = self->own[first + i], left = self->nearest[first + i];

      for (guint c = 0; c < self->draws; c++)
        sum[c] += MIN (left, MAX (own + self->square[c] - 2.0 * dot[i * self->draws + c], 0.0));
    }
}

/* What would be left of the sum, were each draw the next mean. */
static void
judge_part (gsize part, guint worker, gpointer data)
{
  Seeding *self = data;
  double *sum = self->sum + (part - self->parts.first) * self->draws;
  gsize first, count = points_of (self, part, &first);

  memset (sum, 0, self->draws * sizeof *sum);
  for (gsize at = 0; at < count; at += AY_KMEANS_ROWS)
    judge_block (self, first + at, MIN (AY_KMEANS_ROWS, count - at), sum);
}

static gboolean
judge (Seeding *self, AyJob *job, GError **error)
{
  self->parts.what = "sums of draws";
  return ay_parts_for (&self->parts, judge_part, self, job, error)
         && ay_parts_sum (&self->parts, self->sum, self->draws, job, error);
}

static guint
best_draw (const Seeding *self)
{
  guint best = 0;

  for (guint c = 1; c < self->draws; c++)
    if (self->sum[c] < self->sum[best])
      best = c;
  return best;
}

/* The sample's point i, which any rank can load. */
static void
set_draw (Seeding *self, guint c, gsize i)
{
  ay_point_set_load (self->set, self->positions + i, 0, 1, self->drawn + c * self->d);
  self->square[c] = square_of (self->drawn + c * self->d, self->d);
}

/* The item in which `at`, counted from the first item's begin, falls: *at is counted from its own
 * begin then. Past the end by rounding: the last that is not 0. */
static gsize
find_item (const double *items, gsize n, double *at)
{
  gsize last = 0;

  for (gsize i = 0; i < n; i++)
    if (items[i] > 0.0)
      {
        last = i;
        if (*at < items[i])
          break;
        *at -= items[i];
      }
  return last;
}

/* Points by their share of the total of `nearest`; known to all. */
static gboolean
draw (Seeding *self, AyRng *rng, double total, gsize *points, GError **error)
{
  AyRanks *ranks = self->parts.ranks;
  guint n_ranks = ranks != NULL ? ranks->size : 1;
  guint64 own[MOST_DRAWS];
  g_autofree guint64 *all = g_new (guint64, (gsize) n_ranks * MOST_DRAWS);

  for (guint c = 0; c < self->draws; c++)
    {
      double at = ay_rng_uniform (rng) * total;
      gsize part = find_item (self->left, self->parts.n_parts, &at), first, count;

      own[c] = 0;
      if (part < self->parts.first || part >= self->parts.last)
        continue;
      count = points_of (self, part, &first);
      own[c] = self->first + first + find_item (self->nearest + first, count, &at);
    }
  if (!ay_ranks_gather_each (ranks, "points drawn", own, self->draws * sizeof *own, all, error))
    return FALSE;
  for (guint c = 0; c < self->draws; c++)
    for (guint r = points[c] = 0; r < n_ranks; r++)
      points[c] += all[r * self->draws + c]; /* of one rank; the others' are 0 */
  return TRUE;
}

/* Takes drawn c, the sample's point `point`, as the next mean; *total is what is left of the sum. A
 * point that it is a copy of is exactly 0 away. */
static gboolean
accept (Seeding *self, guint c, gsize point, float *centre, double *total, GError **error)
{
  AyParts each = ay_parts_by (self->parts.ranks, self->parts.n_parts, 1);

  memcpy (centre, self->drawn + c * self->d, self->d * sizeof (float));
  for (gsize part = self->parts.first; part < self->parts.last; part++)
    {
      gsize first, count = points_of (self, part, &first);

      self->left[part] = 0.0;
      for (gsize i = first; i < first + count; i++)
        {
          double away = self->own[i] + self->square[c] - 2.0 * self->dot[i * self->draws + c];

          if (self->first + i == point
              || memcmp (self->x + i * self->d, centre, self->d * sizeof (float)) == 0)
            away = 0.0;
          self->nearest[i] = MIN (self->nearest[i], MAX (away, 0.0));
          self->left[part] += self->nearest[i];
        }
    }
  each.what = "what is left";
  if (!ay_parts_gather (&each, self->left, sizeof (double), error))
    return FALSE;
  *total = 0.0;
  for (gsize part = 0; part < self->parts.n_parts; part++)
    *total += self->left[part];
  return TRUE;
}

static gboolean
allocate (Seeding *self, GError **error)
{
  gsize count = MAX (self->count, 1);

  self->nearest = ay_try_alloc (count, sizeof (double), "the k-means", error);
  self->own = g_new (double, count);
  self->left = g_new0 (double, MAX (self->parts.n_parts, 1));
  self->drawn = g_new (float, MOST_DRAWS * self->d);
  self->square = g_new (double, MOST_DRAWS);
  self->dot = self->nearest != NULL
                  ? ay_try_alloc (count, MOST_DRAWS * sizeof (float), "the k-means", error)
                  : NULL;
  self->sum = g_new (double, ay_parts_own (&self->parts) * MOST_DRAWS);
  for (gsize i = 0; i < self->count && self->dot != NULL; i++)
    {
      self->own[i] = square_of (self->x + i * self->d, self->d);
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
  gsize points[MOST_DRAWS];

  if (!take_sample (&self, rng, error) || !allocate (&self, error))
    return 0;
  for (; found < k && total > 0.0 && self.m > 0; found++)
    {
      guint best;

      self.draws = found == 0 ? 1 : draws;
      points[0] = found == 0 ? (gsize) ay_rng_below (rng, self.m) : 0;
      if (found > 0 && !draw (&self, rng, total, points, error))
        return 0;
      for (guint c = 0; c < self.draws; c++)
        set_draw (&self, c, points[c]);
      if (!judge (&self, job, error))
        return 0;
      best = best_draw (&self);
      if (!accept (&self, best, points[best], centre + (gsize) found * self.d, &total, error))
        return 0;
    }
  return found;
}
