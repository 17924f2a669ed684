/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/points.h"

#include "core/base/parallel.h"

#include <math.h>

#define BLOCK 65536

typedef struct
{
  const AyFigurePoints *points;
  float (*bounds)[4]; /* per block: x low, x high, y low, y high; low > high when it has none */
} Extent;

static void
extent_block (gsize block, guint worker, gpointer data)
{
  Extent *self = data;
  const AyFigurePoints *points = self->points;
  gsize end = MIN (points->n, (block + 1) * BLOCK);
  float x_low = INFINITY, x_high = -INFINITY, y_low = INFINITY, y_high = -INFINITY;

  for (gsize i = block * BLOCK; i < end; i++)
    {
      float x = points->x[i], y = points->y[i];

      if (!isfinite (x) || !isfinite (y)
          || (points->visible != NULL && !ay_bitset_get (points->visible, i)))
        continue;
      x_low = MIN (x_low, x);
      x_high = MAX (x_high, x);
      y_low = MIN (y_low, y);
      y_high = MAX (y_high, y);
    }
  self->bounds[block][0] = x_low;
  self->bounds[block][1] = x_high;
  self->bounds[block][2] = y_low;
  self->bounds[block][3] = y_high;
}

/* Room around the middle when all points share a coordinate: something that is not lost in its
 * magnitude. */
static double
span_or_unit (double low, double high)
{
  if (high > low)
    return high - low;
  return high != 0.0 ? fabs (high) * 0.02 : 1.0;
}

AyFigureView
ay_figure_view_fit (const AyFigurePoints *points, double width, double height, double margin,
                    gboolean equal)
{
  gsize n_blocks = ay_n_blocks (points->n, BLOCK);
  g_autofree float (*bounds)[4] = g_malloc_n (MAX (n_blocks, 1), sizeof *bounds);
  double b[4] = { INFINITY, -INFINITY, INFINITY, -INFINITY };
  Extent extent = { points, bounds };
  double w, h, mx, my;

  ay_parallel_for (n_blocks, extent_block, &extent, NULL, NULL);
  for (gsize i = 0; i < n_blocks; i++)
    for (int side = 0; side < 4; side += 2)
      {
        b[side] = MIN (b[side], bounds[i][side]);
        b[side + 1] = MAX (b[side + 1], bounds[i][side + 1]);
      }
  if (b[0] > b[1])
    return (AyFigureView) { 0.0, 0.0, 1.0, 1.0 };
  w = span_or_unit (b[0], b[1]);
  h = span_or_unit (b[2], b[3]);
  mx = (b[0] + b[1]) / 2.0;
  my = (b[2] + b[3]) / 2.0;
  if (equal)
    {
      double unit = MAX (w / MAX (width, 1.0), h / MAX (height, 1.0));

      if (b[0] == b[1] && b[2] < b[3])
        unit = h / MAX (height, 1.0);
      else if (b[2] == b[3] && b[0] < b[1])
        unit = w / MAX (width, 1.0);
      w = unit * MAX (width, 1.0);
      h = unit * MAX (height, 1.0);
    }
  w *= 0.5 + margin;
  h *= 0.5 + margin;
  return (AyFigureView) { mx - w, my - h, mx + w, my + h };
}

gboolean
ay_figure_view_is_valid (const AyFigureView *self)
{
  return isfinite (self->x0) && isfinite (self->y0) && self->x1 > self->x0 && self->y1 > self->y0
         && isfinite (self->x1 - self->x0) && isfinite (self->y1 - self->y0);
}
