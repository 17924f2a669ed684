/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/axes.h"

G_BEGIN_DECLS

/* One horizontal bar a name, e.g. rows a class; optionally a second value (before and after). NaN
 * is said as "no value". Names that do not fit are summed up in a last line. Borrowed. */
typedef struct
{
  guint n;
  const char *const *names;
  const double *values;     /* may be negative: bars start at 0 */
  const double *before;     /* (nullable) a second value, drawn as an outline */
  const char *value_name, *before_name; /* (nullable) legend of the two */
  const char *label;        /* (nullable) the axis, with its unit */
  gboolean integral;        /* values are counts */
  gboolean diverging;       /* negative orange, positive blue */
  gboolean sorted;          /* by value, largest first; else in the order given */
  const guint8 *uncertain;  /* (nullable) 1: cannot be told from zero; hatched, and said */
} AyFigureBars;

void ay_figure_bars_draw (AyFigureCanvas *canvas, const AyFigureBars *self,
                          const AyFigureBox *box);
/* One sentence. (transfer full) */
char *ay_figure_bars_summary (const AyFigureBars *self, const AyFigureTheme *theme);

G_END_DECLS
