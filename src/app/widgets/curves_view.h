/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* Learning curves with bands and the random baseline: of the strategies that were simulated, with
 * where rules would have stopped, or of histories. Simulates, and writes the figure. */
#define ASSAY_TYPE_CURVES_VIEW (assay_curves_view_get_type ())
G_DECLARE_FINAL_TYPE (AssayCurvesView, assay_curves_view, ASSAY, CURVES_VIEW, AssaySessionBin)

G_END_DECLS
