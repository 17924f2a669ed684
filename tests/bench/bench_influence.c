/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/data/reader_npy.h"
#include "core/model/hessian.h"
#include "core/model/target_effect.h"
#include "core/score/influence_rows.h"

#include "bench_time.h"
#include "mixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Influence of every row on a validation loss: 60000 x 512 with 10 classes, the time beyond the
 * fit (median of 5 after one untimed run), and 1 M x 128 with 10 classes from a mapped NPY file:
 * fit and influence together, and the peak of resident memory (which counts the mapped file)
 * against the file; and of each of 60000 x 512 rows on each of 1000 others, whole: Hessian, factor,
 * solves, the streamed matrix. Targets: 0.3 s; 8 s and 1.5 times the file; 6.9 s at a relative
 * error of 1e-4 (numpy in double, measured on another machine: 20.7 s). Usage: bench-influence
 * [small | large | rows]. */

#define N_CLASSES 10
#define REPEATS 5

/* A mixture, its rows written as they are made. */
static void
write_mixture (const char *path, gsize n, gsize d, gint32 *label)
{
  g_autofree float *x = g_new (float, d);
  FILE *file = fopen (path, "wb");
  g_autofree char *shape = NULL;
  char header[128];
  Mixture mixture;

  g_assert_nonnull (file);
  memset (header, ' ', sizeof header);
  memcpy (header, "\x93NUMPY\x01\x00\x76\x00", 10);
  shape = g_strdup_printf ("{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }", n,
                           d);
  memcpy (header + 10, shape, strlen (shape));
  header[127] = '\n';
  fwrite (header, 1, sizeof header, file);
  mixture_init (&mixture, d, N_CLASSES, 0);
  for (gsize i = 0; i < n; i++)
    {
      label[i] = mixture_row (&mixture, x);
      fwrite (x, sizeof (float), d, file);
    }
  mixture_clear (&mixture);
  fclose (file);
}

typedef struct
{
  AyMatrix *features;
  guint32 *rows;
  gint32 *label;
  AyProblem train, valid;
} Data;

/* The last tenth is the validation part. */
static Data
data_open (const char *path, gsize n, gint32 *label)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, &error);
  g_autoptr (AyArray) array = file != NULL ? ay_npy_read (file, &error) : NULL;
  Data data = { .label = label };
  gsize cut = n - n / 10;

  g_assert_no_error (error);
  data.features = ay_matrix_ref (array->matrix);
  data.rows = g_new (guint32, n);
  for (gsize i = 0; i < n; i++)
    data.rows[i] = (guint32) i;
  data.train = (AyProblem) { .features = data.features, .rows = data.rows, .n = cut,
                             .label = label, .n_classes = N_CLASSES };
  data.valid = data.train;
  data.valid.rows += cut;
  data.valid.label += cut;
  data.valid.n = n - cut;
  return data;
}

static AyHead *
fit (const Data *data)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyHead *head;

  options.tolerance = 3e-7;
  head = ay_head_fit (&data->train, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  return head;
}

/* As the score does it; out: train.n influences and the difference of the halves'. */
static void
influence (const Data *data, const AyHead *head, double tolerance, double *out, char **solver)
{
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
  g_autoptr (AyHessian) hessian = ay_hessian_new (&data->train, head, &options, NULL, NULL);
  gsize p = ay_hessian_n_parameters (hessian);
  g_autofree double *s = g_new (double, 2 * p);
  g_autofree guint8 *mark = g_new0 (guint8, data->valid.n);
  double residual;

  for (gsize i = 0; i < data->valid.n; i++)
    mark[i] = i % 2;
  g_assert_true (ay_target_gradient (&data->valid, head, NULL, s, NULL, NULL));
  g_assert_true (ay_target_gradient (&data->valid, head, mark, s + p, NULL, NULL));
  for (gsize j = 0; j < p; j++)
    s[p + j] -= s[j];
  g_assert_true (ay_hessian_solve_to (hessian, s, 1, tolerance, &residual, NULL, NULL));
  if (solver != NULL)
    *solver = g_strdup_printf ("%s, residual %.1e", ay_hessian_describe (hessian), residual);
  g_assert_true (ay_hessian_solve_to (hessian, s + p, 1, 3e-3, NULL, NULL, NULL));
  g_assert_true (ay_curvature_effect (ay_hessian_curvature (hessian, NULL, NULL), s, 2, out, NULL,
                                      NULL));
}

