/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/stamp.h"

#include <math.h>

#define SAMPLES 8        /* of coverage in each direction of a pixel */
#define PHASES 4         /* a quarter of a pixel is as fine as the eye sees */
#define LARGE_RADIUS 6.0 /* above it a whole pixel is fine enough */

gboolean
ay_figure_shape_contains (AyFigureShape shape, double x, double y)
{
  double r2 = x * x + y * y, across, along;

  switch (shape)
    {
    case AY_FIGURE_DISC:
      return r2 <= 1.0;
    case AY_FIGURE_SQUARE:
      return fabs (x) <= AY_FIGURE_SQUARE_HALF && fabs (y) <= AY_FIGURE_SQUARE_HALF;
    case AY_FIGURE_TRIANGLE_DOWN:
      y = -y;
      /* fall through */
    case AY_FIGURE_TRIANGLE:
      along = (y + AY_FIGURE_TRIANGLE_TOP) / (AY_FIGURE_TRIANGLE_TOP + AY_FIGURE_TRIANGLE_BASE);
      return along <= 1.0 && fabs (x) <= along * AY_FIGURE_TRIANGLE_HALF;
    case AY_FIGURE_DIAMOND:
      return fabs (x) + fabs (y) <= AY_FIGURE_DIAMOND_REACH;
    case AY_FIGURE_CROSS:
      across = (x - y) * G_SQRT2 / 2.0;
      y = (x + y) * G_SQRT2 / 2.0;
      x = across;
      /* fall through */
    case AY_FIGURE_PLUS:
      across = MIN (fabs (x), fabs (y));
      return across <= AY_FIGURE_BAR_HALF && MAX (fabs (x), fabs (y)) <= AY_FIGURE_BAR_REACH;
    case AY_FIGURE_RING:
      return r2 <= AY_FIGURE_RING_OUTER * AY_FIGURE_RING_OUTER
             && r2 >= AY_FIGURE_RING_INNER * AY_FIGURE_RING_INNER;
    }
  return FALSE;
}

int
ay_figure_stamp_reach (double radius)
{
  return (int) ceil (radius * AY_FIGURE_MARK_REACH);
}

static guint8
coverage (AyFigureShape shape, double x, double y, double radius)
{
  int inside = 0;

  for (int j = 0; j < SAMPLES; j++)
    for (int i = 0; i < SAMPLES; i++)
      inside += ay_figure_shape_contains (shape, (x + (i + 0.5) / SAMPLES) / radius,
                                          (y + (j + 0.5) / SAMPLES) / radius);
  return (guint8) ((inside * 255 + SAMPLES * SAMPLES / 2) / (SAMPLES * SAMPLES));
}

void
ay_figure_stamp_prepare (AyFigureStamp *self, AyFigureShape shape, double radius)
{
  guint8 *mask;

  if (self->masks != NULL && self->radius == radius)
    return;
  ay_figure_stamp_clear (self);
  self->radius = radius;
  self->phases = radius > LARGE_RADIUS ? 1 : PHASES;
  self->reach = ay_figure_stamp_reach (radius);
  self->size = 2 * self->reach + 2; /* a pixel more for the positions inside a pixel */
  self->masks = g_malloc_n ((gsize) self->phases * self->phases, (gsize) self->size * self->size);
  mask = self->masks;
  for (int py = 0; py < self->phases; py++)
    for (int px = 0; px < self->phases; px++)
      for (int j = 0; j < self->size; j++)
        for (int i = 0; i < self->size; i++)
          *mask++ = coverage (shape, i - self->reach - (double) px / self->phases,
                              j - self->reach - (double) py / self->phases, radius);
}

void
ay_figure_stamp_clear (AyFigureStamp *self)
{
  g_clear_pointer (&self->masks, g_free);
}
