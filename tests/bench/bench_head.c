/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assay-config.h"
#include "core/base/parallel.h"
#include "core/data/reader_npy.h"
#include "core/model/head.h"

#include "bench_time.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

/* Softmax heads against scikit-learn's multinomial LogisticRegression on the same file in the same
 * run: 60000 x 512 with 10 and 100 classes, lambda_mean 1e-3, to scikit-learn's loss (a gradient of
 * 2.5e-7 at most), and to the default tolerance; and 1 M x 128 x 10 alone, with the peak of memory
 * against the size of the file. Median of 5 after one untimed run.
 *
 *     env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE bench-head [RUNS [CASE]]
 *
 * HEAD_DIR names a folder for the data (default: a temporary one, removed at the end). */

#define LAMBDA_MEAN 1e-3

typedef struct
{
  gsize n, d;
  guint n_classes;
  gboolean peer;
  double must;    /* times faster than the peer; or seconds, without a peer */
} Case;

static const Case cases[] = {
  { 60000, 512, 10, TRUE, 8.0 },
  { 60000, 512, 100, TRUE, 4.0 },
  { 1000000, 128, 10, FALSE, 8.0 },
};

typedef struct
{
  double median, least, most, cpu, objective, gradient; /* cpu: seconds of all cores */
  guint iterations;
} Timing;

/* Runs the peer's script; (transfer full) what it printed. */
static char *
run_script (const char *const *arguments)
{
  const char *script = AY_SOURCE_DATADIR "/../tests/bench/peer_logreg.py";
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  char *out = NULL;
  int status;

  g_strv_builder_add_many (builder, "/usr/bin/python3", script, NULL);
  g_strv_builder_addv (builder, (const char **) arguments);
  argv = g_strv_builder_end (builder);
  if (!g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status, &error)
      || !g_spawn_check_wait_status (status, &error))
    {
      g_printerr ("%s\n", error->message);
      g_clear_pointer (&out, g_free);
    }
  return out;
}

static gboolean
time_peer (const Case *c, const char *folder, guint runs, Timing *timing)
{
  g_autofree char *classes = g_strdup_printf ("%u", c->n_classes);
  g_autofree char *times = g_strdup_printf ("%u", runs), *out = NULL;
  const char *arguments[] = { "fit", folder, classes, G_STRINGIFY (LAMBDA_MEAN), times, NULL };

  out = run_script (arguments);
  return out != NULL
         && sscanf (out, "%lf %lf %lf %lf %lf %lf %u", &timing->median, &timing->least,
                    &timing->most, &timing->cpu, &timing->objective, &timing->gradient,
                    &timing->iterations) == 7;
}

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

static void
time_fit (const AyProblem *problem, double tolerance, guint runs, Timing *timing)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autofree double *times = g_new (double, runs), *used = g_new (double, runs);

  options.lambda_mean = LAMBDA_MEAN;
  options.tolerance = tolerance;
  for (guint run = 0; run <= runs; run++)
    {
      g_autoptr (GError) error = NULL;
      double start = bench_seconds (), busy = bench_cpu_seconds ();
      g_autoptr (AyHead) head = ay_head_fit (problem, &options, NULL, NULL, &error);

      if (head == NULL)
        g_error ("%s", error->message);
      if (run > 0)
        {
          times[run - 1] = bench_seconds () - start;
          used[run - 1] = bench_cpu_seconds () - busy;
        }
      timing->objective = head->objective / head->sum_weight;
      timing->gradient = head->gradient_norm;
      timing->iterations = head->iterations;
    }
  timing->cpu = bench_median (used, runs);
  timing->median = bench_median (times, runs);
  timing->least = times[0];
  timing->most = times[runs - 1];
}

static void
print_timing (const char *who, const Timing *t)
{
  g_print ("  %-28s %.3f s (%.3f .. %.3f), %.2f CPU-s  objective %.10f  gradient %.1e  "
           "%u iterations\n", who, t->median, t->least, t->most, t->cpu, t->objective,
           t->gradient, t->iterations);
}

