/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "score/score_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"
#include "core/score/retrain.h"
#include "core/score/score.h"

#include <math.h>
#include <string.h>

/* A training and a validation problem of one made set, with the head of train. */
typedef struct
{
  Made made;
  AyProblem train, valid;
  AyHead *head;
  AyRetrain retrain;
} Game;

static void
game_init (Game *game, gsize n, gsize m, guint n_classes, guint64 seed)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  game->made = made_new (n + m, 3, n_classes, 1.0, seed);
  game->train = game->valid = game->made.problem;
  game->train.n = n;
  game->valid.n = m;
  game->valid.rows += n;
  game->valid.label += n;
  game->valid.weight += n;
  options.lambda_mean = 1e-2;
  game->head = ay_head_fit (&game->train, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  game->retrain = (AyRetrain) { &game->train, game->head, 1e-6 };
}

static void
game_clear (Game *game)
{
  ay_head_unref (game->head);
  made_clear (&game->made);
}

/* Sampling is within three of its own standard errors of enumeration for all but one in a hundred
 * values; enumerated Shapley values share out what all rows bring; sets of one class and of none
 * have a worth too. */
static void
test_banzhaf (void)
{
  const AySemivalue banzhaf = AY_SEMIVALUE_BANZHAF, shapley = AY_SEMIVALUE_SHAPLEY;
  gsize outside = 0;

  for (guint64 seed = 1; seed <= 9; seed++)
    {
      enum { N = 12 };
      Game game = { 0 };
      AyRetrainOptions options = { 800, seed };
      double exact[N], value[N], error[N], half[2][N], share[N], sum = 0.0;
      AyBanzhaf out = { value, error, { half[0], half[1] } };
      AyUtility all, none;
      double weight[N] = { 0.0 };

      game_init (&game, N, 15, 2, seed);
      g_assert_true (ay_retrain_enumerate (&game.retrain, &game.valid, &banzhaf, exact, NULL,
                                           NULL));
      g_assert_true (ay_retrain_banzhaf (&game.retrain, &game.valid, &options, &out, NULL, NULL));
      for (gsize i = 0; i < N; i++)
        {
          g_assert_cmpfloat (error[i], >, 0.0);
          outside += fabs (value[i] - exact[i]) > 3.0 * error[i];
          g_assert_cmpfloat (half[0][i], !=, half[1][i]);
        }
      if (seed == 1)
        {
          g_assert_true (ay_retrain_enumerate (&game.retrain, &game.valid, &shapley, share, NULL,
                                               NULL));
          g_assert_true (ay_retrain_utility (&game.retrain, &game.valid, weight, &none, NULL,
                                             NULL));
          for (gsize i = 0; i < N; i++)
            {
              sum += share[i];
              weight[i] = 1.0;
            }
          g_assert_true (ay_retrain_utility (&game.retrain, &game.valid, weight, &all, NULL,
                                             NULL));
          g_assert_cmpfloat (none.whole, ==, 0.5);
          g_assert_cmpfloat_with_epsilon (sum, all.whole - none.whole, 1e-12);
        }
      game_clear (&game);
    }
  g_assert_cmpuint (outside, <=, 1); /* of 108 */
}

/* The same bytes for any number of threads; cancelled and refused by name. */
static void
test_same_bytes (void)
{
  Game game = { 0 };
  AyRetrainOptions options = { 40, 5 };
  double one[4][80], two[4][80];
  AyBanzhaf first = { one[0], one[1], { one[2], one[3] } };
  AyBanzhaf second = { two[0], two[1], { two[2], two[3] } };
  const AySemivalue law = AY_SEMIVALUE_SHAPLEY;
  g_autoptr (GError) error = NULL;
  g_autoptr (AyJob) job = ay_job_new ();

  game_init (&game, 80, 40, 3, 4);
  ay_set_threads (1);
  g_assert_true (ay_retrain_banzhaf (&game.retrain, &game.valid, &options, &first, NULL, NULL));
  ay_set_threads (3);
  g_assert_true (ay_retrain_banzhaf (&game.retrain, &game.valid, &options, &second, NULL, NULL));
  ay_set_threads (0);
  g_assert_cmpmem (one, sizeof one, two, sizeof two);
  g_assert_false (ay_retrain_enumerate (&game.retrain, &game.valid, &law, one[0], NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  ay_job_cancel (job);
  g_assert_false (ay_retrain_banzhaf (&game.retrain, &game.valid, &options, &first, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  game_clear (&game);
}

/* Out-of-bag counts are binomial with the share (1 - 1/n)^n: mean and variance; flipped labels come
 * last. */
static void
test_out_of_bag (void)
{
  enum { N = 300, B = 150 };
  Game game = { 0 };
  AyRetrainOptions options = { B, 3 };
  guint32 right[N], out[N];
  double count[N], share[N], q = pow (1.0 - 1.0 / N, N), mean;
  guint8 flipped[N] = { 0 };

  game_init (&game, N, 10, 3, 8);
  for (gsize i = 0; i < N; i += 10)
    {
      flipped[i] = 1;
      game.made.label[i] = (game.made.label[i] + 1) % 3;
    }
  g_assert_true (ay_retrain_out_of_bag (&game.retrain, &options, right, out, NULL, NULL));
  for (gsize i = 0; i < N; i++)
    {
      g_assert_cmpuint (out[i], >, 0);
      g_assert_cmpuint (right[i], <=, out[i]);
      count[i] = out[i];
      share[i] = -(double) right[i] / out[i];
    }
  mean = ay_mean (count, N);
  g_assert_cmpfloat (fabs (mean - B * q), <, 4.0 * sqrt (B * q * (1.0 - q) / N));
  g_assert_cmpfloat (ay_variance (count, N) / (B * q * (1.0 - q)), >, 0.7);
  g_assert_cmpfloat (ay_variance (count, N) / (B * q * (1.0 - q)), <, 1.4);
  g_test_message ("AUROC of data_oob for flips: %.3f", ay_auroc (share, flipped, N));
  g_assert_cmpfloat (ay_auroc (share, flipped, N), >, 0.8);
  game_clear (&game);
}

/* Through the registry: enumeration of a small data set, refused for a larger one. */
static void
test_registry (void)
{
  g_auto (Made) made = made_new (25, 2, 2, 1.0, 6), large = made_new (100, 2, 2, 1.0, 6);
  g_autoptr (AyDataset) data = dataset_of (&made, 0), more = dataset_of (&large, 0);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyScoreContext) context = ay_score_context_new (data, &options, NULL);
  g_autoptr (AyScoreContext) refused = ay_score_context_new (more, &options, NULL);
  g_autoptr (AyScoreResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ay_score_context_set (context, "method", "exact_shapley");
  ay_score_context_set (refused, "method", "exact");
  result = ay_score_run (ay_score_find ("banzhaf"), context, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < 25; i++)
    g_assert_true (isfinite (result->values[i]) == (data->split[i] == AY_SPLIT_TRAIN));
  g_assert_null (ay_score_run (ay_score_find ("banzhaf"), refused, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/retrain/banzhaf", test_banzhaf);
  g_test_add_func ("/retrain/same-bytes", test_same_bytes);
  g_test_add_func ("/retrain/out-of-bag", test_out_of_bag);
  g_test_add_func ("/retrain/registry", test_registry);
  return g_test_run ();
}
