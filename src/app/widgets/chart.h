/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/figure.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* What a figure shows at the moment, into spec, which was initialised; it borrows from data.
 * FALSE: there is nothing to show. */
typedef gboolean AssayDescribeFigure (gpointer data, AyFigureSpec *spec);

/* A drawing of the window, for everybody: what it says is the name of the picture, its numbers are
 * a table that takes its place (Ctrl+Shift+T, or the menu beside it), and both can be copied.
 * Properties: table (boolean): the table is shown; view (GtkWidget, write only): what shows the
 * figure in its own way, in place of the drawing, with a name and the gestures and keys of its own.
 */
#define ASSAY_TYPE_CHART (assay_chart_get_type ())
G_DECLARE_FINAL_TYPE (AssayChart, assay_chart, ASSAY, CHART, AdwBin)

AssayChart *assay_chart_new (void);

/* data lives as long as the chart; destroy (nullable) is called then. */
void assay_chart_set_figure (AssayChart *self, AssayDescribeFigure *describe, gpointer data,
                             GDestroyNotify destroy);
/* Draws something else than the figure with its axes, such as a brush over bare bars. */
void assay_chart_set_draw (AssayChart *self, GtkDrawingAreaDrawFunc draw);
/* The least height of the drawing and of the table, in px. */
void assay_chart_set_height (AssayChart *self, int height);
/* The figure is another one. says (nullable): instead of its summary, or where there is none. */
void assay_chart_update (AssayChart *self, const char *says);

/* The point, column or step of the figure that lies at x of the area; -1: none. */
int assay_chart_at (AssayChart *self, double x);

/* A click on a point of the figure, or Left, Right, Home and End with the focus on it, choose one:
 * choose (data, point) by number, which the arrows may take past either end (End: G_MAXINT), from
 * current (data) on; data as of the figure. */
void assay_chart_set_choosing (AssayChart *self, int (*current) (gpointer data),
                               void (*choose) (gpointer data, int point));

/* What is drawn on: takes gestures and keys, and the focus where it is made focusable. */
GtkWidget *assay_chart_get_area (AssayChart *self);
/* The menu's button, which no longer stands beside the drawing: to be put elsewhere. (transfer
 * full) */
GtkWidget *assay_chart_take_button (AssayChart *self);
/* Puts the table's lines on the clipboard: the selected ones, else all. */
void assay_chart_copy_table (AssayChart *self);

/* Puts on the clipboard what is seen: the table, or the figure. */
void assay_chart_copy (AssayChart *self);
/* Puts the figure on the clipboard as PNG and SVG, light, of the size that is seen. */
void assay_chart_copy_figure (AssayChart *self);
/* What it shows at the moment; see AssayDescribeFigure. */
gboolean assay_chart_describe (AssayChart *self, AyFigureSpec *spec);

/* The chart that has the focus in it, else the largest that is seen below root. (nullable) */
AssayChart *assay_chart_find (GtkWidget *root);
/* The chart that has the focus in it. (nullable) */
AssayChart *assay_chart_focused (GtkWidget *root);

/* How a drawing looks here: light or dark, its contrast, text as large as the person wants it. */
void assay_chart_theme (AyFigureTheme *theme);
/* What a figure shows in a sentence, in the person's language. (transfer full) */
char *assay_chart_summary (const AyFigureSpec *spec);

G_END_DECLS
