/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/data_map_view.h"

#include "app/say.h"
#include "app/widgets/map_view.h"
#include "core/score/data_map.h"

#include <glib/gi18n.h>

struct _AssayDataMapView
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  AssayMapView *plot;
  AssayChart *chart;
  GtkLabel *sentence;
  GtkStack *parts;      /* what computes it, or the map: hidden parts are lost to screen readers */
  GtkWidget *body, *compute, *color, *easy, *ambiguous, *hard;
  AyDataMap *map;        /* (nullable) */
  AyColumn *of;          /* (nullable) the confidence it was made of */
  AssayTask *task;       /* (nullable) */
};

G_DEFINE_FINAL_TYPE (AssayDataMapView, assay_data_map_view, ASSAY_TYPE_SESSION_BIN)

static void show (AssayDataMapView *self);

/* --- the scores it needs --- */

static gboolean
compute_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  static const char *const ids[] = { "confidence", "variability", "correctness", NULL };

  return ay_work_score (work, ids, NULL, ay_work_load_options (work)->seed, job, error);
}

static void
compute_done (GObject *session, gpointer data, const GError *error)
{
  AssayDataMapView *self = data;

  g_clear_object (&self->task);
  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  assay_session_columns_changed (ASSAY_SESSION (session));
  show (self);
}

static void
compute_clicked (AssayDataMapView *self)
{
  if (self->task != NULL)
    {
      assay_task_cancel (self->task);
      return;
    }
  g_set_object (&self->task,
                assay_session_run (self->session, _ ("Following the training"), compute_in_thread,
                                   compute_done, g_object_ref (self), g_object_unref));
  show (self);
}

/* --- regions, in a thread: they sort all rows --- */

typedef struct
{
  AyColumn *confidence, *variability;
} Pair;

static void
pair_free (gpointer data)
{
  Pair *self = data;

  ay_column_unref (self->confidence);
  ay_column_unref (self->variability);
  g_free (self);
}

static void
cut_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Pair *pair = data;

  g_task_return_pointer (task,
                         ay_data_map_new (ay_column_numbers (pair->confidence),
                                          ay_column_numbers (pair->variability),
                                          ay_column_rows (pair->confidence)),
                         (GDestroyNotify) ay_data_map_free);
}

static void
show_region (AssayDataMapView *self, GtkWidget *button, const char *name, AyRegion region)
{
  g_autofree char *tip = NULL;
  g_autofree char *text = g_strdup_printf ("%s: %u", name, (guint) self->map->count[region]);

  gtk_button_set_label (GTK_BUTTON (button), text);
  tip = g_strdup_printf (_ ("Select the rows: %s"), ay_region_meaning (region));
  gtk_widget_set_tooltip_text (button, tip);
}

static void
show_regions (AssayDataMapView *self)
{
  const AyScoreInfo *info = assay_session_find_score (self->session, "confidence");
  const char *of = info == NULL || info->certificate == NULL
                       ? ""
                       : json_object_get_string_member_with_default (info->certificate, "log", "");
  g_autofree char *text = NULL;

  show_region (self, self->easy, _ ("_Easy"), AY_REGION_EASY);
  show_region (self, self->ambiguous, _ ("Am_biguous"), AY_REGION_AMBIGUOUS);
  show_region (self, self->hard, _ ("_Hard"), AY_REGION_HARD);
  text = assay_say (_ ("Ambiguous is the third of highest variability, above %.4g; the "
                       "others are easy from a confidence of %.4g on, and hard below. The "
                       "log: %s."),
                    self->map->variability, self->map->confidence, of);
  gtk_label_set_text (self->sentence, text);
}

static void
cut (GObject *source, GAsyncResult *result, gpointer data)
{
  AssayDataMapView *self = ASSAY_DATA_MAP_VIEW (source);
  const Pair *pair = g_task_get_task_data (G_TASK (result));
  AyDataMap *map = g_task_propagate_pointer (G_TASK (result), NULL);

  if (pair->confidence != self->of)
    {
      ay_data_map_free (map);
      return;
    }
  g_clear_pointer (&self->map, ay_data_map_free);
  self->map = map;
  show_regions (self);
}

static void
start (AssayDataMapView *self, AyColumn *confidence, AyColumn *variability)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, cut, NULL);
  Pair *pair = g_new0 (Pair, 1);

  g_clear_pointer (&self->of, ay_column_unref);
  self->of = ay_column_ref (confidence);
  pair->confidence = ay_column_ref (confidence);
  pair->variability = ay_column_ref (variability);
  g_task_set_task_data (task, pair, pair_free);
  g_task_run_in_thread (task, cut_in_thread);
}

