/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Gives a column view of AssayRow the columns of the session. Cells read the session's columns when
 * they are bound: nothing is kept a row. At most 12 of the input's own columns are shown,
 * 3 of them numbers; the inspector shows all. */
void assay_table_cells_fill (GtkColumnView *view, AssaySession *session);
/* The title that sorts, NULL for the order of the file: chosen by a click, and marked when chosen
 * elsewhere. With the focus, Enter and Space choose a title. */
char *assay_table_cells_dup_sort (GtkColumnView *view, gboolean *descending);
void assay_table_cells_mark_sort (GtkColumnView *view, const char *name, gboolean descending);
/* A value as views show it: numbers in four digits, missing as a dash. (transfer full) */
char *assay_table_cells_dup_value (AyColumn *column, gsize row);

/* Columns are listed by this, then as the session has them: id, split, label and the text 0, what
 * was computed and decided 1, places on the map 2, the input's own 3, noise of scores 4. at: among
 * the session's. */
int assay_table_cells_rank (AssaySession *session, guint at);

G_END_DECLS
