/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counting values into bins: the histogram without its drawing.
 *
 * Order statistics come from an evenly spread sample of at most 50000 values, extremes from all of
 * them. The range leaves out what lies farther from the median than six times the distance of the
 * 10 % and 90 % quantiles (15 standard deviations of a normal distribution): what is left out is
 * counted and said. Two passes over the values, in parallel over chunks, whose counts are whole
 * numbers: the same for any number of threads. */
#include "figure/histogram.h"

#include "core/base/parallel.h"

#include <math.h>
#include <stdlib.h>

#define CHUNK 65536
#define MAX_BINS 4096
#define SAMPLE 50000
#define FAR 6.0 /* times the distance of the 10 % and 90 % quantiles */

/* What one pass over the values counts. */
typedef struct
{
  const double *values;
  gsize n;
  const AyBitset *visible, *selected, *uncertain;
  double low, high;
  guint n_bins;
  guint64 *counts;   /* per chunk: n_bins + 7, n_bins of the selected, n_bins uncertain */
  gsize pitch;
  double *extremes;  /* per chunk: minimum, maximum */
} Pass;

enum { BELOW, ABOVE, MISSING, INFINITE, TOTAL, SELECTED, UNCERTAIN, N_EXTRA };

/* Halves first, so that a range of all doubles does not overflow. */
static inline guint
bin_of (double value, double low, double high, guint n_bins)
{
  double at = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) * n_bins;

  return at >= n_bins ? n_bins - 1 : (guint) MAX (at, 0.0);
}

static void
count_chunk (gsize chunk, guint worker, gpointer data)
{
  Pass *self = data;
  guint64 *counts = self->counts + chunk * self->pitch, *extra = counts + self->n_bins;
  guint64 *selected = extra + N_EXTRA, *uncertain = selected + self->n_bins;
  gsize end = MIN (self->n, (chunk + 1) * CHUNK);
  double minimum = INFINITY, maximum = -INFINITY;

  for (gsize i = chunk * CHUNK; i < end; i++)
    {
      double v = self->values[i];
      gboolean chosen = self->selected != NULL && ay_bitset_get (self->selected, i);
      gboolean vague = self->uncertain != NULL && ay_bitset_get (self->uncertain, i);

      if (self->visible != NULL && !ay_bitset_get (self->visible, i))
        continue;
      extra[TOTAL]++;
      extra[SELECTED] += (guint64) chosen;
      extra[UNCERTAIN] += (guint64) vague;
      extra[MISSING] += (guint64) !!isnan (v);
      extra[INFINITE] += (guint64) !!isinf (v);
      if (!isfinite (v))
        continue;
      minimum = MIN (minimum, v);
      maximum = MAX (maximum, v);
      if (v < self->low)
        extra[BELOW]++;
      else if (v > self->high)
        extra[ABOVE]++;
      else
        {
          guint bin = bin_of (v, self->low, self->high, self->n_bins);

          counts[bin]++;
          selected[bin] += (guint64) chosen;
          uncertain[bin] += (guint64) vague;
        }
    }
  self->extremes[2 * chunk] = minimum;
  self->extremes[2 * chunk + 1] = maximum;
}

/* Runs a pass and sums it into the first chunk's counts (transfer full). */
static guint64 *
run_pass (Pass *self, double *minimum, double *maximum)
{
  gsize n_chunks = MAX (ay_n_blocks (self->n, CHUNK), 1);
  g_autofree double *extremes = g_new (double, 2 * n_chunks);

  self->pitch = 3 * (gsize) self->n_bins + N_EXTRA;
  self->counts = g_new0 (guint64, n_chunks * self->pitch);
  self->extremes = extremes;
  extremes[0] = INFINITY;
  extremes[1] = -INFINITY;
  ay_parallel_for (ay_n_blocks (self->n, CHUNK), count_chunk, self, NULL, NULL);
  *minimum = extremes[0];
  *maximum = extremes[1];
  for (gsize chunk = 1; chunk < n_chunks; chunk++)
    {
      for (gsize k = 0; k < self->pitch; k++)
        self->counts[k] += self->counts[chunk * self->pitch + k];
      *minimum = MIN (*minimum, extremes[2 * chunk]);
      *maximum = MAX (*maximum, extremes[2 * chunk + 1]);
    }
  return self->counts;
}

typedef struct
{
  double minimum, maximum; /* of all finite values */
  double low, high;        /* range to show */
  double median, quartiles; /* of the sample; the distance of its quartiles */
  gboolean integral;       /* only whole numbers in the sample */
  guint64 finite;
} Range;

