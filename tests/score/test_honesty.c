/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "planted.h"

#include "core/base/stats.h"
#include "core/model/removal.h"
#include "core/model/target_effect.h"

/* What the scores may be used for, on digits. */

/* Means over seeds. */
static Found
find_planted (const Set *set, Plant kind, double lambda_mean, guint seeds)
{
  Found mean = { { 0 } };

  for (guint seed = 0; seed < seeds; seed++)
    {
      g_autofree guint32 *rows = g_new (guint32, set->n);
      g_autofree guint8 *wrong = g_new (guint8, set->n);
      g_autoptr (AyOwnedProblem) part = NULL;
      Found found;

      for (gsize i = 0; i < set->n; i++)
        rows[i] = (guint32) i;
      part = set_part (set, rows, set->n);
      plant (part, kind, seed, wrong);
      found = planted_find (part, wrong, lambda_mean, seed);
      mean.by_folds = found.by_folds;
      for (guint k = 0; k < 3; k++)
        {
          mean.area[k] += found.area[k] / seeds;
          mean.precision[k] += found.precision[k] / seeds;
        }
    }
  g_test_message ("%s, lambda_mean %g: AUPRC left out %.4f, folds %.4f, in sample %.4f; precision "
                  "at k %.4f, %.4f, %.4f", plant_names[kind], lambda_mean, mean.area[0],
                  mean.area[1], mean.area[2], mean.precision[0], mean.precision[1],
                  mean.precision[2]);
  return mean;
}

/* Planted errors on digits: left-out probabilities find them as well as five folds do, in every
 * kind, at the default penalty and a stronger one. */
static void
test_planted (void)
{
  static const double lambda_mean[] = { 1e-3, 1e-2 };
  g_auto (Set) digits = set_digits ();

  for (gsize l = 0; l < G_N_ELEMENTS (lambda_mean); l++)
    for (Plant kind = 0; kind < N_PLANTS; kind++)
      {
        Found found = find_planted (&digits, kind, lambda_mean[l], 5);

        g_assert_false (found.by_folds);
        g_assert_cmpfloat (found.area[0], >=, found.area[1] - 0.005);
        g_assert_cmpfloat (found.precision[0], >=, found.precision[1] - 0.005);
      }
}

/* On texts of 77 classes, where leaving out is by folds: well above the head that has seen them. */
static void
test_planted_texts (void)
{
  g_auto (Set) banking = set_banking (256);
  Found found;

  if (banking.n == 0)
    return;
  found = find_planted (&banking, PLANT_UNIFORM, 1e-3, 1);
  g_assert_true (found.by_folds);
  g_assert_cmpfloat (found.area[0], >, found.area[2] + 0.04);
}

/* Dropping the worst 5 % of clean digits by influence on valid: the preview falls, the test part
 * does not follow. 8 splits; both figures are printed side by side. */
static void
test_preview (void)
{
  g_auto (Set) digits = set_digits ();
  double preview = 0.0, test = 0.0;

  for (guint seed = 0; seed < 8; seed++)
    {
      AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
      AyHessianOptions hessian_options = AY_HESSIAN_OPTIONS_INIT;
      AyRemovalOptions removal_options = { TRUE, 1e-8, FALSE };
      gsize part = digits.n / 10, n = digits.n - 2 * part, p;
      g_autofree guint32 *rows = NULL, *order = NULL;
      g_autofree guint8 *removed = g_new0 (guint8, n);
      g_autofree double *value = g_new (double, n), *s = NULL;
      g_autoptr (AyOwnedProblem) train = NULL, valid = NULL, held = NULL;
      g_autoptr (AyHead) head = NULL;
      g_autoptr (AyHessian) hessian = NULL;
      const AyProblem *targets[2];
      AyRemoval out[2];
      AyRng rng;

      ay_rng_init (&rng, seed, 1);
      rows = ay_rng_sample (&rng, digits.n, digits.n);
      valid = set_part (&digits, rows, part);
      held = set_part (&digits, rows + part, part);
      train = set_part (&digits, rows + 2 * part, n);
      head = ay_head_fit (&train->problem, &options, NULL, NULL, NULL);
      hessian = ay_hessian_new (&train->problem, head, &hessian_options, NULL, NULL);
      p = ay_hessian_n_parameters (hessian);
      s = g_new (double, p);
      g_assert_true (ay_target_gradient (&valid->problem, head, NULL, s, NULL, NULL));
      g_assert_true (ay_hessian_solve (hessian, s, 1, NULL, NULL, NULL));
      g_assert_true (ay_curvature_effect (ay_hessian_curvature (hessian, NULL, NULL), s, 1, value,
                                          NULL, NULL));
      order = ay_order (value, n, FALSE);
      for (gsize k = 0; k < n / 20; k++)
        removed[order[k]] = 1;
      targets[0] = &valid->problem;
      targets[1] = &held->problem;
      g_assert_true (ay_removal_run (&train->problem, head, hessian, removed, targets, 2,
                                     &removal_options, out, NULL, NULL));
      g_test_message ("split %u: validation loss %+.1f %% (preview), test loss %+.1f %%", seed,
                      100.0 * out[0].refit / out[0].before.loss,
                      100.0 * out[1].refit / out[1].before.loss);
      preview += out[0].refit / out[0].before.loss / 8.0;
      test += out[1].refit / out[1].before.loss / 8.0;
      ay_removal_clear (&out[0]);
      ay_removal_clear (&out[1]);
    }
  g_test_message ("mean: validation %+.1f %%, test %+.1f %%", 100.0 * preview, 100.0 * test);
  g_assert_cmpfloat (preview, <, -0.1);
  g_assert_cmpfloat (test, >, 0.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/honesty/planted", test_planted);
  g_test_add_func ("/honesty/planted/texts", test_planted_texts);
  g_test_add_func ("/honesty/preview", test_preview);
  return g_test_run ();
}
