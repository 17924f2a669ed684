/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/class_balance.h"

#include "figure/bars.h"

#include <adwaita.h>

#define LINE_HEIGHT 22
#define MAX_LINES 40

typedef struct
{
  AyDataset *data;
  double *count; /* rows a class */
} Balance;

static void
balance_free (gpointer user)
{
  Balance *self = user;

  ay_dataset_unref (self->data);
  g_free (self->count);
  g_free (self);
}

static AyFigureBars
describe (const Balance *self)
{
  return (AyFigureBars) { .n = self->data->n_classes,
                          .names = (const char *const *) self->data->class_names,
                          .values = self->count, .integral = TRUE, .sorted = TRUE };
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user)
{
  AyFigureTheme theme
      = *ay_figure_theme (adw_style_manager_get_dark (adw_style_manager_get_default ()));
  AyFigureCanvas canvas = { cr, &theme, gtk_widget_get_scale_factor (GTK_WIDGET (area)), NULL };
  AyFigureBox box = { 0, 0, width, height };
  AyFigureBars bars = describe (user);

  ay_figure_bars_draw (&canvas, &bars, &box);
}

GtkWidget *
assay_class_balance_new (AyDataset *data, char **summary)
{
  GtkWidget *area = g_object_new (GTK_TYPE_DRAWING_AREA, "accessible-role",
                                  GTK_ACCESSIBLE_ROLE_IMG, NULL);
  Balance *self = g_new (Balance, 1);
  AyFigureBars bars;

  self->data = ay_dataset_ref (data);
  self->count = g_new0 (double, MAX (data->n_classes, 1));
  for (gsize i = 0; i < data->n; i++)
    if (data->label[i] != AY_LABEL_MISSING)
      self->count[data->label[i]] += 1.0;
  bars = describe (self);
  *summary = ay_figure_bars_summary (&bars);
  gtk_accessible_update_property (GTK_ACCESSIBLE (area), GTK_ACCESSIBLE_PROPERTY_LABEL, *summary,
                                  -1);
  gtk_drawing_area_set_content_height (
      GTK_DRAWING_AREA (area), (int) MIN (data->n_classes, MAX_LINES) * LINE_HEIGHT + 40);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw, self, balance_free);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), area, G_CONNECT_SWAPPED);
  return area;
}
