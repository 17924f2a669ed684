/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "score/score_data.h"

#include "core/base/error.h"
#include "core/score/score.h"

#include <math.h>

static AyScoreResult *
run (const char *id, AyDataset *data, const char *neighbours)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyScoreContext) context = ay_score_context_new (data, &options, NULL);
  g_autoptr (GError) error = NULL;
  AyScoreResult *result;

  ay_score_context_set (context, "neighbours", neighbours);
  result = ay_score_run (ay_score_find (id), context, NULL, &error);
  g_assert_no_error (error);
  return result;
}

/* All rows are train; as outlier_reference.py makes them. */
static AyDataset *
rows_of (gsize n, gsize d, guint64 seed)
{
  float *x = g_new (float, n * d);
  g_auto (Made) made = made_new (n, 1, 2, 1.0, 1);
  AyDataset *data;

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < d; j++)
      {
        seed = seed * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407;
        x[i * d + j] = (float) ((seed >> 11) / 9007199254740992.0 * (i % 10 == 0 ? 5 : 1));
        if (i % 9 == 8)
          x[i * d + j] = x[(i - 1) * d + j];
      }
  data = dataset_of (&made, 0);
  ay_matrix_unref (data->features);
  data->features = ay_matrix_take_f32 (n, d, x);
  for (gsize i = 0; i < n; i++)
    data->split[i] = AY_SPLIT_TRAIN;
  return data;
}

static void
test_outlier (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "reference", "outlier.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases;

  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  cases = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                        "cases");
  for (guint c = 0; c < json_array_get_length (cases); c++)
    {
      JsonObject *one = json_array_get_object_element (cases, c);
      JsonArray *wanted = json_object_get_array_member (one, "values");
      gsize n = json_object_get_int_member (one, "n"), d = json_object_get_int_member (one, "d");
      g_autofree char *k
          = g_strdup_printf ("%d", (int) json_object_get_int_member (one, "k"));
      g_autoptr (AyDataset) data = rows_of (n, d, n + d);
      g_autoptr (AyScoreResult) found = run ("outlier", data, k);

      for (gsize i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon (found->values[i],
                                        json_array_get_double_element (wanted, i),
                                        1e-4 * fabs (found->values[i]));
    }
}

/* Copies have uniqueness 0 and more density than lonely rows; half of the rows lie below the
 * middle. */
static void
test_measures (void)
{
  g_autoptr (AyDataset) data = rows_of (300, 4, 7);
  g_autoptr (AyScoreResult) unique = run ("uniqueness", data, "5");
  g_autoptr (AyScoreResult) density = run ("density", data, "5");
  gsize below = 0;

  for (gsize i = 0; i < 300; i++)
    {
      gboolean copy = i % 9 == 8 || (i % 9 == 7 && i + 1 < 300);

      g_assert_true ((unique->values[i] == 0.0) == copy);
      g_assert_cmpfloat (unique->values[i], <, 1.0);
      g_assert_cmpfloat (density->values[i], >, 0.0);
      g_assert_cmpfloat (density->values[i], <=, 1.0);
      below += density->values[i] < 0.5;
      if (i % 10 == 0 && !copy)
        g_assert_cmpfloat (density->values[i], <, 0.55);
    }
  g_assert_cmpuint (below, >=, 140);
  g_assert_cmpuint (below, <=, 150);
}

/* Nothing varies, or there are fewer rows than neighbours: values, or a reason. */
static void
test_corners (void)
{
  static const char *const ids[] = { "density", "outlier", "uniqueness" };
  g_autoptr (AyDataset) same = rows_of (30, 2, 3), few = rows_of (3, 2, 3), one = rows_of (1, 2, 3);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyScoreContext) context = ay_score_context_new (one, &options, NULL);
  g_autoptr (GError) error = NULL;

  ay_matrix_unref (same->features);
  same->features = ay_matrix_take_f32 (30, 2, g_new0 (float, 60));
  for (guint k = 0; k < 3; k++)
    {
      g_autoptr (AyScoreResult) a = run (ids[k], same, "5"), b = run (ids[k], few, "20");

      for (gsize i = 0; i < 30; i++)
        g_assert_cmpfloat (a->values[i], ==, k == 2 ? 0.0 : 1.0);
      for (gsize i = 0; i < 3; i++)
        g_assert_true (isfinite (b->values[i]));
      g_assert_nonnull (a->missing_because);
    }
  g_assert_null (ay_score_run (ay_score_find ("density"), context, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/neighbourhood/outlier", test_outlier);
  g_test_add_func ("/neighbourhood/measures", test_measures);
  g_test_add_func ("/neighbourhood/corners", test_corners);
  return g_test_run ();
}
