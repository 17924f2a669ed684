/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/select/simulate.h"

G_BEGIN_DECLS

/* A yardstick beside a teacher, paired by repeat. */
typedef struct
{
  const AyStrategy *strategy; /* (nullable): it was not played */
  double *regret;  /* rounds + 1: mean over repeats of how far its mean accuracy so far is above the
                      teacher's; [0] is 0 */
  double *half;    /* rounds + 1: half-width of the 95 % t interval */
} AyYardstick;

/* What a teacher did in a simulation: means over its repeats. */
typedef struct
{
  const AyStrategy *strategy;
  guint n_arms, rounds;
  const AyStrategy *const *arms;
  double *weight;  /* rounds x n_arms: probability of each arm as the round began */
  double *reward;  /* rounds; NaN: none was measured */
  double p_mixture; /* Wilcoxon signed-rank on paired areas against the even mixture; NaN */
  double n_clipped, n_again; /* of a loop (AyTeacher) */
  AyYardstick mixture; /* the even mixture of its arms */
  AyYardstick best;    /* the arm that was best in hindsight: of the largest mean area */
} AyTeaching;

/* NULL where the strategy is no teacher. (transfer full) */
AyTeaching *ay_teaching_new (const AySimulation *simulation, guint strategy);
void ay_teaching_free (AyTeaching *self);

/* Adds a strategy to what is to be simulated (of const AyStrategy *), once; with a teacher its arms
 * and their even mixture, which it is held against. */
void ay_strategies_add (GPtrArray *into, const AyStrategy *strategy);
/* TRUE for one that chooses among arms by what it learnt. */
gboolean ay_strategy_is_teacher (const AyStrategy *strategy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyTeaching, ay_teaching_free)

G_END_DECLS
