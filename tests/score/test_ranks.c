/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "score/score_data.h"

#include "core/base/error.h"
#include "core/model/loo.h"
#include "core/score/score.h"

#include <string.h>

/* Scores by several ranks, here threads of one process, are those of one, to the last bit: value,
 * head, and what the certificate says of the solver. */

typedef struct
{
  AyDataset *data;
  double lambda_mean;
  char **ids;
  const char *nearest, *metric, *utility; /* (nullable) parameters */
  GPtrArray *expected; /* of AyScoreResult *, of one rank */
  guint64 sent;        /* by the first rank */
} Case;

/* (transfer full) */
static GPtrArray *
scores (const Case *self, AyRanks *ranks, GError **error)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyScoreContext) context = NULL;
  g_autoptr (GPtrArray) results
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_score_result_free);

  options.lambda_mean = self->lambda_mean;
  context = ay_score_context_new (self->data, &options, NULL);
  ay_score_context_set_ranks (context, ranks);
  ay_score_context_set_wanted (context, (const char *const *) self->ids);
  ay_score_context_set (context, "nearest", self->nearest);
  ay_score_context_set (context, "metric", self->metric);
  ay_score_context_set (context, "utility", self->utility);
  for (char **id = self->ids; *id != NULL; id++)
    {
      AyScoreResult *result = ay_score_run (ay_score_find (*id), context, NULL, error);

      if (result == NULL)
        return NULL;
      g_ptr_array_add (results, result);
    }
  return g_steal_pointer (&results);
}

static char *
certificate (const AyScoreResult *result)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, result->certificate);
  return json_to_string (node, FALSE);
}

static gboolean
compare (AyRanks *ranks, gpointer data, GError **error)
{
  Case *self = data;
  g_autoptr (GPtrArray) results = scores (self, ranks, error);

  if (results == NULL)
    return FALSE;
  for (guint k = 0; k < results->len; k++)
    {
      const AyScoreResult *one = self->expected->pdata[k], *many = results->pdata[k];
      g_autofree char *said = certificate (one), *says = certificate (many);

      g_assert_cmpmem (one->values, self->data->n * sizeof (double), many->values,
                       self->data->n * sizeof (double));
      g_assert_cmpstr (said, ==, says);
    }
  for (guint k = 0; ranks->rank == 0 && k < ranks->told->len; k++)
    {
      const AyRanksTold *told = &g_array_index (ranks->told, AyRanksTold, k);

      self->sent += told->size * told->rounds;
    }
  return TRUE;
}

/* Takes the data set. */
static void
check_case (Case *self, AyDataset *data)
{
  g_autoptr (AyDataset) owned = data;
  g_autoptr (GPtrArray) expected = NULL;
  g_autoptr (GError) error = NULL;

  self->data = data;
  self->expected = expected = scores (self, NULL, &error);
  g_assert_no_error (error);
  for (guint size = 1; size <= 4; size++)
    {
      self->sent = 0;
      g_assert_true (ay_ranks_in_process (size, compare, self, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (self->sent, >, 0);
    }
}

static void
check (gsize n, gsize d, guint n_classes, double lambda_mean)
{
  static char *ids[] = { "influence", "loo", "self_influence", NULL };
  g_auto (Made) made = made_new (n, d, n_classes, 1.5, 3 + n_classes);
  Case self = { .lambda_mean = lambda_mean, .ids = ids };

  for (gsize i = 0; i < n; i++)
    made.weight[i] = 0.5 + i % 3;
  check_case (&self, dataset_of (&made, n / 10));
}

static void
test_softmax (void)
{
  check (700, 6, 4, 1e-2);
  check (3000, 17, 2, 1e-3);
}

static void
test_ridge (void)
{
  check (900, 9, 0, 1e-2);
}

/* Above the size of a matrix: conjugate gradients with class blocks, and folds. */
static void
test_large (void)
{
  check (1200, 700, 10, 1e-1);
}

/* Neighbour values: whole lists and the nearest only, on rows of which many are the same or as good
 * as that, so that ties and orders in doubt cross the ranks' borders; fewer blocks than ranks. */
static void
test_neighbours (void)
{
  static char *ids[] = { "knn_shapley", "knn_banzhaf", "knn_beta", NULL };
  static char *banzhaf[] = { "knn_banzhaf", NULL };
  static const Case cases[] = {
    { .ids = ids }, { .ids = ids, .nearest = "40" }, { .ids = ids, .nearest = "300" },
    { .ids = ids, .nearest = "60", .metric = "cosine" },
    { .ids = ids, .nearest = "60", .utility = "soft" }, { .ids = banzhaf },
  };

  for (guint k = 0; k < G_N_ELEMENTS (cases); k++)
    for (guint blocks = 0; blocks < 2; blocks++)
      {
        gsize n = blocks == 0 ? 500 : 2600, d = 5;
        g_auto (Made) made = made_new (n, d, 3, 1.5, 11);
        g_autofree float *x = g_new (float, n * d);
        Case self = cases[k];

        for (gsize i = 0; i < n; i++)
          {
            made.weight[i] = 0.5 + i % 3;
            ay_matrix_get_f32 (made.features, i, 1, x + i * d);
            for (gsize j = 0; j < d && i >= 70; j++) /* 70 points, far from 0 */
              x[i * d + j] = x[(i - 70) * d + j] * (i % 11 == 0 ? 1.0f + 1e-7f : 1.0f);
          }
        for (gsize i = 0; i < n * d; i++)
          x[i] += 300.0f;
        ay_matrix_unref (made.features);
        made.features = ay_matrix_take_f32 (n, d, g_steal_pointer (&x));
        check_case (&self, dataset_of (&made, n / 10));
      }
}

static void
test_refused (void)
{
  static char *ids[] = { "knn_shapley", NULL };
  g_auto (Made) made = made_new (200, 4, 3, 1.5, 2);
  g_autoptr (AyDataset) data = dataset_of (&made, 20);
  g_autoptr (GError) error = NULL;
  Case self = { .ids = ids, .data = data, .utility = "threshold" };

  g_assert_false (ay_ranks_in_process (2, compare, &self, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ranks/softmax", test_softmax);
  g_test_add_func ("/ranks/ridge", test_ridge);
  g_test_add_func ("/ranks/large", test_large);
  g_test_add_func ("/ranks/neighbours", test_neighbours);
  g_test_add_func ("/ranks/refused", test_refused);
  return g_test_run ();
}
