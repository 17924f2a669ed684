/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/raster.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a map marks above its cloud of points, readable on any colour. */

/* Where rows are on a widget of so many logical pixels. */
typedef struct
{
  const AyFigureView *view;
  int width, height;
  const float *x, *y; /* n; NaN: not placed */
  gsize n;
} AssayMapPlaces;

/* Around a row; -1, or a row that is not there: none. */
void assay_map_marks_ring (const AssayMapPlaces *places, GtkSnapshot *snapshot, gint64 row);
/* Lines from a row to others; -1: none. */
void assay_map_marks_links (const AssayMapPlaces *places, GtkSnapshot *snapshot, gint64 row,
                            const guint32 *rows, guint n_rows);

G_END_DECLS
