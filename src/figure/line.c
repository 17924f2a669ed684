/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/line.h"

#include "core/base/words.h"
#include "figure/legend.h"
#include "figure/palette.h"

#include <math.h>

#define LEGEND_GAP 16.0

static gboolean
has_place (const AyFigureCurve *curve, guint i)
{
  return isfinite (curve->x[i]) && isfinite (curve->y[i]);
}

static gboolean
has_band (const AyFigureCurve *curve, guint i)
{
  return curve->low != NULL && curve->high != NULL && isfinite (curve->x[i])
         && isfinite (curve->low[i]) && isfinite (curve->high[i]);
}

static void
extend (AyFigureAxis *axis, double value)
{
  axis->low = MIN (axis->low, value);
  axis->high = MAX (axis->high, value);
}

/* Axes that were left to us, fitted to points and bands. */
static void
fit_axes (const AyFigureLines *self, AyFigureAxis *x, AyFigureAxis *y)
{
  gboolean fit_x = x->low == x->high, fit_y = y->low == y->high;
  double room;

  if (fit_x)
    x->low = INFINITY, x->high = -INFINITY;
  if (fit_y)
    y->low = INFINITY, y->high = -INFINITY;
  for (guint c = 0; c < self->n_curves; c++)
    for (guint i = 0; i < self->curves[c].n; i++)
      {
        const AyFigureCurve *curve = &self->curves[c];

        if (fit_x && isfinite (curve->x[i]))
          extend (x, curve->x[i]);
        if (fit_y && has_place (curve, i))
          extend (y, curve->y[i]);
        if (fit_y && has_band (curve, i))
          {
            extend (y, curve->low[i]);
            extend (y, curve->high[i]);
          }
      }
  room = 0.04 * (y->high - y->low);
  if (fit_y && room > 0.0 && isfinite (room))
    {
      y->low -= room;
      y->high += room;
    }
  ay_figure_axis_repair (x);
  ay_figure_axis_repair (y);
}

static AyFigureColor
color_of (const AyFigureLines *self, const AyFigureTheme *theme, guint c)
{
  guint hue = 0;

  if (self->curves[c].reference)
    return theme->muted;
  for (guint k = 0; k < c; k++)
    hue += !self->curves[k].reference;
  return ay_figure_class_color (theme, hue, TRUE);
}

static AyFigureShape
shape_of (const AyFigureLines *self, guint c)
{
  guint hue = 0;

  for (guint k = 0; k < c; k++)
    hue += !self->curves[k].reference;
  return self->curves[c].reference ? AY_FIGURE_RING : ay_figure_class_shape (hue);
}

typedef struct
{
  const AyFigureBox *plot;
  AyFigureAxis x, y;
} Frame;

static double
x_of (const Frame *frame, double value)
{
  return frame->plot->x + frame->plot->width * ay_figure_axis_place (&frame->x, value);
}

static double
y_of (const Frame *frame, double value)
{
  return frame->plot->y + frame->plot->height * (1.0 - ay_figure_axis_place (&frame->y, value));
}

/* Each run of points that all have a band, there along the top and back along the bottom. */
static void
draw_band (AyFigureCanvas *canvas, const AyFigureCurve *curve, const Frame *frame,
           AyFigureColor color)
{
  ay_figure_set_color (canvas->cr, (color & 0xffffff) | 0x30000000);
  for (guint i = 0; i < curve->n;)
    {
      guint end = i;

      while (end < curve->n && has_band (curve, end))
        end++;
      cairo_new_sub_path (canvas->cr);
      for (guint k = i; k < end; k++)
        cairo_line_to (canvas->cr, x_of (frame, curve->x[k]), y_of (frame, curve->high[k]));
      for (guint k = end; k > i; k--)
        cairo_line_to (canvas->cr, x_of (frame, curve->x[k - 1]), y_of (frame, curve->low[k - 1]));
      if (end > i)
        cairo_close_path (canvas->cr);
      i = end + 1;
    }
  cairo_fill (canvas->cr);
}

