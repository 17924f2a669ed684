/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/select/exp4p.h"
#include "core/select/hedge.h"
#include "core/select/simulate.h"
#include "sets.h"

#include <math.h>
#include <string.h>

/* Teachers: the algorithms against their own theory, the loops against what they must hold. */

static void
check_probabilities (const double *p, guint n, double floor)
{
  double sum = 0.0;

  for (guint k = 0; k < n; k++)
    {
      g_assert_cmpfloat (p[k], >=, floor * (1.0 - 1e-12));
      sum += p[k];
    }
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-12);
}

static void
test_probabilities (void)
{
  g_auto (AyExp4p) exp4p = { 0 };
  g_auto (AyHedge) hedge = { 0 };
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  ay_exp4p_init (&exp4p, 5, 100, 0.1);
  ay_hedge_init (&hedge, 5, 0.3, 0.1);
  g_assert_cmpfloat_with_epsilon (exp4p.floor, sqrt (log (5.0) / 500.0), 1e-15);
  for (guint t = 0; t < 500; t++)
    {
      double p[5], advice[5], credit[4];
      guint8 held[20];

      for (guint k = 0; k < 5; k++)
        advice[k] = ay_rng_uniform (&rng);
      ay_exp4p_update (&exp4p, advice, ay_rng_uniform (&rng));
      ay_exp4p_probabilities (&exp4p, p);
      check_probabilities (p, 5, exp4p.floor);
      ay_hedge_probabilities (&hedge, p);
      check_probabilities (p, 5, 0.1 / 5);
      for (guint i = 0; i < 20; i++)
        held[i] = i % 5 == 0 || ay_rng_uniform (&rng) < 0.4;
      for (guint i = 0; i < 4; i++)
        credit[i] = ay_rng_normal (&rng);
      ay_hedge_update (&hedge, p, credit, held, 4);
    }
}

/* Two arms that always ask for rows of their own, worth 1 and 0, drawn in turn: the logarithm of
 * the weights' ratio obeys x <- x + p_min / 2 (r / p_1 + c (1 / p_1 - 1 / p_2)) with
 * p_1 = (1 - 2 p_min) / (1 + exp (-x)) + p_min and r = 1 where the first was drawn. */
static void
test_closed_form (void)
{
  const double budget = 50.0, low = sqrt (log (2.0) / 100.0), c = sqrt (log (20.0) / 100.0);
  const double first[] = { 1.0, 0.0 }, second[] = { 0.0, 1.0 };
  g_auto (AyExp4p) self = { 0 };
  double x = 0.0;

  ay_exp4p_init (&self, 2, budget, 0.1);
  for (guint t = 0; t < 50; t++)
    {
      double p1 = (1.0 - 2.0 * low) / (1.0 + exp (-x)) + low, p2 = 1.0 - p1;

      x += low / 2.0 * ((t % 2 == 0 ? 1.0 / p1 : 0.0) + c / p1 - c / p2);
      ay_exp4p_update (&self, t % 2 == 0 ? first : second, t % 2 == 0 ? 1.0 : 0.0);
      g_assert_cmpfloat_with_epsilon (self.log_weight[0] - self.log_weight[1], x, 1e-12);
    }
  g_assert_cmpfloat (x, >, 1.0);
}

/* Arms of Bernoulli rewards: the regret is within the bound in at least 1 - delta of 200 runs. */
static void
test_regret (void)
{
  const double worth[] = { 0.2, 0.4, 0.5, 0.8 }, delta = 0.1;
  const guint n = 4, budget = 2000;
  double bound = 6.0 * sqrt (n * budget * log (n / delta)), mean = 0.0;
  guint within = 0, better = 0;

  for (guint run = 0; run < 200; run++)
    {
      g_auto (AyExp4p) self = { 0 };
      double earned = 0.0;
      AyRng rng;

      ay_rng_init (&rng, 7, run);
      ay_exp4p_init (&self, n, budget, delta);
      for (guint t = 0; t < budget; t++)
        {
          double p[4], advice[4] = { 0 }, u = ay_rng_uniform (&rng), reward;
          guint k = 0;

          ay_exp4p_probabilities (&self, p);
          while (k + 1 < n && u >= p[k])
            u -= p[k++];
          advice[k] = 1.0;
          reward = ay_rng_uniform (&rng) < worth[k];
          earned += reward;
          ay_exp4p_update (&self, advice, reward);
        }
      within += budget * worth[3] - earned <= bound;
      better += earned > budget * (0.2 + 0.4 + 0.5 + 0.8) / 4.0;
      mean += (budget * worth[3] - earned) / 200.0;
    }
  g_test_message ("mean regret %.0f, bound %.0f; above the even mixture in %u of 200", mean, bound,
                  better);
  g_assert_cmpuint (within, >=, 180);
  g_assert_cmpuint (better, >=, 190); /* the bound alone a player at random would keep, too */
}

