/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/axes.h"

#include "core/base/stats.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MINUS "\342\210\222"
#define NARROW_SPACE "\342\200\257"
#define GAP 6.0        /* between plot, numbers and label */
#define X_TICK_ROOM 76 /* px a tick on the horizontal axis */
#define Y_TICK_ROOM 44

/* ---- numbers ---- */

/* Digits of g_ascii_formatd, with the minus sign that is as wide as a plus. */
static void
put (char out[24], double value, int decimals, const char *suffix)
{
  char format[16], digits[G_ASCII_DTOSTR_BUF_SIZE + 320];
  const char *from;

  g_snprintf (format, sizeof format, "%%.%df", CLAMP (decimals, 0, 12));
  g_ascii_formatd (digits, sizeof digits, format, value);
  from = digits[0] == '-' ? digits + 1 : digits;
  if (strspn (from, "0.") == strlen (from)) /* no minus zero, and no row of zeros */
    {
      value = 0.0;
      from = strlen (from) > 8 ? "0" : from;
    }
  g_snprintf (out, 24, "%s%s%s", value < 0.0 ? MINUS : "", from, suffix);
}

static int
exponent_of (double value)
{
  return (int) floor (log10 (fabs (value)) + 1e-9);
}

static void
put_scientific (char out[24], double value, double step)
{
  int exponent = exponent_of (value), decimals = 2;
  double mantissa;
  char suffix[16];

  if (step > 0.0)
    decimals = CLAMP (exponent - exponent_of (step), 0, 4);
  mantissa = value / pow (10.0, exponent);
  if (!isfinite (mantissa) || mantissa == 0.0) /* 10^exponent is below the smallest double */
    mantissa = value * pow (10.0, -exponent / 2) * pow (10.0, -exponent + exponent / 2);
  if (step <= 0.0)
    while (decimals > 0 && fabs (mantissa * pow (10, decimals - 1)
                                 - round (mantissa * pow (10, decimals - 1))) < 0.05)
      decimals--;
  g_snprintf (suffix, sizeof suffix, "e%s%d", exponent < 0 ? MINUS : "", ABS (exponent));
  put (out, mantissa, decimals, suffix);
}

typedef struct
{
  double unit;
  const char *suffix;
} Unit;

/* k M G T for numbers of this size. */
static const Unit *
unit_for (double size)
{
  static const Unit units[]
      = { { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" }, { 1.0, "" } };
  const Unit *unit = units;

  if (size < 1e4)
    return &units[G_N_ELEMENTS (units) - 1];
  while (size < unit->unit)
    unit++;
  return unit;
}

/* Decimals of three significant digits, without the zeros at the end. */
static int
short_decimals (double value)
{
  int decimals = value != 0.0 ? MAX (2 - exponent_of (value), 0) : 0;

  while (decimals > 0
         && fabs (value * pow (10, decimals - 1) - round (value * pow (10, decimals - 1))) < 0.05)
    decimals--;
  return decimals;
}

static void
number_in (const Unit *unit, double value, double step, char out[24])
{
  double size = fabs (value);

  if (!isfinite (value))
    g_strlcpy (out, isnan (value) ? "no value" : value > 0 ? "inf" : MINUS "inf", 24);
  else if (size >= 1e15 || (size > 0.0 && size < 1e-4 && (step <= 0.0 || step < 1e-4)))
    put_scientific (out, value, step);
  else
    put (out, value / unit->unit,
         step > 0.0 ? -exponent_of (step / unit->unit) : short_decimals (value / unit->unit),
         value != 0.0 ? unit->suffix : "");
}

void
ay_figure_number (double value, double step, char out[24])
{
  number_in (unit_for (fabs (value)), value, step, out);
}

char *
ay_figure_count (guint64 count)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, count);
  gsize n = strlen (digits);
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    {
      if (i > 0 && (n - i) % 3 == 0 && n > 4)
        g_string_append (out, NARROW_SPACE);
      g_string_append_c (out, digits[i]);
    }
  return g_string_free (out, FALSE);
}

/* ---- ticks ---- */

void
ay_figure_axis_repair (AyFigureAxis *axis)
{
  if (!isfinite (axis->low) || !isfinite (axis->high) || axis->low > axis->high)
    axis->low = axis->high = 0.0;
  if (axis->high - axis->low > 0.0 && isfinite (axis->high - axis->low)
      && axis->high - axis->low > 1e-13 * MAX (fabs (axis->low), fabs (axis->high)))
    return;
  if (!isfinite (axis->high - axis->low))
    {
      axis->low = MAX (axis->low, -G_MAXDOUBLE / 2.0);
      axis->high = MIN (axis->high, G_MAXDOUBLE / 2.0);
    }
  else
    {
      double reach = MAX (fabs (axis->low) * 0.05, axis->low == 0.0 ? 0.5 : 1e-300);

      axis->low -= reach;
      axis->high += reach;
    }
}

