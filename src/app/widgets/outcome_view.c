/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/outcome_view.h"

#include "app/widgets/chart.h"
#include "app/widgets/outcome_draw.h"
#include "core/work/retention.h"

#include <glib/gi18n.h>
#include <math.h>

struct _AssayOutcomeView
{
  AdwBin parent;
  AssayChart *chart;
  AssayOutcomeDrawing drawing;
  double threshold; /* that was told of last; NaN: none */
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (AssayOutcomeView, assay_outcome_view, ADW_TYPE_BIN)

static gboolean
describe (gpointer data, AyFigureSpec *spec)
{
  return assay_outcome_drawing_describe (&ASSAY_OUTCOME_VIEW (data)->drawing, spec);
}

static void
update (AssayOutcomeView *self)
{
  assay_chart_update (self->chart, assay_outcome_view_is_empty (self) ? _ ("No outcome curve yet")
                                                                      : NULL);
}

gboolean
assay_outcome_view_is_empty (AssayOutcomeView *self)
{
  return self->drawing.outcomes == NULL || self->drawing.outcomes->len == 0;
}

void
assay_outcome_view_take (AssayOutcomeView *self, GArray *outcomes, gboolean percent)
{
  assay_outcome_drawing_take (&self->drawing, outcomes, percent);
  update (self);
}

/* --- choosing --- */

/* The points from left to right. */
static const double *
thresholds (AssayOutcomeView *self, int *n)
{
  *n = assay_outcome_view_is_empty (self) ? 0 : (int) self->drawing.outcomes->len;
  return self->drawing.columns;
}

static void
choose (AssayOutcomeView *self, int point)
{
  int n;
  const double *x = thresholds (self, &n);

  if (n > 0)
    g_signal_emit (self, chosen_signal, 0, x[CLAMP (point, 0, n - 1)]);
}

static void
pressed (GtkGestureClick *gesture, int n_press, double x, double y, AssayOutcomeView *self)
{
  int at = assay_chart_at (self->chart, x);

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (at >= 0)
    choose (self, at);
}

static gboolean
key_pressed (AssayOutcomeView *self, guint key, guint code, GdkModifierType state)
{
  int n, from = 0;
  const double *x = thresholds (self, &n);

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  for (int i = 1; i < n; i++)
    if (fabs (x[i] - self->threshold) < fabs (x[from] - self->threshold))
      from = i;
  switch (key)
    {
    case GDK_KEY_Left: choose (self, from - 1); return GDK_EVENT_STOP;
    case GDK_KEY_Right: choose (self, from + 1); return GDK_EVENT_STOP;
    case GDK_KEY_Home: choose (self, 0); return GDK_EVENT_STOP;
    case GDK_KEY_End: choose (self, G_MAXINT); return GDK_EVENT_STOP;
    default: return GDK_EVENT_PROPAGATE;
    }
}

char *
assay_outcome_view_dup_line (AssayOutcomeView *self, double threshold)
{
  self->threshold = threshold;
  return assay_outcome_drawing_dup_line (&self->drawing, threshold);
}

void
assay_outcome_view_save (AssayOutcomeView *self, AyWork *work, JsonObject *state)
{
  g_autofree char *key = ay_work_dup_fit_key (work);
  JsonObject *curve = assay_outcome_drawing_to_json (&self->drawing, key);

  if (curve != NULL)
    json_object_set_object_member (state, "outcome", curve);
}

gboolean
assay_outcome_view_restore (AssayOutcomeView *self, AyWork *work, JsonObject *state)
{
  g_autofree char *key = ay_work_dup_fit_key (work);

  if (!assay_outcome_drawing_from_json (&self->drawing,
                                        json_object_get_object_member (state, "outcome"), key))
    return FALSE;
  update (self);
  return TRUE;
}

static void
assay_outcome_view_finalize (GObject *object)
{
  AssayOutcomeView *self = ASSAY_OUTCOME_VIEW (object);

  assay_outcome_drawing_clear (&self->drawing);
  G_OBJECT_CLASS (assay_outcome_view_parent_class)->finalize (object);
}

/* The chart. */
static gboolean
assay_outcome_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (assay_chart_get_area (ASSAY_OUTCOME_VIEW (widget)->chart));
}

static void
assay_outcome_view_class_init (AssayOutcomeViewClass *class)
{
  G_OBJECT_CLASS (class)->finalize = assay_outcome_view_finalize;
  GTK_WIDGET_CLASS (class)->grab_focus = assay_outcome_view_grab_focus;
  chosen_signal = g_signal_new ("chosen", ASSAY_TYPE_OUTCOME_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);
}

static void
assay_outcome_view_init (AssayOutcomeView *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkWidget *area;

  self->threshold = NAN;
  self->chart = assay_chart_new ();
  area = assay_chart_get_area (self->chart);
  gtk_widget_set_focusable (area, TRUE);
  assay_chart_set_height (self->chart, 220);
  assay_chart_set_figure (self->chart, describe, self, NULL);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed), self);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (area, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (area, keys);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->chart));
  update (self);
}
