/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assay-config.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/score/label_filter.h"

#include "bench_time.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Confident learning of 10^6 x 10 probabilities in double, 5 % wrong labels: thresholds, joint, the
 * marks of each filter and the flagged rows in order of their margin; beside the numpy reference of
 * the tests on the same rows, with the difference of the marks. Median of RUNS.
 *
 *     bench-confident [RUNS] */

#define N 1000000
#define C 10

static void
make (double *p, gint32 *label)
{
  AyRng rng;

  ay_rng_init (&rng, 5, 0);
  for (gsize i = 0; i < N; i++)
    {
      guint y = (guint) ay_rng_below (&rng, C);
      double sum = 0.0;

      for (guint k = 0; k < C; k++)
        sum += p[i * C + k] = exp (ay_rng_normal (&rng) + (k == y ? 3.0 : 0.0));
      for (guint k = 0; k < C; k++)
        p[i * C + k] /= sum;
      label[i] = (gint32) (ay_rng_uniform (&rng) < 0.05 ? ay_rng_below (&rng, C) : y);
    }
}

/* The flagged rows, lowest margin first. */
static gsize
order_flagged (const AyConfident *confident, const guint8 *mark)
{
  g_autofree double *margin = g_new (double, N);
  g_autofree guint32 *order = NULL;
  gsize n = 0;

  for (gsize i = 0; i < N; i++)
    if (mark[i])
      margin[n++] = confident->margin[i];
  order = ay_order (margin, n, FALSE);
  return n;
}

static void
run_filter (const AyJudged *judged, AyFilter filter, guint runs)
{
  g_autofree double *wall = g_new (double, runs), *cpu = g_new (double, runs);
  gsize flagged = 0;

  for (guint run = 0; run < runs; run++)
    {
      double start = bench_seconds (), busy = bench_cpu_seconds ();
      g_autoptr (AyConfident) self = ay_confident_new (judged, NULL, NULL);
      g_autofree guint8 *mark = ay_confident_flag (self, judged, filter, NULL, NULL, NULL);

      flagged = order_flagged (self, mark);
      wall[run] = bench_seconds () - start;
      cpu[run] = bench_cpu_seconds () - busy;
    }
  g_print ("  %-22s %.3f s, %.3f CPU-s, %zu flagged\n", ay_filter_name (filter),
           bench_median (wall, runs), bench_median (cpu, runs), flagged);
}

/* Writes rows and marks, and lets numpy judge them. */
static void
run_peer (const double *p, const gint32 *label, const guint8 *mark)
{
  g_autofree char *folder = g_dir_make_tmp ("assay-confident-XXXXXX", NULL);
  g_autofree char *p_path = g_build_filename (folder, "p", NULL), *out = NULL;
  g_autofree char *label_path = g_build_filename (folder, "label", NULL);
  g_autofree char *mark_path = g_build_filename (folder, "mark", NULL);
  const char *argv[] = { "/usr/bin/python3", AY_SOURCE_DATADIR "/../tests/bench/peer_confident.py",
                         folder, G_STRINGIFY (C), NULL };

  if (g_file_set_contents (p_path, (const char *) p, sizeof (double) * N * C, NULL)
      && g_file_set_contents (label_path, (const char *) label, sizeof (gint32) * N, NULL)
      && g_file_set_contents (mark_path, (const char *) mark, N, NULL)
      && g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, NULL,
                       NULL))
    g_print ("%s", out);
  remove (p_path);
  remove (label_path);
  remove (mark_path);
  remove (folder);
}

int
main (int argc, char **argv)
{
  guint runs = argc > 1 ? (guint) MAX (atoi (argv[1]), 1) : 7;
  double *p = g_new (double, (gsize) N * C);
  g_autofree gint32 *label = g_new (gint32, N);
  g_autoptr (AyMatrix) matrix = NULL;
  g_autoptr (AyConfident) self = NULL;
  g_autofree guint8 *mark = NULL;
  AyJudged judged;

  make (p, label);
  matrix = ay_matrix_take_f64 (N, C, p);
  judged = (AyJudged) { matrix, NULL, label, N, C };
  g_print ("confident learning, %d x %d in double (target .06 s; the peer took 1.25 s there)\n"
           , N, C);
  for (AyFilter filter = 0; filter < AY_N_FILTERS; filter++)
    run_filter (&judged, filter, runs);
  self = ay_confident_new (&judged, NULL, NULL);
  mark = ay_confident_flag (self, &judged, AY_FILTER_NOISE_RATE, NULL, NULL, NULL);
  run_peer (p, label, mark);
  return 0;
}
