/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window_actions.h"

#include "app/carry.h"
#include "app/export_dialog.h"
#include "app/grow.h"
#include "app/import_dialog.h"
#include "app/opener.h"
#include "app/page_help.h"
#include "app/pages/curate_page.h"
#include "app/pages/gains_page.h"
#include "app/pages/history_page.h"
#include "app/pages/map_page.h"
#include "app/pages/overview_page.h"
#include "app/pages/redundancy_page.h"
#include "app/pages/report_page.h"
#include "app/pages/review_page.h"
#include "app/pages/samples_page.h"
#include "app/pages/scores_page.h"
#include "app/paths.h"
#include "app/pinning.h"
#include "app/preferences.h"
#include "app/roles_dialog.h"
#include "app/search_bar.h"
#include "app/task_button.h"
#include "app/text_dialog.h"
#include "app/widgets/chart.h"
#include "app/widgets/filter_side.h"
#include "app/widgets/inspector.h"
#include "app/widgets/wrap.h"

#include <glib/gi18n.h>

static AssaySession *
session_of (GtkWidget *widget)
{
  return assay_window_get_session (ASSAY_WINDOW (widget));
}

/* --- opening --- */

static void
open_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

      assay_window_open (data, file);
    }
  g_object_unref (dialog);
}

static void
choose (GtkWidget *widget, const char *title, GtkFileChooserAction action,
        void (*response) (GtkNativeDialog *dialog, int response, gpointer data))
{
  GtkFileChooserNative *dialog
      = gtk_file_chooser_native_new (title, GTK_WINDOW (widget), action, _ ("_Open"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (response), widget);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
action_open (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (widget, _ ("Open a Data Set or Workspace"), GTK_FILE_CHOOSER_ACTION_OPEN,
          open_response);
}

static void
open_roles_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

      assay_roles_dialog_ask (data, file, NULL, NULL);
    }
  g_object_unref (dialog);
}

static void
action_open_roles (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (widget, _ ("Open a Data Set, Choosing Roles"), GTK_FILE_CHOOSER_ACTION_OPEN,
          open_roles_response);
}

static void
action_open_folder (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (widget, _ ("Open a Folder of Images"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
          open_response);
}

static void
action_open_uri (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  assay_window_open (ASSAY_WINDOW (widget), file);
}

/* The sample's workspace lies in the user's own folder. */
static void
action_sample (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autofree char *path = assay_paths_sample ();
  g_autoptr (GFile) file = NULL;

  if (path == NULL)
    {
      assay_session_tell (session_of (widget), _ ("The sample is not installed"), FALSE);
      return;
    }
  file = g_file_new_for_path (path);
  assay_window_open (ASSAY_WINDOW (widget), file);
}

static void
action_cancel_open (GtkWidget *widget, const char *name, GVariant *parameter)
{
  assay_window_cancel_open (ASSAY_WINDOW (widget));
}

void
assay_window_make_recent_menu (AssayWindow *self, GtkMenuButton *button)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  GList *items = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  int shown = 0;

  for (GList *at = items; at != NULL && shown < 10; at = at->next)
    {
      GtkRecentInfo *info = at->data;
      g_autoptr (GMenuItem) item = NULL;

      if (!gtk_recent_info_has_application (info, g_get_application_name ())
          || !gtk_recent_info_exists (info))
        continue;
      item = g_menu_item_new (gtk_recent_info_get_display_name (info), NULL);
      g_menu_item_set_action_and_target (item, "win.open-uri", "s", gtk_recent_info_get_uri (info));
      g_menu_append_item (menu, item);
      shown++;
    }
  g_list_free_full (items, (GDestroyNotify) gtk_recent_info_unref);
  if (shown == 0)
    g_menu_append (menu, _ ("No recent files"), "win.nothing");
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

/* --- selection, filters, undo --- */

/* While a text is being edited these keys are about the text: accelerators come before it. */
static gboolean
of_the_text (GtkWidget *widget, const char *name)
{
  static const struct { const char *name, *action; } actions[] = {
    { "win.undo", "text.undo" },
    { "win.redo", "text.redo" },
    { "win.copy", "clipboard.copy" },
  };
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (widget));

  if (focus == NULL || !GTK_IS_TEXT (focus))
    return FALSE;
  if (g_str_equal (name, "win.select-all"))
    {
      /* its own action stays disabled after a text was set where none or another had been */
      gtk_editable_select_region (GTK_EDITABLE (focus), 0, -1);
      return TRUE;
    }
  for (gsize k = 0; k < G_N_ELEMENTS (actions); k++)
    if (g_str_equal (name, actions[k].name))
      return gtk_widget_activate_action (focus, actions[k].action, NULL);
  return FALSE;
}

