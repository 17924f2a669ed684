/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The blocks of the pair search: see pairs.c for the idea. */
#include "core/graph/pairs_private.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 512
#define CAP 8192  /* pairs of a block pair measured one by one; above, one product of all */
#define RUN 256   /* coordinates compared at once */
#define FIRST_DIRECTIONS 4

typedef struct
{
  guint16 i, j; /* in their blocks */
} Hit;

typedef struct
{
  AyPairSearch *search;
  gsize block;
  GArray *out;
  double *point, *scratch;
  float *rows, *columns, *tile; /* (nullable) until a product is needed */
  guint32 *columns_hit;
  Hit *hits;
  gsize own;                    /* the sorted point whose coordinates `point` holds */
} Worker;

static int
compare_along (const void *a, const void *b, gpointer data)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;
  const float *first = data;

  if (first[x] != first[y])
    return first[x] < first[y] ? -1 : 1;
  return (x > y) - (x < y);
}

gboolean
ay_pair_search_init (AyPairSearch *self, const AyDirections *directions, const guint32 *first,
                     GError **error)
{
  const AyPointSet *points = self->points;

  self->m = directions->m;
  self->error = directions->error;
  self->filter = ay_tile_filter ();
  self->order = ay_try_alloc (points->n, sizeof *self->order, "pairs", error);
  if (self->order == NULL)
    return FALSE;
  for (gsize i = 0; i < points->n; i++)
    if (first[i] == i && !ay_point_is_zero (points, i))
      self->order[self->n++] = (guint32) i;
  g_qsort_with_data (self->order, (gint) self->n, sizeof *self->order, compare_along,
                     directions->coordinate);
  self->along = ay_try_alloc (MAX (self->n, 1) * self->m, sizeof (float), "pairs", error);
  if (self->along == NULL)
    return FALSE;
  self->length = g_new (float, MAX (self->n, 1));
  for (gsize i = 0; i < self->n; i++)
    self->length[i] = points->square[self->order[i]];
  for (guint k = 0; k < self->m; k++)
    for (gsize i = 0; i < self->n; i++)
      self->along[k * self->n + i]
          = directions->coordinate[k * directions->n + self->order[i]];
  self->n_blocks = ay_n_blocks (self->n, BLOCK);
  self->found = g_new0 (GArray *, MAX (self->n_blocks, 1));
  return TRUE;
}

void
ay_pair_search_clear (AyPairSearch *self)
{
  for (gsize b = 0; self->found != NULL && b < self->n_blocks; b++)
    g_clear_pointer (&self->found[b], g_array_unref);
  g_free (self->found);
  g_free (self->order);
  g_free (self->along);
  g_free (self->length);
}

void
ay_pair_search_set_reach (AyPairSearch *self, double reach)
{
  double wide;

  self->reach = reach;
  self->square = ay_distance_to_square (self->points->points.distance, reach);
  wide = sqrt (self->square) * (1.0 + 1e-5) + self->error;
  self->window = nextafterf ((float) wide, INFINITY);
  self->bound = nextafterf ((float) (wide * wide), INFINITY);
}

/* Measures a pair of sorted points and keeps it when it is within reach. */
static void
measure (Worker *self, gsize i, gsize j)
{
  AyPairSearch *search = self->search;
  guint32 a = search->order[i], b = search->order[j];
  AyPair pair = { 0.0, MIN (a, b), MAX (a, b) };

  if (self->own != i)
    ay_point_set_get (search->points, a, self->point);
  self->own = i;
  pair.distance = ay_distance_of_square (
      search->points->points.distance,
      ay_point_set_square_from (search->points, self->point, b, self->scratch));
  if (pair.distance <= search->reach)
    g_array_append_val (self->out, pair);
}

/* Squared distances along `m` directions from own (m) to RUN points at most. */
static inline __attribute__ ((always_inline)) void
distances_along (const float *along, gsize stride, const float *own, guint m, gsize count,
                 float *sum)
{
  for (guint k = 0; k < m; k++)
    {
      const float *at = along + k * stride;
      float centre = own[k];

      for (gsize t = 0; t < count; t++)
        sum[t] += (at[t] - centre) * (at[t] - centre);
    }
}

static inline __attribute__ ((always_inline)) gsize
hits_along (const AyPairSearch *search, const float *own, gsize from, gsize count, guint16 *near)
{
  const float *along = search->along + from;
  guint few = MIN (search->m, FIRST_DIRECTIONS);
  float sum[RUN] = { 0 }, least = INFINITY;
  gsize n = 0;

  distances_along (along, search->n, own, few, count, sum);
  for (gsize t = 0; t < count; t++)
    least = sum[t] < least ? sum[t] : least;
  if (least > search->bound)
    return 0;
  distances_along (along + few * search->n, search->n, own + few, search->m - few, count, sum);
  for (gsize t = 0; t < count; t++)
    if (sum[t] <= search->bound)
      near[n++] = (guint16) t;
  return n;
}

#if defined __x86_64__
__attribute__ ((target ("avx2"))) static gsize
hits_avx2 (const AyPairSearch *search, const float *own, gsize from, gsize count, guint16 *near)
{
  return hits_along (search, own, from, count, near);
}
#endif

