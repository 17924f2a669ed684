/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/canvas.h"

G_BEGIN_DECLS

/* One axis. low == high (also 0, 0) asks the drawing to fit it to the data. */
typedef struct
{
  double low, high;
  const char *label;  /* (nullable) what it shows, with the unit */
  gboolean integral;  /* only whole numbers are ticks */
  gboolean hidden;    /* positions mean nothing by themselves: no ticks, no numbers */
  gboolean log_counts; /* counts by log (1 + v); low is 0 */
} AyFigureAxis;

#define AY_FIGURE_MAX_TICKS 16

typedef struct
{
  guint n;
  double value[AY_FIGURE_MAX_TICKS];
  char label[AY_FIGURE_MAX_TICKS][24];
} AyFigureTicks;

/* A number as a label for people: k M G T for large ones, a true minus sign, enough decimals to
 * tell neighbours `step` apart; step 0: three significant digits. */
void ay_figure_number (double value, double step, char out[24]);
/* Puts the decimal mark of the theme (nullable: a point) into such a number. */
void ay_figure_number_local (const AyFigureTheme *theme, char number[24]);
/* Three significant digits, with the theme's decimal mark: what is said. */
void ay_figure_number_said (const AyFigureTheme *theme, double value, char out[24]);
/* 1234567 -> "1 234 567" with narrow spaces. (transfer full) */
char *ay_figure_count (guint64 count);

/* Where a value lies between the axis's ends, 0..1 (outside: beyond). */
double ay_figure_axis_place (const AyFigureAxis *axis, double value);
void ay_figure_ticks (const AyFigureAxis *axis, guint max_ticks, AyFigureTicks *ticks);
/* The same with the decimal mark of the theme: what is drawn. */
void ay_figure_ticks_for (const AyFigureCanvas *canvas, const AyFigureAxis *axis, guint max_ticks,
                          AyFigureTicks *ticks);
/* Widens an empty or unusable range so that it can be drawn; rounds nothing. */
void ay_figure_axis_repair (AyFigureAxis *axis);

/* The rectangle left for data inside box once tick labels and axis labels have their room. */
AyFigureBox ay_figure_axes_layout (AyFigureCanvas *canvas, const AyFigureBox *box,
                                   const AyFigureAxis *x, const AyFigureAxis *y);
/* Grid, ticks, numbers and labels around a data rectangle made by the layout. */
void ay_figure_axes_draw (AyFigureCanvas *canvas, const AyFigureBox *plot, const AyFigureAxis *x,
                          const AyFigureAxis *y);

G_END_DECLS
