/* SPDX-License-Identifier: GPL-3.0-or-later */
/* k-means of 60000 x 64 (or N D K given) floats into 40 clusters, one start, against scikit-learn's
 * on the same data in this run; and density clusters of the first 20000 rows with the time of their
 * neighbours apart. */
#include "bench_peer.h"
#include "bench_time.h"

#include "core/base/parallel.h"
#include "core/graph/density.h"
#include "core/graph/kmeans.h"

#include <stdio.h>

#define DENSITY_ROWS 20000

static void
bench_kmeans (const AyPoints *points, guint k, char *peer)
{
  double cpu[3], wall[3], peer_cpu = g_ascii_strtod (peer, &peer);
  double peer_wall = g_ascii_strtod (peer, &peer), peer_sum = g_ascii_strtod (peer, &peer);
  AyKmeansOptions options = AY_KMEANS_OPTIONS_INIT;
  double sum = 0.0;
  guint rounds = 0;

  options.k = k;
  options.starts = 1;
  options.tolerance = 1e-4;
  for (int run = -1; run < 3; run++)
    {
      double start = bench_seconds (), from = bench_cpu_seconds ();
      g_autoptr (AyKmeans) found = ay_kmeans_new (points, &options, NULL, NULL);

      sum = found->objective;
      rounds = found->rounds;
      if (run < 0)
        continue;
      wall[run] = bench_seconds () - start;
      cpu[run] = bench_cpu_seconds () - from;
    }
  printf ("kmeans %zu x %zu, k = %u: %.2f s, %.2f CPU-s, %u rounds, sum %.6g; scikit-learn %.2f s, "
          "%.2f CPU-s, %s rounds, sum %.6g: %.1f x by CPU\n",
          points->n, ay_matrix_cols (points->features), k, bench_median (wall, 3),
          bench_median (cpu, 3), rounds, sum, peer_wall, peer_cpu, g_strstrip (peer), peer_sum,
          peer_cpu / bench_median (cpu, 3));
}

static void
bench_density (AyPoints points)
{
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  AyDensityOptions density = AY_DENSITY_OPTIONS_INIT;
  g_autoptr (AyNeighbours) graph = NULL;
  g_autoptr (AyDensity) found = NULL;
  double start = bench_cpu_seconds (), between;

  points.n = MIN (points.n, DENSITY_ROWS);
  density.min_size = 50;
  density.min_samples = 10;
  graph = ay_neighbours_find (&points, &options, NULL, NULL);
  between = bench_cpu_seconds ();
  found = ay_density_new (graph, &density, NULL, NULL);
  printf ("density %zu x %zu: neighbours %.2f CPU-s, clusters %.2f CPU-s; %u clusters, %zu rows in "
          "none\n", points.n, ay_matrix_cols (points.features), between - start,
          bench_cpu_seconds () - between, found->k, found->n_noise);
}

int
main (int argc, char **argv)
{
  gsize n = argc > 1 ? strtoull (argv[1], NULL, 10) : 60000;
  gsize d = argc > 2 ? strtoull (argv[2], NULL, 10) : 64;
  guint k = argc > 3 ? (guint) strtoull (argv[3], NULL, 10) : 40;
  g_autofree char *clusters = g_strdup_printf ("%u", k);
  g_auto (BenchPeer) peer = { 0 };
  AyPoints points = { .n = n };

  if (!bench_peer_run (&peer, "peer_clusters.py", n, d, (const char *[]) { clusters, NULL }))
    {
      printf ("clusters: no python3 with scikit-learn to compare with\n");
      return 77;
    }
  points.features = peer.matrix;
  bench_kmeans (&points, k, peer.out);
  bench_density (points);
  return 0;
}
