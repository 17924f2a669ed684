/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/preferences.h"

#include "app/application.h"
#include "core/shim/number.h"

#include <glib/gi18n.h>

static void
on_scheme (GSettings *settings, const char *key, gpointer data)
{
  static const AdwColorScheme schemes[]
      = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT, ADW_COLOR_SCHEME_FORCE_DARK };
  int scheme = g_settings_get_enum (settings, "color-scheme");

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      schemes[CLAMP (scheme, 0, 2)]);
}

void
assay_preferences_apply (GSettings *settings)
{
  g_signal_connect (settings, "changed::color-scheme", G_CALLBACK (on_scheme), NULL);
  on_scheme (settings, NULL, NULL);
}

static GtkWidget *
choice_row (const char *title, const char *subtitle, const char *const *choices)
{
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr (GtkStringList) list = gtk_string_list_new (choices);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (list));
  return row;
}

static void
scheme_chosen (GObject *row, GParamSpec *pspec, gpointer settings)
{
  g_settings_set_enum (settings, "color-scheme",
                       (int) adw_combo_row_get_selected (ADW_COMBO_ROW (row)));
}

static GtkWidget *
make_looks (GSettings *settings)
{
  const char *const schemes[] = { _ ("Follow the system"), _ ("Light"), _ ("Dark"), NULL };
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *row = choice_row (_ ("Colours"), NULL, schemes);

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ ("Looks"));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row),
                              (guint) g_settings_get_enum (settings, "color-scheme"));
  g_signal_connect (row, "notify::selected", G_CALLBACK (scheme_chosen), settings);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return group;
}

/* A parameter of the head that was typed: told to the workspace when the row is applied, as a task,
 * since another may be using the head. */
typedef struct
{
  char *name, *value;
} Parameter;

static void
parameter_free (gpointer data)
{
  Parameter *self = data;

  g_free (self->name);
  g_free (self->value);
  g_free (self);
}

static gboolean
set_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Parameter *self = data;
  g_autoptr (GHashTable) parameters = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (parameters, self->name, self->value);
  return ay_work_set_parameters (work, parameters, error);
}

static void
set_done (GObject *session, gpointer data, const GError *error)
{
  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  else
    assay_session_tell (ASSAY_SESSION (session), _ ("Kept: compute the scores again to use it"),
                        FALSE);
}

static void
parameter_applied (AdwEntryRow *row, gpointer session)
{
  Parameter *self = g_new (Parameter, 1);

  self->name = g_strdup (gtk_widget_get_name (GTK_WIDGET (row)));
  self->value = g_strdup (gtk_editable_get_text (GTK_EDITABLE (row)));
  assay_session_run (session, _ ("Changing the head"), set_in_thread, set_done, self,
                     parameter_free);
}

static GtkWidget *
parameter_row (AssaySession *session, const char *name, const char *title, const char *value)
{
  GtkWidget *row = adw_entry_row_new ();

  gtk_widget_set_name (row, name);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_editable_set_text (GTK_EDITABLE (row), value);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (row), TRUE);
  g_signal_connect_object (row, "apply", G_CALLBACK (parameter_applied), session, 0);
  return row;
}

static GtkWidget *
make_head (AssaySession *session)
{
  const AyHeadOptions *options = ay_work_head_options (assay_session_get_work (session));
  GtkWidget *group = adw_preferences_group_new ();
  char text[AY_NUMBER_SIZE];

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ ("Head"));
  adw_preferences_group_set_description (
      ADW_PREFERENCES_GROUP (group),
      _ ("The linear model that effects are computed for. Kept in the workspace."));
  ay_number_format (options->lambda_mean, text);
  adw_preferences_group_add (
      ADW_PREFERENCES_GROUP (group),
      parameter_row (session, "lambda_mean", _ ("L2 on the mean loss (a number, or auto)"),
                     options->lambda_auto ? "auto" : text));
  adw_preferences_group_add (
      ADW_PREFERENCES_GROUP (group),
      parameter_row (session, "standardise", _ ("Standardise the features (yes or no)"),
                     options->standardise ? "yes" : "no"));
  return group;
}

void
assay_preferences_show (GtkWindow *parent, AssaySession *session)
{
  GtkApplication *application = gtk_window_get_application (parent);
  GSettings *settings = assay_application_get_settings (ASSAY_APPLICATION (application));
  GtkWidget *window = adw_preferences_window_new ();
  GtkWidget *page = adw_preferences_page_new ();

  adw_preferences_page_set_title (ADW_PREFERENCES_PAGE (page), _ ("General"));
  adw_preferences_page_set_name (ADW_PREFERENCES_PAGE (page), "general");
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page),
                            ADW_PREFERENCES_GROUP (make_looks (settings)));
  if (assay_session_get_work (session) != NULL)
    adw_preferences_page_add (ADW_PREFERENCES_PAGE (page),
                              ADW_PREFERENCES_GROUP (make_head (session)));
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (window), ADW_PREFERENCES_PAGE (page));
  adw_preferences_window_set_search_enabled (ADW_PREFERENCES_WINDOW (window), FALSE);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
}
