/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/bars.h"

#include "core/base/stats.h"
#include "core/base/words.h"
#include "figure/legend.h"
#include "figure/palette.h"

#include <math.h>

#define MIN_ROW 15.0
#define MAX_ROW 30.0
#define NAME_GAP 8.0

/* Rows in drawing order, and how many of them have room. */
typedef struct
{
  guint32 *order;
  guint shown;
  double row;       /* height of one */
  double names;     /* width of the column of names */
  double numbers;   /* room for a number beyond a bar's end */
  AyFigureAxis axis;
} Plan;

static void
number_of (const AyFigureBars *self, const AyFigureTheme *theme, double value, char out[24])
{
  if (self->integral && isfinite (value) && fabs (value) < 1e7)
    {
      g_autofree char *count = ay_figure_count ((guint64) fabs (value));

      g_snprintf (out, 24, "%s%s", value < 0.0 ? "\342\210\222" : "", count);
    }
  else
    ay_figure_number_said (theme, value, out);
}

static AyFigureTextStyle
number_style (const AyFigureCanvas *canvas, AyFigureAnchor anchor)
{
  return (AyFigureTextStyle) { canvas->theme->muted, canvas->theme->font_size * 0.92, FALSE,
                               anchor, FALSE };
}

static AyFigureTextStyle
name_style (const AyFigureCanvas *canvas)
{
  return (AyFigureTextStyle) { canvas->theme->foreground, 0.0, FALSE, AY_FIGURE_END, FALSE };
}

static void
plan_axis (const AyFigureBars *self, Plan *plan)
{
  double low = 0.0, high = 0.0;

  for (guint i = 0; i < self->n; i++)
    for (int k = 0; k < 2; k++)
      {
        double value = k == 0 ? self->values[i] : self->before != NULL ? self->before[i] : NAN;

        if (!isfinite (value))
          continue;
        low = MIN (low, value);
        high = MAX (high, value);
      }
  plan->axis = (AyFigureAxis) { .low = low, .high = high, .label = self->label,
                                .integral = self->integral };
  if (low == high)
    plan->axis.high = 1.0;
  ay_figure_axis_repair (&plan->axis);
}

static void
plan_rows (AyFigureCanvas *canvas, const AyFigureBars *self, const AyFigureBox *box, Plan *plan)
{
  AyFigureTextStyle style = name_style (canvas), number = number_style (canvas, AY_FIGURE_START);
  double height = MAX (box->height - canvas->theme->font_size * 3.2, MIN_ROW), width;
  double least = MAX (MIN_ROW, canvas->theme->font_size * 1.3);

  if (self->sorted)
    plan->order = ay_order (self->values, self->n, TRUE);
  else
    {
      plan->order = g_new (guint32, MAX (self->n, 1));
      for (guint i = 0; i < self->n; i++)
        plan->order[i] = i;
    }
  plan->shown = self->n;
  if (self->n * least > height)
    plan->shown = (guint) MAX (height / least - 1.0, 1.0);
  plan->row = MIN (height / MAX (plan->shown + (plan->shown < self->n), 1), MAX_ROW);
  plan->names = plan->numbers = 0.0;
  for (guint k = 0; k < plan->shown; k++)
    {
      char text[24];

      ay_figure_text_size (canvas, self->names[plan->order[k]], &style, &width, NULL);
      plan->names = MAX (plan->names, width);
      number_of (self, canvas->theme, self->values[plan->order[k]], text);
      ay_figure_text_size (canvas, text, &number, &width, NULL);
      plan->numbers = MAX (plan->numbers, width + 10.0);
    }
  if (plan->shown < self->n)
    plan->names = MAX (plan->names, 80.0);
  plan->names = ceil (MIN (plan->names, box->width * 0.38));
}

