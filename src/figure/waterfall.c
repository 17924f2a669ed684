/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/waterfall.h"

#include "core/base/words.h"

#include "figure/palette.h"

#include <math.h>

#define COLUMN_GAP 0.18 /* of a column */
#define HEAD_ROOM 0.06 /* of the levels, so that no bar touches the edge of the plot */
#define LEAST 1.5       /* px of a step that hardly moves the level */

typedef struct
{
  AyFigureAxis y;
  AyFigureBox plot;
  gboolean any;          /* a step has levels */
  double start, end;     /* levels */
} Plan;

static gboolean
is_told (const AyFigureWaterfall *self, guint k)
{
  return isfinite (self->before[k]) && isfinite (self->after[k]);
}

static Plan
make_plan (AyFigureCanvas *canvas, const AyFigureWaterfall *self, const AyFigureBox *box)
{
  Plan plan = { .y = { 0.0, 0.0, self->label } };
  AyFigureAxis x = { .hidden = TRUE };
  AyFigureBox inside = *box;
  double names = canvas->theme->font_size * (self->x_label != NULL ? 3.2 : 1.8), room;

  for (guint k = 0; k < self->n; k++)
    {
      if (!is_told (self, k))
        continue;
      if (!plan.any)
        plan.start = self->before[k];
      plan.any = TRUE;
      plan.end = self->after[k];
      plan.y.low = MIN (plan.y.low, MIN (self->before[k], self->after[k]));
      plan.y.high = MAX (plan.y.high, MAX (self->before[k], self->after[k]));
    }
  ay_figure_axis_repair (&plan.y);
  room = HEAD_ROOM * (plan.y.high - plan.y.low);
  plan.y.high += plan.y.high > 0.0 ? room : 0.0;
  plan.y.low -= plan.y.low < 0.0 ? room : 0.0;
  inside.height = MAX (inside.height - names, 1.0);
  plan.plot = ay_figure_axes_layout (canvas, &inside, &x, &plan.y);
  return plan;
}

/* Column 0 is the start, n + 1 the end. */
static AyFigureBox
column_box (const AyFigureWaterfall *self, const Plan *plan, guint column)
{
  double width = plan->plot.width / (self->n + 2.0);

  return (AyFigureBox) { plan->plot.x + width * (column + COLUMN_GAP / 2.0), plan->plot.y,
                         MAX (width * (1.0 - COLUMN_GAP), 1.0), plan->plot.height };
}

static double
place (const Plan *plan, double level)
{
  return plan->plot.y + plan->plot.height * (1.0 - ay_figure_axis_place (&plan->y, level));
}

static void
draw_level (AyFigureCanvas *canvas, const AyFigureWaterfall *self, const Plan *plan, guint column,
            double level)
{
  AyFigureBox bar = column_box (self, plan, column);
  double top = place (plan, level), zero = place (plan, 0.0);

  bar.y = MIN (top, zero);
  bar.height = MAX (fabs (zero - top), LEAST);
  ay_figure_fill_box (canvas, &bar, canvas->theme->other);
}

static void
draw_residual (AyFigureCanvas *canvas, const Plan *plan, const AyFigureBox *bar, double level,
               double residual)
{
  double x = bar->x + bar->width / 2.0;

  if (isfinite (residual))
    ay_figure_hair_line (canvas, x, place (plan, level - fabs (residual)), x,
                         place (plan, level + fabs (residual)) + 1.0, canvas->theme->foreground);
}

static void
draw_step (AyFigureCanvas *canvas, const AyFigureWaterfall *self, const Plan *plan, guint k)
{
  AyFigureBox bar = column_box (self, plan, k + 1);
  double from = place (plan, self->before[k]), to = place (plan, self->after[k]);
  gboolean fell = self->after[k] <= self->before[k];
  AyFigureColor color;
  AyFigureScale scale;

  ay_figure_scale_init (&scale, AY_FIGURE_DIVERGING, -1.0, 1.0, canvas->theme);
  color = ay_figure_scale_color (&scale, fell ? 0.55 : -0.55);
  bar.y = MIN (from, to);
  bar.height = MAX (fabs (to - from), LEAST);
  if (fell)
    ay_figure_fill_box (canvas, &bar, color);
  else
    ay_figure_hatch_box (canvas, &bar, color);
  if (self->residual != NULL)
    draw_residual (canvas, plan, &bar, self->after[k], self->residual[k]);
}

/* From where the level was left to where it is taken up again. */
static void
draw_link (AyFigureCanvas *canvas, const AyFigureWaterfall *self, const Plan *plan, guint from,
           guint to, double level)
{
  AyFigureBox a = column_box (self, plan, from), b = column_box (self, plan, to);
  double y = place (plan, level);

  ay_figure_hair_line (canvas, a.x + a.width, y, b.x, y, canvas->theme->muted);
}

