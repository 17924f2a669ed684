/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/panels.h"

#define GAP 10.0 /* between two panels */

void
ay_figure_panels_draw (AyFigureCanvas *canvas, const AyFigurePanels *self, const AyFigureBox *box)
{
  AyFigureTextStyle style = { canvas->theme->foreground, canvas->theme->font_size, TRUE,
                              AY_FIGURE_START, FALSE };
  double line = style.size * 1.5;
  double each = self->n > 0 ? (box->height - GAP * (self->n - 1)) / self->n : 0.0;

  for (guint k = 0; k < self->n; k++)
    {
      double y = box->y + k * (each + GAP);
      AyFigureBox part = { box->x, y + line, box->width, MAX (each - line, 1.0) };
      g_autofree char *title
          = ay_figure_text_fit (canvas, self->each[k].title, &style, box->width);

      ay_figure_text_show (canvas, title, &style, box->x, y + line / 2.0);
      ay_figure_lines_draw (canvas, &self->each[k].lines, &part);
    }
}

char *
ay_figure_panels_summary (const AyFigurePanels *self, const AyFigureTheme *theme)
{
  GString *text = g_string_new (NULL);

  for (guint k = 0; k < self->n; k++)
    {
      g_autofree char *one = ay_figure_lines_summary (&self->each[k].lines, theme);

      g_string_append_printf (text, "%s%s: %s", k > 0 ? " " : "", self->each[k].title, one);
    }
  return g_string_free (text, FALSE);
}
