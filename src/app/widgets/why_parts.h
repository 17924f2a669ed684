/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/explain.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* The columns or words that carry a row's margin and, of a training row, its influence; the lines
 * and the sums below them add up to the figures. */
#define ASSAY_TYPE_WHY_PARTS (assay_why_parts_get_type ())
G_DECLARE_FINAL_TYPE (AssayWhyParts, assay_why_parts, ASSAY, WHY_PARTS, AdwBin)

void assay_why_parts_show (AssayWhyParts *self, const AyExplain *what);

G_END_DECLS
