/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/map_marks.h"

#include "figure/theme.h"

#include <adwaita.h>
#include <math.h>

#define RING_RADIUS 8.0
#define RING_BOX 12.0f /* with the width of its line */

/* FALSE: it is not placed. */
static gboolean
locate (const AssayMapPlaces *places, gsize row, double *px, double *py)
{
  ay_figure_view_to_pixel (places->view, places->width, places->height, places->x[row],
                           places->y[row], px, py);
  return isfinite (*px) && isfinite (*py);
}

/* Each line is drawn twice, broad in the colour of the ground and thin in that of the writing. */
static void
set_line (cairo_t *cr, gboolean ground, double width, double alpha)
{
  const AyFigureTheme *theme
      = ay_figure_theme (adw_style_manager_get_dark (adw_style_manager_get_default ()));
  AyFigureColor color = ground ? theme->background : theme->foreground;

  cairo_set_source_rgba (cr, ((color >> 16) & 255) / 255.0, ((color >> 8) & 255) / 255.0,
                         (color & 255) / 255.0, alpha);
  cairo_set_line_width (cr, width);
}

void
assay_map_marks_ring (const AssayMapPlaces *places, GtkSnapshot *snapshot, gint64 row)
{
  double px, py;
  cairo_t *cr;

  if (row < 0 || (gsize) row >= places->n || !locate (places, (gsize) row, &px, &py))
    return;
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT ((float) px - RING_BOX, (float) py - RING_BOX,
                                                       2 * RING_BOX, 2 * RING_BOX));
  for (int line = 0; line < 2; line++)
    {
      set_line (cr, line == 0, line == 0 ? 4.0 : 2.0, 1.0);
      cairo_arc (cr, px, py, RING_RADIUS, 0.0, 2.0 * G_PI);
      cairo_stroke (cr);
    }
  cairo_destroy (cr);
}

void
assay_map_marks_links (const AssayMapPlaces *places, GtkSnapshot *snapshot, gint64 row,
                       const guint32 *rows, guint n_rows)
{
  double x0, y0, x1, y1;
  cairo_t *cr;

  if (n_rows == 0 || row < 0 || (gsize) row >= places->n
      || !locate (places, (gsize) row, &x0, &y0))
    return;
  cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) places->width, (float) places->height));
  for (int line = 0; line < 2; line++)
    {
      set_line (cr, line == 0, line == 0 ? 3.0 : 1.2, 0.8);
      for (guint i = 0; i < n_rows; i++)
        if (rows[i] < places->n && locate (places, rows[i], &x1, &y1))
          {
            cairo_move_to (cr, x0, y0);
            cairo_line_to (cr, x1, y1);
          }
      cairo_stroke (cr);
    }
  cairo_destroy (cr);
}
