/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PCA of 60000 x 512 floats to 50 components. The peer is scikit-learn's randomized solver on the
 * same data in this run, and its full solver for the energy; python3 makes the data and leaves it
 * in a temporary file. */
#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/project/pca.h"

#include "bench_time.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define N 60000
#define D 512
#define K 50
#define REPEATS 5

static const char peer[]
    = "import numpy as np, time, sys\n"
      "from sklearn.decomposition import PCA\n"
      "n, d, k = (int(a) for a in sys.argv[2:5])\n"
      "r = np.random.default_rng(0); X = np.empty((n, d), np.float32); K = 50\n"
      "mu = r.standard_normal((K, d), dtype=np.float32) * np.float32(8 / np.sqrt(d))\n"
      "comp = r.integers(0, K, n)\n"
      "for c in range(K):\n"
      "    i = np.where(comp == c)[0]\n"
      "    A = r.standard_normal((40, d), dtype=np.float32) * np.float32(1 / np.sqrt(40))\n"
      "    X[i] = mu[c] + r.standard_normal((len(i), 40), dtype=np.float32) @ A \\\n"
      "        + np.float32(.3) * r.standard_normal((len(i), d), dtype=np.float32)\n"
      "X.tofile(sys.argv[1]); t = []; u = []\n"
      "for rep in range(6):\n"
      "    s = time.perf_counter(); b = time.process_time()\n"
      "    P = PCA(k, svd_solver='randomized', random_state=0).fit_transform(X)\n"
      "    t.append(time.perf_counter() - s); u.append(time.process_time() - b)\n"
      "s = time.perf_counter(); F = PCA(k, svd_solver='full').fit_transform(X.astype(np.float64))\n"
      "f = time.perf_counter() - s; P = P.astype(np.float64)\n"
      "print(sorted(t[1:])[2], f, (P**2).sum(), (F**2).sum(), sorted(u[1:])[2])\n";

/* median seconds of the randomized solver, seconds of the full one, energies of both, median CPU
 * seconds of the randomized one */
static gboolean
run_peer (const char *path, double figures[5])
{
  g_autofree char *n = g_strdup_printf ("%d", N), *d = g_strdup_printf ("%d", D);
  g_autofree char *k = g_strdup_printf ("%d", K), *out = NULL;
  const char *argv[] = { "/usr/bin/python3", "-c", peer, path, n, d, k, NULL };
  char *at;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, &out, NULL, NULL, NULL))
    return FALSE;
  at = out;
  for (int i = 0; i < 5; i++)
    figures[i] = g_ascii_strtod (at, &at);
  return figures[4] > 0.0;
}

static double
bench (const AyMatrix *matrix, double *energy, double *cpu)
{
  AyPcaOptions options = AY_PCA_OPTIONS_INIT;
  double t[REPEATS], used[REPEATS];

  options.components = K;
  for (int k = -1; k < REPEATS; k++)
    {
      double start = bench_seconds (), busy = bench_cpu_seconds ();
      g_autoptr (AyPca) pca = ay_pca_fit (matrix, NULL, N, &options, NULL, NULL, NULL);

      if (k >= 0)
        {
          t[k] = bench_seconds () - start;
          used[k] = bench_cpu_seconds () - busy;
        }
      *energy = 0.0;
      for (gsize i = 0; i < (gsize) N * K; i++)
        *energy += (double) pca->projection[i] * pca->projection[i];
    }
  *cpu = bench_median (used, REPEATS);
  return bench_median (t, REPEATS);
}

int
main (void)
{
  g_autofree char *path = NULL;
  g_autoptr (AyMappedFile) file = NULL;
  g_autoptr (AyMatrix) matrix = NULL;
  double figures[5], energy, seconds, cpu;
  int fd = g_file_open_tmp ("assay-pca-XXXXXX", &path, NULL);
  gsize size;

  if (fd < 0 || !run_peer (path, figures))
    {
      printf ("pca: no python3 with scikit-learn to compare with\n");
      return 77;
    }
  file = ay_mapped_file_new (path, NULL);
  g_unlink (path);
  close (fd);
  matrix = ay_matrix_wrap (N, D, AY_DTYPE_F32, FALSE, FALSE, ay_mapped_file_data (file, &size),
                           NULL, NULL);
  seconds = bench (matrix, &energy, &cpu);
  printf ("pca %dx%d to %d: %.3f s, %.2f CPU-s, %u threads; scikit-learn randomized %.3f s (%.1fx; "
          "of CPU-s %.1f), full %.3f s (%.1fx)\n",
          N, D, K, seconds, cpu, ay_threads (), figures[0], figures[0] / seconds, figures[4] / cpu,
          figures[1], figures[1] / seconds);
  printf ("pca energy: %.6g relative to full (1 = all of it); randomized %.6g\n",
          energy / figures[3], figures[2] / figures[3]);
  return 0;
}
