/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* Legend and filters: a line a class with its mark, a check box, the count of visible rows of all,
 * and "only"; the histogram brush of the score that colours. Property: session. */
#define ASSAY_TYPE_FILTER_SIDE (assay_filter_side_get_type ())
G_DECLARE_FINAL_TYPE (AssayFilterSide, assay_filter_side, ASSAY, FILTER_SIDE, AssaySessionBin)

G_END_DECLS
