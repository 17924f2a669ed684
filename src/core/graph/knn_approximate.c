/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Approximate neighbours by cells (the inverted lists of Jegou, Douze and Schmid 2011, searched by
 * blocked products).
 *
 * Points fall into some sqrt (n) cells about means of a seeded sample; a point looks into the cells
 * nearest to it. How many is not guessed: exact neighbours of a seeded sample of points are found
 * first, and the share of them that lies in a point's P nearest cells says which P reaches what is
 * asked for. The recall that the result states is measured on what was found for the sample.
 *
 * Points are kept as they are multiplied (knn_product.c), in the order of their cells. A block of
 * points of neighbouring cells asks about the same cells: those of the block that ask for a cell
 * are multiplied with it at once. Candidates enter heaps of the block's own; their distances are
 * then summed again in double and ordered like exact ones. Where half of the memory that is free
 * does not hold the points, they and their rows are kept in a file, in the order of their cells
 * (knn_cells.c).
 *
 * Cost: n x cells x d to assign, n x d x (P / cells) x n to search. Memory: n d codes of 16 bits
 * (floats where whole numbers gain nothing). Threads: blocks; the same bytes for any number. */
#include "core/graph/knn_approximate.h"

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/words.h"
#include "core/graph/knn_cells.h"
#include "core/graph/nearest_heap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELLS 1.5           /* times sqrt (n) */
#define MOST_CELLS 8192
#define ROWS_A_CELL 32      /* of the sample that means are made of */
#define ROUNDS 5
#define BLOCK 4096          /* points searched for together */
#define TAKEN 512           /* points whose candidates' distances are summed together */
#define GAP 16              /* rows between two candidates that are read with them */
#define RECALL_SAMPLE 1000
#define SPARE 4
#define LARGE 500000        /* points above which the lower recall is aimed at */

typedef struct
{
  const AyPointSet *points;
  AyNeighbours *out;
  AyJob *job;
  guint64 seed;
  AyKnn knn;                /* what is multiplied */
  gsize cells, probes, keep;
  AyMatrix *centres;        /* cells x d */
  float *centre;            /* its numbers */
  AyKnnCells in;            /* the points: zero rows under cosine are in no cell */
  gsize done;               /* points searched for; atomic */
  int failed;               /* for want of memory; atomic */
} Approximate;

/* --- cells --- */

static AyPoints
centre_points (const Approximate *self)
{
  return (AyPoints) { .features = self->centres, .n = self->cells,
                      .distance = self->points->points.distance };
}

/* The k cells nearest to those of the points at n positions. (transfer full) */
static AyNeighbours *
nearest_cells (const Approximate *self, const AyPointSet *of, const guint32 *positions, gsize n,
               gsize k, GError **error)
{
  AyPoints centres = centre_points (self), queries = of->points;
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autofree guint32 *rows = NULL;

  options.k = (guint) k;
  if (positions != NULL)
    {
      rows = g_new (guint32, n);
      for (gsize i = 0; i < n; i++)
        rows[i] = ay_point_row (of, positions[i]);
      queries.rows = rows;
      queries.n = n;
    }
  return ay_neighbours_query (&queries, &centres, &options, self->job, error);
}

/* Each mean becomes that of the sample's points nearest to it; where there are none it stays.
 * sample: positions in `of`. */
static gboolean
move_centres (Approximate *self, const AyPointSet *of, const guint32 *sample, gsize n,
              GError **error)
{
  gsize d = self->points->d;
  g_autoptr (AyNeighbours) nearest = nearest_cells (self, of, sample, n, 1, error);
  g_autofree double *sum = NULL, *x = g_new (double, d);
  g_autofree gsize *count = g_new0 (gsize, self->cells);

  if (nearest == NULL)
    return FALSE;
  sum = g_new0 (double, self->cells * d);
  for (gsize i = 0; i < n; i++)
    {
      guint32 cell = nearest->index[i];

      if (cell == G_MAXUINT32)
        continue;
      ay_point_set_get (of, sample[i], x);
      for (gsize j = 0; j < d; j++)
        sum[cell * d + j] += x[j];
      count[cell]++;
    }
  for (gsize c = 0; c < self->cells; c++)
    for (gsize j = 0; j < d && count[c] > 0; j++)
      self->centre[c * d + j] = (float) (sum[c * d + j] / (double) count[c]);
  return TRUE;
}

