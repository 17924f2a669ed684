/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/points.h"

#include <cairo.h>

G_BEGIN_DECLS

/* More lines in one view would take longer than a few frames and hide the points: none is drawn
 * then, and who draws says so. */
#define AY_FIGURE_MOST_EDGES 20000

/* The lines between the rows of groups: from the first row of each group to its others. */
typedef struct _AyFigureEdges AyFigureEdges;

/* groups: a number (0 to 2^32 - 2) a row, n of them; NaN: in none. One pass. (transfer full) */
AyFigureEdges *ay_figure_edges_new (const double *groups, gsize n);
void ay_figure_edges_free (AyFigureEdges *self);
/* Those whose rows are both placed and visible. */
gsize ay_figure_edges_count (const AyFigureEdges *self, const AyFigurePoints *points);
/* Strokes them in the theme's colours, within width x height from the origin of cr. Returns how
 * many are within the view: above AY_FIGURE_MOST_EDGES nothing was drawn. */
gsize ay_figure_edges_draw (const AyFigureEdges *self, cairo_t *cr, const AyFigurePoints *points,
                            const AyFigureView *view, const double size[2],
                            const AyFigureTheme *theme);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyFigureEdges, ay_figure_edges_free)

G_END_DECLS
