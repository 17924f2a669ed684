/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/points.h"

G_BEGIN_DECLS

#define AY_FIGURE_NO_ROW G_MAXUINT32

/* The visible point nearest to pixel position (px, py) of a view drawn at width x height, not
 * farther than radius pixels; among equally near ones the one drawn last. AY_FIGURE_NO_ROW when
 * there is none. One pass over the points on all cores. */
guint32 ay_figure_pick (const AyFigurePoints *points, const AyFigureView *view, double width,
                        double height, const double at[2], double radius);

/* The visible, placed rows inside a closed polygon of m vertices (x0, y0, x1, y1, ... in world
 * coordinates, even-odd rule, an edge counts as inside on its low and left side); into = exactly
 * these (points->n rows). Fewer than three vertices: none. */
void ay_figure_pick_polygon (const AyFigurePoints *points, const double *vertices, gsize m,
                             AyBitset *into);
/* The same for a rectangle, given by any two opposite corners; its border counts as inside. */
void ay_figure_pick_rectangle (const AyFigurePoints *points, double xa, double ya, double xb,
                               double yb, AyBitset *into);

G_END_DECLS
