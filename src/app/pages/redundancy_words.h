/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work_redundancy.h"

G_BEGIN_DECLS

/* What the Redundancy page says, in words of the window's language. All (transfer full). */

/* How many groups, rows in them, rows that may go, groups whose labels differ or across parts. */
char *assay_redundancy_words_summary (const AyRedundancyCut *cut);
/* What is to be known of the search: rows of zeros, or pairs that were too many; NULL: nothing. */
char *assay_redundancy_words_note (const AyRedundancy *found);
/* "d0611 stays, 2 may go" */
char *assay_redundancy_words_fate (const AyDataset *data, const AyRedundancyCut *cut, guint group);
/* How many rows leak, and the head's figure on validation rows with and without them. */
char *assay_redundancy_words_leaks (const AyDataset *data, const AyLeaks *leaks);
/* The reason of a drop of what may go, as the journal keeps it. */
char *assay_redundancy_words_why (const AyRedundancyOptions *options, double threshold);

G_END_DECLS
