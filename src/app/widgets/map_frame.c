/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/map_frame.h"

#include <adwaita.h>
#include <glib/gi18n.h>

AssayMapFrame
assay_map_frame_describe (AssaySession *session, AssayPointColors *colors, gsize n, float *x,
                          float *y)
{
  const AyBitset *selection = assay_session_get_selection (session);
  AssayMapFrame frame = { .n = n, .x = g_atomic_rc_box_acquire (x),
                          .y = g_atomic_rc_box_acquire (y),
                          .colors = assay_point_colors_ref (colors) };

  frame.options = (AyFigureRasterOptions) AY_FIGURE_RASTER_OPTIONS_INIT;
  frame.visible = ay_bitset_copy (assay_session_get_visible (session));
  frame.selected = ay_bitset_count (selection) > 0 ? ay_bitset_copy (selection) : NULL;
  return frame;
}

AyFigurePoints
assay_map_frame_points (const AssayMapFrame *self)
{
  return (AyFigurePoints) { .n = self->n, .x = self->x, .y = self->y,
                            .color = self->colors->index, .palette = self->colors->palette,
                            .n_palette = self->colors->n_palette, .shape = self->colors->shape,
                            .visible = self->visible, .selected = self->selected };
}

void
assay_map_frame_clear (AssayMapFrame *self)
{
  g_clear_pointer (&self->x, g_atomic_rc_box_release);
  g_clear_pointer (&self->y, g_atomic_rc_box_release);
  g_clear_pointer (&self->colors, assay_point_colors_unref);
  g_clear_pointer (&self->visible, ay_bitset_free);
  g_clear_pointer (&self->selected, ay_bitset_free);
}

/* The density of cells that are several pixels a side where there are few points, else they would
 * be single specks. Each pixel of `pixels` gets its cell's colour. */
static gboolean
draw_density (const AssayMapFrame *self, AyFigureRaster *raster, const AyFigurePoints *points,
              guint32 *pixels)
{
  const AyFigureRasterOptions *options = &self->options;
  gsize n = self->visible != NULL ? ay_bitset_count (self->visible) : self->n;
  int cell = (int) ay_figure_raster_density_cell (n, options->width / options->scale,
                                                  options->height / options->scale,
                                                  options->scale);
  AyFigureRasterOptions coarse = *options;
  AyFigureView view = self->view;
  g_autofree guint32 *cells = NULL;
  AyFigureScale scale;

  ay_figure_scale_init (&scale, AY_FIGURE_SEQUENTIAL, 0.0, 1.0,
                        ay_figure_theme (self->colors->dark));
  if (cell <= 1)
    return ay_figure_raster_density (raster, points, &view, options, &scale, pixels,
                                     (gsize) options->width * 4, NULL, NULL);
  coarse.width = (options->width + cell - 1) / cell;
  coarse.height = (options->height + cell - 1) / cell;
  view.x1 = view.x0 + (view.x1 - view.x0) * coarse.width * cell / options->width;
  view.y0 = view.y1 - (view.y1 - view.y0) * coarse.height * cell / options->height;
  cells = g_new (guint32, (gsize) coarse.width * (gsize) coarse.height);
  if (!ay_figure_raster_density (raster, points, &view, &coarse, &scale, cells,
                                 (gsize) coarse.width * 4, NULL, NULL))
    return FALSE;
  for (int j = 0; j < options->height; j++)
    for (int i = 0; i < options->width; i++)
      pixels[(gsize) j * (gsize) options->width + (gsize) i]
          = cells[(gsize) (j / cell) * (gsize) coarse.width + (gsize) (i / cell)];
  return TRUE;
}

GdkTexture *
assay_map_frame_draw (const AssayMapFrame *self, AyFigureRaster *raster, double *seconds)
{
  AyFigurePoints points = assay_map_frame_points (self);
  gsize stride = (gsize) self->options.width * 4;
  gsize size = stride * (gsize) self->options.height;
  guint32 *pixels = g_try_malloc (MAX (size, 1));
  g_autoptr (GBytes) bytes = NULL;
  gint64 begin = g_get_monotonic_time ();
  gboolean ok;

  if (pixels == NULL)
    return NULL;
  if (self->density)
    ok = draw_density (self, raster, &points, pixels);
  else
    ok = ay_figure_raster_draw (raster, &points, &self->view, &self->options, pixels, stride, NULL,
                                NULL);
  if (seconds != NULL)
    *seconds = (double) (g_get_monotonic_time () - begin) * 1e-6;
  bytes = g_bytes_new_take (pixels, size);
  if (!ok)
    return NULL;
  return gdk_memory_texture_new (self->options.width, self->options.height, GDK_MEMORY_DEFAULT,
                                 bytes, stride);
}

static void
say_too_many (GtkWidget *widget, cairo_t *cr, guint n, AyFigureColor color)
{
  g_autofree char *text
      = g_strdup_printf (_ ("Zoom in: %u lines between near copies here, at most %u are drawn"), n,
                         AY_FIGURE_MOST_EDGES);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);

  cairo_set_source_rgb (cr, ((color >> 16) & 255) / 255.0, ((color >> 8) & 255) / 255.0,
                        (color & 255) / 255.0);
  cairo_move_to (cr, 12.0, 8.0);
  pango_cairo_show_layout (cr, layout);
}

void
assay_map_frame_append_edges (GtkWidget *widget, GtkSnapshot *snapshot,
                              const AyFigureEdges *edges, const AyFigurePoints *points,
                              const AyFigureView *view)
{
  const AyFigureTheme *theme
      = ay_figure_theme (adw_style_manager_get_dark (adw_style_manager_get_default ()));
  const double size[2] = { gtk_widget_get_width (widget), gtk_widget_get_height (widget) };
  cairo_t *cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) size[0], (float) size[1]));
  gsize within = ay_figure_edges_draw (edges, cr, points, view, size, theme);

  if (within > AY_FIGURE_MOST_EDGES)
    say_too_many (widget, cr, (guint) within, theme->foreground);
  cairo_destroy (cr);
}
