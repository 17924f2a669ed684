/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/waterfall_view.h"

#include "figure/waterfall.h"

#include <glib/gi18n.h>

#define HEIGHT 200

struct _AssayWaterfallView
{
  AdwBin parent;
  GtkWidget *area;
  AyGainsSteps *steps; /* (nullable) */
  int current;
};

G_DEFINE_FINAL_TYPE (AssayWaterfallView, assay_waterfall_view, ADW_TYPE_BIN)

static guint chosen_signal;

static AyFigureWaterfall
describe (AssayWaterfallView *self)
{
  return (AyFigureWaterfall) {
    .n = self->steps->n, .names = (const char *const *) self->steps->names,
    .before = self->steps->before, .after = self->steps->after,
    .residual = self->steps->residual, .x_label = _ ("round"),
    .label = _ ("validation loss"), .current = self->current,
  };
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user)
{
  AssayWaterfallView *self = user;
  const AyFigureTheme *theme
      = ay_figure_theme (adw_style_manager_get_dark (adw_style_manager_get_default ()));
  AyFigureCanvas canvas = { cr, theme, gtk_widget_get_scale_factor (GTK_WIDGET (area)), NULL };
  AyFigureBox box = { 0, 0, width, height };
  AyFigureWaterfall fall;

  if (self->steps == NULL)
    return;
  fall = describe (self);
  ay_figure_waterfall_draw (&canvas, &fall, &box);
}

static void
say (AssayWaterfallView *self)
{
  g_autofree char *summary = NULL;

  if (self->steps != NULL)
    {
      AyFigureWaterfall fall = describe (self);

      summary = ay_figure_waterfall_summary (&fall);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->area), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  summary != NULL ? summary : _ ("No gains are split yet"), -1);
  gtk_widget_queue_draw (self->area);
}

static void
choose (AssayWaterfallView *self, int step)
{
  if (self->steps == NULL || self->steps->n == 0)
    return;
  self->current = CLAMP (step, 0, (int) self->steps->n - 1);
  gtk_widget_queue_draw (self->area);
  g_signal_emit (self, chosen_signal, 0, (guint) self->current);
}

static void
pressed (GtkGestureClick *gesture, int n_press, double x, double y, AssayWaterfallView *self)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  cairo_t *cr = cairo_create (surface);
  AyFigureCanvas canvas = { cr, ay_figure_theme (FALSE), 1.0, NULL };
  AyFigureBox box = { 0, 0, gtk_widget_get_width (self->area),
                      gtk_widget_get_height (self->area) };

  gtk_widget_grab_focus (self->area);
  if (self->steps != NULL)
    {
      AyFigureWaterfall fall = describe (self);
      gint at = ay_figure_waterfall_at (&canvas, &fall, &box, x);

      if (at >= 0)
        choose (self, at);
    }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

static gboolean
key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
             AssayWaterfallView *self)
{
  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return FALSE;
  switch (key)
    {
    case GDK_KEY_Left: choose (self, self->current - 1); return TRUE;
    case GDK_KEY_Right: choose (self, self->current + 1); return TRUE;
    case GDK_KEY_Home: choose (self, 0); return TRUE;
    case GDK_KEY_End: choose (self, G_MAXINT); return TRUE;
    default: return FALSE;
    }
}

void
assay_waterfall_view_set_steps (AssayWaterfallView *self, AyGainsSteps *steps)
{
  ay_gains_steps_free (self->steps);
  self->steps = steps;
  self->current = -1;
  say (self);
}

void
assay_waterfall_view_set_current (AssayWaterfallView *self, int step)
{
  self->current = step;
  gtk_widget_queue_draw (self->area);
}

static void
assay_waterfall_view_finalize (GObject *object)
{
  ay_gains_steps_free (ASSAY_WATERFALL_VIEW (object)->steps);
  G_OBJECT_CLASS (assay_waterfall_view_parent_class)->finalize (object);
}

static void
assay_waterfall_view_class_init (AssayWaterfallViewClass *class)
{
  G_OBJECT_CLASS (class)->finalize = assay_waterfall_view_finalize;
  chosen_signal = g_signal_new ("chosen", ASSAY_TYPE_WATERFALL_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
assay_waterfall_view_init (AssayWaterfallView *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->current = -1;
  self->area = g_object_new (GTK_TYPE_DRAWING_AREA, "accessible-role", GTK_ACCESSIBLE_ROLE_IMG,
                             "focusable", TRUE, "vexpand", TRUE, "hexpand", TRUE, NULL);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (self->area), HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->area), draw, self, NULL);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (self->area, keys);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self->area, G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), self->area);
  say (self);
}
