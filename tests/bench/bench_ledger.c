/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench_time.h"
#include "sets.h"

#include "core/base/stats.h"
#include "core/gain/ledger.h"

#include <math.h>
#include <string.h>

/* The ledger of 28 rounds of 10 digits on 20, and of 10 rounds of 1000 rows on 1000 of a made set
 * of 20000 x 512 with ten classes, split by class of 400 and 2000 validation rows. Usage:
 * bench-ledger [digits | made]. */

/* Ten overlapping clouds with a noise that the features share. */
static Set
made_set (gsize n, gsize d)
{
  Set set = { .n = n, .n_classes = 10, .label = g_new (gint32, n) };
  g_autofree float *middle = g_new (float, 10 * d);
  float *x = g_new (float, n * d);
  AyRng rng;

  ay_rng_init (&rng, 7, 0);
  for (gsize k = 0; k < 10 * d; k++)
    middle[k] = (float) ay_rng_normal (&rng);
  for (gsize i = 0; i < n; i++)
    {
      float shared = (float) ay_rng_normal (&rng);

      set.label[i] = (gint32) ay_rng_below (&rng, 10);
      for (gsize j = 0; j < d; j++)
        x[i * d + j] = 0.12f * middle[(gsize) set.label[i] * d + j]
                       + (float) ay_rng_normal (&rng) + (j % 7 == 0 ? shared : 0.0f);
    }
  set.features = ay_matrix_take_f32 (n, d, x);
  return set;
}

typedef struct
{
  const char *name;
  gsize start, batch, valid;
  guint rounds;
} Plan;

static void
run (const Set *set, const Plan *plan)
{
  gsize count = plan->start + plan->batch * plan->rounds;
  g_autofree guint32 *rows = NULL, *place = g_new (guint32, set->n);
  g_autofree guint32 *round_of = g_new (guint32, count);
  g_autoptr (AyOwnedProblem) train = NULL, on = NULL;
  g_autoptr (AyHead) like = NULL;
  g_autoptr (AyLedger) ledger = NULL;
  g_autoptr (GError) error = NULL;
  AyHeadOptions head_options = AY_HEAD_OPTIONS_INIT;
  AyLedgerOptions options = AY_LEDGER_OPTIONS_INIT;
  AyLedgerInput input = { .round_of = round_of, .n_rounds = plan->rounds, .n_groups = 10 };
  double begun, cpu, worst = 0.0, nodes = 0.0, flips = 0.0;
  AyRng rng;

  ay_rng_init (&rng, 3, 0);
  rows = ay_rng_sample (&rng, set->n, count + plan->valid);
  for (gsize i = 0; i < count; i++)
    place[rows[i]] = i < plan->start ? 0 : (guint32) (1 + (i - plan->start) / plan->batch);
  train = set_part (set, rows, count);
  on = set_part (set, rows + count, plan->valid);
  for (gsize i = 0; i < count; i++)
    round_of[i] = place[train->rows[i]];
  like = ay_head_fit (&train->problem, &head_options, NULL, NULL, &error);
  g_assert_no_error (error);
  input.train = &train->problem;
  input.on = &on->problem;
  input.group = (const guint32 *) on->label;
  input.like = like;
  begun = bench_seconds ();
  cpu = bench_cpu_seconds ();
  ledger = ay_ledger_new (&input, &options, NULL, &error);
  g_assert_no_error (error);
  begun = bench_seconds () - begun;
  cpu = bench_cpu_seconds () - cpu;
  for (guint r = 0; r < plan->rounds; r++)
    {
      const AyLedgerRound *round = &ledger->round[r];

      worst = MAX (worst, fabs (round->residual / round->gain));
      nodes += (double) round->nodes / plan->rounds;
      flips += (double) (round->to_right + round->to_wrong) / plan->rounds;
      g_print ("  round %u: %s, gain %.4g, residual %.2g, heads %u, flips %u\n", r + 1,
               ay_round_state_name (round->state), round->gain, round->residual, round->nodes,
               round->to_right + round->to_wrong);
    }
  g_print ("%s, %u rounds of %zu on %zu: %.1f s (%.1f CPU-s); worst residual %.2g of a round's "
           "gain, %.2g of the whole; %.1f heads and %.1f flips a round; peak memory %.0f MiB\n",
           plan->name, plan->rounds, plan->batch, plan->start, begun, cpu, worst,
           fabs (ledger->residual / ledger->gain), nodes, flips, bench_peak_megabytes ());
}

int
main (int argc, char **argv)
{
  const Plan digits = { "digits", 20, 10, 400, 28 }, made = { "20000 x 512", 1000, 1000, 2000, 10 };
  const char *only = argc > 1 ? argv[1] : NULL;

  if (only == NULL || strcmp (only, "digits") == 0)
    {
      g_auto (Set) set = set_digits ();

      run (&set, &digits);
    }
  if (only == NULL || strcmp (only, "made") == 0)
    {
      g_auto (Set) set = made_set (20000, 512);

      run (&set, &made);
    }
  return 0;
}
