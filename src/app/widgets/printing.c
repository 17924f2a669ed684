/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/printing.h"

#include <glib/gi18n.h>

static void
done (GtkPrintOperation *operation, GtkPrintOperationResult result, GtkWidget *from)
{
  g_autoptr (GError) error = NULL;

  if (result == GTK_PRINT_OPERATION_RESULT_ERROR)
    gtk_print_operation_get_error (operation, &error);
  if (error != NULL)
    gtk_widget_activate_action (from, "win.tell", "s", error->message);
  else if (result == GTK_PRINT_OPERATION_RESULT_APPLY)
    gtk_widget_activate_action (from, "win.tell", "s", _ ("Printed"));
}

void
assay_print (GtkPrintOperation *operation, const char *name, GtkWidget *from)
{
  GtkRoot *root = gtk_widget_get_root (from);
  g_autoptr (GtkPrintSettings) settings = gtk_print_settings_new ();

  gtk_print_settings_set (settings, GTK_PRINT_SETTINGS_OUTPUT_BASENAME, name);
  gtk_print_operation_set_print_settings (operation, settings);

  g_signal_connect_object (operation, "done", G_CALLBACK (done), from, 0);
  gtk_print_operation_set_allow_async (operation, TRUE);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG,
                           GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL);
  g_object_unref (operation);
}
