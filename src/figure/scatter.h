/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/bitset.h"
#include "figure/axes.h"
#include "figure/palette.h"

G_BEGIN_DECLS

/* What a row is called. (transfer full) */
typedef char *AyFigureRowName (gconstpointer data, gsize row);

/* A cloud of n points, coloured by class (codes), by number (values), or plain. Borrowed. */
typedef struct
{
  gsize n;
  const float *x, *y;          /* NaN: not placed */
  AyFigureAxis x_axis, y_axis;
  gboolean map;                /* a projection: equal scales, hidden axes; where the axes have a
                                  range, at least that is seen */

  const guint32 *codes;        /* (nullable) class of each; >= n_names: missing */
  const char *const *names;    /* n_names class names */
  guint n_names;

  const double *values;        /* (nullable) number of each; NaN: missing */
  AyFigureScaleKind scale;
  double low, high;            /* range of the colours; low == high: fitted */
  const AyBitset *uncertain;   /* (nullable) values that cannot be told from zero: hollow marks */

  const char *color_label;     /* (nullable) title of the legend: what the colour tells */
  const AyBitset *visible;     /* (nullable) */
  const AyBitset *selected;    /* (nullable) */
  const double *groups;        /* (nullable) lines join the rows of a number; NaN: in no group */
  gboolean density;            /* colour by the number of points instead */
  double radius;               /* logical px; 0: by n */
  AyFigureRowName *row_name;   /* (nullable) for the table; NULL: by number, from 0 */
  gconstpointer row_data;
} AyFigureScatter;

/* Axes, points and legend into box. */
void ay_figure_scatter_draw (AyFigureCanvas *canvas, const AyFigureScatter *self,
                             const AyFigureBox *box);
/* One sentence. (transfer full) */
char *ay_figure_scatter_summary (const AyFigureScatter *self, const AyFigureTheme *theme);

G_END_DECLS
