/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/load.h"
#include "core/data/times.h"
#include "core/model/head.h"
#include "folders.h"
#include "testdata.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Data sets as people have them, opened with as little said as possible. */

static AyDataset *
load (AyLoadOptions *options)
{
  g_autoptr (GError) error = NULL;
  AyDataset *data = ay_dataset_load (options, NULL, &error);

  g_assert_no_error (error);
  return data;
}

static AyLoadOptions *
open_input (const char *path)
{
  AyLoadOptions *options = ay_load_options_new ();
  g_autoptr (GStrvBuilder) inputs = g_strv_builder_new ();

  g_strv_builder_add (inputs, path);
  g_strfreev (options->inputs);
  options->inputs = g_strv_builder_end (inputs);
  return options;
}

static gsize
count (const AyDataset *data, AySplit split)
{
  gsize n;

  g_free (ay_dataset_rows_of (data, split, &n));
  return n;
}

/* Accuracy on a part of the head that is fitted to train with all defaults. */
static double
head_accuracy (const AyDataset *data, AySplit split)
{
  g_autoptr (AyOwnedProblem) train = ay_problem_of_split (data, AY_SPLIT_TRAIN);
  g_autoptr (AyOwnedProblem) other = ay_problem_of_split (data, split);
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (AyHead) head = ay_head_fit (&train->problem, &options, NULL, NULL, &error);
  AyFit fit;

  g_assert_no_error (error);
  g_assert_true (ay_head_evaluate (head, &other->problem, &fit, NULL, &error));
  return fit.accuracy;
}

/* Its published test set as the validation file; .85 is what a plain linear model should reach. */
static void
test_banking77 (void)
{
  g_autofree char *train = test_data ("banking77/train.csv");
  g_autofree char *test = test_data ("banking77/test.csv");
  g_autoptr (AyLoadOptions) options = NULL;
  g_autoptr (AyDataset) data = NULL;
  double accuracy;

  if (train == NULL || test == NULL)
    return;
  options = open_input (train);
  options->valid_features = g_strdup (test);
  data = load (options);
  g_assert_cmpstr (options->label, ==, "col:category");
  g_assert_cmpstr (options->features, ==, "col:text");
  g_assert_cmpuint (data->n_classes, ==, 77);
  g_assert_cmpuint (count (data, AY_SPLIT_TRAIN), ==, 10003);
  g_assert_cmpuint (count (data, AY_SPLIT_VALID), ==, 3080);
  g_assert_cmpuint (ay_matrix_cols (data->features), <=, 300);
  accuracy = head_accuracy (data, AY_SPLIT_VALID);
  g_test_message ("banking77: test accuracy %.4f", accuracy);
  g_assert_cmpfloat (accuracy, >=, 0.85);
}

/* No header, a class and a text; rows that occur more than once stay on one side. */
static void
test_sms (void)
{
  g_autofree char *path = test_data ("sms_spam/SMSSpamCollection.tsv");
  g_autoptr (GHashTable) part_of = NULL;
  g_autoptr (AyLoadOptions) options = NULL;
  g_autoptr (AyDataset) data = NULL;

  if (path == NULL)
    return;
  options = open_input (path);
  data = load (options);
  g_assert_cmpuint (data->n, ==, 5573);
  g_assert_cmpstr (data->class_names[0], ==, "ham");
  g_assert_cmpstr (data->class_names[1], ==, "spam");
  part_of = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (gsize i = 0; i < data->n; i++)
    {
      char *text = ay_column_dup_text (data->text, i);
      gpointer part;

      if (g_hash_table_lookup_extended (part_of, text, NULL, &part))
        g_assert_cmpuint (GPOINTER_TO_UINT (part), ==, data->split[i]);
      g_hash_table_replace (part_of, text, GUINT_TO_POINTER (data->split[i]));
    }
  g_assert_cmpuint (g_hash_table_size (part_of), ==, 5573 - 403);
  g_assert_cmpfloat (head_accuracy (data, AY_SPLIT_TEST), >, 0.96);
}

static void
test_bike (void)
{
  g_autofree char *path = test_data ("bike_sharing/hour_clean.csv");
  g_autofree double *time = NULL;
  g_autoptr (AyLoadOptions) options = NULL;
  g_autoptr (AyDataset) data = NULL;
  double last = -INFINITY, first = INFINITY;

  if (path == NULL)
    return;
  options = open_input (path);
  options->target = g_strdup ("cnt");
  data = load (options);
  g_assert_cmpstr (options->time, ==, "col:timestamp");
  g_assert_cmpuint (data->n, ==, 17379);
  g_assert_cmpuint (count (data, AY_SPLIT_VALID) + count (data, AY_SPLIT_TEST), ==, 3476);
  time = ay_times_parse (data->time, NULL);
  for (gsize i = 0; i < data->n; i++)
    if (data->split[i] == AY_SPLIT_TRAIN)
      last = MAX (last, time[i]);
    else
      first = MIN (first, time[i]);
  g_assert_cmpfloat (last, <, first);
}

/* The same with gaps, as it is found. */
static void
test_bike_gaps (void)
{
  g_autofree char *path = test_data ("bike_sharing/hour.csv");
  g_autoptr (AyLoadOptions) options = NULL;
  g_autoptr (AyDataset) data = NULL;

  if (path == NULL)
    return;
  options = open_input (path);
  options->target = g_strdup ("cnt");
  options->features = g_strdup ("temp,hum,col:mnth2");
  options->missing = AY_MISSING_DROP;
  data = load (options);
  g_assert_cmpuint (data->n, ==, 17520 - 141);
  g_assert_cmpuint (ay_matrix_cols (data->features), ==, 14);
}

