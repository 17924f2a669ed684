/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/load.h"

G_BEGIN_DECLS

/* The questions of TRUTH 3, as diagnostics of a data set that is complete but for them.
 * "seen-labels": the features' encoder was trained on these labels. "features-saw-labels": not
 * answered, for features that were given as a matrix. "in-sample-probabilities": the given
 * probabilities are not out of sample, by the answer, or because the mean p(label) on train exceeds
 * that on valid by more than .1, or they are right on at least .995 of train. */
void ay_questions_ask (const AyDataset *data, AyAnswer features_saw_labels,
                       AyAnswer probabilities_out_of_sample, gboolean given_matrix);

G_END_DECLS