/* Against a solve to 1e-9: the largest error by the largest influence; rank correlation. */
static void
compare (const double *got, const double *want, gsize n, double *error, double *rank)
{
  g_autofree double *a = g_new (double, n), *b = g_new (double, n);
  double off = 0.0, largest = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      a[i] = got[2 * i];
      b[i] = want[2 * i];
      off = MAX (off, fabs (a[i] - b[i]));
      largest = MAX (largest, fabs (b[i]));
    }
  *error = off / largest;
  *rank = ay_spearman (a, b, n);
}

static void
run_small (const char *path)
{
  gsize n = 66667;
  gint32 *label = g_new (gint32, n);
  Data data;
  g_autoptr (AyHead) head = NULL;
  g_autofree double *out = NULL, *exact = NULL;
  g_autofree char *solver = NULL;
  double times[REPEATS + 1], cpu[REPEATS + 1], error, rank, start;

  write_mixture (path, n, 512, label);
  data = data_open (path, n, label);
  start = bench_seconds ();
  head = fit (&data);
  printf ("60000 x 512, 10 classes: fit %.3f s\n", bench_seconds () - start);
  out = g_new (double, 2 * data.train.n);
  exact = g_new (double, 2 * data.train.n);
  for (guint k = 0; k <= REPEATS; k++)
    {
      start = bench_seconds ();
      cpu[k] = bench_cpu_seconds ();
      g_clear_pointer (&solver, g_free);
      influence (&data, head, 5e-5, out, &solver);
      times[k] = bench_seconds () - start;
      cpu[k] = bench_cpu_seconds () - cpu[k];
    }
  influence (&data, head, 1e-9, exact, NULL);
  compare (out, exact, data.train.n, &error, &rank);
  printf ("influence of all rows beyond the fit: median %.3f s (target 0.3), %.3f CPU-s, %s; "
          "error %.1e of the largest, rank correlation %.7f\n",
          bench_median (times + 1, REPEATS), bench_median (cpu + 1, REPEATS), solver, error, rank);
}

static void
run_large (const char *path)
{
  gsize n = 1000000, d = 128;
  gint32 *label = g_new (gint32, n);
  double start, fitted, done, busy, size = 4.0 * n * d;
  g_autofree double *out = NULL;
  g_autofree char *solver = NULL;
  g_autoptr (AyHead) head = NULL;
  Data data;

  write_mixture (path, n, d, label);
  data = data_open (path, n, label);
  out = g_new (double, 2 * data.train.n);
  start = bench_seconds ();
  busy = bench_cpu_seconds ();
  head = fit (&data);
  fitted = bench_seconds ();
  influence (&data, head, 5e-5, out, &solver);
  done = bench_seconds ();
  printf ("1 M x 128, 10 classes, mapped: fit %.2f s + influence %.2f s = %.2f s (target 8), %.2f "
          "CPU-s, %s\n"
          "peak resident memory %.0f MB = %.2f x the feature file (target 1.5)\n", fitted - start,
          done - fitted, done - start, bench_cpu_seconds () - busy, solver, bench_peak_megabytes (),
          bench_peak_megabytes () * 1048576.0 / size);
}

enum { OTHERS = 1000, CHECKED = 20 };

/* Keeps the columns of CHECKED rows; looks at all. */
typedef struct
{
  gsize m;
  float *kept; /* n x CHECKED */
  double sum;
} Sink;

static gboolean
take (gsize first, gsize count, const float *effect, gpointer data, GError **error)
{
  Sink *self = data;

  for (gsize i = 0; i < count; i++)
    {
      for (gsize t = 0; t < self->m; t++)
        self->sum += effect[i * self->m + t];
      for (gsize t = 0; t < CHECKED; t++)
        self->kept[(first + i) * CHECKED + t] = effect[i * self->m + t * (self->m / CHECKED)];
    }
  return TRUE;
}

