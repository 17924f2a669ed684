/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/samples_page.h"

#include "app/carry.h"
#include "app/model/row.h"
#include "app/model/row_model.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/gallery_cell.h"
#include "app/widgets/score_words.h"
#include "app/widgets/table_cells.h"

#include <glib/gi18n.h>

struct _AssaySamplesPage
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  AssayRowModel *rows;
  GtkColumnView *table;
  GtkGridView *gallery;
  GtkStack *stack;
  GtkToggleButton *table_button, *gallery_button, *descending_button;
  GtkCheckButton *selected_check;
  GtkDropDown *sort_drop_down;
  GtkLabel *count_label;
  gboolean filling;
  gboolean outdated; /* cells are made only while the page is seen: they are many */
};

G_DEFINE_FINAL_TYPE (AssaySamplesPage, assay_samples_page, ASSAY_TYPE_SESSION_BIN)

/* GTK makes the cells of some 200 rows at once: only for the view that is seen. */
static void
show_view (AssaySamplesPage *self)
{
  gboolean gallery = gtk_toggle_button_get_active (self->gallery_button);
  gboolean ready = !self->outdated && self->rows != NULL;

  if (ready && gallery && gtk_grid_view_get_model (self->gallery) == NULL)
    gtk_grid_view_set_model (self->gallery, GTK_SELECTION_MODEL (self->rows));
  else if (ready && !gallery && gtk_column_view_get_model (self->table) == NULL)
    gtk_column_view_set_model (self->table, GTK_SELECTION_MODEL (self->rows));
  gtk_stack_set_visible_child_name (self->stack, gallery ? "gallery" : "table");
}

/* How many there are; of an order by a score, how far it can be trusted. */
static void
show_count (AssaySamplesPage *self)
{
  const char *sort = assay_session_get_sort (self->session);
  const AyScoreInfo *info = sort != NULL ? assay_session_find_score (self->session, sort) : NULL;
  g_autofree char *stability = info != NULL ? assay_score_words_stability (info) : NULL;
  g_autofree char *whole = info != NULL ? assay_score_words_halves (info) : NULL;
  g_autofree char *count = g_strdup_printf (
      _ ("%u of %u rows"), g_list_model_get_n_items (G_LIST_MODEL (self->rows)),
      (guint) (assay_session_get_data (self->session) != NULL
                   ? assay_session_get_data (self->session)->n
                   : 0));
  g_autofree char *text = stability != NULL ? g_strconcat (count, " · ", stability, NULL) : NULL;

  gtk_label_set_text (self->count_label, text != NULL ? text : count);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->count_label), whole);
}

/* The order is the session's: the drop-down, the titles and what else sorts show and set it. */
static void
on_sort_chosen (AssaySamplesPage *self)
{
  GtkStringObject *item = gtk_drop_down_get_selected_item (self->sort_drop_down);
  guint at = gtk_drop_down_get_selected (self->sort_drop_down);

  if (!self->filling && self->session != NULL)
    assay_session_sort (self->session,
                        item != NULL && at > 0 ? gtk_string_object_get_string (item) : NULL,
                        gtk_toggle_button_get_active (self->descending_button));
}

static void
on_title_chosen (AssaySamplesPage *self)
{
  g_autofree char *name = NULL;
  gboolean descending;

  if (self->filling || self->session == NULL)
    return;
  name = assay_table_cells_dup_sort (self->table, &descending);
  assay_session_sort (self->session, name, descending);
}

static guint
position_of (AssaySamplesPage *self, const char *name)
{
  GListModel *names = gtk_drop_down_get_model (self->sort_drop_down);

  for (guint i = 1; name != NULL && i < g_list_model_get_n_items (names); i++)
    if (g_str_equal (gtk_string_list_get_string (GTK_STRING_LIST (names), i), name))
      return i;
  return 0;
}

static void
show_sort (AssaySamplesPage *self)
{
  const char *name = assay_session_get_sort (self->session);
  gboolean descending = assay_session_get_descending (self->session);

  if (self->outdated)
    return;
  self->filling = TRUE;
  gtk_drop_down_set_selected (self->sort_drop_down, position_of (self, name));
  gtk_toggle_button_set_active (self->descending_button, descending);
  assay_table_cells_mark_sort (self->table, name, descending);
  show_count (self);
  self->filling = FALSE;
}

static void
only_selected (AssaySamplesPage *self)
{
  if (self->rows != NULL)
    assay_row_model_set_only_selected (self->rows,
                                       gtk_check_button_get_active (self->selected_check));
}

static void
fill_sort_names (AssaySamplesPage *self, AyTable *columns)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  gtk_string_list_append (names, _ ("File order"));
  for (guint i = 0; columns != NULL && i < ay_table_n_columns (columns); i++)
    gtk_string_list_append (names, ay_column_name (ay_table_column (columns, i)));
  self->filling = TRUE;
  gtk_drop_down_set_model (self->sort_drop_down, G_LIST_MODEL (names));
  self->filling = FALSE;
}

/* The columns of the table are those of the session: what is gone goes, what is new comes. */
static void
fill (AssaySamplesPage *self)
{
  self->outdated = FALSE;
  fill_sort_names (self, assay_session_get_columns (self->session));
  assay_table_cells_fill (self->table, self->session);
  show_sort (self);
  show_view (self);
  show_count (self);
}

