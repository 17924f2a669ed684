/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/score/context.h"

G_BEGIN_DECLS

/* The head's probabilities of rows that it has not seen: left out for train, by one step or
 * (by_folds) by five folds; predicted for valid and test. n x n_classes of the data set, NaN for
 * the rest and for the only row of a class. *method: how, owned by the context. Errors: those of
 * the head and of leaving out. (transfer full) */
double *ay_left_out_probabilities (AyScoreContext *context, gboolean by_folds, const char **method,
                                   AyJob *job, GError **error);

G_END_DECLS
