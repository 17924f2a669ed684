/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The noise floor on the effects of a real head: by random signs of each judging row's effects
 * there is nothing to find, and hardly anything is found; an effect planted on some rows is. */
#include "score/score_data.h"

#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/score/influence_rows.h"
#include "core/score/noise.h"

#include <math.h>
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

/* Ranges of ranks beside those of a bootstrap of the judging rows, which needs all effects and
 * knows how the rows' errors hang together. */
static void
test_rank_ranges (void)
{
  enum { DRAWS = 400 };
  g_autofree float *effects = effects_new ();
  g_autofree double *ranks = g_new (double, DRAWS * N);
  double value[N] = { 0.0 }, error[N], low[N], high[N], drawn[N], own = 0.0, theirs = 0.0;
  double of_row[DRAWS], inside = 0.0;
  AyRng rng;

  ay_rng_init (&rng, 3, 0);
  for (gsize i = 0; i < N; i++)
    {
      double squares = 0.0;

      for (gsize t = 0; t < M; t++)
        value[i] += effects[i * M + t] / (double) M;
      for (gsize t = 0; t < M; t++)
        squares += pow (effects[i * M + t] - value[i], 2.0);
      error[i] = sqrt (squares / (M - 1.0) / M);
    }
  ay_noise_ranks (value, error, N, 1, low, high);
  for (guint b = 0; b < DRAWS; b++)
    {
      guint times[M] = { 0 };
      g_autofree guint32 *order = NULL;

      for (gsize t = 0; t < M; t++)
        times[ay_rng_below (&rng, M)]++;
      for (gsize i = 0; i < N; i++)
        {
          drawn[i] = 0.0;
          for (gsize t = 0; t < M; t++)
            drawn[i] += times[t] * (double) effects[i * M + t];
        }
      order = ay_order (drawn, N, TRUE);
      for (gsize k = 0; k < N; k++)
        ranks[order[k] * DRAWS + b] = (double) k + 1.0;
    }
  for (gsize i = 0; i < N; i++)
    {
      memcpy (of_row, ranks + i * DRAWS, sizeof of_row);
      theirs += ay_quantile (of_row, DRAWS, 0.95) - ay_quantile (of_row, DRAWS, 0.05);
      own += high[i] - low[i];
      for (guint b = 0; b < DRAWS; b++)
        inside += of_row[b] >= low[i] && of_row[b] <= high[i];
    }
  g_test_message ("mean length %.1f, of the bootstrap %.1f of %d ranks; %.1f %% of its ranks in",
                  own / N, theirs / N, N, 100.0 * inside / (N * DRAWS));
  g_assert_cmpfloat (fabs (own / theirs - 1.0), <=, 0.1);
  g_assert_cmpfloat (inside / (N * DRAWS), >=, 0.85);
}

/* Known errors of nothing: everyone has the rank it has; unknown ones have none. */
static void
test_ranks_by_hand (void)
{
  const double value[] = { 3.0, -2.5, 0.5, NAN, 2.0, 0.5 };
  const double error[] = { 0.0, 0.0, 0.0, 1.0, 0.0, 0.0 };
  const double expected[] = { 1.0, 5.0, 4.0, NAN, 2.0, 4.0 }; /* equals: within half a rank */
  double low[6], high[6];

  ay_noise_ranks (value, error, 6, 1, low, high);
  for (gsize i = 0; i < 6; i++)
    {
      g_assert_cmpint (isnan (low[i]), ==, isnan (expected[i]));
      if (!isnan (low[i]))
        {
          g_assert_cmpfloat (low[i], ==, high[i]);
          g_assert_cmpfloat (fabs (low[i] - expected[i]), <=, value[i] == 0.5 ? 0.5 : 0.0);
        }
    }
  ay_noise_ranks (value, error, 0, 1, low, high);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/noise/null", test_null);
  g_test_add_func ("/noise/planted", test_planted);
  g_test_add_func ("/noise/by-hand", test_by_hand);
  g_test_add_func ("/noise/rank-ranges", test_rank_ranges);
  g_test_add_func ("/noise/ranks-by-hand", test_ranks_by_hand);
  return g_test_run ();
}
