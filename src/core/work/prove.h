/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/plan.h"

G_BEGIN_DECLS

/* The proof of a whole recipe: the head refitted without the training rows that go and with the new
 * labels of those that stay, everything else held (lambda in sum form, centre, scale, class list),
 * judged on valid, a preview, and on test, whose openings are counted. */
typedef struct
{
  guint repeats;  /* removals of as many training rows at random beside it; 0: none, else from 2 */
  guint64 seed;   /* of these */
} AyProofOptions;
#define AY_PROOF_OPTIONS_INIT { 0, 0 }

/* As JSON, kept in the workspace, so that the same proof asked for again opens nothing:
 * "n", "n_relabelled" (training rows), "loss_before", "loss_refit", "accuracy_before",
 * "accuracy_refit" (valid), the same with "test_" where there is a test part, "part" (what the rest
 * is of), "n_part", "interval_low", "interval_high" (95 %, paired, of the change of accuracy), of
 * classes "verdict" and "needed" (AyWhatIf), "classes" (a list of "class", "n", "recall_before",
 * "recall_refit", largest loss first), "steps" (one for each of the plan: "title", "accuracy",
 * "test_accuracy" of the head refitted after it and those before it, null where it changes
 * nothing; all are seen in the proof's one look), "random" (null, or "repeats", "accuracy",
 * "accuracy_low", "accuracy_high", "difference", "difference_low", "difference_high": changes),
 * "test_openings", "sentence".
 * AY_ERROR_RANGE: nothing that goes or is relabelled is a training row; a class would lose its last
 * one. (transfer full) */
JsonObject *ay_work_prove (AyWork *self, const AyPlan *plan, const AyProofOptions *options,
                           AyJob *job, GError **error);
/* A proof in a few lines: the sentence, the classes that lose most, the removals at random, the
 * looks at the test part. (transfer full) */
char *ay_proof_to_text (JsonObject *proof);

G_END_DECLS
