/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "core/work/work_redundancy.h"

G_BEGIN_DECLS

/* A group of near copies, as a list view asks for it: its number in the cut. Made only for groups
 * that are on screen. */
#define ASSAY_TYPE_GROUP (assay_group_get_type ())
G_DECLARE_FINAL_TYPE (AssayGroup, assay_group, ASSAY, GROUP, GObject)

guint assay_group_get_number (AssayGroup *self);

/* The near copies of the session's data: found once as a task, cut anew as a slider moves. A
 * GListModel of AssayGroup in the chosen order; empty before anything was found. Main thread only;
 * the cutting itself is done in a thread, and only the latest threshold asked for is shown.
 *
 * Signals:
 *   found () copies were searched for and found, or forgotten
 *   cut   () there is another cut (also after found) */
#define ASSAY_TYPE_GROUP_LIST (assay_group_list_get_type ())
G_DECLARE_FINAL_TYPE (AssayGroupList, assay_group_list, ASSAY, GROUP_LIST, GObject)

AssayGroupList *assay_group_list_new (AssaySession *session);
/* Starts the search. */
void assay_group_list_find (AssayGroupList *self, const AyRedundancyOptions *options);
/* Cuts at another threshold, soon. */
void assay_group_list_set_threshold (AssayGroupList *self, double threshold);
/* Other rows stay, by the rule of options: cut anew, soon; nothing is searched for again. */
void assay_group_list_keep (AssayGroupList *self, const AyRedundancyOptions *options);
void assay_group_list_set_order (AssayGroupList *self, AyGroupsOrder order);

/* (transfer none) (nullable) */
AyRedundancy *assay_group_list_get_redundancy (AssayGroupList *self);
const AyRedundancyCut *assay_group_list_get_cut (AssayGroupList *self);
/* The position of the first group with one of the rows in it; GTK_INVALID_LIST_POSITION without. */
guint assay_group_list_position_of (AssayGroupList *self, const AyBitset *rows);
/* All rows of a group of the present cut. (transfer full) */
AyBitset *assay_group_list_dup_rows (AssayGroupList *self, guint group);
/* The rows that go at the present cut. (transfer full) (nullable) */
AyBitset *assay_group_list_dup_redundant (AssayGroupList *self);

G_END_DECLS
