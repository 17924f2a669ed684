/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/bitset.h"
#include "figure/palette.h"

G_BEGIN_DECLS

/* n points of a cloud, in row order; all arrays are borrowed. */
typedef struct
{
  gsize n;
  const float *x, *y;           /* world coordinates, y upwards; NaN, inf: not placed or drawn */
  const guint16 *color;         /* (nullable) index into palette, past the end: the last; NULL: 0 */
  const AyFigureColor *palette; /* n_palette >= 1 colours */
  guint n_palette;
  const guint8 *shape;          /* (nullable) AyFigureShape of each palette entry; NULL: discs */
  const AyBitset *visible;      /* (nullable) the others are not drawn nor picked */
  const AyBitset *selected;     /* (nullable) drawn above the others, which are dimmed */
} AyFigurePoints;

/* The part of the world that is shown: x0 at the left edge, x1 at the right, y0 at the bottom,
 * y1 at the top. Pixel (i, j), counted from the top left, covers i <= px < i + 1, j <= py < j + 1
 * with px = (x - x0) width / (x1 - x0), py = (y1 - y) height / (y1 - y0). */
typedef struct
{
  double x0, y0, x1, y1;
} AyFigureView;

/* A view of all placed, visible points with a margin (share of the larger side, e.g. 0.04).
 * equal: the same scale in both directions. One point, or none, still gives a view. */
AyFigureView ay_figure_view_fit (const AyFigurePoints *points, double width, double height,
                                 double margin, gboolean equal);
gboolean ay_figure_view_is_valid (const AyFigureView *self);

static inline void
ay_figure_view_to_pixel (const AyFigureView *self, double width, double height, double x, double y,
                         double *px, double *py)
{
  *px = (x - self->x0) * (width / (self->x1 - self->x0));
  *py = (self->y1 - y) * (height / (self->y1 - self->y0));
}

static inline void
ay_figure_view_to_world (const AyFigureView *self, double width, double height, double px,
                         double py, double *x, double *y)
{
  *x = self->x0 + px * ((self->x1 - self->x0) / width);
  *y = self->y1 - py * ((self->y1 - self->y0) / height);
}

G_END_DECLS
