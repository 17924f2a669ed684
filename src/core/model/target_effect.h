/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* The loss of a target (target.h) around a fitted head: its change when outputs move. */
typedef struct _AyTargetLoss AyTargetLoss;

/* Borrows target and head. NOMEM, CANCELLED; RANGE when the target has no weight. */
AyTargetLoss *ay_target_loss_new (const AyProblem *target, const AyHead *head, AyJob *job,
                                  GError **error);
void ay_target_loss_free (AyTargetLoss *self);
gsize ay_target_loss_rows (const AyTargetLoss *self);
/* The rows, standardised with a last column of 1: rows x (d + 1). */
const double *ay_target_loss_features (const AyTargetLoss *self);
/* Change of the mean loss, its standard error over rows, and the change by the rows at even and at
 * odd positions: two halves of them. */
typedef struct
{
  double mean, error;
  double half[2];
} AyTargetChange;

/* When row t's outputs change by reduced (reduced.h) move[t * stride ..]; scratch: n_outputs. */
void ay_target_loss_change (const AyTargetLoss *self, const double *move, gsize stride,
                            double *scratch, AyTargetChange *out);

/* gradient (p doubles) at the head of the target's mean loss over the rows with a mark (nullable:
 * all), the mean taken over those rows; zero where they weigh nothing. Reads the rows in blocks. */
gboolean ay_target_gradient (const AyProblem *target, const AyHead *head, const guint8 *mark,
                             double *gradient, AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyTargetLoss, ay_target_loss_free)

G_END_DECLS
