/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/parallel.h"
#include "core/data/reader_npy.h"

#include "bench_time.h"

#include <glib/gstdio.h>
#include <stdio.h>

/* Arrays in files: opening one, one pass over it that finds NaN and inf, and reading all of it in
 * blocks of rows, for several types and orders. The peer is numpy in the same run: opening with
 * mmap_mode="r" and the sum of the mapped array, the least that a pass over it can be. All of it is
 * in the page cache. Median of 5 after one untimed run. ARRAYS_MB sets the size of a file,
 * ARRAYS_DIR the folder. */

#define RUNS 5
#define COLS 256
#define BLOCK_ROWS 256

static const char *const peer
    = "import sys, time, numpy as np\n"
      "np.load(sys.argv[1], mmap_mode='r')\n"
      "def median(f):\n"
      "    f(); t = []\n"
      "    for _ in range(5):\n"
      "        s = time.perf_counter(); f(); t.append(time.perf_counter() - s)\n"
      "    return sorted(t)[2]\n"
      "print(median(lambda: np.load(sys.argv[1], mmap_mode='r')),\n"
      "      median(lambda: np.load(sys.argv[1], mmap_mode='r').sum()))\n";

typedef struct
{
  const char *name, *descr;
  AyDtype dtype;
  gboolean fortran;
} Kind;

static const Kind kinds[] = {
  { "f32", "<f4", AY_DTYPE_F32, FALSE },
  { "f32 Fortran", "<f4", AY_DTYPE_F32, TRUE },
  { "f32 big-endian", ">f4", AY_DTYPE_F32, FALSE },
  { "f64", "<f8", AY_DTYPE_F64, FALSE },
  { "f16", "<f2", AY_DTYPE_F16, FALSE },
  { "u8", "|u1", AY_DTYPE_U8, FALSE },
};

/* Small integers in every type, so that the peer's sum is a plain one. */
static void
write_file (const char *path, const Kind *kind, gsize bytes)
{
  gsize size = ay_dtype_size (kind->dtype), rows = bytes / (COLS * size);
  g_autofree char *header
      = g_strdup_printf ("{'descr': '%s', 'fortran_order': %s, 'shape': (%zu, %d), }", kind->descr,
                         kind->fortran ? "True" : "False", rows, COLS);
  g_autofree guint8 *block = g_malloc0 (1 << 20);
  FILE *out = fopen (path, "wb");

  g_assert_nonnull (out);
  fprintf (out, "\x93NUMPY%c%c%c%c%-117s\n", 1, 0, 118, 0, header);
  for (gsize i = 0; i < 1 << 20; i++) /* no byte but the last of an element: subnormal or small */
    block[i] = (guint8) (i % size == 0 ? i / size % 17 : 0);
  for (gsize left = rows * COLS * size; left > 0; left -= MIN (left, 1 << 20))
    fwrite (block, 1, MIN (left, 1 << 20), out);
  fclose (out);
}

static AyArray *
open_array (const char *path)
{
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);

  return ay_npy_read (file, NULL);
}

typedef struct
{
  AyMatrix *matrix;
  float *buffer; /* a worker's */
} Pass;

static void
read_block (gsize block, guint worker, gpointer data)
{
  Pass *pass = data;
  gsize first = block * BLOCK_ROWS;

  ay_matrix_get_f32 (pass->matrix, first, MIN (BLOCK_ROWS, ay_matrix_rows (pass->matrix) - first),
                     pass->buffer + (gsize) worker * BLOCK_ROWS * COLS);
}

static void
read_all (AyMatrix *matrix)
{
  g_autofree float *buffer = g_new (float, (gsize) ay_threads () * BLOCK_ROWS * COLS);
  Pass pass = { matrix, buffer };
  gsize n_blocks = ay_n_blocks (ay_matrix_rows (matrix), BLOCK_ROWS);

  ay_parallel_for (n_blocks, read_block, &pass, NULL, NULL);
}

typedef enum { OPEN, CHECK, READ } Task;

/* Each run maps the file anew, as the peer does; what was opened is not part of the later tasks. */
static double
median_time (const char *path, Task task)
{
  double times[RUNS];

  for (int run = -1; run < RUNS; run++)
    {
      double start = bench_seconds ();
      g_autoptr (AyArray) array = open_array (path);

      if (task == CHECK)
        g_assert_true (ay_matrix_check_finite (array->matrix, path, NULL, NULL));
      else if (task == READ)
        read_all (array->matrix);
      if (run >= 0)
        times[run] = bench_seconds () - start;
    }
  return bench_median (times, RUNS);
}

static gboolean
run_peer (const char *path, double *open_time, double *sum_time)
{
  const char *argv[] = { "/usr/bin/python3", "-c", peer, path, NULL };
  g_autofree char *out = NULL;
  int status = 1;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status,
                     NULL)
      || status != 0 || sscanf (out, "%lf %lf", open_time, sum_time) != 2)
    {
      printf ("  no numpy for /usr/bin/python3: no peer\n");
      return FALSE;
    }
  return TRUE;
}

static void
bench_kind (const char *folder, const Kind *kind, gsize bytes)
{
  g_autofree char *path = g_build_filename (folder, "bench.npy", NULL);
  double open_time, check, read, peer_open, peer_sum, gb = (double) bytes / 1e9;

  write_file (path, kind, bytes);
  open_time = median_time (path, OPEN);
  check = median_time (path, CHECK);
  read = median_time (path, READ);
  printf ("%-15s open %.3f ms, finite check %.1f ms (%.1f GB/s), read as f32 %.1f ms (%.1f GB/s)\n",
          kind->name, open_time * 1e3, check * 1e3, gb / check, read * 1e3, gb / read);
  if (run_peer (path, &peer_open, &peer_sum))
    printf ("%-15s numpy open %.3f ms, sum %.1f ms (%.1f GB/s): check %.1fx faster\n", "",
            peer_open * 1e3, peer_sum * 1e3, gb / peer_sum, peer_sum / check);
  g_unlink (path);
}

int
main (void)
{
  const char *mb = g_getenv ("ARRAYS_MB"), *dir = g_getenv ("ARRAYS_DIR");
  gsize bytes = (gsize) (mb != NULL ? g_ascii_strtoull (mb, NULL, 10) : 256) << 20;
  g_autofree char *folder
      = g_strdup_printf ("%s/assay-bench-XXXXXX", dir != NULL ? dir : g_get_tmp_dir ());

  g_assert_nonnull (g_mkdtemp (folder));
  printf ("%zu MB a file, %u threads\n", bytes >> 20, ay_threads ());
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    bench_kind (folder, &kinds[i], bytes);
  g_rmdir (folder);
  return 0;
}
