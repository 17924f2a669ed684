/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/column_chooser.h"

#include "app/widgets/drop_down.h"

#include <glib/gi18n.h>

struct _AssayColumnChooser
{
  AdwBin parent;
  AssaySession *session;
  GtkDropDown *drop_down;
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (AssayColumnChooser, assay_column_chooser, ADW_TYPE_BIN)

/* The first entry is "nothing". */
static void
select_current (AssayColumnChooser *self)
{
  const char *wanted = assay_session_get_color_by (self->session);
  GListModel *names = gtk_drop_down_get_model (self->drop_down);
  guint n = g_list_model_get_n_items (names), at = 0;

  for (guint i = 1; i < n && wanted != NULL; i++)
    if (g_str_equal (gtk_string_list_get_string (GTK_STRING_LIST (names), i), wanted))
      at = i;
  self->filling = TRUE;
  gtk_drop_down_set_selected (self->drop_down, at);
  self->filling = FALSE;
}

/* Scores and decisions first: they are what one colours by; then the fixed and the input's own. */
static void
fill (AssayColumnChooser *self)
{
  AyTable *columns = assay_session_get_columns (self->session);
  AyDataset *data = assay_session_get_data (self->session);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  gtk_string_list_append (names, _ ("Nothing"));
  for (int own = 0; own < 2; own++)
    for (guint i = 0; columns != NULL && i < ay_table_n_columns (columns); i++)
      {
        AyColumn *column = ay_table_column (columns, i);
        const char *name = ay_column_name (column);
        gboolean from_input = data->table != NULL && ay_table_find (data->table, name) != NULL
                              && !g_str_equal (name, "label") && !g_str_equal (name, "split");

        if (from_input == own && ay_column_type (column) != AY_COLUMN_TEXT
            && !g_str_equal (name, "id") && !assay_session_is_noise (self->session, name))
          gtk_string_list_append (names, name);
      }
  self->filling = TRUE;
  gtk_drop_down_set_model (self->drop_down, G_LIST_MODEL (names));
  self->filling = FALSE;
  select_current (self);
}

static void
on_selected (AssayColumnChooser *self)
{
  guint at = gtk_drop_down_get_selected (self->drop_down);
  GtkStringObject *item = gtk_drop_down_get_selected_item (self->drop_down);

  if (self->filling || self->session == NULL || item == NULL)
    return;
  assay_session_set_color_by (self->session, at == 0 ? NULL : gtk_string_object_get_string (item));
}

void
assay_column_chooser_bind_color (AssayColumnChooser *self, AssaySession *session)
{
  if (!g_set_object (&self->session, session))
    return;
  g_signal_connect_object (session, "columns-changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::color-by", G_CALLBACK (select_current), self,
                           G_CONNECT_SWAPPED);
  fill (self);
}

static void
assay_column_chooser_dispose (GObject *object)
{
  g_clear_object (&ASSAY_COLUMN_CHOOSER (object)->session);
  G_OBJECT_CLASS (assay_column_chooser_parent_class)->dispose (object);
}

/* An access key names the chooser. */
static gboolean
assay_column_chooser_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (ASSAY_COLUMN_CHOOSER (widget)->drop_down));
}

static void
assay_column_chooser_class_init (AssayColumnChooserClass *class)
{
  G_OBJECT_CLASS (class)->dispose = assay_column_chooser_dispose;
  GTK_WIDGET_CLASS (class)->grab_focus = assay_column_chooser_grab_focus;
}

static void
assay_column_chooser_init (AssayColumnChooser *self)
{
  self->drop_down = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  gtk_drop_down_set_expression (
      self->drop_down, gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string"));
  gtk_drop_down_set_enable_search (self->drop_down, TRUE);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->drop_down), _ ("Colour by a column"));
  assay_drop_down_shorten (self->drop_down);
  assay_drop_down_set_name (self->drop_down, _ ("Colour By"));
  g_signal_connect_swapped (self->drop_down, "notify::selected", G_CALLBACK (on_selected), self);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->drop_down));
}
