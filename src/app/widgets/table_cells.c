/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/table_cells.h"

#include "app/model/row.h"
#include "app/say.h"
#include "app/widgets/row_image.h"
#include "app/widgets/set_name.h"
#include "app/widgets/text_cell.h"
#include "core/data/thumbnail.h"
#include "figure/palette.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* Of the input's own columns; numbers are mostly features, which tell little one by one. */
#define MAX_OWN_COLUMNS 12
#define TEXT_CHARS 40 /* of the text that a row is */
#define MAX_OWN_NUMBERS 3
#define IMAGE_SIZE 32

char *
assay_table_cells_dup_value (AyColumn *column, gsize row)
{
  if (ay_column_is_missing (column, row))
    return g_strdup ("–");
  if (ay_column_type (column) == AY_COLUMN_NUMBER && !ay_column_is_integral (column))
    return assay_say ("%.4g", ay_column_numbers (column)[row]);
  return ay_column_dup_text (column, row);
}

/* The text that each row is. */
static gboolean
is_text (AssaySession *session, const char *name)
{
  AyColumn *text = assay_session_get_data (session)->text;

  return text != NULL && g_str_equal (ay_column_name (text), name);
}

int
assay_table_cells_rank (AssaySession *session, guint at)
{
  AyTable *input = assay_session_get_data (session)->table;
  const char *name
      = ay_column_name (ay_table_column (assay_session_get_columns (session), at));

  if (at < 3 || is_text (session, name))
    return 0;
  if (assay_session_is_noise (session, name))
    return 4;
  if (input != NULL && ay_table_find (input, name) != NULL)
    return 3;
  return g_str_has_prefix (name, "map_") ? 2 : 1;
}

/* What the cells of one column need. */
typedef struct
{
  AssaySession *session; /* the view, which owns the column, lives in the session's window */
  char *name;
  AyColumn *of;          /* (nullable) the score that the scale is of */
  gboolean dark;
  AyFigureScale scale;
} Cells;

static Cells *
cells_new (AssaySession *session, const char *name)
{
  Cells *self = g_new0 (Cells, 1);

  self->session = g_object_ref (session);
  self->name = g_strdup (name);
  return self;
}

static void
cells_free (gpointer data, GClosure *closure)
{
  Cells *self = data;

  g_object_unref (self->session);
  g_clear_pointer (&self->of, ay_column_unref);
  g_free (self->name);
  g_free (self);
}

/* The row that a cell is in takes the focus: it is called by the id. */
static void
name_row (GtkWidget *cell, const char *id)
{
  for (GtkWidget *at = cell; at != NULL; at = gtk_widget_get_parent (at))
    if (g_str_equal (gtk_widget_get_css_name (at), "row"))
      {
        assay_set_name (at, id);
        return;
      }
}

/* So do the parts that GTK makes of a column view. */
static void
name_parts (GtkColumnView *view)
{
  for (GtkWidget *part = gtk_widget_get_first_child (GTK_WIDGET (view)); part != NULL;
       part = gtk_widget_get_next_sibling (part))
    assay_set_name (part, g_str_equal (gtk_widget_get_css_name (part), "header")
                              ? _ ("Column Titles")
                              : _ ("Rows"));
}

static void
setup_text (GtkListItemFactory *factory, GtkListItem *item, Cells *self)
{
  AyColumn *column = assay_session_find_column (self->session, self->name);
  gboolean number = column != NULL && ay_column_type (column) == AY_COLUMN_NUMBER;

  guint chars = number ? 11 : is_text (self->session, self->name) ? TEXT_CHARS : 12;

  gtk_list_item_set_child (item, assay_text_cell_new (chars, number));
}

