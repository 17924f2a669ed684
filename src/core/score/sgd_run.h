/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/score/training_log.h"

G_BEGIN_DECLS

/* A run of plain SGD for a linear head, as AyRunOptions say. Same bytes for any number of
 * threads. */
typedef struct _AySgdRun AySgdRun;

/* Borrows train. Errors: as ay_moments_scaling; NOMEM; RANGE (options). (transfer full) */
AySgdRun *ay_sgd_run_new (const AyProblem *train, const AyRunOptions *options, AyJob *job,
                          GError **error);
void ay_sgd_run_free (AySgdRun *self);
/* Trains up to the end of an epoch (0: the first); goes back to the start for an earlier one. */
gboolean ay_sgd_run_epoch (AySgdRun *self, guint epoch, AyJob *job, GError **error);
/* The step used, and the rows of a batch. */
double ay_sgd_run_step (const AySgdRun *self);
guint ay_sgd_run_batch (const AySgdRun *self);
/* out (count x n_classes): logits now. */
void ay_sgd_run_logits (const AySgdRun *self, const AyMatrix *features, const guint32 *rows,
                        gsize count, double *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySgdRun, ay_sgd_run_free)

G_END_DECLS
