/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/group_cell.h"

#include "app/say.h"
#include "app/widgets/set_name.h"

#include <glib/gi18n.h>

char *
assay_group_cell_dup_title (const AyRedundancyCut *cut, guint group)
{
  guint size = (guint) ay_near_groups_size (cut->groups, group);

  return g_strdup_printf (g_dngettext (NULL, "Group %u: %u row", "Group %u: %u rows", size), group,
                          size);
}

char *
assay_group_cell_dup_detail (const AyRedundancy *redundancy, const AyRedundancyCut *cut,
                             guint group)
{
  double link = ay_redundancy_threshold (redundancy->options.distance,
                                         cut->groups->weakest[group]);
  GString *text = g_string_new (NULL);

  assay_say_append (text, _ ("weakest link %.5g"), link);
  if (cut->conflict[group])
    g_string_append (text, _ (" · labels differ"));
  if (ay_redundancy_leaks_in (cut, group))
    g_string_append (text, _ (" · in several parts"));
  return g_string_free (text, FALSE);
}

static void
setup (GtkListItemFactory *factory, GtkListItem *item, AssayGroupList *groups)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title = gtk_label_new (NULL), *detail = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (title), 0.0f);
  gtk_label_set_xalign (GTK_LABEL (detail), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (detail), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (detail, "dim-label");
  gtk_widget_add_css_class (detail, "caption");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), detail);
  gtk_list_item_set_child (item, box);
}

static void
bind (GtkListItemFactory *factory, GtkListItem *item, AssayGroupList *groups)
{
  GtkWidget *title = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *detail = gtk_widget_get_next_sibling (title);
  guint group = assay_group_get_number (gtk_list_item_get_item (item));
  const AyRedundancyCut *cut = assay_group_list_get_cut (groups);
  g_autofree char *name = NULL, *more = NULL, *all = NULL;

  if (cut == NULL || group >= cut->groups->n_groups)
    return;
  name = assay_group_cell_dup_title (cut, group);
  more = assay_group_cell_dup_detail (assay_group_list_get_redundancy (groups), cut, group);
  gtk_label_set_text (GTK_LABEL (title), name);
  gtk_label_set_text (GTK_LABEL (detail), more);
  gtk_widget_set_tooltip_text (gtk_list_item_get_child (item), more);
  all = g_strdup_printf ("%s, %s", name, more);
  assay_set_name (gtk_widget_get_parent (gtk_list_item_get_child (item)), all);
}

GtkListItemFactory *
assay_group_cell_factory_new (AssayGroupList *groups)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup), groups, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind), groups, 0);
  return factory;
}
