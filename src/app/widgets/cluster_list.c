/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/cluster_list.h"

#include "app/model/cluster_names.h"
#include "app/widgets/cluster_row.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/set_name.h"
#include "app/widgets/spin_range.h"
#include "core/base/error.h"
#include "core/work/clusters.h"

#include <glib/gi18n.h>

#define MOST_SHOWN 200
#define MOST_CLUSTERS 1000
#define USUAL_CLUSTERS 10
#define MOST_CLASSES 100 /* as the usual number of clusters */
#define WIDTH 250

struct _AssayClusterList
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkDropDown *methods;
  GtkSpinButton *count;
  GtkListBox *list;
  GtkLabel *note;
  gboolean outdated, reading;
};

G_DEFINE_FINAL_TYPE (AssayClusterList, assay_cluster_list, ASSAY_TYPE_SESSION_BIN)

static const char *const methods[] = { "kmeans", "density" };

/* --- reading what there is, as a task: means of scores read every row --- */

typedef struct
{
  GWeakRef list;
  AyClusterOptions options;
  const char *method; /* NULL: only read */
  JsonObject *found;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *self = data;

  g_weak_ref_clear (&self->list);
  g_clear_pointer (&self->found, json_object_unref);
  g_free (self);
}

static gboolean
read_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Reading *self = data;

  if (self->method != NULL && !ay_work_cluster (work, self->method, &self->options, job, error))
    return FALSE;
  self->found = ay_work_clusters (work, error);
  return self->found != NULL;
}

/* The score whose mean is told: what colours, else influence. */
static const char *
told_score (AssayClusterList *self)
{
  const char *name = assay_session_get_color_by (self->session);

  return assay_session_find_score (self->session, name) != NULL && !g_str_equal (name, "cluster")
             ? name : "influence";
}

static void
clear (AssayClusterList *self)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
}

static void
show_note (AssayClusterList *self, JsonObject *found, guint n)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, _ ("%u clusters by %s; rows in none: %u"), n,
                          json_object_get_string_member (found, "method"),
                          (guint) json_object_get_int_member (found, "noise"));
  if (n > MOST_SHOWN)
    g_string_append_printf (text, _ (". The %u largest are listed; assay-cli cluster lists all"),
                            MOST_SHOWN);
  gtk_label_set_text (self->note, text->str);
  g_string_free (text, TRUE);
}

static void
show_found (AssayClusterList *self, JsonObject *found)
{
  JsonArray *clusters = json_object_get_array_member (found, "clusters");
  guint n = json_array_get_length (clusters);
  GtkListBoxRow *chosen = gtk_list_box_get_selected_row (self->list);
  int at = chosen != NULL ? gtk_list_box_row_get_index (chosen) : -1;
  gboolean focus = gtk_widget_get_focus_child (GTK_WIDGET (self->list)) != NULL;

  clear (self);
  for (guint c = 0; c < MIN (n, MOST_SHOWN); c++)
    gtk_list_box_append (self->list,
                         assay_cluster_row_new (self->session,
                                                json_array_get_object_element (clusters, c),
                                                told_score (self)));
  show_note (self, found, n);
  chosen = at >= 0 ? gtk_list_box_get_row_at_index (self->list, at) : NULL;
  if (chosen == NULL)
    return;
  gtk_list_box_select_row (self->list, chosen);
  if (focus)
    gtk_widget_grab_focus (GTK_WIDGET (chosen));
}

static void read_again (AssayClusterList *self);

static void
read_done (GObject *session, gpointer data, const GError *error)
{
  Reading *reading = data;
  g_autoptr (AssayClusterList) self = g_weak_ref_get (&reading->list);

  if (self != NULL)
    self->reading = FALSE;
  if (error != NULL)
    {
      if (!g_error_matches (error, AY_ERROR, AY_ERROR_CANCELLED))
        assay_session_fail (ASSAY_SESSION (session), error);
      return;
    }
  if (self != NULL)
    show_found (self, reading->found);
  if (reading->method != NULL)
    {
      if (self != NULL)
        self->reading = TRUE; /* it is shown already */
      assay_session_columns_changed (ASSAY_SESSION (session));
      assay_session_set_color_by (ASSAY_SESSION (session), "cluster");
      if (self != NULL)
        self->reading = self->outdated = FALSE;
    }
  else if (self != NULL)
    read_again (self);
}

static void
start (AssayClusterList *self, const char *method, const AyClusterOptions *options)
{
  Reading *reading = g_new0 (Reading, 1);

  g_weak_ref_init (&reading->list, self);
  reading->method = method;
  reading->options = *options;
  self->reading = TRUE;
  self->outdated = FALSE;
  assay_session_run (self->session,
                     method != NULL ? _ ("Finding clusters") : _ ("Describing clusters"),
                     read_in_thread, read_done, reading, reading_free);
}

