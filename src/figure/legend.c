/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/legend.h"

#include "core/base/words.h"
#include "figure/axes.h"
#include "figure/stamp.h"

#include <math.h>

#define MARK_ROOM 20.0
#define COUNT_GAP 10.0
#define NO_COUNT G_MAXUINT64

static void
clear_entry (gpointer data)
{
  g_free (((AyFigureLegendEntry *) data)->name);
}

GArray *
ay_figure_legend_new (void)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (AyFigureLegendEntry));

  g_array_set_clear_func (entries, clear_entry);
  return entries;
}

void
ay_figure_legend_add (GArray *entries, const AyFigureLegendEntry *entry)
{
  AyFigureLegendEntry copy = *entry;

  copy.name = g_strdup (entry->name);
  g_array_append_val (entries, copy);
}

void
ay_figure_mark (AyFigureCanvas *canvas, AyFigureShape shape, AyFigureColor color, double x,
                double y, double radius)
{
  cairo_t *cr = canvas->cr;
  double ring = (AY_FIGURE_RING_OUTER + AY_FIGURE_RING_INNER) / 2.0;
  int up = shape == AY_FIGURE_TRIANGLE_DOWN ? -1 : 1;

  cairo_save (cr);
  ay_figure_set_color (cr, color);
  cairo_translate (cr, x, y);
  cairo_scale (cr, radius, radius * up);
  if (shape == AY_FIGURE_CROSS)
    cairo_rotate (cr, G_PI / 4.0);
  switch (shape)
    {
    case AY_FIGURE_DISC:
      cairo_arc (cr, 0.0, 0.0, 1.0, 0.0, 2.0 * G_PI);
      break;
    case AY_FIGURE_SQUARE:
      cairo_rectangle (cr, -AY_FIGURE_SQUARE_HALF, -AY_FIGURE_SQUARE_HALF,
                       2.0 * AY_FIGURE_SQUARE_HALF, 2.0 * AY_FIGURE_SQUARE_HALF);
      break;
    case AY_FIGURE_TRIANGLE:
    case AY_FIGURE_TRIANGLE_DOWN:
      cairo_move_to (cr, 0.0, -AY_FIGURE_TRIANGLE_TOP);
      cairo_line_to (cr, AY_FIGURE_TRIANGLE_HALF, AY_FIGURE_TRIANGLE_BASE);
      cairo_line_to (cr, -AY_FIGURE_TRIANGLE_HALF, AY_FIGURE_TRIANGLE_BASE);
      break;
    case AY_FIGURE_DIAMOND:
      cairo_move_to (cr, 0.0, -AY_FIGURE_DIAMOND_REACH);
      cairo_line_to (cr, AY_FIGURE_DIAMOND_REACH, 0.0);
      cairo_line_to (cr, 0.0, AY_FIGURE_DIAMOND_REACH);
      cairo_line_to (cr, -AY_FIGURE_DIAMOND_REACH, 0.0);
      break;
    case AY_FIGURE_PLUS:
    case AY_FIGURE_CROSS:
      for (int turn = 0; turn < 2; turn++)
        {
          cairo_rectangle (cr, -AY_FIGURE_BAR_REACH, -AY_FIGURE_BAR_HALF, 2.0 * AY_FIGURE_BAR_REACH,
                           2.0 * AY_FIGURE_BAR_HALF);
          cairo_rotate (cr, G_PI / 2.0);
        }
      break;
    case AY_FIGURE_RING:
      cairo_set_line_width (cr, AY_FIGURE_RING_OUTER - AY_FIGURE_RING_INNER);
      cairo_arc (cr, 0.0, 0.0, ring, 0.0, 2.0 * G_PI);
      cairo_stroke (cr);
      break;
    }
  cairo_fill (cr);
  cairo_restore (cr);
}

/* ---- classes ---- */

static AyFigureTextStyle
name_style (const AyFigureCanvas *canvas)
{
  return (AyFigureTextStyle) { canvas->theme->foreground, 0.0, FALSE, AY_FIGURE_START, FALSE };
}

