/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/curvature.h"

G_BEGIN_DECLS

/* A line search with a length of its own for every class: minimises J over
 * theta_c + t_c d_c + s_c e_c + b_c, for given directions d and e (none, one or both) and free
 * intercepts b. Outputs along a direction are linear, so that no pass over the features is needed
 * once they are known. */
typedef struct
{
  const AyProblem *problem; /* classes only */
  const AyHead *head;
  const double *weight;     /* n */
  double *theta;            /* p: moved */
  double *logits;           /* n x n_outputs at theta: moved with it */
  guint n_directions;       /* 0..2 */
  const double *direction[2]; /* p each */
  const double *along[2];   /* n x n_outputs: outputs under the direction */
} AyClassSearch;

gboolean ay_class_search (AyClassSearch *self, AyJob *job, GError **error);

G_END_DECLS
