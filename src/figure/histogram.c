/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/histogram.h"

#include "core/base/words.h"
#include "figure/palette.h"

#include <math.h>

static AyFigureColor
bar_color (const AyFigureHistogram *self, const AyFigureTheme *theme, double middle)
{
  AyFigureScale scale;

  if (!self->diverging)
    return theme->accent;
  ay_figure_scale_init (&scale, AY_FIGURE_DIVERGING, -1.0, 1.0, theme);
  return ay_figure_scale_color (&scale, middle < 0.0 ? -0.55 : 0.55);
}

static AyFigureBox
bar_box (const AyFigureBox *plot, const AyFigureAxis *y, double from, double to, double count)
{
  double height = plot->height * ay_figure_axis_place (y, count);

  if (count > 0.0)
    height = MAX (height, 1.0); /* never invisible */
  return (AyFigureBox) { from, plot->y + plot->height - height, to - from, height };
}

/* All rows of a bin, faint where some are selected; then the uncertain ones, hatched; then the
 * selected ones. */
static void
draw_bin (AyFigureCanvas *canvas, const AyFigureHistogram *self, const AyFigureBox *plot,
          const AyFigureAxis *y, guint b)
{
  const AyFigureBins *bins = self->bins;
  double width = plot->width / bins->n_bins, gap = width >= 5.0 ? 1.0 : 0.0;
  double from = plot->x + b * width, to = from + width - gap;
  double middle = bins->low + (b + 0.5) * (bins->high / bins->n_bins - bins->low / bins->n_bins);
  AyFigureColor color = bar_color (self, canvas->theme, middle);
  AyFigureColor faint = ay_figure_mix (color, canvas->theme->background, 0.62);
  gboolean overlay = bins->count_selected != NULL && bins->selected > 0;
  AyFigureBox box = bar_box (plot, y, from, to, (double) bins->count[b]);

  ay_figure_fill_box (canvas, &box, overlay ? faint : color);
  if (bins->count_uncertain != NULL && bins->count_uncertain[b] > 0)
    {
      box = bar_box (plot, y, from, to, (double) bins->count_uncertain[b]);
      ay_figure_hatch_box (canvas, &box, overlay ? faint : color);
    }
  if (overlay && bins->count_selected[b] > 0)
    {
      box = bar_box (plot, y, from, to, (double) bins->count_selected[b]);
      ay_figure_fill_box (canvas, &box, color);
    }
}

/* "12 missing, 3 below, 1 above the range", or NULL. (transfer full) */
static char *
left_out (const AyFigureBins *bins, const AyFigureTheme *theme)
{
  const struct { guint64 count; const char *what; } parts[] = {
    { bins->uncertain, N_ ("not to be told from zero (hatched)") },
    { bins->missing, N_ ("without a value") },
    { bins->infinite, N_ ("infinite") },
    { bins->below, N_ ("below the range") },
    { bins->above, N_ ("above the range") },
  };
  GString *out = g_string_new (NULL);

  for (gsize k = 0; k < G_N_ELEMENTS (parts); k++)
    if (parts[k].count > 0)
      {
        g_autofree char *count = ay_figure_count (parts[k].count);

        g_string_append_printf (out, "%s%s %s", out->len > 0 ? ", " : "", count,
                                ay_figure_word (theme, parts[k].what));
      }
  return g_string_free (out, out->len == 0);
}

static void
draw_note (AyFigureCanvas *canvas, const AyFigureBins *bins, const AyFigureBox *box)
{
  AyFigureTextStyle style = { canvas->theme->muted, canvas->theme->font_size * 0.92, FALSE,
                              AY_FIGURE_END, FALSE };
  g_autofree char *left = left_out (bins, canvas->theme), *count = ay_figure_count (bins->selected);
  g_autofree char *all = NULL, *text = NULL;

  if (bins->selected > 0)
    {
      g_autofree char *selected
          = g_strdup_printf (ay_figure_word (canvas->theme, N_ ("%s selected")), count);

      all = g_strjoin (", ", selected, left, NULL);
    }
  else
    all = g_strdup (left);
  if (all == NULL)
    return;
  text = ay_figure_text_fit (canvas, all, &style, box->width);
  ay_figure_text_show (canvas, text, &style, box->x + box->width,
                       box->y + canvas->theme->font_size * 0.7);
}

static void
draw_zero (AyFigureCanvas *canvas, const AyFigureBox *plot, const AyFigureAxis *x)
{
  double at = plot->x + plot->width * ay_figure_axis_place (x, 0.0);

  if (x->low < 0.0 && x->high > 0.0)
    ay_figure_hair_line (canvas, at, plot->y, at, plot->y + plot->height,
                         canvas->theme->foreground);
}

void
ay_figure_histogram_draw (AyFigureCanvas *canvas, const AyFigureHistogram *self,
                          const AyFigureBox *box)
{
  const AyFigureBins *bins = self->bins;
  AyFigureAxis x = { .low = bins->low, .high = bins->high, .label = self->label };
  AyFigureAxis y = { .low = 0.0, .label = self->count_label != NULL ? self->count_label : "rows",
                     .integral = TRUE, .log_counts = self->log_counts };
  AyFigureBox rest = *box, plot;
  guint64 most = 0;

  for (guint b = 0; b < bins->n_bins; b++)
    most = MAX (most, bins->count[b]);
  y.high = MAX ((double) most * (self->log_counts ? 1.0 : 1.04), 1.0);
  ay_figure_axis_repair (&x);
  rest.y += canvas->theme->font_size * 1.1; /* the line of what is left out */
  rest.height = MAX (rest.height - canvas->theme->font_size * 1.1, 1.0);
  plot = ay_figure_axes_layout (canvas, &rest, &x, &y);
  ay_figure_axes_draw (canvas, &plot, &x, &y);
  for (guint b = 0; b < bins->n_bins; b++)
    if (bins->count[b] > 0)
      draw_bin (canvas, self, &plot, &y, b);
  if (self->diverging)
    draw_zero (canvas, &plot, &x);
  if (most == 0)
    ay_figure_say (canvas, &plot, N_ ("No values"));
  draw_note (canvas, bins, box);
}

char *
ay_figure_histogram_summary (const AyFigureHistogram *self, const AyFigureTheme *theme)
{
  const AyFigureBins *bins = self->bins;
  g_autofree char *count = ay_figure_count (bins->total - bins->missing);
  g_autofree char *left = left_out (bins, theme), *selected = ay_figure_count (bins->selected);
  const char *rows = ay_figure_name (self->count_label, theme, N_ ("rows"));
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, ay_figure_word (theme, N_ ("Histogram of %s over %s %s")),
                          ay_figure_name (self->label, theme, N_ ("values")), count, rows);
  if (!isnan (bins->minimum))
    {
      char low[24], middle[24], high[24];

      ay_figure_number_said (theme, bins->minimum, low);
      ay_figure_number_said (theme, bins->median, middle);
      ay_figure_number_said (theme, bins->maximum, high);
      g_string_append_printf (
          out, ay_figure_word (theme, N_ (": from %s to %s, half of them below %s")), low, high,
          middle);
    }
  if (left != NULL)
    g_string_append_printf (out, "; %s", left);
  if (bins->selected > 0)
    {
      g_string_append (out, "; ");
      g_string_append_printf (out, ay_figure_word (theme, N_ ("%s selected")), selected);
    }
  g_string_append_c (out, '.');
  return g_string_free (out, FALSE);
}
