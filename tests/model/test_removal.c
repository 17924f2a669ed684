/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/removal.h"

#include <math.h>
#include <string.h>

static AyHead *
fit (const AyProblem *train, const AyHead *warm)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyHead *head;

  options.lambda_mean = 1e-2;
  options.tolerance = 1e-10;
  head = ay_head_fit (train, &options, warm, NULL, &error);
  g_assert_no_error (error);
  return head;
}

/* The problem with the removed rows really gone. */
static Made
without (const Made *from, const guint8 *removed)
{
  Made rest = { 0 };
  gsize n = from->problem.n, k = 0;

  rest.rows = g_new (guint32, n);
  rest.label = g_new (gint32, n);
  rest.target = g_new (double, n);
  rest.weight = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    if (!removed[i])
      {
        rest.rows[k] = from->rows[i];
        rest.label[k] = from->label[i];
        rest.target[k] = from->target[i];
        rest.weight[k++] = from->weight[i];
      }
  rest.features = ay_matrix_ref (from->features);
  rest.problem = (AyProblem) { .features = rest.features, .rows = rest.rows, .n = k,
                               .label = from->problem.label != NULL ? rest.label : NULL,
                               .target = from->problem.target != NULL ? rest.target : NULL,
                               .weight = rest.weight, .n_classes = from->problem.n_classes };
  return rest;
}

/* The refit is the optimum of the rows that are left, and the estimate is near it. */
static void
check_group (guint n_classes, gsize step, double within)
{
  g_auto (Made) made = made_new (400, 9, n_classes, 1.5, 40 + n_classes);
  g_autoptr (AyHead) head = NULL, truth = NULL;
  g_autofree guint8 *removed = g_new0 (guint8, 400);
  AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;
  const AyProblem *targets[2];
  AyProblem train = made.problem, valid = made.problem, test = made.problem;
  AyRemoval out[2];
  AyFit fits[2];

  train.n = 300;
  valid.n = test.n = 50;
  for (guint t = 0; t < 2; t++)
    {
      AyProblem *part = t == 0 ? &valid : &test;

      part->rows += 300 + 50 * t;
      part->weight += 300 + 50 * t;
      part->label += part->label != NULL ? 300 + 50 * t : 0;
      part->target += part->target != NULL ? 300 + 50 * t : 0;
      targets[t] = part;
    }
  made.problem = train;
  for (gsize i = 0; i < 300; i++)
    made.weight[i] = 0.5 + i % 4;
  head = fit (&train, NULL);
  for (gsize i = 0; i < 300; i++)
    removed[i] = i % step == 1;
  {
    g_auto (Made) rest = without (&made, removed);

    truth = fit (&rest.problem, head);
  }
  options.verify = TRUE;
  options.tolerance = 1e-10;
  g_assert_true (ay_removal_run (&train, head, NULL, removed, targets, 2, &options, out, NULL,
                                 NULL));
  for (guint t = 0; t < 2; t++)
    {
      AyFit before;

      g_assert_true (ay_head_evaluate (truth, targets[t], &fits[t], NULL, NULL));
      g_assert_true (ay_head_evaluate (head, targets[t], &before, NULL, NULL));
      g_assert_cmpuint (out[t].n_removed, ==, (300 + step - 2) / step);
      g_assert_true (out[t].verified);
      g_assert_cmpfloat_with_epsilon (out[t].refit, fits[t].loss - before.loss, 1e-9);
      g_assert_cmpfloat_with_epsilon (out[t].estimate, out[t].refit,
                                      within * fabs (out[t].refit) + 1e-4 * before.loss);
      g_assert_cmpfloat (out[t].gradient_norm, <=, 1e-10);
      for (gsize j = 0; j < head->n_outputs * head->d; j++)
        g_assert_cmpfloat_with_epsilon (out[t].head->weights[j], truth->weights[j], 1e-7);
      for (guint c = 0; c < head->n_outputs; c++)
        g_assert_cmpfloat_with_epsilon (out[t].head->intercept[c], truth->intercept[c], 1e-7);
      ay_removal_clear (&out[t]);
    }
}

static void
test_refit (void)
{
  const guint classes[] = { 0, 2, 5 };

  for (gsize k = 0; k < G_N_ELEMENTS (classes); k++)
    {
      check_group (classes[k], 299, 0.02);
      check_group (classes[k], 20, 0.05);
      check_group (classes[k], 2, 0.1);
    }
}

/* Influence is the derivative of the refitted target loss: for a row of tiny weight it is the
 * change itself. */
