/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assay-config.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/data/reader_npy.h"
#include "core/score/knn_values.h"

#include "bench_time.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Neighbour values. Against vectorised numpy on the same 10000 x 512 training and 1000 validation
 * rows in the same run, with the largest difference from values by double distances; all three
 * semivalues together; the nearest alone; and, with `large`, 10^6 x 128 against 10^4 judges,
 * with the peak of memory.
 *
 *     env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE bench-knn [RUNS | large] */

#define N 10000
#define M 1000
#define D 512
#define K 10

static const AySemivalue laws[] = { AY_SEMIVALUE_SHAPLEY, AY_SEMIVALUE_BANZHAF, { 0, 1, 16 } };

static AyMatrix *
open_matrix (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, &error);
  g_autoptr (AyArray) array = file != NULL ? ay_npy_read (file, &error) : NULL;

  if (array == NULL)
    g_error ("%s", error->message);
  return ay_matrix_ref (array->matrix);
}

typedef struct
{
  double wall, cpu;
} Timing;

static AyKnnValues *
time_values (const AyProblem *train, const AyProblem *valid, const AyKnnOptions *options,
             guint runs, Timing *timing)
{
  g_autofree double *wall = g_new (double, runs), *cpu = g_new (double, runs);
  AyKnnValues *values = NULL;

  for (guint run = 0; run < runs; run++)
    {
      g_autoptr (GError) error = NULL;
      double start = bench_seconds (), busy = bench_cpu_seconds ();

      ay_knn_values_free (values);
      values = ay_knn_values_new (train, valid, options, NULL, &error);
      if (values == NULL)
        g_error ("%s", error->message);
      wall[run] = bench_seconds () - start;
      cpu[run] = bench_cpu_seconds () - busy;
    }
  *timing = (Timing) { bench_median (wall, runs), bench_median (cpu, runs) };
  return values;
}

static gboolean
time_peer (const char *folder, guint runs, Timing *timing)
{
  g_autofree char *times = g_strdup_printf ("%u", runs), *out = NULL;
  const char *argv[] = { "/usr/bin/python3", AY_SOURCE_DATADIR "/../tests/bench/peer_knn.py",
                         folder, G_STRINGIFY (N), G_STRINGIFY (M), G_STRINGIFY (D),
                         G_STRINGIFY (K), times, NULL };

  return g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, NULL,
                       NULL)
         && sscanf (out, "%lf %lf", &timing->wall, &timing->cpu) == 2;
}

static void
report (const char *what, const Timing *t, const Timing *peer)
{
  g_print ("  %-44s %.3f s, %.2f CPU-s; numpy / this %.1f (CPU-s %.1f)\n", what, t->wall, t->cpu,
           peer->wall / t->wall, peer->cpu / t->cpu);
}

static void
run_cases (const AyProblem *train, const AyProblem *valid, const AyMatrix *wanted, guint runs,
           const Timing *peer)
{
  const struct { const char *name; guint laws; gboolean wide; gsize nearest; } cases[] = {
    { "knn_shapley", 1, FALSE, 0 },
    { "knn_shapley, knn_banzhaf, knn_beta", 3, FALSE, 0 },
    { "knn_shapley, nearest=1000", 1, FALSE, 1000 },
    { "knn_shapley, precision=f64 (untimed claim)", 1, TRUE, 0 },
  };

  g_print ("neighbour values, %d x %d, %d validation rows, K = %d, ten classes\n"
           "  numpy, float                                 %.3f s, %.2f CPU-s (must: 6 x)\n", N, D,
           M, K, peer->wall, peer->cpu);
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      AyKnnOptions options = AY_KNN_OPTIONS_INIT;
      g_autoptr (AyKnnValues) values = NULL;
      double worst = 0.0;
      Timing t;

      options.laws = laws;
      options.n_laws = cases[c].laws;
      options.k = K;
      options.wide = cases[c].wide;
      options.nearest = cases[c].nearest;
      values = time_values (train, valid, &options, cases[c].wide ? 1 : runs, &t);
      for (gsize i = 0; i < N; i++)
        worst = MAX (worst, fabs (values->value[i] - ay_matrix_value (wanted, i, 0)));
      report (cases[c].name, &t, peer);
      g_print ("    largest difference from values by double distances: %.1e\n", worst);
    }
}

static void
run_peer (guint runs)
{
  g_autofree char *folder = g_dir_make_tmp ("assay-knn-XXXXXX", NULL);
  Timing peer = { NAN, NAN };

  if (time_peer (folder, MAX (runs / 2, 1), &peer))
    {
      g_autoptr (AyMatrix) x = open_matrix (folder, "x.npy"), y = open_matrix (folder, "y.npy");
      g_autoptr (AyMatrix) wanted = open_matrix (folder, "values.npy");
      g_autofree guint32 *rows = g_new (guint32, N + M);
      g_autofree gint32 *label = g_new (gint32, N + M);
      AyProblem train = { x, rows, N, label, NULL, NULL, 10 };
      AyProblem valid = { x, rows + N, M, label + N, NULL, NULL, 10 };

      for (gsize i = 0; i < N + M; i++)
        {
          rows[i] = (guint32) i;
          label[i] = (gint32) ay_matrix_value (y, i, 0);
        }
      run_cases (&train, &valid, wanted, runs, &peer);
    }
  for (const char *const *name = (const char *const[]) { "x.npy", "y.npy", "values.npy", NULL };
       *name != NULL; name++)
    {
      g_autofree char *path = g_build_filename (folder, *name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

static void
run_large (void)
{
  gsize n = 1000000, m = 10000, d = 128;
  float *x = g_new (float, (n + m) * d);
  g_autoptr (AyMatrix) features = NULL;
  g_autofree guint32 *rows = g_new (guint32, n + m);
  g_autofree gint32 *label = g_new (gint32, n + m);
  AyKnnOptions options = AY_KNN_OPTIONS_INIT;
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  for (gsize i = 0; i < n + m; i++)
    {
      rows[i] = (guint32) i;
      label[i] = (gint32) ay_rng_below (&rng, 10);
      for (gsize j = 0; j < d; j++)
        x[i * d + j] = (float) (ay_rng_uniform (&rng) + 0.2 * (label[i] == (gint32) (j % 10)));
    }
  features = ay_matrix_take_f32 (n + m, d, x);
  options.laws = laws;
  options.n_laws = 3;
  for (guint round = 0; round < 2; round++)
    {
      AyProblem train = { features, rows, n, label, NULL, NULL, 10 };
      AyProblem valid = { features, rows + n, m, label + n, NULL, NULL, 10 };
      g_autoptr (AyKnnValues) values = NULL;
      Timing t;

      options.nearest = round == 0 ? 1000 : 0;
      values = time_values (&train, &valid, &options, 1, &t);
      g_print ("three semivalues, %zu x %zu, %zu validation rows, %s: %.0f s, %.0f CPU-s, peak "
               "%.2f GB (limit 6; the data: %.2f)\n", n, d, m,
               round == 0 ? "nearest=1000" : "all ordered", t.wall, t.cpu,
               bench_peak_megabytes () / 1024.0, (n + m) * d * 4.0 / 1073741824.0);
    }
}

int
main (int argc, char **argv)
{
  if (argc > 1 && strcmp (argv[1], "large") == 0)
    run_large ();
  else
    run_peer (argc > 1 ? (guint) MAX (atoi (argv[1]), 1) : 5);
  return 0;
}