static void
test_digits (void)
{
  g_autofree char *path = test_data ("sklearn_bundled/digits.csv.gz");
  g_autoptr (AyLoadOptions) options = NULL;
  g_autoptr (AyDataset) data = NULL;

  if (path == NULL)
    return;
  options = open_input (path);
  data = load (options);
  g_assert_cmpuint (data->n, ==, 1797);
  g_assert_cmpuint (data->n_classes, ==, 10);
  g_assert_cmpstr (data->class_names[9], ==, "9");
  g_assert_cmpuint (ay_matrix_cols (data->features), ==, 64);
  g_assert_nonnull (ay_diagnostics_find (data->diagnostics, "constant-column"));
  g_assert_cmpfloat (head_accuracy (data, AY_SPLIT_TEST), >, 0.9);
}

/* Images, labels and probabilities in three files. */
static void
test_mnist (void)
{
  g_autofree char *images = test_data ("mnist_label_errors/t10k-images-idx3-ubyte.gz");
  g_autofree char *labels = test_data ("mnist_label_errors/t10k-labels-idx1-ubyte.gz");
  g_autofree char *probabilities = test_data ("mnist_label_errors/pred_probs.npy");
  g_autoptr (AyLoadOptions) options = NULL;
  g_autoptr (AyDataset) data = NULL;

  if (images == NULL || labels == NULL || probabilities == NULL)
    return;
  options = open_input (images);
  options->label = g_strdup (labels);
  options->probabilities = g_strdup (probabilities);
  data = load (options);
  g_assert_cmpuint (data->n, ==, 10000);
  g_assert_nonnull (data->pixels);
  g_assert_cmpuint (data->pixels->width, ==, 28);
  g_assert_cmpuint (ay_matrix_cols (data->probabilities), ==, 10);
  g_assert_null (ay_diagnostics_find (data->diagnostics, "row-order"));
}

/* A folder of `count` images a class: stripes across, and stripes down. */
static char *
stripes (int count_each)
{
  static const char *const classes[] = { "across", "down" };
  char *root = make_folder ();

  for (int c = 0; c < 2; c++)
    {
      g_autofree char *folder = g_build_filename (root, classes[c], NULL);

      g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
      for (int k = 0; k < count_each; k++)
        {
          g_autoptr (GdkPixbuf) image = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 32, 32);
          g_autofree char *path = g_strdup_printf ("%s/%02d.png", folder, k);
          guchar *pixels = gdk_pixbuf_get_pixels (image);
          int stride = gdk_pixbuf_get_rowstride (image);

          for (int y = 0; y < 32; y++)
            for (int x = 0; x < 32 * 3; x++)
              pixels[y * stride + x]
                  = (guchar) (((c == 0 ? y : x / 3) + k) / 4 % 2 * 200 + k + 5 * (x % 3));
          g_assert_true (gdk_pixbuf_save (image, path, "png", NULL, NULL));
        }
    }
  return root;
}

static void
test_folder (void)
{
  g_autofree char *root = stripes (20), *other = stripes (7);
  g_autoptr (AyLoadOptions) options = open_input (root), pair = open_input (root);
  g_autoptr (AyDataset) data = load (options), both = NULL;
  g_autofree char *path = NULL;

  g_assert_cmpuint (data->n, ==, 40);
  g_assert_cmpuint (data->n_classes, ==, 2);
  g_assert_cmpstr (data->class_names[1], ==, "down");
  g_assert_nonnull (data->image);
  g_assert_cmpstr (data->image_base, ==, root);
  g_assert_cmpstr (options->features, ==, options->image);
  g_assert_cmpfloat (head_accuracy (data, AY_SPLIT_TEST), ==, 1.0);

  /* A validation folder of the same form: the same names in it are other rows. */
  pair->valid_features = g_strdup (other);
  both = load (pair);
  g_assert_cmpuint (count (both, AY_SPLIT_TRAIN), ==, 40);
  g_assert_cmpuint (count (both, AY_SPLIT_VALID), ==, 14);
  g_assert_null (both->image_base);
  path = ay_column_dup_text (both->image, 53);
  g_assert_true (g_str_has_prefix (path, other));
  g_assert_cmpfloat (head_accuracy (both, AY_SPLIT_VALID), ==, 1.0);
  drop_folder (root);
  drop_folder (other);
}

/* Only the features are a folder; classes come from a list in the order of the paths. */
static void
test_folder_features (void)
{
  g_autofree char *root = stripes (20), *labels = g_build_filename (root, "y.csv", NULL);
  g_autoptr (AyLoadOptions) options = ay_load_options_new ();
  g_autoptr (GString) text = g_string_new ("kind\n");
  g_autoptr (AyDataset) data = NULL;

  for (int i = 0; i < 40; i++)
    g_string_append (text, i < 20 ? "a\n" : "b\n");
  put_text (root, "y.csv", text->str);
  options->features = g_strdup (root);
  options->label = g_strdup (labels);
  data = load (options);
  g_assert_cmpuint (data->n, ==, 40);
  g_assert_cmpstr (data->image_base, ==, root);
  g_assert_cmpfloat (head_accuracy (data, AY_SPLIT_TEST), ==, 1.0);
  drop_folder (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/load-real/banking77", test_banking77);
  g_test_add_func ("/load-real/sms", test_sms);
  g_test_add_func ("/load-real/bike", test_bike);
  g_test_add_func ("/load-real/bike-gaps", test_bike_gaps);
  g_test_add_func ("/load-real/digits", test_digits);
  g_test_add_func ("/load-real/mnist", test_mnist);
  g_test_add_func ("/load-real/folder", test_folder);
  g_test_add_func ("/load-real/folder-features", test_folder_features);
  return g_test_run ();
}
