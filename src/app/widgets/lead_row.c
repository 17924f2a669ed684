/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/lead_row.h"

struct _AssayLeadRow
{
  AdwActionRow parent;
};

G_DEFINE_FINAL_TYPE (AssayLeadRow, assay_lead_row, ADW_TYPE_ACTION_ROW)

/* GTK tells screen readers of no action of a row but those of its class. */
static void
follow (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkActionable *self = GTK_ACTIONABLE (widget);

  gtk_widget_activate_action_variant (widget, gtk_actionable_get_action_name (self),
                                      gtk_actionable_get_action_target_value (self));
}

static void
assay_lead_row_class_init (AssayLeadRowClass *class)
{
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (class), "lead.follow", NULL, follow);
}

static void
assay_lead_row_init (AssayLeadRow *self)
{
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), TRUE);
}