/* The centres from a sample, positions in `of`, whose first points they start as. */
static gboolean
find_centres (Approximate *self, const AyPointSet *of, const guint32 *sample, gsize n,
              GError **error)
{
  gsize d = self->points->d;
  g_autofree double *x = g_new (double, d);

  for (gsize c = 0; c < self->cells; c++)
    {
      if (ay_point_is_zero (of, sample[c]))
        memset (x, 0, d * sizeof *x);
      else
        ay_point_set_get (of, sample[c], x);
      for (gsize j = 0; j < d; j++)
        self->centre[c * d + j] = (float) x[j];
    }
  for (int round = 0; round < ROUNDS; round++)
    if (!move_centres (self, of, sample, n, error))
      return FALSE;
  ay_knn_sort_centres (self->centre, self->cells, d);
  return TRUE;
}

/* The sample's rows in one place, read in the order in which they lie; sample becomes 0 .. n - 1.
 * They are read some twenty times, and where memory holds few rows every time from the disk. */
static gboolean
copy_sample (const Approximate *self, AyKnnRows *rows, guint32 *sample, gsize n, GError **error)
{
  gsize all = self->points->n;
  g_autofree guint32 *place = ay_try_alloc (all, sizeof *place, "the cells", error);

  if (place == NULL || !ay_knn_rows_init (rows, self->points, sample, n, "a sample", error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    place[sample[i]] = (guint32) i + 1;
  for (gsize position = 0; position < all; position++)
    if (place[position] > 0)
      ay_knn_rows_put (rows, self->points, place[position] - 1, position);
  for (gsize i = 0; i < n; i++)
    sample[i] = (guint32) i;
  return TRUE;
}

static gboolean
make_centres (Approximate *self, GError **error)
{
  gsize n = self->points->n, count = MIN (n, self->cells * ROWS_A_CELL);
  guint64 large = (guint64) n * ay_knn_stored_size (&self->knn);
  g_autofree guint32 *sample = NULL;
  AyKnnRows rows = { 0 };
  AyRng rng;
  gboolean done;

  ay_job_set_phase (self->job, "dividing the space into cells");
  self->centre = ay_try_alloc (self->cells * self->points->d, sizeof (float), "the cells", error);
  if (self->centre == NULL)
    return FALSE;
  self->centres = ay_matrix_take_f32 (self->cells, self->points->d, self->centre);
  ay_rng_init (&rng, self->seed, 3);
  sample = ay_rng_sample (&rng, n, count);
  if (large <= ay_memory_free () / 2)
    return find_centres (self, self->points, sample, count, error);
  done = copy_sample (self, &rows, sample, count, error)
         && find_centres (self, &rows.set, sample, count, error);
  ay_knn_rows_clear (&rows);
  return done;
}

/* Points by cell, and what is multiplied of them. */
static gboolean
fill_cells (Approximate *self, GError **error)
{
  g_autoptr (AyNeighbours) nearest = nearest_cells (self, self->points, NULL, self->points->n, 1,
                                                    error);

  return nearest != NULL
         && ay_knn_cells_init (&self->in, &self->knn, nearest->index, self->cells, error);
}

/* --- how many cells --- */

/* The sample's exact neighbours: k + 1 of the whole set, less the point itself. (transfer full) */
static AyNeighbours *
exact_of (const Approximate *self, const guint32 *sample, gsize n, GError **error)
{
  const AyPoints *points = &self->points->points;
  g_autofree guint32 *rows = g_new (guint32, n);
  AyPoints queries = *points;
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  AyNeighbours *found;

  for (gsize i = 0; i < n; i++)
    rows[i] = ay_point_row (self->points, sample[i]);
  queries.rows = rows;
  queries.n = n;
  options.k = self->out->k + 1;
  found = ay_neighbours_query (&queries, points, &options, self->job, error);
  for (gsize i = 0; found != NULL && i < n; i++)
    {
      guint32 *index = found->index + i * found->k;
      float *distance = found->distances + i * found->k;
      guint self_at = 0;

      while (self_at + 1 < found->k && index[self_at] != sample[i])
        self_at++;
      for (guint c = self_at; c + 1 < found->k; c++)
        {
          index[c] = index[c + 1];
          distance[c] = distance[c + 1];
        }
      index[found->k - 1] = G_MAXUINT32;
      distance[found->k - 1] = NAN;
    }
  return found;
}

/* The fewest cells that hold the wanted share of the sample's neighbours. */
static gboolean
choose_probes (Approximate *self, const guint32 *sample, gsize n, const AyNeighbours *exact,
               double wanted, GError **error)
{
  g_autoptr (AyNeighbours) near = nearest_cells (self, self->points, sample, n, self->cells, error);
  g_autofree guint32 *cell = g_new (guint32, self->points->n);
  g_autofree guint32 *rank = g_new (guint32, self->cells);
  g_autofree gsize *at_rank = g_new0 (gsize, self->cells);
  gsize all = 0, held = 0;

  if (near == NULL)
    return FALSE;
  for (gsize c = 0; c < self->cells; c++)
    for (gsize i = self->in.start[c]; i < self->in.start[c + 1]; i++)
      cell[self->in.order[i]] = (guint32) c;
  for (gsize i = 0; i < n; i++)
    {
      const guint32 *index = exact->index + i * exact->k;

      for (guint r = 0; r < near->k; r++)
        if (near->index[i * near->k + r] != G_MAXUINT32)
          rank[near->index[i * near->k + r]] = r;
      for (guint c = 0; c < exact->k && index[c] != G_MAXUINT32; c++, all++)
        at_rank[rank[cell[index[c]]]]++;
    }
  for (self->probes = 0; self->probes < near->k;)
    {
      held += at_rank[self->probes++];
      if ((double) held >= wanted * (double) all)
        break;
    }
  return TRUE;
}

/* Share of the exact neighbours of the sample that are among those found. Equal distances count:
 * any of several points as far as the last is as good. */
static double
recall_of (const AyNeighbours *found, const guint32 *sample, const AyNeighbours *exact, gsize n)
{
  gsize hits = 0, all = 0;

  for (gsize i = 0; i < n; i++)
    {
      const float *row = exact->distances + i * exact->k;
      float last = -1.0f;

      for (guint c = 0; c < exact->k && !isnan (row[c]); c++, all++)
        last = row[c];
      for (guint c = 0; c < found->k; c++)
        hits += found->distances[sample[i] * (gsize) found->k + c] <= last;
    }
  return all > 0 ? MIN ((double) hits / (double) all, 1.0) : 1.0;
}

/* --- the search --- */

/* A block of points, and a worker's memory for it. */
typedef struct
{
  Approximate *self;
  gsize first, count;       /* of order */
  guint32 *asking;          /* count x probes numbers in the block, by cell */
  gsize *start;             /* cells + 1 */
  guint64 *heaps;           /* count x keep */
  float *limit;             /* count */
  guint32 *hits;
  AyKnnWorker worker;
} Block;

/* The cells nearest to the block's points. (transfer full) */
static AyNeighbours *
cells_of_block (const Block *block, GError **error)
{
  const Approximate *self = block->self;
  g_autofree guint32 *at = g_new (guint32, block->count);

  for (gsize i = 0; i < block->count; i++)
    at[i] = (guint32) ay_knn_cells_place (&self->in, self->in.order[block->first + i]);
  return nearest_cells (self, ay_knn_cells_exact (&self->in, self->points), at, block->count,
                        self->probes, error);
}

/* Which of the block ask for each cell. */
static gboolean
sort_by_cell (Block *block, GError **error)
{
  const Approximate *self = block->self;
  g_autoptr (AyNeighbours) near = cells_of_block (block, error);
  g_autofree gsize *at = NULL;
  gsize n;

  if (near == NULL)
    return FALSE;
  n = block->count * near->k;
  block->start = g_new0 (gsize, self->cells + 1);
  block->asking = g_new (guint32, n);
  for (gsize i = 0; i < n; i++)
    if (near->index[i] != G_MAXUINT32)
      block->start[near->index[i] + 1]++;
  for (gsize c = 0; c < self->cells; c++)
    block->start[c + 1] += block->start[c];
  at = g_memdup2 (block->start, self->cells * sizeof *at);
  for (gsize i = 0; i < n; i++)
    if (near->index[i] != G_MAXUINT32)
      block->asking[at[near->index[i]]++] = (guint32) (i / near->k);
  return TRUE;
}

/* Hits of row `number` of the block among stored points from `first`. */
static void
offer_hits (Block *block, guint32 number, const AyTileRow *row, gsize first, gsize hits)
{
  Approximate *self = block->self;
  guint64 *heap = block->heaps + number * self->keep;

  for (gsize h = 0; h < hits; h++)
    {
      gsize at = first + block->hits[h];
      guint64 key = ay_heap_key (ay_tile_square (row, block->hits[h]), self->in.order[at]);

      if (key >= heap[0] || at == block->first + number)
        continue;
      ay_heap_replace (heap, self->keep, key);
    }
  block->limit[number] = ay_heap_distance (heap[0]);
}

/* `rows` of the block that ask, with the stored points first .. first+columns-1. */
static void
search_tiles (Block *block, const guint32 *asking, gsize rows, gsize first, gsize columns)
{
  Approximate *self = block->self;
  AyKnnTile tile = { 0, rows, 0, columns, AY_KNN_ROWS };

  ay_knn_multiply (&self->knn, &block->worker, &tile);
  for (gsize i = 0; i < rows; i++)
    {
      AyTileRow row = { block->worker.tile + i * AY_KNN_ROWS, self->in.square + first, NULL,
                        columns, self->in.square[block->first + asking[i]],
                        block->limit[asking[i]] };
      gsize hits = self->knn.filter (&row, block->hits);

      if (hits > 0)
        offer_hits (block, asking[i], &row, first, hits);
    }
}

/* The first cell from `cell` on that the block asks for; its points will be read soon. */
static gsize
next_asked (const Block *block, gsize cell)
{
  const AyKnnCells *in = &block->self->in;

  while (cell < in->cells && block->start[cell] == block->start[cell + 1])
    cell++;
  if (cell < in->cells)
    ay_scratch_will_read (&in->room, in->start[cell] * in->size,
                          (in->start[cell + 1] - in->start[cell]) * in->size);
  return cell;
}

static void
search_cell (Block *block, gsize cell)
{
  Approximate *self = block->self;
  AyKnnWorker *worker = &block->worker;
  gsize end = self->in.start[cell + 1];

  for (gsize first = self->in.start[cell]; first < end; first += AY_KNN_ROWS)
    {
      gsize columns = MIN (AY_KNN_ROWS, end - first);

      ay_knn_place_right (&self->knn, self->in.stored + first * self->in.size, columns, worker);
      for (gsize at = block->start[cell]; at < block->start[cell + 1]; at += AY_KNN_SLICE)
        {
          gsize rows = MIN (AY_KNN_SLICE, block->start[cell + 1] - at);

          ay_knn_place_left (&self->knn, self->in.stored + block->first * self->in.size,
                             block->asking + at, rows, worker);
          search_tiles (block, block->asking + at, rows, first, columns);
        }
    }
}

/* A candidate of a point of the block. */
typedef struct
{
  double square;
  guint32 position, place; /* its own, and where its row is read */
  guint32 number;          /* of the point, among those taken together */
} Near;

static int
compare_place (const void *a, const void *b)
{
  const Near *x = a, *y = b;

  return (x->place > y->place) - (x->place < y->place);
}

static int
compare_near (const void *a, const void *b)
{
  const Near *x = a, *y = b;

  if (x->number != y->number)
    return x->number < y->number ? -1 : 1;
  if (x->square != y->square)
    return x->square < y->square ? -1 : 1;
  return (x->position > y->position) - (x->position < y->position);
}

/* The candidates of count points of the block from `first`, and their coordinates (count x d). */
static gsize
list_candidates (const Block *block, gsize first, gsize count, double *points, Near *near)
{
  const Approximate *self = block->self;
  const AyPointSet *exact = ay_knn_cells_exact (&self->in, self->points);
  gsize n = 0;

  for (gsize i = 0; i < count; i++)
    {
      const guint64 *heap = block->heaps + (first + i) * self->keep;
      gsize query = self->in.order[block->first + first + i];

      ay_point_set_get (exact, ay_knn_cells_place (&self->in, query), points + i * exact->d);
      for (gsize c = 0; c < self->keep; c++)
        if (heap[c] != AY_HEAP_EMPTY)
          {
            near[n].position = (guint32) heap[c];
            near[n].place = (guint32) ay_knn_cells_place (&self->in, near[n].position);
            near[n++].number = (guint32) i;
          }
    }
  return n;
}

/* The rows of the candidates, which are in the order of their places, are about to be read. */
static void
read_ahead (const Approximate *self, const Near *near, gsize n)
{
  const AyKnnRows *rows = &self->in.rows;
  gsize size = rows->room.size / (self->in.n + 1);

  for (gsize first = 0, last; first < n; first = last + 1)
    {
      for (last = first; last + 1 < n && near[last + 1].place - near[last].place <= GAP;)
        last++;
      ay_scratch_will_read (&rows->room, near[first].place * size,
                            (near[last].place - near[first].place + 1) * size);
    }
}

/* Exact distances of the candidates of count points, read in the order in which their rows lie;
 * the k nearest of each. */
static void
take (Block *block, gsize first, gsize count, double *points, Near *near)
{
  Approximate *self = block->self;
  AyNeighbours *out = self->out;
  const AyPointSet *exact = ay_knn_cells_exact (&self->in, self->points);
  gsize n = list_candidates (block, first, count, points, near), at = 0;

  if (self->in.rows.matrix != NULL)
    {
      qsort (near, n, sizeof *near, compare_place);
      read_ahead (self, near, n);
    }
  for (gsize c = 0; c < n; c++)
    near[c].square = ay_point_set_square_from (exact, points + near[c].number * exact->d,
                                               near[c].place, block->worker.scratch);
  qsort (near, n, sizeof *near, compare_near);
  for (gsize i = 0; i < count; i++)
    {
      gsize query = self->in.order[block->first + first + i];

      for (gsize c = 0; at < n && near[at].number == i; at++, c++)
        if (c < out->k)
          {
            out->index[query * out->k + c] = near[at].position;
            out->distances[query * out->k + c]
                = (float) ay_distance_of_square (out->distance, near[at].square);
          }
    }
}

static void
search_block (gsize index, guint number, gpointer data)
{
  Approximate *self = data;
  gsize first = index * BLOCK, count = MIN (BLOCK, self->in.n - first), d = self->points->d;
  gsize padded = (AY_KNN_SLICE + AY_INT_HEIGHT) * (d + 1);
  g_autofree guint64 *heaps = g_new (guint64, count * self->keep);
  g_autofree float *limit = g_new (float, count), *rows = g_new (float, padded);
  g_autofree float *columns = g_new (float, AY_KNN_ROWS * (d + 1));
  g_autofree float *tile = g_new (float, (AY_KNN_SLICE + AY_INT_HEIGHT) * AY_KNN_ROWS);
  g_autofree guint32 *hits = g_new (guint32, AY_KNN_ROWS), *asking = NULL;
  g_autofree gsize *start = NULL;
  g_autofree double *points = g_new (double, TAKEN * d), *scratch = g_new (double, d);
  g_autofree gint16 *code = g_new (gint16, d);
  g_autofree Near *near = g_new (Near, TAKEN * self->keep);
  Block block = { .self = self, .first = first, .count = count, .heaps = heaps, .limit = limit,
                  .hits = hits, .worker = { .rows = rows, .columns = columns, .tile = tile,
                                            .scratch = scratch, .code = code } };
  gboolean sorted;

  for (gsize i = 0; i < count * self->keep; i++)
    heaps[i] = AY_HEAP_EMPTY;
  for (gsize i = 0; i < count; i++)
    limit[i] = INFINITY;
  sorted = sort_by_cell (&block, NULL);
  if (!sorted)
    __atomic_store_n (&self->failed, 1, __ATOMIC_RELAXED);
  asking = block.asking;
  start = block.start;
  for (gsize c = sorted ? next_asked (&block, 0) : self->cells, next; c < self->cells; c = next)
    {
      if (ay_job_is_cancelled (self->job))
        return;
      next = next_asked (&block, c + 1);
      search_cell (&block, c);
    }
  for (gsize i = 0; i < count; i += TAKEN)
    take (&block, i, MIN (TAKEN, count - i), points, near);
  ay_job_set_fraction (self->job,
                       (double) __atomic_add_fetch (&self->done, count, __ATOMIC_RELAXED)
                           / (double) self->in.n);
}

static gboolean
search (Approximate *self, GError **error)
{
  AyNeighbours *out = self->out;

  ay_job_set_phase (self->job, "finding neighbours");
  for (gsize i = 0; i < out->n * out->k; i++)
    {
      out->index[i] = G_MAXUINT32;
      out->distances[i] = NAN;
    }
  if (!ay_parallel_for (ay_n_blocks (self->in.n, BLOCK), search_block, self, self->job, error))
    return FALSE;
  if (!self->failed)
    return TRUE;
  g_set_error_literal (error, AY_ERROR, AY_ERROR_NOMEM, N_ ("no memory for the cells of a block"));
  return FALSE;
}

static gboolean
run (Approximate *self, const AyNeighboursOptions *options, GError **error)
{
  gsize n = MIN (self->points->n, RECALL_SAMPLE);
  double wanted = options->recall > 0.0 ? options->recall
                  : self->points->n > LARGE ? 0.95 : 0.99;
  g_autofree guint32 *sample = NULL;
  g_autoptr (AyNeighbours) exact = NULL;
  AyRng rng;

  if (!ay_knn_choose_product (&self->knn, error) || !make_centres (self, error)
      || !fill_cells (self, error))
    return FALSE;
  ay_rng_init (&rng, options->seed, 4);
  sample = ay_rng_sample (&rng, self->points->n, n);
  exact = exact_of (self, sample, n, error);
  if (exact == NULL || !choose_probes (self, sample, n, exact, wanted, error)
      || !search (self, error))
    return FALSE;
  self->out->recall = recall_of (self->out, sample, exact, n);
  self->out->recall_sample = n;
  return TRUE;
}

gboolean
ay_knn_approximate (const AyPointSet *points, const AyNeighboursOptions *options,
                    AyNeighbours *out, AyJob *job, GError **error)
{
  Approximate self = { .points = points, .out = out, .job = job, .seed = options->seed,
                       .keep = out->k + SPARE };
  gboolean done;

  self.knn = (AyKnn) { .queries = points, .points = points, .same = TRUE,
                       .filter = ay_tile_filter (), .job = job };
  self.cells = (gsize) CLAMP (CELLS * sqrt ((double) points->n), 1.0, MOST_CELLS);
  self.cells = MIN (self.cells, points->n);
  done = run (&self, options, error);
  out->method = "cells";
  ay_knn_clear_product (&self.knn);
  g_clear_pointer (&self.centres, ay_matrix_unref);
  ay_knn_cells_clear (&self.in);
  return done;
}
