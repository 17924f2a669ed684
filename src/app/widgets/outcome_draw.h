/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work_redundancy.h"
#include "figure/figure.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define ASSAY_N_OUTCOME_CURVES 4

/* An outcome curve as it is drawn and told: on the Redundancy page, and of a finding. Zeroed it has
 * none. */
typedef struct
{
  GArray *outcomes;  /* (nullable) of AyOutcome, by threshold */
  gboolean percent;  /* accuracies are shares, else R2 */
  double *columns;   /* x, then the curves and the band, a point each */
  AyFigureCurve curves[ASSAY_N_OUTCOME_CURVES]; /* in them */
} AssayOutcomeDrawing;

/* Instead of what it has; outcomes (nullable) are taken over. */
void assay_outcome_drawing_take (AssayOutcomeDrawing *self, GArray *outcomes, gboolean percent);
void assay_outcome_drawing_clear (AssayOutcomeDrawing *self);
/* Borrows from self. FALSE: there is none. */
gboolean assay_outcome_drawing_describe (AssayOutcomeDrawing *self, AyFigureSpec *spec);
/* One line of figures of the point nearest to a threshold. (transfer full) (nullable) */
char *assay_outcome_drawing_dup_line (const AssayOutcomeDrawing *self, double threshold);

/* The curve that is pinned: its points, and `key`, what they depend on. A curve once pinned is
 * shown without a refit, which would look at the test part again. (transfer full) (nullable): there
 * is none. */
JsonObject *assay_outcome_drawing_to_json (const AssayOutcomeDrawing *self, const char *key);
/* Takes a curve that was saved with this key (NULL: with any). FALSE: it is another one, or none.
 */
gboolean assay_outcome_drawing_from_json (AssayOutcomeDrawing *self, JsonObject *from,
                                          const char *key);

G_END_DECLS
