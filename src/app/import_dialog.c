/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/import_dialog.h"

#include "app/sentence.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/set_name.h"
#include "core/base/error.h"
#include "core/work/import_check.h"
#include "core/work/own_influence.h"

#include <glib/gi18n.h>

#define NAMED 5 /* scores, ids */

/* What is asked of one file. Its references are taken and given on the main thread. */
typedef struct
{
  guint references;
  GtkWindow *parent;
  AssaySession *session;
  char *path;
  AdwMessageDialog *dialog;  /* (nullable) until it is answered */
  GtkDropDown *kind, *join, *direction;
  GtkEditable *meaning;
  GtkLabel *found;
  guint check;               /* number of the last look into the file */
  gboolean told;             /* what was said of such a score before is filled in */
} Question;

/* A job on it: a look into the file, or the import. */
typedef struct
{
  Question *question;
  guint check;
  AyImportOptions options;
  AyOwnInfluenceOptions influence;
  AyImportReport report;
  AyOwnInfluenceReport own;
} Request;

enum { SCORES, INFLUENCE };

static void
question_unref (Question *self)
{
  if (--self->references > 0)
    return;
  g_object_unref (self->session);
  g_free (self->path);
  g_free (self);
}

static Request *
request_new (Question *question)
{
  Request *self = g_new0 (Request, 1);

  question->references++;
  self->question = question;
  return self;
}

static void
request_free (gpointer data)
{
  Request *self = data;

  ay_import_report_clear (&self->report);
  ay_own_influence_report_clear (&self->own);
  g_free (self->options.meaning);
  question_unref (self->question);
  g_free (self);
}

static guint
chosen (GtkDropDown *drop_down)
{
  return gtk_drop_down_get_selected (drop_down);
}

/* --- a look into the file --- */

static gboolean
check_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Request *self = data;

  return ay_work_import_check (work, self->question->path, &self->options, &self->report, job,
                               error);
}

/* "a, b, c ..." */
static void
list_some (GString *text, const GPtrArray *names, gsize count)
{
  for (guint i = 0; i < MIN (names->len, NAMED); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : " ", (char *) names->pdata[i]);
  if (count > NAMED)
    g_string_append (text, " …");
}

static char *
describe (const AyImportReport *report)
{
  GString *text = g_string_new (_ ("Scores:"));

  list_some (text, report->imported, report->imported->len);
  g_string_append_printf (text, ngettext ("\n%u row matched", "\n%u rows matched",
                                          report->n_matched), (guint) report->n_matched);
  if (report->n_missing > 0)
    {
      g_string_append_printf (text, _ ("\nRows of the data that the file has not (%u):"),
                              (guint) report->n_missing);
      list_some (text, report->missing, report->n_missing);
    }
  if (report->n_surplus > 0)
    {
      g_string_append_printf (text, _ ("\nUnknown ids of the file, left out (%u):"),
                              (guint) report->n_surplus);
      list_some (text, report->surplus, report->n_surplus);
    }
  return g_string_free (text, FALSE);
}

/* --- what was told before --- */

static void
fill_in (Question *self, guint direction, const char *meaning)
{
  self->told = TRUE;
  gtk_drop_down_set_selected (self->direction, direction);
  if (*gtk_editable_get_text (self->meaning) == '\0' && meaning != NULL)
    gtk_editable_set_text (self->meaning, meaning);
}

static void
recall_score (Question *self, const AyImportReport *report)
{
  const AyScoreInfo *info = assay_session_find_score (self->session, report->imported->pdata[0]);

  if (info != NULL && !self->told)
    fill_in (self,
             info->direction == AY_DIRECTION_HIGH_GOOD  ? 1
             : info->direction == AY_DIRECTION_LOW_GOOD ? 2
                                                        : 0,
             ay_score_meaning_told (info));
}

static gboolean
knows_influence (Question *self, gboolean *hurts, char **meaning)
{
  AyWork *work = assay_session_get_work (self->session);

  return work != NULL && ay_work_own_influence_told (work, self->path, hurts, meaning);
}

static void
recall_influence (Question *self)
{
  g_autofree char *meaning = NULL;
  gboolean hurts = FALSE;

  if (!self->told && knows_influence (self, &hurts, &meaning))
    fill_in (self, hurts ? 1 : 0, meaning);
}

