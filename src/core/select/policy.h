/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/select/strategy.h"

G_BEGIN_DECLS

/* A contextual policy over the teacher's arms: softmax of a linear function of what the pool and
 * the head look like before a round. */
#define AY_POLICY_CONTEXT 6 /* 1; ln of labels a class; mean margin doubt; mean entropy; share of
                               clusters that have a label; evenness of the labelled classes */
#define AY_TEACHER_ARMS 4

typedef struct
{
  double weight[AY_TEACHER_ARMS][AY_POLICY_CONTEXT];
} AyPolicy;

/* random, margin, typiclust, entropy: what every teacher chooses among. AY_TEACHER_ARMS. */
const AyStrategy *const *ay_teacher_arms (void);
/* The policy that was trained on made data sets (tests/bench/train_policy.c) and frozen. */
const AyPolicy *ay_policy_frozen (void);
/* context: AY_POLICY_CONTEXT. */
gboolean ay_policy_context (const AyPool *pool, double *context, AyJob *job, GError **error);
/* p: AY_TEACHER_ARMS. */
void ay_policy_probabilities (const AyPolicy *self, const double *context, double *p);
/* Adds by x the gradient of ln p (arm) by the weights to into (REINFORCE, Williams 1992). */
void ay_policy_add_gradient (const AyPolicy *self, const double *context, guint arm, double by,
                             AyPolicy *into);

G_END_DECLS
