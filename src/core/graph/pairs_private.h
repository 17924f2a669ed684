/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The search behind ay_pairs_find(); nobody else includes it. */

#include "core/graph/directions.h"
#include "core/graph/pairs.h"
#include "core/graph/tile_filter.h"

G_BEGIN_DECLS

/* Points in the order of their coordinate along the first direction: a rank's own, or those of
 * another one that visit it. */
typedef struct
{
  const AyPointSet *points;
  gsize n;
  guint32 *order;         /* n positions in points */
  const guint32 *number;  /* (nullable) n, in that order: positions among all; NULL: order's */
  float *along;           /* m x n: coordinates in that order */
  float *length;          /* n: squares in that order */
} AyPairSide;

void ay_pair_side_clear (AyPairSide *self);

#define AY_PAIR_BLOCK 512 /* points of a side that are looked at together */

typedef struct
{
  const AyPointSet *points;
  gsize max_pairs;
  AyJob *job;
  gsize n_all;          /* points searched, of all ranks: no copies, no zero rows */
  guint32 *all;         /* n_all positions, ascending */
  AyPairSide own;       /* those of this rank */
  guint m;
  double error;         /* of a distance along the directions */
  double reach, square; /* the distance, and the squared one of coordinates */
  float window;         /* along the first direction */
  float bound;          /* squared distance along all directions */
  AyTileFilter filter;
  gsize n_blocks;       /* of own points */
  GArray **found;       /* a block each: AyPair */
  gsize total, done;    /* atomic; total: of all ranks at the end */
} AyPairSearch;

gboolean ay_pair_search_init (AyPairSearch *self, const AyDirections *directions,
                              const guint32 *first, GError **error);
void ay_pair_search_set_reach (AyPairSearch *self, double reach);
/* Fills found: pairs of own points and, where there are ranks, this rank's share of those with
 * others'. Stops early when total exceeds max_pairs. */
gboolean ay_pair_search_run (AyPairSearch *self, GError **error);
void ay_pair_search_clear (AyPairSearch *self);

/* Points that visit, for ay_pair_search_meet(). */
typedef struct
{
  AyPairSide side;
  gboolean lower;    /* of a lower rank: own odd blocks meet them; else all do their even ones */
  gboolean odd;      /* their first block is an odd one */
} AyPairVisitor;

/* Own blocks with those of n visitors (pair_ring.c's part of a search). */
gboolean ay_pair_search_meet (AyPairSearch *self, const AyPairVisitor *visitors, gsize n,
                              GError **error);
/* All points of other ranks, tile after tile, with the own ones. */
gboolean ay_pair_ring_run (AyPairSearch *self, GError **error);

G_END_DECLS