static void
say (Question *self, const char *text, gboolean good)
{
  gtk_label_set_text (self->found, text);
  if (good)
    gtk_widget_remove_css_class (GTK_WIDGET (self->found), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->found), "error");
  adw_message_dialog_set_response_enabled (self->dialog, "import", good);
}

static void
checked (GObject *session, gpointer data, const GError *error)
{
  Request *request = data;
  Question *self = request->question;
  g_autofree char *text = NULL;

  if (self->dialog == NULL || request->check != self->check
      || g_error_matches (error, AY_ERROR, AY_ERROR_CANCELLED))
    return;
  text = error != NULL ? assay_sentence (error->message) : describe (&request->report);
  say (self, text, error == NULL);
  if (error == NULL)
    recall_score (self, &request->report);
}

static gsize
count_rows (const AyDataset *data, AySplit split)
{
  gsize count = 0;

  g_free (ay_dataset_rows_of (data, split, &count));
  return count;
}

static void
check (Question *self)
{
  gboolean influence = chosen (self->kind) == INFLUENCE;
  AyDataset *data = assay_session_get_data (self->session);
  Request *request;

  self->check++;
  gtk_widget_set_sensitive (GTK_WIDGET (self->join), !influence);
  if (influence && data != NULL)
    {
      g_autofree char *text
          = g_strdup_printf (_ ("A matrix of %u validation rows x %u training rows, in the order "
                                "of the data: NPY, or NPZ of compressed sparse rows"),
                             (guint) count_rows (data, AY_SPLIT_VALID),
                             (guint) count_rows (data, AY_SPLIT_TRAIN));

      say (self, text, TRUE);
      recall_influence (self);
      return;
    }
  request = request_new (self);
  request->check = self->check;
  request->options.by_row = chosen (self->join) == 1;
  say (self, _ ("Looking into the file"), TRUE);
  adw_message_dialog_set_response_enabled (self->dialog, "import", FALSE);
  assay_session_run (self->session, _ ("Looking into the file"), check_in_thread, checked, request,
                     request_free);
}

static void
kind_changed (Question *self)
{
  const char *const scores[]
      = { _ ("Neither way is good"), _ ("Higher is better"), _ ("Lower is better"), NULL };
  const char *const influence[] = { _ ("Above 0 helps"), _ ("Above 0 hurts"), NULL };
  g_autoptr (GtkStringList) list
      = gtk_string_list_new (chosen (self->kind) == INFLUENCE ? influence : scores);

  gtk_drop_down_set_model (self->direction, G_LIST_MODEL (list));
  self->told = FALSE;
  check (self);
}

/* --- the import --- */

static gboolean
import_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Request *self = data;

  if (self->influence.keep > 0)
    return ay_work_import_influence (work, self->question->path, &self->influence, &self->own, job,
                                     error);
  return ay_work_import (work, self->question->path, &self->options, &self->report, job, error);
}

static void
import_done (GObject *session, gpointer data, const GError *error)
{
  Request *self = data;
  g_autofree char *text = NULL;

  if (error != NULL)
    {
      assay_session_fail (ASSAY_SESSION (session), error);
      return;
    }
  assay_session_columns_came (ASSAY_SESSION (session), NULL);
  text = self->own.name != NULL
             ? g_strdup_printf (_ ("Influence \"%s\" imported: %u x %u, the strongest %u of each "
                                   "row kept; the inspector offers it"),
                                self->own.name, (guint) self->own.rows, (guint) self->own.columns,
                                self->own.keep)
             : g_strdup_printf (ngettext ("%u score imported: %u rows matched, %u without a "
                                          "value, %u of the file unknown",
                                          "%u scores imported: %u rows matched, %u without a "
                                          "value, %u of the file unknown",
                                          self->report.imported->len),
                                self->report.imported->len, (guint) self->report.n_matched,
                                (guint) self->report.n_missing, (guint) self->report.n_surplus);
  assay_session_tell (ASSAY_SESSION (session), text, TRUE);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  static const AyDirection directions[]
      = { AY_DIRECTION_NONE, AY_DIRECTION_HIGH_GOOD, AY_DIRECTION_LOW_GOOD };
  Question *self = data;
  const char *meaning = gtk_editable_get_text (self->meaning);
  guint direction = MIN (chosen (self->direction), 2);

  if (g_str_equal (response, "import"))
    {
      Request *request = request_new (self);

      request->options.by_row = chosen (self->join) == 1;
      request->options.direction = directions[direction];
      request->options.meaning = *meaning != '\0' ? g_strdup (meaning) : NULL;
      if (chosen (self->kind) == INFLUENCE)
        {
          request->influence = (AyOwnInfluenceOptions) AY_OWN_INFLUENCE_OPTIONS_INIT;
          request->influence.above_hurts = direction == 1;
          request->influence.meaning = request->options.meaning;
        }
      assay_session_run (self->session, _ ("Importing scores"), import_in_thread, import_done,
                         request, request_free);
    }
  g_signal_handlers_disconnect_by_data (self->kind, self);
  g_signal_handlers_disconnect_by_data (self->join, self);
  self->dialog = NULL;
  question_unref (self);
}

