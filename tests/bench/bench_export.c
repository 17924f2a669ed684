/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/work/export.h"

#include "bench_time.h"

#include <glib/gstdio.h>
#include <stdio.h>

/* Exports of 1 M rows x 5 columns (id, two scores, a label, a text). The limit shown is the same
 * bytes written by fwrite and synced. Median of 5 after one untimed run. */

#define ROWS 1000000
#define RUNS 5

static AyColumn *
scores (const char *name, AyRng *rng)
{
  double *values = g_new (double, ROWS);

  for (gsize i = 0; i < ROWS; i++)
    values[i] = ay_rng_normal (rng) * 1e-5;
  return ay_column_take_number (name, ROWS, values, FALSE);
}

static AyTable *
make_table (void)
{
  double *ids = g_new (double, ROWS);
  guint32 *codes = g_new (guint32, ROWS);
  guint64 *offset = g_new (guint64, ROWS);
  guint32 *length = g_new (guint32, ROWS);
  GString *arena = g_string_new (NULL);
  char **names = g_new0 (char *, 11);
  AyTable *table = ay_table_new (ROWS);
  char *base;
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  for (int c = 0; c < 10; c++)
    names[c] = g_strdup_printf ("class %d", c);
  for (gsize i = 0; i < ROWS; i++)
    {
      ids[i] = (double) i;
      codes[i] = (guint32) ay_rng_below (&rng, 10);
      offset[i] = arena->len;
      g_string_append_printf (arena, "a short text, number %zu", i);
      length[i] = (guint32) (arena->len - offset[i]);
    }
  base = g_string_free (arena, FALSE);
  ay_table_take (table, ay_column_take_number ("id", ROWS, ids, TRUE));
  ay_table_take (table, scores ("influence", &rng));
  ay_table_take (table, scores ("loo", &rng));
  ay_table_take (table, ay_column_take_category ("label", ROWS, codes, names));
  ay_table_take (table,
                 ay_column_take_text ("text", ROWS, offset, length, base, base, g_free));
  return table;
}

static double
seconds_of_export (AyTable *table, AyExportFormat format, const char *path)
{
  AyExportOptions options = { format, NULL };
  g_autoptr (GError) error = NULL;
  double start = bench_seconds ();

  if (!ay_export_table (table, NULL, &options, path, NULL, &error))
    g_error ("%s", error->message);
  return bench_seconds () - start;
}

static double
seconds_of_plain_write (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize size = 0;
  double start;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  start = bench_seconds ();
  g_assert_true (g_file_set_contents_full (path, bytes, (gssize) size,
                                           G_FILE_SET_CONTENTS_CONSISTENT
                                             | G_FILE_SET_CONTENTS_DURABLE, 0666, NULL));
  return bench_seconds () - start;
}

static void
report (AyTable *table, AyExportFormat format, const char *folder)
{
  g_autofree char *path = g_strdup_printf ("%s/out.%s", folder, ay_export_format_name (format));
  double ours[RUNS], plain[RUNS], median;
  GStatBuf st;

  seconds_of_export (table, format, path);
  for (int i = 0; i < RUNS; i++)
    {
      ours[i] = seconds_of_export (table, format, path);
      plain[i] = seconds_of_plain_write (path);
    }
  median = bench_median (ours, RUNS);
  g_stat (path, &st);
  printf ("%-5s %6.1f MB  %6.3f s  (%.3f to %.3f)  %7.1f MB/s  plain write %6.3f s\n",
          ay_export_format_name (format), (double) st.st_size / 1e6, median, ours[0],
          ours[RUNS - 1], (double) st.st_size / 1e6 / median, bench_median (plain, RUNS));
  g_unlink (path);
}

int
main (void)
{
  AyTable *table = make_table ();
  AyTable *numbers = ay_table_new (ROWS);
  g_autofree char *folder = g_dir_make_tmp ("assay-bench-XXXXXX", NULL);

  for (guint i = 0; i < 3; i++)
    ay_table_take (numbers, ay_column_ref (ay_table_column (table, i)));
  printf ("export: %d rows x 5 columns (npy: 3), %u threads; goal 2 s each\n", ROWS, ay_threads ());
  for (guint f = 0; f < AY_N_EXPORT_FORMATS; f++)
    report (f == AY_EXPORT_NPY ? numbers : table, f, folder);
  g_rmdir (folder);
  ay_table_unref (table);
  ay_table_unref (numbers);
  return 0;
}
