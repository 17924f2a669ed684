/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/project/layout.h"

#include "core/base/rng.h"

#include <math.h>

#define NOISE 1e-5

void
ay_layout_free (AyLayout *self)
{
  if (self == NULL)
    return;
  g_free (self->xy);
  g_free (self);
}

gboolean
ay_layout_round (AyLayoutLoop *self, const float *xy, gsize n, guint rounds, guint planned)
{
  gint64 now = g_get_monotonic_time ();
  const AyLayoutWatch *watch = self->watch;
  gboolean stop = watch != NULL && watch->stop != NULL && g_atomic_int_get (watch->stop) != 0;

  ay_job_set_fraction (self->job, (double) rounds / (double) MAX (planned, 1));
  if (watch != NULL && watch->show != NULL
      && (stop || rounds == planned || now - self->shown >= (gint64) (AY_LAYOUT_SHOW * 1e6)))
    {
      watch->show (watch->data, xy, n, rounds, planned);
      self->shown = g_get_monotonic_time ();
    }
  return !stop;
}

/* Mean and range of both coordinates, deviation of the first. */
typedef struct
{
  double mean[2], range[2], deviation;
} Spread;

static Spread
measure (const AyLayoutStart *self, gsize n)
{
  guint axes = self->stride > 1 ? 2 : 1;
  Spread spread = { 0 };

  for (guint c = 0; c < axes; c++)
    {
      double sum = 0.0, squares = 0.0, low = INFINITY, high = -INFINITY;

      for (gsize i = 0; i < n; i++)
        {
          double v = self->start[i * self->stride + c];

          sum += v;
          low = MIN (low, v);
          high = MAX (high, v);
        }
      spread.mean[c] = sum / (double) MAX (n, 1);
      spread.range[c] = high - low;
      for (gsize i = 0; i < n; i++)
        {
          double v = self->start[i * self->stride + c] - spread.mean[c];

          squares += v * v;
        }
      if (c == 0)
        spread.deviation = sqrt (squares / (double) MAX (n, 1));
    }
  return spread;
}

void
ay_layout_start (const AyLayoutStart *self, gsize n, float *xy)
{
  Spread spread = self->start != NULL ? measure (self, n) : (Spread) { 0 };
  double range = MAX (spread.range[0], spread.range[1]), scale, noise;
  AyRng rng;

  ay_rng_init (&rng, self->seed, 0x1a);
  if (!(range > 0.0) || !isfinite (range) || (self->deviation > 0.0 && !(spread.deviation > 0.0)))
    {
      double width = self->deviation > 0.0 ? self->deviation * sqrt (12.0) : self->span;

      for (gsize i = 0; i < 2 * n; i++)
        xy[i] = (float) (width * (ay_rng_uniform (&rng) - 0.5));
      return;
    }
  scale = self->deviation > 0.0 ? self->deviation / spread.deviation : self->span / range;
  noise = NOISE * range * scale;
  for (gsize i = 0; i < n; i++)
    for (guint c = 0; c < 2; c++)
      {
        double v = self->stride > c ? self->start[i * self->stride + c] - spread.mean[c] : 0.0;

        xy[2 * i + c] = (float) (v * scale + noise * (ay_rng_uniform (&rng) - 0.5));
      }
}