/* Rows drawn by uneven chances: the mean of 10^4 estimates is the share of the pool that is
 * right. */
static void
test_unbiased (void)
{
  enum { POOL = 50, DRAWS = 20, RUNS = 10000 };
  double chance[POOL], share = 0.0, mean = 0.0, square = 0.0, sum = 0.0;
  guint8 right[POOL];
  AyRng rng;

  ay_rng_init (&rng, 3, 0);
  for (guint i = 0; i < POOL; i++)
    {
      sum += chance[i] = 0.2 + ay_rng_uniform (&rng);
      right[i] = ay_rng_uniform (&rng) < 0.6;
      share += (double) right[i] / POOL;
    }
  for (guint run = 0; run < RUNS; run++)
    {
      double weight[DRAWS], one;
      guint8 was[DRAWS];

      for (guint k = 0; k < DRAWS; k++)
        {
          double u = ay_rng_uniform (&rng) * sum;
          guint i = 0;

          while (i + 1 < POOL && u >= chance[i])
            u -= chance[i++];
          weight[k] = sum / chance[i];
          was[k] = right[i];
        }
      one = ay_iw_accuracy (weight, was, DRAWS, DRAWS, POOL);
      mean += one / RUNS;
      square += one * one / RUNS;
    }
  g_assert_cmpfloat (fabs (mean - share), <, 4.0 * sqrt ((square - mean * mean) / RUNS));
}

/* An arm whose rows are worth more gets more; one row's advantage counts three deviations at most
 * and goes to every arm that held it. */
static void
test_hedge (void)
{
  g_auto (AyHedge) self = { 0 };
  double p[2];
  AyRng rng;

  ay_rng_init (&rng, 11, 0);
  ay_hedge_init (&self, 2, 0.1, 0.1);
  for (guint t = 0; t < 40; t++)
    {
      const guint8 held[] = { 1, 0, 0, 1, 1, 1 };
      double credit[] = { 0.4 + ay_rng_normal (&rng), ay_rng_normal (&rng), 0.2 };

      ay_hedge_probabilities (&self, p);
      ay_hedge_update (&self, p, credit, held, 3);
    }
  ay_hedge_probabilities (&self, p);
  g_assert_cmpfloat (p[0], >, 0.7);
  {
    const guint8 both[] = { 1, 1 };
    const double huge = 1e9;
    double before = self.log_weight[0], apart = self.log_weight[0] - self.log_weight[1];

    ay_hedge_update (&self, p, &huge, both, 1);
    g_assert_cmpfloat_with_epsilon (self.log_weight[0] - before, 0.1 * 3.0, 1e-9);
    g_assert_cmpfloat_with_epsilon (self.log_weight[0] - self.log_weight[1], apart, 1e-12);
  }
}

/* The gradient against differences of ln p. */
static void
test_gradient (void)
{
  const double context[AY_POLICY_CONTEXT] = { 1.0, 0.7, 0.3, 0.9, 0.1, 0.8 };
  AyPolicy policy = *ay_policy_frozen (), gradient = { 0 };

  ay_policy_add_gradient (&policy, context, 2, 1.0, &gradient);
  for (guint k = 0; k < AY_TEACHER_ARMS; k++)
    for (guint j = 0; j < AY_POLICY_CONTEXT; j++)
      {
        double p[AY_TEACHER_ARMS], up, down;

        policy.weight[k][j] += 1e-5;
        ay_policy_probabilities (&policy, context, p);
        up = log (p[2]);
        policy.weight[k][j] -= 2e-5;
        ay_policy_probabilities (&policy, context, p);
        down = log (p[2]);
        policy.weight[k][j] += 1e-5;
        g_assert_cmpfloat_with_epsilon (gradient.weight[k][j], (up - down) / 2e-5, 1e-6);
      }
}

