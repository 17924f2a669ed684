/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/words.h"
#include "core/work/plan.h"

G_BEGIN_DECLS

/* What one step of a planned recipe would do to the head, before any proof: the training rows that
 * it takes gone and those that it relabels with their new labels, everything else held, all other
 * steps left aside. Judged on valid, by which rows are chosen: an estimate and a preview. */
typedef struct
{
  gsize n_rows;       /* training rows that it takes or relabels */
  double loss;        /* change of the loss on valid; NaN: it cannot be told */
  double band;        /* a refit lies within it of loss in 95 % of groups: of the approximation */
  double accuracy;    /* change of accuracy on valid (of a number: of R2); NaN likewise */
  gboolean rough;     /* the estimate has not settled */
  char *sentence;     /* (nullable) what may be said; NULL: the step is off */
} AyStepEffect;

/* Stands once beside all sentences. */
#define AY_STEP_EFFECTS_NOTE /* xgettext:no-c-format */ \
  N_ ("Effects are estimated for the head on your features, each step by itself, on valid, by " \
      "which steps are chosen: a preview. ±: how near a refit comes in 95 % of groups.")

/* One for each step, to be freed by ay_step_effects_free(). No head, or no row that would stay, is
 * a sentence, not an error. Cost: one head and its Hessian where there is none yet, and a few
 * Newton steps a step. Errors: CANCELLED. */
AyStepEffect *ay_plan_effects (AyWork *work, const AyPlan *plan, AyJob *job, GError **error);
void ay_step_effects_free (AyStepEffect *self, guint n);

G_END_DECLS
