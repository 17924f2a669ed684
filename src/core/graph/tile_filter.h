/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One row of a tile of inner products, looked through in the vector instructions of this machine.
 * The squared distance of column j is (own + square[j]) - 2 dot[j], in float in this order: the
 * same number wherever it is computed. */
typedef struct
{
  const float *dot;    /* count */
  const float *square; /* count; NaN: never hit */
  const float *limit;  /* (nullable) count: the column's own limit */
  gsize count;
  float own;           /* squared length of the row's point */
  float own_limit;
} AyTileRow;

static inline float
ay_tile_square (const AyTileRow *row, gsize j)
{
  return (row->own + row->square[j]) - 2.0f * row->dot[j];
}

/* Columns whose squared distance is at most the larger of own_limit and limit[j], ascending, into
 * hits (room for count); their number. */
typedef gsize (*AyTileFilter) (const AyTileRow *row, guint32 *hits);

/* The best of this machine. */
AyTileFilter ay_tile_filter (void);
/* For tests: filters by index 0.. until NULL; those this machine cannot run are left out. */
AyTileFilter ay_tile_filter_nth (guint index);

G_END_DECLS
