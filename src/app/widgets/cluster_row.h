/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One cluster of a list: its colour's mark, its most typical row, name, size, classes, what sets it
 * apart, and the mean of a score. The name is changed in place. */
#define ASSAY_TYPE_CLUSTER_ROW (assay_cluster_row_get_type ())
G_DECLARE_FINAL_TYPE (AssayClusterRow, assay_cluster_row, ASSAY, CLUSTER_ROW, GtkListBoxRow)

/* cluster: one of those of ay_work_clusters(). score (nullable): whose mean is told. */
GtkWidget *assay_cluster_row_new (AssaySession *session, JsonObject *cluster, const char *score);
guint assay_cluster_row_get_number (AssayClusterRow *self);
/* Lets the name be typed. */
void assay_cluster_row_rename (AssayClusterRow *self);

G_END_DECLS
