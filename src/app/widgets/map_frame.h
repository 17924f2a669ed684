/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/point_colors.h"
#include "figure/edges.h"
#include "figure/raster.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One frame of a map, made in any thread: what is drawn, copied or ref'ed, and the texture. */
typedef struct
{
  gsize n;
  float *x, *y;             /* rc boxes */
  AssayPointColors *colors;
  AyBitset *visible, *selected; /* copies; selected NULL when none is */
  AyFigureView view;
  AyFigureRasterOptions options;
  gboolean density;
  gboolean coarse;          /* small marks, made while moving */
} AssayMapFrame;

/* All points of a session as they are now, at the places x, y (rc boxes), n of them: only the view
 * and the size remain to be set. */
AssayMapFrame assay_map_frame_describe (AssaySession *session, AssayPointColors *colors, gsize n,
                                        float *x, float *y);
/* Borrowed from the frame. */
AyFigurePoints assay_map_frame_points (const AssayMapFrame *self);
void assay_map_frame_clear (AssayMapFrame *self);
/* NULL when the size or view cannot be drawn. seconds (nullable): raster to memory. */
GdkTexture *assay_map_frame_draw (const AssayMapFrame *self, AyFigureRaster *raster,
                                  double *seconds);
/* Lines over the points of a widget; where its view has more than can be drawn in time, how many
 * there are in place of them. */
void assay_map_frame_append_edges (GtkWidget *widget, GtkSnapshot *snapshot,
                                   const AyFigureEdges *edges, const AyFigurePoints *points,
                                   const AyFigureView *view);

G_END_DECLS
