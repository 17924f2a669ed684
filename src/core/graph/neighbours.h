/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/base/matrix.h"

G_BEGIN_DECLS

typedef enum
{
  AY_DISTANCE_EUCLIDEAN, /* |x - y| */
  AY_DISTANCE_COSINE,    /* 1 - x.y / (|x| |y|); a zero row has no neighbours */
} AyDistance;

/* The points of a neighbour search: n rows of a feature matrix, scaled on the way. */
typedef struct
{
  const AyMatrix *features;
  const guint32 *rows;    /* (nullable) n row numbers; NULL: rows 0..n-1 */
  gsize n;
  const float *centre;    /* (nullable) d: x becomes (x - centre) * inv_scale */
  const float *inv_scale; /* d, given with centre */
  AyDistance distance;
} AyPoints;

/* The k nearest other points of each point. Points are numbered by their position 0..n-1 in the
 * search, not by row. Immutable once returned. */
typedef struct
{
  gatomicrefcount ref;
  gsize n;
  guint k;              /* min (asked, n - 1) */
  AyDistance distance;
  guint32 *index;       /* n x k, ascending by (distance, position); G_MAXUINT32: none */
  float *distances;     /* n x k, NaN where none */
  const char *method;   /* static: "exact" or "ivf" */
  double recall;        /* 1 for exact, else measured on recall_sample points */
  gsize recall_sample;
} AyNeighbours;

AyNeighbours *ay_neighbours_ref (AyNeighbours *self);
void ay_neighbours_unref (AyNeighbours *self);

typedef struct
{
  guint k;
  guint64 seed;             /* of an approximate search */
  gsize approximate_above;  /* rows; 0: always exact */
} AyNeighboursOptions;
#define AY_NEIGHBOURS_OPTIONS_INIT { 15, 0, 0 }

/* (transfer full) Memory: n k 8 bytes and the blocks. The same bytes for any number of threads.
 * Errors: RANGE (k 0, fewer than two points), INPUT (row and column that is not finite), NOMEM,
 * CANCELLED, UNSUPPORTED (approximate search not built in). */
AyNeighbours *ay_neighbours_find (const AyPoints *points, const AyNeighboursOptions *options,
                                  AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyNeighbours, ay_neighbours_unref)

G_END_DECLS
