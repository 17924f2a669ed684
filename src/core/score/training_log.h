/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"
#include "core/model/problem.h"

G_BEGIN_DECLS

/* Logits of a data set's rows at the epochs of a training run, read epoch by epoch: of the data
 * set's log, of a folder with a file an epoch, or of a run of a linear head made here. */
typedef struct _AyTrainingLog AyTrainingLog;

typedef struct
{
  guint epochs, batch;
  double step;    /* times 2 / (mean |z|^2 + 1): below 2 the run does not blow up */
  guint64 seed;
} AyRunOptions;
#define AY_RUN_OPTIONS_INIT { 10, 64, 0.5, 0 }

/* Of data->dynamics. Errors: UNSUPPORTED where there is none. (transfer full) */
AyTrainingLog *ay_training_log_of_data (AyDataset *data, GError **error);
/* A folder of files in the order of the numbers in their names: NPY, rows x classes in file order;
 * or JSON lines with "guid" (joined to the data's ids) and "logits_epoch_N", the format of dataset
 * cartography. Errors: as ay_source_open; INPUT names the file. (transfer full) */
AyTrainingLog *ay_training_log_of_folder (AyDataset *data, const char *path, AyJob *job,
                                          GError **error);
/* Plain SGD on the mean log-loss of train's standardised features, from zero, no penalty: in each
 * epoch all rows once, in random order. (transfer full) */
AyTrainingLog *ay_training_log_of_run (AyDataset *data, const AyProblem *train,
                                       const AyRunOptions *options, AyJob *job, GError **error);
void ay_training_log_free (AyTrainingLog *self);

guint ay_training_log_n_epochs (const AyTrainingLog *self);
/* One sentence; where it is a run made here, says so. (transfer none) */
const char *ay_training_log_describe (const AyTrainingLog *self);
gboolean ay_training_log_is_own_run (const AyTrainingLog *self);
/* Whether a row of the data set stands in the log: in some epoch, or in the present one. */
gboolean ay_training_log_has (const AyTrainingLog *self, gsize row);
gboolean ay_training_log_has_now (const AyTrainingLog *self, gsize row);
/* What a row's gradient was multiplied by, in each epoch: of an own run, step / batch; else 1. */
double ay_training_log_step (const AyTrainingLog *self);
/* Moves to an epoch: 0, 1, 2 .. in this order. */
gboolean ay_training_log_go_to (AyTrainingLog *self, guint epoch, AyJob *job, GError **error);
/* out (count x n_classes): logits of rows of the data set; NaN of one that the present epoch has
 * not. Any thread. */
void ay_training_log_read (const AyTrainingLog *self, const guint32 *rows, gsize count,
                           double *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyTrainingLog, ay_training_log_free)

G_END_DECLS
