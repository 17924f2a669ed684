/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rounds by refits: their Shapley values, and each beside random batches.
 *
 * Every fit starts at the ledger's full head with lambda (sum form), centre and scale held, and is
 * judged like the ledger's rounds. Shapley (A Value for n-Person Games, 1953): phi_r = sum over
 * sets S without r of |S|! (m - |S| - 1)! / m! (v (S + r) - v (S)), v the fall of the loss from the
 * start alone. All subsets are fitted: 1024 for ten rounds.
 *
 * Losses are bounded only where every class has a row: a class that the start does not show, or
 * that a random batch might show first, refuses the view.
 * Threads: a fit a block. Memory: a head and its problem a worker. */
#include "core/gain/round_values.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/gain/ledger_stage.h"

#include <math.h>
#include <string.h>

#define TOLERANCE 1e-8

/* Fits of sets of training rows, one after the other or side by side. */
typedef struct
{
  const AyStage *stage;
  gsize n_fits;
  void (*mark) (gpointer data, gsize fit, guint8 *take);
  gpointer data;
  double *loss;      /* n_fits */
  GError **failed;   /* n_fits, each (nullable) */
  AyJob *job;
} Fits;

static void
fit_one (gsize block, guint worker, gpointer data)
{
  Fits *self = data;
  g_autofree guint8 *take = g_new0 (guint8, self->stage->input->train->n);
  g_auto (AyTaken) taken = { 0 };
  g_autoptr (AyHead) head = NULL;
  double accuracy;

  self->mark (self->data, block, take);
  ay_taken_init (&taken, self->stage, take);
  head = ay_stage_fit (self->stage, &taken, NULL, TOLERANCE, self->job, &self->failed[block]);
  if (head != NULL)
    ay_stage_judge (self->stage, head, &self->loss[block], &accuracy, NULL, self->job,
                    &self->failed[block]);
}

static gboolean
run_fits (Fits *self, GError **error)
{
  g_autofree GError **failed = g_new0 (GError *, MAX (self->n_fits, 1));
  gboolean done;

  self->failed = failed;
  done = ay_parallel_for (self->n_fits, fit_one, self, self->job, error);
  for (gsize k = 0; k < self->n_fits; k++)
    if (failed[k] != NULL)
      {
        if (done)
          g_propagate_error (error, failed[k]);
        else
          g_error_free (failed[k]);
        done = FALSE;
      }
  return done;
}

/* Marks of the rows that the ledger starts from, and classes among them. */
static void
mark_start (const AyLedgerInput *input, const AyLedger *ledger, guint8 *start)
{
  for (gsize i = 0; i < input->train->n; i++)
    {
      guint32 r = input->round_of[i];

      start[i] = r == 0
                 || (r != AY_LEDGER_NEVER && ledger->round[r - 1].state == AY_ROUND_NO_HEAD);
    }
}

/* Flags of the classes among marked rows. (transfer full) */
static guint8 *
classes_of (const AyLedgerInput *input, const guint8 *rows)
{
  guint8 *known = g_new0 (guint8, MAX (input->like->n_classes, 1));

  for (gsize i = 0; i < input->train->n && input->train->label != NULL; i++)
    if (rows[i])
      known[input->train->label[i]] = 1;
  return known;
}

/* --- Shapley --- */

typedef struct
{
  const AyLedgerInput *input;
  const guint8 *start;
  const gint *player;  /* by round - 1: number among the players, or -1 */
} Coalitions;

static void
mark_coalition (gpointer data, gsize set, guint8 *take)
{
  const Coalitions *self = data;

  for (gsize i = 0; i < self->input->train->n; i++)
    {
      guint32 r = self->input->round_of[i];

      take[i] = self->start[i]
                || (r != AY_LEDGER_NEVER && r > 0 && self->player[r - 1] >= 0
                    && (set >> self->player[r - 1] & 1));
    }
}

static double
weight_of (guint size, guint m)
{
  return exp (lgamma (size + 1.0) + lgamma ((double) m - size) - lgamma (m + 1.0));
}

