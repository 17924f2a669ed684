/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "score/score_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"
#include "core/score/score.h"

#include <string.h>

static AyScoreResult *
run (const char *id, AyScoreContext *context)
{
  g_autoptr (GError) error = NULL;
  AyScoreResult *result = ay_score_run (ay_score_find (id), context, NULL, &error);

  g_assert_no_error (error);
  return result;
}

static AyScoreContext *
context_of (AyDataset *data, double lambda_mean)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;

  options.lambda_mean = lambda_mean;
  options.tolerance = 1e-11;
  return ay_score_context_new (data, &options, NULL);
}

/* Target loss of a refit in which row i of train weighs `weight`. */
static double
loss_at (AyScoreContext *context, gsize i, double weight)
{
  const AyProblem *train = ay_score_context_train (context, NULL);
  AyHead *head = ay_score_context_head (context, NULL, NULL);
  g_autofree double *weights = g_memdup2 (train->weight, train->n * sizeof (double));
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyProblem with = *train;
  g_autoptr (AyHead) refit = NULL;
  g_autoptr (GError) error = NULL;
  AyFit fit;

  weights[i] = weight;
  with.weight = weights;
  options.tolerance = 1e-11;
  refit = ay_head_fit (&with, &options, head, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ay_head_evaluate (refit, ay_score_context_target (context, NULL), &fit, NULL,
                                   NULL));
  return fit.loss;
}

/* Influence is -w times the derivative of the refitted target loss by the row's weight; loo is the
 * loss without the row minus with it. Missing where there is nothing to remove. */
static void
test_definitions (void)
{
  const guint classes[] = { 0, 2, 4 };

  for (gsize k = 0; k < G_N_ELEMENTS (classes); k++)
    {
      g_auto (Made) made = made_new (150, 5, classes[k], 1.5, 3 + k);
      g_autoptr (AyDataset) data = NULL;
      g_autoptr (AyScoreContext) context = NULL;
      g_autoptr (AyScoreResult) influence = NULL, loo = NULL;
      const AyProblem *train;

      for (gsize i = 0; i < 150; i++)
        made.weight[i] = 0.5 + i % 3;
      data = dataset_of (&made, 10);
      context = context_of (data, 1e-2);
      influence = run ("influence", context);
      loo = run ("loo", context);
      train = ay_score_context_train (context, NULL);
      for (gsize i = 0; i < train->n; i += 7)
        {
          gsize row = train->rows[i];
          double w = train->weight[i], h = 1e-3 * w;
          double slope = (loss_at (context, i, w + h) - loss_at (context, i, w - h)) / (2.0 * h);
          double without = loss_at (context, i, 0.0) - loss_at (context, i, w);

          g_assert_cmpfloat_with_epsilon (influence->values[row], -w * slope,
                                          1e-4 * fabs (w * slope) + 1e-9);
          g_assert_cmpfloat_with_epsilon (loo->values[row], without,
                                          0.1 * fabs (without) + (classes[k] ? 2e-4 : 1e-9));
        }
      for (gsize row = 0; row < 150; row++)
        {
          g_assert_true (isnan (influence->values[row]) == (data->split[row] != AY_SPLIT_TRAIN));
          g_assert_true (isnan (loo->values[row]) == (data->split[row] != AY_SPLIT_TRAIN));
        }
      g_assert_nonnull (influence->missing_because);
    }
}

/* Where train is wrong in a way that valid is not (every third row of class 0 called 1), halves of
 * valid agree on the order; of pure noise they do not, and that is said. */