static AySimulation *
simulate (const Set *set, guint rounds, guint repeats, GError **error)
{
  static const char *const ids[] = { "mixture", "policy", "hedge", "exp4p" };
  const AyStrategy *strategies[G_N_ELEMENTS (ids)];
  AySimulateOptions options = AY_SIMULATE_OPTIONS_INIT;
  g_autofree guint32 *rows = g_new (guint32, set->n);
  AyProblem problem = { .features = set->features, .rows = rows, .n = set->n,
                        .label = set->label, .n_classes = set->n_classes };

  for (gsize i = 0; i < set->n; i++)
    rows[i] = (guint32) i;
  for (guint k = 0; k < G_N_ELEMENTS (ids); k++)
    strategies[k] = ay_strategy_find (ids[k]);
  options.rounds = rounds;
  options.repeats = repeats;
  options.seed = 2;
  options.head.standardise = FALSE;
  options.head.scale = 0.0625;
  return ay_simulate (&problem, strategies, G_N_ELEMENTS (ids), &options, NULL, error);
}

static void
check_loop (const AySimulation *s, const Set *set, guint strategy)
{
  const AyLoop *loop = ay_simulation_loop (s, strategy, 0);
  g_autofree guint8 *seen = g_new0 (guint8, set->n);
  const AyTeacher *teacher = loop->teacher;

  for (guint k = 0; k < s->n_start; k++)
    g_assert_false (seen[loop->start[k]]++);
  for (guint k = 0; k < s->rounds * s->batch; k++)
    g_assert_false (seen[loop->taken[k]]++);
  g_assert_true ((teacher != NULL) == (strategy > 0));
  for (guint r = 0; r < s->rounds && teacher != NULL; r++)
    {
      check_probabilities (teacher->weight + r * teacher->n_arms, teacher->n_arms, 0.0);
      g_assert_false (isnan (teacher->reward[r]));
    }
}

/* What a round's rows are credited with adds up to the fall of the loss on the rows held back for
 * the teacher; those are neither in the pool nor tested on. */
static void
test_loops (void)
{
  g_auto (Set) set = set_digits ();
  g_autoptr (AySimulation) s = NULL, again = NULL;
  g_autoptr (AyHistory) history = NULL;
  g_autoptr (GError) error = NULL;

  s = simulate (&set, 3, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (s->n_valid, ==, 100);
  g_assert_cmpuint (s->n_pool + s->n_valid + s->n_test, ==, set.n);
  for (guint k = 0; k < s->n_strategies; k++)
    check_loop (s, &set, k);
  g_assert_cmpfloat_with_epsilon (ay_simulation_loop (s, 2, 0)->teacher->weight[0], 0.25, 1e-12);
  again = simulate (&set, 3, 2, &error);
  g_assert_no_error (error);
  for (guint k = 0; k < s->n_strategies; k++)
    g_assert_cmpmem (ay_simulation_loop (s, k, 1)->taken, 30 * sizeof (guint32),
                     ay_simulation_loop (again, k, 1)->taken, 30 * sizeof (guint32));
  history = ay_simulation_history (s, 2, 0, set.n);
  g_assert_cmpfloat (ay_metrics_get (ay_history_round (history, 1)->metrics, "arm_margin"), ==,
                     ay_simulation_loop (s, 2, 0)->teacher->weight[4 + 1]);
}

static void
test_refusals (void)
{
  const AyPool pool = { .n = 3, .n_pool = 2, .n_classes = 2, .p = (const double[6]) { 0 } };
  g_autoptr (GError) error = NULL;
  AyPick pick;

  g_assert_false (ay_strategy_pick (ay_strategy_find ("hedge"), &pool, 1, &pick, NULL, &error));
  g_assert_nonnull (strstr (error->message, "simulate"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/teacher/probabilities", test_probabilities);
  g_test_add_func ("/teacher/closed-form", test_closed_form);
  g_test_add_func ("/teacher/regret", test_regret);
  g_test_add_func ("/teacher/unbiased", test_unbiased);
  g_test_add_func ("/teacher/hedge", test_hedge);
  g_test_add_func ("/teacher/gradient", test_gradient);
  g_test_add_func ("/teacher/loops", test_loops);
  g_test_add_func ("/teacher/refusals", test_refusals);
  return g_test_run ();
}
