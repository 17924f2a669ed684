/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench_peer.h"
#include "bench_time.h"
#include "core/base/rng.h"
#include "core/select/strategy.h"

#include <stdlib.h>

/* Strategies on many made points: facility location of 10000 x 64, 100 picks; k-centre of
 * 60000 x 512, 1000 picks, from one labelled row, beside numpy's on the same points. */

static void
run (const char *id, const AyMatrix *features, gsize count, AyPick *picks)
{
  const AyStrategyOptions options = AY_STRATEGY_OPTIONS_INIT;
  gsize n = ay_matrix_rows (features), d = ay_matrix_cols (features);
  g_autofree float *z = g_new (float, n * d);
  g_autofree guint32 *pool = g_new (guint32, n);
  g_autofree gint32 *label = g_new0 (gint32, n);
  g_autoptr (GError) error = NULL;
  guint32 labelled = 0;
  double begun;

  ay_matrix_get_f32 (features, 0, n, z);
  for (gsize i = 0; i < n; i++)
    pool[i] = (guint32) i + 1;
  begun = bench_seconds ();
  ay_strategy_pick (ay_strategy_find (id),
                    &(AyPool) { .n = n, .d = d, .features = features, .z = z,
                                .labelled = &labelled, .n_labelled = 1, .pool = pool,
                                .n_pool = n - 1, .label = label, .n_classes = 10,
                                .options = options },
                    count, picks, NULL, &error);
  g_assert_no_error (error);
  g_print ("%s, %zu x %zu, %zu picks: %.2f s; peak memory so far %.0f MiB\n", id, n, d, count,
           bench_seconds () - begun, bench_peak_megabytes ());
}

static void
facility (void)
{
  const gsize n = 10000, d = 64;
  float *z = g_new (float, n * d);
  g_autoptr (AyMatrix) features = NULL;
  AyPick picks[100];
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < d; j++)
      z[i * d + j] = (float) ay_rng_normal (&rng) + (i % 10 == j % 10 ? 2.0f : 0.0f);
  features = ay_matrix_take_f32 (n, d, z);
  run ("facility", features, G_N_ELEMENTS (picks), picks);
}

static int
k_center (void)
{
  g_auto (BenchPeer) peer = { 0 };
  AyPick picks[1000];
  gsize same = 0;
  char *at;

  if (!bench_peer_run (&peer, "peer_centers.py", 60000, 512, (const char *[]) { "1000", NULL }))
    {
      g_print ("k_center: no python3 with numpy to compare with\n");
      return 77;
    }
  run ("k_center", peer.matrix, G_N_ELEMENTS (picks), picks);
  at = peer.out;
  g_print ("numpy: %.2f s;", g_ascii_strtod (at, &at));
  for (gsize k = 0; k < G_N_ELEMENTS (picks); k++)
    same += g_ascii_strtoull (at, &at, 10) == picks[k].position;
  g_print (" of its picks in double %zu are ours, in the same place\n", same);
  return same == G_N_ELEMENTS (picks) ? 0 : 1;
}

int
main (void)
{
  facility ();
  return k_center ();
}
