/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/score/training_log.h"

G_BEGIN_DECLS

/* One row over the epochs of a training run, by the very steps that the dynamics scores take: the
 * mean of probability is confidence, n_right correctness, n_forgotten forgetting. */
typedef struct
{
  guint n;              /* epochs in which the row stands in the log */
  double *epoch;        /* n: from 1 */
  double *probability;  /* n: of the row's label */
  guint8 *right;        /* n: the label has the largest logit, first of equals */
  guint8 *forgotten;    /* n: not so, and was the epoch before */
  guint n_right, n_forgotten;
} AyEpochCurve;

/* Errors: UNSUPPORTED (no classes), RANGE naming the row (a test row, which is kept for the report;
 * no label; not in the log), INPUT (logits that are not numbers). The log is moved. (transfer full)
 */
AyEpochCurve *ay_epoch_curve_new (AyTrainingLog *log, const AyDataset *data, guint32 row,
                                  AyJob *job, GError **error);
void ay_epoch_curve_free (AyEpochCurve *self);
/* "right in 7 of 10 epochs, forgotten in epochs 3, 6": what the curve shows. (transfer full) */
char *ay_epoch_curve_describe (const AyEpochCurve *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyEpochCurve, ay_epoch_curve_free)

G_END_DECLS
