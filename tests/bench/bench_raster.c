/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One million points of ten Gaussian classes to pixels, a lasso over them and a recolouring, then
 * ten million points to pixels. The peer is numpy's bincount of pixel numbers, which only counts:
 * python3 with numpy, in this run. */
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "figure/pick.h"
#include "figure/raster.h"

#include "bench_time.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define N 1000000
#define MANY 10000000
#define REPEATS 9
#define LASSO 800

static const char peer[]
    = "import numpy as np, time, sys\n"
      "n, W, H = (int(a) for a in sys.argv[1:4])\n"
      "r = np.random.default_rng(0); c = r.integers(0, 10, n)\n"
      "A = ((r.standard_normal((10, 2)) * 5)[c] + r.standard_normal((n, 2))).astype(np.float32)\n"
      "lo, hi = A.min(0), A.max(0); t = []\n"
      "for k in range(9):\n"
      "    s = time.perf_counter()\n"
      "    x = ((A[:, 0] - lo[0]) * np.float32((W - 1) / (hi[0] - lo[0]))).astype(np.int32)\n"
      "    y = ((A[:, 1] - lo[1]) * np.float32((H - 1) / (hi[1] - lo[1]))).astype(np.int32)\n"
      "    np.bincount(y * W + x, minlength=W * H); t.append(time.perf_counter() - s)\n"
      "print(sorted(t[1:])[4] * 1e3)\n";

static double
peer_ms (int width, int height)
{
  g_autofree char *n = g_strdup_printf ("%d", N), *w = g_strdup_printf ("%d", width);
  g_autofree char *h = g_strdup_printf ("%d", height), *out = NULL;
  const char *argv[] = { "/usr/bin/python3", "-c", peer, n, w, h, NULL };

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL,
                     NULL, NULL)
      || out[0] == '\0')
    return NAN;
  return g_ascii_strtod (out, NULL);
}

static float x[MANY], y[MANY];
static guint16 color[MANY];
static double value[N];

static void
make_points (void)
{
  double mx[10], my[10];
  AyRng rng;

  ay_rng_init (&rng, 0, 0);
  for (int k = 0; k < 10; k++)
    {
      mx[k] = 5.0 * ay_rng_normal (&rng);
      my[k] = 5.0 * ay_rng_normal (&rng);
    }
  for (int i = 0; i < MANY; i++)
    {
      guint64 k = ay_rng_below (&rng, 10);

      x[i] = (float) (mx[k] + ay_rng_normal (&rng));
      y[i] = (float) (my[k] + ay_rng_normal (&rng));
      color[i] = (guint16) k;
      if (i < N)
        value[i] = ay_rng_normal (&rng);
    }
}

static void
bench_draw (AyFigureRaster *raster, const AyFigurePoints *points, int width, int height,
            double peer_time)
{
  g_autofree guint32 *pixels = g_new0 (guint32, (gsize) width * height);
  AyFigureView view = ay_figure_view_fit (points, width, height, 0.02, TRUE);
  static const double radii[] = { 0.5, 1.0 };

  for (int mark = 0; mark < 3; mark++)
    {
      AyFigureRasterOptions options = AY_FIGURE_RASTER_OPTIONS_INIT;
      double t[REPEATS], median;

      options.width = width;
      options.height = height;
      options.alpha = 0.3;
      options.radius = radii[MIN (mark, 1)];
      for (int k = -1; k < REPEATS; k++)
        {
          double start = bench_seconds ();
          AyFigureScale scale;

          if (mark < 2)
            ay_figure_raster_draw (raster, points, &view, &options, pixels, 4 * (gsize) width,
                                   NULL, NULL);
          else
            {
              ay_figure_scale_init (&scale, AY_FIGURE_SEQUENTIAL, 0, 1, ay_figure_theme (FALSE));
              ay_figure_raster_density (raster, points, &view, &options, &scale, pixels,
                                        4 * (gsize) width, NULL, NULL);
            }
          if (k >= 0)
            t[k] = 1e3 * (bench_seconds () - start);
        }
      median = bench_median (t, REPEATS);
      printf ("raster %d points %dx%d %-9s %.2f ms (numpy bincount %.1f ms: %.1fx), %u threads\n",
              N, width, height, mark == 0 ? "1 px" : mark == 1 ? "2x2 px" : "density", median,
              peer_time, peer_time / median, ay_threads ());
    }
}

