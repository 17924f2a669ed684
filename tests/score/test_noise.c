/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The noise floor on the effects of a real head: by random signs of each judging row's effects
 * there is nothing to find, and hardly anything is found; an effect planted on some rows is. */
#include "score/score_data.h"

#include "core/base/rng.h"
#include "core/score/influence_rows.h"
#include "core/score/noise.h"

#include <string.h>

#define N 600
#define M 300
#define ROUNDS 200
#define PLANTED (N / 20)
#define SIZE 5.0 /* standard errors */

static gboolean
collect (gsize first, gsize count, const float *effect, gpointer data, GError **error)
{
  memcpy ((float *) data + first * M, effect, count * M * sizeof (float));
  return TRUE;
}

/* N x M effects of the training rows on the judging rows of a fitted head. */
static float *
effects_new (void)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyHessianOptions hessian_options = AY_HESSIAN_OPTIONS_INIT;
  Made made = made_new (N + M, 8, 3, 1.0, 11);
  AyProblem train = made.problem, of = made.problem;
  g_autoptr (GError) error = NULL;
  AyHead *head;
  AyHessian *hessian;
  AyInfluenceRows rows;
  float *effects = g_new (float, (gsize) N * M);

  train.n = N;
  of.n = M;
  of.rows += N;
  of.weight += N;
  of.label += N;
  head = ay_head_fit (&train, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  hessian = ay_hessian_new (&train, head, &hessian_options, NULL, NULL);
  rows = (AyInfluenceRows) { &train, &of, head, hessian, 0.0 };
  g_assert_true (ay_influence_rows (&rows, collect, effects, NULL, NULL, &error));
  g_assert_no_error (error);
  ay_hessian_free (hessian);
  ay_head_unref (head);
  made_clear (&made);
  return effects;
}

/* Mean over the judging rows, each with a random sign, and its standard error. */
static void
sign_at_random (const float *effects, AyRng *rng, double *value, double *error)
{
  double sign[M];

  for (gsize t = 0; t < M; t++)
    sign[t] = ay_rng_next (rng) >> 63 ? 1.0 : -1.0;
  for (gsize i = 0; i < N; i++)
    {
      double sum = 0.0, squares = 0.0;

      for (gsize t = 0; t < M; t++)
        {
          double one = sign[t] * effects[i * M + t];

          sum += one;
          squares += one * one;
        }
      value[i] = sum / M;
      error[i] = sqrt (MAX (squares / M - value[i] * value[i], 0.0) / (M - 1));
    }
}

static void
test_null (void)
{
  g_autofree float *effects = effects_new ();
  double value[N], error[N];
  guint rounds_with_marks = 0;
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  for (guint round = 0; round < ROUNDS; round++)
    {
      sign_at_random (effects, &rng, value, error);
      rounds_with_marks += ay_noise_mark (value, error, N, NULL) > 0;
    }
  g_test_message ("a row is marked in %u of %u rounds without effects", rounds_with_marks, ROUNDS);
  g_assert_cmpuint (rounds_with_marks, <=, ROUNDS / 10);
}

static void
test_planted (void)
{
  g_autofree float *effects = effects_new ();
  double value[N], error[N];
  guint8 mark[N];
  gsize found = 0, wrong = 0;
  AyRng rng;

  ay_rng_init (&rng, 2, 0);
  for (guint round = 0; round < ROUNDS; round++)
    {
      gsize count, marks = 0;

      sign_at_random (effects, &rng, value, error);
      for (gsize i = 0; i < PLANTED; i++)
        value[i * 20] += (i % 2 ? SIZE : -SIZE) * error[i * 20];
      count = ay_noise_mark (value, error, N, mark);
      for (gsize i = 0; i < N; i++)
        {
          marks += mark[i];
          if (i % 20 == 0)
            found += mark[i];
          else
            wrong += mark[i];
        }
      g_assert_cmpuint (marks, ==, count);
    }
  g_test_message ("%.1f %% of the planted rows are marked, %.1f %% of the marked ones are not",
                  100.0 * found / (ROUNDS * PLANTED), 100.0 * wrong / MAX (found + wrong, 1));
  g_assert_cmpfloat ((double) found, >=, 0.5 * ROUNDS * PLANTED);
  g_assert_cmpfloat ((double) wrong, <=, 0.15 * (double) (found + wrong));
}

/* Benjamini and Hochberg's step-up on a case done by hand, with rows that are not known. */
static void
test_by_hand (void)
{
  const double value[] = { 3.0, -2.5, 0.1, NAN, 2.0, 1.0, 0.0, 4.0 };
  const double error[] = { 1.0, 1.0, 1.0, 1.0, 1.0, NAN, 0.0, 0.0 };
  /* p: .0027, .0124, .92, -, .0455, -, 1, 0; six known: limits .0167, .033, .05, .067 ... */
  const guint8 expected[] = { 1, 1, 0, 0, 1, 0, 0, 1 };
  guint8 mark[8];

  g_assert_cmpuint (ay_noise_mark (value, error, 8, mark), ==, 4);
  g_assert_cmpmem (mark, 8, expected, 8);
  g_assert_cmpuint (ay_noise_mark (value, error, 0, NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/noise/null", test_null);
  g_test_add_func ("/noise/planted", test_planted);
  g_test_add_func ("/noise/by-hand", test_by_hand);
  return g_test_run ();
}
