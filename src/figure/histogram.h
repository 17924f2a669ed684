/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/bitset.h"
#include "figure/axes.h"

G_BEGIN_DECLS

/* Values counted in bins of equal width: compute once, draw often. */
typedef struct
{
  guint n_bins;
  double low, high;       /* bin b covers low + b w <= v < low + (b + 1) w, the last also its end */
  guint64 *count;         /* n_bins */
  guint64 *count_selected; /* (nullable) n_bins: those of the selected rows */
  guint64 *count_uncertain; /* (nullable) n_bins: those that cannot be told from zero */
  guint64 below, above;   /* finite values outside the range */
  guint64 missing;        /* NaN */
  guint64 infinite;       /* +-inf */
  guint64 total;          /* rows looked at */
  guint64 selected;       /* of them selected */
  guint64 uncertain;      /* of them not to be told from zero */
  double minimum, maximum, median; /* of the finite values, NaN when there is none; the median of
                                      at most 50000 of them */
} AyFigureBins;

typedef struct
{
  guint n_bins;            /* 0: by the data, 10..100 (Freedman and Diaconis 1981) */
  double low, high;        /* low == high: fitted, leaving out far outliers (they are counted) */
  const AyBitset *visible; /* (nullable) only these rows */
  const AyBitset *selected; /* (nullable) */
  const AyBitset *uncertain; /* (nullable) rows that cannot be told from zero: hatched */
} AyFigureBinsOptions;
#define AY_FIGURE_BINS_OPTIONS_INIT { 0, 0.0, 0.0, NULL, NULL, NULL }

/* Counts on all cores; the same for any number of threads. */
AyFigureBins *ay_figure_bins_new (const double *values, gsize n,
                                  const AyFigureBinsOptions *options);
void ay_figure_bins_free (AyFigureBins *self);

typedef struct
{
  const AyFigureBins *bins;
  const char *label;      /* what is counted, with its unit */
  const char *count_label; /* (nullable) default "rows" */
  gboolean diverging;     /* bars below 0 orange, above 0 blue */
  gboolean log_counts;    /* bar height by log (1 + count) */
} AyFigureHistogram;

void ay_figure_histogram_draw (AyFigureCanvas *canvas, const AyFigureHistogram *self,
                               const AyFigureBox *box);
/* One sentence. (transfer full) */
char *ay_figure_histogram_summary (const AyFigureHistogram *self, const AyFigureTheme *theme);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyFigureBins, ay_figure_bins_free)

G_END_DECLS
