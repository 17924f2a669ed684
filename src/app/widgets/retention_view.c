/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/retention_view.h"

#include "app/widgets/chart.h"
#include "app/widgets/fold.h"

#include <glib/gi18n.h>
#include <string.h>

#define HEIGHT 220

struct _AssayRetentionView
{
  AssaySessionBin parent;
  AssaySession *session;     /* kept by the parent */
  AssayChart *chart;
  GtkWidget *area;           /* the chart's */
  GtkLabel *sentence;
  GtkButton *draw_button;
  AyRetention *curve;        /* (nullable) */
  AyRetentionSeries *series; /* (nullable) of the curve */
  AssayRetentionDrawing drawing; /* of both, as drawn last */
  int marked;                /* the point chosen; -1: none */
  AssayTask *task;           /* (nullable) that makes a curve */
};

G_DEFINE_FINAL_TYPE (AssayRetentionView, assay_retention_view, ASSAY_TYPE_SESSION_BIN)

static guint chosen_signal;

/* --- what is drawn --- */

static void
add_flag (AssayRetentionDrawing *drawing, const AyRetentionSeries *series, int point,
          const char *text)
{
  drawing->flags[drawing->lines.n_flags++]
      = (AyFigureFlag) { 0, series->x[point], series->own[point], text };
}

void
assay_retention_draw_as (AssayRetentionDrawing *drawing, const AyRetention *curve,
                         const AyRetentionSeries *series, int marked)
{
  int minimal = (int) curve->minimal;

  drawing->curves[0] = (AyFigureCurve) { .name = series->name, .n = series->n, .x = series->x,
                                         .y = series->own };
  drawing->curves[1] = (AyFigureCurve) { .name = _ ("at random"), .n = series->n, .x = series->x,
                                         .y = series->random, .low = series->low,
                                         .high = series->high, .reference = TRUE };
  drawing->lines = (AyFigureLines) {
    .n_curves = 2, .curves = drawing->curves, .marks = TRUE,
    .x_axis = { .label = _ ("percent of the training rows kept") },
    .y_axis = { .label = curve->on_test ? _ ("accuracy on test") : _ ("accuracy on valid") },
    .band_label = _ ("95 % band of the mean over the draws"), .flags = drawing->flags,
  };
  if (marked >= 0)
    add_flag (drawing, series, marked,
              marked == minimal ? _ ("chosen; smallest no worse on valid") : _ ("chosen"));
  if (minimal < (int) series->n && minimal != marked)
    add_flag (drawing, series, minimal, _ ("smallest no worse on valid"));
}

static gboolean
describe (gpointer data, AyFigureSpec *spec)
{
  AssayRetentionView *self = data;

  if (self->curve == NULL)
    return FALSE;
  assay_retention_draw_as (&self->drawing, self->curve, self->series, self->marked);
  spec->kind = AY_FIGURE_LINES;
  spec->lines = self->drawing.lines;
  return TRUE;
}

static void
say (AssayRetentionView *self)
{
  g_autofree char *summary = NULL, *name = NULL, *text = NULL;
  guint point;
  AyFigureSpec spec;

  if (describe (self, &spec))
    {
      point = self->marked >= 0 ? (guint) self->marked : ay_retention_usual_point (self->curve);
      summary = assay_chart_summary (&spec);
      name = self->marked >= 0
                 ? g_strdup_printf (_ ("Retention curve. %s Chosen: %.0f %%, %u rows"), summary,
                                    self->series->x[point], (guint) self->curve->points[point].n)
                 : g_strdup_printf (_ ("Retention curve. %s No point is chosen"), summary);
      text = ay_retention_sentence (self->curve, point);
    }
  assay_chart_update (self->chart, name != NULL ? name : _ ("No retention curve yet"));
  gtk_label_set_text (self->sentence,
                      text != NULL ? text : _ ("How many rows are needed is not known yet"));
  assay_fold_show (GTK_WIDGET (self->chart), self->curve != NULL);
}

/* --- choosing --- */

static void
choose (gpointer data, int point)
{
  AssayRetentionView *self = data;

  if (self->curve == NULL)
    return;
  self->marked = CLAMP (point, 0, (int) self->series->n - 1);
  say (self);
  g_signal_emit (self, chosen_signal, 0, (guint) self->marked);
}

/* The one that is marked, else the smallest no worse. */
static int
current (gpointer data)
{
  const AssayRetentionView *self = data;

  return self->marked >= 0 || self->curve == NULL
             ? self->marked
             : (int) MIN (self->curve->minimal, self->curve->n_points - 1);
}

static gboolean
key_pressed (AssayRetentionView *self, guint key, guint code, GdkModifierType state)
{
  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0 || self->curve == NULL
      || (key != GDK_KEY_Return && key != GDK_KEY_space))
    return GDK_EVENT_PROPAGATE;
  choose (self, current (self));
  return GDK_EVENT_STOP;
}