static void
on_columns_changed (AssaySamplesPage *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    fill (self);
  else
    {
      self->outdated = TRUE;
      gtk_column_view_set_model (self->table, NULL);
      gtk_grid_view_set_model (self->gallery, NULL);
    }
}

/* Cards tell the value that colours: they are bound anew. */
static void
on_color_by (AssaySamplesPage *self)
{
  gtk_grid_view_set_model (self->gallery, NULL);
  show_view (self);
}

static void
on_map (AssaySamplesPage *self)
{
  if (self->outdated && self->session != NULL)
    fill (self);
}

static void
activated (AssaySamplesPage *self, guint position)
{
  assay_session_set_hovered (self->session, assay_row_model_get_row (self->rows, position));
}

static void
assay_samples_page_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const columns[] = { "columns-changed", "decided", NULL };
  static const char *const sorted[] = { "sorted", NULL };
  static const char *const colors[] = { "notify::color-by", NULL };
  AssaySamplesPage *self = ASSAY_SAMPLES_PAGE (bin);
  g_autoptr (GtkListItemFactory) factory = assay_gallery_cell_factory_new (session);

  self->session = session;
  gtk_grid_view_set_factory (self->gallery, factory);
  assay_carry_drag (GTK_WIDGET (self->table), session);
  assay_carry_drag (GTK_WIDGET (self->gallery), session);
  /* before the model hears of it: a table that is not seen lets its rows go, and binds none anew */
  assay_session_bin_watch (bin, columns, G_CALLBACK (on_columns_changed));
  self->rows = assay_row_model_new (session);
  assay_session_bin_watch (bin, sorted, G_CALLBACK (show_sort));
  assay_session_bin_watch (bin, colors, G_CALLBACK (on_color_by));
  g_signal_connect_object (self->rows, "items-changed", G_CALLBACK (show_count), self,
                           G_CONNECT_SWAPPED);
  on_columns_changed (self);
}

static void
assay_samples_page_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssaySamplesPage *self = ASSAY_SAMPLES_PAGE (bin);

  json_object_set_boolean_member (view->state, "gallery",
                                  gtk_toggle_button_get_active (self->gallery_button));
  json_object_set_boolean_member (view->state, "only_selected",
                                  gtk_check_button_get_active (self->selected_check));
}

static void
assay_samples_page_restore (AssaySessionBin *bin, JsonObject *state)
{
  AssaySamplesPage *self = ASSAY_SAMPLES_PAGE (bin);
  gboolean gallery = json_object_get_boolean_member_with_default (state, "gallery", FALSE);

  gtk_toggle_button_set_active (gallery ? self->gallery_button : self->table_button, TRUE);
  gtk_check_button_set_active (
      self->selected_check,
      json_object_get_boolean_member_with_default (state, "only_selected", FALSE));
}

static void
assay_samples_page_dispose (GObject *object)
{
  AssaySamplesPage *self = ASSAY_SAMPLES_PAGE (object);

  self->filling = TRUE; /* a table that goes tells of another order */
  g_clear_object (&self->rows);
  G_OBJECT_CLASS (assay_samples_page_parent_class)->dispose (object);
}

static void
assay_samples_page_class_init (AssaySamplesPageClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_samples_page_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_samples_page_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_samples_page_restore;
  object_class->dispose = assay_samples_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/samples_page.ui");
  gtk_widget_class_bind_template_child (widget_class, AssaySamplesPage, table);
  gtk_widget_class_bind_template_child (widget_class, AssaySamplesPage, gallery);
  gtk_widget_class_bind_template_child (widget_class, AssaySamplesPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AssaySamplesPage, table_button);
  gtk_widget_class_bind_template_child (widget_class, AssaySamplesPage, gallery_button);
  gtk_widget_class_bind_template_child (widget_class, AssaySamplesPage, descending_button);
  gtk_widget_class_bind_template_child (widget_class, AssaySamplesPage, selected_check);
  gtk_widget_class_bind_template_child (widget_class, AssaySamplesPage, sort_drop_down);
  gtk_widget_class_bind_template_child (widget_class, AssaySamplesPage, count_label);
}

static void
assay_samples_page_init (AssaySamplesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_drop_down_set_expression (
      self->sort_drop_down, gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string"));
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
  assay_drop_down_shorten (self->sort_drop_down);
  assay_drop_down_set_name (self->sort_drop_down, _ ("Sort By"));
  g_signal_connect_swapped (self->gallery_button, "toggled", G_CALLBACK (show_view), self);
  g_signal_connect_swapped (self->selected_check, "toggled", G_CALLBACK (only_selected), self);
  g_signal_connect_swapped (self->descending_button, "toggled", G_CALLBACK (on_sort_chosen), self);
  g_signal_connect_swapped (self->sort_drop_down, "notify::selected", G_CALLBACK (on_sort_chosen),
                            self);
  g_signal_connect_swapped (gtk_column_view_get_sorter (self->table), "changed",
                            G_CALLBACK (on_title_chosen), self);
  g_signal_connect_swapped (self->table, "activate", G_CALLBACK (activated), self);
  g_signal_connect_swapped (self->gallery, "activate", G_CALLBACK (activated), self);
}