static char *
why_not (const AyLedgerInput *input, const AyLedger *ledger, const guint8 *known, guint m)
{
  gboolean unknown = FALSE;

  if (m > AY_SHAPLEY_ROUNDS)
    return g_strdup_printf ("%u rounds have rows: exact up to %d", m, AY_SHAPLEY_ROUNDS);
  for (guint r = 0; r < ledger->n_rounds; r++)
    unknown = unknown || ledger->round[r].n_opened > 0;
  if (unknown)
    return g_strdup ("a class is first seen in a round: losses without it are not bounded");
  return m == 0 ? g_strdup ("no round has rows") : NULL;
}

AyRoundShapley *
ay_round_shapley_new (const AyLedgerInput *input, const AyLedger *ledger, AyJob *job,
                      GError **error)
{
  g_autoptr (AyRoundShapley) self = g_new0 (AyRoundShapley, 1);
  g_autofree guint8 *start = g_new0 (guint8, MAX (input->train->n, 1)), *known = NULL;
  g_autofree gint *player = g_new (gint, MAX (ledger->n_rounds, 1));
  g_autofree double *loss = NULL;
  g_auto (AyStage) stage = { 0 };
  Coalitions coalitions = { input, start, player };
  Fits fits = { .stage = &stage, .mark = mark_coalition, .data = &coalitions, .job = job };
  guint m = 0;

  self->n_rounds = ledger->n_rounds;
  self->value = g_new (double, MAX (ledger->n_rounds, 1));
  self->gain = NAN;
  for (guint r = 0; r < ledger->n_rounds; r++)
    {
      AyRoundState state = ledger->round[r].state;

      self->value[r] = NAN;
      player[r] = state == AY_ROUND_SPLIT || state == AY_ROUND_REFUSED ? (gint) m++ : -1;
    }
  mark_start (input, ledger, start);
  known = classes_of (input, start);
  self->why = why_not (input, ledger, known, m);
  if (self->why != NULL)
    return g_steal_pointer (&self);
  ay_stage_init (&stage, input, known);
  fits.n_fits = (gsize) 1 << m;
  fits.loss = loss = g_new0 (double, fits.n_fits);
  ay_job_set_phase (job, "fitting all sets of rounds");
  if (!run_fits (&fits, error))
    return NULL;
  self->gain = loss[0] - loss[fits.n_fits - 1];
  for (guint r = 0; r < ledger->n_rounds; r++)
    {
      if (player[r] < 0)
        continue;
      self->value[r] = 0.0;
      for (gsize set = 0; set < fits.n_fits; set++)
        if (!(set >> player[r] & 1))
          self->value[r] += weight_of ((guint) __builtin_popcountll (set), m)
                            * (loss[set] - loss[set | (gsize) 1 << player[r]]);
    }
  return g_steal_pointer (&self);
}

void
ay_round_shapley_free (AyRoundShapley *self)
{
  if (self == NULL)
    return;
  g_free (self->value);
  g_free (self->why);
  g_free (self);
}

/* --- against random --- */

typedef struct
{
  const guint8 *before;  /* rows taken before the round */
  gsize n_train, n_pool, n_batch;
  const guint32 *pool;
  guint64 seed;
} Draws;

static void
mark_draw (gpointer data, gsize draw, guint8 *take)
{
  const Draws *self = data;
  g_autofree guint32 *batch = NULL;
  AyRng rng;

  ay_rng_init (&rng, self->seed, draw);
  batch = ay_rng_sample (&rng, self->n_pool, self->n_batch);
  memcpy (take, self->before, self->n_train);
  for (gsize k = 0; k < self->n_batch; k++)
    take[self->pool[batch[k]]] = 1;
}

static void
refuse_round (AyAgainstRandom *one, const char *why)
{
  one->why = g_strdup (why);
  one->gain = one->low = one->high = one->beaten = NAN;
  one->random = one->selection = (AyMeanBand) { NAN, NAN, NAN };
}

