/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testdata.h"

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/data/reader_npy.h"
#include "core/score/label_filter.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* Six rows of three classes, worked by hand. Thresholds: class 0 rows 0, 1, 5: (.8+.6+.1)/3 = .5;
 * class 1 rows 2, 3: (.7+.3)/2 = .5; class 2 row 4: .5. */
static const double hand[] = { 0.8, 0.1, 0.1,  0.6, 0.3, 0.1,  0.2, 0.7, 0.1,
                               0.6, 0.3, 0.1,  0.2, 0.3, 0.5,  0.1, 0.8, 0.1 };
static const gint32 hand_label[] = { 0, 0, 1, 1, 2, 0 };

static AyMatrix *
matrix_of (const double *p, gsize n, gsize classes)
{
  return ay_matrix_take_f64 (n, classes, g_memdup2 (p, n * classes * sizeof (double)));
}

static void
test_hand (void)
{
  g_autoptr (AyMatrix) p = matrix_of (hand, 6, 3);
  AyJudged judged = { p, NULL, hand_label, 6, 3 };
  g_autoptr (AyConfident) self = ay_confident_new (&judged, NULL, NULL);
  const gint64 joint[] = { 2, 1, 0, 1, 1, 0, 0, 0, 1 };
  const double margin[] = { 0.7, 0.3, 0.5, -0.3, 0.2, -0.7 };

  for (guint k = 0; k < 3; k++)
    g_assert_cmpfloat_with_epsilon (self->threshold[k], 0.5, 1e-15);
  g_assert_cmpmem (self->joint, sizeof joint, joint, sizeof joint);
  g_assert_cmpint (self->n_confident, ==, 6);
  g_assert_cmpuint (self->n_errors, ==, 2);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (self->margin[i], margin[i], 1e-15);
  for (AyFilter filter = 0; filter < AY_N_FILTERS; filter++)
    {
      g_autofree guint8 *mark = ay_confident_flag (self, &judged, filter, NULL, NULL, NULL);
      const guint8 wrong[] = { 0, 0, 0, 1, 0, 1 };
      AyFilter back;

      /* whatever the filter: rows 3 and 5 */
      g_assert_cmpmem (mark, 6, wrong, 6);
      g_assert_true (ay_filter_parse (ay_filter_name (filter), &back));
      g_assert_cmpint (back, ==, filter);
    }
}

/* Rows chosen from a larger matrix, a class nobody is labelled, equal probabilities. */
static void
test_rows (void)
{
  const double p[] = { 0.5, 0.5, 0.0,  9.0, 9.0, 9.0,  0.5, 0.5, 0.0,  0.1, 0.9, 0.0 };
  const guint32 rows[] = { 0, 2, 3 };
  const gint32 label[] = { 0, 1, 1 };
  g_autoptr (AyMatrix) matrix = matrix_of (p, 4, 3);
  AyJudged judged = { matrix, rows, label, 3, 3 };
  g_autoptr (AyConfident) self = ay_confident_new (&judged, NULL, NULL);

  g_assert_cmpfloat (self->threshold[2], ==, 2.0);
  g_assert_cmpfloat_with_epsilon (self->threshold[0], 0.5, 1e-15);
  g_assert_cmpfloat_with_epsilon (self->threshold[1], 0.7, 1e-15);
  g_assert_cmpint (self->guess[0], ==, 0);
  g_assert_cmpint (self->guess[1], ==, 0);
  g_assert_cmpint (self->joint[0], ==, 1);
  g_assert_cmpint (self->joint[3], ==, 1);
  g_assert_cmpint (self->joint[4], ==, 1);
  g_assert_cmpint (self->confident[0], ==, 0);
}

/* Renaming the classes renames the result; where counts are rounded, equal remainders go by the
 * order of the classes, which moves a row or two a class. */
