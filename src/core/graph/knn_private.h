/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of the exact neighbour search share; nobody else includes it. */

#include "core/graph/neighbours.h"
#include "core/graph/tile_filter.h"

#include <pthread.h>

G_BEGIN_DECLS

#define AY_KNN_ROWS 512 /* points a block */
#define AY_KNN_SPARE 8  /* candidates kept beyond k */

typedef struct
{
  float *rows, *columns, *tile; /* ROWS x d, strip x d, ROWS x strip */
  guint32 *hits;                /* strip */
  double *point, *scratch;      /* d each */
} AyKnnWorker;

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
} AyKnn;

gboolean ay_knn_init (AyKnn *self, GError **error);
void ay_knn_clear (AyKnn *self);
/* Fills the heaps. */
gboolean ay_knn_search (AyKnn *self, GError **error);
/* Exact distances of the heaps' points into out (index and distances, queries x k), and the points
 * in doubt searched again; their number in n_checked. */
gboolean ay_knn_refine (AyKnn *self, AyNeighbours *out, GError **error);

G_END_DECLS
