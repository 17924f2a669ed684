/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/row_model.h"

#include "app/model/row.h"
#include "core/base/column_order.h"

#include <gtk/gtk.h>

struct _AssayRowModel
{
  GObject parent;
  AssaySession *session;
  guint32 *order;    /* every row of the data set, sorted */
  gsize n_order;
  guint32 *shown;    /* those that pass, in that order */
  guint32 *position; /* by row: place in shown, or G_MAXUINT32 */
  guint n_shown;
  gboolean only_selected;
};

static GType
row_model_item_type (GListModel *list)
{
  return ASSAY_TYPE_ROW;
}

static guint
row_model_n_items (GListModel *list)
{
  return ASSAY_ROW_MODEL (list)->n_shown;
}

static gpointer
row_model_item (GListModel *list, guint position)
{
  AssayRowModel *self = ASSAY_ROW_MODEL (list);

  return position < self->n_shown ? assay_row_new (self->shown[position]) : NULL;
}

static void
row_model_list_init (GListModelInterface *iface)
{
  iface->get_item_type = row_model_item_type;
  iface->get_n_items = row_model_n_items;
  iface->get_item = row_model_item;
}

static gboolean
row_model_is_selected (GtkSelectionModel *model, guint position)
{
  AssayRowModel *self = ASSAY_ROW_MODEL (model);
  const AyBitset *selection = assay_session_get_selection (self->session);

  return selection != NULL && position < self->n_shown
         && ay_bitset_get (selection, self->shown[position]);
}

static GtkBitset *
row_model_selection_in_range (GtkSelectionModel *model, guint position, guint n_items)
{
  GtkBitset *bits = gtk_bitset_new_empty ();

  for (guint i = position; i < position + n_items; i++)
    if (row_model_is_selected (model, i))
      gtk_bitset_add (bits, i);
  return bits;
}

/* Rows at positions, all of the data set otherwise unset. */
static AyBitset *
rows_at (AssayRowModel *self, guint position, guint n_items)
{
  AyBitset *rows = ay_bitset_new (assay_session_get_selection (self->session)->n);

  for (guint i = position; i < self->n_shown && i - position < n_items; i++)
    ay_bitset_add (rows, self->shown[i]);
  return rows;
}

/* The rule of every view: rows that are not shown lose their place only where a gesture replaces
 * the selection. GTK's own default cannot tell that from changing all the shown rows. */
static gboolean
row_model_select_range (GtkSelectionModel *model, guint position, guint n_items,
                        gboolean unselect_rest)
{
  AssayRowModel *self = ASSAY_ROW_MODEL (model);
  g_autoptr (AyBitset) rows = NULL;

  if (assay_session_get_selection (self->session) == NULL)
    return FALSE;
  rows = rows_at (self, position, n_items);
  assay_session_select (self->session, rows,
                        unselect_rest ? ASSAY_SELECT_REPLACE : ASSAY_SELECT_ADD);
  return TRUE;
}

static gboolean
row_model_select_item (GtkSelectionModel *model, guint position, gboolean unselect_rest)
{
  return row_model_select_range (model, position, 1, unselect_rest);
}

static gboolean
row_model_unselect_range (GtkSelectionModel *model, guint position, guint n_items)
{
  AssayRowModel *self = ASSAY_ROW_MODEL (model);
  g_autoptr (AyBitset) rows = NULL;

  if (assay_session_get_selection (self->session) == NULL)
    return FALSE;
  rows = rows_at (self, position, n_items);
  assay_session_select (self->session, rows, ASSAY_SELECT_SUBTRACT);
  return TRUE;
}

static gboolean
row_model_unselect_item (GtkSelectionModel *model, guint position)
{
  return row_model_unselect_range (model, position, 1);
}

static gboolean
row_model_select_all (GtkSelectionModel *model)
{
  return row_model_select_range (model, 0, G_MAXUINT, TRUE);
}

static gboolean
row_model_unselect_all (GtkSelectionModel *model)
{
  assay_session_select_none (ASSAY_ROW_MODEL (model)->session);
  return TRUE;
}

/* Rubber bands: the positions of the mask get the state that they have in selected. A mask of all
 * positions replaces the selection; of some, what differs is toggled: one step of undo each. */
static gboolean
row_model_set_selection (GtkSelectionModel *model, GtkBitset *selected, GtkBitset *mask)
{
  AssayRowModel *self = ASSAY_ROW_MODEL (model);
  const AyBitset *before = assay_session_get_selection (self->session);
  g_autoptr (AyBitset) rows = NULL;
  gboolean replaces;
  GtkBitsetIter iter;
  guint i;

  if (before == NULL)
    return FALSE;
  replaces = gtk_bitset_get_size (mask) >= self->n_shown;
  rows = ay_bitset_new (before->n);
  if (gtk_bitset_iter_init_first (&iter, mask, &i))
    do
      if (i < self->n_shown
          && gtk_bitset_contains (selected, i)
                 != (!replaces && ay_bitset_get (before, self->shown[i])))
        ay_bitset_add (rows, self->shown[i]);
    while (gtk_bitset_iter_next (&iter, &i));
  assay_session_select (self->session, rows,
                        replaces ? ASSAY_SELECT_REPLACE : ASSAY_SELECT_TOGGLE);
  return TRUE;
}

