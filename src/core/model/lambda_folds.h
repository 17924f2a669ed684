/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* The lambda_mean of 1e-1, 3e-2, ... 1e-5 with the least mean loss over 5 folds inside train, drawn
 * with options->seed, class by class; from a sample where train has more than 50000 rows. *note
 * (transfer full) says so in a sentence. Where folds cannot be made (fewer than two classes of two
 * rows) lambda_mean is left as it is, and the note says that. */
gboolean ay_lambda_by_folds (const AyProblem *train, const AyHeadOptions *options,
                             double *lambda_mean, char **note, AyJob *job, GError **error);

G_END_DECLS
