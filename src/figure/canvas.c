/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/canvas.h"

#include <math.h>
#include <pango/pangocairo.h>

#define ELLIPSIS "\342\200\246"

void
ay_figure_set_color (cairo_t *cr, AyFigureColor color)
{
  cairo_set_source_rgba (cr, ((color >> 16) & 255) / 255.0, ((color >> 8) & 255) / 255.0,
                         (color & 255) / 255.0, (color >> 24) / 255.0);
}

void
ay_figure_hair_line (AyFigureCanvas *self, double x0, double y0, double x1, double y1,
                     AyFigureColor color)
{
  double unit = 1.0 / MAX (self->scale, 1.0), half = 0.5;

  /* whole logical pixels, so that lines are sharp at any whole scale */
  if (unit < 1.0)
    half = 0.5 * unit * floor (self->scale);
  cairo_set_line_width (self->cr, 1.0);
  ay_figure_set_color (self->cr, color);
  if (x0 == x1)
    x0 = x1 = floor (x0) + half;
  if (y0 == y1)
    y0 = y1 = floor (y0) + half;
  cairo_move_to (self->cr, x0, y0);
  cairo_line_to (self->cr, x1, y1);
  cairo_stroke (self->cr);
}

void
ay_figure_fill_box (AyFigureCanvas *self, const AyFigureBox *box, AyFigureColor color)
{
  ay_figure_set_color (self->cr, color);
  cairo_rectangle (self->cr, box->x, box->y, box->width, box->height);
  cairo_fill (self->cr);
}

#define HATCH 5.0 /* px from line to line */

void
ay_figure_hatch_box (AyFigureCanvas *self, const AyFigureBox *box, AyFigureColor color)
{
  double first = floor ((box->x + box->y) / HATCH) * HATCH; /* lines x + y = const, across boxes */

  ay_figure_fill_box (self, box, ay_figure_mix (color, self->theme->background, 0.8));
  cairo_save (self->cr);
  cairo_rectangle (self->cr, box->x, box->y, box->width, box->height);
  cairo_clip (self->cr);
  ay_figure_set_color (self->cr, color);
  cairo_set_line_width (self->cr, 1.2);
  for (double at = first; at <= box->x + box->y + box->width + box->height; at += HATCH)
    {
      cairo_move_to (self->cr, at - box->y + 2.0, box->y - 2.0);
      cairo_line_to (self->cr, at - box->y - box->height - 2.0, box->y + box->height + 2.0);
    }
  cairo_stroke (self->cr);
  cairo_restore (self->cr);
}

/* ---- text ---- */

/* Valid UTF-8 on one line: names come from people's files. */
static char *
clean (const char *text)
{
  char *copy = g_utf8_make_valid (text != NULL ? text : "", -1);

  for (char *at = copy; *at != '\0'; at++)
    if ((guchar) *at < 0x20 || *at == 0x7f)
      *at = ' ';
  return copy;
}

static double
font_size (AyFigureCanvas *self, const AyFigureTextStyle *style)
{
  return style->size > 0.0 ? style->size : self->theme->font_size;
}

