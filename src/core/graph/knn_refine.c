/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From candidates to the k nearest.
 *
 * The distances of the k + SPARE candidates are summed again in double and ordered by (distance,
 * position). A point that was left out was, by its product, no nearer than the worst candidate; by
 * the bound on rounding it is farther than the k-th when that lies below the worst candidate by
 * more than the bound. Where it does not (ties, clouds of near copies) the point is searched again:
 * every product within the bound of the k-th distance is followed by an exact one.
 *
 * Cost: n (k + SPARE) d; the second search like a search of the points in doubt. */
#include "core/graph/knn_private.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/graph/nearest_heap.h"

#include <math.h>
#include <stdlib.h>

#define BLOCK 64

typedef struct
{
  double square;
  guint32 position;
} Near;

typedef struct
{
  AyKnn *knn;
  AyNeighbours *out;
  guint8 *doubt;       /* a query: 1 = to be searched again */
  double *last;        /* a query: squared distance of the k-th */
  guint32 *again;      /* the queries in doubt */
  gsize n_again;
} Refine;

static int
compare_near (const void *a, const void *b)
{
  const Near *x = a, *y = b;

  if (x->square != y->square)
    return x->square < y->square ? -1 : 1;
  return (x->position > y->position) - (x->position < y->position);
}

static void
store (Refine *self, gsize query, const Near *near, gsize n)
{
  gsize k = self->knn->k;
  AyNeighbours *out = self->out;

  for (gsize c = 0; c < k; c++)
    {
      out->index[query * k + c] = c < n ? near[c].position : G_MAXUINT32;
      out->distances[query * k + c]
          = c < n ? (float) ay_distance_of_square (out->distance, near[c].square) : NAN;
    }
}

static void
refine_query (Refine *self, AyKnnWorker *worker, gsize query)
{
  AyKnn *knn = self->knn;
  guint64 *heap = knn->heaps + query * knn->keep;
  g_autofree Near *near = g_new (Near, knn->keep);
  gsize n = 0;

  if (!ay_point_is_zero (knn->queries, query))
    ay_point_set_get (knn->queries, query, worker->point);
  for (gsize c = 0; c < knn->keep; c++)
    if (heap[c] != AY_HEAP_EMPTY)
      {
        near[n].position = (guint32) heap[c];
        near[n].square = ay_point_set_square_from (knn->points, worker->point, near[n].position,
                                                   worker->scratch);
        n++;
      }
  qsort (near, n, sizeof *near, compare_near);
  store (self, query, near, n);
  self->last[query] = n >= knn->k ? near[knn->k - 1].square : 0.0;
  self->doubt[query] = n == knn->keep && n < knn->most
                       && !(ay_knn_shown_at_most (knn, query, self->last[query])
                            < ay_heap_distance (heap[0]));
}

static void
refine_block (gsize block, guint worker, gpointer data)
{
  Refine *self = data;
  gsize n = self->knn->queries->n, end = MIN ((block + 1) * BLOCK, n);

  for (gsize i = block * BLOCK; i < end && !ay_job_is_cancelled (self->knn->job); i++)
    refine_query (self, &self->knn->workers[worker], i);
}

/* A point in doubt, with the k nearest found so far in ascending order. */
typedef struct
{
  Near *near;
  double *coordinates;
  float limit;
} Doubt;

/* How far a product may say a point is that still belongs to the nearest. */
static void
set_limit (const AyKnn *self, Doubt *doubt, gsize query)
{
  doubt->limit = ay_knn_shown_at_most (self, query, doubt->near[self->k - 1].square);
}

static gboolean
is_beyond (const AyKnn *self, const Doubt *doubt, gsize position)
{
  const Near *last = &doubt->near[self->k - 1];

  return last->square == 0.0 && position > last->position;
}

