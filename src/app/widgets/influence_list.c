/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/influence_list.h"

#include "app/say.h"
#include "app/sentence.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/fold.h"
#include "app/widgets/set_name.h"
#include "core/work/own_influence.h"

#include <glib/gi18n.h>
#include <math.h>

#define TOP 5

struct _AssayInfluenceList
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  gint64 row;
  GtkWidget *ask, *all;  /* the strongest; of every training row, as a column */
  GtkDropDown *whose;    /* computed for the head, or of the user's own tools */
  GtkCheckButton *predicted; /* of the class that the head predicts, not of the label */
  gboolean filling;      /* its model is being changed, by us */
  GtkLabel *sentence;
  GtkListBox *list;
  GArray *rows;          /* of guint32: one a line */
  AssayTask *task;       /* (nullable) */
};

G_DEFINE_FINAL_TYPE (AssayInfluenceList, assay_influence_list, ASSAY_TYPE_SESSION_BIN)

/* --- asking --- */

typedef struct
{
  AssayInfluenceList *list;
  gsize row;
  gboolean prediction;
  char *own;             /* (nullable) name of an imported matrix */
  char *column;          /* (nullable) that the influence on the row is kept in */
  AyRowInfluence *found; /* (nullable) */
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_object_unref (self->list);
  g_free (self->own);
  g_free (self->column);
  ay_row_influence_free (self->found);
  g_free (self);
}

static gboolean
ask_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Request *self = data;
  AyInfluenceQuestion question = { TOP, self->prediction };
  g_autoptr (AyBitset) rows = ay_bitset_new (ay_work_data (work)->n);

  ay_bitset_add (rows, self->row);
  self->found = self->own != NULL
                    ? ay_work_own_influence (work, self->own, rows, TOP, error)
                    : ay_work_row_influence (work, rows, &question, job, error);
  return self->found != NULL;
}

static void
add_lines (AssayInfluenceList *self, const char *what, const guint32 *rows, const float *influence,
           guint k)
{
  AyDataset *data = assay_session_get_data (self->session);
  AyColumn *labels = assay_session_find_column (self->session, "label");

  for (guint i = 0; i < k && rows[i] != G_MAXUINT32; i++)
    {
      g_autofree char *id = ay_column_dup_text (data->id, rows[i]);
      g_autofree char *label = labels != NULL ? ay_column_dup_text (labels, rows[i])
                                              : g_strdup ("");
      g_autofree char *text = assay_say ("%s %s · %s  %+.3g", what, id, label, influence[i]);
      GtkWidget *row = gtk_list_box_row_new (), *line = gtk_label_new (text);

      gtk_label_set_xalign (GTK_LABEL (line), 0.0f);
      gtk_label_set_ellipsize (GTK_LABEL (line), PANGO_ELLIPSIZE_END);
      gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
      assay_set_name (row, text);
      gtk_list_box_append (self->list, row);
      g_array_append_val (self->rows, rows[i]);
    }
}

static void
clear_lines (AssayInfluenceList *self)
{
  GtkWidget *line;

  while ((line = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, line);
  g_array_set_size (self->rows, 0);
  assay_fold_show (self->list, FALSE);
}

static void
show_found (AssayInfluenceList *self, const Request *request)
{
  const AyRowInfluence *found = request->found;
  const AyDataset *data = assay_session_get_data (self->session);
  g_autofree char *text
      = request->own != NULL
            ? g_strdup_printf (_ ("Influence by \"%s\", in its own units"), request->own)
        : found->label == NULL
            ? g_strdup (_ ("Change of the row's loss if a training row were removed"))
            : g_strdup_printf (request->prediction ? _ ("For and against the prediction, %s")
                                                   : _ ("For and against the label, %s"),
                               data->class_names[found->label[0]]);

  clear_lines (self);
  add_lines (self, _ ("for"), found->helping, found->help, found->k);
  add_lines (self, _ ("against"), found->hurting, found->hurt, found->k);
  assay_fold_show (self->list, TRUE);
  gtk_label_set_text (self->sentence, text);
}

static void show_state (AssayInfluenceList *self);

static void
answered (GObject *session, gpointer data, const GError *error)
{
  Request *request = data;
  AssayInfluenceList *self = request->list;

  g_clear_object (&self->task);
  show_state (self);
  if (self->row != (gint64) request->row || assay_session_get_data (self->session) == NULL)
    return;
  if (error != NULL)
    assay_sentence_show (self->sentence, error->message);
  else
    show_found (self, request);
}

/* Where there is no label it is the prediction that is asked of. */
static gboolean
has_label (AssayInfluenceList *self, gsize row)
{
  AyDataset *data = assay_session_get_data (self->session);

  return data->label != NULL ? data->label[row] != AY_LABEL_MISSING : !isnan (data->target[row]);
}

/* The chosen matrix; NULL: what is computed for the head. (transfer full) */
static char *
dup_chosen (AssayInfluenceList *self)
{
  GtkStringObject *item = gtk_drop_down_get_selected_item (self->whose);

  return item != NULL && gtk_drop_down_get_selected (self->whose) > 0
             ? g_strdup (gtk_string_object_get_string (item))
             : NULL;
}

static void
ask_clicked (AssayInfluenceList *self)
{
  Request *request;

  if (self->task != NULL)
    {
      assay_task_cancel (self->task);
      return;
    }
  request = g_new0 (Request, 1);
  request->list = g_object_ref (self);
  request->row = (gsize) self->row;
  request->own = dup_chosen (self);
  request->prediction = request->own == NULL
                        && (!has_label (self, request->row)
                            || (gtk_widget_is_visible (GTK_WIDGET (self->predicted))
                                && gtk_check_button_get_active (self->predicted)));
  g_set_object (&self->task,
                assay_session_run (self->session, _ ("Rows for and against"), ask_in_thread,
                                   answered, request, request_free));
  show_state (self);
}

/* --- of every training row --- */

static gboolean
score_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Request *self = data;
  const char *const ids[] = { "influence", NULL };
  g_autoptr (GHashTable) parameters = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *id = ay_column_dup_text (ay_work_data (work)->id, self->row);

  g_hash_table_insert (parameters, (gpointer) "of", id);
  if (!ay_work_score (work, ids, parameters, ay_work_load_options (work)->seed, job, error))
    return FALSE;
  self->column = ay_work_score_column (work, ids[0], parameters);
  return TRUE;
}

