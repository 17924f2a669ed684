/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* One score beside another: a plot of the rows, the rank correlation, and the rows that the two
 * order most differently, which can be selected. */
#define ASSAY_TYPE_SCORE_COMPARE (assay_score_compare_get_type ())
G_DECLARE_FINAL_TYPE (AssayScoreCompare, assay_score_compare, ASSAY, SCORE_COMPARE,
                      AssaySessionBin)

/* The first of the two; NULL: none. */
void assay_score_compare_set_score (AssayScoreCompare *self, const char *id);

G_END_DECLS
