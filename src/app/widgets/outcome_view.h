/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work_redundancy.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* What dropping near copies would cost, over the thresholds: the accuracy predicted on validation
 * rows and, where refitted, on validation and test rows beside drops at random. A click or the
 * arrow keys choose a point. Signal: chosen (double), its threshold. */
#define ASSAY_TYPE_OUTCOME_VIEW (assay_outcome_view_get_type ())
G_DECLARE_FINAL_TYPE (AssayOutcomeView, assay_outcome_view, ASSAY, OUTCOME_VIEW, AdwBin)

/* Shows a curve: AyOutcome, taken over; NULL shows none. `percent`: accuracies are shares, else
 * R2. */
void assay_outcome_view_take (AssayOutcomeView *self, GArray *outcomes, gboolean percent);
/* One line of figures of the point nearest to a threshold, from which the arrow keys go on.
 * (transfer full) (nullable) */
char *assay_outcome_view_dup_line (AssayOutcomeView *self, double threshold);
/* As the member `outcome` of what is pinned, and back from it; FALSE: labels, parts or the head are
 * other ones since, of which the curve does not tell. */
void assay_outcome_view_save (AssayOutcomeView *self, AyWork *work, JsonObject *state);
gboolean assay_outcome_view_restore (AssayOutcomeView *self, AyWork *work, JsonObject *state);

G_END_DECLS