static void
scored (GObject *session, gpointer data, const GError *error)
{
  Request *request = data;
  g_autofree char *text = NULL;

  g_clear_object (&request->list->task);
  show_state (request->list);
  if (error != NULL)
    {
      assay_session_fail (ASSAY_SESSION (session), error);
      return;
    }
  assay_session_columns_came (ASSAY_SESSION (session), request->column);
  text = g_strdup_printf (_ ("Coloured and sorted by %s"), request->column);
  assay_session_tell (ASSAY_SESSION (session), text, TRUE);
}

static void
all_clicked (AssayInfluenceList *self)
{
  Request *request = g_new0 (Request, 1);

  request->list = g_object_ref (self);
  request->row = (gsize) self->row;
  g_set_object (&self->task,
                assay_session_run (self->session, _ ("Influence on the row"), score_in_thread,
                                   scored, request, request_free));
  show_state (self);
}

/* --- what is shown --- */

/* Matrices that were imported; the list shows once there is one. */
static void
fill_whose (AssayInfluenceList *self)
{
  AyWork *work = assay_session_get_work (self->session);
  g_autoptr (GPtrArray) names = work != NULL ? ay_work_own_influences (work, NULL) : NULL;
  g_autofree char *chosen = dup_chosen (self);
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  guint at = 0;

  gtk_string_list_append (list, _ ("Computed for the head"));
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      gtk_string_list_append (list, names->pdata[i]);
      if (g_strcmp0 (names->pdata[i], chosen) == 0)
        at = i + 1;
    }
  self->filling = TRUE;
  gtk_drop_down_set_model (self->whose, G_LIST_MODEL (list));
  gtk_drop_down_set_selected (self->whose, at);
  self->filling = FALSE;
  assay_fold_show (self->whose, names != NULL && names->len > 0);
}

static gboolean
can_ask (AssayInfluenceList *self)
{
  AyDataset *data = self->session != NULL ? assay_session_get_data (self->session) : NULL;

  return data != NULL && self->row >= 0 && (gsize) self->row < data->n
         && (data->label != NULL || data->target != NULL)
         && data->split[self->row] != AY_SPLIT_TEST
         && (data->n_classes > 0 || has_label (self, (gsize) self->row));
}

/* Why there is no column of the influence on the row; NULL: there can be. */
static const char *
cannot_score (AssayInfluenceList *self)
{
  AyDataset *data = assay_session_get_data (self->session);

  if (ay_workspace_is_read_only (ay_work_store (assay_session_get_work (self->session))))
    return _ ("The workspace can only be read");
  if (data->split[self->row] == AY_SPLIT_TEST)
    return _ ("A test row is kept for the report: nothing is chosen by it");
  return has_label (self, (gsize) self->row) ? NULL : _ ("The row has no label");
}

