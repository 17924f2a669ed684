/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

G_BEGIN_DECLS

/* The clusters of a session's rows: their names, and their rows. */

/* Of the column `cluster` (numbers) a category of the names, in the order of the clusters, missing
 * for rows in none: "3: sixes", and "Cluster 3" where it has no name. NULL for any other column.
 * (transfer full) (nullable) */
AyColumn *assay_clusters_dup_column (AssaySession *session, AyColumn *column);
/* What a cluster is called in the window. (transfer full) */
char *assay_clusters_dup_title (guint number, const char *name);
/* Names one ("": takes the name away); an undo step. FALSE: it failed, and was said. */
gboolean assay_clusters_name (AssaySession *session, guint number, const char *name);
/* The rows of a cluster. (transfer full) (nullable): there are no clusters */
AyBitset *assay_clusters_dup_rows (AssaySession *session, guint number);

G_END_DECLS
