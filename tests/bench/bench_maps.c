/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UMAP and t-SNE of 60000 x 50 (a mixture of classes, as in the other benchmarks), whole fits from
 * the features; the peer is umap-learn, seeded, on the same rows in this run. With a number of
 * rows, or BENCH_LARGE set: UMAP of so many (1000000) x 50, its time and peak memory. With tsne
 * ROWS: how good a layout t-SNE makes of the rows that its peers were measured on. CPU seconds
 * stand beside the wall's, for machines that are not quiet. */
#include "bench_peer.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/project/pca.h"
#include "core/project/trust.h"
#include "core/project/tsne.h"
#include "core/project/tsne_grid.h"
#include "core/project/umap.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define D 50
#define CENTRES 50
#define FACTORS 16

static const char peer[]
    = "import sys, time, warnings\n"
      "import numpy as np\n"
      "warnings.filterwarnings('ignore')\n"
      "import umap\n"
      "from sklearn.manifold import trustworthiness\n"
      "x = np.fromfile(sys.argv[1], np.float32).reshape(-1, 50)\n"
      "umap.UMAP(n_epochs=20).fit(x[:5000])\n"
      "w, c = time.perf_counter(), time.process_time()\n"
      "y = umap.UMAP(random_state=0, n_jobs=2).fit_transform(x)\n"
      "w, c = time.perf_counter() - w, time.process_time() - c\n"
      "q = np.random.default_rng(0).choice(len(x), 3000, False)\n"
      "t = trustworthiness(x[q], y[q], n_neighbors=15)\n"
      "z = np.fromfile(sys.argv[2], np.float32).reshape(-1, 2)\n"
      "print(w, c, t, trustworthiness(x[q], z[q], n_neighbors=15))\n";

typedef struct
{
  double wall, cpu;
} Clock;

static Clock
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (Clock) { (double) g_get_monotonic_time () * 1e-6,
                   (double) t.tv_sec + (double) t.tv_nsec * 1e-9 };
}

static double
peak_mb (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_maxrss / 1024.0;
}

/* Fifty clouds of rank 16 and some noise, as classes of a feature space are. */
static AyMatrix *
make_data (gsize n)
{
  float *x = g_new (float, n * D);
  g_autofree float *centre = g_new (float, CENTRES * D);
  g_autofree float *factor = g_new (float, CENTRES * FACTORS * D);
  AyRng rng;

  ay_rng_init (&rng, 0, 0);
  for (gsize i = 0; i < CENTRES * D; i++)
    centre[i] = (float) (ay_rng_normal (&rng) * 8.0 / sqrt (D));
  for (gsize i = 0; i < CENTRES * FACTORS * D; i++)
    factor[i] = (float) (ay_rng_normal (&rng) / sqrt (FACTORS));
  for (gsize i = 0; i < n; i++)
    {
      gsize c = ay_rng_below (&rng, CENTRES);
      float *row = x + i * D;

      for (gsize j = 0; j < D; j++)
        row[j] = centre[c * D + j] + (float) (0.3 * ay_rng_normal (&rng));
      for (gsize f = 0; f < FACTORS; f++)
        {
          float weight = (float) ay_rng_normal (&rng);

          for (gsize j = 0; j < D; j++)
            row[j] += weight * factor[(c * FACTORS + f) * D + j];
        }
    }
  return ay_matrix_take_f32 (n, D, x);
}

typedef struct
{
  AyLayout *layout;
  double recall;
  Clock neighbours, start, layout_time;
} Fit;

static Clock
since (Clock begin)
{
  Clock end = now ();

  return (Clock) { end.wall - begin.wall, end.cpu - begin.cpu };
}

static Fit
fit (const AyMatrix *features, gsize n, gboolean tsne, gsize approximate_above)
{
  AyPoints points = { .features = features, .n = n };
  AyNeighboursOptions search = AY_NEIGHBOURS_OPTIONS_INIT;
  AyPcaOptions pca_options = AY_PCA_OPTIONS_INIT;
  AyUmapOptions umap = AY_UMAP_OPTIONS_INIT;
  AyTsneOptions sne = AY_TSNE_OPTIONS_INIT;
  g_autoptr (AyNeighbours) neighbours = NULL;
  g_autoptr (AyPca) pca = NULL;
  g_autoptr (GError) error = NULL;
  Clock begin = now ();
  Fit out = { 0 };

  search.k = tsne ? ay_tsne_neighbours (sne.perplexity) : umap.neighbours;
  search.approximate_above = approximate_above;
  neighbours = ay_neighbours_find (&points, &search, NULL, &error);
  if (neighbours == NULL)
    g_error ("%s", error->message);
  out.recall = neighbours->recall;
  out.neighbours = since (begin);
  begin = now ();
  pca_options.components = 2;
  pca = ay_pca_fit (features, NULL, n, &pca_options, NULL, NULL, NULL);
  out.start = since (begin);
  begin = now ();
  umap.start = sne.start = pca->projection;
  umap.start_stride = sne.start_stride = 2;
  out.layout = tsne ? ay_tsne_fit (neighbours, &sne, NULL, NULL, &error)
                    : ay_umap_fit (neighbours, &umap, NULL, NULL, &error);
  if (out.layout == NULL)
    g_error ("%s", error->message);
  out.layout_time = since (begin);
  return out;
}

static void
print_fit (const char *name, gsize n, const Fit *fit)
{
  printf ("%s %" G_GSIZE_FORMAT " x %d: %.2f s, %.2f CPU-s (neighbours %.2f at recall %.4f, PCA "
          "%.2f, layout %.2f CPU-s), %u threads, peak %.0f MB\n",
          name, n, D, fit->neighbours.wall + fit->start.wall + fit->layout_time.wall,
          fit->neighbours.cpu + fit->start.cpu + fit->layout_time.cpu, fit->neighbours.cpu,
          fit->recall, fit->start.cpu, fit->layout_time.cpu, ay_threads (), peak_mb ());
  fflush (stdout);
}