static void
read_again (AssayClusterList *self)
{
  AyClusterOptions options = AY_CLUSTER_OPTIONS_INIT;

  if (!self->outdated || self->reading || !gtk_widget_get_mapped (GTK_WIDGET (self))
      || assay_session_get_work (self->session) == NULL)
    return;
  if (assay_session_find_column (self->session, "cluster") != NULL)
    {
      start (self, NULL, &options);
      return;
    }
  self->outdated = FALSE;
  clear (self);
  gtk_label_set_text (self->note, _ ("No clusters yet"));
}

static void
find (AssayClusterList *self)
{
  guint at = MIN (gtk_drop_down_get_selected (self->methods), G_N_ELEMENTS (methods) - 1);
  AyClusterOptions options = AY_CLUSTER_OPTIONS_INIT;

  if (self->reading || assay_session_get_work (self->session) == NULL)
    return;
  options.k = (guint) gtk_spin_button_get_value_as_int (self->count);
  start (self, methods[at], &options);
}

/* --- what is done with them --- */

static void
on_activated (AssayClusterList *self, GtkListBoxRow *row)
{
  g_autoptr (AyBitset) rows
      = assay_clusters_dup_rows (self->session,
                                 assay_cluster_row_get_number (ASSAY_CLUSTER_ROW (row)));

  if (rows != NULL)
    assay_session_select (self->session, rows, ASSAY_SELECT_REPLACE);
}

static gboolean
on_key (AssayClusterList *self, guint key)
{
  GtkWidget *row = gtk_widget_get_focus_child (GTK_WIDGET (self->list));

  if (key != GDK_KEY_F2 || row == NULL)
    return FALSE;
  assay_cluster_row_rename (ASSAY_CLUSTER_ROW (row));
  return TRUE;
}

static void
on_method (AssayClusterList *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->count),
                            gtk_drop_down_get_selected (self->methods) == 0);
}

static void
on_columns_changed (AssayClusterList *self)
{
  self->outdated = TRUE;
  read_again (self);
}

/* Another workspace: as many clusters as classes, where there are some. */
static void
on_loaded (AssayClusterList *self)
{
  AyDataset *data = assay_session_get_data (self->session);
  guint n = data != NULL ? data->n_classes : 0;

  gtk_spin_button_set_value (self->count, n >= 2 && n <= MOST_CLASSES ? n : USUAL_CLUSTERS);
}

/* --- the widget --- */

static void
assay_cluster_list_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const columns[] = { "columns-changed", NULL };
  static const char *const loaded[] = { "notify::title", NULL };
  AssayClusterList *self = ASSAY_CLUSTER_LIST (bin);

  self->session = session;
  assay_session_bin_watch (bin, columns, G_CALLBACK (on_columns_changed));
  assay_session_bin_watch (bin, loaded, G_CALLBACK (on_loaded));
  assay_spin_range_tell (self->count, session);
  on_loaded (self);
  on_columns_changed (self);
}

static void
on_map (AssayClusterList *self)
{
  if (self->session != NULL)
    read_again (self);
}

static void
assay_cluster_list_class_init (AssayClusterListClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_cluster_list_bind;
}

static GtkWidget *
make_choices (AssayClusterList *self)
{
  static const char *const titles[] = { N_ ("K-means"), N_ ("Density"), NULL };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkStringList *names = gtk_string_list_new (NULL);

  for (gsize i = 0; titles[i] != NULL; i++)
    gtk_string_list_append (names, _ (titles[i]));
  self->methods = GTK_DROP_DOWN (gtk_drop_down_new (G_LIST_MODEL (names), NULL));
  assay_drop_down_set_name (self->methods, _ ("How Clusters Are Found"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->methods),
                               _ ("K-means: so many clusters, every row in one. Density: where "
                                  "rows lie densely, and rows in none"));
  self->count = GTK_SPIN_BUTTON (gtk_spin_button_new_with_range (2, MOST_CLUSTERS, 1));
  gtk_editable_set_width_chars (GTK_EDITABLE (self->count), 3);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->count), _ ("How many clusters"));
  assay_set_name (self->count, _ ("Number of Clusters"));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->methods));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->count));
  return box;
}

static void
assay_cluster_list_init (AssayClusterList *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("Find Clust_ers"));
  GtkWidget *scroll = gtk_scrolled_window_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_add_css_class (box, "side-pane");
  gtk_widget_set_size_request (box, WIDTH, -1);
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  assay_set_name (self->list, _ ("Clusters"));
  self->note = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->note, TRUE);
  gtk_label_set_xalign (self->note, 0.0f);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), GTK_WIDGET (self->list));
  gtk_widget_set_vexpand (scroll, TRUE);
  gtk_box_append (GTK_BOX (box), make_choices (self));
  gtk_box_append (GTK_BOX (box), button);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->note));
  gtk_box_append (GTK_BOX (box), scroll);
  adw_bin_set_child (ADW_BIN (self), box);
  gtk_widget_add_controller (GTK_WIDGET (self->list), keys);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (on_key), self);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (find), self);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (on_activated), self);
  g_signal_connect_swapped (self->methods, "notify::selected", G_CALLBACK (on_method), self);
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
}
