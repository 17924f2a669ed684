/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What review.c and review_left.c share. */

#include "core/score/doubt.h"
#include "core/work/review.h"
#include "core/work/work_private.h"

G_BEGIN_DECLS

typedef struct
{
  AyWork *work;
  AyDataset *data;         /* as decided */
  AyBitset *decided;       /* rows that are not offered again */
  AyScoreContext *context; /* of data */
  gboolean own_context;    /* else the work's */
  AyDoubt *doubt;
  double *gain;            /* n: raw, of relabelling to doubt->instead; NaN outside train */
  double *drawn;           /* n: the same drawn to the mean; NaN outside train */
  AyReview *out;
  AyJob *job;
} Review;

/* Fills gain, drawn and out->reliability. */
gboolean ay_review_gains (Review *self, GError **error);
/* Fills near of the first items. */
gboolean ay_review_near (Review *self, GError **error);
/* Fills out->expected_wrong, left, left_most and sentence. */
gboolean ay_review_left (Review *self, GError **error);

G_END_DECLS