/* --- the questions --- */

static GtkWidget *
add_field (GtkWidget *grid, int row, const char *label, GtkWidget *field)
{
  GtkWidget *name = gtk_label_new (label);

  gtk_label_set_xalign (GTK_LABEL (name), 1.0f);
  gtk_widget_set_hexpand (field, TRUE);
  if (GTK_IS_DROP_DOWN (field))
    assay_drop_down_set_name (GTK_DROP_DOWN (field), label);
  else
    assay_set_name (field, label);
  gtk_grid_attach (GTK_GRID (grid), name, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), field, 1, row, 1, 1);
  return field;
}

static GtkDropDown *
add_choice (GtkWidget *grid, int row, const char *label, const char *const *choices)
{
  return GTK_DROP_DOWN (add_field (grid, row, label, gtk_drop_down_new_from_strings (choices)));
}

static GtkWidget *
make_fields (Question *self)
{
  const char *const kinds[]
      = { _ ("Scores, a value a row"), _ ("Influence, validation x training"), NULL };
  const char *const joins[] = { _ ("By id"), _ ("By row, in file order"), NULL };
  const char *const directions[] = { NULL };
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  self->kind = add_choice (grid, 0, _ ("Contents"), kinds);
  self->join = add_choice (grid, 1, _ ("Join"), joins);
  self->direction = add_choice (grid, 2, _ ("Direction"), directions);
  self->meaning = GTK_EDITABLE (add_field (grid, 3, _ ("Meaning"), gtk_entry_new ()));
  gtk_entry_set_activates_default (GTK_ENTRY (self->meaning), TRUE);
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->meaning), _ ("One sentence"));
  self->found = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->found, TRUE);
  gtk_label_set_wrap_mode (self->found, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (self->found, 0.0f);
  gtk_label_set_max_width_chars (self->found, 48);
  gtk_grid_attach (GTK_GRID (grid), GTK_WIDGET (self->found), 0, 4, 2, 1);
  return grid;
}

static void
ask (Question *self)
{
  GtkWidget *dialog = adw_message_dialog_new (self->parent, _ ("Import Scores"), self->path);
  g_autofree char *meaning = NULL;
  gboolean hurts = FALSE;

  self->dialog = ADW_MESSAGE_DIALOG (dialog);
  adw_message_dialog_set_extra_child (self->dialog, make_fields (self));
  adw_message_dialog_add_responses (self->dialog, "cancel", _ ("_Cancel"), "import",
                                    _ ("_Import"), NULL);
  adw_message_dialog_set_response_appearance (self->dialog, "import", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (self->dialog, "import");
  adw_message_dialog_set_close_response (self->dialog, "cancel");
  if (knows_influence (self, &hurts, &meaning))
    gtk_drop_down_set_selected (self->kind, INFLUENCE);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), self);
  g_signal_connect_swapped (self->kind, "notify::selected", G_CALLBACK (kind_changed), self);
  g_signal_connect_swapped (self->join, "notify::selected", G_CALLBACK (check), self);
  kind_changed (self);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
file_chosen (GtkNativeDialog *native, int response, gpointer data)
{
  Question *self = data;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));

      self->path = g_file_get_path (file);
      ask (self);
    }
  else
    question_unref (self);
  g_object_unref (native);
}

void
assay_import_dialog_show (GtkWindow *parent, AssaySession *session)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (
      _ ("Scores to Import"), parent, GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Next"), NULL);
  Question *self = g_new0 (Question, 1);

  self->references = 1;
  self->parent = parent;
  self->session = g_object_ref (session);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect (native, "response", G_CALLBACK (file_chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}
