/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The data map: confidence over variability in a training run, coloured by correctness; its easy,
 * ambiguous and hard rows can be selected. Without these scores it offers to compute them. */
#define ASSAY_TYPE_DATA_MAP_VIEW (assay_data_map_view_get_type ())
G_DECLARE_FINAL_TYPE (AssayDataMapView, assay_data_map_view, ASSAY, DATA_MAP_VIEW, AssaySessionBin)

G_END_DECLS
