/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"
#include "core/model/loo.h"
#include "core/model/removal.h"

#include <math.h>
#include <string.h>

static AyHead *
fit (const AyProblem *train, double lambda_mean)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyHead *head;

  options.lambda_mean = lambda_mean;
  options.tolerance = 1e-10;
  head = ay_head_fit (train, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  return head;
}

/* Rows first.. of a made problem. */
static AyProblem
part_of (const AyProblem *whole, gsize first, gsize count)
{
  AyProblem part = *whole;

  part.n = count;
  part.rows += first;
  part.label += part.label != NULL ? first : 0;
  part.target += part.target != NULL ? first : 0;
  part.weight += part.weight != NULL ? first : 0;
  return part;
}

/* Takes row i out for real: its output and the change of the target's loss. */
static double
retrain (const AyProblem *train, const AyHead *head, AyHessian *hessian, gsize i,
         const AyProblem *target, double *output)
{
  g_autofree guint8 *removed = g_new0 (guint8, train->n);
  AyRemovalOptions options = { TRUE, 1e-10, FALSE };
  const AyProblem *targets[1] = { target };
  AyRemoval out;
  double refit;

  removed[i] = 1;
  g_assert_true (ay_removal_run (train, head, hessian, removed, targets, 1, &options, &out, NULL,
                                 NULL));
  g_assert_true (ay_head_predict (out.head, train->features, train->rows + i, 1, output, NULL,
                                  NULL));
  refit = out.refit;
  ay_removal_clear (&out);
  return refit;
}

static AyLoo *
leave_out (const AyProblem *train, const AyHead *head, AyHessian *hessian,
           const AyProblem *target, const AyLooOptions *use)
{
  AyLooOptions options = AY_LOO_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyLoo *loo;

  if (use != NULL)
    options = *use;
  options.refit_outputs = TRUE;
  options.target = target;
  loo = ay_loo_new (train, head, hessian, &options, NULL, &error);
  g_assert_no_error (error);
  return loo;
}

static AyHessian *
hessian_of (const AyProblem *train, const AyHead *head, gsize dense_limit)
{
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;

  options.dense_limit = dense_limit;
  return ay_hessian_new (train, head, &options, NULL, NULL);
}

/* Ridge: the closed form is retraining, for outputs and effects, weighted. */
static void
test_ridge (void)
{
  g_auto (Made) made = made_new (90, 6, 0, 1.0, 2);
  AyProblem train, target = part_of (&made.problem, 60, 30);
  g_autoptr (AyHead) head = NULL;
  g_autoptr (AyHessian) hessian = NULL;
  g_autoptr (AyLoo) loo = NULL;

  for (gsize i = 0; i < 60; i++)
    made.weight[i] = 0.25 + i % 3;
  train = part_of (&made.problem, 0, 60);
  head = fit (&train, 1e-2);
  hessian = hessian_of (&train, head, 0);
  loo = leave_out (&train, head, hessian, &target, NULL);
  for (gsize i = 0; i < 60; i++)
    {
      double output, effect = retrain (&train, head, hessian, i, &target, &output);

      g_assert_cmpfloat_with_epsilon (loo->output[i], output, 1e-8);
      g_assert_cmpfloat_with_epsilon (loo->effect[i], effect, 1e-9);
      g_assert_cmpfloat (loo->leverage[i], >, 0.0);
      g_assert_cmpfloat (loo->leverage[i], <, 1.0);
    }
  g_assert_cmpuint (loo->n_refitted, ==, 0);
}

