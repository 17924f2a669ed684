/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "app/widgets/chart.h"
#include "app/widgets/point_colors.h"
#include "figure/points.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  ASSAY_TOOL_PAN,
  ASSAY_TOOL_RECTANGLE,
  ASSAY_TOOL_LASSO,
} AssayTool;

/* The cloud of rows at (map_x, map_y), drawn as one texture. Drag pans or selects by the tool,
 * Shift-drag draws a lasso in any tool, the wheel zooms about the pointer; the rules of
 * assay_select_mode() hold for click, rectangle and lasso. Keys: + - 0 or Home zoom and fit, arrows
 * walk from point to point, with Ctrl from region to region, Page Up and Down through the regions
 * in order; Enter selects the one walked to, Space toggles it, Escape clears the selection. The
 * accessible description says which row is under the pointer or walked to.
 *
 * Properties: session; tool (int, AssayTool); density (boolean).
 * Signal: hover-at (int64 row or -1, double x, double y): for a card, after the pointer rested. */
#define ASSAY_TYPE_MAP_VIEW (assay_map_view_get_type ())
G_DECLARE_FINAL_TYPE (AssayMapView, assay_map_view, ASSAY, MAP_VIEW, GtkWidget)

void assay_map_view_fit (AssayMapView *self, gboolean to_selection);
/* About the middle: factor > 1 shows less. */
void assay_map_view_zoom (AssayMapView *self, double factor);
/* Shows other places (n x 2) for the time being, such as a map that forms; NULL: the columns'. */
void assay_map_view_show_places (AssayMapView *self, const float *xy, gsize n);
/* Places by two other columns, each on a scale of its own: a plot of one over the other. */
void assay_map_view_set_columns (AssayMapView *self, const char *x, const char *y);
/* Shows only these rows, of them `marked` ones as the selection is, for the time being (both
 * nullable, copied); visible NULL: what the session says again. */
void assay_map_view_show_only (AssayMapView *self, const AyBitset *visible,
                               const AyBitset *marked);
/* Lines from one row to others; row -1: none. */
void assay_map_view_set_links (AssayMapView *self, gint64 row, const guint32 *rows, guint count);
/* Lines between the rows of a near-duplicate group (column `group`). */
void assay_map_view_show_groups (AssayMapView *self, gboolean show);
/* Shows it in the chart, which must hold it: as a figure to copy and to print, as a table of the
 * points that are seen. */
void assay_map_view_chart (AssayMapView *self, AssayChart *chart);
/* For benchmarks: draws one frame to memory now and returns its seconds. */
double assay_map_view_time_frame (AssayMapView *self, int width, int height);

G_END_DECLS