static gsize
hits_of (const AyPairSearch *search, const float *own, gsize from, gsize count, guint16 *near)
{
#if defined __x86_64__
  if (__builtin_cpu_supports ("avx2"))
    return hits_avx2 (search, own, from, count, near);
#endif
  return hits_along (search, own, from, count, near);
}

/* Pairs of block b's points with block c's whose distance along the directions is within reach;
 * G_MAXSIZE when there are more than CAP. */
static gsize
sieve (Worker *self, gsize b, gsize c)
{
  AyPairSearch *search = self->search;
  gsize n = search->n, from = b * BLOCK, end = MIN (from + BLOCK, n);
  gsize first = c * BLOCK, last = MIN (first + BLOCK, n), count = 0;
  guint16 near[RUN];
  float own[64];

  for (gsize i = from; i < end; i++)
    {
      for (guint k = 0; k < search->m; k++)
        own[k] = search->along[k * n + i];
      for (gsize j = MAX (first, i + 1);
           j < last && search->along[j] - own[0] <= search->window; j += RUN)
        {
          gsize hits = hits_of (search, own, j, MIN (RUN, last - j), near);

          if (count + hits > CAP)
            return G_MAXSIZE;
          for (gsize h = 0; h < hits; h++)
            self->hits[count++]
                = (Hit) { (guint16) (i - from), (guint16) (j - first + near[h]) };
        }
    }
  return count;
}

static void
make_tiles (Worker *self)
{
  gsize d = self->search->points->d;

  if (self->tile != NULL)
    return;
  self->rows = g_new (float, BLOCK * d);
  self->columns = g_new (float, BLOCK * d);
  self->tile = g_new (float, BLOCK * BLOCK);
  self->columns_hit = g_new (guint32, BLOCK);
  ay_point_set_load (self->search->points, self->search->order + self->block * BLOCK, 0,
                     MIN (BLOCK, self->search->n - self->block * BLOCK), self->rows);
}

/* One product of all pairs of two blocks; what it cannot rule out is measured. */
static void
multiply (Worker *self, gsize b, gsize c)
{
  AyPairSearch *search = self->search;
  gsize n = search->n, d = search->points->d;
  gsize from = b * BLOCK, rows = MIN (BLOCK, n - from);
  gsize first = c * BLOCK, columns = MIN (BLOCK, n - first);

  make_tiles (self);
  ay_point_set_load (search->points, search->order + first, 0, columns, self->columns);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) rows, (int) columns, (int) d, 1.0f,
               self->rows, (int) d, self->columns, (int) d, 0.0f, self->tile, BLOCK);
  for (gsize i = 0; i < rows; i++)
    {
      double own = search->length[from + i], reach = sqrt (own) + sqrt (search->square);
      double slack = ay_point_set_slack (search->points, own, reach * reach);
      AyTileRow row = { self->tile + i * BLOCK, search->length + first, NULL, columns,
                        search->length[from + i],
                        nextafterf ((float) (search->square + slack), INFINITY) };
      gsize hits = search->filter (&row, self->columns_hit);

      for (gsize h = 0; h < hits; h++)
        if (first + self->columns_hit[h] > from + i)
          measure (self, from + i, first + self->columns_hit[h]);
    }
}

static gboolean
is_over (const AyPairSearch *self)
{
  return __atomic_load_n (&self->total, __ATOMIC_RELAXED) > self->max_pairs
         || ay_job_is_cancelled (self->job);
}

static void
meet (Worker *self, gsize c)
{
  gsize before = self->out->len, hits = sieve (self, self->block, c);

  if (hits == G_MAXSIZE)
    multiply (self, self->block, c);
  else
    for (gsize h = 0; h < hits; h++)
      measure (self, self->block * BLOCK + self->hits[h].i, c * BLOCK + self->hits[h].j);
  __atomic_add_fetch (&self->search->total, self->out->len - before, __ATOMIC_RELAXED);
}

static void
run_block (gsize block, guint number, gpointer data)
{
  AyPairSearch *search = data;
  gsize d = search->points->d, end = MIN ((block + 1) * BLOCK, search->n);
  g_autofree double *point = g_new (double, d), *scratch = g_new (double, d);
  g_autofree Hit *hits = g_new (Hit, CAP);
  Worker self = { .search = search, .block = block, .out = search->found[block], .point = point,
                  .scratch = scratch, .hits = hits, .own = G_MAXSIZE };

  for (gsize c = block; c < search->n_blocks && !is_over (search); c++)
    {
      if (search->along[c * BLOCK] - search->along[end - 1] > search->window)
        break;
      meet (&self, c);
    }
  g_free (self.rows);
  g_free (self.columns);
  g_free (self.tile);
  g_free (self.columns_hit);
  ay_job_set_fraction (search->job,
                       (double) __atomic_add_fetch (&search->done, 1, __ATOMIC_RELAXED)
                           / (double) search->n_blocks);
}

gboolean
ay_pair_search_run (AyPairSearch *self, GError **error)
{
  self->total = self->done = 0;
  for (gsize b = 0; b < self->n_blocks; b++)
    {
      g_clear_pointer (&self->found[b], g_array_unref);
      self->found[b] = g_array_new (FALSE, FALSE, sizeof (AyPair));
    }
  return ay_parallel_for (self->n_blocks, run_block, self, self->job, error);
}
