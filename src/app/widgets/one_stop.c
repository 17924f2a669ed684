/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/one_stop.h"

/* Rows other than the chosen one take the focus only while the list has it. */
static void
limit (GtkListBox *list, gboolean to_chosen)
{
  GtkListBoxRow *chosen = gtk_list_box_get_selected_row (list), *row;

  for (int k = 0; (row = gtk_list_box_get_row_at_index (list, k)) != NULL; k++)
    gtk_widget_set_focusable (GTK_WIDGET (row), !to_chosen || chosen == NULL || row == chosen);
}

void
assay_one_stop_update (GtkListBox *list)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (list));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  limit (list, focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (list)));
}

static void
entered (GtkListBox *list)
{
  limit (list, FALSE);
}

static void
left (GtkListBox *list)
{
  limit (list, TRUE);
}

static gboolean
key_pressed (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
             GtkListBox *list)
{
  if (key == GDK_KEY_Tab || key == GDK_KEY_ISO_Left_Tab || key == GDK_KEY_KP_Tab)
    limit (list, TRUE);
  return GDK_EVENT_PROPAGATE;
}

void
assay_one_stop_add (GtkListBox *list)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_swapped (focus, "enter", G_CALLBACK (entered), list);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (left), list);
  g_signal_connect (list, "row-selected", G_CALLBACK (assay_one_stop_update), NULL);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), list);
  gtk_widget_add_controller (GTK_WIDGET (list), focus);
  gtk_widget_add_controller (GTK_WIDGET (list), keys);
}
