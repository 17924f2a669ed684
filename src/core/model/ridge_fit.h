/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* Minimises the ridge objective with the lambda, centre and inv_scale of head, and writes weights,
 * intercept and certificate into it. Errors: NOMEM, CANCELLED, RANGE (lambda too small for a
 * singular problem). */
gboolean ay_ridge_fit (const AyProblem *train, AyHead *head, guint max_iterations, AyJob *job,
                       GError **error);

G_END_DECLS
