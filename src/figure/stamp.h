/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/palette.h"

G_BEGIN_DECLS

/* Shapes, for a mark of radius 1 centred on 0, y downwards. They look equally large, and none
 * reaches farther than AY_FIGURE_MARK_REACH. */
#define AY_FIGURE_MARK_REACH 1.40
#define AY_FIGURE_SQUARE_HALF 0.89
#define AY_FIGURE_DIAMOND_REACH 1.30
#define AY_FIGURE_TRIANGLE_TOP 1.22   /* tip above the centre */
#define AY_FIGURE_TRIANGLE_BASE 0.78  /* base below the centre */
#define AY_FIGURE_TRIANGLE_HALF 1.14  /* half of the base */
#define AY_FIGURE_BAR_REACH 1.22      /* half length of the bars of plus and cross */
#define AY_FIGURE_BAR_HALF 0.40       /* half width of them */
#define AY_FIGURE_RING_OUTER 1.10
#define AY_FIGURE_RING_INNER 0.58

/* Coverage masks of one shape and radius at a few positions inside a pixel. */
typedef struct
{
  double radius;  /* device px */
  int phases;     /* positions in each direction */
  int reach;      /* the pixel of the centre is at (reach, reach) */
  int size;       /* side of a mask */
  guint8 *masks;  /* phases x phases (y, x) masks of size x size, 0..255 */
} AyFigureStamp;

/* Makes the masks for a shape; frees what was there. Nothing is done when radius and shape are
 * those of the last call (the caller keeps one stamp a shape). */
void ay_figure_stamp_prepare (AyFigureStamp *self, AyFigureShape shape, double radius);
void ay_figure_stamp_clear (AyFigureStamp *self);
/* Reach and size of the masks that a radius gives. */
int ay_figure_stamp_reach (double radius);

/* Whether (x, y), in units of the radius, is inside a shape. */
gboolean ay_figure_shape_contains (AyFigureShape shape, double x, double y);

G_END_DECLS