static void
show_state (AssayInfluenceList *self)
{
  AyDataset *data = self->session != NULL ? assay_session_get_data (self->session) : NULL;
  gboolean asks = self->task != NULL;
  gboolean any = data != NULL && self->row >= 0 && (gsize) self->row < data->n
                 && (data->label != NULL || data->target != NULL);
  const char *why = any ? cannot_score (self) : NULL;

  gtk_widget_set_visible (self->ask, asks || can_ask (self));
  assay_fold_show (self->all, any);
  gtk_widget_set_sensitive (self->all, why == NULL && !asks);
  gtk_widget_set_tooltip_text (self->all, why != NULL
                                              ? why
                                              : _ ("Of every training row, as a column that "
                                                   "colours the map and sorts the samples"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->whose), !asks);
  assay_fold_show (self->predicted, any && data->n_classes > 0 && can_ask (self)
                                        && has_label (self, (gsize) self->row)
                                        && gtk_drop_down_get_selected (self->whose) == 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->predicted), !asks);
  gtk_button_set_label (GTK_BUTTON (self->ask), asks ? _ ("Cancel") : _ ("Rows For and Aga_inst"));
}

void
assay_influence_list_set_row (AssayInfluenceList *self, gint64 row)
{
  if (self->row != row)
    {
      self->row = row;
      clear_lines (self);
      gtk_label_set_text (self->sentence, "");
    }
  show_state (self);
}

/* What is shown is of the one chosen before. */
static void
question_changed (AssayInfluenceList *self)
{
  if (self->filling)
    return;
  clear_lines (self);
  gtk_label_set_text (self->sentence, "");
  show_state (self);
}

static void
row_activated (AssayInfluenceList *self, GtkListBoxRow *line)
{
  int at = gtk_list_box_row_get_index (line);

  if (at >= 0 && (guint) at < self->rows->len)
    assay_session_select_row (self->session, g_array_index (self->rows, guint32, at),
                              ASSAY_SELECT_REPLACE);
}

static void
assay_influence_list_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "columns-changed", "notify::title", NULL };

  ASSAY_INFLUENCE_LIST (bin)->session = session;
  assay_session_bin_watch (bin, changes, G_CALLBACK (fill_whose));
  fill_whose (ASSAY_INFLUENCE_LIST (bin));
  show_state (ASSAY_INFLUENCE_LIST (bin));
}

static void
assay_influence_list_finalize (GObject *object)
{
  AssayInfluenceList *self = ASSAY_INFLUENCE_LIST (object);

  g_clear_object (&self->task);
  g_array_unref (self->rows);
  G_OBJECT_CLASS (assay_influence_list_parent_class)->finalize (object);
}

static void
assay_influence_list_class_init (AssayInfluenceListClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_influence_list_bind;
  G_OBJECT_CLASS (class)->finalize = assay_influence_list_finalize;
}

static void
assay_influence_list_init (AssayInfluenceList *self)
{
  GtkBox *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 6));

  self->row = -1;
  self->rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->ask = gtk_button_new_with_mnemonic (_ ("Rows For and Aga_inst"));
  gtk_widget_set_tooltip_text (self->ask, _ ("The training rows whose removal would change the "
                                             "loss on this row most"));
  g_signal_connect_swapped (self->ask, "clicked", G_CALLBACK (ask_clicked), self);
  self->all = gtk_button_new_with_mnemonic (_ ("Influence on This Ro_w"));
  g_signal_connect_swapped (self->all, "clicked", G_CALLBACK (all_clicked), self);
  self->sentence = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->sentence, TRUE);
  gtk_label_set_xalign (self->sentence, 0.0f);
  gtk_label_set_max_width_chars (self->sentence, 28);
  gtk_widget_add_css_class (GTK_WIDGET (self->sentence), "caption");
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  assay_set_name (self->list, _ ("Training Rows For and Against"));
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (row_activated), self);
  self->whose = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  assay_drop_down_set_name (self->whose, _ ("Influence By"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->whose),
                               _ ("By the head, or by a matrix that you imported"));
  g_signal_connect_swapped (self->whose, "notify::selected", G_CALLBACK (question_changed), self);
  self->predicted = GTK_CHECK_BUTTON (gtk_check_button_new_with_label (_ ("Of the Predicted "
                                                                          "Class")));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->predicted),
                               _ ("What speaks for and against the class that the head predicts, "
                                  "instead of the row's label"));
  g_signal_connect_swapped (self->predicted, "toggled", G_CALLBACK (question_changed), self);
  gtk_box_append (box, assay_fold_new (GTK_WIDGET (self->whose)));
  gtk_box_append (box, assay_fold_new (GTK_WIDGET (self->predicted)));
  gtk_box_append (box, self->ask);
  gtk_box_append (box, assay_fold_new (self->all));
  gtk_box_append (box, GTK_WIDGET (self->sentence));
  gtk_box_append (box, assay_fold_new (GTK_WIDGET (self->list)));
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (box));
}
