/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/export_dialog.h"

#include "app/model/row_set.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/escape.h"
#include "app/widgets/set_name.h"
#include "core/work/export_form.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  GtkWindow *window;
  AssaySession *session;
  GtkWidget *rows;    /* drop-down of AssayRowSet */
  GtkWidget *columns; /* list box of check rows */
  GtkWidget *sorted;  /* check button */
} Dialog;

typedef struct
{
  char **columns;
  AyBitset *rows;
  char *sort; /* (nullable) */
  gboolean descending;
  char *path;
} Export;

static void
export_free (gpointer data)
{
  Export *self = data;

  g_strfreev (self->columns);
  ay_bitset_free (self->rows);
  g_free (self->sort);
  g_free (self->path);
  g_free (self);
}

static gboolean
export_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Export *self = data;
  AyExportFacts facts = { "table", NULL, ay_bitset_count (self->rows) };
  const AyWorkExport what = { (const char *const *) self->columns, self->rows, self->sort,
                              self->descending };
  g_autoptr (AyOutput) certificate = ay_work_certify_export (work, &facts, self->path, error);

  return certificate != NULL && ay_work_export (work, &what, self->path, job, error)
         && ay_output_commit (certificate, error);
}

static void
export_done (GObject *session, gpointer data, const GError *error)
{
  Export *self = data;
  g_autofree char *text = NULL;

  if (error != NULL)
    {
      assay_session_fail (ASSAY_SESSION (session), error);
      return;
    }
  text = g_strdup_printf (ngettext ("%u row written to %s", "%u rows written to %s",
                                    ay_bitset_count (self->rows)),
                          (guint) ay_bitset_count (self->rows), self->path);
  assay_session_tell (ASSAY_SESSION (session), text, FALSE);
}

static AssayRowSet
chosen_rows (Dialog *self)
{
  return (AssayRowSet) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->rows));
}

static char **
chosen_columns (Dialog *self)
{
  GPtrArray *names = g_ptr_array_new ();

  for (GtkWidget *row = gtk_widget_get_first_child (self->columns); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    {
      GtkWidget *check = gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row));

      if (gtk_check_button_get_active (GTK_CHECK_BUTTON (check)))
        g_ptr_array_add (names, g_strdup (gtk_check_button_get_label (GTK_CHECK_BUTTON (check))));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

static void
file_chosen (GtkNativeDialog *native, int response, gpointer data)
{
  Dialog *self = data;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
      Export *export = g_new0 (Export, 1);

      export->path = g_file_get_path (file);
      export->columns = chosen_columns (self);
      export->rows = assay_row_set_dup (self->session, chosen_rows (self));
      if (gtk_check_button_get_active (GTK_CHECK_BUTTON (self->sorted)))
        export->sort = g_strdup (assay_session_get_sort (self->session));
      export->descending = assay_session_get_descending (self->session);
      assay_session_run (self->session, _ ("Exporting"), export_in_thread, export_done, export,
                         export_free);
      gtk_window_destroy (self->window);
    }
  g_object_unref (native);
}

static void
choose_file (GtkButton *button, gpointer data)
{
  Dialog *self = data;
  GtkFileChooserNative *native = gtk_file_chooser_native_new (
      _ ("Export Rows"), self->window, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (native), "curated.csv");
  g_signal_connect (native, "response", G_CALLBACK (file_chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

/* Ids, parts, labels and what was computed or decided are ticked; the input's own are offered. */
static gboolean
ticked_first (AssaySession *session, const char *name)
{
  AyTable *input = assay_session_get_data (session)->table;

  return g_str_equal (name, "id") || g_str_equal (name, "label") || g_str_equal (name, "split")
         || input == NULL || ay_table_find (input, name) == NULL;
}

static GtkWidget *
make_columns (AssaySession *session)
{
  GtkWidget *list = gtk_list_box_new ();
  AyTable *columns = assay_session_get_columns (session);

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (guint i = 0; columns != NULL && i < ay_table_n_columns (columns); i++)
    {
      const char *name = ay_column_name (ay_table_column (columns, i));
      GtkWidget *check = gtk_check_button_new_with_label (name);
      GtkWidget *row = gtk_list_box_row_new ();

      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), ticked_first (session, name));
      gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), check);
      gtk_widget_set_focusable (row, FALSE); /* the check button inside takes the focus */
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  assay_set_name (list, _ ("Columns"));
  return list;
}

static GtkWidget *
make_rows (AssaySession *session)
{
  const char *const names[] = { _ ("Curated: all but the dropped rows"), _ ("Selected rows"),
                                _ ("Visible rows (filters applied)"), _ ("All rows"), NULL };
  GtkWidget *rows = gtk_drop_down_new_from_strings (names);
  guint n = 0;

  g_object_get (session, "n-selected", &n, NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (rows),
                              n > 0 ? ASSAY_ROWS_SELECTED : ASSAY_ROWS_CURATED);
  assay_drop_down_set_name (GTK_DROP_DOWN (rows), _ ("Rows"));
  return rows;
}

static GtkWidget *
make_sorted (AssaySession *session)
{
  const char *sort = assay_session_get_sort (session);
  g_autofree char *text
      = sort != NULL ? g_strdup_printf (_ ("In the order shown, by %s"), sort) : NULL;
  GtkWidget *check
      = gtk_check_button_new_with_label (text != NULL ? text : _ ("In the order shown"));

  gtk_widget_set_visible (check, sort != NULL);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), sort != NULL);
  return check;
}

static GtkWidget *
labelled (const char *text, GtkWidget *widget)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), widget);
  return box;
}

static GtkWidget *
make_content (Dialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *scroll = gtk_scrolled_window_new ();

  self->rows = make_rows (self->session);
  self->columns = make_columns (self->session);
  self->sorted = make_sorted (self->session);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), self->columns);
  gtk_widget_set_vexpand (scroll, TRUE);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_box_append (GTK_BOX (box), labelled (_ ("Rows"), self->rows));
  gtk_box_append (GTK_BOX (box), self->sorted);
  gtk_box_append (GTK_BOX (box), labelled (_ ("Columns"), scroll));
  return box;
}

static void
dialog_free (gpointer data)
{
  Dialog *self = data;

  g_object_unref (self->session);
  g_free (self);
}

void
assay_export_dialog_show (GtkWindow *parent, AssaySession *session)
{
  Dialog *self = g_new0 (Dialog, 1);
  GtkWidget *window = adw_window_new ();
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Choose File…"));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->window = GTK_WINDOW (window);
  self->session = g_object_ref (session);
  gtk_window_set_title (self->window, _ ("Export"));
  gtk_window_set_transient_for (self->window, parent);
  gtk_window_set_modal (self->window, TRUE);
  gtk_window_set_default_size (self->window, 420, 560);
  gtk_widget_add_css_class (button, "suggested-action");
  g_signal_connect (button, "clicked", G_CALLBACK (choose_file), self);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), button);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), make_content (self));
  adw_window_set_content (ADW_WINDOW (window), box);
  assay_close_on_escape (self->window);
  g_signal_connect_swapped (window, "destroy", G_CALLBACK (dialog_free), self);
  gtk_window_present (self->window);
}