static void
test_influence_limit (void)
{
  const guint classes[] = { 0, 2, 4 };

  for (gsize k = 0; k < G_N_ELEMENTS (classes); k++)
    {
      g_auto (Made) made = made_new (260, 6, classes[k], 1.5, 70 + k);
      g_autoptr (AyHead) head = NULL;
      g_autofree guint8 *removed = g_new0 (guint8, 260);
      AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;
      AyProblem train = made.problem, valid = made.problem;
      const AyProblem *targets[1] = { &valid };
      AyRemoval out;

      train.n = 200;
      valid.n = 60;
      valid.rows += 200;
      valid.label += valid.label != NULL ? 200 : 0;
      valid.target += valid.target != NULL ? 200 : 0;
      valid.weight = NULL;
      for (gsize i = 0; i < 200; i++)
        if (i % 10 == 3)
          {
            made.weight[i] = 1e-4;
            removed[i] = 1;
          }
      head = fit (&train, NULL);
      options.verify = TRUE;
      options.tolerance = 1e-12;
      g_assert_true (ay_removal_run (&train, head, NULL, removed, targets, 1, &options, &out, NULL,
                                     NULL));
      g_assert_cmpfloat (fabs (out.refit), >, 0.0);
      g_assert_cmpfloat_with_epsilon (out.influence, out.refit, 2e-3 * fabs (out.refit));
      g_assert_cmpfloat_with_epsilon (out.one_step, out.refit, 2e-3 * fabs (out.refit));
      g_assert_cmpfloat_with_epsilon (out.estimate, out.refit, 2e-3 * fabs (out.refit));
      ay_removal_clear (&out);
    }
}

/* A class that loses its last row: no loss is told, and nothing is predicted to be of it. */
static void
test_unbounded (void)
{
  g_auto (Made) made = made_new (200, 5, 3, 0.4, 12);
  g_autoptr (AyHead) head = fit (&made.problem, NULL);
  g_autofree guint8 *removed = g_new0 (guint8, 200);
  g_autofree double *p = g_new (double, 600);
  AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;
  const AyProblem *targets[1] = { &made.problem };
  AyRemoval out;
  gsize of_class = 0;

  for (gsize i = 0; i < 200; i++)
    of_class += removed[i] = made.label[i] == 1;
  options.verify = TRUE;
  g_assert_true (ay_removal_run (&made.problem, head, NULL, removed, targets, 1, &options, &out,
                                 NULL, NULL));
  g_assert_true (out.unbounded);
  g_assert_true (isnan (out.estimate) && isnan (out.refit) && isnan (out.influence)
                 && isnan (out.one_step) && isnan (out.after.loss));
  g_assert_cmpfloat (out.after.accuracy, <=, 1.0 - of_class / 200.0);
  g_assert_cmpfloat (out.after.accuracy, >=, 0.95 * (1.0 - of_class / 200.0));
  g_assert_cmpfloat_with_epsilon (out.accuracy_estimate, out.after.accuracy, 0.02);
  g_assert_true (ay_head_predict (out.head, made.features, made.rows, 200, p, NULL, NULL));
  for (gsize i = 0; i < 200; i++)
    g_assert_cmpfloat (p[3 * i + 1], <, 1e-15);
  ay_removal_clear (&out);
}

static void
test_threads (void)
{
  g_auto (Made) made = made_new (3000, 20, 4, 2.0, 21);
  g_autoptr (AyHead) head = fit (&made.problem, NULL);
  g_autofree guint8 *removed = g_new0 (guint8, 3000);
  const AyProblem *targets[1] = { &made.problem };
  AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;
  AyRemoval out[2];

  for (gsize i = 0; i < 3000; i += 17)
    removed[i] = 1;
  options.verify = TRUE;
  for (guint threads = 1; threads <= 2; threads++)
    {
      ay_set_threads (threads);
      g_assert_true (ay_removal_run (&made.problem, head, NULL, removed, targets, 1, &options,
                                     &out[threads - 1], NULL, NULL));
      ay_removal_clear (&out[threads - 1]);
    }
  ay_set_threads (0);
  g_assert_cmpmem (&out[0], sizeof out[0], &out[1], sizeof out[1]);
}

static void
test_refusals (void)
{
  g_auto (Made) made = made_new (50, 4, 2, 2.0, 3);
  g_autoptr (AyHead) head = fit (&made.problem, NULL);
  g_autofree guint8 *removed = g_new (guint8, 50);
  const AyProblem *targets[1] = { &made.problem };
  AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (AyJob) job = ay_job_new ();
  AyRemoval out;

  memset (removed, 1, 50);
  g_assert_false (ay_removal_run (&made.problem, head, NULL, removed, targets, 1, &options, &out,
                                  NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  removed[0] = removed[1] = removed[2] = 0;
  ay_job_cancel (job);
  g_assert_false (ay_removal_run (&made.problem, head, NULL, removed, targets, 1, &options, &out,
                                  job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  memset (removed, 0, 50);
  g_assert_true (ay_removal_run (&made.problem, head, NULL, removed, targets, 1, &options, &out,
                                 NULL, NULL));
  g_assert_cmpfloat_with_epsilon (out.estimate, 0.0, 1e-9);
  ay_removal_clear (&out);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/removal/refit", test_refit);
  g_test_add_func ("/removal/influence-limit", test_influence_limit);
  g_test_add_func ("/removal/unbounded", test_unbounded);
  g_test_add_func ("/removal/threads", test_threads);
  g_test_add_func ("/removal/refusals", test_refusals);
  return g_test_run ();
}
