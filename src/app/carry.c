/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/carry.h"

#include <glib/gi18n.h>
#include <string.h>

static void
append_value (GString *into, const char *value)
{
  if (value == NULL)
    return;
  if (strpbrk (value, "\t\"\n\r") == NULL)
    {
      g_string_append (into, value);
      return;
    }
  g_string_append_c (into, '"');
  for (; *value != '\0'; value++)
    {
      if (*value == '"')
        g_string_append_c (into, '"');
      g_string_append_c (into, *value);
    }
  g_string_append_c (into, '"');
}

static void
append_row (GString *into, AyTable *columns, gsize row)
{
  for (guint k = 0; k < ay_table_n_columns (columns); k++)
    {
      g_autofree char *value = ay_column_dup_text (ay_table_column (columns, k), row);

      if (k > 0)
        g_string_append_c (into, '\t');
      append_value (into, value);
    }
  g_string_append_c (into, '\n');
}

char *
assay_carry_dup_text (AssaySession *session, const AyBitset *rows)
{
  AyTable *columns = assay_session_get_columns (session);
  gsize count = rows != NULL ? ay_bitset_count (rows) : 0;
  GString *text;

  if (columns == NULL || count == 0 || count > ASSAY_CARRY_MOST)
    return NULL;
  text = g_string_new (NULL);
  for (guint k = 0; k < ay_table_n_columns (columns); k++)
    {
      if (k > 0)
        g_string_append_c (text, '\t');
      append_value (text, ay_column_name (ay_table_column (columns, k)));
    }
  g_string_append_c (text, '\n');
  for (gsize row = 0; row < rows->n; row++)
    if (ay_bitset_get (rows, row))
      append_row (text, columns, row);
  return g_string_free (text, FALSE);
}

static GdkFileList *
list_images (AyDataset *data, const AyBitset *rows)
{
  GSList *files = NULL;
  GdkFileList *list;

  for (gsize row = 0; row < rows->n; row++)
    if (ay_bitset_get (rows, row))
      {
        g_autofree char *name = ay_column_dup_text (data->image, row);

        if (name != NULL)
          files = g_slist_prepend (files, data->image_base != NULL
                                              ? g_file_new_build_filename (data->image_base, name,
                                                                           NULL)
                                              : g_file_new_for_path (name));
      }
  files = g_slist_reverse (files);
  list = gdk_file_list_new_from_list (files);
  g_slist_free_full (files, g_object_unref);
  return list;
}

GdkContentProvider *
assay_carry_selection (AssaySession *session)
{
  const AyBitset *rows = assay_session_get_selection (session);
  AyDataset *data = assay_session_get_data (session);
  g_autofree char *text = assay_carry_dup_text (session, rows);
  GdkContentProvider *providers[2];
  gsize n = 0;

  if (text == NULL)
    return NULL;
  if (data->image != NULL)
    {
      GdkFileList *files = list_images (data, rows);

      providers[n++] = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, files);
      g_boxed_free (GDK_TYPE_FILE_LIST, files);
    }
  providers[n++] = gdk_content_provider_new_typed (G_TYPE_STRING, text);
  return gdk_content_provider_new_union (providers, n);
}

void
assay_carry_copy (AssaySession *session, GtkWidget *widget)
{
  g_autoptr (GdkContentProvider) content = assay_carry_selection (session);
  g_autofree char *text = NULL;
  guint n = 0;

  g_object_get (session, "n-selected", &n, NULL);
  if (content != NULL)
    {
      gdk_clipboard_set_content (gtk_widget_get_clipboard (widget), content);
      text = g_strdup_printf (g_dngettext (NULL, "%u row copied", "%u rows copied", n), n);
    }
  else
    text = g_strdup_printf (_ ("Not copied: at most %d rows are; export these"), ASSAY_CARRY_MOST);
  assay_session_tell (session, text, FALSE);
}

static GdkContentProvider *
on_prepare (GtkDragSource *source, double x, double y, gpointer session)
{
  return assay_carry_selection (session);
}

void
assay_carry_drag (GtkWidget *widget, AssaySession *session)
{
  GtkDragSource *source = gtk_drag_source_new ();

  g_signal_connect_object (source, "prepare", G_CALLBACK (on_prepare), session, 0);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (source));
}