static void
draw_steps (AyFigureCanvas *canvas, const AyFigureWaterfall *self, const Plan *plan)
{
  AyFigureTextStyle dash = { canvas->theme->muted, 0.0, FALSE, AY_FIGURE_MIDDLE, FALSE };
  double level = plan->start;
  guint last = 0;

  draw_level (canvas, self, plan, 0, plan->start);
  for (guint k = 0; k < self->n; k++)
    {
      AyFigureBox at = column_box (self, plan, k + 1);

      if (!is_told (self, k))
        {
          ay_figure_text_show (canvas, "–", &dash, at.x + at.width / 2.0, place (plan, level));
          continue;
        }
      if (fabs (self->before[k] - level) <= 1e-9 * (1.0 + fabs (level)))
        draw_link (canvas, self, plan, last, k + 1, level);
      draw_step (canvas, self, plan, k);
      level = self->after[k];
      last = k + 1;
    }
  draw_link (canvas, self, plan, last, self->n + 1, level);
  draw_level (canvas, self, plan, self->n + 1, plan->end);
}

/* As many as have room; always those of the ends. */
static void
draw_names (AyFigureCanvas *canvas, const AyFigureWaterfall *self, const Plan *plan)
{
  AyFigureTextStyle style = { canvas->theme->muted, canvas->theme->font_size * 0.92, FALSE,
                              AY_FIGURE_MIDDLE, FALSE };
  double y = plan->plot.y + plan->plot.height + canvas->theme->font_size * 0.9, free_from = -1e9;
  double last, width;
  AyFigureBox end = column_box (self, plan, self->n + 1);

  ay_figure_text_size (canvas, "End", &style, &width, NULL);
  last = end.x + end.width / 2.0 - width / 2.0 - 4.0;
  for (guint c = 0; c < self->n + 2; c++)
    {
      AyFigureBox at = column_box (self, plan, c);
      const char *name = c == 0 ? "Start" : c == self->n + 1 ? "End" : self->names[c - 1];
      double x = at.x + at.width / 2.0;

      ay_figure_text_size (canvas, name, &style, &width, NULL);
      if (c <= self->n && (x - width / 2.0 < free_from || x + width / 2.0 > last))
        continue;
      ay_figure_text_show (canvas, name, &style, x, y);
      free_from = x + width / 2.0 + 4.0;
    }
  if (self->x_label != NULL)
    {
      style.size = canvas->theme->font_size;
      ay_figure_text_show (canvas, self->x_label, &style, plan->plot.x + plan->plot.width / 2.0,
                           y + canvas->theme->font_size * 1.4);
    }
}

void
ay_figure_waterfall_draw (AyFigureCanvas *canvas, const AyFigureWaterfall *self,
                          const AyFigureBox *box)
{
  Plan plan = make_plan (canvas, self, box);
  AyFigureAxis x = { .hidden = TRUE };

  if (!plan.any)
    {
      ay_figure_say (canvas, box,
                     self->n == 0 ? N_ ("No rounds") : N_ ("No step can be told"));
      return;
    }
  ay_figure_axes_draw (canvas, &plan.plot, &x, &plan.y);
  if (self->current >= 0 && (guint) self->current < self->n)
    {
      AyFigureBox at = column_box (self, &plan, (guint) self->current + 1);

      ay_figure_set_color (canvas->cr, canvas->theme->foreground);
      cairo_set_line_width (canvas->cr, 1.5);
      cairo_rectangle (canvas->cr, at.x - 1.0, at.y, at.width + 2.0, at.height);
      cairo_stroke (canvas->cr);
    }
  draw_steps (canvas, self, &plan);
  draw_names (canvas, self, &plan);
}

gint
ay_figure_waterfall_at (AyFigureCanvas *canvas, const AyFigureWaterfall *self,
                        const AyFigureBox *box, double x)
{
  Plan plan = make_plan (canvas, self, box);
  double column = floor ((x - plan.plot.x) / plan.plot.width * (self->n + 2.0));

  return plan.any && column >= 1.0 && column <= self->n ? (gint) column - 1 : -1;
}

char *
ay_figure_waterfall_summary (const AyFigureWaterfall *self, const AyFigureTheme *theme)
{
  GString *out = g_string_new (NULL);
  double start = NAN, end = NAN, most = -INFINITY;
  guint rises = 0, untold = 0, best = 0;
  char a[24], b[24], c[24];

  for (guint k = 0; k < self->n; k++)
    {
      double fall = self->before[k] - self->after[k];

      if (!is_told (self, k))
        {
          untold++;
          continue;
        }
      if (isnan (start))
        start = self->before[k];
      end = self->after[k];
      rises += fall < 0.0;
      if (fall > most)
        {
          most = fall;
          best = k;
        }
    }
  g_string_append_printf (out, ay_figure_word (theme, N_ ("%s in %u steps")),
                          ay_figure_name (self->label, theme, N_ ("A level")), self->n);
  if (!isnan (start))
    {
      ay_figure_number_said (theme, start, a);
      ay_figure_number_said (theme, end, b);
      ay_figure_number_said (theme, most, c);
      g_string_append_printf (
          out, ay_figure_word (theme, N_ (" from %s to %s; largest fall %s in %s; %u rose")), a, b,
          c, self->names[best], rises);
    }
  if (untold > 0)
    g_string_append_printf (out, ay_figure_word (theme, N_ ("; %u cannot be told")), untold);
  g_string_append_c (out, '.');
  return g_string_free (out, FALSE);
}