const AyRetention *
assay_retention_view_get (AssayRetentionView *self)
{
  return self->curve;
}

char *
assay_retention_view_dup_sentence (AssayRetentionView *self)
{
  return g_strdup (gtk_label_get_text (self->sentence));
}

void
assay_retention_view_mark (AssayRetentionView *self, gsize rows)
{
  int marked = -1;

  for (guint k = 0; self->curve != NULL && k < self->curve->n_points; k++)
    if (rows > 0 && self->curve->points[k].n == rows)
      marked = (int) k;
  if (marked == self->marked)
    return;
  self->marked = marked;
  say (self);
}

/* --- made --- */

static gboolean
make_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  AyRetentionOptions options = AY_RETENTION_OPTIONS_INIT;
  g_autoptr (AyRetention) made = NULL;

  options.seed = ay_work_load_options (work)->seed;
  made = ay_work_retention (work, &options, job, error);
  return made != NULL;
}

static void
show_kept (AssayRetentionView *self)
{
  AyWork *work = assay_session_get_work (self->session);

  g_clear_pointer (&self->curve, ay_retention_free);
  g_clear_pointer (&self->series, ay_retention_series_free);
  self->marked = -1;
  self->curve = work != NULL ? ay_work_kept_retention (work) : NULL;
  if (self->curve != NULL)
    self->series = ay_retention_series (self->curve);
  gtk_widget_set_sensitive (GTK_WIDGET (self->draw_button), work != NULL);
  say (self);
  g_signal_emit_by_name (self, "shown");
}

static void
make_done (GObject *session, gpointer data, const GError *error)
{
  AssayRetentionView *self = data;

  g_clear_object (&self->task);
  gtk_button_set_label (self->draw_button, _ ("Draw Retention Curve"));
  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  show_kept (self);
}

static void
draw_clicked (AssayRetentionView *self)
{
  if (self->task != NULL)
    {
      assay_task_cancel (self->task);
      return;
    }
  if (assay_session_get_work (self->session) == NULL)
    return;
  g_set_object (&self->task,
                assay_session_run (self->session, _ ("Refitting on part of the rows"),
                                   make_in_thread, make_done, g_object_ref (self),
                                   g_object_unref));
  gtk_button_set_label (self->draw_button, _ ("Cancel Retention Curve"));
}

static void
assay_retention_view_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "notify::loaded", "columns-changed", NULL };
  AssayRetentionView *self = ASSAY_RETENTION_VIEW (bin);

  self->session = session;
  assay_session_bin_watch (bin, changes, G_CALLBACK (show_kept));
  show_kept (self);
}

static void
assay_retention_view_enter (AssaySessionBin *bin)
{
  gtk_widget_grab_focus (ASSAY_RETENTION_VIEW (bin)->area);
}

static void
assay_retention_view_finalize (GObject *object)
{
  AssayRetentionView *self = ASSAY_RETENTION_VIEW (object);

  g_clear_object (&self->task);
  ay_retention_free (self->curve);
  ay_retention_series_free (self->series);
  G_OBJECT_CLASS (assay_retention_view_parent_class)->finalize (object);
}

static void
assay_retention_view_class_init (AssayRetentionViewClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_retention_view_bind;
  ASSAY_SESSION_BIN_CLASS (class)->enter = assay_retention_view_enter;
  G_OBJECT_CLASS (class)->finalize = assay_retention_view_finalize;
  chosen_signal = g_signal_new ("chosen", ASSAY_TYPE_RETENTION_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  g_signal_new ("shown", ASSAY_TYPE_RETENTION_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
}

static GtkWidget *
make_chart (AssayRetentionView *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->chart = assay_chart_new ();
  self->area = assay_chart_get_area (self->chart);
  assay_chart_set_height (self->chart, HEIGHT);
  assay_chart_set_figure (self->chart, describe, self, NULL);
  assay_chart_set_choosing (self->chart, current, choose);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (self->area, keys);
  return assay_fold_new (GTK_WIDGET (self->chart));
}

static void
assay_retention_view_init (AssayRetentionView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->marked = -1;
  self->draw_button = GTK_BUTTON (gtk_button_new_with_label (_ ("Draw Retention Curve")));
  gtk_widget_set_halign (GTK_WIDGET (self->draw_button), GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->draw_button),
                               _ ("Refits on the rows that a score ranks first, and on as many at "
                                  "random; looks at the test part, which are counted"));
  self->sentence = GTK_LABEL (g_object_new (GTK_TYPE_LABEL, "xalign", 0.0f, "wrap", TRUE, NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->sentence), "dim-label");
  gtk_box_append (GTK_BOX (box), make_chart (self));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->sentence));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->draw_button));
  g_signal_connect_swapped (self->draw_button, "clicked", G_CALLBACK (draw_clicked), self);
  adw_bin_set_child (ADW_BIN (self), box);
}
