/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/select/compare.h"
#include "sets.h"

#include <math.h>
#include <string.h>

/* Loops on the bundled digits: what they must hold to whatever the strategy, and the same bytes. */

static void
test_t (void)
{
  /* tables; with 4 degrees the distribution has a closed form */
  g_assert_cmpfloat_with_epsilon (ay_t_quantile (0.975, 19), 2.0930240544082634, 1e-9);
  g_assert_cmpfloat_with_epsilon (ay_t_quantile (0.975, 1), 12.706204736432095, 1e-8);
  g_assert_cmpfloat_with_epsilon (ay_t_quantile (0.05, 4), -2.1318467863266495, 1e-9);
  g_assert_cmpfloat_with_epsilon (ay_t_quantile (0.995, 500), 2.5856978351416454, 1e-8);
}

static void
test_wilcoxon (void)
{
  /* scipy.stats.wilcoxon, exact */
  const double a[] = { 6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75 };
  double all[20], p[] = { 0.01, 0.04, NAN, 0.03 };

  g_assert_cmpfloat_with_epsilon (ay_wilcoxon (a, 15), 0.041259765625, 1e-12);
  for (int k = 0; k < 20; k++)
    all[k] = 1.0 + k;
  g_assert_cmpfloat_with_epsilon (ay_wilcoxon (all, 20), pow (2.0, -19), 1e-15);
  ay_holm (p, 4);
  g_assert_cmpfloat_with_epsilon (p[0], 0.03, 1e-15);
  g_assert_cmpfloat_with_epsilon (p[3], 0.06, 1e-15);
  g_assert_cmpfloat_with_epsilon (p[1], 0.06, 1e-15);
  g_assert_true (isnan (p[2]));
}

typedef struct
{
  Set set;
  guint32 *rows;
  AyProblem problem;
} Whole;

static void
whole_clear (Whole *self)
{
  set_clear (&self->set);
  g_free (self->rows);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Whole, whole_clear)

static void
whole_init (Whole *self)
{
  self->set = set_digits ();
  self->rows = g_new (guint32, self->set.n);
  for (gsize i = 0; i < self->set.n; i++)
    self->rows[i] = (guint32) i;
  self->problem = (AyProblem) { .features = self->set.features, .rows = self->rows,
                                .n = self->set.n, .label = self->set.label,
                                .n_classes = self->set.n_classes };
}

static AySimulateOptions
small (void)
{
  AySimulateOptions options = AY_SIMULATE_OPTIONS_INIT;

  options.rounds = 4;
  options.repeats = 3;
  options.seed = 5;
  options.head.standardise = FALSE;
  options.head.scale = 0.0625;
  return options;
}

static void
find (const AyStrategy **into, const char *const *ids)
{
  for (guint k = 0; ids[k] != NULL; k++)
    {
      into[k] = ay_strategy_find (ids[k]);
      g_assert_nonnull (into[k]);
    }
}

static void
check_loop (const AySimulation *s, const Whole *whole, guint strategy, guint repeat)
{
  const AyLoop *loop = ay_simulation_loop (s, strategy, repeat);
  g_autofree guint8 *seen = g_new0 (guint8, whole->set.n);
  guint count[10] = { 0 };

  for (guint k = 0; k < s->n_start; k++)
    {
      g_assert_false (seen[loop->start[k]]++);
      count[whole->set.label[loop->start[k]]]++;
    }
  for (guint c = 0; c < 10; c++)
    g_assert_cmpuint (count[c], ==, 2);
  for (guint k = 0; k < s->rounds * s->batch; k++)
    g_assert_false (seen[loop->taken[k]]++);
  g_assert_true (isnan (loop->kappa[0]) && loop->kappa[1] <= 1.0);
  for (guint r = 0; r <= s->rounds; r++)
    g_assert_true (loop->accuracy[r] > 0.3 && loop->accuracy[r] < 1.0 && loop->entropy[r] < 1.0);
}

