/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger against heads fitted here: gains telescope, credits add up over rows, over groups of
 * validation rows and, through the flips, to the change of accuracy; and what cannot be split is
 * said. */
#include "sets.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/gain/ledger.h"

#include <math.h>

#define N_VALID 200

typedef struct
{
  Set set;
  AyOwnedProblem *train, *on;
  guint32 *round_of;
  AyHead *like;
  AyLedgerInput input;
} Trial;

static int
compare_rows (const void *a, const void *b)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;

  return (x > y) - (x < y);
}

/* `start` digits and then rounds of 10, in the order of a draw. */
static Trial
trial_new (gsize start, guint n_rounds, guint64 seed)
{
  Trial trial = { .set = set_digits () };
  gsize count = start + 10 * n_rounds;
  g_autofree guint32 *rows = NULL, *place = g_new (guint32, trial.set.n);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  rows = ay_rng_sample (&rng, trial.set.n, count + N_VALID);
  for (gsize i = 0; i < count; i++)
    place[rows[i]] = i < start ? 0 : (guint32) (1 + (i - start) / 10);
  qsort (rows, count, sizeof *rows, compare_rows);
  trial.train = set_part (&trial.set, rows, count);
  trial.on = set_part (&trial.set, rows + count, N_VALID);
  trial.round_of = g_new (guint32, count);
  for (gsize i = 0; i < count; i++)
    trial.round_of[i] = place[rows[i]];
  options.lambda = 1.0;
  options.tolerance = 1e-9;
  trial.like = ay_head_fit (&trial.train->problem, &options, NULL, NULL, NULL);
  g_assert_nonnull (trial.like);
  trial.input = (AyLedgerInput) { &trial.train->problem, trial.round_of, n_rounds,
                                  &trial.on->problem, (const guint32 *) trial.on->label, 10,
                                  trial.like };
  return trial;
}

static void
trial_clear (Trial *trial)
{
  set_clear (&trial->set);
  ay_owned_problem_free (trial->train);
  ay_owned_problem_free (trial->on);
  g_free (trial->round_of);
  ay_head_unref (trial->like);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trial, trial_clear)

static AyLedger *
trial_ledger (const Trial *trial)
{
  AyLedgerOptions options = AY_LEDGER_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyLedger *ledger = ay_ledger_new (&trial->input, &options, NULL, &error);

  g_assert_no_error (error);
  return ledger;
}

/* Fit of a head of our own on the rows up to a round. */
static AyFit
fit_up_to (const Trial *trial, guint round)
{
  AyProblem train = trial->train->problem;
  g_autofree double *weight = g_new (double, train.n);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyHead) head = NULL;
  AyFit fit;

  for (gsize i = 0; i < train.n; i++)
    weight[i] = trial->round_of[i] <= round;
  train.weight = weight;
  options.tolerance = 1e-9;
  head = ay_head_fit (&train, &options, trial->like, NULL, NULL);
  g_assert_true (ay_head_evaluate (head, &trial->on->problem, &fit, NULL, NULL));
  return fit;
}

static void
check_round (const AyLedgerRound *round)
{
  double sum = 0.0, accuracy = round->accuracy_rest, start = 0.0;

  g_assert_cmpint (round->state, ==, AY_ROUND_SPLIT);
  for (gsize i = 0; i < round->n; i++)
    {
      double over = 0.0;

      sum += round->credit[i];
      start += round->at_start[i];
      accuracy += round->accuracy_credit[i];
      for (guint g = 0; g < 10; g++)
        over += round->by_group[g * round->n + i];
      if (isfinite (over)) /* no group refused */
        g_assert_cmpfloat_with_epsilon (over, round->credit[i], 1e-9);
    }
  g_assert_cmpfloat_with_epsilon (sum + round->residual, round->gain, 1e-12);
  g_assert_cmpfloat_with_epsilon (round->positive + round->negative, sum, 1e-12);
  g_assert_cmpfloat (fabs (round->residual), <=, 1e-4 * fabs (round->gain));
  g_assert_cmpfloat_with_epsilon (accuracy, round->accuracy_after - round->accuracy_before, 1e-12);
  g_assert_cmpfloat_with_epsilon (round->accuracy_after - round->accuracy_before,
                                  ((double) round->to_right - round->to_wrong) / N_VALID, 1e-12);
  g_test_message ("gain %.5f, residual %.2g, influence before the round says %.5f", round->gain,
                  round->residual, start);
}

static void
test_adds_up (void)
{
  g_auto (Trial) trial = trial_new (60, 3, 1);
  g_autoptr (AyLedger) ledger = trial_ledger (&trial);
  AyFit before = fit_up_to (&trial, 0);
  double gain = 0.0;

  g_assert_cmpuint (ledger->n_start, ==, 60);
  for (guint r = 0; r < 3; r++)
    {
      const AyLedgerRound *round = &ledger->round[r];
      AyFit after = fit_up_to (&trial, r + 1);
      double groups = 0.0;

      g_assert_cmpuint (round->n, ==, 10);
      g_assert_cmpfloat_with_epsilon (round->loss_before, before.loss, 1e-6);
      g_assert_cmpfloat_with_epsilon (round->loss_after, after.loss, 1e-6);
      g_assert_cmpfloat_with_epsilon (round->accuracy_after, after.accuracy, 1e-12);
      check_round (round);
      for (guint g = 0; g < 10; g++)
        groups += round->group_gain[g];
      g_assert_cmpfloat_with_epsilon (groups, round->gain, 1e-10);
      gain += round->gain;
      before = after;
    }
  g_assert_cmpfloat_with_epsilon (ledger->gain, gain, 1e-12);
}

