/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* Minimises the softmax objective from the weights in head (0 for a cold start), with its
 * lambda, centre and inv_scale, and writes weights, intercept and certificate into it. */
gboolean ay_softmax_fit (const AyProblem *train, AyHead *head, guint max_iterations, AyJob *job,
                         GError **error);

G_END_DECLS
