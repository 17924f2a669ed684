/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/epoch_view.h"

#include "app/say.h"
#include "app/sentence.h"
#include "app/widgets/chart.h"

#include "core/work/work_epochs.h"

#include <glib/gi18n.h>

#define HEIGHT 128

struct _AssayEpochView
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  gint64 row;
  AssayChart *chart;
  GtkLabel *sentence;
  AyTrainingLog *log;    /* (nullable) */
  AyDataset *data;       /* (nullable) what it is of */
  char *folder;          /* (nullable) where it was read from, beside the data */
  AyEpochCurve *curve;   /* (nullable) */
  AyFigureCurve line;    /* of it, as drawn last */
  AyFigureFlag *flags;   /* likewise: where it was forgotten */
  AssayTask *task;       /* (nullable) opens the log */
};

G_DEFINE_FINAL_TYPE (AssayEpochView, assay_epoch_view, ASSAY_TYPE_SESSION_BIN)

/* --- drawing --- */

static gboolean
describe (gpointer data, AyFigureSpec *spec)
{
  AssayEpochView *self = data;
  const AyEpochCurve *curve = self->curve;
  guint n = 0;

  if (curve == NULL)
    return FALSE;
  self->line = (AyFigureCurve) { .name = "", .n = curve->n, .x = curve->epoch,
                                 .y = curve->probability };
  g_free (self->flags);
  self->flags = g_new (AyFigureFlag, curve->n + 1);
  for (guint i = 0; i < curve->n; i++)
    if (curve->forgotten[i])
      self->flags[n++] = (AyFigureFlag) { 0, curve->epoch[i], curve->probability[i], "" };
  spec->kind = AY_FIGURE_LINES;
  spec->lines = (AyFigureLines) { .n_curves = 1, .curves = &self->line, .marks = TRUE,
                                  .bare = TRUE, .n_flags = n, .flags = self->flags,
                                  .x_axis = { .label = _ ("epoch"), .integral = TRUE },
                                  .y_axis = { .low = 0.0, .high = 1.0 } };
  return TRUE;
}

static void
say (AssayEpochView *self)
{
  const AyEpochCurve *curve = self->curve;
  const char *label = self->data->class_names[self->data->label[self->row]];
  g_autofree char *what = ay_epoch_curve_describe (curve), *text = NULL, *name = NULL;

  text = g_strdup_printf (_ ("Probability of \"%s\" in training: %s"), label, what);
  name = assay_say (_ ("Curve over the epochs: probability of \"%s\" from %.3g to %.3g, %s"),
                    label, curve->probability[0], curve->probability[curve->n - 1], what);
  gtk_label_set_text (self->sentence, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->sentence), ay_training_log_describe (self->log));
  assay_chart_update (self->chart, name);
}

static void
show (AssayEpochView *self)
{
  g_autoptr (GError) error = NULL;
  gboolean has = self->log != NULL && self->row >= 0 && (gsize) self->row < self->data->n;

  g_clear_pointer (&self->curve, ay_epoch_curve_free);
  if (has)
    self->curve = ay_epoch_curve_new (self->log, self->data, (guint32) self->row, NULL, &error);
  if (self->curve != NULL && self->curve->n > 0)
    say (self);
  else
    assay_sentence_show (self->sentence, error != NULL ? error->message : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->chart), self->curve != NULL && self->curve->n > 0);
  gtk_widget_set_visible (GTK_WIDGET (self), has);
}

/* --- the log --- */

static void
forget_log (AssayEpochView *self)
{
  g_clear_pointer (&self->log, ay_training_log_free);
  g_clear_pointer (&self->data, ay_dataset_unref);
  g_clear_pointer (&self->folder, g_free);
}

typedef struct
{
  AssayEpochView *view;
  AyTrainingLog *log; /* (nullable) */
} Opening;

static void
opening_free (gpointer data)
{
  Opening *self = data;

  ay_training_log_free (self->log);
  g_object_unref (self->view);
  g_free (self);
}

static gboolean
open_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Opening *self = data;

  self->log = ay_work_training_log (work, job, error);
  return self->log != NULL;
}

/* A folder that is gone is no failure here: the row is shown without its curve. */
static void
opened (GObject *session, gpointer data, const GError *error)
{
  Opening *opening = data;
  AssayEpochView *self = opening->view;

  g_clear_object (&self->task);
  if (error != NULL || assay_session_get_data (self->session) != self->data)
    return;
  self->log = g_steal_pointer (&opening->log);
  show (self);
}

/* A folder with a file an epoch is read in a job; the log of the data itself is at hand. */
static void
find_log (AssayEpochView *self)
{
  AyDataset *data = assay_session_get_data (self->session);
  AyWork *work = assay_session_get_work (self->session);
  const char *folder = work != NULL && data != NULL
                           ? ay_training_log_folder (assay_session_get_scores (self->session))
                           : NULL;

  if (data == self->data && g_strcmp0 (folder, self->folder) == 0)
    return;
  forget_log (self);
  if (data != NULL && data->n_classes > 0 && folder != NULL)
    {
      Opening *opening = g_new0 (Opening, 1);

      opening->view = g_object_ref (self);
      g_set_object (&self->task,
                    assay_session_run (self->session, _ ("Reading the training log"),
                                       open_in_thread, opened, opening, opening_free));
    }
  else if (data != NULL && data->n_classes > 0 && data->dynamics != NULL)
    self->log = ay_training_log_of_data (data, NULL);
  self->data = data != NULL ? ay_dataset_ref (data) : NULL;
  self->folder = g_strdup (folder);
}

void
assay_epoch_view_set_row (AssayEpochView *self, gint64 row)
{
  find_log (self);
  self->row = row;
  show (self);
}

static void
assay_epoch_view_bind (AssaySessionBin *bin, AssaySession *session)
{
  ASSAY_EPOCH_VIEW (bin)->session = session;
}

static void
assay_epoch_view_finalize (GObject *object)
{
  AssayEpochView *self = ASSAY_EPOCH_VIEW (object);

  g_clear_object (&self->task);
  forget_log (self);
  ay_epoch_curve_free (self->curve);
  g_free (self->flags);
  G_OBJECT_CLASS (assay_epoch_view_parent_class)->finalize (object);
}

static void
assay_epoch_view_class_init (AssayEpochViewClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_epoch_view_bind;
  G_OBJECT_CLASS (class)->finalize = assay_epoch_view_finalize;
}

static void
assay_epoch_view_init (AssayEpochView *self)
{
  GtkBox *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 6));

  self->row = -1;
  self->chart = assay_chart_new ();
  assay_chart_set_height (self->chart, HEIGHT);
  assay_chart_set_figure (self->chart, describe, self, NULL);
  self->sentence = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->sentence, TRUE);
  gtk_label_set_xalign (self->sentence, 0.0f);
  gtk_label_set_max_width_chars (self->sentence, 28);
  gtk_widget_add_css_class (GTK_WIDGET (self->sentence), "caption");
  gtk_box_append (box, GTK_WIDGET (self->chart));
  gtk_box_append (box, GTK_WIDGET (self->sentence));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (box));
}