static void
draw_bar (AyFigureCanvas *canvas, const AyFigureBars *self, const Plan *plan,
          const AyFigureBox *plot, guint row, guint i)
{
  const AyFigureTheme *theme = canvas->theme;
  double zero = plot->x + plot->width * ay_figure_axis_place (&plan->axis, 0.0);
  double value = self->values[i], end, y = plot->y + row * plan->row;
  AyFigureTextStyle style = number_style (canvas, value < 0.0 ? AY_FIGURE_END : AY_FIGURE_START);
  AyFigureColor color = theme->accent;
  double inset = plan->row * 0.14;
  char text[24];

  if (self->diverging)
    {
      AyFigureScale scale;

      ay_figure_scale_init (&scale, AY_FIGURE_DIVERGING, -1.0, 1.0, theme);
      color = ay_figure_scale_color (&scale, value < 0.0 ? -0.55 : 0.55);
    }
  end = isfinite (value) ? plot->x + plot->width * ay_figure_axis_place (&plan->axis, value) : zero;
  if (isfinite (value))
    {
      AyFigureBox bar = { MIN (zero, end), y + inset, fabs (end - zero), plan->row - 2.0 * inset };

      if (self->uncertain != NULL && self->uncertain[i])
        ay_figure_hatch_box (canvas, &bar, color);
      else
        ay_figure_fill_box (canvas, &bar, color);
    }
  if (self->before != NULL && isfinite (self->before[i]))
    {
      double was = plot->x + plot->width * ay_figure_axis_place (&plan->axis, self->before[i]);

      ay_figure_set_color (canvas->cr, theme->foreground);
      cairo_set_line_width (canvas->cr, 1.0);
      cairo_rectangle (canvas->cr, MIN (zero, was) + 0.5, floor (y + inset) + 0.5,
                       MAX (fabs (was - zero) - 1.0, 0.0), floor (plan->row - 2.0 * inset) - 1.0);
      cairo_stroke (canvas->cr);
      end = value < 0.0 ? MIN (end, was) : MAX (end, was);
    }
  number_of (self, canvas->theme, value, text);
  ay_figure_text_show (canvas, text, &style, end + (value < 0.0 ? -5.0 : 5.0),
                       y + plan->row / 2.0);
}

/* "59 more: 7 to 35" for the rows without room. */
static void
draw_rest (AyFigureCanvas *canvas, const AyFigureBars *self, const Plan *plan,
           const AyFigureBox *plot)
{
  AyFigureTextStyle style = name_style (canvas);
  double low = INFINITY, high = -INFINITY, y = plot->y + (plan->shown + 0.5) * plan->row;
  g_autofree char *name = g_strdup_printf (ay_figure_word (canvas->theme, N_ ("%u more")),
                                           self->n - plan->shown);
  g_autofree char *fitted = NULL;
  char a[24], b[24];

  for (guint k = plan->shown; k < self->n; k++)
    if (isfinite (self->values[plan->order[k]]))
      {
        low = MIN (low, self->values[plan->order[k]]);
        high = MAX (high, self->values[plan->order[k]]);
      }
  style.color = canvas->theme->muted;
  fitted = ay_figure_text_fit (canvas, name, &style, plan->names);
  ay_figure_text_show (canvas, fitted, &style, plot->x - NAME_GAP, y);
  if (low <= high)
    {
      g_autofree char *range = NULL;

      number_of (self, canvas->theme, low, a);
      number_of (self, canvas->theme, high, b);
      range = g_strdup_printf (ay_figure_word (canvas->theme, N_ ("%s to %s each")), a, b);
      style = number_style (canvas, AY_FIGURE_START);
      ay_figure_text_show (canvas, range, &style, plot->x + 5.0, y);
    }
}

static double
draw_key (AyFigureCanvas *canvas, const AyFigureBars *self, const AyFigureBox *box)
{
  double line = canvas->theme->font_size * 1.6, x = box->x;
  const char *names[] = { self->value_name, self->before_name };

  if (self->before == NULL || self->value_name == NULL || self->before_name == NULL)
    return 0.0;
  for (int k = 0; k < 2; k++)
    {
      AyFigureTextStyle style = { canvas->theme->foreground, 0.0, FALSE, AY_FIGURE_START, FALSE };
      AyFigureBox swatch = { x, box->y + line / 2.0 - 5.0, 16.0, 10.0 };
      double width;

      if (k == 0)
        ay_figure_fill_box (canvas, &swatch, canvas->theme->accent);
      else
        {
          ay_figure_set_color (canvas->cr, canvas->theme->foreground);
          cairo_set_line_width (canvas->cr, 1.0);
          cairo_rectangle (canvas->cr, floor (swatch.x) + 0.5, floor (swatch.y) + 0.5, 15.0, 9.0);
          cairo_stroke (canvas->cr);
        }
      ay_figure_text_show (canvas, names[k], &style, x + 22.0, box->y + line / 2.0);
      ay_figure_text_size (canvas, names[k], &style, &width, NULL);
      x += width + 42.0;
    }
  return line + 4.0;
}

static gboolean
any_uncertain (const AyFigureBars *self)
{
  for (guint i = 0; i < self->n && self->uncertain != NULL; i++)
    if (self->uncertain[i])
      return TRUE;
  return FALSE;
}

