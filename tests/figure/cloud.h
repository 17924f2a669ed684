/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/rng.h"
#include "figure/points.h"

#include <math.h>

/* A cloud of points in clumps, some of them exactly on pixel borders, some far outside, some NaN or
 * infinite; colours 0..n_palette, one past the end. */
typedef struct
{
  AyFigurePoints points;
  float *x, *y;
  guint16 *color;
  AyBitset *visible, *selected;
} Cloud;

static inline Cloud *
cloud_new (gsize n, guint64 seed)
{
  static const AyFigureColor palette[] = { 0xffff0000, 0xff00c020, 0x800000ff, 0xff123456 };
  static const guint8 shape[]
      = { AY_FIGURE_DISC, AY_FIGURE_SQUARE, AY_FIGURE_CROSS, AY_FIGURE_RING };
  Cloud *self = g_new0 (Cloud, 1);
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  self->x = g_new (float, n + 1);
  self->y = g_new (float, n + 1);
  self->color = g_new (guint16, n + 1);
  self->visible = ay_bitset_new (n);
  self->selected = ay_bitset_new (n);
  for (gsize i = 0; i < n; i++)
    {
      guint64 kind = ay_rng_below (&rng, 40);

      self->x[i] = (float) (ay_rng_normal (&rng) * (kind % 2 == 0 ? 0.5 : 0.03) + 0.5);
      self->y[i] = (float) (ay_rng_normal (&rng) * (kind % 2 == 0 ? 0.5 : 0.03) + 0.5);
      if (kind == 1)
        self->x[i] = (float) ay_rng_below (&rng, 9) / 8.0f; /* borders of power-of-two pictures */
      if (kind == 3)
        self->y[i] = (float) ay_rng_below (&rng, 9) / 8.0f;
      if (kind == 5)
        self->x[i] = NAN;
      if (kind == 7)
        self->y[i] = -INFINITY;
      if (kind == 9)
        self->x[i] = 3e38f;
      self->color[i] = (guint16) ay_rng_below (&rng, G_N_ELEMENTS (palette) + 1);
      if (ay_rng_below (&rng, 4) != 0)
        ay_bitset_add (self->visible, i);
      if (ay_rng_below (&rng, 3) == 0)
        ay_bitset_add (self->selected, i);
    }
  self->points = (AyFigurePoints) { .n = n, .x = self->x, .y = self->y, .color = self->color,
                                    .palette = palette, .n_palette = G_N_ELEMENTS (palette),
                                    .shape = shape };
  return self;
}

static inline void
cloud_free (Cloud *self)
{
  g_free (self->x);
  g_free (self->y);
  g_free (self->color);
  ay_bitset_free (self->visible);
  ay_bitset_free (self->selected);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Cloud, cloud_free)
