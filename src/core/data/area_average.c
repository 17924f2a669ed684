/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/area_average.h"

#include <math.h>
#include <string.h>

/* Separable: each input row is averaged across into a short row, which is then added to the output
 * rows that it overlaps. Cost: one pass over the input; memory: one input row, one output row. */

/* Share of input pixel k that lies in output pixel i, in input pixels; scale = input / output. */
static inline float
overlap (gsize k, gsize i, double scale)
{
  double from = fmax ((double) k, (double) i * scale);
  double to = fmin ((double) k + 1.0, (double) (i + 1) * scale);

  return to > from ? (float) (to - from) : 0.0f;
}

static void
average_across (const AyPicture *self, const float *row, guint out_width, float *out)
{
  double scale = (double) self->width / out_width;
  guint channels = self->channels;

  memset (out, 0, (gsize) out_width * channels * sizeof (float));
  for (gsize i = 0; i < out_width; i++)
    {
      gsize first = (gsize) ((double) i * scale);
      gsize last = MIN ((gsize) ceil ((double) (i + 1) * scale), self->width);

      for (gsize k = first; k < last; k++)
        for (guint c = 0; c < channels; c++)
          out[i * channels + c] += overlap (k, i, scale) * row[k * channels + c];
      for (guint c = 0; c < channels; c++)
        out[i * channels + c] /= (float) scale;
    }
}

void
ay_area_average (const AyPicture *self, guint out_width, guint out_height, float *out)
{
  double scale = (double) self->height / out_height;
  gsize length = (gsize) out_width * self->channels;
  g_autofree float *row = g_new (float, (gsize) self->width * self->channels);
  g_autofree float *line = g_new (float, length);

  memset (out, 0, out_height * length * sizeof (float));
  for (gsize y = 0; y < self->height; y++)
    {
      gsize first = (gsize) ((double) y / scale);
      gsize last = MIN ((gsize) ceil ((double) (y + 1) / scale), out_height);

      self->row (y, row, self->data);
      average_across (self, row, out_width, line);
      /* one earlier: rounding may have put the first overlap behind its row */
      for (gsize i = first > 0 ? first - 1 : 0; i < last; i++)
        {
          float share = overlap (y, i, scale) / (float) scale;

          for (gsize k = 0; share > 0.0f && k < length; k++)
            out[i * length + k] += share * line[k];
        }
    }
}
