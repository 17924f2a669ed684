/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/score/epoch_curve.h"
#include "core/work/work.h"

G_BEGIN_DECLS

/* The training log that the stored dynamics scores were computed from, or else the one given with
 * the data. Errors: UNSUPPORTED where there is none (a run made here keeps no logits), those of
 * reading it. (transfer full) */
AyTrainingLog *ay_work_training_log (AyWork *self, AyJob *job, GError **error);
/* The folder that the stored scores read it from; NULL: they read the data's own, or there are
 * none. scores: of AyScoreInfo. (transfer none) */
const char *ay_training_log_folder (GPtrArray *scores);

G_END_DECLS
