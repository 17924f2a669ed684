/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sets.h"

#include "core/base/stats.h"
#include "core/model/loo.h"
#include "core/model/random_drops.h"

#include <math.h>

/* What is kept of digits at 30 %: the rows whose own label a head that has not seen them is least
 * sure of, against as many at random, everything else held, on test rows that neither saw. 20
 * splits, paired. */

#define N_SPLITS 20
#define N_RANDOM 5
#define SHARE 0.3

static double
accuracy_with (const AyProblem *train, const AyHead *full, const guint32 *order, gsize kept,
               const AyProblem *test)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autofree double *weight = g_new0 (double, train->n);
  g_autoptr (AyHead) head = NULL;
  AyProblem rest = *train;
  AyFit judged;

  for (gsize k = 0; k < kept; k++)
    weight[order[k]] = 1.0;
  rest.weight = weight;
  options.tolerance = 1e-6;
  head = ay_head_fit (&rest, &options, full, NULL, NULL);
  g_assert_nonnull (head);
  g_assert_true (ay_head_evaluate (head, test, &judged, NULL, NULL));
  return judged.accuracy;
}

/* Rows of least probability of their own label first. (transfer full) */
static guint32 *
rank_rows (const AyProblem *train, const AyHead *head)
{
  AyHessianOptions hessian_options = AY_HESSIAN_OPTIONS_INIT;
  AyLooOptions options = AY_LOO_OPTIONS_INIT;
  g_autoptr (AyHessian) hessian = ay_hessian_new (train, head, &hessian_options, NULL, NULL);
  g_autoptr (AyLoo) loo = ay_loo_new (train, head, hessian, &options, NULL, NULL);
  g_autofree double *own = g_new (double, train->n);

  g_assert_nonnull (loo);
  for (gsize i = 0; i < train->n; i++)
    own[i] = loo->output[i * loo->n_outputs + (gsize) train->label[i]];
  return ay_order (own, train->n, FALSE);
}

/* How much better the ranking is than random sets, in one split. */
static double
one_split (const Set *set, guint64 seed)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyOwnedProblem) train = NULL, test = NULL;
  g_autofree guint32 *rows = NULL, *ranked = NULL;
  g_autoptr (AyHead) full = NULL;
  double random = 0.0;
  gsize n_test = set->n / 5, kept;
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  rows = ay_rng_sample (&rng, set->n, set->n);
  test = set_part (set, rows, n_test);
  train = set_part (set, rows + n_test, set->n - n_test);
  full = ay_head_fit (&train->problem, &options, NULL, NULL, NULL);
  g_assert_nonnull (full);
  kept = (gsize) (SHARE * train->problem.n);
  ranked = rank_rows (&train->problem, full);
  for (guint k = 0; k < N_RANDOM; k++)
    {
      g_autofree guint32 *drawn = ay_rng_sample (&rng, train->problem.n, train->problem.n);

      random += accuracy_with (&train->problem, full, drawn, kept, &test->problem) / N_RANDOM;
    }
  return accuracy_with (&train->problem, full, ranked, kept, &test->problem) - random;
}

static void
test_digits (void)
{
  g_auto (Set) set = set_digits ();
  double better[N_SPLITS];
  AyMeanBand band;

  for (guint split = 0; split < N_SPLITS; split++)
    better[split] = 100.0 * one_split (&set, 700 + split);
  band = ay_mean_band (better, N_SPLITS);
  g_test_message ("30 %% of digits kept, self_confidence low first: %+.2f points of test accuracy "
                  "against random (95 %% paired band %+.2f to %+.2f)", band.mean, band.low,
                  band.high);
  g_assert_cmpfloat (band.low, >, 0.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/retention-claim/digits", test_digits);
  return g_test_run ();
}
