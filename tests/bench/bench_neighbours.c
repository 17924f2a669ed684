/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact 15 nearest of 60000 x 512 (or N D K given) floats; the peer is FAISS's flat search on the
 * same data in this run, on a tenth of the rows and scaled (its work is the same a row). CPU
 * seconds of both, as other programs may run. With a fourth argument there is no peer: N D K exact,
 * or N D K approximate. */
#include "core/base/parallel.h"
#include "core/graph/neighbours.h"

#include "bench_peer.h"
#include "bench_time.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the neighbours and their distances: the same on one machine whatever the threads. */
static char *
digest (const AyNeighbours *found)
{
  gsize size = found->n * found->k * 4;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (sum, (const guchar *) found->index, (gssize) size);
  g_checksum_update (sum, (const guchar *) found->distances, (gssize) size);
  return g_strndup (g_checksum_get_string (sum), 16);
}

/* Largest relative difference of the sums of squared distances from the peer's. */
static double
compare (const AyNeighbours *found, char *text, gsize queries)
{
  double worst = 0.0;

  for (gsize i = 0; i < queries; i++)
    {
      double theirs = g_ascii_strtod (text, &text), ours = 0.0;

      for (guint c = 0; c < found->k; c++)
        ours += (double) found->distances[i * found->k + c] * found->distances[i * found->k + c];
      worst = MAX (worst, fabs (ours - theirs) / MAX (theirs, 1.0));
    }
  return worst;
}

int
main (int argc, char **argv)
{
  gsize n = argc > 1 ? strtoull (argv[1], NULL, 10) : 60000;
  gsize d = argc > 2 ? strtoull (argv[2], NULL, 10) : 512, queries = n / 10;
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autofree char *k = NULL, *asked = NULL;
  g_auto (BenchPeer) other = { 0 };
  g_autoptr (AyNeighbours) found = NULL;
  AyPoints points = { .n = n };
  double peer, start, clock, seconds;
  gboolean alone = argc > 4, approximate = alone && strcmp (argv[4], "approximate") == 0;
  char *at;

  options.approximate_above = approximate ? 1 : 0;
  options.k = argc > 3 ? (guint) atoi (argv[3]) : 15;
  k = g_strdup_printf ("%u", options.k);
  asked = g_strdup_printf ("%" G_GSIZE_FORMAT, queries);
  if (!bench_peer_run (&other, "peer_neighbours.py", n, d,
                       (const char *[]) { alone ? "none" : "knn", k, asked, NULL })
      || (!alone && *other.out == '\0'))
    {
      printf ("neighbours: no python3 with faiss to compare with\n");
      return 77;
    }
  points.features = other.matrix;
  clock = bench_seconds ();
  start = bench_cpu_seconds ();
  found = ay_neighbours_find (&points, &options, NULL, NULL);
  seconds = bench_cpu_seconds () - start;
  if (alone)
    {
      double wall = bench_seconds () - clock;
      g_autofree char *bytes = digest (found);

      printf ("neighbours %" G_GSIZE_FORMAT "x%" G_GSIZE_FORMAT " k=%u %s: %.2f CPU-s, %.2f s, "
              "%u threads; recall %.4f; searched twice: %" G_GSIZE_FORMAT "; digest %s\n",
              n, d, found->k, found->method, seconds, wall, ay_threads (), found->recall,
              found->n_checked, bytes);
      return 0;
    }
  peer = g_ascii_strtod (other.out, &at) * (double) n / (double) queries;
  printf ("neighbours %" G_GSIZE_FORMAT "x%" G_GSIZE_FORMAT " k=%u: %.2f CPU-s, %.2f s, %u threads;"
          " FAISS flat %.2f CPU-s (%.1fx); searched twice: %" G_GSIZE_FORMAT "\n",
          n, d, found->k, seconds, bench_seconds () - clock, ay_threads (),
          peer, peer / seconds, found->n_checked);
  printf ("neighbours: sums of squares differ from FAISS's by %.2g at most\n",
          compare (found, at, queries));
  return 0;
}