static void
run_case (const Case *c, const char *folder, guint runs)
{
  g_autoptr (AyMatrix) x = open_matrix (folder, "x.npy"), y = open_matrix (folder, "y.npy");
  g_autofree guint32 *rows = g_new (guint32, c->n);
  g_autofree gint32 *label = g_new (gint32, c->n);
  AyProblem problem = { .features = x, .rows = rows, .n = c->n, .label = label,
                        .n_classes = c->n_classes };
  Timing ours, exact, peer;

  for (gsize i = 0; i < c->n; i++)
    {
      rows[i] = i;
      label[i] = (gint32) ay_matrix_value (y, i, 0);
    }
  g_print ("softmax head, %zu x %zu, %u classes, lambda_mean " G_STRINGIFY (LAMBDA_MEAN) "\n", c->n,
           c->d, c->n_classes);
  time_fit (&problem, 2.5e-7, runs, &ours);
  print_timing ("to a gradient of 2.5e-7", &ours);
  time_fit (&problem, 1e-8, runs, &exact);
  print_timing ("to the default, 1e-8", &exact);
  if (!c->peer)
    {
      double file = c->n * c->d * 4.0 / 1048576.0, peak = bench_peak_megabytes ();

      g_print ("  limit for fit and influence %.1f s; peak %.0f MB = %.2f of the %.0f MB file "
               "(limit 1.5)\n", c->must, peak, peak / file, file);
    }
  else if (time_peer (c, folder, runs, &peer))
    {
      print_timing ("scikit-learn, lbfgs", &peer);
      g_print ("  ratio %.1f (must %.0f; of CPU-s %.1f), default tolerance %.1f; "
               "objective %s the peer's + 1e-8\n",
               peer.median / ours.median, c->must, peer.cpu / ours.cpu,
               peer.median / exact.median,
               ours.objective <= peer.objective + 1e-8 ? "within" : "NOT within");
    }
}

static void
print_machine (void)
{
  g_autofree char *info = NULL;
  char *model = NULL;

  if (g_file_get_contents ("/proc/cpuinfo", &info, NULL, NULL))
    model = strstr (info, "model name");
  g_print ("%.*s; %u threads; load before: ", model != NULL ? (int) strcspn (model, "\n") : 0,
           model, ay_threads ());
  g_free (info);
  info = NULL;
  if (g_file_get_contents ("/proc/loadavg", &info, NULL, NULL))
    g_print ("%s", info);
  if (g_getenv ("OPENBLAS_CORETYPE") != NULL)
    g_print ("OPENBLAS_CORETYPE=%s is set: not what a user's machine runs\n",
             g_getenv ("OPENBLAS_CORETYPE"));
}

int
main (int argc, char *argv[])
{
  guint runs = argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 5;
  g_autofree char *folder = g_strdup (g_getenv ("HEAD_DIR"));
  gboolean temporary = folder == NULL;

  if (temporary)
    folder = g_dir_make_tmp ("assay-head-XXXXXX", NULL);
  print_machine ();
  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      const Case *c = cases + k;
      g_autofree char *n = g_strdup_printf ("%zu", c->n), *d = g_strdup_printf ("%zu", c->d);
      g_autofree char *classes = g_strdup_printf ("%u", c->n_classes), *out = NULL;
      const char *arguments[] = { "make", folder, n, d, classes, NULL };

      if (argc > 2 && g_ascii_strtoull (argv[2], NULL, 10) != k)
        continue;
      out = run_script (arguments);
      if (out == NULL)
        return 1;
      run_case (c, folder, MAX (runs, 1));
    }
  for (gsize k = 0; temporary && k < 2; k++)
    {
      g_autofree char *path = g_build_filename (folder, k == 0 ? "x.npy" : "y.npy", NULL);

      g_remove (path);
    }
  if (temporary)
    g_rmdir (folder);
  return 0;
}
