/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* The same change with the whole way from data to head gone again: features that are learned from
 * training rows, centre and scale, lambda by folds inside train. Nothing is held but the parts and
 * the list of classes. The head before has its lambda chosen in the same way. */
typedef struct
{
  double lambda_before, lambda_after; /* lambda_mean, chosen */
  AyFit valid_before, valid_after;
  gboolean has_test;
  AyFit test_before, test_after;
  double interval_low, interval_high; /* 95 %, paired, of the change of accuracy on test, or valid;
                                         NaN for a number */
  char *said;       /* (nullable) of the change of accuracy, in words */
  char *recomputed; /* what was computed again, in words */
  char *sentence;
} AyPipelineTest;

/* what: of the same rows, verified: the look at the test part that it counted covers this one.
 * RANGE (a class would lose its last training row), those of features and fits. */
gboolean ay_work_whatif_pipeline (AyWork *self, const AyWhatIf *what, const AyBitset *rows,
                                  const AyWhatIfOptions *options, AyPipelineTest *out, AyJob *job,
                                  GError **error);
void ay_pipeline_test_clear (AyPipelineTest *self);

G_END_DECLS
