/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/gallery_cell.h"

#include "app/model/row.h"
#include "app/widgets/row_card.h"
#include "app/widgets/set_name.h"

static void
setup (GtkListItemFactory *factory, GtkListItem *item, AssaySession *session)
{
  GtkWidget *card = g_object_new (ASSAY_TYPE_ROW_CARD, NULL);

  gtk_widget_set_size_request (card, 144, -1);
  gtk_list_item_set_child (item, card);
}

static void
bind (GtkListItemFactory *factory, GtkListItem *item, AssaySession *session)
{
  GtkWidget *card = gtk_list_item_get_child (item);
  guint row = assay_row_get_row (gtk_list_item_get_item (item));
  AyDataset *data = assay_session_get_data (session);
  g_autofree char *id = data != NULL ? ay_column_dup_text (data->id, row) : NULL;

  assay_row_card_set_row (ASSAY_ROW_CARD (card), session, row);
  if (id != NULL) /* the cell itself takes the focus */
    assay_set_name (gtk_widget_get_parent (card), id);
}

GtkListItemFactory *
assay_gallery_cell_factory_new (AssaySession *session)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup), session, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind), session, 0);
  return factory;
}
