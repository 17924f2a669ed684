/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/roles_dialog.h"

#include "app/widgets/escape.h"
#include "app/widgets/set_name.h"
#include "app/window_actions.h"

#include <glib/gi18n.h>

#define CELL_CHARS 18
#define MAX_SHOWN_COLUMNS 60

typedef struct
{
  AssayWindow *parent;
  GtkWindow *window;
  AssayRolePlan *plan;
  AdwComboRow **rows;    /* assay_n_roles of them */
  GtkStringList *names;  /* "None", then the plan's */
  AdwEntryRow *features;
  AdwComboRow *saw_labels;
  GtkFileChooserNative *chooser; /* (nullable) while it is open */
  int choosing;          /* role that a file is chosen for; -1: the features */
  gboolean showing;
} Dialog;

static void
dialog_free (gpointer data)
{
  Dialog *self = data;

  g_clear_object (&self->chooser);
  assay_role_plan_free (self->plan);
  g_object_unref (self->names);
  g_free (self->rows);
  g_free (self);
}

/* --- the choices --- */

static void
show_choices (Dialog *self)
{
  self->showing = TRUE;
  for (guint role = 0; role < assay_n_roles; role++)
    {
      const char *source = assay_role_plan_get (self->plan, role);
      int at = assay_role_plan_find (self->plan, source);

      adw_combo_row_set_selected (self->rows[role], (guint) (at + 1));
    }
  self->showing = FALSE;
}

static void
on_chosen (GtkWidget *row, GParamSpec *pspec, Dialog *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (row));

  for (guint role = 0; !self->showing && role < assay_n_roles; role++)
    if (GTK_WIDGET (self->rows[role]) == row)
      {
        assay_role_plan_set (self->plan, role,
                             selected > 0 ? self->plan->sources->pdata[selected - 1] : NULL);
        show_choices (self);
      }
}

/* A file of its own for a role, or for the features: one more entry of every list. */
static void
file_chosen (GtkNativeDialog *native, int response, Dialog *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
      g_autofree char *path = g_file_get_path (file);
      guint n = self->plan->names->len;
      const char *source = assay_role_plan_add_file (self->plan, path);

      if (self->plan->names->len > n)
        gtk_string_list_append (self->names, self->plan->names->pdata[n]);
      if (self->choosing < 0)
        gtk_editable_set_text (GTK_EDITABLE (self->features), source);
      else
        assay_role_plan_set (self->plan, (guint) self->choosing, source);
      show_choices (self);
    }
  g_clear_object (&self->chooser);
}

static void
choose_file (GtkWidget *button, Dialog *self)
{
  self->choosing = -1;
  for (guint role = 0; role < assay_n_roles; role++)
    if (gtk_widget_is_ancestor (button, GTK_WIDGET (self->rows[role])))
      self->choosing = (int) role;
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("File of the Role"), self->window,
                                               GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect (self->chooser, "response", G_CALLBACK (file_chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
accept (Dialog *self)
{
  static const AyAnswer answers[] = { AY_ANSWER_UNKNOWN, AY_ANSWER_NO, AY_ANSWER_YES };
  AyLoadOptions *roles = self->plan->roles;
  g_autoptr (GFile) file = g_file_new_for_path (self->plan->path);
  const char *features = gtk_editable_get_text (GTK_EDITABLE (self->features));

  g_free (roles->features);
  roles->features = *features != '\0' ? g_strdup (features) : NULL;
  roles->features_saw_labels = answers[adw_combo_row_get_selected (self->saw_labels) % 3];
  assay_window_open_with (self->parent, file, roles);
  gtk_window_destroy (self->window);
}

/* --- what is shown --- */

static GtkWidget *
make_cell (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), CELL_CHARS);
  gtk_label_set_width_chars (GTK_LABEL (label), (int) MIN (g_utf8_strlen (text, -1), 10));
  gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_preview (const AssayRolePlan *plan)
{
  GtkWidget *grid = gtk_grid_new ();
  GtkWidget *scroll = gtk_scrolled_window_new ();
  guint n = MIN (plan->n_columns, MAX_SHOWN_COLUMNS);

  gtk_grid_set_column_spacing (GTK_GRID (grid), 18);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 4);
  gtk_widget_set_margin_bottom (grid, 12); /* the scroll bar lies over it */
  for (guint i = 0; i < n; i++)
    {
      gtk_grid_attach (GTK_GRID (grid), make_cell (plan->names->pdata[i], "heading"), (int) i, 0, 1,
                       1);
      for (guint row = 0; row < plan->n_rows; row++)
        gtk_grid_attach (GTK_GRID (grid),
                         make_cell (plan->cells->pdata[row * plan->n_columns + i], "numeric"),
                         (int) i, (int) row + 1, 1, 1);
    }
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), grid);
  assay_set_name (grid, _ ("First Rows"));
  return scroll;
}

static AdwPreferencesGroup *
add_group (AdwPreferencesPage *page, const char *title, const char *description)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), description);
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (group));
  return ADW_PREFERENCES_GROUP (group);
}

static GtkWidget *
make_file_button (Dialog *self, const char *title)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("document-open-symbolic");
  g_autofree char *label = g_strdup_printf (_ ("A file for: %s"), title);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  assay_set_name (button, label);
  g_signal_connect (button, "clicked", G_CALLBACK (choose_file), self);
  return button;
}

static void
add_role (Dialog *self, AdwPreferencesGroup *group, guint role)
{
  GtkWidget *row = adw_combo_row_new ();
  const char *title = _ (assay_roles[role].title);

  self->rows[role] = ADW_COMBO_ROW (row);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _ (assay_roles[role].subtitle));
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (self->names));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_file_button (self, title));
  g_signal_connect (row, "notify::selected", G_CALLBACK (on_chosen), self);
  adw_preferences_group_add (group, row);
}

