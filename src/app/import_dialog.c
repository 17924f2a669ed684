/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/import_dialog.h"

#include <glib/gi18n.h>

/* One import, from the question to the report. */
typedef struct
{
  GtkWindow *parent;
  AssaySession *session;
  char *path;
  GtkWidget *join, *direction, *meaning;
  AyImportOptions options;
  AyImportReport report;
} Import;

static void
import_free (gpointer data)
{
  Import *self = data;

  ay_import_report_clear (&self->report);
  g_free (self->options.meaning);
  g_object_unref (self->session);
  g_free (self->path);
  g_free (self);
}

static gboolean
import_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Import *self = data;

  return ay_work_import (work, self->path, &self->options, &self->report, job, error);
}

static void
import_done (GObject *session, gpointer data, const GError *error)
{
  Import *self = data;
  g_autofree char *text = NULL;

  if (error != NULL)
    {
      assay_session_fail (ASSAY_SESSION (session), error);
      return;
    }
  assay_session_columns_changed (ASSAY_SESSION (session));
  text = g_strdup_printf (_ ("%u scores imported: %u rows matched, %u without a value, "
                             "%u of the file unknown"),
                          self->report.imported->len, (guint) self->report.n_matched,
                          (guint) self->report.n_missing, (guint) self->report.n_surplus);
  assay_session_tell (ASSAY_SESSION (session), text, FALSE);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  Import *self = data;
  static const AyDirection directions[]
      = { AY_DIRECTION_NONE, AY_DIRECTION_HIGH_GOOD, AY_DIRECTION_LOW_GOOD };
  const char *meaning = gtk_editable_get_text (GTK_EDITABLE (self->meaning));

  if (!g_str_equal (response, "import"))
    {
      import_free (self);
      return;
    }
  self->options.by_row = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->join)) == 1;
  self->options.direction
      = directions[gtk_drop_down_get_selected (GTK_DROP_DOWN (self->direction))];
  self->options.meaning = *meaning != '\0' ? g_strdup (meaning) : NULL;
  assay_session_run (self->session, _ ("Importing scores"), import_in_thread, import_done, self,
                     import_free);
}

static GtkWidget *
add_choice (GtkWidget *grid, int row, const char *label, GtkWidget *field)
{
  GtkWidget *name = gtk_label_new (label);

  gtk_label_set_xalign (GTK_LABEL (name), 1.0f);
  gtk_widget_set_hexpand (field, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (field), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_grid_attach (GTK_GRID (grid), name, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), field, 1, row, 1, 1);
  return field;
}

static void
ask (Import *self)
{
  const char *const joins[] = { _ ("By id"), _ ("By row, in file order"), NULL };
  const char *const directions[]
      = { _ ("Neither way is good"), _ ("Higher is better"), _ ("Lower is better"), NULL };
  GtkWidget *dialog = adw_message_dialog_new (self->parent, _ ("Import Scores"), self->path);
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  self->join = add_choice (grid, 0, _ ("Join"), gtk_drop_down_new_from_strings (joins));
  self->direction
      = add_choice (grid, 1, _ ("Direction"), gtk_drop_down_new_from_strings (directions));
  self->meaning = add_choice (grid, 2, _ ("Meaning"), gtk_entry_new ());
  adw_message_dialog_set_extra_child (message, grid);
  adw_message_dialog_add_responses (message, "cancel", _ ("_Cancel"), "import", _ ("_Import"),
                                    NULL);
  adw_message_dialog_set_response_appearance (message, "import", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (message, "import");
  adw_message_dialog_set_close_response (message, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), self);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
file_chosen (GtkNativeDialog *native, int response, gpointer data)
{
  Import *self = data;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));

      self->path = g_file_get_path (file);
      ask (self);
    }
  else
    import_free (self);
  g_object_unref (native);
}

void
assay_import_dialog_show (GtkWindow *parent, AssaySession *session)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (
      _ ("Scores to Import"), parent, GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Next"), NULL);
  Import *self = g_new0 (Import, 1);

  self->parent = parent;
  self->session = g_object_ref (session);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect (native, "response", G_CALLBACK (file_chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}
