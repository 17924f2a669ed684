/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Tab enters a list at the row that is chosen, and the next Tab leaves it: by itself GtkListBox
 * stops at each row, and in a list where the focus chooses a walk through the window would choose
 * another row. Arrows move inside. Call when rows were added as well. */
void assay_one_stop_add (GtkListBox *list);
void assay_one_stop_update (GtkListBox *list);

G_END_DECLS