/* Every one of ten million points drawn anew, as a pan without level of detail would. */
static void
bench_many (AyFigureRaster *raster, const AyFigurePoints *points, int width, int height)
{
  g_autofree guint32 *pixels = g_new0 (guint32, (gsize) width * height);
  AyFigureView view = ay_figure_view_fit (points, width, height, 0.02, TRUE);
  AyFigureRasterOptions options = AY_FIGURE_RASTER_OPTIONS_INIT;
  double t[REPEATS], median;

  options.width = width;
  options.height = height;
  options.alpha = 0.3;
  options.radius = 0.5;
  for (int k = -1; k < REPEATS; k++)
    {
      double start = bench_seconds ();

      ay_figure_raster_draw (raster, points, &view, &options, pixels, 4 * (gsize) width, NULL,
                             NULL);
      if (k >= 0)
        t[k] = 1e3 * (bench_seconds () - start);
    }
  median = bench_median (t, REPEATS);
  printf ("raster %" G_GSIZE_FORMAT " points %dx%d 1 px %.2f ms: %.1f frames a second (limit 10), "
          "%u threads\n",
          points->n, width, height, median, 1e3 / median, ay_threads ());
}

static void
bench_lasso (const AyFigurePoints *points)
{
  g_autofree double *vertices = g_new (double, 2 * LASSO);
  g_autoptr (AyBitset) into = ay_bitset_new (N);
  double t[REPEATS];

  for (int i = 0; i < LASSO; i++)
    {
      double angle = 2.0 * G_PI * i / LASSO, r = 5.0 + sin (7.0 * angle) + 0.2 * sin (90.0 * angle);

      vertices[2 * i] = r * cos (angle);
      vertices[2 * i + 1] = r * sin (angle);
    }
  for (int k = -1; k < REPEATS; k++)
    {
      double start = bench_seconds ();

      ay_figure_pick_polygon (points, vertices, LASSO, into);
      if (k >= 0)
        t[k] = 1e3 * (bench_seconds () - start);
    }
  printf ("lasso of %d vertices over %d points: %.2f ms, %" G_GSIZE_FORMAT " inside (limit 50)\n",
          LASSO, N, bench_median (t, REPEATS), ay_bitset_count (into));
}

static void
bench_recolor (void)
{
  g_autofree guint16 *out = g_new0 (guint16, N);
  AyFigureScale scale;
  double t[REPEATS];

  for (int k = -1; k < REPEATS; k++)
    {
      double start = bench_seconds ();
      double low, high;

      ay_figure_scale_range (value, N, &low, &high);
      ay_figure_scale_init (&scale, AY_FIGURE_DIVERGING, low, high, ay_figure_theme (FALSE));
      ay_figure_scale_indices (&scale, value, N, out);
      if (k >= 0)
        t[k] = 1e3 * (bench_seconds () - start);
    }
  printf ("recolour of %d points by a number: %.2f ms\n", N, bench_median (t, REPEATS));
}

int
main (void)
{
  AyFigureRaster *raster = ay_figure_raster_new ();
  AyFigureColor palette[10];
  AyFigurePoints points = { .n = N, .x = x, .y = y, .color = color, .palette = palette,
                            .n_palette = 10 };

  for (guint k = 0; k < 10; k++)
    palette[k] = ay_figure_hue (ay_figure_theme (FALSE), k);
  make_points ();
  bench_draw (raster, &points, 1400, 900, peer_ms (1400, 900));
  bench_draw (raster, &points, 1600, 1200, peer_ms (1600, 1200));
  bench_lasso (&points);
  bench_recolor ();
  points.n = MANY;
  bench_many (raster, &points, 1400, 900);
  ay_figure_raster_free (raster);
  return 0;
}
