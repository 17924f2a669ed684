/* SPDX-License-Identifier: GPL-3.0-or-later */

/* CSV and JSON lines: a table of 60 numbers, a label and a quoted text (about 180 MB, 63 columns),
 * and objects with a nested one and an array of 8 numbers (about 95 MB), written into a temporary
 * folder (TEXT_DIR names another, TEXT_SCALE shrinks both) and read from a warm page cache. Peers
 * are pandas and Python's json, in this run. Times: median of 5 after one run that does not count;
 * cpu is that of all cores. Memory is what reading added, beside the mapped file. */

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/data/reader_csv.h"
#include "core/data/reader_jsonl.h"
#include "core/shim/number.h"

#include "assay-config.h"

#include "bench_time.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define RUNS 5

#ifdef AY_HAVE_SIMDJSON
static const gboolean with_json = TRUE;
#else
static const gboolean with_json = FALSE;
#endif

typedef struct
{
  double median, least, most, cpu;
  gsize memory, columns; /* bytes: added to the process, and of the columns themselves */
  guint32 crc;           /* of the numbers */
} Result;

/* Memory of the process that is no file's. */
static gsize
own_memory (void)
{
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL)
      || (line = strstr (status, "RssAnon:")) == NULL)
    return 0;
  return (gsize) g_ascii_strtoull (line + strlen ("RssAnon:"), NULL, 10) * 1024;
}

static void
put_number (FILE *stream, double value, double unit)
{
  char text[AY_NUMBER_SIZE];

  ay_number_format (round (value * unit) / unit, text);
  fputs (text, stream);
}

static void
write_csv (const char *path, guint rows)
{
  static const char *const labels[] = { "cat", "dog", "bird", "fish" };
  FILE *stream = fopen (path, "w");
  AyRng rng;

  g_assert_nonnull (stream);
  ay_rng_init (&rng, 0, 0);
  fputs ("id", stream);
  for (guint c = 0; c < 60; c++)
    fprintf (stream, ",f%u", c);
  fputs (",label,text\n", stream);
  for (guint i = 0; i < rows; i++)
    {
      fprintf (stream, "%u", i);
      for (guint c = 0; c < 60; c++)
        {
          fputc (',', stream);
          put_number (stream, ay_rng_normal (&rng), 1e5);
        }
      fprintf (stream, ",%s,\"some short, quoted text %u\"\n", labels[ay_rng_below (&rng, 4)], i);
    }
  g_assert_cmpint (fclose (stream), ==, 0);
}

static void
write_jsonl (const char *path, guint rows)
{
  FILE *stream = fopen (path, "w");
  AyRng rng;

  g_assert_nonnull (stream);
  ay_rng_init (&rng, 0, 1);
  for (guint i = 0; i < rows; i++)
    {
      fprintf (stream,
               "{\"id\": %u, \"label\": %u, \"text\": \"some text number %u with words \\u00e9 and"
               " more words to fill the line\", \"meta\": {\"src\": \"web\", \"len\": %u},"
               " \"emb\": [", i, i % 10, i, i % 97);
      for (guint c = 0; c < 8; c++)
        {
          fputs (c > 0 ? ", " : "", stream);
          put_number (stream, ay_rng_normal (&rng), 1e6);
        }
      fputs ("]}\n", stream);
    }
  g_assert_cmpint (fclose (stream), ==, 0);
}

static void
source_clear (AySource *source)
{
  g_clear_pointer (&source->table, ay_table_unref);
  g_clear_pointer (&source->keys, g_ptr_array_unref);
  g_clear_pointer (&source->arrays, g_ptr_array_unref);
}