static void
test_loops (void)
{
  const AySimulateOptions options = small ();
  const AyStrategy *strategies[3];
  g_auto (Whole) whole = { 0 };
  g_autoptr (AySimulation) s = NULL;
  g_autoptr (AySimulation) one = NULL;
  g_autoptr (AyHistory) history = NULL;
  g_autoptr (GError) error = NULL;

  whole_init (&whole);
  find (strategies, (const char *[]) { "random", "badge", "two_phase", NULL });
  s = ay_simulate (&whole.problem, strategies, 3, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (s->n_pool + s->n_test, ==, whole.set.n);
  ay_set_threads (1);
  one = ay_simulate (&whole.problem, strategies, 3, &options, NULL, &error);
  ay_set_threads (0);
  for (guint k = 0; k < 3; k++)
    for (guint r = 0; r < 3; r++)
      {
        const AyLoop *a = ay_simulation_loop (s, k, r), *b = ay_simulation_loop (one, k, r);

        check_loop (s, &whole, k, r);
        g_assert_cmpmem (a->start, 20 * sizeof (guint32), ay_simulation_loop (s, 0, r)->start,
                         20 * sizeof (guint32));
        g_assert_cmpfloat (a->accuracy[0], ==, ay_simulation_loop (s, 0, r)->accuracy[0]);
        g_assert_cmpmem (a->taken, 40 * sizeof (guint32), b->taken, 40 * sizeof (guint32));
        g_assert_cmpmem (a->loss, 5 * sizeof (double), b->loss, 5 * sizeof (double));
      }
  history = ay_simulation_history (s, 1, 2, whole.set.n);
  g_assert_cmpuint (ay_history_n_labelled (history, 3), ==, 60);
  g_assert_cmpfloat (ay_metrics_get (ay_history_round (history, 3)->metrics, "accuracy"), ==,
                     ay_simulation_loop (s, 1, 2)->accuracy[4]);
}

/* The comparison by hand. */
static void
test_comparison (void)
{
  const AySimulateOptions options = small ();
  const AyStrategy *strategies[2];
  g_auto (Whole) whole = { 0 };
  g_autoptr (AySimulation) s = NULL;
  g_autoptr (AyComparisons) found = NULL;
  g_autoptr (GError) error = NULL;
  double mean = 0.0;

  whole_init (&whole);
  find (strategies, (const char *[]) { "random", "margin", NULL });
  s = ay_simulate (&whole.problem, strategies, 2, &options, NULL, &error);
  g_assert_no_error (error);
  for (guint k = 0; k < 3; k++)
    {
      double *accuracy = ay_simulation_loop (s, 1, k)->accuracy;

      accuracy[4] = k == 0 ? 0.2 : 0.95; /* one of three never gets to .94 */
      mean += (accuracy[0] / 2 + accuracy[1] + accuracy[2] + accuracy[3] + accuracy[4] / 2) / 4 / 3;
    }
  found = ay_compare (s, 0.94);
  g_assert_true (found->has_baseline);
  g_assert_cmpfloat_with_epsilon (found->each[1].auc, mean, 1e-12);
  g_assert_cmpuint (found->each[1].n_reached, ==, 2);
  g_assert_cmpfloat (found->each[1].labels_to_target, ==, 60.0);
  g_assert_true (isinf (found->each[1].labels_of_mean));
  g_assert_cmpfloat_with_epsilon (found->each[1].auc_difference, mean - found->each[0].auc, 1e-12);
  g_assert_true (isnan (found->each[0].p) && found->each[1].p > 0.0);
}

static void
test_refusals (void)
{
  const AyStrategy *strategies[1];
  g_auto (Whole) whole = { 0 };

  whole_init (&whole);
  find (strategies, (const char *[]) { "random", NULL });
  for (guint k = 0; k < 3; k++)
    {
      AySimulateOptions options = small ();
      g_autoptr (GError) error = NULL;

      options.start = k == 0 ? 9 : 0;
      options.rounds = k == 1 ? 200 : 4;
      options.test_share = k == 2 ? 1.0 : 0.3;
      g_assert_null (ay_simulate (&whole.problem, strategies, 1, &options, NULL, &error));
      g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulate/t", test_t);
  g_test_add_func ("/simulate/wilcoxon", test_wilcoxon);
  g_test_add_func ("/simulate/loops", test_loops);
  g_test_add_func ("/simulate/comparison", test_comparison);
  g_test_add_func ("/simulate/refusals", test_refusals);
  return g_test_run ();
}
