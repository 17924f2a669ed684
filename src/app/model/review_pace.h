/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/review.h"

G_BEGIN_DECLS

/* How long a person takes for a row of each kind: the median of the last answers. Longer than a
 * minute, and somebody was away: that does not count. */
#define ASSAY_PACE_KEPT 20

typedef struct
{
  double seconds[AY_N_REVIEW_KINDS][ASSAY_PACE_KEPT]; /* rings */
  guint n[AY_N_REVIEW_KINDS];                         /* answers so far */
  gint64 shown_at;                                    /* monotonic; 0: nothing is shown */
} AssayReviewPace;

void assay_review_pace_show (AssayReviewPace *self);
void assay_review_pace_answer (AssayReviewPace *self, AyReviewKind kind);
/* seconds: by kind, as they are known; those with at least three answers become the median.
 * FALSE: none has. */
gboolean assay_review_pace_get (const AssayReviewPace *self, double seconds[AY_N_REVIEW_KINDS]);

G_END_DECLS