static void
consider (AyKnn *self, Doubt *doubt, gsize query, guint32 position, double *scratch)
{
  Near found = { 0.0, position };
  gsize at = self->k;

  if ((self->same && position == query) || is_beyond (self, doubt, position))
    return;
  for (gsize c = 0; c < self->k; c++)
    if (doubt->near[c].position == position)
      return;
  found.square
      = ay_point_set_square_from (self->points, doubt->coordinates, position, scratch);
  for (; at > 0 && compare_near (&found, &doubt->near[at - 1]) < 0; at--)
    if (at < self->k)
      doubt->near[at] = doubt->near[at - 1];
  if (at == self->k)
    return;
  doubt->near[at] = found;
  set_limit (self, doubt, query);
}

static void
again_strip (Refine *self, AyKnnWorker *worker, const guint32 *queries, gsize count, gsize first,
             Doubt *doubts)
{
  AyKnn *knn = self->knn;
  gsize n = MIN (knn->strip, knn->points->n - first);
  AyKnnTile tile = { 0, count, 0, n, knn->strip };
  gboolean needed = FALSE;

  for (gsize i = 0; i < count; i++)
    needed = needed || !is_beyond (knn, &doubts[i], first);
  if (!needed)
    return;
  ay_knn_load_right (knn, worker, first, n);
  ay_knn_multiply (knn, worker, &tile);
  for (gsize i = 0; i < count; i++)
    {
      AyTileRow row = { worker->tile + i * knn->strip, knn->point_square + first, NULL, n,
                        knn->query_square[queries[i]], doubts[i].limit };
      gsize hits = knn->filter (&row, worker->hits);

      for (gsize h = 0; h < hits; h++)
        if (ay_tile_square (&row, worker->hits[h]) <= doubts[i].limit)
          consider (knn, &doubts[i], queries[i], (guint32) (first + worker->hits[h]),
                    worker->scratch);
    }
}

static void
again_block (gsize block, guint number, gpointer data)
{
  Refine *self = data;
  AyKnn *knn = self->knn;
  AyKnnWorker *worker = &knn->workers[number];
  gsize from = block * BLOCK, count = MIN (BLOCK, self->n_again - from), d = knn->points->d;
  const guint32 *queries = self->again + from;
  g_autofree Near *near = g_new (Near, count * knn->k);
  g_autofree double *coordinates = g_new (double, count * d);
  Doubt doubts[BLOCK];

  ay_knn_load_left (knn, worker, queries, 0, count);
  for (gsize i = 0; i < count; i++)
    {
      doubts[i] = (Doubt) { near + i * knn->k, coordinates + i * d, 0.0f };
      ay_point_set_get (knn->queries, queries[i], doubts[i].coordinates);
      for (gsize c = 0; c < knn->k; c++)
        {
          Near *one = &doubts[i].near[c];

          one->position = self->out->index[(gsize) queries[i] * knn->k + c];
          one->square = ay_point_set_square_from (knn->points, doubts[i].coordinates,
                                                  one->position, worker->scratch);
        }
      set_limit (knn, &doubts[i], queries[i]);
    }
  for (gsize first = 0; first < knn->points->n; first += knn->strip)
    {
      if (ay_job_is_cancelled (knn->job))
        return;
      again_strip (self, worker, queries, count, first, doubts);
    }
  for (gsize i = 0; i < count; i++)
    store (self, queries[i], doubts[i].near, knn->k);
}

gboolean
ay_knn_refine (AyKnn *knn, AyNeighbours *out, GError **error)
{
  gsize n = knn->queries->n;
  g_autofree guint8 *doubt = g_new0 (guint8, n);
  g_autofree double *last = g_new (double, n);
  g_autofree guint32 *again = NULL;
  Refine self = { knn, out, doubt, last, NULL, 0 };

  if (!ay_parallel_for (ay_n_blocks (n, BLOCK), refine_block, &self, knn->job, error))
    return FALSE;
  again = g_new (guint32, n);
  for (gsize i = 0; i < n; i++)
    if (doubt[i])
      again[self.n_again++] = (guint32) i;
  self.again = again;
  out->n_checked = self.n_again;
  if (self.n_again == 0)
    return TRUE;
  ay_job_set_phase (knn->job, "settling ties");
  return ay_parallel_for (ay_n_blocks (self.n_again, BLOCK), again_block, &self, knn->job, error);
}
