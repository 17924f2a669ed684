/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/review_pace.h"

#include "core/base/stats.h"

#define AWAY 60.0
#define ENOUGH 3

void
assay_review_pace_show (AssayReviewPace *self)
{
  self->shown_at = g_get_monotonic_time ();
}

void
assay_review_pace_answer (AssayReviewPace *self, AyReviewKind kind)
{
  double seconds = (double) (g_get_monotonic_time () - self->shown_at) / G_USEC_PER_SEC;

  if (self->shown_at != 0 && seconds <= AWAY)
    self->seconds[kind][self->n[kind]++ % ASSAY_PACE_KEPT] = seconds;
  self->shown_at = 0;
}

gboolean
assay_review_pace_get (const AssayReviewPace *self, double seconds[AY_N_REVIEW_KINDS])
{
  gboolean any = FALSE;

  for (guint k = 0; k < AY_N_REVIEW_KINDS; k++)
    if (self->n[k] >= ENOUGH)
      {
        seconds[k] = ay_quantile (self->seconds[k], MIN (self->n[k], ASSAY_PACE_KEPT), 0.5);
        any = TRUE;
      }
  return any;
}
