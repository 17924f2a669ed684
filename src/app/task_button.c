/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/task_button.h"

#include "app/widgets/set_name.h"

#include <glib/gi18n.h>

struct _AssayTaskButton
{
  AssaySessionBin parent;
  GtkWidget *list;
};

G_DEFINE_FINAL_TYPE (AssayTaskButton, assay_task_button, ASSAY_TYPE_SESSION_BIN)

static void
cancel_clicked (GtkButton *button, gpointer task)
{
  assay_task_cancel (task);
}

static GtkWidget *
make_row (gpointer item, gpointer data)
{
  AssayTask *task = item;
  GtkWidget *grid = gtk_grid_new ();
  GtkWidget *title = gtk_label_new (assay_task_get_title (task));
  GtkWidget *phase = gtk_label_new (NULL);
  GtkWidget *memory = gtk_label_new (NULL);
  GtkWidget *bar = gtk_progress_bar_new ();
  GtkWidget *cancel = gtk_button_new_with_mnemonic (_ ("_Cancel"));
  g_autofree char *name = g_strdup_printf (_ ("Cancel %s"), assay_task_get_title (task));

  gtk_label_set_xalign (GTK_LABEL (title), 0.0f);
  gtk_label_set_xalign (GTK_LABEL (phase), 0.0f);
  gtk_widget_add_css_class (title, "heading");
  gtk_widget_add_css_class (phase, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (memory), 0.0f);
  gtk_widget_add_css_class (memory, "dim-label");
  gtk_widget_add_css_class (memory, "caption");
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_set_size_request (bar, 220, -1);
  gtk_widget_set_valign (cancel, GTK_ALIGN_CENTER);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_attach (GTK_GRID (grid), title, 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), phase, 0, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), memory, 0, 2, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), bar, 0, 3, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), cancel, 1, 0, 1, 4);
  assay_set_name (bar, assay_task_get_title (task));
  assay_set_name (cancel, name);
  g_object_bind_property (task, "phase", phase, "label", G_BINDING_SYNC_CREATE);
  g_object_bind_property (task, "memory", memory, "label", G_BINDING_SYNC_CREATE);
  g_object_bind_property (task, "fraction", bar, "fraction", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (cancel, "clicked", G_CALLBACK (cancel_clicked), task, 0);
  return grid;
}

static void
assay_task_button_bind (AssaySessionBin *bin, AssaySession *session)
{
  GtkListBox *list = GTK_LIST_BOX (ASSAY_TASK_BUTTON (bin)->list);

  gtk_list_box_bind_model (list, assay_session_get_tasks (session), make_row, NULL, NULL);
  g_object_bind_property (session, "busy", adw_bin_get_child (ADW_BIN (bin)), "reveal-child",
                          G_BINDING_SYNC_CREATE);
}

static void
assay_task_button_class_init (AssayTaskButtonClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_task_button_bind;
}

static void
assay_task_button_init (AssayTaskButton *self)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *spinner = gtk_spinner_new (), *fold = gtk_revealer_new ();

  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_spinner_set_spinning (GTK_SPINNER (spinner), TRUE);
  gtk_popover_set_child (GTK_POPOVER (popover), self->list);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_menu_button_set_child (GTK_MENU_BUTTON (button), spinner);
  gtk_widget_set_tooltip_text (button, _ ("Running tasks"));
  assay_set_name (button, _ ("Running Tasks"));
  /* folded away, not hidden: a screen reader is to know of it when it comes */
  gtk_revealer_set_transition_type (GTK_REVEALER (fold), GTK_REVEALER_TRANSITION_TYPE_SLIDE_LEFT);
  gtk_revealer_set_transition_duration (GTK_REVEALER (fold), 0);
  gtk_revealer_set_child (GTK_REVEALER (fold), button);
  adw_bin_set_child (ADW_BIN (self), fold);
}