double
ay_figure_axis_place (const AyFigureAxis *axis, double value)
{
  if (axis->log_counts)
    return log1p (MAX (value, 0.0)) / log1p (axis->high);
  return (value - axis->low) / (axis->high - axis->low);
}

/* 0, 1, 10, 100, ... */
static void
count_ticks (const AyFigureAxis *axis, guint max_ticks, AyFigureTicks *ticks)
{
  guint decades = (guint) MAX (log10 (MAX (axis->high, 1.0)), 0.0) + 1, every;

  every = (decades + max_ticks) / max_ticks;
  ticks->n = 0;
  ticks->value[ticks->n++] = 0.0;
  for (guint k = 0; k < decades && ticks->n < AY_FIGURE_MAX_TICKS; k += every)
    ticks->value[ticks->n++] = pow (10.0, k);
  for (guint i = 0; i < ticks->n; i++)
    ay_figure_number (ticks->value[i], ticks->value[i], ticks->label[i]);
}

void
ay_figure_ticks (const AyFigureAxis *axis, guint max_ticks, AyFigureTicks *ticks)
{
  double first = 0.0, step = 1.0;
  guint n;

  max_ticks = CLAMP (max_ticks, 2, AY_FIGURE_MAX_TICKS);
  if (axis->log_counts)
    {
      count_ticks (axis, max_ticks, ticks);
      return;
    }
  n = ay_ticks (axis->low, axis->high, max_ticks, &first, &step);
  if (n > 0 && axis->integral && step < 1.0)
    {
      step = 1.0;
      first = ceil (axis->low - 1e-9 * (axis->high - axis->low));
      n = (guint) MAX (floor (axis->high + 1e-9 * (axis->high - axis->low)) - first + 1.0, 0.0);
    }
  ticks->n = MIN (n, AY_FIGURE_MAX_TICKS);
  for (guint i = 0; i < ticks->n; i++)
    {
      double value = first + i * step;

      ticks->value[i] = fabs (value) < 1e-9 * step ? 0.0 : value;
      number_in (unit_for (MAX (fabs (first), fabs (first + (n - 1) * step))), ticks->value[i],
                 step, ticks->label[i]);
    }
}

void
ay_figure_number_local (const AyFigureTheme *theme, char number[24])
{
  const char *mark = theme != NULL ? theme->decimal : NULL;
  char *point = mark != NULL ? strchr (number, '.') : NULL;
  g_autofree char *rest = point != NULL ? g_strdup (point + 1) : NULL;

  if (point != NULL)
    g_snprintf (point, (gulong) (number + 24 - point), "%s%s", mark, rest);
}

void
ay_figure_number_said (const AyFigureTheme *theme, double value, char out[24])
{
  ay_figure_number (value, 0.0, out);
  ay_figure_number_local (theme, out);
}

void
ay_figure_ticks_for (const AyFigureCanvas *canvas, const AyFigureAxis *axis, guint max_ticks,
                     AyFigureTicks *ticks)
{
  ay_figure_ticks (axis, max_ticks, ticks);
  for (guint i = 0; i < ticks->n; i++)
    ay_figure_number_local (canvas->theme, ticks->label[i]);
}

static guint
x_tick_count (double width)
{
  return (guint) CLAMP (width / X_TICK_ROOM, 2, 10);
}

static guint
y_tick_count (double height)
{
  return (guint) CLAMP (height / Y_TICK_ROOM, 2, 8);
}

/* ---- drawing ---- */

static AyFigureTextStyle
number_style (const AyFigureCanvas *canvas, AyFigureAnchor anchor)
{
  return (AyFigureTextStyle) { canvas->theme->muted, canvas->theme->font_size * 0.92, FALSE,
                               anchor, FALSE };
}

static AyFigureTextStyle
label_style (const AyFigureCanvas *canvas, gboolean vertical)
{
  return (AyFigureTextStyle) { canvas->theme->foreground, 0.0, FALSE, AY_FIGURE_MIDDLE, vertical };
}

static double
widest_label (AyFigureCanvas *canvas, const AyFigureTicks *ticks)
{
  AyFigureTextStyle style = number_style (canvas, AY_FIGURE_START);
  double widest = 0.0, width;

  for (guint i = 0; i < ticks->n; i++)
    {
      ay_figure_text_size (canvas, ticks->label[i], &style, &width, NULL);
      widest = MAX (widest, width);
    }
  return widest;
}