/* Scores have the colour that they have on the map. */
static void
show_color (AssayTextCell *cell, Cells *self, AyColumn *column, guint row)
{
  const AyScoreInfo *info = assay_session_find_score (self->session, self->name);
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  gboolean has = info != NULL && info->kind != AY_SCORE_FLAG && !ay_column_is_missing (column, row)
                 && !g_str_has_prefix (self->name, "map_");
  double low, high;

  if (has && (self->of != column || self->dark != dark))
    {
      g_clear_pointer (&self->of, ay_column_unref);
      self->of = ay_column_ref (column);
      self->dark = dark;
      ay_figure_scale_range (ay_column_numbers (column), ay_column_rows (column), &low, &high);
      ay_figure_scale_init (&self->scale, info->kind == AY_SCORE_VALUE ? AY_FIGURE_DIVERGING
                                                                       : AY_FIGURE_SEQUENTIAL,
                            low, high, ay_figure_theme (dark));
    }
  assay_text_cell_set_swatch (
      cell, has, has ? ay_figure_scale_color (&self->scale, ay_column_numbers (column)[row]) : 0,
      has && assay_session_get_noise (self->session, self->name, AY_NOISE_TOLD, row) == 0.0);
}

static void
bind_text (GtkListItemFactory *factory, GtkListItem *item, Cells *self)
{
  guint row = assay_row_get_row (gtk_list_item_get_item (item));
  AyColumn *column = assay_session_find_column (self->session, self->name);
  g_autofree char *text
      = column != NULL ? assay_table_cells_dup_value (column, row) : g_strdup ("");

  assay_text_cell_set_text (ASSAY_TEXT_CELL (gtk_list_item_get_child (item)), text);
  if (column != NULL && ay_column_type (column) == AY_COLUMN_NUMBER)
    show_color (ASSAY_TEXT_CELL (gtk_list_item_get_child (item)), self, column, row);
  if (g_str_equal (self->name, "id"))
    name_row (gtk_list_item_get_child (item), text);
}

static void
setup_image (GtkListItemFactory *factory, GtkListItem *item, Cells *self)
{
  gtk_list_item_set_child (item, assay_row_image_new (IMAGE_SIZE));
}

static void
bind_image (GtkListItemFactory *factory, GtkListItem *item, Cells *self)
{
  assay_row_image_set_row (ASSAY_ROW_IMAGE (gtk_list_item_get_child (item)), self->session,
                           assay_row_get_row (gtk_list_item_get_item (item)));
}

/* --- sorting by the titles --- */

/* The session sorts, by whole columns; the sorters of the titles only tell which title was chosen
 * and which way. GTK 4.8 keeps that to itself, but asks the chosen title's sorter first, and turns
 * its answer round when it goes down. */
static const char *chosen_title;

static int
tell_title (gconstpointer a, gconstpointer b, gpointer data)
{
  if (chosen_title == NULL)
    chosen_title = data;
  return -1;
}

char *
assay_table_cells_dup_sort (GtkColumnView *view, gboolean *descending)
{
  g_autoptr (AssayRow) a = assay_row_new (0);
  g_autoptr (AssayRow) b = assay_row_new (1);

  chosen_title = NULL;
  *descending = gtk_sorter_compare (gtk_column_view_get_sorter (view), a, b)
                == GTK_ORDERING_LARGER;
  return g_strdup (chosen_title);
}

void
assay_table_cells_mark_sort (GtkColumnView *view, const char *name, gboolean descending)
{
  GListModel *shown = gtk_column_view_get_columns (view);
  GtkSortType type = descending ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING;

  for (guint i = 0; name != NULL && i < g_list_model_get_n_items (shown); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (shown, i);

      if (gtk_column_view_column_get_sorter (column) != NULL
          && g_strcmp0 (gtk_column_view_column_get_title (column), name) == 0)
        {
          gtk_column_view_sort_by_column (view, column, type);
          return;
        }
    }
  gtk_column_view_sort_by_column (view, NULL, GTK_SORT_ASCENDING);
}

/* What a click on the title does, for the keyboard. */
static gboolean
title_key_pressed (GtkEventControllerKey *controller, guint key, guint code,
                   GdkModifierType state, Cells *self)
{
  gboolean again = g_strcmp0 (assay_session_get_sort (self->session), self->name) == 0;

  if (key != GDK_KEY_Return && key != GDK_KEY_KP_Enter && key != GDK_KEY_space)
    return FALSE;
  assay_session_sort (self->session, self->name,
                      again && !assay_session_get_descending (self->session));
  return TRUE;
}

