/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/text_dialog.h"

#include "app/widgets/set_name.h"

#include <glib/gi18n.h>

#define SENTENCE_CHARS 50 /* room where there is a text to change */

typedef struct
{
  GtkWidget *field; /* an entry, or a drop-down of the choices */
  AssayTextAccepted accepted;
  gpointer data;
  GDestroyNotify destroy;
} Asking;

static char *
dup_answer (Asking *self)
{
  if (GTK_IS_DROP_DOWN (self->field))
    {
      GtkStringObject *item = gtk_drop_down_get_selected_item (GTK_DROP_DOWN (self->field));

      return item != NULL ? g_strdup (gtk_string_object_get_string (item)) : NULL;
    }
  return g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->field)));
}

static void
on_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  Asking *self = data;

  if (g_str_equal (response, "accept"))
    {
      g_autofree char *text = dup_answer (self);

      if (text != NULL && *text != '\0')
        self->accepted (self->data, text);
    }
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

static GtkWidget *
make_field (const AssayTextQuestion *question)
{
  GtkWidget *field;

  if (question->choices == NULL)
    {
      field = gtk_entry_new ();
      gtk_entry_set_activates_default (GTK_ENTRY (field), TRUE);
      gtk_editable_set_text (GTK_EDITABLE (field), question->text != NULL ? question->text : "");
      if (question->text != NULL)
        gtk_editable_set_width_chars (GTK_EDITABLE (field), SENTENCE_CHARS);
      return field;
    }
  field = gtk_drop_down_new_from_strings (question->choices);
  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (field), TRUE);
  gtk_drop_down_set_expression (
      GTK_DROP_DOWN (field), gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string"));
  return field;
}

void
assay_text_dialog_show (GtkWindow *parent, const AssayTextQuestion *question)
{
  GtkWidget *dialog = adw_message_dialog_new (parent, question->title, NULL);
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);
  Asking *self = g_new0 (Asking, 1);

  self->field = make_field (question);
  self->accepted = question->accepted;
  self->data = question->data;
  self->destroy = question->destroy;
  assay_set_name (self->field, question->label);
  adw_message_dialog_set_extra_child (message, self->field);
  adw_message_dialog_add_responses (message, "cancel", _ ("_Cancel"), "accept", _ ("_Apply"), NULL);
  adw_message_dialog_set_response_appearance (message, "accept", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (message, "accept");
  adw_message_dialog_set_close_response (message, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), self);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (self->field);
}
