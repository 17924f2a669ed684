/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Near-duplicate groups of 60000 x 512 (or N D given) floats at one distance; the peer is FAISS's
 * range search with scipy's components on the same data in this run. CPU seconds of both. */
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/graph/near_groups.h"

#include "bench_peer.h"
#include "bench_time.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Groups that differ from the peer's: rows whose first companion is another. */
static gsize
compare (const AyNearGroups *groups, char *text)
{
  g_autoptr (GHashTable) first = g_hash_table_new (g_direct_hash, g_direct_equal);
  gsize wrong = 0;

  for (gsize i = 0; i < groups->n; i++)
    {
      gpointer theirs = GUINT_TO_POINTER (g_ascii_strtoull (text, &text, 10) + 1);
      guint32 ours = groups->group[i] == G_MAXUINT32
                         ? (guint32) i
                         : groups->members[groups->start[groups->group[i]]];

      if (!g_hash_table_contains (first, theirs))
        g_hash_table_insert (first, theirs, GUINT_TO_POINTER (i));
      wrong += GPOINTER_TO_UINT (g_hash_table_lookup (first, theirs)) != ours;
    }
  return wrong;
}

/* What a slider costs where nearly every row is in a group. */
static void
regroup (gsize n)
{
  float *x = g_new (float, n * 3);
  g_autoptr (AyMatrix) matrix = ay_matrix_take_f32 (n, 3, x);
  AyPoints points = { .features = matrix, .n = n };
  AyPairsOptions options = AY_PAIRS_OPTIONS_INIT;
  AyRng rng;

  ay_rng_init (&rng, 0, 0);
  for (gsize i = 0; i < 3 * n; i++)
    x[i] = (float) ay_rng_uniform (&rng);
  options.reach = 0.025;
  for (int linkage = 0; linkage < 2; linkage++)
    {
      g_autoptr (AyPairs) pairs = ay_pairs_find (&points, &options, NULL, NULL);
      double start = bench_cpu_seconds (), merging, worst = 0.0;
      g_autoptr (AyMerges) merges = ay_merges_new (pairs, (AyLinkage) linkage, NULL, NULL);

      merging = bench_cpu_seconds () - start;
      for (int k = 1; k <= 10; k++)
        {
          g_autoptr (AyNearGroups) groups = NULL;

          start = bench_cpu_seconds ();
          groups = ay_near_groups_at (merges, options.reach * k / 10.0);
          worst = MAX (worst, bench_cpu_seconds () - start);
        }
      printf ("groups: %" G_GSIZE_FORMAT " rows, %" G_GSIZE_FORMAT " pairs, %s linkage: %"
              G_GSIZE_FORMAT " merges in %.2f s; regrouped in %.1f ms at most\n",
              n, pairs->n_pairs, ay_linkage_name ((AyLinkage) linkage), merges->n_merges, merging,
              1e3 * worst);
    }
}

int
main (int argc, char **argv)
{
  gsize n = argc > 1 ? strtoull (argv[1], NULL, 10) : 60000;
  gsize d = argc > 2 ? strtoull (argv[2], NULL, 10) : 512;
  AyPairsOptions options = AY_PAIRS_OPTIONS_INIT;
  g_autofree char *reach = NULL;
  g_auto (BenchPeer) other = { 0 };
  g_autoptr (AyPairs) pairs = NULL;
  g_autoptr (AyMerges) merges = NULL;
  g_autoptr (AyNearGroups) groups = NULL;
  AyPoints points = { .n = n };
  double start, clock, seconds, peer;
  char *at;

  options.reach = 0.002 * sqrt ((double) d) * 1.2; /* covers copies with noise 1e-3 */
  reach = g_strdup_printf ("%.17g", options.reach);
  if (!bench_peer_run (&other, "peer_neighbours.py", n, d,
                       (const char *[]) { "range", reach, NULL }))
    {
      printf ("groups: no python3 with faiss to compare with\n");
      return 77;
    }
  points.features = other.matrix;
  clock = bench_seconds ();
  start = bench_cpu_seconds ();
  pairs = ay_pairs_find (&points, &options, NULL, NULL);
  merges = ay_merges_new (pairs, AY_LINKAGE_SINGLE, NULL, NULL);
  groups = ay_near_groups_at (merges, options.reach);
  seconds = bench_cpu_seconds () - start;
  peer = g_ascii_strtod (other.out, &at);
  printf ("groups %" G_GSIZE_FORMAT "x%" G_GSIZE_FORMAT ": %.2f CPU-s, %.2f s, %u threads, "
          "%" G_GSIZE_FORMAT " rows in groups; FAISS range %.2f CPU-s (%.1fx); rows grouped "
          "otherwise: %" G_GSIZE_FORMAT "\n",
          n, d, seconds, bench_seconds () - clock, ay_threads (),
          groups->n_members, peer, peer / seconds, compare (groups, at));
  regroup (100000);
  return 0;
}