/* The divergence with the normaliser summed over all pairs: the reported one has it by
 * interpolation. */
static double
exact_divergence (const AyLayout *layout)
{
  g_autoptr (AyTsneGrid) grid = ay_tsne_grid_new (layout->n, NULL);
  g_autofree float *force = g_new (float, 2 * layout->n);
  double sum = 0.0, interpolated = 1.0;

  for (gsize i = 0; i < layout->n; i++)
    {
      float x = layout->xy[2 * i], y = layout->xy[2 * i + 1], row = 0.0f;

      for (gsize j = 0; j < layout->n; j++)
        {
          float dx = layout->xy[2 * j] - x, dy = layout->xy[2 * j + 1] - y;

          row += 1.0f / (1.0f + dx * dx + dy * dy);
        }
      sum += row - 1.0;
    }
  ay_tsne_grid_sums (grid, layout->xy, force, &interpolated, NULL, NULL);
  return layout->kl - log (interpolated) + log (sum);
}

static gboolean
write_floats (const char *path, const void *data, gsize floats)
{
  return g_file_set_contents (path, data, (gssize) (floats * sizeof (float)), NULL);
}

static void
bench_umap (const AyMatrix *features, gsize n)
{
  g_autofree char *folder = g_dir_make_tmp ("assay-maps-XXXXXX", NULL);
  g_autofree char *data = g_build_filename (folder, "x", NULL);
  g_autofree char *places = g_build_filename (folder, "y", NULL), *out = NULL;
  const char *argv[] = { "/usr/bin/python3", "-c", peer, data, places, NULL };
  Fit ours = fit (features, n, FALSE, 0);
  double figure[4] = { 0 };
  char *at;

  print_fit ("umap", n, &ours);
  if (write_floats (data, ay_matrix_peek_f32 (features, 0, n), n * D)
      && write_floats (places, ours.layout->xy, 2 * n)
      && g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out,
                       NULL, NULL, NULL))
    {
      at = out;
      for (int i = 0; i < 4; i++)
        figure[i] = g_ascii_strtod (at, &at);
    }
  if (figure[3] > 0.0)
    printf ("umap-learn, seeded: %.2f s, %.2f CPU-s: %.1fx by wall, %.1fx by CPU; "
            "trustworthiness (3000 rows, scikit-learn) %.4f, ours %.4f\n",
            figure[0], figure[1],
            figure[0] / (ours.neighbours.wall + ours.start.wall + ours.layout_time.wall),
            figure[1] / (ours.neighbours.cpu + ours.start.cpu + ours.layout_time.cpu), figure[2],
            figure[3]);
  else
    printf ("umap-learn: not there to compare with\n");
  g_unlink (data);
  g_unlink (places);
  g_rmdir (folder);
  ay_layout_free (ours.layout);
}

static void
bench_tsne (const AyMatrix *features, gsize n)
{
  Fit ours = fit (features, n, TRUE, 0);

  print_fit ("t-sne", n, &ours);
  printf ("t-sne divergence %.4f, with the exact normaliser %.4f\n", ours.layout->kl,
          exact_divergence (ours.layout));
  ay_layout_free (ours.layout);
}

/* Beside peers on the same rows; scikit-learn judges the layouts. openTSNE is not in Debian: its
 * figures were measured earlier, on 60000 rows drawn by the same lines. */
static void
judge_tsne (gsize n)
{
  g_auto (BenchPeer) other = { 0 };
  g_autofree char *places = NULL, *judged = NULL;
  int fd;
  Fit ours;

  if (!bench_peer_run (&other, "peer_tsne.py", n, D, (const char *[]) { "fit", NULL }))
    {
      printf ("t-sne: python3-sklearn is not there to judge it\n");
      return;
    }
  ours = fit (other.matrix, n, TRUE, 0);
  print_fit ("t-sne, judged", n, &ours);
  fd = g_file_open_tmp ("assay-maps-XXXXXX", &places, NULL);
  if (fd >= 0 && write_floats (places, ours.layout->xy, 2 * n))
    judged = bench_peer_say ("peer_tsne.py", places, n, D, (const char *[]) { "judge", NULL });
  if (judged != NULL)
    printf ("t-sne divergence by scikit-learn's affinities and all pairs: ours %.4f, "
            "scikit-learn's layout %.4f (nan: not asked), openTSNE's of 60000 rows, measured "
            "earlier, 3.045\n",
            g_ascii_strtod (judged, NULL), g_ascii_strtod (other.out, NULL));
  if (fd >= 0)
    {
      close (fd);
      g_unlink (places);
    }
  ay_layout_free (ours.layout);
}

int
main (int argc, char **argv)
{
  gsize n = 60000;
  g_autoptr (AyMatrix) features = NULL;

  if (argc > 2 && g_str_equal (argv[1], "tsne"))
    {
      judge_tsne ((gsize) g_ascii_strtoull (argv[2], NULL, 10));
      return 0;
    }
  if (argc > 1 || g_getenv ("BENCH_LARGE") != NULL)
    {
      gsize large = argc > 1 ? (gsize) g_ascii_strtoull (argv[1], NULL, 10) : 1000000;
      Fit ours;

      features = make_data (large);
      ours = fit (features, large, FALSE, 200000);
      print_fit ("umap", large, &ours);
      ay_layout_free (ours.layout);
      return 0;
    }
  features = make_data (n);
  bench_umap (features, n);
  bench_tsne (features, n);
  return 0;
}
