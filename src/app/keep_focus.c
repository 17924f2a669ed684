/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/keep_focus.h"

typedef struct
{
  GtkWindow *window;
  GWeakRef last; /* (nullable): what had the focus */
  guint idle;
} Keeper;

/* Other pages of a stack are siblings too; the focus has no business where nothing is seen. */
static gboolean
takes_focus (GtkWidget *widget, GtkDirectionType direction)
{
  return gtk_widget_get_mapped (widget) && gtk_widget_child_focus (widget, direction);
}

static gboolean
focus_beside (GtkWidget *widget)
{
  for (GtkWidget *one = gtk_widget_get_prev_sibling (widget); one != NULL;
       one = gtk_widget_get_prev_sibling (one))
    if (takes_focus (one, GTK_DIR_TAB_BACKWARD))
      return TRUE;
  for (GtkWidget *one = gtk_widget_get_next_sibling (widget); one != NULL;
       one = gtk_widget_get_next_sibling (one))
    if (takes_focus (one, GTK_DIR_TAB_FORWARD))
      return TRUE;
  return FALSE;
}

/* After all that turns insensitive together has: nobody sees a focus that is on its way. */
static gboolean
give_back (gpointer data)
{
  Keeper *self = data;
  g_autoptr (GtkWidget) last = g_weak_ref_get (&self->last);
  GtkWidget *at = last;

  self->idle = 0;
  if (gtk_window_get_focus (self->window) != NULL)
    return G_SOURCE_REMOVE;
  while (at != NULL && at != GTK_WIDGET (self->window) && !focus_beside (at))
    at = gtk_widget_get_parent (at);
  return G_SOURCE_REMOVE;
}

static void
focus_moved (Keeper *self)
{
  GtkWidget *focus = gtk_window_get_focus (self->window);
  g_autoptr (GtkWidget) last = g_weak_ref_get (&self->last);

  if (focus != NULL)
    g_weak_ref_set (&self->last, focus);
  else if (last != NULL && !gtk_widget_is_sensitive (last) && self->idle == 0)
    self->idle = g_idle_add_full (G_PRIORITY_HIGH, give_back, self, NULL);
}

static void
keeper_free (gpointer data)
{
  Keeper *self = data;

  g_clear_handle_id (&self->idle, g_source_remove);
  g_weak_ref_clear (&self->last);
  g_free (self);
}

void
assay_keep_focus (GtkWindow *window)
{
  Keeper *self = g_new0 (Keeper, 1);

  self->window = window;
  g_weak_ref_init (&self->last, NULL);
  g_signal_connect_swapped (window, "notify::focus-widget", G_CALLBACK (focus_moved), self);
  g_object_set_data_full (G_OBJECT (window), "keep-focus", self, keeper_free);
}