static void
row_model_selection_init (GtkSelectionModelInterface *iface)
{
  iface->is_selected = row_model_is_selected;
  iface->get_selection_in_range = row_model_selection_in_range;
  iface->set_selection = row_model_set_selection;
  iface->select_item = row_model_select_item;
  iface->unselect_item = row_model_unselect_item;
  iface->select_range = row_model_select_range;
  iface->unselect_range = row_model_unselect_range;
  iface->select_all = row_model_select_all;
  iface->unselect_all = row_model_unselect_all;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (
    AssayRowModel, assay_row_model, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, row_model_list_init)
        G_IMPLEMENT_INTERFACE (GTK_TYPE_SELECTION_MODEL, row_model_selection_init))

static void
make_order (AssayRowModel *self)
{
  AyColumn *column
      = assay_session_find_column (self->session, assay_session_get_sort (self->session));
  AyDataset *data = assay_session_get_data (self->session);

  g_clear_pointer (&self->order, g_free);
  self->n_order = data != NULL ? data->n : 0;
  if (column != NULL)
    {
      self->order = ay_column_order (column, assay_session_get_descending (self->session));
      return;
    }
  self->order = g_new (guint32, MAX (self->n_order, 1));
  for (gsize i = 0; i < self->n_order; i++)
    self->order[i] = (guint32) i;
}

static void
make_shown (AssayRowModel *self)
{
  const AyBitset *visible = assay_session_get_visible (self->session);
  const AyBitset *selection = assay_session_get_selection (self->session);
  guint before = self->n_shown;

  self->n_shown = 0;
  self->shown = g_renew (guint32, self->shown, MAX (self->n_order, 1));
  self->position = g_renew (guint32, self->position, MAX (self->n_order, 1));
  for (gsize i = 0; i < self->n_order; i++)
    {
      guint32 row = self->order[i];
      gboolean passes = ay_bitset_get (visible, row)
                        && (!self->only_selected || ay_bitset_get (selection, row));

      self->position[row] = passes ? self->n_shown : G_MAXUINT32;
      if (passes)
        self->shown[self->n_shown++] = row;
    }
  g_list_model_items_changed (G_LIST_MODEL (self), 0, before, self->n_shown);
}

static void
on_columns_changed (AssayRowModel *self)
{
  make_order (self);
  make_shown (self);
}

static void
on_decided (AssayRowModel *self)
{
  static const char *const decided[] = { "decision", "new_label", "tags", NULL };

  const char *sort = assay_session_get_sort (self->session);

  if (sort != NULL && g_strv_contains (decided, sort))
    on_columns_changed (self);
}

static void
on_selection_changed (AssayRowModel *self)
{
  if (self->only_selected)
    make_shown (self);
  else if (self->n_shown > 0)
    gtk_selection_model_selection_changed (GTK_SELECTION_MODEL (self), 0, self->n_shown);
}

static void
assay_row_model_finalize (GObject *object)
{
  AssayRowModel *self = ASSAY_ROW_MODEL (object);

  g_clear_object (&self->session);
  g_free (self->order);
  g_free (self->shown);
  g_free (self->position);
  G_OBJECT_CLASS (assay_row_model_parent_class)->finalize (object);
}

static void
assay_row_model_class_init (AssayRowModelClass *class)
{
  G_OBJECT_CLASS (class)->finalize = assay_row_model_finalize;
}

static void
assay_row_model_init (AssayRowModel *self)
{
}

AssayRowModel *
assay_row_model_new (AssaySession *session)
{
  AssayRowModel *self = g_object_new (ASSAY_TYPE_ROW_MODEL, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "columns-changed", G_CALLBACK (on_columns_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "decided", G_CALLBACK (on_decided), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "visible-changed", G_CALLBACK (make_shown), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "selection-changed", G_CALLBACK (on_selection_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "sorted", G_CALLBACK (on_columns_changed), self,
                           G_CONNECT_SWAPPED);
  on_columns_changed (self);
  return self;
}

void
assay_row_model_set_only_selected (AssayRowModel *self, gboolean only_selected)
{
  if (self->only_selected == only_selected)
    return;
  self->only_selected = only_selected;
  make_shown (self);
}

guint
assay_row_model_get_row (AssayRowModel *self, guint position)
{
  return self->shown[position];
}

guint
assay_row_model_find (AssayRowModel *self, guint row)
{
  return row < self->n_order ? self->position[row] : GTK_INVALID_LIST_POSITION;
}
