/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_data.h"
#include "model/path_draws.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <math.h>

/* The parts add up to the change of the loss as the fitted heads tell it; first-order influence
 * does not. */
static void
test_adds_up (void)
{
  g_auto (Draw) draw = draw_new (60, TRUE, 0);
  g_autoptr (AyPathCredits) credits = draw_credits (&draw, NULL, 0);
  double miss = path_check (&draw, credits);

  g_assert_cmpfloat (miss, <=, 1e-4);
  g_assert_cmpfloat (fabs (path_sum (credits->at_start) / credits->gain[0] - 1.0), >, 0.3);
  g_assert_cmpfloat (fabs (path_sum (credits->at_end) / credits->gain[0] - 1.0), >, 0.2);
}

/* Credits are additive over validation rows, whichever side the solves are on. */
static void
test_targets (void)
{
  g_auto (Draw) draw = draw_new (150, TRUE, 3);
  gsize m = draw.valid->problem.n, n_many = m + 2;
  g_autofree double *many = g_new0 (double, n_many * m);
  g_autoptr (AyPathCredits) few = NULL, all = NULL;
  double credit[N_NEW] = { 0 };

  for (gsize t = 0; t < m; t++)
    {
      many[t] = 1.0 / m;
      many[m + t] = draw.valid->label[t] == 3 ? 1.0 / m : 0.0;
      many[(t + 2) * m + t] = 1.0 / m;
    }
  few = draw_credits (&draw, many, 2);    /* fewer targets than rows */
  all = draw_credits (&draw, many, n_many); /* more */
  for (gsize i = 0; i < N_NEW; i++)
    {
      double class_three = 0.0;

      for (gsize t = 0; t < m; t++)
        {
          double one = all->credit[(t + 2) * N_NEW + i];

          credit[i] += one;
          class_three += draw.valid->label[t] == 3 ? one : 0.0;
        }
      g_assert_cmpfloat_with_epsilon (credit[i], few->credit[i], 1e-7);
      g_assert_cmpfloat_with_epsilon (class_three, few->credit[N_NEW + i], 1e-7);
      g_assert_cmpfloat_with_epsilon (all->credit[i], few->credit[i], 1e-7);
    }
  for (gsize t = 0; t < n_many; t++)
    g_assert_cmpfloat (fabs (all->residual[t]), <=, 2e-4 * fabs (all->gain[0]));
}

/* A new row twice is the row of twice the weight. */
static void
test_weight (void)
{
  g_auto (Made) made = made_new (120, 5, 3, 1.2, 9);
  AyProblem train = made.problem, on = made.problem;
  AyPathOptions options = AY_PATH_OPTIONS_INIT;
  g_autoptr (AyHead) like = NULL;
  g_autofree guint8 *is_new = g_new0 (guint8, 120);
  g_autoptr (AyPathCredits) twice = NULL, heavy = NULL;
  AyHeadOptions head_options = AY_HEAD_OPTIONS_INIT;

  /* row 59 becomes a copy of row 58 */
  train.n = 60;
  made.rows[59] = made.rows[58];
  made.label[59] = made.label[58];
  on.rows += 60;
  on.label += 60;
  on.weight += 60;
  on.n = 60;
  is_new[57] = is_new[58] = is_new[59] = 1;
  like = ay_head_fit (&train, &head_options, NULL, NULL, NULL);
  twice = ay_path_credits_new (&train, is_new, like, &on, NULL, 0, &options, NULL, NULL);
  made.weight[58] = 2.0;
  train.n = 59;
  heavy = ay_path_credits_new (&train, is_new, like, &on, NULL, 0, &options, NULL, NULL);
  g_assert_cmpuint (twice->n_new, ==, 3);
  g_assert_cmpuint (heavy->n_new, ==, 2);
  g_assert_cmpfloat_with_epsilon (twice->credit[1], twice->credit[2], 1e-9);
  g_assert_cmpfloat_with_epsilon (twice->credit[1] + twice->credit[2], heavy->credit[1], 1e-8);
  g_assert_cmpfloat_with_epsilon (twice->credit[0], heavy->credit[0], 1e-8);
}

