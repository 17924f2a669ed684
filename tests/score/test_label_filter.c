/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/score/label_filter.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* Rows of made probabilities, as label_filters.py makes them. */
typedef struct
{
  AyMatrix *p;
  gint32 *label;
  AyJudged judged;
} Made;

static double
draw (guint64 *state)
{
  *state = *state * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407;
  return (*state >> 11) / 9007199254740992.0;
}

static Made
made_new (gsize n, guint classes, guint64 seed)
{
  double *p = g_new (double, n * classes);
  Made made = { .label = g_new (gint32, n) };

  for (gsize i = 0; i < n; i++)
    {
      double u = draw (&seed), total = 0.0;
      gint32 truth = (gint32) (u * u * classes) % (gint32) (classes - 1);

      made.label[i] = draw (&seed) < 0.12 ? -1 : truth;
      if (made.label[i] < 0)
        made.label[i] = (gint32) (draw (&seed) * (classes - 1));
      for (guint k = 0; k < classes; k++)
        {
          u = draw (&seed);
          p[i * classes + k] = (u * u) * (u * u);
        }
      p[i * classes + truth] += 0.35 * (1 + truth % 4);
      p[i * classes + classes - 2] *= 0.01;
      for (guint k = 0; k < classes; k++)
        total += p[i * classes + k];
      for (guint k = 0; k < classes; k++)
        p[i * classes + k] /= total;
    }
  made.p = ay_matrix_take_f64 (n, classes, p);
  made.judged = (AyJudged) { made.p, NULL, made.label, n, classes };
  return made;
}

static void
made_clear (Made *made)
{
  ay_matrix_unref (made->p);
  g_free (made->label);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Made, made_clear)

static void
check_case (JsonObject *one)
{
  gsize n = json_object_get_int_member (one, "n");
  guint classes = (guint) json_object_get_int_member (one, "classes");
  JsonObject *masks = json_object_get_object_member (one, "masks");
  JsonArray *entropy = json_object_get_array_member (one, "entropy");
  JsonArray *adjusted = json_object_get_array_member (one, "adjusted");
  g_auto (Made) made = made_new (n, classes, n);
  g_autoptr (AyConfident) self = ay_confident_new (&made.judged, NULL, NULL);
  g_autofree double *rank = g_new (double, n);

  g_assert_cmpuint (self->n_errors, ==, json_object_get_int_member (one, "errors"));
  for (AyFilter filter = 0; filter < AY_N_FILTERS; filter++)
    {
      JsonObject *wanted = json_object_get_object_member (masks, ay_filter_name (filter));
      g_autofree guint8 *mark = ay_confident_flag (self, &made.judged, filter, NULL, NULL, NULL);
      g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, mark, n);
      gsize count = 0;

      for (gsize i = 0; i < n; i++)
        count += mark[i];
      g_test_message ("%zu x %u %s: %zu", n, classes, ay_filter_name (filter), count);
      g_assert_cmpuint (count, ==, json_object_get_int_member (wanted, "count"));
      g_assert_cmpstr (sum, ==, json_object_get_string_member (wanted, "sha256"));
    }
  g_assert_true (ay_confident_rank (self, &made.judged, AY_RANKING_ENTROPY, FALSE, rank, NULL,
                                    NULL));
  for (guint i = 0; i < 20; i++)
    g_assert_cmpfloat_with_epsilon (rank[i], json_array_get_double_element (entropy, i), 1e-13);
  g_assert_true (ay_confident_rank (self, &made.judged, AY_RANKING_SELF_CONFIDENCE, TRUE, rank,
                                    NULL, NULL));
  for (guint i = 0; i < 20; i++)
    g_assert_cmpfloat_with_epsilon (rank[i], json_array_get_double_element (adjusted, i), 1e-13);
}

/* Masks of all filters equal to numpy's, rankings too. */
static void
test_reference (void)
{
  g_autofree char *path
      = g_test_build_filename (G_TEST_DIST, "reference", "label_filters.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases;

  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  cases = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                        "cases");
  for (guint c = 0; c < json_array_get_length (cases); c++)
    check_case (json_array_get_object_element (cases, c));
}

