/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/rng.h"

#include <math.h>

/* Rows of a made set of any size: five Gaussian components a class, each of a covariance of rank 16
 * and noise of .3; one label in twenty is drawn anew. */
typedef struct
{
  gsize d;
  guint n_classes;
  float *middle; /* parts x d */
  float *factor; /* parts x MIXTURE_RANK x d */
  AyRng rng;
} Mixture;

#define MIXTURE_RANK 16
#define MIXTURE_PARTS 5 /* a class */

static inline void
mixture_init (Mixture *self, gsize d, guint n_classes, guint64 seed)
{
  gsize parts = MIXTURE_PARTS * n_classes;

  *self = (Mixture) { .d = d, .n_classes = n_classes, .middle = g_new (float, parts * d),
                      .factor = g_new (float, parts * MIXTURE_RANK * d) };
  ay_rng_init (&self->rng, seed, 0);
  for (gsize j = 0; j < parts * d; j++)
    self->middle[j] = (float) (ay_rng_normal (&self->rng) * 8.0 / sqrt (d));
  for (gsize j = 0; j < parts * MIXTURE_RANK * d; j++)
    self->factor[j] = (float) (ay_rng_normal (&self->rng) / sqrt (MIXTURE_RANK));
}

static inline void
mixture_clear (Mixture *self)
{
  g_free (self->middle);
  g_free (self->factor);
}

/* The next row, d values; gives its label. */
static inline gint32
mixture_row (Mixture *self, float *x)
{
  gsize part = ay_rng_below (&self->rng, MIXTURE_PARTS * self->n_classes);
  const float *factor = self->factor + part * MIXTURE_RANK * self->d;

  for (gsize j = 0; j < self->d; j++)
    x[j] = self->middle[part * self->d + j] +
           0.3f * (float) (ay_rng_uniform (&self->rng) * 3.46 - 1.73);
  for (gsize k = 0; k < MIXTURE_RANK; k++)
    {
      float z = (float) ay_rng_normal (&self->rng);

      for (gsize j = 0; j < self->d; j++)
        x[j] += z * factor[k * self->d + j];
    }
  return ay_rng_uniform (&self->rng) < 0.05
             ? (gint32) ay_rng_below (&self->rng, self->n_classes)
             : (gint32) (part % self->n_classes);
}