/* Softmax: near retraining in every row, and as it in the rows refitted. */
static void
test_softmax (void)
{
  const guint classes[] = { 2, 4 };

  for (gsize k = 0; k < 2; k++)
    {
      g_auto (Made) made = made_new (220, 7, classes[k], 2.0, 30 + k);
      AyProblem train = part_of (&made.problem, 0, 120), target;
      g_autoptr (AyHead) head = NULL;
      g_autoptr (AyHessian) hessian = NULL;
      g_autoptr (AyLoo) loo = NULL;
      double effect[120], output[4], off = 0.0;

      target = part_of (&made.problem, 120, 100);
      for (gsize i = 0; i < 120; i++)
        made.weight[i] = i % 2 == 0 ? 1.0 : 2.0;
      head = fit (&train, 1e-2);
      hessian = hessian_of (&train, head, 0);
      loo = leave_out (&train, head, hessian, &target, NULL);
      for (gsize i = 0; i < 120; i++)
        {
          effect[i] = retrain (&train, head, hessian, i, &target, output);
          for (guint c = 0; c < classes[k]; c++)
            off = MAX (off, fabs (output[c] - loo->output[i * classes[k] + c]));
          if (loo->refitted[i])
            g_assert_cmpfloat_with_epsilon (loo->effect[i], effect[i],
                                            1e-6 + 0.02 * fabs (effect[i]));
        }
      g_assert_cmpfloat (off, <, 0.12);
      g_assert_cmpfloat (ay_pearson (loo->effect, effect, 120), >, 0.98);
      g_assert_cmpfloat (ay_slope (loo->effect, effect, 120), >, 0.9);
      g_assert_cmpfloat (ay_slope (loo->effect, effect, 120), <, 1.15);
    }
}

/* A row of tiny weight: leave-one-out is influence; self is the first-order change of its own
 * loss. */
static void
test_limit (void)
{
  g_auto (Made) made = made_new (150, 5, 3, 1.5, 9);
  AyProblem train = part_of (&made.problem, 0, 100), target = part_of (&made.problem, 100, 50);
  g_autoptr (AyHead) head = NULL;
  g_autoptr (AyHessian) hessian = NULL;
  g_autoptr (AyLoo) loo = NULL, linear = NULL;
  AyLooOptions options = AY_LOO_OPTIONS_INIT;

  for (gsize i = 0; i < 100; i += 9)
    made.weight[i] = 1e-5;
  head = fit (&train, 1e-2);
  hessian = hessian_of (&train, head, 0);
  loo = leave_out (&train, head, hessian, &target, NULL);
  options.max_flop = 0.0;
  options.n_evaluated = 10;
  options.refit_above = 2.0;
  linear = leave_out (&train, head, hessian, &target, &options);
  g_assert_cmpuint (linear->n_linear, ==, 90);
  for (gsize i = 0; i < 100; i += 9)
    {
      double output[3], effect = retrain (&train, head, hessian, i, &target, output), own[3];

      g_assert_true (ay_head_predict (head, train.features, train.rows + i, 1, own, NULL, NULL));
      g_assert_cmpfloat_with_epsilon (loo->effect[i], effect, 1e-3 * fabs (effect) + 1e-12);
      g_assert_cmpfloat_with_epsilon (linear->effect[i], effect, 1e-3 * fabs (effect) + 1e-12);
      g_assert_cmpfloat_with_epsilon (
          loo->self[i], log (own[made.label[i]]) - log (output[made.label[i]]),
          1e-3 * loo->self[i] + 1e-12);
    }
  for (gsize i = 0; i < 100; i++)
    if (!isnan (linear->error[i])) /* evaluated: the same as where all are */
      g_assert_cmpfloat_with_epsilon (linear->effect[i], loo->effect[i],
                                      loo->refitted[i] ? 1e-3 : 1e-9);
}

/* Standard errors are those of the mean over the target's rows. */
static void
test_error (void)
{
  g_auto (Made) made = made_new (120, 4, 3, 1.5, 14);
  AyProblem train = part_of (&made.problem, 0, 80), target = part_of (&made.problem, 80, 40);
  g_autoptr (AyHead) head = fit (&train, 1e-1);
  g_autoptr (AyHessian) hessian = hessian_of (&train, head, 0);
  g_autoptr (AyLoo) loo = NULL;
  gsize i = 3;
  double by_row[40], output[3];

  target.weight = NULL;
  loo = leave_out (&train, head, hessian, &target, NULL);
  for (gsize t = 0; t < 40; t++)
    {
      AyProblem one = part_of (&target, t, 1);

      by_row[t] = retrain (&train, head, hessian, i, &one, output);
    }
  g_assert_cmpfloat_with_epsilon (loo->error[i], sqrt (ay_variance (by_row, 40) / 40),
                                  0.05 * loo->error[i]);
}