/* A thousand classes of about one row each; the same marks for any number of threads. */
static void
test_many_classes (void)
{
  g_auto (Made) made = made_new (3000, 1000, 5);
  g_autoptr (AyConfident) self = ay_confident_new (&made.judged, NULL, NULL);

  for (AyFilter filter = 0; filter < AY_N_FILTERS; filter++)
    {
      g_autofree guint8 *one = NULL, *two = NULL;

      ay_set_threads (1);
      one = ay_confident_flag (self, &made.judged, filter, NULL, NULL, NULL);
      ay_set_threads (3);
      two = ay_confident_flag (self, &made.judged, filter, NULL, NULL, NULL);
      ay_set_threads (0);
      g_assert_cmpmem (one, 3000, two, 3000);
      for (gsize i = 0; i < 3000; i++)
        if (filter >= AY_FILTER_NOISE_RATE && self->guess[i] == made.label[i])
          g_assert_cmpuint (one[i], ==, 0);
    }
}

/* A class of one row is never emptied by pruning; the last row of a class neither. */
static void
test_rare_classes (void)
{
  const double p[] = { 0.9, 0.1, 0.0,  0.8, 0.2, 0.0,  0.7, 0.2, 0.1,  0.9, 0.05, 0.05,
                       0.85, 0.1, 0.05,  0.8, 0.1, 0.1 };
  const gint32 label[] = { 0, 0, 0, 1, 2, 2 };
  g_autoptr (AyMatrix) matrix = ay_matrix_take_f64 (6, 3, g_memdup2 (p, sizeof p));
  AyJudged judged = { matrix, NULL, label, 6, 3 };
  g_autoptr (AyConfident) self = ay_confident_new (&judged, NULL, NULL);

  for (AyFilter filter = AY_FILTER_NOISE_RATE; filter <= AY_FILTER_BOTH; filter++)
    {
      g_autofree guint8 *mark = ay_confident_flag (self, &judged, filter, NULL, NULL, NULL);

      g_assert_cmpuint (mark[0] + mark[1] + mark[2] + mark[3], ==, 0);
      g_assert_cmpuint (mark[4] + mark[5], <=, 1);
    }
}

/* Ranking by definition, and what is adjusted sums to one. */
static void
test_rankings (void)
{
  const double p[] = { 0.7, 0.2, 0.1,  0.0, 1.0, 0.0,  0.25, 0.25, 0.5 };
  const gint32 label[] = { 0, 1, 0 };
  g_autoptr (AyMatrix) matrix = ay_matrix_take_f64 (3, 3, g_memdup2 (p, sizeof p));
  AyJudged judged = { matrix, NULL, label, 3, 3 };
  g_autoptr (AyConfident) self = ay_confident_new (&judged, NULL, NULL);
  double t[] = { (0.7 + 0.25) / 2, 1.0, 2.0 }, out[3];

  g_assert_true (ay_confident_rank (self, &judged, AY_RANKING_MARGIN, FALSE, out, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (out[0], 0.75, 1e-15);
  g_assert_cmpfloat_with_epsilon (out[1], 1.0, 1e-15);
  g_assert_cmpfloat_with_epsilon (out[2], 0.375, 1e-15);
  g_assert_true (ay_confident_rank (self, &judged, AY_RANKING_ENTROPY, FALSE, out, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (out[1], 1.0, 1e-6);
  {
    double x = -(0.7 * log (0.7) + 0.2 * log (0.2) + 0.1 * log (0.1)) / log (3.0) / 0.7;

    g_assert_cmpfloat_with_epsilon (out[0], log1p (x) / x, 1e-14);
  }
  g_assert_true (ay_confident_rank (self, &judged, AY_RANKING_MARGIN, TRUE, out, NULL, NULL));
  {
    double a = 0.7 - t[0] + 2.0, b = 0.2 - t[1] + 2.0, c = 0.1 - t[2] + 2.0;

    g_assert_cmpfloat_with_epsilon (out[0], 0.5 * ((a - MAX (b, c)) / (a + b + c) + 1.0), 1e-14);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/label-filter/reference", test_reference);
  g_test_add_func ("/label-filter/many-classes", test_many_classes);
  g_test_add_func ("/label-filter/rare-classes", test_rare_classes);
  g_test_add_func ("/label-filter/rankings", test_rankings);
  return g_test_run ();
}
