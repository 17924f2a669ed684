/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window_state.h"

#include "app/window_actions.h"

/* Not kept: it is what the window itself begins with where the data allows it. */
#define FIRST_COLORS "influence"

static GSettings *
settings_of (AssayWindow *window)
{
  return assay_application_get_settings (
      ASSAY_APPLICATION (gtk_window_get_application (GTK_WINDOW (window))));
}

/* --- kept --- */

/* A pane that lies over the page, for want of room, says nothing about what the person likes. */
static void
keep_pane (GSettings *settings, const char *key, AdwFlap *pane)
{
  if (!adw_flap_get_folded (pane))
    g_settings_set_boolean (settings, key, adw_flap_get_reveal_flap (pane));
}

static void
keep_rows (GSettings *settings, AssaySession *session)
{
  const char *color = assay_session_get_color_by (session);
  const char *sort = assay_session_get_sort (session);

  if (assay_session_get_work (session) == NULL)
    return;
  g_settings_set_string (settings, "color-by",
                         color != NULL && !g_str_equal (color, FIRST_COLORS) ? color : "");
  g_settings_set_string (settings, "sort-by", sort != NULL ? sort : "");
  g_settings_set_boolean (settings, "sort-descending", assay_session_get_descending (session));
}

static gboolean
keep (AssayWindow *window)
{
  GSettings *settings = settings_of (window);
  const char *page
      = adw_view_stack_get_visible_child_name (assay_window_get_pages (window));
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (window), &width, &height);
  g_settings_set_boolean (settings, "maximized", gtk_window_is_maximized (GTK_WINDOW (window)));
  g_settings_set (settings, "window-size", "(ii)", width, height);
  if (page != NULL && !assay_window_is_empty (window))
    g_settings_set_string (settings, "page", page);
  keep_pane (settings, "show-filters", assay_window_get_pane (window, FALSE));
  keep_pane (settings, "show-inspector", assay_window_get_pane (window, TRUE));
  keep_rows (settings, assay_window_get_session (window));
  return GDK_EVENT_PROPAGATE;
}

/* --- taken up --- */

/* What nobody has chosen yet is as it was, where there is such a column. */
static void
take_up_rows (AssayWindow *window)
{
  AssaySession *session = assay_window_get_session (window);
  GSettings *settings = settings_of (window);
  g_autofree char *color = g_settings_get_string (settings, "color-by");
  g_autofree char *sort = g_settings_get_string (settings, "sort-by");

  if (assay_session_get_work (session) == NULL)
    return;
  if (*color != '\0' && assay_session_get_color_by (session) == NULL
      && assay_session_find_column (session, color) != NULL)
    assay_session_set_color_by (session, color);
  if (*sort != '\0' && assay_session_get_sort (session) == NULL
      && assay_session_find_column (session, sort) != NULL)
    assay_session_sort (session, sort, g_settings_get_boolean (settings, "sort-descending"));
}

void
assay_window_state_follow (AssayWindow *window)
{
  GSettings *settings = settings_of (window);
  g_autofree char *page = g_settings_get_string (settings, "page");
  AdwViewStack *pages = assay_window_get_pages (window);
  int width, height;

  g_settings_get (settings, "window-size", "(ii)", &width, &height);
  if (width > 0 && height > 0)
    gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  if (g_settings_get_boolean (settings, "maximized"))
    gtk_window_maximize (GTK_WINDOW (window));
  if (adw_view_stack_get_child_by_name (pages, page) != NULL)
    adw_view_stack_set_visible_child_name (pages, page);
  adw_flap_set_reveal_flap (assay_window_get_pane (window, FALSE),
                            g_settings_get_boolean (settings, "show-filters"));
  adw_flap_set_reveal_flap (assay_window_get_pane (window, TRUE),
                            g_settings_get_boolean (settings, "show-inspector"));
  g_signal_connect_object (assay_window_get_session (window), "notify::loaded",
                           G_CALLBACK (take_up_rows), window, G_CONNECT_SWAPPED);
  g_signal_connect (window, "close-request", G_CALLBACK (keep), NULL);
}
