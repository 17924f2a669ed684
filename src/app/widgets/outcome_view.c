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

static int
n_points (const AssayOutcomeView *self)
{
  return self->drawing.outcomes != NULL ? (int) self->drawing.outcomes->len : 0;
}

static void
update (AssayOutcomeView *self)
{
  assay_chart_update (self->chart, n_points (self) > 0 ? NULL : _ ("No outcome curve yet"));
}

void
assay_outcome_view_take (AssayOutcomeView *self, GArray *outcomes, gboolean percent)
{
  assay_outcome_drawing_take (&self->drawing, outcomes, percent);
  update (self);
}

/* --- choosing --- */

/* The point that was told of last, from left to right. */
static int
current (gpointer data)
{
  const AssayOutcomeView *self = data;
  const double *x = self->drawing.columns;
  int n = n_points (self), nearest = 0;

  for (int i = 1; i < n; i++)
    if (fabs (x[i] - self->threshold) < fabs (x[nearest] - self->threshold))
      nearest = i;
  return nearest;
}

static void
choose (gpointer data, int point)
{
  AssayOutcomeView *self = data;

  if (n_points (self) > 0)
    g_signal_emit (self, chosen_signal, 0,
                   self->drawing.columns[CLAMP (point, 0, n_points (self) - 1)]);
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
  self->threshold = NAN;
  self->chart = assay_chart_new ();
  assay_chart_set_height (self->chart, 220);
  assay_chart_set_figure (self->chart, describe, self, NULL);
  assay_chart_set_choosing (self->chart, current, choose);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->chart));
  update (self);
}
