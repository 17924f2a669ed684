/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/legend_mark.h"

#include "figure/legend.h"

#include <adwaita.h>

#define SIZE 16

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  guint code = GPOINTER_TO_UINT (data);
  const AyFigureTheme *theme
      = ay_figure_theme (adw_style_manager_get_dark (adw_style_manager_get_default ()));
  AyFigureCanvas canvas = { cr, theme, 1.0, NULL };

  ay_figure_mark (&canvas, ay_figure_class_shape (code), ay_figure_class_color (theme, code, TRUE),
                  width / 2.0, height / 2.0, 5.0);
}

GtkWidget *
assay_legend_mark_new (guint code)
{
  GtkWidget *area = g_object_new (GTK_TYPE_DRAWING_AREA, "accessible-role",
                                  GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (area), SIZE);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (area), SIZE);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw, GUINT_TO_POINTER (code), NULL);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), area, G_CONNECT_SWAPPED);
  return area;
}
