/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/fold.h"

GtkWidget *
assay_fold_new (GtkWidget *child)
{
  /* It slides in no time; of other transitions the room is taken while folded away, too. */
  return g_object_new (GTK_TYPE_REVEALER, "child", child, "transition-type",
                       GTK_REVEALER_TRANSITION_TYPE_SLIDE_DOWN, "transition-duration", 0, NULL);
}

void
assay_fold_show (gpointer child, gboolean shown)
{
  gtk_revealer_set_reveal_child (GTK_REVEALER (gtk_widget_get_parent (child)), shown);
}
