/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The blocks of the pair search: see pairs.c for the idea. */
#include "core/graph/pairs_private.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK AY_PAIR_BLOCK
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
  gsize block;                  /* of own points */
  const AyPairSide *other;      /* the side that they meet */
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

void
ay_pair_side_clear (AyPairSide *self)
{
  g_free (self->order);
  g_free (self->along);
  g_free (self->length);
}

/* All points that are searched, and the own ones among them. */
static gboolean
list_points (AyPairSearch *self, const AyDirections *directions, const guint32 *first,
             GError **error)
{
  const AyPointSet *points = self->points;

  self->all = ay_try_alloc (points->n, sizeof *self->all, "the pairs", error);
  if (self->all == NULL)
    return FALSE;
  self->own.order = ay_try_alloc (MAX (directions->n, 1), sizeof (guint32), "the pairs", error);
  if (self->own.order == NULL)
    return FALSE;
  for (gsize i = 0; i < points->n; i++)
    if (first[i] == i && !ay_point_is_zero (points, i))
      {
        self->all[self->n_all++] = (guint32) i;
        if (i >= directions->first && i < directions->first + directions->n)
          self->own.order[self->own.n++] = (guint32) i;
      }
  return TRUE;
}

gboolean
ay_pair_search_init (AyPairSearch *self, const AyDirections *directions, const guint32 *first,
                     GError **error)
{
  AyPairSide *own = &self->own;
  gsize n;

  self->m = directions->m;
  self->error = directions->error;
  self->filter = ay_tile_filter ();
  own->points = self->points;
  if (!list_points (self, directions, first, error))
    return FALSE;
  n = own->n;
  g_qsort_with_data (own->order, (gint) n, sizeof *own->order, compare_along,
                     directions->coordinate - directions->first);
  own->along = ay_try_alloc (MAX (n, 1) * self->m, sizeof (float), "the pairs", error);
  if (own->along == NULL)
    return FALSE;
  own->length = g_new (float, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    own->length[i] = self->points->square[own->order[i]];
  for (guint k = 0; k < self->m; k++)
    for (gsize i = 0; i < n; i++)
      own->along[k * n + i]
          = directions->coordinate[k * directions->n + own->order[i] - directions->first];
  self->n_blocks = ay_n_blocks (n, BLOCK);
  self->found = g_new0 (GArray *, MAX (self->n_blocks, 1));
  return TRUE;
}

void
ay_pair_search_clear (AyPairSearch *self)
{
  for (gsize b = 0; self->found != NULL && b < self->n_blocks; b++)
    g_clear_pointer (&self->found[b], g_array_unref);
  g_free (self->found);
  g_free (self->all);
  ay_pair_side_clear (&self->own);
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

/* Measures own point i of the order with the other side's j and keeps the pair when it is within
 * reach. Of two points either may come first: the distance is the same to the last bit. */
static void
measure (Worker *self, gsize i, gsize j)
{
  AyPairSearch *search = self->search;
  const AyPairSide *other = self->other;
  guint32 a = search->own.order[i];
  guint32 b = other->number != NULL ? other->number[j] : other->order[j];
  AyPair pair = { 0.0, MIN (a, b), MAX (a, b) };

  if (self->own != i)
    ay_point_set_get (search->points, a, self->point);
  self->own = i;
  pair.distance = ay_distance_of_square (
      search->points->points.distance,
      ay_point_set_square_from (other->points, self->point, other->order[j], self->scratch));
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
hits_along (const Worker *self, const float *own, gsize from, gsize count, guint16 *near)
{
  const AyPairSearch *search = self->search;
  const float *along = self->other->along + from;
  gsize n_points = self->other->n;
  guint few = MIN (search->m, FIRST_DIRECTIONS);
  float sum[RUN] = { 0 }, least = INFINITY;
  gsize n = 0;

  distances_along (along, n_points, own, few, count, sum);
  for (gsize t = 0; t < count; t++)
    least = sum[t] < least ? sum[t] : least;
  if (least > search->bound)
    return 0;
  distances_along (along + few * n_points, n_points, own + few, search->m - few, count, sum);
  for (gsize t = 0; t < count; t++)
    if (sum[t] <= search->bound)
      near[n++] = (guint16) t;
  return n;
}

#if defined __x86_64__
__attribute__ ((target ("avx2"))) static gsize
hits_avx2 (const Worker *self, const float *own, gsize from, gsize count, guint16 *near)
{
  return hits_along (self, own, from, count, near);
}
#endif

static gsize
hits_of (const Worker *self, const float *own, gsize from, gsize count, guint16 *near)
{
#if defined __x86_64__
  if (__builtin_cpu_supports ("avx2"))
    return hits_avx2 (self, own, from, count, near);
#endif
  return hits_along (self, own, from, count, near);
}

/* The first of the other side's points first .. last - 1 that own point i may meet: none twice, and
 * none that lies before the window. */
static gsize
first_in_window (const Worker *self, gsize i, gsize first, gsize last)
{
  const AyPairSearch *search = self->search;
  const AyPairSide *own = &search->own, *other = self->other;

  if (other == own)
    return MAX (first, i + 1);
  while (first < last)
    {
      gsize middle = (first + last) / 2;

      if (own->along[i] - other->along[middle] > search->window)
        first = middle + 1;
      else
        last = middle;
    }
  return first;
}

/* Pairs of own block b's points with the other side's block c's whose distance along the directions
 * is within reach; G_MAXSIZE when there are more than CAP. */
static gsize
sieve (Worker *self, gsize b, gsize c)
{
  AyPairSearch *search = self->search;
  const AyPairSide *side = &search->own, *other = self->other;
  gsize from = b * BLOCK, end = MIN (from + BLOCK, side->n);
  gsize first = c * BLOCK, last = MIN (first + BLOCK, other->n), count = 0;
  guint16 near[RUN];
  float own[64];

  for (gsize i = from; i < end; i++)
    {
      for (guint k = 0; k < search->m; k++)
        own[k] = side->along[k * side->n + i];
      for (gsize j = first_in_window (self, i, first, last);
           j < last && other->along[j] - own[0] <= search->window; j += RUN)
        {
          gsize hits = hits_of (self, own, j, MIN (RUN, last - j), near);

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
  ay_point_set_load (self->search->points, self->search->own.order + self->block * BLOCK, 0,
                     MIN (BLOCK, self->search->own.n - self->block * BLOCK), self->rows);
}

/* One product of all pairs of two blocks; what it cannot rule out is measured. */
static void
multiply (Worker *self, gsize b, gsize c)
{
  AyPairSearch *search = self->search;
  const AyPairSide *side = &search->own, *other = self->other;
  gsize d = search->points->d;
  gsize from = b * BLOCK, rows = MIN (BLOCK, side->n - from);
  gsize first = c * BLOCK, columns = MIN (BLOCK, other->n - first);

  make_tiles (self);
  ay_point_set_load (other->points, other->order + first, 0, columns, self->columns);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) rows, (int) columns, (int) d, 1.0f,
               self->rows, (int) d, self->columns, (int) d, 0.0f, self->tile, BLOCK);
  for (gsize i = 0; i < rows; i++)
    {
      double own = side->length[from + i], reach = sqrt (own) + sqrt (search->square);
      double slack = ay_point_set_slack (search->points, own, reach * reach);
      AyTileRow row = { self->tile + i * BLOCK, other->length + first, NULL, columns,
                        side->length[from + i],
                        nextafterf ((float) (search->square + slack), INFINITY) };
      gsize hits = search->filter (&row, self->columns_hit);

      for (gsize h = 0; h < hits; h++)
        if (other != side || first + self->columns_hit[h] > from + i)
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
worker_init (Worker *self, AyPairSearch *search, gsize block)
{
  gsize d = search->points->d;

  *self = (Worker) { .search = search, .block = block, .out = search->found[block],
                     .own = G_MAXSIZE };
  self->point = g_new (double, d);
  self->scratch = g_new (double, d);
  self->hits = g_new (Hit, CAP);
}

static void
worker_clear (Worker *self)
{
  g_free (self->point);
  g_free (self->scratch);
  g_free (self->hits);
  g_free (self->rows);
  g_free (self->columns);
  g_free (self->tile);
  g_free (self->columns_hit);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Worker, worker_clear)

/* A block of own points with the other side's blocks c, c + step ... that its window reaches. */
static void
meet_side (Worker *self, const AyPairSide *other, gsize c, gsize step)
{
  const AyPairSearch *search = self->search;
  const AyPairSide *own = &search->own;
  gsize end = MIN ((self->block + 1) * BLOCK, own->n);

  self->other = other;
  for (; c * BLOCK < other->n && !is_over (search); c += step)
    {
      gsize last = MIN ((c + 1) * BLOCK, other->n) - 1;

      if (other->along[c * BLOCK] - own->along[end - 1] > search->window)
        break;
      if (own->along[self->block * BLOCK] - other->along[last] <= search->window)
        meet (self, c);
    }
}

static void
run_block (gsize block, guint number, gpointer data)
{
  AyPairSearch *search = data;
  g_auto (Worker) self;

  worker_init (&self, search, block);
  meet_side (&self, &search->own, block, 1);
  ay_job_set_fraction (search->job,
                       (double) __atomic_add_fetch (&search->done, 1, __ATOMIC_RELAXED)
                           / (double) search->n_blocks);
}

typedef struct
{
  AyPairSearch *search;
  const AyPairVisitor *visitors;
  gsize n;
} Visiting;

static void
visit_block (gsize block, guint number, gpointer data)
{
  Visiting *visiting = data;
  g_auto (Worker) self;

  worker_init (&self, visiting->search, block);
  for (gsize v = 0; v < visiting->n; v++)
    {
      const AyPairVisitor *visitor = &visiting->visitors[v];

      if (!visitor->lower)
        meet_side (&self, &visitor->side, visitor->odd ? 1 : 0, 2);
      else if (block % 2 == 1)
        meet_side (&self, &visitor->side, 0, 1);
    }
}

gboolean
ay_pair_search_meet (AyPairSearch *self, const AyPairVisitor *visitors, gsize n, GError **error)
{
  Visiting visiting = { self, visitors, n };

  return ay_parallel_for (self->n_blocks, visit_block, &visiting, self->job, error);
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
  return ay_parallel_for (self->n_blocks, run_block, self, self->job, error)
         && (self->points->points.ranks == NULL || ay_pair_ring_run (self, error));
}
