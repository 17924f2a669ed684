/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/point_set.h"

G_BEGIN_DECLS

/* Two points and their distance, i < j. */
typedef struct
{
  double distance;
  guint32 i, j;
} AyPair;

/* All pairs of points up to a distance. Exact copies (the same coordinates bit for bit) are found
 * first, by hashing; pairs are then among the first of each set of copies only. Immutable once
 * returned. */
typedef struct
{
  gatomicrefcount ref;
  gsize n;
  AyDistance distance;
  double asked, reach;  /* distances: asked for; kept up to, inclusive (less where there were more
                           than max_pairs) */
  AyPair *pairs;        /* n_pairs, ascending by (distance, i, j) */
  gsize n_pairs;
  guint32 *first;       /* n: the first exact copy of each point, itself where it is the first */
  gsize n_copies;       /* points that are copies of one before */
  gsize n_zero;         /* zero rows under cosine: in no pair, never copies */
} AyPairs;

typedef struct
{
  double reach;     /* distance, inclusive: 1 - cosine, or Euclidean */
  gsize max_pairs;  /* where there are more, reach is lowered until there are not */
  guint64 seed;     /* of the directions that prune and the sample that lowers reach; no result
                       depends on it unless reach is lowered */
  const guint32 *same; /* (nullable) n: the first point that this one is known to be a copy of
                          (itself otherwise): taken for exact copies, whatever the features say */
} AyPairsOptions;
#define AY_PAIRS_OPTIONS_INIT { 0.01, (gsize) 64 << 20, 0, NULL }

/* (transfer full) Exact: distances are summed in double. Memory: 16 bytes a pair (twice that while
 * sorting) and some 80 bytes a point. Same bytes for any number of threads and of the points'
 * ranks. Errors: RANGE (reach negative or not a number), INPUT (a row that is not finite), NOMEM,
 * CANCELLED. */
AyPairs *ay_pairs_find (const AyPoints *points, const AyPairsOptions *options, AyJob *job,
                        GError **error);
AyPairs *ay_pairs_ref (AyPairs *self);
void ay_pairs_unref (AyPairs *self);

/* How many pairs of all points (copies counted each) are at most this far apart. */
guint64 ay_pairs_count (const AyPairs *self, double distance);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyPairs, ay_pairs_unref)

G_END_DECLS