/* GTK 4.8 makes titles for the pointer only. */
static void
name_title (GtkWidget *title, GtkColumnViewColumn *column, AssaySession *session)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  const char *name = gtk_column_view_column_get_title (column);

  assay_set_name (title, name);
  if (gtk_column_view_column_get_sorter (column) == NULL)
    return;
  gtk_widget_set_focusable (title, TRUE);
  g_signal_connect_data (keys, "key-pressed", G_CALLBACK (title_key_pressed),
                         cells_new (session, name), cells_free, 0);
  gtk_widget_add_controller (title, keys);
}

static void
name_titles (GtkColumnView *view, AssaySession *session)
{
  GListModel *columns = gtk_column_view_get_columns (view);
  GtkWidget *header = gtk_widget_get_first_child (GTK_WIDGET (view));
  guint i = 0;

  gtk_widget_set_can_focus (header, TRUE);
  gtk_widget_set_focusable (header, FALSE); /* its titles take the focus */
  for (GtkWidget *title = gtk_widget_get_first_child (header);
       title != NULL && i < g_list_model_get_n_items (columns);
       title = gtk_widget_get_next_sibling (title), i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);

      name_title (title, column, session);
    }
}

static void
add_column (GtkColumnView *view, AssaySession *session, const char *name, gboolean image)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkColumnViewColumn) column = NULL;
  Cells *cells = cells_new (session, name);

  g_signal_connect (factory, "setup", G_CALLBACK (image ? setup_image : setup_text), cells);
  g_signal_connect_data (factory, "bind", G_CALLBACK (image ? bind_image : bind_text), cells,
                         cells_free, 0);
  column = gtk_column_view_column_new (name, g_object_ref (factory));
  gtk_column_view_column_set_resizable (column, TRUE);
  if (!image)
    {
      g_autoptr (GtkSorter) sorter
          = GTK_SORTER (gtk_custom_sorter_new (tell_title, g_strdup (name), g_free));

      gtk_column_view_column_set_sorter (column, sorter);
    }
  gtk_column_view_append_column (view, column);
}

/* Names of the columns to show, in order: ours first, then as many of the input's own as fit. */
static GPtrArray *
list_names (AssaySession *session)
{
  AyTable *columns = assay_session_get_columns (session);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  guint own = 0, numbers = 0;

  for (int rank = 0; rank < 4; rank++)
    for (guint i = 0; i < ay_table_n_columns (columns); i++)
      {
        AyColumn *column = ay_table_column (columns, i);

        if (assay_table_cells_rank (session, i) == rank
            && (rank < 3
                || ((ay_column_type (column) != AY_COLUMN_NUMBER || numbers++ < MAX_OWN_NUMBERS)
                    && own++ < MAX_OWN_COLUMNS)))
          g_ptr_array_add (names, g_strdup (ay_column_name (column)));
      }
  return names;
}

static gboolean
same_columns (GListModel *shown, GPtrArray *names, guint offset)
{
  if (g_list_model_get_n_items (shown) != names->len + offset)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (shown, i + offset);

      if (g_strcmp0 (gtk_column_view_column_get_title (column), names->pdata[i]) != 0)
        return FALSE;
    }
  return TRUE;
}

void
assay_table_cells_fill (GtkColumnView *view, AssaySession *session)
{
  GListModel *shown = gtk_column_view_get_columns (view);
  g_autoptr (GPtrArray) names = NULL;
  gboolean images;

  if (assay_session_get_columns (session) == NULL)
    return;
  name_parts (view);
  names = list_names (session);
  images = ay_dataset_has_images (assay_session_get_data (session));
  if (same_columns (shown, names, images ? 1 : 0))
    {
      /* The same columns with new values: rows are bound anew. */
      g_autoptr (GtkSelectionModel) model = gtk_column_view_get_model (view);

      if (model != NULL)
        {
          g_object_ref (model);
          gtk_column_view_set_model (view, NULL);
          gtk_column_view_set_model (view, model);
        }
      return;
    }
  while (g_list_model_get_n_items (shown) > 0)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (shown, 0);

      gtk_column_view_remove_column (view, column);
    }
  if (images)
    add_column (view, session, _ ("image"), TRUE);
  for (guint i = 0; i < names->len; i++)
    add_column (view, session, names->pdata[i], FALSE);
  name_titles (view, session);
}