static AyFigureTextStyle
count_style (const AyFigureCanvas *canvas)
{
  return (AyFigureTextStyle) { canvas->theme->muted, canvas->theme->font_size * 0.92, FALSE,
                               AY_FIGURE_END, FALSE };
}

static AyFigureTextStyle
title_style (const AyFigureCanvas *canvas)
{
  return (AyFigureTextStyle) { canvas->theme->foreground, 0.0, TRUE, AY_FIGURE_START, FALSE };
}

static double
width_of_counts (AyFigureCanvas *canvas, const GArray *entries)
{
  AyFigureTextStyle style = count_style (canvas);
  double widest = 0.0, width;

  for (guint i = 0; i < entries->len; i++)
    {
      guint64 count = g_array_index (entries, AyFigureLegendEntry, i).count;
      g_autofree char *text = count != NO_COUNT ? ay_figure_count (count) : NULL;

      if (text == NULL)
        continue;
      ay_figure_text_size (canvas, text, &style, &width, NULL);
      widest = MAX (widest, width + COUNT_GAP);
    }
  return widest;
}

double
ay_figure_legend_width (AyFigureCanvas *canvas, const char *title, const GArray *entries,
                        double max_width)
{
  AyFigureTextStyle style = name_style (canvas), bold = title_style (canvas);
  double widest = 0.0, width, counts = width_of_counts (canvas, entries);

  for (guint i = 0; i < entries->len; i++)
    {
      ay_figure_text_size (canvas, g_array_index (entries, AyFigureLegendEntry, i).name, &style,
                           &width, NULL);
      widest = MAX (widest, MARK_ROOM + width + counts);
    }
  if (title != NULL)
    {
      ay_figure_text_size (canvas, title, &bold, &width, NULL);
      widest = MAX (widest, width);
    }
  return ceil (MIN (widest + 2.0, max_width));
}

static double
draw_title (AyFigureCanvas *canvas, const char *title, const AyFigureBox *box)
{
  AyFigureTextStyle style = title_style (canvas);
  double line = canvas->theme->font_size * 1.6;
  g_autofree char *text = NULL;

  if (title == NULL)
    return 0.0;
  text = ay_figure_text_fit (canvas, title, &style, box->width);
  ay_figure_text_show (canvas, text, &style, box->x, box->y + line / 2.0);
  return line + 2.0;
}

static void
draw_entry (AyFigureCanvas *canvas, const AyFigureLegendEntry *entry, const AyFigureBox *row,
            double counts)
{
  AyFigureTextStyle style = name_style (canvas), right = count_style (canvas);
  double middle = row->y + row->height / 2.0;
  g_autofree char *name = ay_figure_text_fit (canvas, entry->name, &style,
                                              MAX (row->width - MARK_ROOM - counts, 10.0));

  if (entry->line)
    {
      ay_figure_set_color (canvas->cr, entry->color);
      cairo_set_line_width (canvas->cr, 2.0);
      cairo_move_to (canvas->cr, row->x, middle);
      cairo_line_to (canvas->cr, row->x + 14.0, middle);
      cairo_stroke (canvas->cr);
    }
  ay_figure_mark (canvas, entry->shape, entry->color, row->x + 7.0, middle,
                  entry->line ? 3.5 : 4.5);
  ay_figure_text_show (canvas, name, &style, row->x + MARK_ROOM, middle);
  if (entry->count != NO_COUNT)
    {
      g_autofree char *count = ay_figure_count (entry->count);

      ay_figure_text_show (canvas, count, &right, row->x + row->width, middle);
    }
}

double
ay_figure_legend_draw (AyFigureCanvas *canvas, const char *title, const GArray *entries,
                       const AyFigureBox *box)
{
  double line = canvas->theme->font_size * 1.6, top = draw_title (canvas, title, box);
  double counts = width_of_counts (canvas, entries);
  guint room = (guint) MAX ((box->height - top) / line, 0.0), shown = MIN (entries->len, room);

  if (shown < entries->len && shown > 0)
    shown--; /* for the line that says so */
  for (guint i = 0; i < shown; i++)
    {
      AyFigureBox row = { box->x, box->y + top + i * line, box->width, line };

      draw_entry (canvas, &g_array_index (entries, AyFigureLegendEntry, i), &row, counts);
    }
  if (shown < entries->len && room > 0)
    {
      g_autofree char *more = g_strdup_printf (ay_figure_word (canvas->theme, N_ ("and %u more")),
                                               entries->len - shown);
      AyFigureTextStyle style = name_style (canvas);
      g_autofree char *text
          = ay_figure_text_fit (canvas, more, &style, MAX (box->width - MARK_ROOM, 10.0));

      style.color = canvas->theme->muted;
      ay_figure_text_show (canvas, text, &style, box->x + MARK_ROOM,
                           box->y + top + (shown + 0.5) * line);
      shown++;
    }
  return top + shown * line;
}

