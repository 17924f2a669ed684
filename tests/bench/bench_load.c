/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assay-config.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/data/load.h"

#include "bench_time.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Opening data sets: a feature matrix of 1 M x 128 (checked, hashed for exact copies, parts drawn;
 * peak memory against the file), and features made of the texts of banking77 against scikit-learn's
 * TF-IDF and TruncatedSVD of the same terms and dimensions in the same run, with the test accuracy
 * of scikit-learn's LogisticRegression on both. Median of 5 after one untimed run.
 *
 *     env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE ASSAY_TEST_DATA=... bench-load [RUNS [ROWS]] */

#define COLS 128

static AyDataset *
load_or_die (AyLoadOptions *options)
{
  g_autoptr (GError) error = NULL;
  AyDataset *data = ay_dataset_load (options, NULL, &error);

  if (data == NULL)
    {
      fprintf (stderr, "%s\n", error->message);
      exit (1);
    }
  return data;
}

/* Loads runs + 1 times; the last data set is returned, the median time is printed. */
static AyDataset *
time_load (const AyLoadOptions *options, int runs, double *median)
{
  g_autofree double *seconds = g_new (double, runs);
  AyDataset *data = NULL;
  double cpu = 0.0;

  for (int run = -1; run < runs; run++)
    {
      g_autoptr (AyLoadOptions) copy = ay_load_options_copy (options);
      double start = bench_seconds (), cpu_start = bench_cpu_seconds ();

      ay_dataset_unref (data);
      data = load_or_die (copy);
      if (run >= 0)
        {
          seconds[run] = bench_seconds () - start;
          cpu += (bench_cpu_seconds () - cpu_start) / runs;
        }
    }
  *median = bench_median (seconds, (gsize) runs);
  printf ("%.3f s (%.3f to %.3f; %.3f s of all cores)", *median, seconds[0], seconds[runs - 1],
          cpu);
  return data;
}

static void
write_header (FILE *file, const char *descr, const char *shape)
{
  char header[129];
  int length;

  memcpy (header, "\x93NUMPY\x01\x00\x76\x00", 10);
  length = 10
           + g_snprintf (header + 10, 118, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }",
                         descr, shape);
  memset (header + length, ' ', (gsize) (128 - length));
  header[127] = '\n';
  fwrite (header, 1, 128, file);
}

/* Ten classes apart, and their labels. */
static void
write_matrix (const char *x_path, const char *y_path, gsize rows)
{
  g_autofree char *x_shape = g_strdup_printf ("(%" G_GSIZE_FORMAT ", %d)", rows, COLS);
  g_autofree char *y_shape = g_strdup_printf ("(%" G_GSIZE_FORMAT ",)", rows);
  FILE *x = fopen (x_path, "wb"), *y = fopen (y_path, "wb");
  AyRng rng;

  if (x == NULL || y == NULL)
    exit (1);
  ay_rng_init (&rng, 1, 0);
  write_header (x, "<f4", x_shape);
  write_header (y, "<i8", y_shape);
  for (gsize i = 0; i < rows; i++)
    {
      gint64 label = (gint64) ay_rng_below (&rng, 10);
      float row[COLS];

      for (int j = 0; j < COLS; j++)
        row[j] = (float) (ay_rng_normal (&rng) + (j % 10 == label));
      fwrite (row, sizeof row, 1, x);
      fwrite (&label, sizeof label, 1, y);
    }
  if (fclose (x) != 0 || fclose (y) != 0)
    exit (1);
}

static void
bench_matrix (gsize rows, int runs)
{
  g_autofree char *folder = g_dir_make_tmp ("assay-bench-XXXXXX", NULL);
  g_autofree char *x = g_build_filename (folder, "x.npy", NULL);
  g_autofree char *y = g_build_filename (folder, "y.npy", NULL);
  g_autoptr (AyLoadOptions) options = ay_load_options_new ();
  g_autoptr (AyDataset) data = NULL;
  double median, megabytes = rows * (double) COLS * sizeof (float) / 1e6;

  write_matrix (x, y, rows);
  options->features = g_strdup (x);
  options->label = g_strdup (y);
  printf ("matrix %" G_GSIZE_FORMAT " x %d (%.0f MB): ", rows, COLS, megabytes);
  data = time_load (options, runs, &median);
  printf ("; %.0f MB/s; peak memory %.2f x the file (mapped pages counted)\n", megabytes / median,
          bench_peak_megabytes () * 1.048576 / megabytes);
  g_unlink (x);
  g_unlink (y);
  g_rmdir (folder);
}

/* The data set's features as a file for the peer. (transfer full): its path */
static char *
write_features (const AyDataset *data, const char *folder)
{
  char *path = g_build_filename (folder, "features.npy", NULL);
  gsize cols = ay_matrix_cols (data->features);
  g_autofree char *shape
      = g_strdup_printf ("(%" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT ")", data->n, cols);
  g_autofree float *values = g_new (float, data->n * cols);
  FILE *file = fopen (path, "wb");

  if (file == NULL)
    exit (1);
  ay_matrix_get_f32 (data->features, 0, data->n, values);
  write_header (file, "<f4", shape);
  fwrite (values, sizeof (float), data->n * cols, file);
  fclose (file);
  return path;
}

static void
bench_text (const char *root, int runs)
{
  g_autofree char *train = g_build_filename (root, "banking77", "train.csv", NULL);
  g_autofree char *test = g_build_filename (root, "banking77", "test.csv", NULL);
  g_autofree char *folder = g_dir_make_tmp ("assay-bench-XXXXXX", NULL);
  g_autofree char *count = g_strdup_printf ("%d", runs), *path = NULL, *out = NULL;
  g_autoptr (AyLoadOptions) options = ay_load_options_new ();
  g_autoptr (AyDataset) data = NULL;
  char *argv[] = { (char *) "/usr/bin/python3",
                   (char *) AY_SOURCE_DATADIR "/../tests/bench/peer_text_features.py", train, test,
                   NULL, count, NULL };
  double median, peer = 0.0, ours = 0.0, theirs = 0.0;

  g_strfreev (options->inputs);
  options->inputs = g_new0 (char *, 2);
  options->inputs[0] = g_strdup (train);
  options->valid_features = g_strdup (test);
  options->label = g_strdup ("col:category");
  printf ("texts of banking77: ");
  data = time_load (options, runs, &median);
  printf (", %" G_GSIZE_FORMAT " features\n", ay_matrix_cols (data->features));
  path = write_features (data, folder);
  argv[4] = path;
  if (g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, NULL, NULL)
      && out != NULL && sscanf (out, "%lf %lf %lf", &peer, &ours, &theirs) == 3)
    printf ("  scikit-learn: %.3f s, ratio %.1f; test accuracy of its LogisticRegression %.4f on "
            "Assay's features, %.4f on its own\n", peer, peer / median, ours, theirs);
  else
    printf ("  no peer: python3-sklearn is not there\n");
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  int runs = argc > 1 ? MAX (atoi (argv[1]), 1) : 5;
  gsize rows = argc > 2 ? (gsize) MAX (atoi (argv[2]), 1000) : 1000000;
  const char *root = g_getenv ("ASSAY_TEST_DATA");

  g_setenv ("ASSAY_CACHE", "none", TRUE);
  printf ("%u threads\n", ay_threads ());
  bench_matrix (rows, runs);
  if (root != NULL)
    bench_text (root, runs);
  else
    printf ("texts: ASSAY_TEST_DATA is not set\n");
  return 0;
}
