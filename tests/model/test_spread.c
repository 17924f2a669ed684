/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/spread.h"

#include <json-glib/json-glib.h>
#include <math.h>

/* As spread_reference.py makes them. */
static AyMatrix *
rows_of (gsize n, gsize d, guint64 seed)
{
  float *x = g_new (float, n * d);

  for (gsize i = 0; i < n * d; i++)
    {
      seed = seed * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407;
      x[i] = (float) ((seed >> 11) / 9007199254740992.0);
    }
  return ay_matrix_take_f32 (n, d, x);
}

static AySpreadGraph *
graph_of (AyMatrix *features, guint k)
{
  AyPoints points = { .features = features, .n = ay_matrix_rows (features) };
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (AyNeighbours) found = NULL;
  g_autoptr (GError) error = NULL;
  AySpreadGraph *graph;

  options.k = k;
  found = ay_neighbours_find (&points, &options, NULL, &error);
  g_assert_no_error (error);
  graph = ay_spread_graph_new (found, &error);
  g_assert_no_error (error);
  return graph;
}

/* Every third row has a label, class by class. */
static gint32 *
given_of (gsize n, guint n_classes)
{
  gint32 *given = g_new (gint32, n);

  for (gsize i = 0; i < n; i++)
    given[i] = i % 3 == 0 ? (gint32) (i / 3 % n_classes) : AY_LABEL_MISSING;
  return given;
}

/* The closed form by another program; 20 classes are two blocks. */
static void
test_reference (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "reference", "spread.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases;

  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  cases = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                        "cases");
  for (guint c = 0; c < json_array_get_length (cases); c++)
    {
      JsonObject *one = json_array_get_object_element (cases, c);
      JsonArray *share = json_object_get_array_member (one, "share");
      gsize n = json_object_get_int_member (one, "n"), d = json_object_get_int_member (one, "d");
      guint n_classes = json_object_get_int_member (one, "classes");
      AySpreadOptions options = AY_SPREAD_OPTIONS_INIT;
      g_autoptr (AyMatrix) features = rows_of (n, d, n + d);
      g_autoptr (AySpreadGraph) graph = graph_of (features, json_object_get_int_member (one, "k"));
      g_autofree gint32 *given = given_of (n, n_classes);
      g_autoptr (AySpread) found = NULL;
      g_autoptr (GError) error = NULL;

      options.alpha = json_object_get_double_member (one, "alpha");
      found = ay_spread_new (graph, given, n_classes, &options, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (found->n_unreached, ==, 0);
      for (gsize i = 0; i < n * n_classes; i++)
        g_assert_cmpfloat_with_epsilon (found->share[i], json_array_get_double_element (share, i),
                                        5e-7);
    }
}

/* A chain of 400 points, a label at each end: each half follows its end, shares fall too low for a
 * float, and the far ends are reached all the same. An island without a label says so. */
static void
test_chain (void)
{
  enum { N = 400, ISLAND = 6 };
  float *x = g_new (float, N + ISLAND);
  g_autoptr (AyMatrix) features = NULL;
  g_autoptr (AySpreadGraph) graph = NULL;
  g_autofree gint32 *given = g_new (gint32, N + ISLAND);
  AySpreadOptions options = AY_SPREAD_OPTIONS_INIT;
  g_autoptr (AySpread) found = NULL;
  g_autoptr (AyOwnedProblem) rows = NULL;
  g_autofree guint32 *numbers = g_new (guint32, N + ISLAND);
  AySpreadRows of;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < N + ISLAND; i++)
    {
      x[i] = (float) i + (i < N ? 0.0f : 1e4f);
      given[i] = AY_LABEL_MISSING;
      numbers[i] = (guint32) i;
    }
  given[0] = 1;
  given[N - 1] = 2;
  features = ay_matrix_take_f32 (N + ISLAND, 1, x);
  graph = graph_of (features, 2);
  found = ay_spread_new (graph, given, 3, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->n_unreached, ==, ISLAND);
  for (gsize i = 0; i < N; i++)
    {
      g_assert_cmpint (found->label[i], ==, i < N / 2 ? 1 : 2);
      g_assert_cmpfloat (ay_spread_confidence (found, i), >, 0.5);
      g_assert_cmpfloat (found->share[3 * i], ==, 0.0);
    }
  g_assert_true (isnan (ay_spread_confidence (found, N)));
  of = (AySpreadRows) { features, numbers, NULL };
  rows = ay_spread_problem (found, &of, given);
  g_assert_cmpuint (rows->problem.n, ==, N);
  g_assert_cmpfloat (rows->weight[0], ==, 1.0);
  g_assert_cmpfloat (rows->weight[N / 2], ==, ay_spread_confidence (found, N / 2));
}

static void
test_same_bytes (void)
{
  g_autoptr (AyMatrix) features = rows_of (5000, 4, 3);
  g_autoptr (AySpreadGraph) graph = graph_of (features, 7);
  g_autofree gint32 *given = given_of (5000, 5);
  AySpreadOptions options = AY_SPREAD_OPTIONS_INIT;
  g_autoptr (AySpread) one = NULL, three = NULL;

  ay_set_threads (1);
  one = ay_spread_new (graph, given, 5, &options, NULL, NULL);
  ay_set_threads (3);
  three = ay_spread_new (graph, given, 5, &options, NULL, NULL);
  ay_set_threads (0);
  g_assert_cmpmem (one->share, 25000 * sizeof (float), three->share, 25000 * sizeof (float));
}

static void
test_refusals (void)
{
  g_autoptr (AyMatrix) features = rows_of (60, 2, 3);
  g_autoptr (AySpreadGraph) graph = graph_of (features, 5);
  g_autofree gint32 *given = given_of (60, 3), *none = g_new (gint32, 60);
  AySpreadOptions options = AY_SPREAD_OPTIONS_INIT, wrong = options, hasty = options;
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < 60; i++)
    none[i] = AY_LABEL_MISSING;
  wrong.alpha = 1.0;
  hasty.max_iterations = 2;
  g_assert_null (ay_spread_new (graph, none, 3, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  g_assert_null (ay_spread_new (graph, given, 2, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  g_assert_null (ay_spread_new (graph, given, 3, &wrong, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  g_assert_null (ay_spread_new (graph, given, 3, &hasty, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED);
  g_clear_error (&error);
  ay_job_cancel (job);
  g_assert_null (ay_spread_new (graph, given, 3, &options, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spread/reference", test_reference);
  g_test_add_func ("/spread/chain", test_chain);
  g_test_add_func ("/spread/same-bytes", test_same_bytes);
  g_test_add_func ("/spread/refusals", test_refusals);
  return g_test_run ();
}