/* The only row of its class has no value; the others do. */
static void
test_only (void)
{
  g_auto (Made) made = made_new (60, 4, 3, 1.0, 14);
  AyProblem train = part_of (&made.problem, 0, 40), target = part_of (&made.problem, 40, 20);
  gsize limits[2] = { 0, 1 }, only = 0;

  for (gsize i = 0; i < 60; i++)
    if (made.label[i] == 2)
      made.label[i] = 1;
  made.label[only = 11] = 2;
  for (guint k = 0; k < 2; k++)
    {
      g_autoptr (AyHead) head = fit (&train, 1e-2);
      g_autoptr (AyHessian) hessian = hessian_of (&train, head, limits[k]);
      g_autoptr (AyLoo) loo = leave_out (&train, head, hessian, &target, NULL);

      g_assert_true (loo->by_folds == (k == 1));
      g_assert_cmpuint (loo->n_only, ==, 1);
      for (gsize i = 0; i < 40; i++)
        {
          g_assert_true (isnan (loo->output[3 * i]) == (i == only));
          g_assert_true (isnan (loo->effect[i]) == (i == only));
        }
    }
}

/* Above the limit: outputs of heads that did not see the row, of the same kind as exact ones. */
static void
test_folds (void)
{
  g_auto (Made) made = made_new (500, 8, 4, 2.0, 51);
  AyProblem train = part_of (&made.problem, 0, 400), target = part_of (&made.problem, 400, 100);
  g_autoptr (AyHead) head = fit (&train, 1e-2);
  g_autoptr (AyHessian) dense = hessian_of (&train, head, 0), large = NULL;
  g_autoptr (AyLoo) exact = NULL, folds = NULL;
  g_autofree double *a = g_new (double, 400), *b = g_new (double, 400);

  large = hessian_of (&train, head, 1);
  exact = leave_out (&train, head, dense, &target, NULL);
  folds = leave_out (&train, head, large, &target, NULL);
  g_assert_false (exact->by_folds);
  g_assert_true (folds->by_folds);
  g_assert_nonnull (strstr (folds->method, "folds"));
  for (gsize i = 0; i < 400; i++)
    {
      a[i] = exact->output[4 * i + made.label[i]];
      b[i] = folds->output[4 * i + made.label[i]];
      g_assert_cmpfloat (fabs (a[i] - b[i]), <, 0.4);
    }
  g_assert_cmpfloat (ay_pearson (a, b, 400), >, 0.98);
  g_assert_cmpfloat (ay_pearson (exact->effect, folds->effect, 400), >, 0.95);
}

static void
test_threads (void)
{
  g_auto (Made) made = made_new (700, 12, 5, 2.5, 33);
  AyProblem train = part_of (&made.problem, 0, 500), target = part_of (&made.problem, 500, 200);
  g_autoptr (AyHead) head = fit (&train, 1e-3);

  for (gsize limit = 0; limit < 2; limit++)
    {
      AyLoo *loo[2];

      for (guint threads = 1; threads <= 2; threads++)
        {
          g_autoptr (AyHessian) hessian = hessian_of (&train, head, limit);

          ay_set_threads (threads);
          loo[threads - 1] = leave_out (&train, head, hessian, &target, NULL);
        }
      g_assert_cmpmem (loo[0]->output, 2500 * sizeof (double), loo[1]->output,
                       2500 * sizeof (double));
      g_assert_cmpmem (loo[0]->effect, 500 * sizeof (double), loo[1]->effect,
                       500 * sizeof (double));
      ay_loo_free (loo[0]);
      ay_loo_free (loo[1]);
    }
  ay_set_threads (0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loo/ridge", test_ridge);
  g_test_add_func ("/loo/softmax", test_softmax);
  g_test_add_func ("/loo/limit", test_limit);
  g_test_add_func ("/loo/error", test_error);
  g_test_add_func ("/loo/only", test_only);
  g_test_add_func ("/loo/folds", test_folds);
  g_test_add_func ("/loo/threads", test_threads);
  return g_test_run ();
}