/* Rows that could have been taken, and whether all their classes are known. */
static gsize
list_pool (const AyLedgerInput *input, const guint8 *before, const guint8 *known, guint32 *pool,
           gboolean *bounded)
{
  const AyProblem *train = input->train;
  gsize n = 0;

  *bounded = TRUE;
  for (gsize i = 0; i < train->n; i++)
    if (!before[i] && (train->weight == NULL || train->weight[i] > 0.0))
      {
        *bounded = *bounded && (train->label == NULL || known[train->label[i]]);
        pool[n++] = (guint32) i;
      }
  return n;
}

static void
summarise (AyAgainstRandom *one, double *gain, guint n)
{
  guint below = 0;

  one->random = ay_mean_band (gain, n);
  one->low = ay_quantile (gain, n, 0.025);
  one->high = ay_quantile (gain, n, 0.975);
  one->selection = (AyMeanBand) { one->gain - one->random.mean, one->gain - one->random.high,
                                  one->gain - one->random.low };
  for (guint k = 0; k < n; k++)
    below += gain[k] < one->gain;
  one->beaten = (double) below / n;
}

static gboolean
draw_round (const AyLedgerInput *input, const AyLedgerRound *round, const guint8 *before,
            Draws *draws, Fits *fits, AyAgainstRandom *one, GError **error)
{
  g_autofree guint8 *known = classes_of (input, before);
  g_autofree guint32 *pool = g_new (guint32, MAX (input->train->n, 1));
  g_auto (AyStage) stage = { 0 };
  gboolean bounded;

  draws->before = before;
  draws->pool = pool;
  draws->n_batch = round->n;
  draws->n_pool = list_pool (input, before, known, pool, &bounded);
  if (!bounded || round->n_opened > 0)
    {
      refuse_round (one, "a random batch might show a class first: its loss before is not bounded");
      return TRUE;
    }
  if (draws->n_pool <= round->n)
    {
      refuse_round (one, "no other training row was left to take");
      return TRUE;
    }
  ay_stage_init (&stage, input, known);
  fits->stage = &stage;
  if (!run_fits (fits, error))
    return FALSE;
  one->gain = round->gain;
  for (gsize k = 0; k < fits->n_fits; k++)
    fits->loss[k] = round->loss_before - fits->loss[k];
  summarise (one, fits->loss, (guint) fits->n_fits);
  return TRUE;
}

AyRoundsAgainstRandom *
ay_against_random_new (const AyLedgerInput *input, const AyLedger *ledger, guint n_draws,
                       guint64 seed, AyJob *job, GError **error)
{
  g_autoptr (AyRoundsAgainstRandom) self = g_new0 (AyRoundsAgainstRandom, 1);
  g_autofree guint8 *before = g_new0 (guint8, MAX (input->train->n, 1));
  g_autofree double *loss = g_new0 (double, MAX (n_draws, 1));
  Draws draws = { .n_train = input->train->n };
  Fits fits = { .n_fits = n_draws, .mark = mark_draw, .data = &draws, .loss = loss, .job = job };

  if (n_draws < 2)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("at least 2 random batches make a band, not %u"), n_draws);
      return NULL;
    }
  self->n_rounds = ledger->n_rounds;
  self->round = g_new0 (AyAgainstRandom, MAX (ledger->n_rounds, 1));
  mark_start (input, ledger, before);
  ay_job_set_phase (job, "adding random batches instead");
  for (guint r = 0; r < ledger->n_rounds; r++)
    {
      const AyLedgerRound *round = &ledger->round[r];

      draws.seed = seed + r;
      ay_job_set_fraction (job, (double) r / ledger->n_rounds);
      if (round->state != AY_ROUND_SPLIT && round->state != AY_ROUND_REFUSED)
        refuse_round (&self->round[r], round->why != NULL ? round->why : "it has no gain");
      else if (!draw_round (input, round, before, &draws, &fits, &self->round[r], error))
        return NULL;
      for (gsize i = 0; i < input->train->n; i++)
        before[i] = before[i] || input->round_of[i] == r + 1;
    }
  return g_steal_pointer (&self);
}

void
ay_against_random_free (AyRoundsAgainstRandom *self)
{
  if (self == NULL)
    return;
  for (guint r = 0; r < self->n_rounds; r++)
    g_free (self->round[r].why);
  g_free (self->round);
  g_free (self);
}
