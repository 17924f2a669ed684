/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* The histogram of a numeric column with a brush: drag to keep a range, click to remove it, or type
 * its ends below. Property: session. */
#define ASSAY_TYPE_HISTOGRAM_BRUSH (assay_histogram_brush_get_type ())
G_DECLARE_FINAL_TYPE (AssayHistogramBrush, assay_histogram_brush, ASSAY, HISTOGRAM_BRUSH, AdwBin)

/* NULL: nothing. */
void assay_histogram_brush_set_column (AssayHistogramBrush *self, const char *column);

G_END_DECLS
