/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pinning.h"

#include "app/model/pinned.h"
#include "app/window_actions.h"

#include <glib/gi18n.h>

/* Where a finding of the command line is shown. */
#define PAGE_OF_CLI "samples"

static AssaySessionBin *
seen_page (AssayWindow *window)
{
  return ASSAY_SESSION_BIN (
      adw_view_stack_get_visible_child (assay_window_get_pages (window)));
}

static void
action_pin (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AssayWindow *self = ASSAY_WINDOW (widget);
  AssaySession *session = assay_window_get_session (self);
  const char *page = adw_view_stack_get_visible_child_name (assay_window_get_pages (self));
  AssayPinnedView view = assay_session_bin_save (seen_page (self));

  if (view.sentence == NULL)
    view.sentence = assay_decision_bar_dup_sentence (assay_window_get_decision_bar (self));
  if (assay_pinned_add (session, page, &view))
    assay_session_tell (session, _ ("Pinned for the report"), TRUE);
  assay_pinned_view_clear (&view);
}

static void
show (AssayWindow *self, const AyFinding *finding)
{
  AdwViewStack *pages = assay_window_get_pages (self);
  gboolean known = adw_view_stack_get_child_by_name (pages, finding->view) != NULL;
  g_autoptr (JsonObject) state = NULL;

  adw_view_stack_set_visible_child_name (pages, known ? finding->view : PAGE_OF_CLI);
  state = assay_pinned_show (assay_window_get_session (self), finding);
  if (state != NULL)
    assay_session_bin_restore (seen_page (self), state);
}

static void
action_show (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AssayWindow *self = ASSAY_WINDOW (widget);
  g_autoptr (GPtrArray) findings = assay_pinned_list (assay_window_get_session (self));

  for (guint i = 0; i < findings->len; i++)
    if (((const AyFinding *) findings->pdata[i])->number == g_variant_get_uint32 (parameter))
      show (self, findings->pdata[i]);
}

/* --- presenting --- */

static void
action_present (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AssayWindow *self = ASSAY_WINDOW (widget);
  AssaySession *session = assay_window_get_session (self);
  g_autoptr (GPtrArray) findings = assay_pinned_list (session);

  if (findings->len == 0)
    {
      assay_session_tell (session, _ ("Nothing is pinned yet: Ctrl+B pins what a page shows"),
                          FALSE);
      return;
    }
  gtk_window_fullscreen (GTK_WINDOW (self));
  assay_window_set_presenting (self, ASSAY_PRESENT_FINDINGS);
  assay_presenter_start (assay_window_get_presenter (self));
}

static void
on_close (AssayWindow *self)
{
  assay_window_set_presenting (self, ASSAY_PRESENT_NOT);
  gtk_window_unfullscreen (GTK_WINDOW (self));
}

static void
on_live (AssayWindow *self, guint number)
{
  assay_window_set_presenting (self, ASSAY_PRESENT_LIVE);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-finding", "u", number);
}

void
assay_pinning_bind (AssayWindow *window)
{
  AssayPresenter *presenter = assay_window_get_presenter (window);

  g_signal_connect_object (presenter, "close", G_CALLBACK (on_close), window, G_CONNECT_SWAPPED);
  g_signal_connect_object (presenter, "live", G_CALLBACK (on_live), window, G_CONNECT_SWAPPED);
}

void
assay_pinning_install (GtkWidgetClass *window_class)
{
  gtk_widget_class_install_action (window_class, "win.pin", NULL, action_pin);
  gtk_widget_class_install_action (window_class, "win.show-finding", "u", action_show);
  gtk_widget_class_install_action (window_class, "win.present", NULL, action_present);
  gtk_widget_class_install_action (window_class, "win.present-back", NULL, action_present);
}

void
assay_pinning_update (AssayWindow *window)
{
  AyWork *work = assay_session_get_work (assay_window_get_session (window));
  gboolean writable = work != NULL && !ay_workspace_is_read_only (ay_work_store (work));

  AssayPresenting presenting = assay_window_get_presenting (window);

  gtk_widget_action_set_enabled (GTK_WIDGET (window), "win.pin",
                                 writable && presenting != ASSAY_PRESENT_FINDINGS);
  gtk_widget_action_set_enabled (GTK_WIDGET (window), "win.present",
                                 work != NULL && presenting == ASSAY_PRESENT_NOT);
  gtk_widget_action_set_enabled (GTK_WIDGET (window), "win.present-back",
                                 presenting == ASSAY_PRESENT_LIVE);
}
