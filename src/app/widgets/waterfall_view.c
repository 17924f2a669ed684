/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/waterfall_view.h"

#include "app/widgets/chart.h"

#include <glib/gi18n.h>

#define HEIGHT 200

struct _AssayWaterfallView
{
  AdwBin parent;
  AssayChart *chart;
  GtkWidget *area;     /* the chart's */
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

static gboolean
describe_figure (gpointer data, AyFigureSpec *spec)
{
  AssayWaterfallView *self = data;

  if (self->steps == NULL)
    return FALSE;
  spec->kind = AY_FIGURE_WATERFALL;
  spec->waterfall = describe (self);
  return TRUE;
}

static void
say (AssayWaterfallView *self)
{
  assay_chart_update (self->chart, self->steps != NULL ? NULL : _ ("No gains are split yet"));
}

static int
current (gpointer data)
{
  return ASSAY_WATERFALL_VIEW (data)->current;
}

static void
choose (gpointer data, int step)
{
  AssayWaterfallView *self = data;

  if (self->steps == NULL || self->steps->n == 0)
    return;
  self->current = CLAMP (step, 0, (int) self->steps->n - 1);
  gtk_widget_queue_draw (self->area);
  g_signal_emit (self, chosen_signal, 0, (guint) self->current);
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
  self->current = -1;
  self->chart = assay_chart_new ();
  self->area = assay_chart_get_area (self->chart);
  gtk_widget_set_vexpand (GTK_WIDGET (self->chart), TRUE);
  assay_chart_set_height (self->chart, HEIGHT);
  assay_chart_set_figure (self->chart, describe_figure, self, NULL);
  assay_chart_set_choosing (self->chart, current, choose);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->chart));
  say (self);
}
