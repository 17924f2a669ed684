/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The search behind ay_pairs_find(); nobody else includes it. */

#include "core/graph/directions.h"
#include "core/graph/pairs.h"
#include "core/graph/tile_filter.h"

G_BEGIN_DECLS

typedef struct
{
  const AyPointSet *points;
  gsize max_pairs;
  AyJob *job;
  gsize n;              /* points searched: no copies, no zero rows */
  guint32 *order;       /* n positions, ascending along the first direction */
  float *along;         /* m x n: coordinates in that order */
  float *length;        /* n: squares in that order */
  guint m;
  double error;         /* of a distance along the directions */
  double reach, square; /* the distance, and the squared one of coordinates */
  float window;         /* along the first direction */
  float bound;          /* squared distance along all directions */
  AyTileFilter filter;
  gsize n_blocks;
  GArray **found;       /* a block each: AyPair */
  gsize total, done;    /* atomic */
} AyPairSearch;

gboolean ay_pair_search_init (AyPairSearch *self, const AyDirections *directions,
                              const guint32 *first, GError **error);
void ay_pair_search_set_reach (AyPairSearch *self, double reach);
/* Fills found; stops early when total exceeds max_pairs. */
gboolean ay_pair_search_run (AyPairSearch *self, GError **error);
void ay_pair_search_clear (AyPairSearch *self);

G_END_DECLS
