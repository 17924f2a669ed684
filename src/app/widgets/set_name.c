/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/set_name.h"

/* Newer GTK says of buttons and drop-downs that they are labelled by what they show, which goes
 * before a label of their own. */
void
assay_set_name (gpointer widget, const char *name)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);

  gtk_accessible_reset_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}