static void
test_ridge (void)
{
  g_auto (Made) made = made_new (100, 6, 0, 1.0, 5);
  AyProblem train = made.problem, on = made.problem;
  AyPathOptions options = AY_PATH_OPTIONS_INIT;
  AyHeadOptions head_options = AY_HEAD_OPTIONS_INIT;
  g_autofree guint8 *is_new = g_new0 (guint8, 100);
  g_autoptr (AyHead) like = NULL;
  g_autoptr (AyPathCredits) credits = NULL;
  g_autoptr (GError) error = NULL;

  train.n = 20;
  on.rows += 20;
  on.target += 20;
  on.weight += 20;
  on.n = 80;
  for (gsize i = 8; i < 20; i++)
    is_new[i] = 1;
  like = ay_head_fit (&train, &head_options, NULL, NULL, NULL);
  credits = ay_path_credits_new (&train, is_new, like, &on, NULL, 0, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (credits->agreed);
  g_assert_cmpfloat (fabs (credits->residual[0]), <=, 1e-4 * fabs (credits->gain[0]));
  g_test_message ("ridge: %u nodes, gain %.4g, residual %.2g", credits->nodes, credits->gain[0],
                  credits->residual[0]);
}

static void
test_threads (void)
{
  g_auto (Draw) draw = draw_new (60, TRUE, 1);
  g_autoptr (AyPathCredits) one = NULL, three = NULL;

  ay_set_threads (1);
  one = draw_credits (&draw, NULL, 0);
  ay_set_threads (3);
  three = draw_credits (&draw, NULL, 0);
  ay_set_threads (0);
  g_assert_cmpmem (one->credit, N_NEW * sizeof (double), three->credit, N_NEW * sizeof (double));
}

static void
expect (const Draw *draw, const AyPathOptions *options, AyJob *job, int code, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ay_path_credits_new (&draw->train->problem, draw->is_new, draw->like,
                                      &draw->valid->problem, NULL, 0, options, job, &error));
  g_assert_error (error, AY_ERROR, code);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_refusals (void)
{
  g_auto (Draw) draw = draw_new (60, TRUE, 1);
  AyPathOptions options = AY_PATH_OPTIONS_INIT;
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (AyPathCredits) rough = NULL;
  g_autofree char *why = NULL;
  gint32 y = draw.train->label[0];
  gsize n = draw.train->problem.n;

  ay_job_cancel (job);
  expect (&draw, &options, job, AY_ERROR_CANCELLED, "");
  options.max_nodes = 3;
  expect (&draw, &options, NULL, AY_ERROR_RANGE, "max_nodes");
  options = (AyPathOptions) AY_PATH_OPTIONS_INIT;
  /* a rule too short for the path says so, and the floor is its residual at least */
  options.max_nodes = 7;
  options.tolerance = 1e-9;
  rough = ay_path_credits_new (&draw.train->problem, draw.is_new, draw.like,
                               &draw.valid->problem, NULL, 0, &options, NULL, NULL);
  g_assert_false (rough->agreed);
  g_assert_cmpuint (rough->nodes, ==, 7);
  g_assert_cmpfloat (ay_path_credits_floor (rough, 0), >=, fabs (rough->residual[0]));
  rough->residual[0] = 0.011 * rough->gain[0];
  why = ay_path_credits_refused (rough, 0);
  g_assert_nonnull (strstr (why, "more than 1 %"));
  options = (AyPathOptions) AY_PATH_OPTIONS_INIT;
  for (gsize i = 0; i < n; i++)
    draw.is_new[i] = draw.train->label[i] == y;
  expect (&draw, &options, NULL, AY_ERROR_RANGE, "first seen among the new rows");
  memset (draw.is_new, 0, n);
  expect (&draw, &options, NULL, AY_ERROR_RANGE, "no row is new");
  memset (draw.is_new, 1, n);
  expect (&draw, &options, NULL, AY_ERROR_RANGE, "no row is old");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/path-credits/adds-up", test_adds_up);
  g_test_add_func ("/path-credits/targets", test_targets);
  g_test_add_func ("/path-credits/weight", test_weight);
  g_test_add_func ("/path-credits/ridge", test_ridge);
  g_test_add_func ("/path-credits/threads", test_threads);
  g_test_add_func ("/path-credits/refusals", test_refusals);
  return g_test_run ();
}