static void
show (AssayDataMapView *self)
{
  AyColumn *confidence = assay_session_find_column (self->session, "confidence");
  AyColumn *variability = assay_session_find_column (self->session, "variability");
  gboolean has = assay_session_find_score (self->session, "confidence") != NULL
                 && assay_session_find_score (self->session, "variability") != NULL
                 && assay_session_find_score (self->session, "correctness") != NULL;
  AyDataset *data = assay_session_get_data (self->session);

  gtk_stack_set_visible_child (self->parts, has ? self->body : self->compute);
  gtk_widget_set_sensitive (self->compute, data != NULL && data->n_classes > 0);
  gtk_button_set_label (GTK_BUTTON (self->compute), self->task != NULL
                                                        ? _ ("Cancel Comp_uting")
                                                        : _ ("Comp_ute the Data Map"));
  if (!has)
    {
      gtk_label_set_text (self->sentence,
                          data == NULL || data->n_classes > 0
                              ? _ ("How sure a training run was of each row's label, and how much "
                                   "that changed: from the logits given with the data, or from a "
                                   "run of a linear head made here")
                              : _ ("A data map needs classes, and the data has a numeric target"));
      g_clear_pointer (&self->of, ay_column_unref);
      g_clear_pointer (&self->map, ay_data_map_free);
      return;
    }
  assay_map_view_set_columns (self->plot, "variability", "confidence");
  if (confidence != self->of)
    start (self, confidence, variability);
}

/* --- acting --- */

static void
select_region (AssayDataMapView *self, AyRegion region)
{
  AyDataset *data = assay_session_get_data (self->session);
  g_autoptr (AyBitset) rows = NULL;

  if (self->map == NULL || data == NULL || data->n != self->map->n)
    return;
  rows = ay_bitset_new (data->n);
  for (gsize i = 0; i < data->n; i++)
    if (self->map->region[i] == region)
      ay_bitset_add (rows, i);
  assay_session_select (self->session, rows, ASSAY_SELECT_REPLACE);
}

static void
easy_clicked (AssayDataMapView *self)
{
  select_region (self, AY_REGION_EASY);
}

static void
ambiguous_clicked (AssayDataMapView *self)
{
  select_region (self, AY_REGION_AMBIGUOUS);
}

static void
hard_clicked (AssayDataMapView *self)
{
  select_region (self, AY_REGION_HARD);
}

static void
color_clicked (AssayDataMapView *self)
{
  assay_session_set_color_by (self->session, "correctness");
}

static void
assay_data_map_view_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "columns-changed", NULL };
  AssayDataMapView *self = ASSAY_DATA_MAP_VIEW (bin);

  self->session = session;
  g_object_set (self->plot, "session", session, NULL);
  assay_session_bin_watch (bin, changes, G_CALLBACK (show));
  show (self);
}

/* The rows are those selected, such as the hard ones. */
static void
assay_data_map_view_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayDataMapView *self = ASSAY_DATA_MAP_VIEW (bin);

  json_object_set_boolean_member (view->state, "data_map", TRUE);
  if (self->map != NULL)
    view->sentence = assay_say (_ ("Data map: %u rows are easy, %u ambiguous, %u hard. %s"),
                                (guint) self->map->count[AY_REGION_EASY],
                                (guint) self->map->count[AY_REGION_AMBIGUOUS],
                                (guint) self->map->count[AY_REGION_HARD],
                                gtk_label_get_text (self->sentence));
}

static void
assay_data_map_view_finalize (GObject *object)
{
  AssayDataMapView *self = ASSAY_DATA_MAP_VIEW (object);

  g_clear_object (&self->task);
  g_clear_pointer (&self->map, ay_data_map_free);
  g_clear_pointer (&self->of, ay_column_unref);
  G_OBJECT_CLASS (assay_data_map_view_parent_class)->finalize (object);
}

static void
assay_data_map_view_class_init (AssayDataMapViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_data_map_view_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_data_map_view_save;
  G_OBJECT_CLASS (class)->finalize = assay_data_map_view_finalize;
  g_type_ensure (ASSAY_TYPE_CHART);
  g_type_ensure (ASSAY_TYPE_MAP_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/data_map_view.ui");
  gtk_widget_class_bind_template_child (widget_class, AssayDataMapView, plot);
  gtk_widget_class_bind_template_child (widget_class, AssayDataMapView, chart);
  gtk_widget_class_bind_template_child (widget_class, AssayDataMapView, sentence);
  gtk_widget_class_bind_template_child (widget_class, AssayDataMapView, parts);
  gtk_widget_class_bind_template_child (widget_class, AssayDataMapView, body);
  gtk_widget_class_bind_template_child (widget_class, AssayDataMapView, compute);
  gtk_widget_class_bind_template_child (widget_class, AssayDataMapView, color);
  gtk_widget_class_bind_template_child (widget_class, AssayDataMapView, easy);
  gtk_widget_class_bind_template_child (widget_class, AssayDataMapView, ambiguous);
  gtk_widget_class_bind_template_child (widget_class, AssayDataMapView, hard);
}

static void
assay_data_map_view_init (AssayDataMapView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  assay_map_view_chart (self->plot, self->chart);
  g_signal_connect_swapped (self->compute, "clicked", G_CALLBACK (compute_clicked), self);
  g_signal_connect_swapped (self->color, "clicked", G_CALLBACK (color_clicked), self);
  g_signal_connect_swapped (self->easy, "clicked", G_CALLBACK (easy_clicked), self);
  g_signal_connect_swapped (self->ambiguous, "clicked", G_CALLBACK (ambiguous_clicked), self);
  g_signal_connect_swapped (self->hard, "clicked", G_CALLBACK (hard_clicked), self);
}