static void
read_once (const char *path, gboolean csv, AySource *source)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, &error);

  source->keys = g_ptr_array_new_with_free_func (g_free);
  source->arrays = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_matrix_unref);
  if (csv)
    source->table = ay_csv_read (file, NULL, NULL, NULL, &error);
  else
    ay_jsonl_read (file, source, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
measure_columns (const AySource *source, Result *result)
{
  result->columns = 0;
  result->crc = (guint32) crc32 (0, NULL, 0);
  for (guint c = 0; c < ay_table_n_columns (source->table); c++)
    {
      AyColumn *column = ay_table_column (source->table, c);
      gsize rows = ay_column_rows (column);
      static const gsize sizes[] = { sizeof (double), 4, 12 };

      result->columns += rows * sizes[ay_column_type (column)];
      if (ay_column_type (column) == AY_COLUMN_NUMBER)
        result->crc = (guint32) crc32_z (result->crc, (const Bytef *) ay_column_numbers (column),
                                         rows * sizeof (double));
    }
  for (guint k = 0; k < source->keys->len; k++)
    {
      AyMatrix *matrix = source->arrays->pdata[k];

      result->columns += ay_matrix_rows (matrix) * ay_matrix_cols (matrix) * sizeof (double);
    }
}

static Result
read_file (const char *path, gboolean csv)
{
  gsize before = own_memory ();
  double times[RUNS], cpu = 0;
  Result result = { 0 };

  for (int run = -1; run < RUNS; run++)
    {
      AySource source = { 0 };
      double start = bench_seconds ();

      cpu = run == 0 ? bench_cpu_seconds () : cpu;
      read_once (path, csv, &source);
      if (run >= 0)
        times[run] = bench_seconds () - start;
      else
        {
          result.memory = own_memory () - before;
          measure_columns (&source, &result);
        }
      source_clear (&source);
    }
  result.cpu = (bench_cpu_seconds () - cpu) / RUNS;
  result.median = bench_median (times, RUNS);
  result.least = times[0];
  result.most = times[RUNS - 1];
  return result;
}

static gboolean
read_by_peer (const char *task, const char *path, Result *result)
{
  const char *script = AY_SOURCE_DATADIR "/../tests/bench/peer_text_readers.py";
  const char *argv[] = { "/usr/bin/python3", script, task, path, "3", NULL };
  g_autofree char *out = NULL;
  int status = 1;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status,
                     NULL)
      || status != 0
      || sscanf (out, "%lf %lf %lf %lf %u", &result->median, &result->least, &result->most,
                 &result->cpu, &result->crc) != 5)
    {
      printf ("  no pandas for /usr/bin/python3: no peer\n");
      return FALSE;
    }
  return TRUE;
}

static void
show (const char *name, double mb, const Result *result)
{
  printf ("%-28s %7.0f MB/s  (%.3f s, %.3f to %.3f; cpu %.3f s)\n", name, mb / result->median,
          result->median, result->least, result->most, result->cpu);
}

static void
bench (const char *path, gboolean csv)
{
  const char *const tasks[2][2] = { { "jsonl", "json" }, { "csv", "exact" } };
  const char *const names[2][2] = { { "  pandas.read_json", "  json.loads by line" },
                                    { "  pandas.read_csv", "  the same, correctly rounded" } };
  GStatBuf info;
  Result mine, peer = { 0 };
  double mb;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  mb = (double) info.st_size * 1e-6;
  mine = read_file (path, csv);
  printf ("%s, %.0f MB:\n", csv ? "CSV" : "JSON lines", mb);
  show ("  assay", mb, &mine);
  printf ("  memory: %.0f MB = %.2f of the columns' %.0f MB, %.2f of the file\n",
          (double) mine.memory * 1e-6, (double) mine.memory / (double) mine.columns,
          (double) mine.columns * 1e-6, (double) mine.memory * 1e-6 / mb);
  for (int k = 0; k < 2 && read_by_peer (tasks[csv][k], path, &peer); k++)
    {
      show (names[csv][k], mb, &peer);
      printf ("  assay is %.1f times as fast (%.1f by cpu)%s\n", peer.median / mine.median,
              peer.cpu / mine.cpu,
              !csv ? "" : peer.crc == mine.crc ? ", all numbers the same bits"
                                               : ", numbers differ");
    }
}

int
main (void)
{
  const char *dir = g_getenv ("TEXT_DIR"), *scale = g_getenv ("TEXT_SCALE");
  g_autofree char *folder = g_build_filename (dir ? dir : g_get_tmp_dir (), "assay-XXXXXX", NULL);
  double share = scale != NULL ? g_ascii_strtod (scale, NULL) : 1;
  g_autofree char *csv = NULL, *jsonl = NULL;

  g_assert_nonnull (g_mkdtemp (folder));
  csv = g_build_filename (folder, "bench.csv", NULL);
  jsonl = g_build_filename (folder, "bench.jsonl", NULL);
  printf ("text readers, %u threads\n", ay_threads ());
  write_csv (csv, (guint) (330000 * share));
  bench (csv, TRUE);
  g_unlink (csv);
  if (with_json)
    {
      write_jsonl (jsonl, (guint) (400000 * share));
      bench (jsonl, FALSE);
      g_unlink (jsonl);
    }
  g_rmdir (folder);
  return 0;
}
