/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A part that shows only at times. Of a widget that is invisible when a screen reader first asks
 * for what is around it, GTK 4.8 never tells that it has come; one that is folded away is known
 * from the start. */

/* Takes the child, folded away. (transfer floating) */
GtkWidget *assay_fold_new (GtkWidget *child);
/* The child is in a GtkRevealer, of assay_fold_new() or of a template. */
void assay_fold_show (gpointer child, gboolean shown);

G_END_DECLS
