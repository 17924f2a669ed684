/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/strip.h"

#include "core/base/words.h"

#include "figure/legend.h"
#include "figure/palette.h"

#include <math.h>

#define LEGEND_GAP 16.0
#define COLUMN_GAP 0.12 /* of a column */

static double
sum_of (const AyFigureStrip *self, guint column)
{
  double sum = 0.0;

  for (guint k = 0; k < self->n_parts; k++)
    sum += self->values[(gsize) column * self->n_parts + k];
  return sum;
}

static gboolean
is_rest (const AyFigureStrip *self, guint part)
{
  return part == ay_figure_max_classes (TRUE) || (self->has_rest && part + 1 == self->n_parts);
}

static AyFigureColor
part_color (const AyFigureStrip *self, const AyFigureTheme *theme, guint part)
{
  return is_rest (self, part) ? theme->other : ay_figure_class_color (theme, part, TRUE);
}

/* Parts past what colours can tell are one, the last. */
static guint
shown_parts (const AyFigureStrip *self)
{
  return MIN (self->n_parts, ay_figure_max_classes (TRUE) + 1);
}

static double
part_of (const AyFigureStrip *self, guint column, guint part)
{
  const double *values = self->values + (gsize) column * self->n_parts;
  double sum = values[part];

  if (part == ay_figure_max_classes (TRUE))
    for (guint k = part + 1; k < self->n_parts; k++)
      sum += values[k];
  return sum;
}

static GArray *
list_parts (AyFigureCanvas *canvas, const AyFigureStrip *self)
{
  GArray *entries = ay_figure_legend_new ();
  guint most = ay_figure_max_classes (TRUE);

  for (guint k = 0; k < shown_parts (self); k++)
    {
      AyFigureLegendEntry entry = {
        k == most ? (char *) "others" : (char *) self->names[k], G_MAXUINT64,
        part_color (self, canvas->theme, k),
        k < AY_FIGURE_N_HUES || is_rest (self, k) ? AY_FIGURE_SQUARE : AY_FIGURE_RING, FALSE
      };

      ay_figure_legend_add (entries, &entry);
    }
  return entries;
}

/* Where the columns are, and the axes around them. */
static AyFigureBox
plan (AyFigureCanvas *canvas, const AyFigureStrip *self, const AyFigureBox *box, AyFigureAxis *x,
      AyFigureAxis *y)
{
  g_autoptr (GArray) entries = list_parts (canvas, self);
  AyFigureBox left = *box;
  double legend = ay_figure_legend_width (canvas, NULL, entries, box->width * 0.3);

  left.width = MAX (left.width - legend - LEGEND_GAP, 1.0);
  *x = (AyFigureAxis) { self->n > 0 ? self->x[0] - 0.5 : 0.0,
                        self->n > 0 ? self->x[self->n - 1] + 0.5 : 1.0, self->x_label, TRUE };
  *y = (AyFigureAxis) { 0.0, 100.0, self->label };
  ay_figure_axis_repair (x);
  return ay_figure_axes_layout (canvas, &left, x, y);
}

/* Hues come a second time hatched; a name where there is room says it without colour. */
static void
draw_part (AyFigureCanvas *canvas, const AyFigureStrip *self, guint part, const AyFigureBox *box)
{
  AyFigureTextStyle style = { canvas->theme->background, canvas->theme->font_size * 0.85, TRUE,
                              AY_FIGURE_MIDDLE, FALSE };
  AyFigureColor color = part_color (self, canvas->theme, part);
  double width, height;

  if (part < AY_FIGURE_N_HUES || is_rest (self, part))
    ay_figure_fill_box (canvas, box, color);
  else
    {
      ay_figure_hatch_box (canvas, box, color);
      style.color = canvas->theme->foreground;
    }
  if (ay_figure_contrast (style.color, color) < 3.0)
    style.color = canvas->theme->foreground;
  if (part >= self->n_parts || part == ay_figure_max_classes (TRUE))
    return;
  ay_figure_text_size (canvas, self->names[part], &style, &width, &height);
  if (width + 4.0 < box->width && height < box->height)
    ay_figure_text_show (canvas, self->names[part], &style, box->x + box->width / 2.0,
                         box->y + box->height / 2.0);
}

