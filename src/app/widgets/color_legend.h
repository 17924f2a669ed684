/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* What the colours of the map mean: the scale of a number from end to end, or the classes of a
 * category with the counts of visible rows. Nothing for the column `label`, whose classes the side
 * lists anyway. Property: session. */
#define ASSAY_TYPE_COLOR_LEGEND (assay_color_legend_get_type ())
G_DECLARE_FINAL_TYPE (AssayColorLegend, assay_color_legend, ASSAY, COLOR_LEGEND, AssaySessionBin)

G_END_DECLS