static void
test_permuted (void)
{
  gsize n = 400, classes = 5;
  g_autofree double *p = g_new (double, n * classes), *q = g_new (double, n * classes);
  g_autofree gint32 *label = g_new (gint32, n), *relabel = g_new (gint32, n);
  g_autoptr (AyMatrix) a = NULL, b = NULL;
  AyRng rng;

  ay_rng_init (&rng, 4, 0);
  for (gsize i = 0; i < n; i++)
    {
      double sum = 0.0;

      label[i] = (gint32) ay_rng_below (&rng, classes);
      for (gsize k = 0; k < classes; k++)
        sum += p[i * classes + k] = exp (1.5 * ay_rng_normal (&rng) + (k == label[i] ? 2.0 : 0.0));
      for (gsize k = 0; k < classes; k++)
        q[i * classes + (k + 2) % classes] = p[i * classes + k] /= sum;
      relabel[i] = (label[i] + 2) % classes;
    }
  a = matrix_of (p, n, classes);
  b = matrix_of (q, n, classes);
  {
    AyJudged one = { a, NULL, label, n, classes }, two = { b, NULL, relabel, n, classes };
    g_autoptr (AyConfident) first = ay_confident_new (&one, NULL, NULL);
    g_autoptr (AyConfident) second = ay_confident_new (&two, NULL, NULL);

    g_assert_cmpuint (first->n_errors, >, 0);
    g_assert_cmpuint (first->n_errors, ==, second->n_errors);
    for (gsize g = 0; g < classes; g++)
      for (gsize k = 0; k < classes; k++)
        g_assert_cmpint (first->joint[g * classes + k], ==,
                         second->joint[(g + 2) % classes * classes + (k + 2) % classes]);
    for (AyFilter filter = 0; filter < AY_N_FILTERS; filter++)
      {
        g_autofree guint8 *x = ay_confident_flag (first, &one, filter, NULL, NULL, NULL);
        g_autofree guint8 *y = ay_confident_flag (second, &two, filter, NULL, NULL, NULL);

        gsize differ = 0, most = filter == AY_FILTER_NOISE_RATE || filter == AY_FILTER_BOTH
                                     || filter == AY_FILTER_CLASS
                                 ? 2 * classes : 0;

        for (gsize i = 0; i < n; i++)
          differ += x[i] != y[i];
        g_assert_cmpuint (differ, <=, most);
      }
  }
}

/* Known noise is found again: the joint's shares are those of the flips. */
static void
test_noise (void)
{
  gsize n = 20000, errors = 0;
  g_autofree double *p = g_new (double, n * 2);
  g_autofree gint32 *label = g_new (gint32, n);
  g_autoptr (AyMatrix) matrix = NULL;
  AyJudged judged;
  g_autoptr (AyConfident) self = NULL;
  AyRng rng;

  ay_rng_init (&rng, 6, 0);
  for (gsize i = 0; i < n; i++)
    {
      guint truth = ay_rng_uniform (&rng) < 0.4;
      gboolean flip = ay_rng_uniform (&rng) < 0.1;

      p[2 * i + truth] = 0.9 + 0.1 * ay_rng_uniform (&rng);
      p[2 * i + 1 - truth] = 1.0 - p[2 * i + truth];
      label[i] = flip ? 1 - truth : truth;
      errors += flip;
    }
  matrix = matrix_of (p, n, 2);
  judged = (AyJudged) { matrix, NULL, label, n, 2 };
  self = ay_confident_new (&judged, NULL, NULL);
  g_assert_cmpuint (self->n_errors, ==, errors);
}

static void
test_threads (void)
{
  gsize n = 5000;
  g_autofree double *p = g_new (double, n * 4);
  g_autofree gint32 *label = g_new (gint32, n);
  g_autoptr (AyMatrix) matrix = NULL;
  AyConfident *out[2];
  AyRng rng;

  ay_rng_init (&rng, 7, 0);
  for (gsize i = 0; i < n; i++)
    {
      for (guint k = 0; k < 4; k++)
        p[4 * i + k] = ay_rng_uniform (&rng);
      label[i] = (gint32) ay_rng_below (&rng, 4);
    }
  matrix = matrix_of (p, n, 4);
  for (guint threads = 1; threads <= 2; threads++)
    {
      AyJudged judged = { matrix, NULL, label, n, 4 };

      ay_set_threads (threads);
      out[threads - 1] = ay_confident_new (&judged, NULL, NULL);
    }
  ay_set_threads (0);
  g_assert_cmpmem (out[0]->threshold, 32, out[1]->threshold, 32);
  g_assert_cmpmem (out[0]->joint, 128, out[1]->joint, 128);
  ay_confident_free (out[0]);
  ay_confident_free (out[1]);
}

/* --- published label errors --- */

static AyMatrix *
read_matrix (const char *path)
{
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);
  g_autoptr (AyArray) array = ay_npy_read (file, NULL);

  g_assert_nonnull (array);
  return ay_matrix_ref (array->matrix);
}