static void
draw_column (AyFigureCanvas *canvas, const AyFigureStrip *self, guint column,
             const AyFigureBox *where)
{
  double sum = sum_of (self, column), below = where->y + where->height;

  for (guint k = 0; k < shown_parts (self) && sum > 0.0; k++)
    {
      double height = where->height * part_of (self, column, k) / sum;
      AyFigureBox part = { where->x, below - height, where->width, height };

      if (height <= 0.0)
        continue;
      draw_part (canvas, self, k, &part);
      ay_figure_hair_line (canvas, part.x, part.y, part.x + part.width, part.y,
                           canvas->theme->background);
      below -= height;
    }
}

static AyFigureBox
column_box (const AyFigureStrip *self, const AyFigureAxis *x, const AyFigureBox *plot, guint k)
{
  double from = plot->x + plot->width * ay_figure_axis_place (x, self->x[k] - 0.5 + COLUMN_GAP / 2);
  double to = plot->x + plot->width * ay_figure_axis_place (x, self->x[k] + 0.5 - COLUMN_GAP / 2);

  return (AyFigureBox) { from, plot->y, MAX (to - from, 1.0), plot->height };
}

void
ay_figure_strip_draw (AyFigureCanvas *canvas, const AyFigureStrip *self, const AyFigureBox *box)
{
  g_autoptr (GArray) entries = list_parts (canvas, self);
  AyFigureAxis x, y;
  AyFigureBox plot = plan (canvas, self, box, &x, &y), legend = *box;

  if (self->n == 0 || self->n_parts == 0)
    {
      ay_figure_say (canvas, box, N_ ("No rounds"));
      return;
    }
  ay_figure_axes_draw (canvas, &plot, &x, &y);
  for (guint k = 0; k < self->n; k++)
    {
      AyFigureBox where = column_box (self, &x, &plot, k);

      draw_column (canvas, self, k, &where);
      if ((gint) k != self->current)
        continue;
      ay_figure_set_color (canvas->cr, canvas->theme->foreground);
      cairo_set_line_width (canvas->cr, 2.0);
      cairo_rectangle (canvas->cr, where.x - 1.0, where.y, where.width + 2.0, where.height);
      cairo_stroke (canvas->cr);
    }
  legend.x = plot.x + plot.width + LEGEND_GAP;
  legend.width = MAX (box->x + box->width - legend.x, 1.0);
  ay_figure_legend_draw (canvas, NULL, entries, &legend);
}

gint
ay_figure_strip_at (AyFigureCanvas *canvas, const AyFigureStrip *self, const AyFigureBox *box,
                    double x)
{
  AyFigureAxis across, up;
  AyFigureBox plot = plan (canvas, self, box, &across, &up);

  for (guint k = 0; k < self->n; k++)
    {
      AyFigureBox where = column_box (self, &across, &plot, k);

      if (x >= where.x && x <= where.x + where.width)
        return (gint) k;
    }
  return -1;
}

char *
ay_figure_strip_summary (const AyFigureStrip *self, const AyFigureTheme *theme)
{
  GString *out = g_string_new (NULL);
  guint most = 0;
  double best = -1.0;

  g_string_append_printf (
      out, ay_figure_word (theme, N_ ("%u columns of %s, each of %u parts")), self->n,
      ay_figure_name (self->x_label, theme, N_ ("steps")), self->n_parts);
  for (guint k = 0; k < self->n_parts; k++)
    {
      double sum = 0.0;

      for (guint c = 0; c < self->n; c++)
        sum += self->values[(gsize) c * self->n_parts + k];
      if (sum > best)
        {
          best = sum;
          most = k;
        }
    }
  if (self->n_parts > 0)
    g_string_append_printf (out, ay_figure_word (theme, N_ ("; most are of %s (%.6g)")),
                            self->names[most], best);
  g_string_append_c (out, '.');
  return g_string_free (out, FALSE);
}
