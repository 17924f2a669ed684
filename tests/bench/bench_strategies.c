/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench_time.h"
#include "core/select/compare.h"
#include "sets.h"

#include <math.h>

/* Every strategy on the digits by the protocol of test simulate-digits (540 test rows by class,
 * two rows a class to start from, 28 rounds of 10, pixels / 16, lambda 1, 20 paired repeats), a
 * line each, as a table of Markdown, beside what is stated for the same rule. The teachers
 * take 100 of the test rows to judge by, so they and the mixture beside them stand in a table of
 * their own with a random of their own. Seconds are of one core. */

static const struct
{
  const char *id;
  double auc, sd;
  int labels;
} stated[] = {
  { "random", 0.8915, 0.0118, 140 },     { "least_confidence", 0.9123, 0.0092, 100 },
  { "margin", 0.9276, 0.0049, 80 },      { "entropy", 0.8904, 0.0079, 130 },
  { "egl", 0.9057, 0.0076, 110 },        { "density", 0.8839, 0.0106, 140 },
  { "k_center", 0.9141, 0.0062, 90 },    { "typiclust", 0.9185, 0.0099, 70 },
  { "probcover", 0.9080, 0.0079, 100 },  { "badge", 0.9127, 0.0082, 100 },
  { "cluster_margin", 0.9317, 0.0074, 80 }, { "two_phase", 0.9340, 0.0056, 70 },
};

static gboolean
is_taught (const AyStrategy *strategy)
{
  static const char *const taught[] = { "mixture", "policy", "hedge", "exp4p", NULL };

  return g_strv_contains (taught, strategy->id);
}

static void
print_labels (double labels)
{
  if (isfinite (labels))
    g_print (" %.0f |", labels);
  else
    g_print (" > 300 |");
}

static void
print_line (const AyComparison *one, gboolean beside_random, gboolean taught, double seconds)
{
  g_print ("| `%s` | %.4f +- %.4f |", one->strategy->id, one->auc, one->auc_sd);
  print_labels (one->labels_of_mean);
  if (beside_random)
    g_print (" %+.4f +- %.4f |", one->auc_difference, one->auc_half);
  else
    g_print (" |");
  g_print (" %.2f |", seconds);
  for (gsize k = 0; k < G_N_ELEMENTS (stated) && !taught; k++)
    if (g_str_equal (stated[k].id, one->strategy->id))
      g_print (" %.4f +- %.4f, %d", stated[k].auc, stated[k].sd, stated[k].labels);
  g_print (" |\n");
}

/* The loops of random, and those of a strategy (nullable) beside them; seconds of one core. */
static double
run (const AyProblem *problem, const AyStrategy *strategy, gboolean taught, double of_random)
{
  const AyStrategy *strategies[] = { ay_strategy_find ("random"), strategy };
  const guint n = strategy != NULL ? 2 : 1;
  AySimulateOptions options = AY_SIMULATE_OPTIONS_INIT;
  g_autoptr (AySimulation) simulation = NULL;
  g_autoptr (AyComparisons) found = NULL;
  g_autoptr (GError) error = NULL;
  double seconds = bench_cpu_seconds ();

  options.head.standardise = FALSE;
  options.head.scale = 0.0625;
  options.head.lambda = 1.0;
  options.strategy.radius = 1.2;
  options.valid = taught ? AY_TEACHER_VALID : 0;
  simulation = ay_simulate (problem, strategies, n, &options, NULL, &error);
  g_assert_no_error (error);
  seconds = (bench_cpu_seconds () - seconds) / options.repeats - of_random;
  found = ay_compare (simulation, 0.9);
  if (n == 1)
    g_print ("\n| strategy, judged by %zu rows | mean accuracy | labels to 90 %% "
             "| to random, 95 %% | s a loop | stated |\n|---|---|---|---|---|---|\n",
             simulation->n_test);
  print_line (&found->each[n - 1], n == 2, taught, seconds);
  return seconds;
}

static void
run_all (const AyProblem *problem, gboolean taught)
{
  guint n;
  const AyStrategy *table = ay_strategies (&n);
  double of_random = run (problem, NULL, taught, 0.0);

  for (guint k = 0; k < n; k++)
    if (!g_str_equal (table[k].id, "random") && is_taught (&table[k]) == taught)
      run (problem, &table[k], taught, of_random);
}

int
main (void)
{
  g_auto (Set) set = set_digits ();
  g_autofree guint32 *rows = g_new (guint32, set.n);
  AyProblem problem = { .features = set.features, .rows = rows, .n = set.n, .label = set.label,
                        .n_classes = 10 };

  for (gsize i = 0; i < set.n; i++)
    rows[i] = (guint32) i;
  run_all (&problem, FALSE);
  run_all (&problem, TRUE);
  return 0;
}
