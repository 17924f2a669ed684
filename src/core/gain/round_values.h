/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/gain/ledger.h"
#include "core/model/random_drops.h"

G_BEGIN_DECLS

/* Two other views of a history's rounds, each by refits with everything else held. */

/* Order-free: the Shapley value of each round, the mean of what it brings over all orders of the
 * rounds, which adds up to the gain of all. A round that came early looks big in the ledger. Exact,
 * 2^m fits for m rounds that have rows, m <= AY_SHAPLEY_ROUNDS. */
#define AY_SHAPLEY_ROUNDS 10

typedef struct
{
  guint n_rounds;
  double *value;     /* n_rounds; NaN for rounds without rows, or all of them: */
  char *why;         /* (nullable) why there are none */
  double gain;       /* of all rounds together */
} AyRoundShapley;

/* ledger: of this input. Errors: NOT_CONVERGED, CANCELLED. (transfer full) */
AyRoundShapley *ay_round_shapley_new (const AyLedgerInput *input, const AyLedger *ledger,
                                      AyJob *job, GError **error);
void ay_round_shapley_free (AyRoundShapley *self);

/* Against random: as many rows drawn from all training rows not yet taken, added to the same state,
 * n_draws times. Their mean gain is what the volume brought, the rest of the round's gain what its
 * selection did. */
typedef struct
{
  double gain;         /* the round's */
  AyMeanBand random;   /* mean gain of the draws with the 95 % band of that mean */
  double low, high;    /* 2.5 % and 97.5 % quantiles of the draws */
  AyMeanBand selection; /* gain minus random.mean, and its band by the draws */
  double beaten;       /* share of the draws that gain less than the round */
  char *why;           /* (nullable) why the round has none of these: they are NaN */
} AyAgainstRandom;

typedef struct
{
  guint n_rounds;
  AyAgainstRandom *round; /* n_rounds */
} AyRoundsAgainstRandom;

/* n_draws >= 2 (RANGE). (transfer full) */
AyRoundsAgainstRandom *ay_against_random_new (const AyLedgerInput *input, const AyLedger *ledger,
                                              guint n_draws, guint64 seed, AyJob *job,
                                              GError **error);
void ay_against_random_free (AyRoundsAgainstRandom *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRoundShapley, ay_round_shapley_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRoundsAgainstRandom, ay_against_random_free)

G_END_DECLS