/* ---- numbers ---- */

#define BAR_WIDTH 14.0

static void
draw_gradient (AyFigureCanvas *canvas, const AyFigureScale *scale, const AyFigureBox *bar)
{
  cairo_pattern_t *gradient
      = cairo_pattern_create_linear (0.0, bar->y + bar->height, 0.0, bar->y);

  for (int i = 0; i < AY_FIGURE_SCALE_STEPS; i += 5) /* 255 is a multiple of 5 */
    {
      AyFigureColor c = scale->colors[i];

      cairo_pattern_add_color_stop_rgb (gradient, (double) i / (AY_FIGURE_SCALE_STEPS - 1),
                                        ((c >> 16) & 255) / 255.0, ((c >> 8) & 255) / 255.0,
                                        (c & 255) / 255.0);
    }
  cairo_set_source (canvas->cr, gradient);
  cairo_rectangle (canvas->cr, bar->x, bar->y, bar->width, bar->height);
  cairo_fill (canvas->cr);
  cairo_pattern_destroy (gradient);
}

double
ay_figure_legend_draw_scale (AyFigureCanvas *canvas, const char *title, const AyFigureScale *scale,
                             const AyFigureLegendNotes *notes, const AyFigureBox *box)
{
  const AyFigureLegendEntry entries[] = {
    { (char *) ay_figure_word (canvas->theme, N_ ("not told from 0")), notes->uncertain,
      canvas->theme->other, AY_FIGURE_RING, FALSE },
    { (char *) ay_figure_word (canvas->theme, N_ ("no value")), notes->missing,
      scale->colors[AY_FIGURE_SCALE_STEPS], AY_FIGURE_MISSING_SHAPE, FALSE },
  };
  guint n = (notes->missing > 0) + (notes->uncertain > 0);
  double line = canvas->theme->font_size * 1.6, top = draw_title (canvas, title, box);
  double below = n > 0 ? line * (n + 0.3) : 0.0;
  AyFigureBox bar = { box->x, box->y + top + line / 2.0, BAR_WIDTH,
                      CLAMP (box->height - top - line - below, 20.0, 220.0) };
  AyFigureBox row = { box->x, bar.y + bar.height + line * 0.5, box->width, line };
  AyFigureAxis axis = { .low = scale->low, .high = scale->high };
  AyFigureTextStyle style = count_style (canvas);
  AyFigureTicks ticks;

  style.anchor = AY_FIGURE_START;
  draw_gradient (canvas, scale, &bar);
  ay_figure_ticks_for (canvas, &axis, (guint) CLAMP (bar.height / 32.0, 2, 7), &ticks);
  for (guint i = 0; i < ticks.n; i++)
    {
      double y = bar.y + bar.height * (1.0 - ay_figure_axis_place (&axis, ticks.value[i]));

      ay_figure_hair_line (canvas, bar.x + bar.width, y, bar.x + bar.width + 4.0, y,
                           canvas->theme->muted);
      ay_figure_text_show (canvas, ticks.label[i], &style, bar.x + bar.width + 8.0, y);
    }
  for (guint k = 0; k < G_N_ELEMENTS (entries); k++)
    if (entries[k].count > 0)
      {
        g_autofree char *count = ay_figure_count (entries[k].count);
        double width;

        ay_figure_text_size (canvas, count, &style, &width, NULL);
        draw_entry (canvas, &entries[k], &row, width + COUNT_GAP);
        row.y += line;
      }
  return bar.y + bar.height + below - box->y;
}