static PangoLayout *
make_layout (AyFigureCanvas *self, const char *text, const AyFigureTextStyle *style)
{
  PangoLayout *layout = pango_cairo_create_layout (self->cr);
  PangoFontDescription *font = pango_font_description_from_string (self->theme->font);
  cairo_font_options_t *options = cairo_font_options_create ();

  /* the same shapes and widths on every surface and at every scale */
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (pango_layout_get_context (layout), options);
  pango_context_set_round_glyph_positions (pango_layout_get_context (layout), FALSE);
  cairo_font_options_destroy (options);
  pango_font_description_set_absolute_size (font, font_size (self, style) * PANGO_SCALE);
  pango_font_description_set_weight (font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

static void
layout_size (PangoLayout *layout, double *width, double *height, double *baseline)
{
  PangoRectangle logical;

  pango_layout_get_extents (layout, NULL, &logical);
  *width = (double) logical.width / PANGO_SCALE;
  *height = (double) logical.height / PANGO_SCALE;
  *baseline = (double) pango_layout_get_baseline (layout) / PANGO_SCALE;
}

void
ay_figure_text_size (AyFigureCanvas *self, const char *text, const AyFigureTextStyle *style,
                     double *width, double *height)
{
  g_autofree char *line = clean (text);
  PangoLayout *layout = make_layout (self, line, style);
  double baseline, w, h;

  layout_size (layout, &w, &h, &baseline);
  if (width != NULL)
    *width = w;
  if (height != NULL)
    *height = h;
  g_object_unref (layout);
}

static void
append_number (GString *out, const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.2f", value);
  g_string_append_printf (out, " %s=\"%s\"", name, text);
}

/* x, y: the anchor on the baseline, in user space. */
static void
append_svg_text (AyFigureCanvas *self, const char *text, const AyFigureTextStyle *style, double x,
                 double y)
{
  static const char *const anchors[] = { "start", "middle", "end" };
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  GString *out = self->svg_text;
  double dx = x, dy = y;

  cairo_user_to_device (self->cr, &dx, &dy);
  g_string_append (out, "<text");
  append_number (out, "x", dx);
  append_number (out, "y", dy);
  append_number (out, "font-size", font_size (self, style));
  if (style->bold)
    g_string_append (out, " font-weight=\"bold\"");
  if (style->anchor != AY_FIGURE_START)
    g_string_append_printf (out, " text-anchor=\"%s\"", anchors[style->anchor]);
  g_string_append_printf (out, " fill=\"#%06x\"", style->color & 0xffffff);
  if (style->vertical)
    {
      char a[G_ASCII_DTOSTR_BUF_SIZE], b[G_ASCII_DTOSTR_BUF_SIZE];

      g_string_append_printf (out, " transform=\"rotate(-90 %s %s)\"",
                              g_ascii_formatd (a, sizeof a, "%.2f", dx),
                              g_ascii_formatd (b, sizeof b, "%.2f", dy));
    }
  g_string_append_printf (out, ">%s</text>\n", escaped);
}

void
ay_figure_text_show (AyFigureCanvas *self, const char *text, const AyFigureTextStyle *style,
                     double x, double y)
{
  g_autofree char *line = clean (text);
  PangoLayout *layout = make_layout (self, line, style);
  double width, height, baseline, back;

  layout_size (layout, &width, &height, &baseline);
  back = style->anchor == AY_FIGURE_START ? 0.0
         : style->anchor == AY_FIGURE_MIDDLE ? width / 2.0
                                             : width;
  if (self->svg_text != NULL)
    {
      if (style->vertical)
        append_svg_text (self, line, style, x - height / 2.0 + baseline, y);
      else
        append_svg_text (self, line, style, x, y - height / 2.0 + baseline);
      g_object_unref (layout);
      return;
    }
  cairo_save (self->cr);
  ay_figure_set_color (self->cr, style->color);
  cairo_move_to (self->cr, x, y);
  if (style->vertical)
    cairo_rotate (self->cr, -G_PI / 2.0);
  cairo_rel_move_to (self->cr, -back, -height / 2.0);
  pango_cairo_show_layout (self->cr, layout);
  cairo_restore (self->cr);
  cairo_new_path (self->cr);
  g_object_unref (layout);
}

char *
ay_figure_text_fit (AyFigureCanvas *self, const char *text, const AyFigureTextStyle *style,
                    double width)
{
  g_autofree char *line = clean (text);
  glong low = 0, high = g_utf8_strlen (line, -1);
  double full;

  ay_figure_text_size (self, line, style, &full, NULL);
  if (full <= width)
    return g_steal_pointer (&line);
  while (low < high) /* the longest beginning that fits with its ellipsis */
    {
      glong middle = (low + high + 1) / 2;
      g_autofree char *part = g_utf8_substring (line, 0, middle);
      g_autofree char *cut = g_strconcat (part, ELLIPSIS, NULL);

      ay_figure_text_size (self, cut, style, &full, NULL);
      if (full <= width)
        low = middle;
      else
        high = middle - 1;
    }
  *g_utf8_offset_to_pointer (line, low) = '\0';
  g_strchomp (line);
  return g_strconcat (line, ELLIPSIS, NULL);
}

char **
ay_figure_text_wrap (AyFigureCanvas *self, const char *text, const AyFigureTextStyle *style,
                     double width, guint max_lines)
{
  g_autofree char *all = clean (text);
  PangoLayout *layout = make_layout (self, all, style);
  GPtrArray *lines = g_ptr_array_new ();
  guint count;

  pango_layout_set_width (layout, (int) (MAX (width, 1.0) * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  count = (guint) pango_layout_get_line_count (layout);
  for (guint i = 0; i < MIN (count, max_lines); i++)
    {
      PangoLayoutLine *line = pango_layout_get_line_readonly (layout, (int) i);
      const char *from = all + pango_layout_line_get_start_index (line);
      gsize length = (gsize) pango_layout_line_get_length (line);

      if (i + 1 == max_lines && count > max_lines)
        g_ptr_array_add (lines, ay_figure_text_fit (self, from, style, width));
      else
        g_ptr_array_add (lines, g_strstrip (g_strndup (from, length)));
    }
  g_ptr_array_add (lines, NULL);
  g_object_unref (layout);
  return (char **) g_ptr_array_free (lines, FALSE);
}

void
ay_figure_say (AyFigureCanvas *self, const AyFigureBox *box, const char *text)
{
  AyFigureTextStyle style = { self->theme->muted, 0.0, FALSE, AY_FIGURE_MIDDLE, FALSE };
  g_autofree char *fitted
      = ay_figure_text_fit (self, ay_figure_word (self->theme, text), &style, box->width);

  ay_figure_text_show (self, fitted, &style, box->x + box->width / 2.0,
                       box->y + box->height / 2.0);
}
