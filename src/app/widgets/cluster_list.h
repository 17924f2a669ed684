/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The clusters of the session's rows, found here, one a line: a line chosen selects its rows, F2 or
 * its button renames it. They are read only while the list is on screen. */
#define ASSAY_TYPE_CLUSTER_LIST (assay_cluster_list_get_type ())
G_DECLARE_FINAL_TYPE (AssayClusterList, assay_cluster_list, ASSAY, CLUSTER_LIST, AssaySessionBin)

G_END_DECLS
