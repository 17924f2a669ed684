/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/hessian.h"

G_BEGIN_DECLS

/* Newton steps of third order from a fitted head towards the optimum under other weights, each with
 * a line search by class. For removals and leave-one-out. */
typedef struct _AyRefitSteps AyRefitSteps;

/* Starts at the head. weight: n, copied. hessian: of the full fit, a preconditioner. lost
 * (nullable): n_classes flags, classes without a row left: their intercept starts, and stays, where
 * their probability is nil. */
AyRefitSteps *ay_refit_steps_new (const AyProblem *train, const AyHead *head, AyHessian *hessian,
                                  const double *weight, const guint8 *lost, GError **error);
void ay_refit_steps_free (AyRefitSteps *self);
/* One step; tolerance: relative residual of its solves. */
gboolean ay_refit_steps_take (AyRefitSteps *self, double tolerance, AyJob *job, GError **error);
/* The plain undamped Newton step from the present point: its head; nothing moves. (transfer
 * full) */
AyHead *ay_refit_steps_plain (AyRefitSteps *self, double tolerance, AyJob *job, GError **error);
/* out (n): the first-order change of v.theta when each row is removed from the present point, after
 * at least one step. v: p doubles that sum to zero over classes; overwritten. */
gboolean ay_refit_steps_effect (AyRefitSteps *self, double *v, double tolerance, double *out,
                                AyJob *job, GError **error);
/* A head at the present point, without certificate. (transfer full) */
AyHead *ay_refit_steps_head (const AyRefitSteps *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRefitSteps, ay_refit_steps_free)

G_END_DECLS
