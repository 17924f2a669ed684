/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/advice_view.h"

#include "app/say.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/number_table.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/work/work_advice.h"

#include <glib/gi18n.h>
#include <math.h>

#define MORE 50

struct _AssayAdviceView
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  AssayTask *task;       /* (nullable) */
  JsonObject *advice;    /* (nullable) what shows */
  GtkButton *ask;
  GtkDropDown *by;
  GtkLabel *sentence, *check;
  AssayNumberTable *table;
};

G_DEFINE_FINAL_TYPE (AssayAdviceView, assay_advice_view, ASSAY_TYPE_SESSION_BIN)

static const char *const kinds[] = { "class", "cluster" };

typedef struct
{
  AssayAdviceView *view;
  const char *by;    /* of kinds */
  JsonObject *found; /* (nullable) */
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_object_unref (self->view);
  g_clear_pointer (&self->found, json_object_unref);
  g_free (self);
}

static gboolean
ask_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Request *self = data;

  self->found = ay_work_advice (work, self->by, MORE, 0, job, error);
  return self->found != NULL;
}

/* --- what shows --- */

static void
update_button (AssayAdviceView *self)
{
  gtk_button_set_label (self->ask, self->task != NULL ? _ ("_Cancel") : _ ("What to _Collect"));
}

static JsonArray *
groups_of (AssayAdviceView *self)
{
  return json_object_get_array_member (self->advice, "groups");
}

static void
add_line (AssayAdviceView *self, JsonObject *one)
{
  static const guint8 counts[] = { 1, 0, 0, 0, 0, 0 };
  const char *verdict = json_object_get_string_member (one, "verdict");
  const char *word = g_str_equal (verdict, "more")   ? _ (" · more than at random")
                     : g_str_equal (verdict, "less") ? _ (" · less: wasted")
                                                     : "";
  g_autofree char *title = g_strconcat (json_object_get_string_member (one, "value"), word, NULL);
  double gain = ay_json_number_of (one, "gain");
  double values[] = { (double) json_object_get_int_member (one, "n"), gain,
                      ay_json_number_of (one, "gain_high") - gain,
                      ay_json_number_of (one, "gain_more"), ay_json_number_of (one, "predicted"),
                      ay_json_number_of (one, "realised") };
  AssayNumberLine line = { title, NULL, 0, G_N_ELEMENTS (values), values, counts };

  assay_number_table_add (self->table, &line);
}

static char *
check_text (AssayAdviceView *self)
{
  double rank = ay_json_number_of (self->advice, "rank_correlation");
  g_autofree char *order = isnan (rank) ? g_strdup ("")
                                        : assay_say (_ (", rank correlation %.2f%s"), rank,
                                                     rank < 0.5 ? _ (": trust the order "
                                                                     "little") : "");

  return assay_say (_ ("Checked without %.0f %% of each kind, which were then added again: "
                       "typically off by %.3g%s"),
                    100.0 * ay_json_number_of (self->advice, "hidden_share"),
                    ay_json_number_of (self->advice, "typical_error"), order);
}

static void
show (AssayAdviceView *self)
{
  const char *const columns[] = { _ ("rows"), _ ("one more"), _ ("±"), _ ("50 more"),
                                  _ ("predicted"), _ ("realised") };
  gboolean has = self->advice != NULL;
  g_autofree char *text = NULL, *check = has ? check_text (self) : NULL;

  assay_number_table_clear (self->table, _ ("Kind, most gain first"), columns,
                            has ? G_N_ELEMENTS (columns) : 0);
  for (guint k = 0; has && k < json_array_get_length (groups_of (self)); k++)
    add_line (self, json_array_get_object_element (groups_of (self), k));
  if (has && !json_object_get_null_member (self->advice, "wasted"))
    text = g_strdup_printf ("%s\n%s", json_object_get_string_member (self->advice, "sentence"),
                            json_object_get_string_member (self->advice, "wasted"));
  else
    text = g_strdup (has ? json_object_get_string_member (self->advice, "sentence")
                         : _ ("Of what kind of rows more would lower the loss most, and where they "
                              "are wasted"));
  gtk_label_set_text (self->sentence, text);
  gtk_label_set_text (self->check, has ? check : "");
  gtk_widget_set_visible (GTK_WIDGET (self->table), has);
  gtk_widget_set_visible (GTK_WIDGET (self->check), has);
  update_button (self);
}

static void
answered (GObject *session, gpointer data, const GError *error)
{
  Request *request = data;
  AssayAdviceView *self = request->view;

  g_clear_object (&self->task);
  if (error == NULL)
    {
      g_clear_pointer (&self->advice, json_object_unref);
      self->advice = g_steal_pointer (&request->found);
    }
  else if (!g_error_matches (error, AY_ERROR, AY_ERROR_CANCELLED))
    assay_session_fail (ASSAY_SESSION (session), error);
  show (self);
}

