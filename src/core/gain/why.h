/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/hessian.h"

G_BEGIN_DECLS

/* Why the head says what it says of one row: its margin taken apart into the training rows. Two
 * questions with two answers, whose rank correlation can be low: what each row's part in the margin
 * is (parts that add up), and what the margin would be without it (leave-one-out). */
typedef struct
{
  guint32 position;  /* in the training problem */
  double share;      /* its part of the margin */
  double if_removed; /* change of the margin if it were removed and the head refitted: below 0 it
                        supports what the head says; NaN: the only row of its class */
  double leverage;   /* largest eigenvalue of w W K; NaN where it was not computed */
  gboolean refitted; /* else one Newton step with the row's own curvature taken out */
} AyWhyRow;

typedef struct
{
  gint32 predicted, against; /* classes; -1 for a numeric target */
  double margin;     /* logit of predicted minus that of against; the prediction of a number */
  double intercept;  /* its part */
  double share_sum;  /* of all training rows */
  double residual;   /* margin - intercept - share_sum: what the solver and rounding left */
  double *slope;     /* d + 1: the margin is slope . z of the standardised row, a last 1 */
  double *share;     /* n of the training problem */
  AyWhyRow *rows;    /* n_rows shown, largest |if_removed| first */
  gsize n_rows, n_train;
  char *method;      /* (nullable) one sentence on if_removed */
} AyWhy;

typedef struct
{
  gint32 label;       /* the row's own class; -1: unknown */
  gint32 against;     /* class to hold the predicted one against; -1: the row's label where the
                         head says otherwise, else the runner-up */
  gsize n_rows;       /* training rows to show; 0: shares only */
  double refit_above; /* leverage from which a shown row is refitted; where a refit is cheap
                         all are */
} AyWhyOptions;
#define AY_WHY_OPTIONS_INIT { -1, -1, 20, 0.25 }

/* row: of features, in any part. hessian: of the full fit. Same bytes for any number of threads.
 * Errors: RANGE (against is the predicted class or none), those of solves and refits. (transfer
 * full) */
AyWhy *ay_why_new (const AyProblem *train, const AyHead *head, AyHessian *hessian, guint32 row,
                   const AyWhyOptions *options, AyJob *job, GError **error);
void ay_why_free (AyWhy *self);

/* z (d + 1 doubles): a row of features as the head sees it, a last 1. */
void ay_why_row (const AyHead *head, const AyMatrix *features, guint32 row, double *z);
/* Outputs of the head for it, n_outputs doubles: logits, or the predicted number. */
void ay_why_outputs (const AyHead *head, const double *z, double *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyWhy, ay_why_free)

G_END_DECLS
