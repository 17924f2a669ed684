/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/palette.h"

#include "core/base/parallel.h"

#include <math.h>

/* Found by a search from the colours of Okabe and Ito (2008) that raises the smallest distance in
 * CIE Lab between any two of the eight and the grey, under normal vision and under full
 * deuteranopia, protanopia and tritanopia (Machado, Oliveira and Fernandes 2009), none with less
 * than 3 : 1 to the background (WCAG 2.1, 1.4.11). */
static const AyFigureColor hues[2][AY_FIGURE_N_HUES] = {
  { 0xff104eaf, 0xffbe8505, 0xff097c44, 0xffbc0a05,
    0xffa04a96, 0xff069ad4, 0xff54250e, 0xff392f43 },
  { 0xff499ffa, 0xfff28b2c, 0xff54fac3, 0xffe63d3c,
    0xffb26bb1, 0xffaaf4fa, 0xffe7f855, 0xffd9bb7b },
};

/* Stops of viridis (S. van der Walt and N. Smith, CC0), dark to light. */
static const AyFigureColor viridis[] = {
  0xff440154, 0xff482878, 0xff3e4a89, 0xff31688e, 0xff26828e,
  0xff1f9e89, 0xff35b779, 0xff6dcd59, 0xffb4de2c, 0xfffde725,
};
/* The part of it that shows on a light background (from the end down) and on a dark one. */
static const double viridis_part[2][2] = { { 0.58, 0.0 }, { 0.38, 1.0 } };

/* Orange, grey, blue. */
static const AyFigureColor diverging[2][5] = {
  { 0xff8f3b00, 0xffd9730f, 0xff929098, 0xff3f8fd6, 0xff0b3f86 },
  { 0xffffc078, 0xffe8812a, 0xff6f6d74, 0xff4a93e0, 0xffa9d3ff },
};

#define LEAST_CONTRAST 3.0 /* of a mark */

/* Towards black or white until it stands out enough. */
static AyFigureColor
strengthen (const AyFigureTheme *theme, AyFigureColor color)
{
  AyFigureColor strong = color;

  for (double share = 0.05;
       share < 1.0 && ay_figure_contrast (strong, theme->background) < LEAST_CONTRAST;
       share += 0.05)
    strong = ay_figure_mix (color, theme->foreground, share);
  return strong;
}

AyFigureColor
ay_figure_hue (const AyFigureTheme *theme, guint k)
{
  return k < AY_FIGURE_N_HUES ? hues[theme->dark ? 1 : 0][k] : theme->other;
}

guint
ay_figure_max_classes (gboolean shapes)
{
  return shapes ? 2 * AY_FIGURE_N_HUES : AY_FIGURE_N_HUES;
}

AyFigureColor
ay_figure_class_color (const AyFigureTheme *theme, guint k, gboolean shapes)
{
  if (k >= ay_figure_max_classes (shapes))
    return theme->other;
  return ay_figure_hue (theme, k % AY_FIGURE_N_HUES);
}

AyFigureShape
ay_figure_class_shape (guint k)
{
  if (k >= 2 * AY_FIGURE_N_HUES)
    return AY_FIGURE_DISC;
  return (AyFigureShape) ((k < AY_FIGURE_N_HUES ? k : k + AY_FIGURE_N_SHAPES / 2)
                          % AY_FIGURE_N_SHAPES);
}

static AyFigureColor
between_stops (const AyFigureColor *stops, guint n, double at)
{
  double place = CLAMP (at, 0.0, 1.0) * (n - 1);
  guint below = MIN ((guint) place, n - 2);

  return ay_figure_mix (stops[below], stops[below + 1], place - below);
}

