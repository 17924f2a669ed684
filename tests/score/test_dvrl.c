/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sets.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"
#include "core/model/loo.h"
#include "core/score/dvrl.h"
#include "core/score/knn_values.h"

#include <math.h>

/* Digits with a fifth of the training labels flipped. */
typedef struct
{
  AyOwnedProblem *train, *valid, *test;
  guint8 *flipped;
  AyHead *head;
} Case;

static void
case_init (Case *self, const Set *set, guint64 seed)
{
  g_autofree guint32 *rows = NULL;
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  rows = ay_rng_sample (&rng, set->n, set->n);
  self->train = set_part (set, rows, 1000);
  self->valid = set_part (set, rows + 1000, 300);
  self->test = set_part (set, rows + 1300, set->n - 1300);
  self->flipped = g_new0 (guint8, 1000);
  set_flip (self->train, 0.2, seed, self->flipped);
  self->head = ay_head_fit (&self->train->problem, &options, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
case_clear (Case *self)
{
  ay_owned_problem_free (self->train);
  ay_owned_problem_free (self->valid);
  ay_owned_problem_free (self->test);
  ay_head_unref (self->head);
  g_free (self->flipped);
}

/* Accuracy on test without the rows that are marked. */
static double
accuracy_without (const Case *self, const guint8 *drop)
{
  AyProblem part = self->train->problem;
  g_autofree double *weight = g_new (double, part.n);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyHead) head = NULL;
  g_autoptr (GError) error = NULL;
  AyFit fit;

  for (gsize i = 0; i < part.n; i++)
    weight[i] = drop[i] ? 0.0 : 1.0;
  part.weight = weight;
  head = ay_head_fit (&part, &options, self->head, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ay_head_evaluate (head, &self->test->problem, &fit, NULL, NULL));
  return fit.accuracy;
}

/* How well neighbour Shapley values and left-out confidence find the flips of the same case. */
static void
peers (const Case *self, double area[2])
{
  const AySemivalue shapley = AY_SEMIVALUE_SHAPLEY;
  AyKnnOptions knn = AY_KNN_OPTIONS_INIT;
  AyHessianOptions hessian_options = AY_HESSIAN_OPTIONS_INIT;
  AyLooOptions loo_options = AY_LOO_OPTIONS_INIT;
  const AyProblem *train = &self->train->problem;
  g_autoptr (AyHessian) hessian = ay_hessian_new (train, self->head, &hessian_options, NULL, NULL);
  g_autoptr (AyLoo) loo = ay_loo_new (train, self->head, hessian, &loo_options, NULL, NULL);
  g_autoptr (AyKnnValues) values = NULL;
  double low[1000];

  knn.laws = &shapley;
  knn.n_laws = 1;
  values = ay_knn_values_new (train, &self->valid->problem, &knn, NULL, NULL);
  for (gsize i = 0; i < 1000; i++)
    low[i] = -values->value[i];
  area[0] = ay_auroc (low, self->flipped, 1000);
  for (gsize i = 0; i < 1000; i++)
    low[i] = -loo->output[i * 10 + train->label[i]];
  area[1] = ay_auroc (low, self->flipped, 1000);
}

/* Ten seeds: the flips come low in every one (chance: 2^-10), and dropping the lowest fifth beats
 * dropping as many at random, by a paired t of above 3. */
static void
test_flips (void)
{
  g_auto (Set) digits = set_digits ();
  double area[10], gain[10], beside[10][2], knn = 0.0, confidence = 0.0;

  for (guint64 seed = 0; seed < 10; seed++)
    {
      Case game = { 0 };
      AyDvrlOptions options = AY_DVRL_OPTIONS_INIT;
      g_autoptr (GError) error = NULL;
      g_autoptr (AyDvrl) found = NULL;
      g_autofree guint32 *order = NULL, *random = NULL;
      g_autofree double *low = g_new (double, 1000);
      guint8 drop[1000] = { 0 }, other[1000] = { 0 };
      AyRng rng;

      case_init (&game, &digits, seed);
      options.seed = seed;
      found = ay_dvrl_new (&game.train->problem, &game.valid->problem, game.head, &options, NULL,
                           &error);
      g_assert_no_error (error);
      for (gsize i = 0; i < 1000; i++)
        {
          g_assert_cmpfloat (found->value[i], >=, 0.0);
          g_assert_cmpfloat (found->value[i], <=, 1.0);
          low[i] = -found->value[i];
        }
      area[seed] = ay_auroc (low, game.flipped, 1000);
      order = ay_order (found->value, 1000, FALSE);
      ay_rng_init (&rng, seed, 9);
      random = ay_rng_sample (&rng, 1000, 200);
      for (gsize k = 0; k < 200; k++)
        drop[order[k]] = other[random[k]] = 1;
      gain[seed] = accuracy_without (&game, drop) - accuracy_without (&game, other);
      g_test_message ("seed %d: AUROC %.3f, rank correlation of repeats %.2f, test accuracy over "
                      "random %+.3f", (int) seed, area[seed], found->agreement, gain[seed]);
      g_assert_cmpfloat (area[seed], >, 0.5);
      peers (&game, beside[seed]);
      knn += beside[seed][0] / 10.0;
      confidence += beside[seed][1] / 10.0;
      case_clear (&game);
    }
  g_test_message ("AUROC %.3f (deviation %.3f); knn_shapley %.3f, self_confidence %.3f; gain %+.3f "
                  "(%.3f)", ay_mean (area, 10), sqrt (ay_variance (area, 10)), knn, confidence,
                  ay_mean (gain, 10), sqrt (ay_variance (gain, 10)));
  g_assert_cmpfloat (ay_mean (gain, 10), >, 3.0 * sqrt (ay_variance (gain, 10) / 10.0));
}

static void
test_same_bytes (void)
{
  g_auto (Set) digits = set_digits ();
  Case game = { 0 };
  AyDvrlOptions options = { 30, 64, 3, 7 };
  g_autoptr (AyDvrl) one = NULL, two = NULL;
  g_autoptr (GError) error = NULL;
  AyProblem single;

  case_init (&game, &digits, 3);
  ay_set_threads (1);
  one = ay_dvrl_new (&game.train->problem, &game.valid->problem, game.head, &options, NULL, NULL);
  ay_set_threads (3);
  two = ay_dvrl_new (&game.train->problem, &game.valid->problem, game.head, &options, NULL, NULL);
  ay_set_threads (0);
  g_assert_cmpmem (one->value, 2000 * sizeof (double), two->value, 2000 * sizeof (double));
  single = game.valid->problem;
  single.n = 1;
  g_assert_null (ay_dvrl_new (&game.train->problem, &single, game.head, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED);
  case_clear (&game);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dvrl/same-bytes", test_same_bytes);
  g_test_add_func ("/dvrl/flips", test_flips);
  return g_test_run ();
}
