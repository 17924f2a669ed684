/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Rows that leave the window: by the clipboard, and dragged to another program. */

/* The most rows that are copied or dragged; more belong into an export. */
#define ASSAY_CARRY_MOST 100000

/* The rows as a table: names of the columns, then a line a row in file order, tabs between; a value
 * with a tab, a quote or a line's end stands in quotes. (transfer full) (nullable): no row, or
 * more than ASSAY_CARRY_MOST. */
char *assay_carry_dup_text (AssaySession *session, const AyBitset *rows);
/* The selected rows as text and, where rows are image files, as a list of these. (transfer full)
 * (nullable): as above. */
GdkContentProvider *assay_carry_selection (AssaySession *session);
/* Puts the selected rows on the clipboard, and says how many. */
void assay_carry_copy (AssaySession *session, GtkWidget *widget);
/* The selection can be dragged out of the widget. */
void assay_carry_drag (GtkWidget *widget, AssaySession *session);

G_END_DECLS