static void
draw_curve (AyFigureCanvas *canvas, const AyFigureCurve *curve, const Frame *frame,
            AyFigureColor color)
{
  static const double dashes[] = { 6.0, 4.0 };
  gboolean down = FALSE;

  cairo_set_line_width (canvas->cr, 2.0);
  cairo_set_line_join (canvas->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (canvas->cr, CAIRO_LINE_CAP_ROUND);
  if (curve->reference)
    cairo_set_dash (canvas->cr, dashes, 2, 0.0);
  ay_figure_set_color (canvas->cr, color);
  for (guint i = 0; i < curve->n; i++)
    {
      if (!has_place (curve, i))
        {
          down = FALSE;
          continue;
        }
      if (down)
        cairo_line_to (canvas->cr, x_of (frame, curve->x[i]), y_of (frame, curve->y[i]));
      else
        cairo_move_to (canvas->cr, x_of (frame, curve->x[i]), y_of (frame, curve->y[i]));
      down = TRUE;
    }
  cairo_stroke (canvas->cr);
  cairo_set_dash (canvas->cr, NULL, 0, 0.0);
}

/* Marks where asked for and for points that no line reaches; else a few, so that curves can be told
 * without their colours. */
static void
draw_marks (AyFigureCanvas *canvas, const AyFigureLines *self, guint c, const Frame *frame)
{
  const AyFigureCurve *curve = &self->curves[c];
  AyFigureColor color = color_of (self, canvas->theme, c);
  guint every = self->marks ? 1 : MAX (curve->n / 5, 1);

  for (guint i = 0; i < curve->n; i++)
    {
      gboolean alone = (i == 0 || !has_place (curve, i - 1))
                       && (i + 1 == curve->n || !has_place (curve, i + 1));

      if (has_place (curve, i) && (alone || (i + c) % every == every - 1))
        ay_figure_mark (canvas, shape_of (self, c), color, x_of (frame, curve->x[i]),
                        y_of (frame, curve->y[i]), 3.5);
    }
}

/* Their words go below the curve, where it seldom is; a box keeps them readable. */
static void
draw_flags (AyFigureCanvas *canvas, const AyFigureLines *self, const Frame *frame)
{
  AyFigureTextStyle style = { canvas->theme->foreground, canvas->theme->font_size * 0.88, FALSE,
                              AY_FIGURE_START, FALSE };
  double line = canvas->theme->font_size * 1.3;

  for (guint i = 0; i < self->n_flags; i++)
    {
      const AyFigureFlag *flag = &self->flags[i];
      double x = x_of (frame, flag->x), y = y_of (frame, flag->y);
      double below = y + line * (1.2 + i % 3);
      double width, height;

      if (!isfinite (x) || !isfinite (y))
        continue;
      if (*flag->text == '\0')
        {
          ay_figure_mark (canvas, AY_FIGURE_DIAMOND, canvas->theme->foreground, x, y, 6.0);
          continue;
        }
      ay_figure_text_size (canvas, flag->text, &style, &width, &height);
      ay_figure_hair_line (canvas, x, y, x, below, canvas->theme->muted);
      ay_figure_mark (canvas, AY_FIGURE_DIAMOND, color_of (self, canvas->theme, flag->curve), x, y,
                      6.0);
      style.anchor = x + width + 4.0 > frame->plot->x + frame->plot->width ? AY_FIGURE_END
                                                                            : AY_FIGURE_START;
      ay_figure_text_show (canvas, flag->text, &style,
                           style.anchor == AY_FIGURE_END ? x - 4.0 : x + 4.0, below);
    }
}

static GArray *
list_curves (AyFigureCanvas *canvas, const AyFigureLines *self)
{
  GArray *entries = ay_figure_legend_new ();

  for (guint c = 0; c < self->n_curves; c++)
    {
      AyFigureLegendEntry entry = { (char *) self->curves[c].name, G_MAXUINT64,
                                    color_of (self, canvas->theme, c), shape_of (self, c), TRUE };

      ay_figure_legend_add (entries, &entry);
    }
  return entries;
}

static void
draw_legend (AyFigureCanvas *canvas, const AyFigureLines *self, const GArray *entries,
             const AyFigureBox *box)
{
  double used = ay_figure_legend_draw (canvas, NULL, entries, box);
  double line = canvas->theme->font_size * 1.4;
  AyFigureTextStyle style = { canvas->theme->muted, canvas->theme->font_size * 0.92, FALSE,
                              AY_FIGURE_START, FALSE };
  g_auto (GStrv) lines = NULL;

  if (self->band_label == NULL)
    return;
  lines = ay_figure_text_wrap (canvas, self->band_label, &style, box->width, 5);
  for (guint i = 0; lines[i] != NULL && used + line * (i + 1.5) < box->height; i++)
    ay_figure_text_show (canvas, lines[i], &style, box->x, box->y + used + line * (i + 1.0));
}

/* Fits the axes of the frame; the room for curves, and that for the legend beside it. */
static AyFigureBox
lay_out (AyFigureCanvas *canvas, const AyFigureLines *self, const AyFigureBox *box, Frame *frame,
         AyFigureBox *legend_box)
{
  g_autoptr (GArray) entries = list_curves (canvas, self);
  AyFigureBox left = *box, legend = *box;

  legend.width = ay_figure_legend_width (canvas, NULL, entries, box->width * 0.34);
  if (self->band_label != NULL)
    legend.width = MAX (legend.width, MIN (box->width * 0.2, canvas->theme->font_size * 12.0));
  legend.x = box->x + box->width - legend.width;
  if (self->n_curves > 0 && !self->bare)
    left.width = MAX (left.width - legend.width - LEGEND_GAP, 1.0);
  fit_axes (self, &frame->x, &frame->y);
  *legend_box = legend;
  return ay_figure_axes_layout (canvas, &left, &frame->x, &frame->y);
}

gint
ay_figure_lines_at (AyFigureCanvas *canvas, const AyFigureLines *self, const AyFigureBox *box,
                    double x)
{
  Frame frame = { NULL, self->x_axis, self->y_axis };
  AyFigureBox legend, plot = lay_out (canvas, self, box, &frame, &legend);
  double least = INFINITY;
  gint at = -1;

  frame.plot = &plot;
  for (guint i = 0; self->n_curves > 0 && i < self->curves[0].n; i++)
    {
      double away = fabs (x_of (&frame, self->curves[0].x[i]) - x);

      if (has_place (&self->curves[0], i) && away < least)
        {
          least = away;
          at = (gint) i;
        }
    }
  return at;
}

void
ay_figure_lines_draw (AyFigureCanvas *canvas, const AyFigureLines *self, const AyFigureBox *box)
{
  g_autoptr (GArray) entries = list_curves (canvas, self);
  Frame frame = { NULL, self->x_axis, self->y_axis };
  AyFigureBox legend, plot = lay_out (canvas, self, box, &frame, &legend);

  frame.plot = &plot;
  ay_figure_axes_draw (canvas, &plot, &frame.x, &frame.y);
  cairo_save (canvas->cr);
  cairo_rectangle (canvas->cr, plot.x - 4.0, plot.y - 4.0, plot.width + 8.0, plot.height + 8.0);
  cairo_clip (canvas->cr);
  for (guint c = 0; c < self->n_curves; c++)
    draw_band (canvas, &self->curves[c], &frame, color_of (self, canvas->theme, c));
  for (guint c = 0; c < self->n_curves; c++)
    {
      draw_curve (canvas, &self->curves[c], &frame, color_of (self, canvas->theme, c));
      draw_marks (canvas, self, c, &frame);
    }
  draw_flags (canvas, self, &frame);
  cairo_restore (canvas->cr);
  if (self->n_curves > 0 && !self->bare)
    draw_legend (canvas, self, entries, &legend);
  else if (self->n_curves == 0)
    ay_figure_say (canvas, &plot, N_ ("No curves"));
}

#define NAMED_CURVES 4

char *
ay_figure_lines_summary (const AyFigureLines *self, const AyFigureTheme *theme)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (
      out,
      ay_figure_word (theme, self->n_curves == 1 ? N_ ("%u curve of %s over %s")
                                                 : N_ ("%u curves of %s over %s")),
      self->n_curves,
      ay_figure_name (self->y_axis.label, theme, N_ ("values")),
      ay_figure_name (self->x_axis.label, theme, N_ ("position")));
  for (guint c = 0; c < MIN (self->n_curves, NAMED_CURVES); c++)
    {
      const AyFigureCurve *curve = &self->curves[c];
      double first = NAN, last = NAN;
      char a[24], b[24];

      for (guint i = 0; i < curve->n; i++)
        if (has_place (curve, i))
          {
            first = isnan (first) ? curve->y[i] : first;
            last = curve->y[i];
          }
      ay_figure_number_said (theme, first, a);
      ay_figure_number_said (theme, last, b);
      g_string_append (out, c == 0 ? ": " : ", ");
      if (isnan (first))
        g_string_append_printf (out, ay_figure_word (theme, N_ ("%s without a value")),
                                curve->name);
      else
        g_string_append_printf (out, ay_figure_word (theme, N_ ("%s from %s to %s")), curve->name,
                                a, b);
    }
  if (self->n_curves > NAMED_CURVES)
    g_string_append_printf (out, ay_figure_word (theme, N_ (" and %u more")),
                            self->n_curves - NAMED_CURVES);
  for (guint i = 0; i < self->n_flags; i++)
    {
      const AyFigureFlag *flag = &self->flags[i];
      char at[24];

      ay_figure_number_said (theme, flag->x, at);
      if (*flag->text != '\0')
        g_string_append_printf (out, ay_figure_word (theme, N_ ("; %s marked at %s")), flag->text,
                                at);
    }
  g_string_append_c (out, '.');
  return g_string_free (out, FALSE);
}