static void
add_features (Dialog *self, AdwPreferencesGroup *group)
{
  const char *const answers[] = { _ ("Not known"), _ ("No"), _ ("Yes"), NULL };
  g_autoptr (GtkStringList) list = gtk_string_list_new (answers);
  GtkWidget *features = adw_entry_row_new ();
  GtkWidget *saw = adw_combo_row_new ();

  self->features = ADW_ENTRY_ROW (features);
  self->saw_labels = ADW_COMBO_ROW (saw);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (features), _ ("Columns or a file"));
  if (self->plan->roles->features != NULL)
    gtk_editable_set_text (GTK_EDITABLE (features), self->plan->roles->features);
  adw_entry_row_add_suffix (self->features, make_file_button (self, _ ("Features")));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (saw), _ ("Made with these labels"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (saw),
                               _ ("Features of a model trained on them hide label errors"));
  adw_combo_row_set_model (self->saw_labels, G_LIST_MODEL (list));
  adw_preferences_group_add (group, features);
  adw_preferences_group_add (group, saw);
}

static GtkWidget *
make_content (Dialog *self, const char *why)
{
  GtkWidget *widget = adw_preferences_page_new ();
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (widget);
  AdwPreferencesGroup *group = NULL;
  g_autofree char *escaped = why != NULL ? g_markup_escape_text (why, -1) : NULL;

  group = add_group (page, why != NULL ? _ ("That did not work") : _ ("First rows"), escaped);
  if (self->plan->n_columns > 0)
    adw_preferences_group_add (group, make_preview (self->plan));
  group = add_group (page, _ ("Roles"), NULL);
  for (guint role = 0; role < assay_n_roles; role++)
    add_role (self, group, role);
  group = add_group (page, _ ("Features"),
                     _ ("Names or globs by commas. Left empty: all numbers without a role, else "
                        "made of the text or the images."));
  add_features (self, group);
  show_choices (self);
  return widget;
}

static GtkWidget *
make_header (Dialog *self)
{
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *cancel = gtk_button_new_with_mnemonic (_ ("_Cancel"));
  GtkWidget *open = gtk_button_new_with_mnemonic (_ ("_Open"));

  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (header), FALSE);
  gtk_widget_add_css_class (open, "suggested-action");
  g_signal_connect_swapped (open, "clicked", G_CALLBACK (accept), self);
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (gtk_window_destroy), self->window);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), cancel);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), open);
  return header;
}

void
assay_roles_dialog_show (AssayWindow *parent, AssayRolePlan *plan, const char *why)
{
  Dialog *self = g_new0 (Dialog, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *name = g_path_get_basename (plan->path);
  g_autofree char *title = g_strdup_printf (_ ("Open %s"), name);

  self->parent = parent;
  self->window = GTK_WINDOW (adw_window_new ());
  self->plan = plan;
  self->rows = g_new0 (AdwComboRow *, assay_n_roles);
  self->names = gtk_string_list_new (NULL);
  gtk_string_list_append (self->names, _ ("None"));
  for (guint i = 0; i < plan->names->len; i++)
    gtk_string_list_append (self->names, plan->names->pdata[i]);
  gtk_window_set_title (self->window, title);
  gtk_window_set_transient_for (self->window, GTK_WINDOW (parent));
  gtk_window_set_modal (self->window, TRUE);
  gtk_window_set_default_size (self->window, 680, 640);
  gtk_box_append (GTK_BOX (box), make_header (self));
  gtk_box_append (GTK_BOX (box), make_content (self, why));
  gtk_widget_set_vexpand (gtk_widget_get_last_child (box), TRUE);
  adw_window_set_content (ADW_WINDOW (self->window), box);
  assay_close_on_escape (self->window);
  g_signal_connect_swapped (self->window, "destroy", G_CALLBACK (dialog_free), self);
  gtk_window_present (self->window);
}

/* --- reading --- */

typedef struct
{
  AssayWindow *window;
  char *path, *why;
  AyLoadOptions *roles; /* (nullable) */
  AssayRolePlan *plan;  /* the result */
} Reading;

static void
reading_free (gpointer data)
{
  Reading *self = data;

  g_object_unref (self->window);
  g_clear_pointer (&self->plan, assay_role_plan_free);
  g_clear_pointer (&self->roles, ay_load_options_free);
  g_free (self->path);
  g_free (self->why);
  g_free (self);
}

static gboolean
read_in_thread (AyJob *job, AyWork *none, gpointer data, GError **error)
{
  Reading *self = data;

  self->plan = assay_role_plan_read (self->path, job, error);
  return self->plan != NULL;
}

static void
read_done (GObject *session, gpointer data, const GError *error)
{
  Reading *self = data;

  if (error != NULL)
    {
      assay_session_fail (ASSAY_SESSION (session), error);
      return;
    }
  if (self->roles != NULL)
    assay_role_plan_take (self->plan, g_steal_pointer (&self->roles));
  assay_roles_dialog_show (self->window, g_steal_pointer (&self->plan), self->why);
}

void
assay_roles_dialog_ask (AssayWindow *window, GFile *file, const AyLoadOptions *roles,
                        const char *why)
{
  Reading *self = g_new0 (Reading, 1);

  self->window = g_object_ref (window);
  self->path = g_file_get_path (file);
  self->why = g_strdup (why);
  self->roles = roles != NULL ? ay_load_options_copy (roles) : NULL;
  assay_session_run_apart (assay_window_get_session (window), _ ("Reading the first rows"),
                           read_in_thread, read_done, self, reading_free);
}