static void
test_stability (void)
{
  g_auto (Made) clean = made_new (1500, 4, 3, 1.0, 8), noise = made_new (400, 20, 3, 1.0, 9);
  g_autoptr (AyDataset) a = NULL, b = NULL;
  g_autoptr (AyScoreContext) first = NULL, second = NULL;
  g_autoptr (AyScoreResult) stable = NULL, unstable = NULL;
  AyRng rng;

  for (gsize i = 0; i < 1500; i += 3)
    if (i % 5 < 3 && clean.label[i] == 0)
      clean.label[i] = 1;
  ay_rng_init (&rng, 1, 0);
  for (gsize i = 0; i < 400; i++)
    noise.label[i] = i < 3 ? i : ay_rng_below (&rng, 3);
  a = dataset_of (&clean, 0);
  b = dataset_of (&noise, 0);
  first = context_of (a, 1e-2);
  second = context_of (b, 1e-2);
  stable = run ("influence", first);
  unstable = run ("influence", second);
  g_assert_cmpfloat (json_object_get_double_member (stable->certificate,
                                                    "split_half_rank_correlation"), >, 0.5);
  g_assert_cmpfloat (json_object_get_double_member (unstable->certificate,
                                                    "split_half_rank_correlation"), <, 0.5);
  g_assert_nonnull (ay_diagnostics_find (b->diagnostics, "unstable-ranking"));
  g_assert_null (ay_diagnostics_find (a->diagnostics, "unstable-ranking"));
  g_assert_nonnull (stable->errors);
  /* of noise hardly a row is told from zero */
  g_assert_cmpint (json_object_get_int_member (unstable->certificate, "rows_told_from_zero"), <,
                   240 / 4);
  g_assert_cmpint (json_object_get_int_member (stable->certificate, "rows_told_from_zero"), >,
                   json_object_get_int_member (unstable->certificate, "rows_told_from_zero"));
}

/* A row listed twice counts twice; the target balanced or sliced changes the question. */
static void
test_targets (void)
{
  g_auto (Made) made = made_new (200, 5, 3, 1.5, 21);
  g_autoptr (AyDataset) data = dataset_of (&made, 0);
  g_autoptr (AyScoreContext) context = context_of (data, 1e-2);
  g_autoptr (AyScoreResult) plain = run ("influence", context), sliced = NULL, balanced = NULL;
  g_autoptr (AyBitset) slice = ay_bitset_new (200);
  g_autofree char *text = NULL;
  double sum = 0.0;

  for (guint c = 0; c < 3; c++)
    {
      double weight = 0.0, total = 0.0;
      g_autoptr (AyScoreResult) of_class = NULL;

      ay_bitset_clear (slice);
      for (gsize i = 0; i < 200; i++)
        if (data->split[i] == AY_SPLIT_VALID)
          {
            total += 1.0;
            if (data->label[i] == (gint32) c)
              {
                ay_bitset_add (slice, i);
                weight += 1.0;
              }
          }
      ay_score_context_set_target (context, AY_TARGET_PLAIN, slice, "x > 0");
      of_class = run ("influence", context);
      sum += weight / total * of_class->values[0];
    }
  /* the slices' influences add up to the whole's */
  g_assert_cmpfloat_with_epsilon (sum, plain->values[0], 1e-5 * fabs (plain->values[0]) + 1e-9);
  text = ay_score_context_describe_target (context, NULL);
  g_assert_nonnull (strstr (text, ", where x > 0"));
  ay_bitset_clear (slice);
  ay_score_context_set_target (context, AY_TARGET_PLAIN, slice, "x > 0");
  g_assert_null (ay_score_run (ay_score_find ("influence"), context, NULL, NULL));
  ay_score_context_set_target (context, AY_TARGET_BALANCED, NULL, NULL);
  balanced = run ("influence", context);
  g_assert_cmpstr (json_object_get_string_member (balanced->certificate, "target"), ==,
                   "mean log-loss over 40 validation rows, classes balanced");
}

/* Every score has the same bytes with 1 and 2 threads, and in two runs. */
static void
test_threads (void)
{
  g_auto (Made) made = made_new (900, 12, 4, 2.0, 5);
  guint n;
  const AyScoreMethod *methods = ay_score_methods (&n);

  for (guint m = 0; m < n; m++)
    {
      AyScoreResult *results[2];

      for (guint threads = 1; threads <= 2; threads++)
        {
          g_autoptr (AyDataset) data = dataset_of (&made, 20);
          g_autoptr (AyScoreContext) context = context_of (data, 1e-3);

          ay_set_threads (threads);
          results[threads - 1] = run (methods[m].id, context);
        }
      g_assert_cmpmem (results[0]->values, 900 * sizeof (double), results[1]->values,
                       900 * sizeof (double));
      ay_score_result_free (results[0]);
      ay_score_result_free (results[1]);
    }
  ay_set_threads (0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/influence/definitions", test_definitions);
  g_test_add_func ("/influence/stability", test_stability);
  g_test_add_func ("/influence/targets", test_targets);
  g_test_add_func ("/influence/threads", test_threads);
  return g_test_run ();
}
