/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/gains_steps.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* The waterfall of a history's rounds. A round is chosen by a click on its column, or by the arrow
 * keys, Home and End. Signal: chosen (guint step). */
#define ASSAY_TYPE_WATERFALL_VIEW (assay_waterfall_view_get_type ())
G_DECLARE_FINAL_TYPE (AssayWaterfallView, assay_waterfall_view, ASSAY, WATERFALL_VIEW, AdwBin)

/* steps (transfer full) (nullable): none is chosen then. */
void assay_waterfall_view_set_steps (AssayWaterfallView *self, AyGainsSteps *steps);
/* Marks a step, without a signal; -1: none. */
void assay_waterfall_view_set_current (AssayWaterfallView *self, int step);

G_END_DECLS