/* The finite, visible ones of every stride-th value. */
static double *
take_sample (const Pass *pass, gsize *count)
{
  gsize stride = pass->n / SAMPLE + 1;
  double *sample = g_new (double, pass->n / stride + 2);

  *count = 0;
  for (gsize i = 0; i < pass->n; i += stride)
    if (isfinite (pass->values[i]) && (pass->visible == NULL || ay_bitset_get (pass->visible, i)))
      sample[(*count)++] = pass->values[i];
  return sample;
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* As ay_quantile(), of sorted values: one sort serves five questions. */
static double
sorted_quantile (const double *sorted, gsize count, double q)
{
  double at = q * (double) (count - 1);
  gsize below = (gsize) MAX (at, 0.0);

  if (count == 0)
    return NAN;
  if (below + 1 >= count)
    return sorted[count - 1];
  return sorted[below] * (1.0 - (at - (double) below)) + sorted[below + 1] * (at - (double) below);
}

static void
find_range (Pass *pass, Range *range)
{
  g_autofree guint64 *counts = NULL;
  g_autofree double *sample = NULL;
  double spread, middle;
  gsize count;

  pass->n_bins = 1;
  pass->low = -G_MAXDOUBLE;
  pass->high = G_MAXDOUBLE;
  counts = run_pass (pass, &range->minimum, &range->maximum);
  range->finite = counts[0];
  if (range->finite == 0)
    {
      *range = (Range) { NAN, NAN, 0.0, 1.0, NAN, 0.0, FALSE, 0 };
      return;
    }
  sample = take_sample (pass, &count);
  qsort (sample, count, sizeof (double), compare_doubles);
  range->median = sorted_quantile (sample, count, 0.5);
  if (isnan (range->median)) /* the sample met none of a few visible values */
    range->median = range->minimum / 2.0 + range->maximum / 2.0;
  range->quartiles = sorted_quantile (sample, count, 0.75) - sorted_quantile (sample, count, 0.25);
  spread = sorted_quantile (sample, count, 0.9) - sorted_quantile (sample, count, 0.1);
  middle = range->median;
  range->integral = TRUE;
  for (gsize i = 0; i < count && range->integral; i++)
    range->integral = sample[i] == floor (sample[i]);
  range->low = range->minimum;
  range->high = range->maximum;
  if (spread > 0.0 && isfinite (FAR * spread))
    {
      range->low = MAX (range->minimum, middle - FAR * spread);
      range->high = MIN (range->maximum, middle + FAR * spread);
    }
  range->low = MAX (range->low, -G_MAXDOUBLE / 2.0); /* so that the width is a number */
  range->high = MIN (range->high, G_MAXDOUBLE / 2.0);
}

/* Freedman and Diaconis: width 2 IQR / n^(1/3). Whole numbers get bins around them, all equally
 * many; else 0 is a border, so that no bin mixes signs. */
static void
choose_bins (const Range *range, AyFigureBins *self)
{
  double width = 2.0 * range->quartiles / cbrt ((double) MAX (range->finite, 1));
  double span = self->high - self->low, n;

  if (range->integral && span < 1e9)
    {
      width = MAX (ceil ((span + 1.0) / 100.0), 1.0);
      n = ceil ((ceil (self->high) - floor (self->low) + 1.0) / width);
      self->low = floor (self->low) - 0.5;
    }
  else
    {
      n = width > 0.0 ? CLAMP (span / width, 10.0, 100.0) : 20.0;
      n = floor (n);
      width = span / n;
      if (self->low < 0.0 && self->high > 0.0 && span < G_MAXDOUBLE / 4.0)
        {
          double below = ceil (-self->low / width - 1e-9), above = ceil (self->high / width - 1e-9);

          self->low = -below * width;
          n = below + above;
        }
    }
  self->n_bins = (guint) n;
  if (span < G_MAXDOUBLE / 4.0)
    self->high = self->low + n * width;
}

static void
take_counts (AyFigureBins *self, const Pass *pass, guint64 *counts)
{
  const guint64 *extra = counts + pass->n_bins;

  self->below = extra[BELOW];
  self->above = extra[ABOVE];
  self->missing = extra[MISSING];
  self->infinite = extra[INFINITE];
  self->total = extra[TOTAL];
  self->selected = extra[SELECTED];
  self->count = g_memdup2 (counts, pass->n_bins * sizeof *counts);
  if (pass->selected != NULL)
    self->count_selected = g_memdup2 (extra + N_EXTRA, pass->n_bins * sizeof *counts);
  self->uncertain = extra[UNCERTAIN];
  if (pass->uncertain != NULL)
    self->count_uncertain
        = g_memdup2 (extra + N_EXTRA + pass->n_bins, pass->n_bins * sizeof *counts);
}

AyFigureBins *
ay_figure_bins_new (const double *values, gsize n, const AyFigureBinsOptions *options)
{
  static const AyFigureBinsOptions defaults = AY_FIGURE_BINS_OPTIONS_INIT;
  AyFigureBins *self = g_new0 (AyFigureBins, 1);
  Pass pass = { .values = values, .n = n };
  g_autofree guint64 *counts = NULL;
  double minimum, maximum;
  Range range;

  if (options == NULL)
    options = &defaults;
  pass.visible = options->visible;
  pass.selected = options->selected;
  pass.uncertain = options->uncertain;
  find_range (&pass, &range);
  self->low = options->low < options->high ? options->low : range.low;
  self->high = options->low < options->high ? options->high : range.high;
  if (!(self->low < self->high)) /* one value: a bin around it */
    {
      double reach = self->low != 0.0 ? fabs (self->low) * 0.05 : 0.5;

      reach = reach > 0.0 ? reach : 1e-300;
      self->low -= reach;
      self->high += reach;
    }
  if (options->n_bins == 0 && !(options->low < options->high) && range.low < range.high)
    choose_bins (&range, self);
  else
    self->n_bins = options->n_bins > 0 ? MIN (options->n_bins, MAX_BINS) : 20;
  self->minimum = range.minimum;
  self->maximum = range.maximum;
  self->median = range.median;
  pass.n_bins = self->n_bins;
  pass.low = self->low;
  pass.high = self->high;
  counts = run_pass (&pass, &minimum, &maximum);
  take_counts (self, &pass, counts);
  return self;
}

void
ay_figure_bins_free (AyFigureBins *self)
{
  if (self == NULL)
    return;
  g_free (self->count);
  g_free (self->count_selected);
  g_free (self->count_uncertain);
  g_free (self);
}
