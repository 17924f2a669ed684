/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/group_list.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a group of near copies is, in one line: rows, weakest link, and what is odd about it.
 * (transfer full) */
char *assay_group_cell_dup_title (const AyRedundancyCut *cut, guint group);
char *assay_group_cell_dup_detail (const AyRedundancy *redundancy, const AyRedundancyCut *cut,
                                   guint group);
/* Cells of a list of groups, bound to AssayGroup. (transfer full) */
GtkListItemFactory *assay_group_cell_factory_new (AssayGroupList *groups);

G_END_DECLS