static gint32 *
read_labels (const char *path, gsize *n)
{
  g_autoptr (AyMatrix) matrix = read_matrix (path);
  gint32 *label;

  *n = ay_matrix_rows (matrix);
  label = g_new (gint32, *n);
  for (gsize i = 0; i < *n; i++)
    label[i] = (gint32) ay_matrix_value (matrix, i, 0);
  return label;
}

static void
check_expected (const AyConfident *self, JsonObject *expected)
{
  JsonArray *thresholds = json_object_get_array_member (expected, "thresholds");
  JsonArray *joint = json_object_get_array_member (expected, "confident_joint");
  JsonArray *top = json_object_get_array_member (expected, "top20_lowest_margin_ids");
  g_autofree guint32 *order = ay_order (self->margin, self->n, FALSE);

  for (guint k = 0; k < self->n_classes; k++)
    {
      JsonArray *row = json_array_get_array_element (joint, k);

      g_assert_cmpfloat_with_epsilon (self->threshold[k],
                                      json_array_get_double_element (thresholds, k), 1e-12);
      for (guint j = 0; j < self->n_classes; j++)
        g_assert_cmpint (self->joint[k * self->n_classes + j], ==,
                         json_array_get_int_element (row, j));
    }
  g_assert_cmpint (self->n_errors, ==, json_object_get_int_member (
      expected, "estimated_num_errors_floor((1-trace/sum)*n)"));
  for (guint k = 0; k < 20; k++)
    g_assert_cmpint (order[k], ==, json_array_get_int_element (top, k));
}

/* The rows that people reviewed are the lowest margins. */
static void
check_reviewed (const AyConfident *self, const char *csv, gsize count)
{
  g_autofree guint32 *order = ay_order (self->margin, self->n, FALSE);
  g_autofree guint8 *lowest = g_new0 (guint8, self->n);
  g_auto (GStrv) lines = g_strsplit (csv, "\n", -1);
  gsize reviewed = 0;

  for (gsize k = 0; k < count; k++)
    lowest[order[k]] = 1;
  for (gsize line = 1; lines[line] != NULL && *lines[line] != '\0'; line++, reviewed++)
    g_assert_true (lowest[g_ascii_strtoull (lines[line], NULL, 10)]);
  g_assert_cmpuint (reviewed, ==, count);
}

static void
check_published (const char *name, gsize reviewed)
{
  g_autofree char *where = g_strconcat (name, "/expected.json", NULL);
  g_autofree char *expected_path = test_data (where), *folder = NULL, *p_path = NULL;
  g_autofree char *label_path = NULL, *truth_path = NULL, *csv = NULL;
  g_autofree gint32 *label = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (AyMatrix) p = NULL;
  g_autoptr (AyConfident) self = NULL;
  AyJudged judged;
  gsize n;

  if (expected_path == NULL)
    return;
  folder = g_path_get_dirname (expected_path);
  p_path = g_build_filename (folder, "pred_probs.npy", NULL);
  label_path = g_build_filename (folder, "labels.npy", NULL);
  truth_path = g_build_filename (folder, "ground_truth.csv", NULL);
  label = read_labels (label_path, &n);
  p = read_matrix (p_path);
  g_assert_true (json_parser_load_from_file (parser, expected_path, NULL));
  judged = (AyJudged) { p, NULL, label, n, (guint) ay_matrix_cols (p) };
  self = ay_confident_new (&judged, NULL, NULL);
  check_expected (self, json_node_get_object (json_parser_get_root (parser)));
  g_assert_true (g_file_get_contents (truth_path, &csv, NULL, NULL));
  check_reviewed (self, csv, reviewed);
}

static void
test_mnist (void)
{
  check_published ("mnist_label_errors", 100);
}

static void
test_imdb (void)
{
  check_published ("imdb_label_errors", 1310);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confident/hand", test_hand);
  g_test_add_func ("/confident/rows", test_rows);
  g_test_add_func ("/confident/permuted", test_permuted);
  g_test_add_func ("/confident/noise", test_noise);
  g_test_add_func ("/confident/threads", test_threads);
  g_test_add_func ("/confident/mnist", test_mnist);
  g_test_add_func ("/confident/imdb", test_imdb);
  return g_test_run ();
}
