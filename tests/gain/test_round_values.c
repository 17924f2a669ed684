/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shapley values of rounds against all orders, one after the other; random batches against heads
 * fitted here. */
#include "sets.h"

#include "core/gain/round_values.h"

#include <math.h>

#define N_START 60
#define N_ROUNDS 3
#define N_ROWS 150

typedef struct
{
  Set set;
  AyOwnedProblem *train, *on;
  guint32 round_of[N_ROWS];
  AyHead *like;
  AyLedgerInput input;
  AyLedger *ledger;
} Trial;

/* 60 digits, three rounds of 10, and 60 that no round took. */
static void
trial_init (Trial *trial)
{
  g_autofree guint32 *rows = NULL, *place = NULL;
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyLedgerOptions ledger_options = AY_LEDGER_OPTIONS_INIT;
  AyRng rng;

  trial->set = set_digits ();
  place = g_new (guint32, trial->set.n);
  ay_rng_init (&rng, 11, 0);
  rows = ay_rng_sample (&rng, trial->set.n, N_ROWS + 200);
  for (gsize i = 0; i < N_ROWS; i++)
    place[rows[i]] = i < N_START ? 0 : i < N_START + 10 * N_ROUNDS
                     ? (guint32) (1 + (i - N_START) / 10) : AY_LEDGER_NEVER;
  trial->train = set_part (&trial->set, rows, N_ROWS);
  trial->on = set_part (&trial->set, rows + N_ROWS, 200);
  for (gsize i = 0; i < N_ROWS; i++)
    trial->round_of[i] = place[trial->train->rows[i]];
  options.lambda = 1.0;
  trial->like = ay_head_fit (&trial->train->problem, &options, NULL, NULL, NULL);
  trial->input = (AyLedgerInput) { &trial->train->problem, trial->round_of, N_ROUNDS,
                                   &trial->on->problem, NULL, 1, trial->like };
  trial->ledger = ay_ledger_new (&trial->input, &ledger_options, NULL, NULL);
  g_assert_nonnull (trial->ledger);
}

static void
trial_clear (Trial *trial)
{
  set_clear (&trial->set);
  ay_owned_problem_free (trial->train);
  ay_owned_problem_free (trial->on);
  ay_head_unref (trial->like);
  ay_ledger_free (trial->ledger);
}

/* Loss of a head on the start and the rounds of a set. */
static double
loss_of (const Trial *trial, guint set)
{
  AyProblem train = trial->train->problem;
  double weight[N_ROWS];
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyHead) head = NULL;
  AyFit fit;

  for (gsize i = 0; i < N_ROWS; i++)
    weight[i] = trial->round_of[i] == 0
                || (trial->round_of[i] <= N_ROUNDS && (set >> (trial->round_of[i] - 1) & 1));
  train.weight = weight;
  head = ay_head_fit (&train, &options, trial->like, NULL, NULL);
  g_assert_true (ay_head_evaluate (head, &trial->on->problem, &fit, NULL, NULL));
  return fit.loss;
}

static void
test_shapley (void)
{
  static const guint orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                      { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  Trial trial;
  g_autoptr (AyRoundShapley) found = NULL;
  double value[3] = { 0 };

  trial_init (&trial);
  found = ay_round_shapley_new (&trial.input, trial.ledger, NULL, NULL);
  g_assert_null (found->why);
  for (guint k = 0; k < 6; k++)
    {
      guint set = 0;

      for (guint j = 0; j < 3; j++)
        {
          guint with = set | 1u << orders[k][j];

          value[orders[k][j]] += (loss_of (&trial, set) - loss_of (&trial, with)) / 6.0;
          set = with;
        }
    }
  for (guint r = 0; r < 3; r++)
    g_assert_cmpfloat_with_epsilon (found->value[r], value[r], 1e-6);
  g_assert_cmpfloat_with_epsilon (found->gain, trial.ledger->gain, 1e-6);
  trial_clear (&trial);
}

/* Random batches are of rows not yet taken, as many as the round's; a round of the best rows would
 * beat them, and the parts make up the round's gain. */
static void
test_random (void)
{
  Trial trial;
  g_autoptr (AyRoundsAgainstRandom) found = NULL, again = NULL;

  trial_init (&trial);
  found = ay_against_random_new (&trial.input, trial.ledger, 20, 1, NULL, NULL);
  again = ay_against_random_new (&trial.input, trial.ledger, 20, 1, NULL, NULL);
  for (guint r = 0; r < N_ROUNDS; r++)
    {
      const AyAgainstRandom *one = &found->round[r];

      g_assert_null (one->why);
      g_assert_cmpfloat (one->random.mean, ==, again->round[r].random.mean);
      g_assert_cmpfloat (one->gain, ==, trial.ledger->round[r].gain);
      g_assert_cmpfloat_with_epsilon (one->random.mean + one->selection.mean, one->gain, 1e-12);
      g_assert_cmpfloat (one->low, <, one->high);
      g_assert_true (one->beaten >= 0.0 && one->beaten <= 1.0);
      /* the rounds were drawn at random themselves: far inside what draws do */
      g_assert_cmpfloat (one->gain, >, one->low - 2.0 * (one->high - one->low));
      g_assert_cmpfloat (one->gain, <, one->high + 2.0 * (one->high - one->low));
    }
  trial_clear (&trial);
}

static void
test_refusals (void)
{
  Trial trial;
  g_autoptr (AyRoundShapley) shapley = NULL;
  g_autoptr (AyRoundsAgainstRandom) random = NULL;
  g_autoptr (GError) error = NULL;

  trial_init (&trial);
  g_assert_null (ay_against_random_new (&trial.input, trial.ledger, 1, 1, NULL, &error));
  g_assert_nonnull (error);
  trial.ledger->round[1].n_opened = 1;
  shapley = ay_round_shapley_new (&trial.input, trial.ledger, NULL, NULL);
  g_assert_nonnull (strstr (shapley->why, "first seen"));
  g_assert_true (isnan (shapley->value[0]));
  random = ay_against_random_new (&trial.input, trial.ledger, 4, 1, NULL, NULL);
  g_assert_null (random->round[0].why);
  g_assert_nonnull (random->round[1].why);
  g_assert_true (isnan (random->round[1].selection.mean));
  trial.ledger->round[1].n_opened = 0;
  trial_clear (&trial);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/round-values/shapley", test_shapley);
  g_test_add_func ("/round-values/random", test_random);
  g_test_add_func ("/round-values/refusals", test_refusals);
  return g_test_run ();
}
