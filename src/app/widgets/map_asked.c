/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/map_asked.h"

#include "app/say.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/fold.h"
#include "app/widgets/set_name.h"
#include "app/widgets/spin_range.h"

#include <glib/gi18n.h>

#define MOST_ROWS 1000000000.0
#define STEP 10000.0
#define WIDTH_CHARS 52

struct _AssayMapAsked
{
  AdwBin parent;
  GtkWidget *grid;
  GtkDropDown *distances;
  GtkSpinButton *above;
  GtkLabel *found;
  GtkWidget *make;
};

G_DEFINE_FINAL_TYPE (AssayMapAsked, assay_map_asked, ADW_TYPE_BIN)

static guint make_signal;

static const char *const distances[] = { "euclidean", "cosine" };

GHashTable *
assay_map_asked_dup_parameters (AssayMapAsked *self)
{
  guint at = MIN (gtk_drop_down_get_selected (self->distances), G_N_ELEMENTS (distances) - 1);
  GHashTable *out = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  g_hash_table_insert (out, g_strdup ("metric"), g_strdup (distances[at]));
  g_hash_table_insert (out, g_strdup ("approximate_above"),
                       g_strdup_printf ("%.0f", gtk_spin_button_get_value (self->above)));
  return out;
}

void
assay_map_asked_describe (AssayMapAsked *self, JsonObject *certificate, gboolean can_make)
{
  const char *method = certificate != NULL ? json_object_get_string_member_with_default (
                                                 certificate, "neighbours_method", "")
                                           : "";
  g_autofree char *text = NULL;

  if (g_str_equal (method, "exact"))
    text = g_strdup (_ ("This map: exact neighbours"));
  else if (*method != '\0')
    text = assay_say (
        _ ("This map: approximate neighbours; of %d rows, %.2f percent of the true ones found"),
        (int) json_object_get_int_member_with_default (certificate, "neighbours_recall_sample", 0),
        100.0
            * json_object_get_double_member_with_default (certificate, "neighbours_recall", 0.0));
  gtk_label_set_text (self->found, text != NULL ? text : _ ("This map: no neighbours were asked"));
  gtk_widget_set_sensitive (self->make, can_make);
}

void
assay_map_asked_bind (AssayMapAsked *self, AssaySession *session, GSettings *settings)
{
  assay_spin_range_tell (self->above, session);
  g_settings_bind (settings, "approximate-above", self->above, "value", G_SETTINGS_BIND_DEFAULT);
}

void
assay_map_asked_show (AssayMapAsked *self, gboolean shown)
{
  assay_fold_show (self->grid, shown);
}

static void
on_make (AssayMapAsked *self)
{
  g_signal_emit (self, make_signal, 0);
}

static void
assay_map_asked_class_init (AssayMapAskedClass *class)
{
  make_signal = g_signal_new ("make", ASSAY_TYPE_MAP_ASKED, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
}

static GtkWidget *
make_label (const char *title)
{
  GtkWidget *label = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  return label;
}

static void
make_entries (AssayMapAsked *self)
{
  const char *const names[] = { _ ("Euclidean"), _ ("Cosine"), NULL };

  self->distances = GTK_DROP_DOWN (gtk_drop_down_new_from_strings (names));
  assay_drop_down_set_name (self->distances, _ ("Distance Between Rows"));
  self->above = GTK_SPIN_BUTTON (gtk_spin_button_new_with_range (0.0, MOST_ROWS, STEP));
  gtk_widget_set_tooltip_text (
      GTK_WIDGET (self->above),
      _ ("With more rows neighbours are found approximately, in a fraction of the time; 0: never"));
  assay_set_name (self->above, _ ("Approximate Above So Many Rows"));
  self->found = GTK_LABEL (make_label (NULL));
  gtk_label_set_wrap (self->found, TRUE);
  gtk_label_set_max_width_chars (self->found, WIDTH_CHARS);
  gtk_widget_add_css_class (GTK_WIDGET (self->found), "dim-label");
  self->make = gtk_button_new_with_mnemonic (_ ("Make Map A_new"));
  gtk_widget_set_tooltip_text (self->make, _ ("Make the map that is shown again, as said here"));
}

static void
assay_map_asked_init (AssayMapAsked *self)
{
  GtkWidget *widget = gtk_grid_new ();
  GtkGrid *grid = GTK_GRID (widget);

  make_entries (self);
  gtk_grid_set_row_spacing (grid, 6);
  gtk_grid_set_column_spacing (grid, 12);
  gtk_widget_add_css_class (widget, "toolbar");
  gtk_grid_attach (grid, make_label (_ ("Distance")), 0, 0, 1, 1);
  gtk_grid_attach (grid, GTK_WIDGET (self->distances), 1, 0, 1, 1);
  gtk_grid_attach (grid, make_label (_ ("Approximate above, rows")), 0, 1, 1, 1);
  gtk_grid_attach (grid, GTK_WIDGET (self->above), 1, 1, 1, 1);
  gtk_grid_attach (grid, self->make, 2, 0, 1, 1);
  gtk_grid_attach (grid, GTK_WIDGET (self->found), 0, 2, 3, 1);
  self->grid = widget;
  g_signal_connect_swapped (self->make, "clicked", G_CALLBACK (on_make), self);
  adw_bin_set_child (ADW_BIN (self), assay_fold_new (widget));
}
