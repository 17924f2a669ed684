/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of the exact neighbour search share; nobody else includes it. */

#include "core/graph/int_product.h"
#include "core/graph/nearest_heap.h"
#include "core/graph/neighbours.h"
#include "core/graph/screen_kernel.h"
#include "core/graph/tile_filter.h"

#include <pthread.h>

G_BEGIN_DECLS

#define AY_KNN_ROWS 512 /* points a block */
#define AY_KNN_SLICE 96 /* of them multiplied at a time by whole numbers, a multiple of HEIGHT */
#define AY_KNN_SPARE 8  /* candidates kept beyond k */
#define AY_KNN_STAGE 16 /* rows read at a time */

/* A worker's buffers. rows and columns hold floats, or packed whole numbers. */
typedef struct
{
  float *rows, *columns, *tile; /* ROWS x d, strip x d, ROWS x strip, and some room */
  float *stage;                 /* STAGE x d */
  gint16 *code;                 /* d */
  guint32 *hits;                /* strip */
  double *point, *scratch;      /* d each */

  /* knn_screen.c */
  guint8 *left;        /* a block's 8-bit codes */
  gsize left_block;    /* which one, from 1 */
  guint32 *mask;       /* a bit a pair of two blocks */
  float *past;         /* 2 ROWS */
  guint pause, next_pause; /* tiles that are not screened */
} AyKnnWorker;

typedef struct _AyKnnScreen AyKnnScreen;

/* One search: for each point of `queries` the nearest of `points` (the same set: itself left out,
 * each pair computed once). */
typedef struct
{
  const AyPointSet *queries, *points;
  gboolean same;
  gsize k, keep;        /* keep = min (k + SPARE, most) */
  gsize most;           /* points that may be found */
  gsize strip;          /* columns a tile, a multiple of ROWS */
  guint64 *heaps;       /* queries x keep keys */
  float *limit;         /* queries: distance of the heap's largest */
  pthread_mutex_t *locks; /* a block of queries each */
  gsize n_locks;
  AyKnnWorker *workers;
  guint n_workers;
  AyTileFilter filter;
  AyJob *job;
  gsize done, total;    /* tiles; done is atomic */

  /* knn_product.c: what is multiplied */
  const AyIntKernel *kernel; /* (nullable): floats */
  double step;               /* a code times this is a coordinate */
  const float *query_square, *point_square; /* squared lengths of what is multiplied */
  float *codes_square[2];    /* (nullable) of queries and points */
  float *codes_error[2];     /* (nullable) distances of points from their codes */
  double largest_error;      /* of the points */
  AyKnnScreen *screen;       /* (nullable) knn_screen.c: pairs left out by 8-bit products */
} AyKnn;

gboolean ay_knn_init (AyKnn *self, GError **error);
void ay_knn_clear (AyKnn *self);
/* Fills the heaps. */
gboolean ay_knn_search (AyKnn *self, GError **error);
/* Exact distances of the heaps' points into out (index and distances, queries x k), and the points
 * in doubt searched again; their number in n_checked. */
gboolean ay_knn_refine (AyKnn *self, AyNeighbours *out, GError **error);

/* Chooses between floats and whole numbers and measures what these are off by. */
gboolean ay_knn_choose_product (AyKnn *self, GError **error);
void ay_knn_clear_product (AyKnn *self);
/* The 16-bit code of point i (d numbers), in turn from `first` on; reads ahead. */
void ay_knn_encode (const AyKnn *self, AyKnnWorker *worker, gsize i, gsize first, gint16 *code);
/* Queries positions[0..count-1] (NULL: from first) as the left operand; points from first on as the
 * right one. */
void ay_knn_load_left (const AyKnn *self, AyKnnWorker *worker, const guint32 *positions,
                       gsize first, gsize count);
void ay_knn_load_right (const AyKnn *self, AyKnnWorker *worker, gsize first, gsize count);
/* Rows row .. row+rows-1 of the left operand (row: a multiple of SLICE) and columns at ..
 * at+columns-1 of the right one (at: a multiple of ROWS). */
typedef struct
{
  gsize row, rows, at, columns;
  gsize stride; /* floats a row of the tile, >= columns, a multiple of 32 */
} AyKnnTile;

/* The products into the worker's tile. */
void ay_knn_multiply (const AyKnn *self, AyKnnWorker *worker, const AyKnnTile *tile);
/* Points kept as they are multiplied, for another order than theirs: ay_knn_stored_size() bytes
 * each. place: `count` of them (left: those of these numbers) as an operand. */
gsize ay_knn_stored_size (const AyKnn *self);
void ay_knn_store (const AyKnn *self, const guint32 *positions, gsize count, char *to);
void ay_knn_place_left (const AyKnn *self, const char *stored, const guint32 *numbers, gsize count,
                        AyKnnWorker *worker);
void ay_knn_place_right (const AyKnn *self, const char *stored, gsize count, AyKnnWorker *worker);
/* The largest squared distance that a tile may show for a point that lies at most this squared
 * distance from a query. */
float ay_knn_shown_at_most (const AyKnn *self, gsize query, double square);

/* Leaves self->screen NULL where it gains nothing. */
gboolean ay_knn_screen_new (AyKnn *self, GError **error);
void ay_knn_screen_free (AyKnnScreen *screen);
/* All pairs of two different blocks of ROWS points. FALSE: not done, multiply them all. */
gboolean ay_knn_screen_part (AyKnn *self, AyKnnWorker *worker, gsize block, gsize other);

/* Holds two blocks of a set (or one, twice) for whoever reads or writes their heaps. */
void ay_knn_lock (AyKnn *self, gsize block, gsize other);
void ay_knn_unlock (AyKnn *self, gsize block, gsize other);

static inline void
ay_knn_offer (AyKnn *self, gsize query, float square, guint32 position)
{
  guint64 *heap = self->heaps + query * self->keep;
  guint64 key = ay_heap_key (square, position);

  if (key >= heap[0])
    return;
  ay_heap_replace (heap, self->keep, key);
  self->limit[query] = ay_heap_distance (heap[0]);
}

G_END_DECLS