/* Largest error by the column's largest, and of all by the root of the squares, of 20 columns
 * against solves to 1e-10 by conjugate gradients. */
static void
compare_rows (const Data *data, const AyHead *head, const float *got, double *most, double *mean)
{
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
  g_autofree guint32 *rows = g_new (guint32, CHECKED);
  g_autofree gint32 *label = g_new (gint32, CHECKED);
  g_autofree float *kept = g_new (float, data->train.n * CHECKED);
  AyProblem of = data->valid;
  g_autoptr (AyHessian) hessian = NULL;
  AyInfluenceRows asked = { &data->train, &of, head, NULL, 0.0 };
  Sink sink = { CHECKED, kept, 0.0 };
  double off = 0.0, all = 0.0;

  options.dense_limit = 1;
  options.tolerance = 1e-10;
  asked.hessian = hessian = ay_hessian_new (&data->train, head, &options, NULL, NULL);
  for (gsize t = 0; t < CHECKED; t++)
    {
      rows[t] = data->valid.rows[t * (OTHERS / CHECKED)];
      label[t] = data->valid.label[t * (OTHERS / CHECKED)];
    }
  of.rows = rows;
  of.label = label;
  of.n = CHECKED;
  g_assert_true (ay_influence_rows (&asked, take, &sink, NULL, NULL, NULL));
  *most = 0.0;
  for (gsize t = 0; t < CHECKED; t++)
    {
      double largest = 0.0, worst = 0.0;

      for (gsize j = t; j < data->train.n * CHECKED; j += CHECKED)
        {
          worst = MAX (worst, fabs (got[j] - kept[j]));
          largest = MAX (largest, fabs (kept[j]));
          off += (got[j] - kept[j]) * (double) (got[j] - kept[j]);
          all += kept[j] * (double) kept[j];
        }
      *most = MAX (*most, worst / largest);
    }
  *mean = sqrt (off / all);
}

static void
run_rows (const char *path)
{
  gsize n = 60000 + OTHERS;
  gint32 *label = g_new (gint32, n);
  Data data;
  g_autoptr (AyHead) head = NULL;
  g_autofree float *kept = NULL;
  double times[3], most, mean, residual;

  write_mixture (path, n, 512, label);
  data = data_open (path, n, label);
  data.train.n = n - OTHERS;
  data.valid.rows = data.rows + data.train.n;
  data.valid.label = label + data.train.n;
  data.valid.n = OTHERS;
  head = fit (&data);
  kept = g_new (float, data.train.n * CHECKED);
  for (gsize k = 0; k < G_N_ELEMENTS (times); k++)
    {
      AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
      g_autoptr (AyHessian) hessian = ay_hessian_new (&data.train, head, &options, NULL, NULL);
      AyInfluenceRows asked = { &data.train, &data.valid, head, hessian, 1e-5 };
      Sink sink = { OTHERS, kept, 0.0 };
      double start = bench_seconds (), cpu = bench_cpu_seconds ();

      g_assert_true (ay_influence_rows (&asked, take, &sink, &residual, NULL, NULL));
      times[k] = bench_seconds () - start;
      printf ("influence of 60000 x 512 rows, 10 classes, on each of %d: %.2f s, %.2f CPU-s, %s, "
              "residual %.1e\n", OTHERS, times[k], bench_cpu_seconds () - cpu,
              ay_hessian_describe (hessian), residual);
    }
  compare_rows (&data, head, kept, &most, &mean);
  printf ("median %.2f s (target 6.9); error of %d columns: %.1e of the column's largest at most, "
          "%.1e by squares\n", bench_median (times, G_N_ELEMENTS (times)), CHECKED, most, mean);
}

int
main (int argc, char **argv)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "bench-influence-XXXXXX", NULL);
  int file = g_mkstemp (path);

  g_assert_cmpint (file, >=, 0);
  close (file);
  if (argc < 2 || strcmp (argv[1], "large") == 0) /* first: its peak of memory counts */
    run_large (path);
  if (argc < 2 || strcmp (argv[1], "small") == 0)
    run_small (path);
  if (argc < 2 || strcmp (argv[1], "rows") == 0)
    run_rows (path);
  g_unlink (path);
  return 0;
}
