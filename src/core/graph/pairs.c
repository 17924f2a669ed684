/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All pairs within a distance.
 *
 * Points are sorted by their coordinate along the direction in which they spread most. Two points
 * can only be within reach where these differ by no more than reach, so that a block of sorted
 * points meets only the blocks of its window; there the distance along a few directions, a bound
 * from below, leaves few pairs whose distance is summed in double. Where it leaves more than CAP of
 * a block pair, one sgemm sieves all of it instead: never much dearer than the product of
 * everything. Nothing is lost: bounds are widened by what rounding can do.
 *
 * Cost: n d m for the directions; n x window x m, or at worst n^2 d, flop. Memory: 16 bytes a pair,
 * 4 (m + 1) bytes a point. Threads: blocks of sorted points, lists joined and sorted at the end.
 * Ranks have points of their own, which visit one another (pair_ring.c); the pairs that any of them
 * found are all of them, the same as one alone finds. */
#include "core/graph/pairs_private.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/words.h"
#include "core/graph/copies.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DIRECTIONS 16
#define SAMPLE 200000 /* pairs asked for how near they are when there are too many */

AyPairs *
ay_pairs_ref (AyPairs *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_pairs_unref (AyPairs *self)
{
  if (!g_atomic_ref_count_dec (&self->ref))
    return;
  g_free (self->pairs);
  g_free (self->first);
  g_free (self);
}

static int
compare_pairs (const void *a, const void *b)
{
  const AyPair *x = a, *y = b;

  if (x->distance != y->distance)
    return x->distance < y->distance ? -1 : 1;
  if (x->i != y->i)
    return x->i < y->i ? -1 : 1;
  return (x->j > y->j) - (x->j < y->j);
}

/* Sorting by sampled splitters: buckets in parallel. */
#define BUCKETS 256
#define SPLIT_ABOVE 100000

typedef struct
{
  AyPair *pairs;
  gsize start[BUCKETS + 1];
} Buckets;

static void
sort_bucket (gsize bucket, guint worker, gpointer data)
{
  Buckets *self = data;

  qsort (self->pairs + self->start[bucket], self->start[bucket + 1] - self->start[bucket],
         sizeof (AyPair), compare_pairs);
}

static guint
bucket_of (const AyPair *splitters, const AyPair *pair)
{
  guint low = 0, high = BUCKETS - 1; /* splitters[b] is the first of bucket b + 1 */

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (compare_pairs (pair, &splitters[middle]) < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

/* Takes the pairs; (transfer full) sorted ones. */
static AyPair *
sort_pairs (AyPair *pairs, gsize n, AyJob *job, GError **error)
{
  g_autofree AyPair *from = pairs;
  g_autofree AyPair *to = NULL;
  AyPair splitters[BUCKETS - 1], sample[BUCKETS * 8];
  gsize next[BUCKETS];
  Buckets buckets = { 0 };

  if (n < SPLIT_ABOVE)
    {
      qsort (from, n, sizeof *from, compare_pairs);
      return g_steal_pointer (&from);
    }
  to = ay_try_alloc (n, sizeof *to, "the pairs", error);
  if (to == NULL)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (sample); i++)
    sample[i] = from[i * (n / G_N_ELEMENTS (sample))];
  qsort (sample, G_N_ELEMENTS (sample), sizeof *sample, compare_pairs);
  for (gsize b = 0; b + 1 < BUCKETS; b++)
    splitters[b] = sample[(b + 1) * 8];
  for (gsize i = 0; i < n; i++)
    buckets.start[bucket_of (splitters, &from[i]) + 1]++;
  for (gsize b = 0; b < BUCKETS; b++)
    buckets.start[b + 1] += buckets.start[b];
  memcpy (next, buckets.start, sizeof next);
  for (gsize i = 0; i < n; i++)
    to[next[bucket_of (splitters, &from[i])]++] = from[i];
  buckets.pairs = to;
  if (!ay_parallel_for (BUCKETS, sort_bucket, &buckets, job, error))
    return NULL;
  return g_steal_pointer (&to);
}

static int
compare_doubles (const void *a, const void *b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

/* A smaller reach that a sample says keeps no more than nine tenths of max pairs. */
static void
lower_reach (AyPairSearch *self, guint64 seed)
{
  double total = (double) self->n_all * (double) (self->n_all - 1) / 2.0;
  double share = 0.9 * (double) self->max_pairs / total, square = self->square / 4.0;
  g_autofree double *squares = g_new (double, SAMPLE);
  g_autofree double *x = g_new (double, self->points->d), *y = g_new (double, self->points->d);
  gsize rank = (gsize) (share * SAMPLE);
  AyRng rng;

  ay_rng_init (&rng, seed, 2);
  for (gsize s = 0; s < SAMPLE; s++)
    {
      gsize i = ay_rng_below (&rng, self->n_all), j = ay_rng_below (&rng, self->n_all - 1);

      ay_point_set_get (self->points, self->all[i], x);
      squares[s] = ay_point_set_square_from (self->points, x, self->all[j + (j >= i)], y);
    }
  qsort (squares, SAMPLE, sizeof *squares, compare_doubles);
  if (rank > 10 && rank < SAMPLE && squares[rank] < 0.9 * self->square)
    square = squares[rank];
  ay_pair_search_set_reach (self, ay_distance_of_square (self->points->points.distance, square));
}

/* The lists of all blocks as one. (transfer full) */
static AyPair *
join_blocks (AyPairSearch *self, gsize *n, GError **error)
{
  AyPair *all;

  *n = 0;
  for (gsize b = 0; b < self->n_blocks; b++)
    *n += self->found[b]->len;
  all = ay_try_alloc (MAX (*n, 1), sizeof *all, "the pairs", error);
  if (all == NULL)
    return NULL;
  *n = 0;
  for (gsize b = 0; b < self->n_blocks; b++)
    {
      if (self->found[b]->len > 0)
        memcpy (all + *n, self->found[b]->data, self->found[b]->len * sizeof *all);
      *n += self->found[b]->len;
      g_clear_pointer (&self->found[b], g_array_unref);
    }
  return all;
}

/* And those of all ranks. (transfer full) */
static AyPair *
join (AyPairSearch *self, gsize *n, GError **error)
{
  AyRanks *ranks = self->points->points.ranks;
  g_autofree AyPair *own = join_blocks (self, n, error);
  AyRankList mine = { own, *n, sizeof *own };

  if (own == NULL || ranks == NULL)
    return g_steal_pointer (&own);
  return ay_ranks_gather_lists (ranks, "pairs", &mine, n, error);
}

static gboolean
search (AyPairSearch *self, const AyPairsOptions *options, AyPairs *out, GError **error)
{
  AyPair *all;

  ay_pair_search_set_reach (self, options->reach);
  while (TRUE)
    {
      if (!ay_pair_search_run (self, error))
        return FALSE;
      if (self->total <= self->max_pairs)
        break;
      lower_reach (self, options->seed);
    }
  all = join (self, &out->n_pairs, error);
  out->reach = self->reach;
  out->pairs = all != NULL ? sort_pairs (all, out->n_pairs, self->job, error) : NULL;
  return out->pairs != NULL;
}

static gboolean
check (const AyPairsOptions *options, GError **error)
{
  if (options->reach >= 0.0 && isfinite (options->reach) && options->max_pairs > 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("distance %g: expected a number from 0"),
               options->reach);
  return FALSE;
}

/* Joins what the features and the caller hold for copies: the lowest point of each set. */
static void
join_copies (AyPairs *self, const guint32 *same)
{
  guint32 *first = self->first;

  self->n_copies = 0;
  for (guint32 i = 0; i < self->n; i++)
    {
      guint32 a = i, b = same[i];

      while (first[a] != a)
        a = first[a];
      while (first[b] != b)
        b = first[b];
      first[MAX (a, b)] = MIN (a, b);
    }
  for (gsize i = 0; i < self->n; i++)
    {
      first[i] = first[first[i]]; /* ascending: what lies before is settled */
      self->n_copies += first[i] != i;
    }
}

AyPairs *
ay_pairs_find (const AyPoints *points, const AyPairsOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyPointSet) set = NULL;
  g_autoptr (AyDirections) directions = NULL;
  g_autoptr (AyPairs) self = g_new0 (AyPairs, 1);
  AyPairSearch search_state = { .max_pairs = options->max_pairs, .job = job };
  gboolean done;

  g_atomic_ref_count_init (&self->ref);
  if (!check (options, error))
    return NULL;
  set = ay_point_set_new (points, NULL, job, error);
  if (set == NULL)
    return NULL;
  ay_job_set_phase (job, "finding near copies");
  self->n = set->n;
  self->distance = points->distance;
  self->asked = options->reach;
  self->n_zero = set->n_zero;
  self->first = ay_copies_find (set, &self->n_copies, job, error);
  if (self->first != NULL && options->same != NULL)
    join_copies (self, options->same);
  directions = self->first != NULL
                   ? ay_directions_new (set, DIRECTIONS, options->seed, job, error)
                   : NULL;
  if (directions == NULL)
    return NULL;
  search_state.points = set;
  done = ay_pair_search_init (&search_state, directions, self->first, error)
         && search (&search_state, options, self, error);
  ay_pair_search_clear (&search_state);
  return done ? g_steal_pointer (&self) : NULL;
}

guint64
ay_pairs_count (const AyPairs *self, double distance)
{
  g_autofree guint32 *copies = g_new0 (guint32, self->n);
  guint64 count = 0;

  for (gsize i = 0; i < self->n; i++)
    copies[self->first[i]]++;
  for (gsize i = 0; i < self->n && distance >= 0.0; i++)
    count += (guint64) copies[i] * (copies[i] - (copies[i] > 0)) / 2;
  for (gsize p = 0; p < self->n_pairs && self->pairs[p].distance <= distance; p++)
    count += (guint64) copies[self->pairs[p].i] * copies[self->pairs[p].j];
  return count;
}
