/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Candidates for the k nearest by blocked products.
 *
 * A strip of points is loaded once and multiplied with one block of ROWS others after another; a
 * tile is the products of a slice of a block with ROWS points of the strip, small enough for the
 * second-level cache (knn_product.c). Each row of the tile is compared with the present worst of
 * its point and, at once, with the present worst of each column's point: of a set searched in
 * itself only tiles on and above the diagonal are computed. Hits enter heaps of k + SPARE
 * (distance, position) keys, whose content does not depend on the order in which tiles come; blocks
 * of ROWS points are locked while a tile is looked through.
 *
 * Cost: n^2 d flop (queries x points x 2 d for two sets). Memory: 8 (k + SPARE) + 4 bytes a query;
 * a worker's buffers, (ROWS + strip) d + ROWS strip floats. */
#include "core/graph/knn_private.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <math.h>

#define STRIP_BLOCKS 4        /* at most */
#define STRIP_VALUES (1 << 21) /* floats of a loaded strip, about */
#define ROOM 8                 /* rows that a kernel may write beyond a block */
#define UNIT_BLOCKS 16        /* row blocks that share a loaded strip */

/* A strip of columns with some blocks of rows. */
typedef struct
{
  gsize strip, first_block, n_blocks;
} Unit;

typedef struct
{
  AyKnn *knn;
  Unit *units;
} Plan;

gboolean
ay_knn_init (AyKnn *self, GError **error)
{
  gsize n = self->queries->n, d = self->points->d;
  gsize blocks = CLAMP (STRIP_VALUES / d / AY_KNN_ROWS, 1, STRIP_BLOCKS);

  self->strip = blocks * AY_KNN_ROWS;
  self->n_workers = ay_threads ();
  self->filter = ay_tile_filter ();
  self->heaps = ay_try_alloc (n * self->keep, sizeof *self->heaps, "the candidates", error);
  if (self->heaps == NULL)
    return FALSE;
  self->limit = g_new (float, n);
  for (gsize i = 0; i < n * self->keep; i++)
    self->heaps[i] = AY_HEAP_EMPTY;
  for (gsize i = 0; i < n; i++)
    self->limit[i] = INFINITY;
  self->n_locks = ay_n_blocks (n, AY_KNN_ROWS);
  self->locks = g_new (pthread_mutex_t, self->n_locks);
  for (gsize i = 0; i < self->n_locks; i++)
    pthread_mutex_init (&self->locks[i], NULL);
  self->workers = g_new0 (AyKnnWorker, self->n_workers);
  for (guint w = 0; w < self->n_workers; w++)
    {
      AyKnnWorker *worker = &self->workers[w];

      worker->hits = g_new (guint32, self->strip);
      worker->stage = g_new (float, AY_KNN_STAGE * d);
      worker->code = g_new (gint16, d);
      worker->point = g_new (double, d);
      worker->scratch = g_new (double, d);
      worker->rows = ay_try_alloc ((AY_KNN_ROWS + ROOM) * (d + 1), sizeof (float), "a block",
                                   error);
      worker->columns = worker->rows == NULL ? NULL
                                             : ay_try_alloc (self->strip * (d + 1),
                                                             sizeof (float), "a block", error);
      worker->tile = worker->columns == NULL ? NULL
                                             : ay_try_alloc ((AY_KNN_ROWS + ROOM) * self->strip,
                                                             sizeof (float), "a block", error);
      if (worker->tile == NULL)
        return FALSE;
    }
  return ay_knn_choose_product (self, error) && ay_knn_screen_new (self, error);
}

void
ay_knn_clear (AyKnn *self)
{
  for (guint w = 0; self->workers != NULL && w < self->n_workers; w++)
    {
      g_free (self->workers[w].rows);
      g_free (self->workers[w].columns);
      g_free (self->workers[w].tile);
      g_free (self->workers[w].hits);
      g_free (self->workers[w].stage);
      g_free (self->workers[w].code);
      g_free (self->workers[w].point);
      g_free (self->workers[w].scratch);
      g_free (self->workers[w].left);
      g_free (self->workers[w].mask);
      g_free (self->workers[w].past);
    }
  g_free (self->workers);
  for (gsize i = 0; i < self->n_locks; i++)
    pthread_mutex_destroy (&self->locks[i]);
  g_free (self->locks);
  g_free (self->heaps);
  g_free (self->limit);
  ay_knn_screen_free (self->screen);
  ay_knn_clear_product (self);
}

/* Products of `rows` queries from `from`, in query block `block`, with `count` points from
 * `first`. */
typedef struct
{
  gsize block, from, rows, first, count;
} Part;

static void
scan_part (AyKnn *self, AyKnnWorker *worker, const Part *part)
{
  gsize from = part->from;
  gboolean both = self->same && part->first != part->block * AY_KNN_ROWS;

  for (gsize i = 0; i < part->rows; i++)
    {
      AyTileRow row = { worker->tile + i * AY_KNN_ROWS, self->point_square + part->first,
                        both ? self->limit + part->first : NULL, part->count,
                        self->query_square[from + i], self->limit[from + i] };
      gsize n = self->filter (&row, worker->hits);

      for (gsize h = 0; h < n; h++)
        {
          gsize j = part->first + worker->hits[h];
          float square = ay_tile_square (&row, worker->hits[h]);

          if (self->same && j == from + i)
            continue;
          ay_knn_offer (self, from + i, square, (guint32) j);
          if (both)
            ay_knn_offer (self, j, square, (guint32) (from + i));
        }
    }
}

