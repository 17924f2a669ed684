/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sets.h"

#include "core/base/stats.h"
#include "core/model/loo.h"
#include "core/model/target_effect.h"

#include <math.h>

/* loo against true retraining on standardised digits: 600 rows, clean and with 5 % of the labels
 * flipped, lambda_mean 1e-2, 1e-3, 1e-4; 100 random rows and the 50 largest. Plain influence is
 * printed as the comparison. */

#define N_TRAIN 600
#define N_VALID 600
#define N_RANDOM 100
#define N_LARGEST 50

/* Change of the target loss when row i is really left out. */
static double
retrain (const AyProblem *train, const AyHead *head, gsize i, const AyProblem *target,
         double before)
{
  g_autofree double *weight = g_new (double, train->n);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyProblem rest = *train;
  g_autoptr (AyHead) refit = NULL;
  AyFit fit;

  for (gsize k = 0; k < train->n; k++)
    weight[k] = k == i ? 0.0 : 1.0;
  rest.weight = weight;
  refit = ay_head_fit (&rest, &options, head, NULL, NULL);
  g_assert_nonnull (refit);
  g_assert_true (ay_head_evaluate (refit, target, &fit, NULL, NULL));
  return fit.loss - before;
}

/* 100 random rows, then those of largest |loo| not among them. */
static guint32 *
choose_rows (const AyLoo *loo, gsize *count)
{
  AyRng rng;
  guint32 *rows;
  g_autofree guint8 *taken = g_new0 (guint8, loo->n);
  g_autofree double *size = g_new (double, loo->n);
  g_autofree guint32 *order = NULL;

  ay_rng_init (&rng, 2, 0);
  rows = g_renew (guint32, ay_rng_sample (&rng, loo->n, N_RANDOM), N_RANDOM + N_LARGEST);
  for (gsize k = 0; k < N_RANDOM; k++)
    taken[rows[k]] = 1;
  for (gsize i = 0; i < loo->n; i++)
    size[i] = fabs (loo->effect[i]);
  order = ay_order (size, loo->n, TRUE);
  *count = N_RANDOM;
  for (gsize k = 0; k < N_LARGEST; k++)
    if (!taken[order[k]])
      rows[(*count)++] = order[k];
  return rows;
}

static double *
influences (const AyProblem *train, const AyProblem *target, const AyHead *head,
            AyHessian *hessian)
{
  g_autofree double *s = g_new (double, ay_hessian_n_parameters (hessian));
  double *value = g_new (double, train->n);

  g_assert_true (ay_target_gradient (target, head, NULL, s, NULL, NULL));
  g_assert_true (ay_hessian_solve (hessian, s, 1, NULL, NULL, NULL));
  g_assert_true (ay_curvature_effect (ay_hessian_curvature (hessian, NULL, NULL), s, 1, value,
                                      NULL, NULL));
  return value;
}

static void
check (const Set *set, double flips, double lambda_mean)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyHessianOptions hessian_options = AY_HESSIAN_OPTIONS_INIT;
  AyLooOptions loo_options = AY_LOO_OPTIONS_INIT;
  g_autoptr (AyOwnedProblem) train = NULL, valid = NULL;
  g_autoptr (AyHead) head = NULL;
  g_autoptr (AyHessian) hessian = NULL;
  g_autoptr (AyLoo) loo = NULL;
  g_autofree guint32 *shuffled = NULL, *rows = NULL;
  g_autofree double *influence = NULL, *told = NULL, *plain = NULL, *truth = NULL;
  gsize count;
  AyFit before;
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  shuffled = ay_rng_sample (&rng, set->n, set->n);
  train = set_part (set, shuffled, N_TRAIN);
  valid = set_part (set, shuffled + N_TRAIN, N_VALID);
  set_flip (train, flips, 4, NULL);
  options.lambda_mean = lambda_mean;
  head = ay_head_fit (&train->problem, &options, NULL, NULL, NULL);
  hessian = ay_hessian_new (&train->problem, head, &hessian_options, NULL, NULL);
  influence = influences (&train->problem, &valid->problem, head, hessian);
  loo_options.target = &valid->problem;
  loo = ay_loo_new (&train->problem, head, hessian, &loo_options, NULL, NULL);
  g_assert_nonnull (loo);
  rows = choose_rows (loo, &count);
  told = g_new (double, count);
  plain = g_new (double, count);
  truth = g_new (double, count);
  g_assert_true (ay_head_evaluate (head, &valid->problem, &before, NULL, NULL));
  for (gsize k = 0; k < count; k++)
    {
      told[k] = loo->effect[rows[k]];
      plain[k] = influence[rows[k]];
      truth[k] = retrain (&train->problem, head, rows[k], &valid->problem, before.loss);
    }
  g_test_message ("flips %.2f lambda_mean %g: loo Pearson %.4f slope %.3f; influence Pearson %.4f "
                  "slope %.3f; %zu rows (%.1f %%) above .5, %zu refitted", flips, lambda_mean,
                  ay_pearson (told, truth, count), ay_slope (told, truth, count),
                  ay_pearson (plain, truth, count), ay_slope (plain, truth, count), loo->n_above,
                  100.0 * loo->n_above / loo->n, loo->n_refitted);
  g_assert_cmpfloat (ay_pearson (told, truth, count), >=, 0.95);
  g_assert_cmpfloat (ay_slope (told, truth, count), >=, 0.9);
  g_assert_cmpfloat (ay_slope (told, truth, count), <=, 1.15);
}

static void
test_claim (gconstpointer data)
{
  g_auto (Set) digits = set_digits ();
  const double lambda[] = { 1e-2, 1e-3, 1e-4 };

  for (guint k = 0; k < 3; k++)
    check (&digits, *(const double *) data, lambda[k]);
}

int
main (int argc, char **argv)
{
  static const double clean = 0.0, flipped = 0.05;

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/loo/claim/clean", &clean, test_claim);
  g_test_add_data_func ("/loo/claim/flipped", &flipped, test_claim);
  return g_test_run ();
}