/* With the focus in a chart, copying is about what it shows. */
static gboolean
of_the_chart (GtkWidget *widget, const char *name)
{
  AssayChart *chart = g_str_equal (name, "win.copy") ? assay_chart_focused (widget) : NULL;

  if (chart == NULL)
    return FALSE;
  assay_chart_copy (chart);
  return TRUE;
}

static void
action_session (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AssaySession *session = session_of (widget);

  if (of_the_text (widget, name) || of_the_chart (widget, name))
    return;
  if (g_str_equal (name, "win.undo"))
    assay_session_undo (session);
  else if (g_str_equal (name, "win.redo"))
    assay_session_redo (session);
  else if (g_str_equal (name, "win.select-all"))
    assay_session_select_all (session);
  else if (g_str_equal (name, "win.select-none"))
    assay_session_select_none (session);
  else if (g_str_equal (name, "win.clear-filters"))
    assay_session_clear_filters (session);
  else if (g_str_equal (name, "win.copy"))
    assay_carry_copy (session, widget);
  else if (g_str_equal (name, "win.grow") || g_str_equal (name, "win.shrink"))
    assay_grow_selection (session, g_str_equal (name, "win.shrink"));
  else if (g_str_equal (name, "win.score"))
    assay_opener_score (session);
}

/* --- decisions --- */

static void
told (AssaySession *session, const char *verb)
{
  guint n = 0;
  g_autofree char *text = NULL;

  g_object_get (session, "n-selected", &n, NULL);
  text = g_strdup_printf (g_dngettext (NULL, "%u row: %s", "%u rows: %s", n), n, verb);
  assay_session_tell (session, text, TRUE);
}

static void
action_keep (GtkWidget *widget, const char *name, GVariant *parameter)
{
  if (assay_session_decide (session_of (widget), AY_DECISION_KEEP, NULL, NULL))
    told (session_of (widget), _ ("keep"));
}

static void
action_drop (GtkWidget *widget, const char *name, GVariant *parameter)
{
  if (assay_session_decide (session_of (widget), AY_DECISION_DROP, NULL, NULL))
    told (session_of (widget), _ ("drop"));
}

static void
relabel_to (gpointer widget, const char *value)
{
  if (assay_session_decide (session_of (widget), AY_DECISION_RELABEL, value, NULL))
    told (session_of (widget), _ ("relabel"));
}

static void
tag_with (gpointer widget, const char *value)
{
  if (assay_session_decide (session_of (widget), AY_DECISION_TAG, value, NULL))
    told (session_of (widget), _ ("tag"));
}

static void
action_relabel (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AyDataset *data = assay_session_get_data (session_of (widget));
  AssayTextQuestion question = { .title = _ ("Relabel the Selected Rows"),
                                 .label = _ ("New label"),
                                 .choices = (const char *const *) data->class_names,
                                 .accepted = relabel_to,
                                 .data = widget };

  assay_text_dialog_show (GTK_WINDOW (widget), &question);
}

static void
action_tag (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AssayTextQuestion question = { .title = _ ("Tag the Selected Rows"),
                                 .label = _ ("Tag"),
                                 .accepted = tag_with,
                                 .data = widget };

  assay_text_dialog_show (GTK_WINDOW (widget), &question);
}

static void
action_prove (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AssayProof proof = g_str_has_suffix (name, "folds")      ? ASSAY_PROOF_FOLDS
                     : g_str_has_suffix (name, "pipeline") ? ASSAY_PROOF_PIPELINE
                                                           : ASSAY_PROOF_REFIT;

  assay_decision_bar_prove (assay_window_get_decision_bar (ASSAY_WINDOW (widget)), proof);
}

/* --- files, views --- */

static void
action_export (GtkWidget *widget, const char *name, GVariant *parameter)
{
  assay_export_dialog_show (GTK_WINDOW (widget), session_of (widget));
}

static void
action_import_scores (GtkWidget *widget, const char *name, GVariant *parameter)
{
  assay_import_dialog_show (GTK_WINDOW (widget), session_of (widget));
}

static void
action_preferences (GtkWidget *widget, const char *name, GVariant *parameter)
{
  assay_preferences_show (GTK_WINDOW (widget), session_of (widget));
}