/* Large rounds split their flips together; the parts add up all the same. */
static void
test_flips_together (void)
{
  g_auto (Trial) trial = trial_new (60, 1, 2);
  AyLedgerOptions options = AY_LEDGER_OPTIONS_INIT;
  g_autoptr (AyLedger) ledger = NULL;

  options.single_rows = 5;
  ledger = ay_ledger_new (&trial.input, &options, NULL, NULL);
  check_round (&ledger->round[0]);
}

/* A class that is first seen in round 3 gets its line; before, its validation rows do not judge. */
static void
test_class_first_seen (void)
{
  g_auto (Trial) trial = trial_new (80, 4, 3);
  g_autoptr (AyLedger) ledger = NULL;
  const AyLedgerRound *round;
  const AyClassOpened *opened;
  gsize threes = 0;

  for (gsize i = 0; i < trial.train->problem.n; i++)
    if (trial.train->label[i] == 3 && trial.round_of[i] < 3)
      trial.round_of[i] = 3;
  for (gsize t = 0; t < N_VALID; t++)
    threes += trial.on->label[t] == 3;
  ledger = trial_ledger (&trial);
  g_assert_cmpuint (ledger->round[0].n_unjudged, ==, threes);
  g_assert_cmpuint (ledger->round[1].n_unjudged, ==, threes);
  round = &ledger->round[2];
  g_assert_cmpuint (round->n_unjudged, ==, 0);
  g_assert_cmpuint (round->opened->len, ==, 1);
  opened = &g_array_index (round->opened, AyClassOpened, 0);
  g_assert_cmpint (opened->label, ==, 3);
  g_assert_cmpuint (opened->n_judged, ==, threes);
  g_assert_cmpfloat (opened->recall, >, 0.5);
  g_assert_cmpfloat (round->opened_accuracy, >, 0.03);
  for (gsize i = 0; i < round->n_opened; i++)
    g_assert_cmpint (trial.set.label[round->opened_rows[i]], ==, 3);
  for (guint r = 0; r < 4; r++)
    check_round (&ledger->round[r]);
  /* losses of rounds that know all classes are those of the full class list */
  g_assert_cmpfloat_with_epsilon (ledger->round[3].loss_after, fit_up_to (&trial, 4).loss, 1e-6);
}

static void
test_not_split (void)
{
  g_auto (Trial) trial = trial_new (0, 4, 5);
  g_autoptr (AyLedger) ledger = NULL;

  /* round 1 starts the ledger, 2 and 3 are empty but for a class of its own in 3 */
  for (gsize i = 0; i < trial.train->problem.n; i++)
    {
      gboolean nine = trial.train->label[i] == 9;

      trial.round_of[i] = nine ? 3 : trial.round_of[i] < 4 ? 1 : 4;
    }
  ledger = trial_ledger (&trial);
  g_assert_cmpint (ledger->round[0].state, ==, AY_ROUND_NO_HEAD);
  g_assert_cmpint (ledger->round[1].state, ==, AY_ROUND_EMPTY);
  g_assert_nonnull (ledger->round[1].why);
  g_assert_cmpint (ledger->round[2].state, ==, AY_ROUND_OPENED);
  g_assert_true (isnan (ledger->round[2].gain));
  g_assert_cmpint (ledger->round[3].state, ==, AY_ROUND_SPLIT);
  g_assert_cmpfloat (ledger->gain, ==, ledger->round[3].gain);
}

static void
test_threads (void)
{
  g_auto (Trial) trial = trial_new (60, 1, 4);
  g_autoptr (AyLedger) one = NULL, three = NULL;

  ay_set_threads (1);
  one = trial_ledger (&trial);
  ay_set_threads (3);
  three = trial_ledger (&trial);
  ay_set_threads (0);
  g_assert_cmpmem (one->round[0].credit, 10 * sizeof (double), three->round[0].credit,
                   10 * sizeof (double));
}

static void
test_refusals (void)
{
  g_auto (Trial) trial = trial_new (60, 1, 4);
  AyLedgerOptions options = AY_LEDGER_OPTIONS_INIT;
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;
  AyProblem nothing = trial.on->problem;

  ay_job_cancel (job);
  g_assert_null (ay_ledger_new (&trial.input, &options, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  g_clear_error (&error);
  nothing.n = 0;
  trial.input.on = &nothing;
  g_assert_null (ay_ledger_new (&trial.input, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ledger/adds-up", test_adds_up);
  g_test_add_func ("/ledger/flips-together", test_flips_together);
  g_test_add_func ("/ledger/class-first-seen", test_class_first_seen);
  g_test_add_func ("/ledger/not-split", test_not_split);
  g_test_add_func ("/ledger/threads", test_threads);
  g_test_add_func ("/ledger/refusals", test_refusals);
  return g_test_run ();
}
