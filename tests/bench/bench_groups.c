/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Near-duplicate groups of 60000 x 512 (or N D given) floats at one distance; the peer is FAISS's
 * range search with scipy's components on the same data in this run. CPU seconds of both. */
#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/graph/near_groups.h"

#include "bench_time.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

static char *
run_peer (const char *path, gsize n, gsize d, double reach)
{
  const char *tests = g_getenv ("G_TEST_SRCDIR");
  g_autofree char *script
      = g_build_filename (tests != NULL ? tests : "tests", "bench", "peer_neighbours.py", NULL);
  g_autofree char *rows = g_strdup_printf ("%" G_GSIZE_FORMAT, n);
  g_autofree char *columns = g_strdup_printf ("%" G_GSIZE_FORMAT, d);
  g_autofree char *eps = g_strdup_printf ("%.17g", reach);
  const char *command[]
      = { "/usr/bin/python3", script, path, rows, columns, "range", eps, NULL };
  char *out = NULL;

  if (!g_spawn_sync (NULL, (char **) command, NULL, 0, NULL, NULL, &out, NULL, NULL, NULL)
      || *out == '\0')
    g_clear_pointer (&out, g_free);
  return out;
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
  gsize n = argc > 1 ? strtoull (argv[1], NULL, 10) : 60000, size;
  gsize d = argc > 2 ? strtoull (argv[2], NULL, 10) : 512;
  AyPairsOptions options = AY_PAIRS_OPTIONS_INIT;
  g_autofree char *path = NULL, *out = NULL;
  g_autoptr (AyMappedFile) file = NULL;
  g_autoptr (AyMatrix) matrix = NULL;
  g_autoptr (AyPairs) pairs = NULL;
  g_autoptr (AyMerges) merges = NULL;
  g_autoptr (AyNearGroups) groups = NULL;
  AyPoints points = { .n = n };
  int fd = g_file_open_tmp ("assay-groups-XXXXXX", &path, NULL);
  double start, clock, seconds, peer;
  char *at;

  options.reach = 0.002 * sqrt ((double) d) * 1.2; /* covers copies with noise 1e-3 */
  out = fd >= 0 ? run_peer (path, n, d, options.reach) : NULL;
  if (out == NULL)
    {
      printf ("groups: no python3 with faiss to compare with\n");
      return 77;
    }
  file = ay_mapped_file_new (path, NULL);
  g_unlink (path);
  close (fd);
  matrix = ay_matrix_wrap (n, d, AY_DTYPE_F32, FALSE, FALSE, ay_mapped_file_data (file, &size),
                           NULL, NULL);
  points.features = matrix;
  clock = bench_seconds ();
  start = bench_cpu_seconds ();
  pairs = ay_pairs_find (&points, &options, NULL, NULL);
  merges = ay_merges_new (pairs, AY_LINKAGE_SINGLE, NULL, NULL);
  groups = ay_near_groups_at (merges, options.reach);
  seconds = bench_cpu_seconds () - start;
  peer = g_ascii_strtod (out, &at);
  printf ("groups %" G_GSIZE_FORMAT "x%" G_GSIZE_FORMAT ": %.2f CPU-s, %.2f s, %u threads, "
          "%" G_GSIZE_FORMAT " rows in groups; FAISS range %.2f CPU-s (%.1fx); rows grouped "
          "otherwise: %" G_GSIZE_FORMAT "\n",
          n, d, seconds, bench_seconds () - clock, ay_threads (),
          groups->n_members, peer, peer / seconds, compare (groups, at));
  regroup (100000);
  return 0;
}