static void
action_pane (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AdwFlap *pane
      = assay_window_get_pane (ASSAY_WINDOW (widget), g_str_equal (name, "win.inspector"));

  adw_flap_set_reveal_flap (pane, !adw_flap_get_reveal_flap (pane));
}

/* "win.visit": what led there may be come back to. */
static void
action_page (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AdwViewStack *pages = assay_window_get_pages (ASSAY_WINDOW (widget));
  const char *page = g_variant_get_string (parameter, NULL);
  GtkWidget *from = adw_view_stack_get_visible_child (pages);
  GtkWidget *child = adw_view_stack_get_child_by_name (pages, page);

  if (child == NULL)
    return;
  adw_view_stack_set_visible_child_name (pages, page);
  if (g_str_equal (name, "win.visit") && from != NULL)
    assay_session_bin_visit (ASSAY_SESSION_BIN (child),
                             adw_view_stack_page_get_name (adw_view_stack_get_page (pages, from)),
                             adw_view_stack_page_get_title (
                                 adw_view_stack_get_page (pages, from)));
  else
    assay_session_bin_enter (ASSAY_SESSION_BIN (child));
}

static void
action_search (GtkWidget *widget, const char *name, GVariant *parameter)
{
  assay_search_bar_open (assay_window_get_search_bar (ASSAY_WINDOW (widget)));
}

static void
action_fullscreen (GtkWidget *widget, const char *name, GVariant *parameter)
{
  if (gtk_window_is_fullscreen (GTK_WINDOW (widget)))
    gtk_window_unfullscreen (GTK_WINDOW (widget));
  else
    gtk_window_fullscreen (GTK_WINDOW (widget));
}

/* The report on the Curate page's recipe. */
static void
action_print_report (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AdwViewStack *pages = assay_window_get_pages (ASSAY_WINDOW (widget));

  gtk_widget_activate_action (adw_view_stack_get_child_by_name (pages, "curate"),
                              "curate.print-report", NULL);
}

static gboolean
shows_page (GtkWidget *widget, const char *page)
{
  AdwViewStack *pages = assay_window_get_pages (ASSAY_WINDOW (widget));

  return g_strcmp0 (adw_view_stack_get_visible_child_name (pages), page) == 0;
}

/* Of the chart that has the focus, else of the largest one of the page; the Report page has none of
 * its own, there the report is printed. */
static void
action_chart (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AssayChart *chart = assay_chart_find (widget);
  const char *action = g_str_equal (name, "win.figure-table")  ? "chart.table"
                       : g_str_equal (name, "win.figure-copy") ? "chart.copy"
                                                               : "chart.print";

  if (g_str_equal (name, "win.print") && shows_page (widget, "report")
      && assay_chart_focused (widget) == NULL)
    action_print_report (widget, name, parameter);
  else if (chart == NULL || !gtk_widget_activate_action (GTK_WIDGET (chart), action, NULL))
    assay_session_tell (session_of (widget), _ ("No figure with numbers is shown here"), FALSE);
}

static void
action_tell (GtkWidget *widget, const char *name, GVariant *parameter)
{
  assay_session_tell (session_of (widget), g_variant_get_string (parameter, NULL), FALSE);
}

static void
action_page_help (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AdwViewStack *pages = assay_window_get_pages (ASSAY_WINDOW (widget));

  assay_page_help_show (GTK_WINDOW (widget), adw_view_stack_get_visible_child_name (pages));
}

static void
action_nothing (GtkWidget *widget, const char *name, GVariant *parameter)
{
}

typedef struct
{
  const char *name, *parameter;
  GtkWidgetActionActivateFunc func;
} Action;