/* What the hatching means, in a line above. */
static double
draw_hatch_key (AyFigureCanvas *canvas, const AyFigureBars *self, const AyFigureBox *box)
{
  double line = canvas->theme->font_size * 1.6;
  AyFigureTextStyle style = { canvas->theme->muted, canvas->theme->font_size * 0.92, FALSE,
                              AY_FIGURE_START, FALSE };
  AyFigureBox swatch = { box->x, box->y + line / 2.0 - 5.0, 16.0, 10.0 };
  g_autofree char *text = NULL;

  if (!any_uncertain (self))
    return 0.0;
  ay_figure_hatch_box (canvas, &swatch, canvas->theme->muted);
  text = ay_figure_text_fit (
      canvas, ay_figure_word (canvas->theme, N_ ("cannot be told from zero")), &style,
      box->width - 22.0);
  ay_figure_text_show (canvas, text, &style, box->x + 22.0, box->y + line / 2.0);
  return line + 4.0;
}

static void
draw_grid (AyFigureCanvas *canvas, const Plan *plan, const AyFigureBox *plot)
{
  AyFigureTicks ticks;
  double zero = plot->x + plot->width * ay_figure_axis_place (&plan->axis, 0.0);

  ay_figure_ticks_for (canvas, &plan->axis, (guint) CLAMP (plot->width / 76.0, 2, 10), &ticks);
  for (guint i = 0; i < ticks.n; i++)
    {
      double x = plot->x + plot->width * ay_figure_axis_place (&plan->axis, ticks.value[i]);

      ay_figure_hair_line (canvas, x, plot->y, x, plot->y + plot->height, canvas->theme->grid);
    }
  ay_figure_hair_line (canvas, zero, plot->y, zero, plot->y + plot->height, canvas->theme->muted);
}

void
ay_figure_bars_draw (AyFigureCanvas *canvas, const AyFigureBars *self, const AyFigureBox *box)
{
  AyFigureTextStyle style = name_style (canvas);
  AyFigureBox rest = *box, plot;
  AyFigureAxis hidden = { .hidden = TRUE };
  double key = draw_key (canvas, self, box);
  Plan plan = { 0 };

  if (self->n == 0)
    {
      ay_figure_say (canvas, box, N_ ("No values"));
      return;
    }
  rest.y += key;
  rest.height -= key;
  key = draw_hatch_key (canvas, self, &rest);
  rest.y += key;
  rest.height -= key;
  plan_axis (self, &plan);
  plan_rows (canvas, self, &rest, &plan);
  plot = (AyFigureBox) { rest.x + plan.names + NAME_GAP, rest.y, 0.0, 0.0 };
  plot.width = MAX (rest.width - plan.names - NAME_GAP - plan.numbers, 10.0);
  plot.height = plan.row * (plan.shown + (plan.shown < self->n));
  if (plan.axis.low < 0.0) /* numbers on the left of bars, too */
    {
      plot.x += plan.numbers;
      plot.width = MAX (plot.width - plan.numbers, 10.0);
    }
  draw_grid (canvas, &plan, &plot);
  for (guint k = 0; k < plan.shown; k++)
    {
      guint i = plan.order[k];
      g_autofree char *name = ay_figure_text_fit (canvas, self->names[i], &style, plan.names);

      ay_figure_text_show (canvas, name, &style, rest.x + plan.names,
                           plot.y + (k + 0.5) * plan.row);
      draw_bar (canvas, self, &plan, &plot, k, i);
    }
  if (plan.shown < self->n)
    draw_rest (canvas, self, &plan, &plot);
  ay_figure_axes_draw (canvas, &plot, &plan.axis, &hidden);
  g_free (plan.order);
}

char *
ay_figure_bars_summary (const AyFigureBars *self, const AyFigureTheme *theme)
{
  GString *out = g_string_new (NULL);
  g_autofree guint32 *order = ay_order (self->values, self->n, TRUE);
  guint present = 0;
  char most[24], least[24];

  while (present < self->n && !isnan (self->values[order[present]]))
    present++;
  g_string_append_printf (out,
                          ay_figure_word (theme, self->n == 1 ? N_ ("Bars of %s for %u name")
                                                              : N_ ("Bars of %s for %u names")),
                          ay_figure_name (self->label, theme, N_ ("values")), self->n);
  if (present > 0)
    {
      number_of (self, theme, self->values[order[0]], most);
      number_of (self, theme, self->values[order[present - 1]], least);
      g_string_append_printf (out, ay_figure_word (theme, N_ (": most %s (%s)")),
                              self->names[order[0]], most);
      if (present > 1)
        g_string_append_printf (out, ay_figure_word (theme, N_ (", least %s (%s)")),
                                self->names[order[present - 1]], least);
    }
  if (present < self->n)
    g_string_append_printf (out, ay_figure_word (theme, N_ ("; %u without a value")),
                            self->n - present);
  if (any_uncertain (self))
    g_string_append (out, ay_figure_word (theme, N_ ("; hatched ones cannot be told from zero")));
  g_string_append_c (out, '.');
  return g_string_free (out, FALSE);
}
