/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/write_figure.h"

#include <glib/gi18n.h>

typedef struct
{
  GtkWidget *view; /* weak */
  AssaySession *session;
  AssayDescribeFigure *describe;
  gpointer data;
} Ask;

static void
ask_free (gpointer data, GClosure *closure)
{
  Ask *self = data;

  g_clear_weak_pointer (&self->view);
  g_object_unref (self->session);
  g_free (self);
}

static void
answered (GtkNativeDialog *native, int response, Ask *self)
{
  AyFigureSpec spec = AY_FIGURE_SPEC_INIT;

  if (response == GTK_RESPONSE_ACCEPT && self->view != NULL
      && self->describe (self->data, &spec))
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
      g_autofree char *path = g_file_get_path (file);
      AyFigureFormat format;
      g_autoptr (GError) error = NULL;

      if (!ay_figure_format_of_path (path, &format, &error)
          || !ay_figure_write (&spec, path, format, &error))
        assay_session_fail (self->session, error);
    }
  g_object_unref (native);
}

void
assay_write_figure (GtkWidget *view, AssaySession *session, const char *name,
                    AssayDescribeFigure *describe, gpointer data)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (
      _ ("Write Figure"), GTK_WINDOW (gtk_widget_get_root (view)), GTK_FILE_CHOOSER_ACTION_SAVE,
      _ ("_Save"), NULL);
  Ask *ask = g_new0 (Ask, 1);

  g_set_weak_pointer (&ask->view, view);
  ask->session = g_object_ref (session);
  ask->describe = describe;
  ask->data = data;
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (native), name);
  g_signal_connect_data (native, "response", G_CALLBACK (answered), ask, ask_free, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}