void
ay_knn_lock (AyKnn *self, gsize block, gsize other)
{
  pthread_mutex_lock (&self->locks[MIN (block, other)]);
  if (block != other)
    pthread_mutex_lock (&self->locks[MAX (block, other)]);
}

void
ay_knn_unlock (AyKnn *self, gsize block, gsize other)
{
  if (block != other)
    pthread_mutex_unlock (&self->locks[MAX (block, other)]);
  pthread_mutex_unlock (&self->locks[MIN (block, other)]);
}

/* The blocks that a part writes to are held while it is looked through. */
static void
scan_locked (AyKnn *self, AyKnnWorker *worker, const Part *part)
{
  gsize other = self->same ? part->first / AY_KNN_ROWS : part->block;

  ay_knn_lock (self, part->block, other);
  scan_part (self, worker, part);
  ay_knn_unlock (self, part->block, other);
}

/* What a worker has loaded on the way through a unit. */
typedef struct
{
  gsize first, end; /* points of the strip */
  gboolean columns; /* they are loaded */
} Loaded;

/* A block of queries with the points of the strip from `start` on. */
static void
run_tile (AyKnn *self, AyKnnWorker *worker, gsize block, gsize start, Loaded *loaded)
{
  gsize from = block * AY_KNN_ROWS, rows = MIN (AY_KNN_ROWS, self->queries->n - from);
  gsize slice = self->kernel != NULL ? AY_KNN_SLICE : AY_KNN_ROWS;
  gboolean left = FALSE;

  for (gsize at = start; at < loaded->end; at += AY_KNN_ROWS)
    {
      if (self->screen != NULL && at != from
          && ay_knn_screen_part (self, worker, block, at / AY_KNN_ROWS))
        continue;
      if (!loaded->columns)
        ay_knn_load_right (self, worker, loaded->first, loaded->end - loaded->first);
      if (!left)
        ay_knn_load_left (self, worker, NULL, from, rows);
      loaded->columns = left = TRUE;
      for (gsize row = 0; row < rows; row += slice)
        {
          AyKnnTile tile = { row, MIN (slice, rows - row), at - loaded->first,
                             MIN (AY_KNN_ROWS, loaded->end - at), AY_KNN_ROWS };
          Part part = { block, from + row, tile.rows, at, tile.columns };

          ay_knn_multiply (self, worker, &tile);
          scan_locked (self, worker, &part);
        }
    }
}

/* Where a screen needs limits to begin with: a block with itself. */
static void
run_own (gsize block, guint number, gpointer data)
{
  AyKnn *self = data;
  gsize first = block * AY_KNN_ROWS;
  Loaded loaded = { first, MIN (first + AY_KNN_ROWS, self->points->n), FALSE };

  if (!ay_job_is_cancelled (self->job))
    run_tile (self, &self->workers[number], block, first, &loaded);
}

static void
run_unit (gsize index, guint number, gpointer data)
{
  Plan *plan = data;
  AyKnn *self = plan->knn;
  const Unit *unit = &plan->units[index];
  gsize first = unit->strip * self->strip;
  Loaded loaded = { first, MIN (first + self->strip, self->points->n), FALSE };

  for (gsize b = unit->first_block; b < unit->first_block + unit->n_blocks; b++)
    {
      /* What a screen has searched already is left out. */
      gsize own = (b + (self->screen != NULL)) * AY_KNN_ROWS;

      if (ay_job_is_cancelled (self->job))
        return;
      run_tile (self, &self->workers[number], b, self->same ? MAX (first, own) : first, &loaded);
      ay_job_set_fraction (self->job,
                           (double) (__atomic_add_fetch (&self->done, 1, __ATOMIC_RELAXED))
                               / (double) self->total);
    }
}

/* Row blocks that a strip is multiplied with: of one set only those up to its own. */
static gsize
blocks_of_strip (const AyKnn *self, gsize strip)
{
  gsize all = ay_n_blocks (self->queries->n, AY_KNN_ROWS);

  return self->same ? MIN (all, (strip + 1) * (self->strip / AY_KNN_ROWS)) : all;
}

gboolean
ay_knn_search (AyKnn *self, GError **error)
{
  gsize strips = ay_n_blocks (self->points->n, self->strip), n = 0;
  g_autofree Unit *units = NULL;
  Plan plan = { self, NULL };

  for (gsize s = 0; s < strips; s++)
    n += ay_n_blocks (blocks_of_strip (self, s), UNIT_BLOCKS);
  units = g_new (Unit, n);
  n = 0;
  for (gsize s = 0; s < strips; s++)
    {
      gsize blocks = blocks_of_strip (self, s);

      self->total += blocks;
      for (gsize b = 0; b < blocks; b += UNIT_BLOCKS)
        units[n++] = (Unit) { s, b, MIN (UNIT_BLOCKS, blocks - b) };
    }
  plan.units = units;
  if (self->screen != NULL
      && !ay_parallel_for (ay_n_blocks (self->points->n, AY_KNN_ROWS), run_own, self, self->job,
                           error))
    return FALSE;
  return ay_parallel_for (n, run_unit, &plan, self->job, error);
}