AyFigureBox
ay_figure_axes_layout (AyFigureCanvas *canvas, const AyFigureBox *box, const AyFigureAxis *x,
                       const AyFigureAxis *y)
{
  double line = canvas->theme->font_size * 1.4, left = 0.0, bottom = 0.0, right = 0.0;
  AyFigureTicks ticks;

  if (!x->hidden)
    bottom += line * 0.92 + GAP;
  if (x->label != NULL)
    bottom += line + 2.0;
  if (!y->hidden)
    {
      ay_figure_ticks_for (canvas, y, y_tick_count (box->height - bottom), &ticks);
      left += widest_label (canvas, &ticks) + GAP;
    }
  if (y->label != NULL)
    left += line + 2.0;
  if (!x->hidden)
    {
      ay_figure_ticks_for (canvas, x, x_tick_count (box->width - left), &ticks);
      right = MIN (widest_label (canvas, &ticks) / 2.0, box->width / 6.0);
      left = MAX (left, right);
    }
  left = MIN (left, box->width * 0.6);
  bottom = MIN (bottom, box->height * 0.6);
  return (AyFigureBox) { floor (box->x + left), floor (box->y + line / 2.0),
                         MAX (floor (box->width - left - right), 1.0),
                         MAX (floor (box->height - bottom - line / 2.0), 1.0) };
}

static void
draw_x (AyFigureCanvas *canvas, const AyFigureBox *plot, const AyFigureAxis *x)
{
  double bottom = plot->y + plot->height, line = canvas->theme->font_size * 1.4;
  AyFigureTextStyle style = number_style (canvas, AY_FIGURE_MIDDLE);
  double free_from = -INFINITY;
  AyFigureTicks ticks = { 0 };

  if (!x->hidden)
    ay_figure_ticks_for (canvas, x, x_tick_count (plot->width), &ticks);
  for (guint i = 0; i < ticks.n; i++)
    {
      double at = plot->x + plot->width * ay_figure_axis_place (x, ticks.value[i]), width;

      ay_figure_hair_line (canvas, at, bottom, at, bottom + 4.0, canvas->theme->muted);
      ay_figure_text_size (canvas, ticks.label[i], &style, &width, NULL);
      if (at - width / 2.0 < free_from) /* a number that would touch the one before */
        continue;
      ay_figure_text_show (canvas, ticks.label[i], &style, at, bottom + GAP + line * 0.46);
      free_from = at + width / 2.0 + 4.0;
    }
  if (x->label != NULL)
    {
      AyFigureTextStyle label = label_style (canvas, FALSE);
      g_autofree char *text = ay_figure_text_fit (canvas, x->label, &label, plot->width);

      ay_figure_text_show (canvas, text, &label, plot->x + plot->width / 2.0,
                           bottom + (x->hidden ? 4.0 : GAP + line * 0.92) + line / 2.0);
    }
}

static void
draw_y (AyFigureCanvas *canvas, const AyFigureBox *plot, const AyFigureAxis *y)
{
  AyFigureTextStyle style = number_style (canvas, AY_FIGURE_END);
  double line = canvas->theme->font_size * 1.4, widest = 0.0;
  AyFigureTicks ticks = { 0 };

  if (!y->hidden)
    ay_figure_ticks_for (canvas, y, y_tick_count (plot->height), &ticks);
  for (guint i = 0; i < ticks.n; i++)
    {
      double at = plot->y + plot->height * (1.0 - ay_figure_axis_place (y, ticks.value[i]));

      ay_figure_hair_line (canvas, plot->x, at, plot->x + plot->width, at, canvas->theme->grid);
      ay_figure_text_show (canvas, ticks.label[i], &style, plot->x - GAP, at);
    }
  widest = ticks.n > 0 ? widest_label (canvas, &ticks) + GAP : 0.0;
  if (y->label != NULL)
    {
      AyFigureTextStyle label = label_style (canvas, TRUE);
      g_autofree char *text = ay_figure_text_fit (canvas, y->label, &label, plot->height);

      ay_figure_text_show (canvas, text, &label, plot->x - widest - line / 2.0 - 2.0,
                           plot->y + plot->height / 2.0);
    }
}

void
ay_figure_axes_draw (AyFigureCanvas *canvas, const AyFigureBox *plot, const AyFigureAxis *x,
                     const AyFigureAxis *y)
{
  double bottom = plot->y + plot->height;

  draw_y (canvas, plot, y);
  draw_x (canvas, plot, x);
  if (!x->hidden)
    ay_figure_hair_line (canvas, plot->x, bottom, plot->x + plot->width, bottom,
                         canvas->theme->muted);
}
