/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench_time.h"
#include "core/base/rng.h"
#include "core/select/strategy.h"

/* Strategies on many made points: facility location of 10000 x 64, 100 picks; k-centre of
 * 60000 x 512, 1000 picks, from one labelled row. */

static void
run (const char *id, gsize n, gsize d, gsize count)
{
  const AyStrategyOptions options = AY_STRATEGY_OPTIONS_INIT;
  float *z = g_new (float, n * d);
  g_autofree guint32 *pool = g_new (guint32, n);
  g_autofree gint32 *label = g_new0 (gint32, n);
  g_autofree AyPick *picks = g_new (AyPick, count);
  g_autoptr (AyMatrix) features = NULL;
  g_autoptr (GError) error = NULL;
  guint32 labelled = 0;
  double begun;
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  for (gsize i = 0; i < n; i++)
    {
      pool[i] = (guint32) i + 1;
      for (gsize j = 0; j < d; j++)
        z[i * d + j] = (float) ay_rng_normal (&rng) + (i % 10 == j % 10 ? 2.0f : 0.0f);
    }
  features = ay_matrix_take_f32 (n, d, z);
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

int
main (void)
{
  run ("facility", 10000, 64, 100);
  run ("k_center", 60000, 512, 1000);
  return 0;
}
