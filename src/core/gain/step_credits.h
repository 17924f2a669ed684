/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/gain/ledger.h"

G_BEGIN_DECLS

/* Credits along the path of gradient steps, for models that are stopped early: where no optimum is
 * reached, what counts is which rows moved the model. Round r goes on from where the last one
 * stopped, by `steps` full-batch steps on the mean loss of the rows taken so far. */
typedef struct
{
  guint steps;   /* a round, at least 1 */
  double rate;   /* of a step, > 0 */
} AyStepOptions;
#define AY_STEP_OPTIONS_INIT { 100, 0.1 }

typedef struct
{
  double loss_before, loss_after;    /* mean loss of input->on */
  double accuracy_before, accuracy_after;
  double gain;                       /* loss_before - loss_after */
  double by_new, by_old, by_penalty; /* of the round's rows, of those before it, of lambda */
  double residual;                   /* gain minus the three */
  gsize n_new, n_old;
  double *credit;                    /* train->n: of every row in this round's steps; 0 of the
                                        others */
  gboolean adds_up;                  /* |residual| is at most 1 % of |gain| */
} AyStepRound;

/* Round 0 is the training on the rows that had their label before, from a head of zeroes. */
typedef struct
{
  guint n_rounds;        /* of the input, and one */
  AyStepRound *round;
  double gain, residual; /* over all of them */
  AyHead *head;          /* where the last step stopped; no optimum: it has no certificate */
  AyHead *start;         /* the head of zeroes */
} AyStepCredits;

/* input: group is not used, and a class may be unknown for any time: an early-stopped head gives
 * every class some probability. Its like gives centre, scale, class list, and the lambda that,
 * divided by its weights, is the penalty of the mean loss. Errors: RANGE (options; no row with a
 * label; a loss that is not finite: the rate is too large), CANCELLED, NOMEM. The same bytes for
 * any number of threads. (transfer full) */
AyStepCredits *ay_step_credits_new (const AyLedgerInput *input, const AyStepOptions *options,
                                    AyJob *job, GError **error);
void ay_step_credits_free (AyStepCredits *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyStepCredits, ay_step_credits_free)

G_END_DECLS
