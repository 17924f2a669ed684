/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* Search by words or by an SQL condition; rows found are the visible ones. Property: session. */
#define ASSAY_TYPE_SEARCH_BAR (assay_search_bar_get_type ())
G_DECLARE_FINAL_TYPE (AssaySearchBar, assay_search_bar, ASSAY, SEARCH_BAR, AssaySessionBin)

/* Opens it and puts the focus into its entry. */
void assay_search_bar_open (AssaySearchBar *self);
/* Shows and hides with the button; grabs the focus when shown. */
void assay_search_bar_bind_button (AssaySearchBar *self, GtkToggleButton *button);
/* The condition that a text stands for: itself when it reads as SQL, else every word in the id, the
 * label or any text column. NULL for no text. (transfer full) */
char *assay_search_bar_condition (const char *text, AyTable *columns);

G_END_DECLS