static void
ask_clicked (AssayAdviceView *self)
{
  Request *request;

  if (self->task != NULL)
    {
      assay_task_cancel (self->task);
      return;
    }
  if (assay_session_get_work (self->session) == NULL)
    return;
  request = g_new0 (Request, 1);
  request->view = g_object_ref (self);
  request->by = kinds[MIN (gtk_drop_down_get_selected (self->by), G_N_ELEMENTS (kinds) - 1)];
  g_set_object (&self->task, assay_session_run (self->session, _ ("Advising what to collect"),
                                                ask_in_thread, answered, request, request_free));
  update_button (self);
}

/* Whether a row is of the kind: a value, or numbers above one and up to another. */
static gboolean
is_of_kind (const AyColumn *column, gsize row, JsonObject *kind)
{
  g_autofree char *text = NULL;
  double above, to, value;

  if (!json_object_has_member (kind, "above"))
    {
      text = ay_column_dup_text (column, row);
      return g_strcmp0 (text, json_object_get_string_member (kind, "value")) == 0;
    }
  above = ay_json_number_of (kind, "above");
  to = ay_json_number_of (kind, "to");
  value = ay_column_numbers (column)[row];
  return !isnan (value) && !(value <= above) && !(value > to); /* NaN: open */
}

/* Selects the kind's training rows. */
static void
line_activated (AssayAdviceView *self, guint line)
{
  AyDataset *data = assay_session_get_data (self->session);
  const char *by;
  JsonObject *kind;
  AyColumn *column;
  g_autoptr (AyBitset) rows = NULL;

  if (self->advice == NULL || line >= json_array_get_length (groups_of (self)) || data == NULL)
    return;
  by = json_object_get_string_member (self->advice, "by");
  kind = json_array_get_object_element (groups_of (self), line);
  column = assay_session_find_column (self->session, g_str_equal (by, "class") ? "label" : by);
  rows = ay_bitset_new (data->n);
  for (gsize i = 0; i < data->n && column != NULL; i++)
    if (data->split[i] == AY_SPLIT_TRAIN && is_of_kind (column, i, kind))
      ay_bitset_add (rows, i);
  assay_session_select (self->session, rows, ASSAY_SELECT_REPLACE);
}

/* --- the widget --- */

/* A numeric target has no classes: its rows are told apart by fifths of it. */
static void
name_kinds (AssayAdviceView *self)
{
  AyDataset *data = self->session != NULL ? assay_session_get_data (self->session) : NULL;
  gboolean target = data != NULL && data->n_classes == 0;
  const char *const names[] = { target ? _ ("By Target") : _ ("By Class"), _ ("By Cluster"), NULL };
  g_autoptr (GtkStringList) list = gtk_string_list_new (names);

  gtk_drop_down_set_model (self->by, G_LIST_MODEL (list));
}

static void
forget (AssayAdviceView *self)
{
  if (self->task != NULL)
    assay_task_cancel (self->task);
  g_clear_pointer (&self->advice, json_object_unref);
  name_kinds (self);
  show (self);
}

static void
assay_advice_view_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const opened[] = { "notify::title", NULL };
  AssayAdviceView *self = ASSAY_ADVICE_VIEW (bin);

  self->session = session;
  assay_session_bin_watch (bin, opened, G_CALLBACK (forget));
  forget (self);
}

static void
assay_advice_view_dispose (GObject *object)
{
  AssayAdviceView *self = ASSAY_ADVICE_VIEW (object);

  g_clear_object (&self->task);
  g_clear_pointer (&self->advice, json_object_unref);
  G_OBJECT_CLASS (assay_advice_view_parent_class)->dispose (object);
}

static void
assay_advice_view_class_init (AssayAdviceViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_advice_view_bind;
  G_OBJECT_CLASS (class)->dispose = assay_advice_view_dispose;
  g_type_ensure (ASSAY_TYPE_NUMBER_TABLE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/advice_view.ui");
  gtk_widget_class_bind_template_child (widget_class, AssayAdviceView, ask);
  gtk_widget_class_bind_template_child (widget_class, AssayAdviceView, by);
  gtk_widget_class_bind_template_child (widget_class, AssayAdviceView, sentence);
  gtk_widget_class_bind_template_child (widget_class, AssayAdviceView, check);
  gtk_widget_class_bind_template_child (widget_class, AssayAdviceView, table);
}

static void
assay_advice_view_init (AssayAdviceView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  name_kinds (self);
  assay_drop_down_set_name (self->by, _ ("Advice By"));
  g_signal_connect_swapped (self->ask, "clicked", G_CALLBACK (ask_clicked), self);
  g_signal_connect_swapped (self->table, "activated", G_CALLBACK (line_activated), self);
}
