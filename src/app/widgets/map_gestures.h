/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/map_view.h"

G_BEGIN_DECLS

/* Pointer and keys of a map view, and the shape being drawn. Belongs to its view. */
typedef struct _AssayMapGestures AssayMapGestures;

AssayMapGestures *assay_map_gestures_new (AssayMapView *view);
void assay_map_gestures_free (AssayMapGestures *self);
/* The rectangle or lasso in the making, with the number of rows inside. */
void assay_map_gestures_snapshot (AssayMapGestures *self, GtkSnapshot *snapshot, int width,
                                  int height);

/* What the gestures need of the view. */
AyFigurePoints assay_map_view_points (AssayMapView *view);
const AyFigureView *assay_map_view_get_view (AssayMapView *view);
void assay_map_view_set_view (AssayMapView *view, const AyFigureView *value);
void assay_map_view_zoom_at (AssayMapView *view, double factor, double px, double py);
AssaySession *assay_map_view_get_session (AssayMapView *view);
AssayTool assay_map_view_get_tool (AssayMapView *view);
/* (transfer none) (nullable): see assay_map_walk_dup_regions() */
AyColumn *assay_map_view_get_regions (AssayMapView *view);
void assay_map_view_emit_hover (AssayMapView *view, gint64 row, double px, double py);

G_END_DECLS
