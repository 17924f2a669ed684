/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* The rows whose label a person should look at, in the order of what a minute of looking brings. */

typedef enum
{
  AY_REVIEW_LABEL,    /* the label is doubted */
  AY_REVIEW_CONFLICT, /* near copies of the row have another label */
  AY_REVIEW_HARMFUL,  /* the row hurts the validation loss, told from noise; its label is little
                         doubted */
} AyReviewKind;
#define AY_N_REVIEW_KINDS 3

const char *ay_review_kind_name (AyReviewKind kind); /* "label", "conflict", "harmful" */

#define AY_REVIEW_NEAR 6
#define AY_REVIEW_LOOKED_UP 1000

typedef struct
{
  guint32 row;
  AyReviewKind kind;
  gint32 instead; /* class that the label would be; AY_LABEL_MISSING: the row would go */
  double wrong;   /* probability that the label is wrong */
  double gain;    /* fall of the mean validation loss were the row changed so, to first order, drawn
                     to the mean of such rows as far as two halves of the target disagree; NaN
                     outside train */
  guint32 near[AY_REVIEW_NEAR]; /* the nearest training rows, nearest first; AY_ROW_NONE where there
                                   are no more, or behind the first AY_REVIEW_LOOKED_UP items */
  double worth;   /* wrong x gain / minutes of a row of its kind: the order; outside train wrong */
} AyReviewItem;

/* The present state of a review. Rows decided in any way (kept, dropped, relabelled, tagged
 * "needs review") are not offered again; their new labels and absence hold for the head, the
 * target and the doubts here. The head is refitted with lambda, centre, scale and classes held. */
typedef struct
{
  AyReviewItem *items; /* valid, then test, then train; most wrong first, train by worth */
  gsize n, n_valid, n_test;
  gsize n_reviewed, n_changed;  /* rows decided with the reason AY_REVIEW_WHY; of them relabelled
                                   or dropped */
  double loss_before, loss_now; /* on valid as decided: the head before any of the decisions, and
                                   refitted */
  double accuracy_before, accuracy_now;
  double expected_wrong;        /* sum of wrong over training rows not yet decided */
  double left, left_most;       /* what relabelling all that is wrong among those would lower the
                                   loss by: expected, and hardly more than */
  double reliability;           /* of single gains, 0..1: by halves of the target */
  double seconds[AY_N_REVIEW_KINDS]; /* a row takes */
  char *sentence;               /* the stop line, in words */
  GPtrArray *notes;             /* of char*: what must be known of this queue */
} AyReview;

#define AY_REVIEW_WHY "review"
#define AY_REVIEW_TAG "needs review"

typedef struct
{
  gboolean leave_test; /* rows of the test part are not offered */
} AyReviewOptions;
#define AY_REVIEW_OPTIONS_INIT { FALSE }

/* Errors: RANGE (a numeric target; a class that lost its last training row), those of the head, of
 * its leave-one-out and of neighbours. (transfer full) */
AyReview *ay_work_review (AyWork *self, const AyReviewOptions *options, AyJob *job, GError **error);
void ay_review_free (AyReview *self);

/* The rows that are decided in any way. (transfer full) */
AyBitset *ay_work_decided (AyWork *self);

/* How long a row of each kind takes, as measured; kept for the order. */
gboolean ay_work_keep_pace (AyWork *self, const double seconds[AY_N_REVIEW_KINDS], GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyReview, ay_review_free)

G_END_DECLS