void
ay_figure_scale_init (AyFigureScale *self, AyFigureScaleKind kind, double low, double high,
                      const AyFigureTheme *theme)
{
  guint variant = theme->dark ? 1 : 0;
  const double *part = viridis_part[variant];

  if (!isfinite (low) || !isfinite (high) || low > high)
    low = 0.0, high = 1.0;
  if (kind == AY_FIGURE_DIVERGING)
    {
      high = MAX (fabs (low), fabs (high));
      low = -high;
    }
  if (!(high - low > 0.0) || !isfinite (high - low))
    {
      double reach = high - low > 0.0 ? G_MAXDOUBLE / 4.0 : MAX (fabs (high) * 1e-3, 1e-12);
      double middle = kind == AY_FIGURE_DIVERGING ? 0.0 : high / 2.0 + low / 2.0;

      low = middle - reach;
      high = middle + reach;
    }
  self->kind = kind;
  self->low = low;
  self->high = high;
  for (guint i = 0; i < AY_FIGURE_SCALE_STEPS; i++)
    {
      double at = (double) i / (AY_FIGURE_SCALE_STEPS - 1);

      self->colors[i] = kind == AY_FIGURE_DIVERGING
                            ? between_stops (diverging[variant], 5, at)
                            : between_stops (viridis, G_N_ELEMENTS (viridis),
                                             part[0] + at * (part[1] - part[0]));
    }
  self->colors[AY_FIGURE_SCALE_STEPS] = theme->missing;
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The 1 % and 99 % quantiles only choose colours: for many rows those of an evenly spread sample
 * do, and cost no sort of a million numbers. */
#define RANGE_SAMPLE 50000

gboolean
ay_figure_scale_range (const double *values, gsize n, double *low, double *high)
{
  gsize stride = n / RANGE_SAMPLE + 1, count = 0;
  g_autofree double *sample = g_new (double, n / stride + 1);

  for (gsize i = 0; i < n; i += stride)
    if (isfinite (values[i]))
      sample[count++] = values[i];
  for (gsize i = 0; count == 0 && i < n; i++)
    if (isfinite (values[i]))
      sample[count++] = values[i];
  *low = 0.0;
  *high = 1.0;
  if (count == 0)
    return FALSE;
  qsort (sample, count, sizeof (double), compare_doubles);
  *low = sample[(gsize) (0.01 * (double) (count - 1))];
  *high = sample[(gsize) ceil (0.99 * (double) (count - 1))];
  if (*low == *high) /* nearly all are equal: show what there is */
    {
      *low = sample[0];
      *high = sample[count - 1];
    }
  return TRUE;
}

guint
ay_figure_scale_index (const AyFigureScale *self, double value)
{
  double at;

  if (isnan (value))
    return AY_FIGURE_SCALE_STEPS;
  at = (value - self->low) * ((AY_FIGURE_SCALE_STEPS - 1) / (self->high - self->low)) + 0.5;
  if (!(at >= 0.0))
    return 0;
  return at >= AY_FIGURE_SCALE_STEPS - 1 ? AY_FIGURE_SCALE_STEPS - 1 : (guint) at;
}

AyFigureColor
ay_figure_scale_color (const AyFigureScale *self, double value)
{
  return self->colors[ay_figure_scale_index (self, value)];
}

typedef struct
{
  const AyFigureScale *scale;
  const double *values;
  gsize n;
  guint16 *out;
} Indices;

#define INDEX_BLOCK 65536

static void
index_block (gsize block, guint worker, gpointer data)
{
  Indices *self = data;
  gsize end = MIN (self->n, (block + 1) * INDEX_BLOCK);

  for (gsize i = block * INDEX_BLOCK; i < end; i++)
    self->out[i] = (guint16) ay_figure_scale_index (self->scale, self->values[i]);
}

void
ay_figure_scale_indices (const AyFigureScale *self, const double *values, gsize n, guint16 *out)
{
  Indices indices = { self, values, n, out };

  ay_parallel_for (ay_n_blocks (n, INDEX_BLOCK), index_block, &indices, NULL, NULL);
}

#define HOLLOW_FAINT 0.45 /* towards the background */

void
ay_figure_scale_hollow (const AyFigureScale *self, const AyFigureTheme *theme,
                        AyFigureColor colors[AY_FIGURE_HOLLOW_STEPS],
                        guint8 shapes[AY_FIGURE_HOLLOW_STEPS])
{
  for (guint k = 0; k < AY_FIGURE_SCALE_STEPS; k++)
    {
      colors[k] = self->colors[k];
      colors[AY_FIGURE_SCALE_STEPS + k] = strengthen (
          theme, ay_figure_mix (self->colors[k], theme->background, HOLLOW_FAINT));
      shapes[k] = AY_FIGURE_DISC;
      shapes[AY_FIGURE_SCALE_STEPS + k] = AY_FIGURE_RING;
    }
  colors[AY_FIGURE_HOLLOW_STEPS - 1] = self->colors[AY_FIGURE_SCALE_STEPS];
  shapes[AY_FIGURE_HOLLOW_STEPS - 1] = AY_FIGURE_MISSING_SHAPE;
}

void
ay_figure_scale_hollow_indices (const AyFigureScale *self, const double *values, gsize n,
                                const AyBitset *uncertain, guint16 *out)
{
  ay_figure_scale_indices (self, values, n, out);
  for (gsize i = 0; i < n; i++)
    if (out[i] == AY_FIGURE_SCALE_STEPS)
      out[i] = AY_FIGURE_HOLLOW_STEPS - 1;
    else if (ay_bitset_get (uncertain, i))
      out[i] = (guint16) (out[i] + AY_FIGURE_SCALE_STEPS);
}