static const Action actions[] = {
  { "win.open", NULL, action_open },
  { "win.open-folder", NULL, action_open_folder },
  { "win.open-roles", NULL, action_open_roles },
  { "win.open-uri", "s", action_open_uri },
  { "win.sample", NULL, action_sample },
  { "win.cancel-open", NULL, action_cancel_open },
  { "win.undo", NULL, action_session },
  { "win.redo", NULL, action_session },
  { "win.select-all", NULL, action_session },
  { "win.select-none", NULL, action_session },
  { "win.clear-filters", NULL, action_session },
  { "win.copy", NULL, action_session },
  { "win.grow", NULL, action_session },
  { "win.shrink", NULL, action_session },
  { "win.score", NULL, action_session },
  { "win.keep", NULL, action_keep },
  { "win.drop", NULL, action_drop },
  { "win.relabel", NULL, action_relabel },
  { "win.tag", NULL, action_tag },
  { "win.prove", NULL, action_prove },
  { "win.prove-folds", NULL, action_prove },
  { "win.prove-pipeline", NULL, action_prove },
  { "win.export", NULL, action_export },
  { "win.import-scores", NULL, action_import_scores },
  { "win.preferences", NULL, action_preferences },
  { "win.side-pane", NULL, action_pane },
  { "win.inspector", NULL, action_pane },
  { "win.page", "s", action_page },
  { "win.visit", "s", action_page },
  { "win.search", NULL, action_search },
  { "win.fullscreen", NULL, action_fullscreen },
  { "win.page-help", NULL, action_page_help },
  { "win.figure-table", NULL, action_chart },
  { "win.figure-copy", NULL, action_chart },
  { "win.print", NULL, action_chart },
  { "win.print-report", NULL, action_print_report },
  { "win.tell", "s", action_tell },
  { "win.nothing", NULL, action_nothing },
};

void
assay_window_actions_install (GtkWidgetClass *widget_class)
{
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, actions[i].parameter,
                                     actions[i].func);
  assay_pinning_install (widget_class);
}

static void
enable (AssayWindow *self, const char *const *names, gboolean enabled)
{
  for (; *names != NULL; names++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), *names, enabled);
}

void
assay_window_actions_update (AssayWindow *self)
{
  static const char *const with_data[]
      = { "win.select-all", "win.clear-filters", "win.export", "win.side-pane", "win.inspector",
          "win.page", "win.visit", "win.search", "win.page-help", "win.figure-table",
          "win.figure-copy", "win.print", "win.print-report", NULL };
  static const char *const with_writable[] = { "win.score", "win.import-scores", NULL };
  static const char *const with_selection[]
      = { "win.select-none", "win.copy", "win.grow", "win.shrink", "win.prove", "win.prove-folds",
          "win.prove-pipeline", NULL };
  static const char *const decisions[]
      = { "win.keep", "win.drop", "win.relabel", "win.tag", NULL };
  static const char *const undo[] = { "win.undo", NULL }, *const redo[] = { "win.redo", NULL };
  static const char *const never[] = { "win.nothing", NULL };
  AssaySession *session = assay_window_get_session (self);
  AyWork *work = assay_session_get_work (session);
  gboolean writable = work != NULL && !ay_workspace_is_read_only (ay_work_store (work));
  gboolean can_undo, can_redo;
  guint n_selected;

  g_object_get (session, "n-selected", &n_selected, "can-undo", &can_undo, "can-redo", &can_redo,
                NULL);
  enable (self, with_data, work != NULL);
  enable (self, with_writable, writable);
  enable (self, with_selection, n_selected > 0);
  enable (self, decisions, writable && n_selected > 0);
  enable (self, undo, can_undo);
  enable (self, redo, can_redo);
  enable (self, never, FALSE);
  assay_pinning_update (self);
}

void
assay_window_ensure_types (void)
{
  g_type_ensure (ASSAY_TYPE_TASK_BUTTON);
  g_type_ensure (ASSAY_TYPE_DECISION_BAR);
  g_type_ensure (ASSAY_TYPE_FILTER_SIDE);
  g_type_ensure (ASSAY_TYPE_INSPECTOR);
  g_type_ensure (ASSAY_TYPE_SEARCH_BAR);
  g_type_ensure (ASSAY_TYPE_OVERVIEW_PAGE);
  g_type_ensure (ASSAY_TYPE_MAP_PAGE);
  g_type_ensure (ASSAY_TYPE_SAMPLES_PAGE);
  g_type_ensure (ASSAY_TYPE_REDUNDANCY_PAGE);
  g_type_ensure (ASSAY_TYPE_CURATE_PAGE);
  g_type_ensure (ASSAY_TYPE_SCORES_PAGE);
  g_type_ensure (ASSAY_TYPE_HISTORY_PAGE);
  g_type_ensure (ASSAY_TYPE_GAINS_PAGE);
  g_type_ensure (ASSAY_TYPE_REPORT_PAGE);
  g_type_ensure (ASSAY_TYPE_REVIEW_PAGE);
  g_type_ensure (ASSAY_TYPE_PRESENTER);
  g_type_ensure (ASSAY_TYPE_WRAP);
}
