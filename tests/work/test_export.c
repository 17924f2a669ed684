/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/data/reader_csv.h"
#include "core/data/reader_npy.h"
#include "core/data/reader_npz.h"
#include "core/work/export.h"
#include "folders.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Exact bytes of small files, our own readers, and what cannot be written. check_export.py reads
 * such files with other eyes. */

typedef struct
{
  char *folder;
  AyTable *table; /* score 0.5 NaN -3, n 1 2 missing, label a missing "b,c" */
} Place;

static AyColumn *
number (const char *name, double a, double b, double c)
{
  double values[] = { a, b, c };
  gboolean integral = TRUE;

  for (int i = 0; i < 3; i++)
    integral = integral && (isnan (values[i]) || values[i] == floor (values[i]));
  return ay_column_take_number (name, 3, g_memdup2 (values, sizeof values), integral);
}

static void
place_init (Place *place, gconstpointer data)
{
  guint32 codes[] = { 0, AY_CODE_MISSING, 1 };
  char *names[] = { "a", "b,c", NULL };

  place->folder = make_folder ();
  place->table = ay_table_new (3);
  ay_table_take (place->table, number ("score", 0.5, NAN, -3));
  ay_table_take (place->table, number ("n", 100000, 2, NAN));
  ay_table_take (place->table, ay_column_take_category ("label", 3, g_memdup2 (codes, sizeof codes),
                                                        g_strdupv (names)));
}

static void
place_clear (Place *place, gconstpointer data)
{
  drop_folder (place->folder);
  g_free (place->folder);
  ay_table_unref (place->table);
}

static gboolean
export (Place *place, const char *name, AyTable *table, const AyBitset *rows, GError **error)
{
  g_autofree char *path = g_build_filename (place->folder, name, NULL);
  AyExportOptions options = AY_EXPORT_OPTIONS_INIT;

  g_assert_true (ay_export_format_of_path (path, &options.format, NULL));
  return ay_export_table (table, rows, &options, path, NULL, error);
}

static char *
contents (Place *place, const char *name, gsize *size)
{
  g_autofree char *path = g_build_filename (place->folder, name, NULL);
  char *bytes = NULL;

  g_assert_true (g_file_get_contents (path, &bytes, size, NULL));
  return bytes;
}

static void
assert_text (Place *place, const char *name, const AyBitset *rows, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  export (place, name, place->table, rows, &error);
  g_assert_no_error (error);
  text = contents (place, name, NULL);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_exact (Place *place, gconstpointer data)
{
  g_autoptr (AyBitset) last = ay_bitset_new (3);
  g_autoptr (AyBitset) none = ay_bitset_new (3);

  ay_bitset_add (last, 2);
  assert_text (place, "a.csv", NULL, "score,n,label\n0.5,100000,a\n,2,\n-3,,\"b,c\"\n");
  assert_text (place, "a.tsv", NULL, "score\tn\tlabel\n0.5\t100000\ta\n\t2\t\n-3\t\tb,c\n");
  assert_text (place, "a.jsonl", NULL,
               "{\"score\":0.5,\"n\":100000,\"label\":\"a\"}\n"
               "{\"score\":null,\"n\":2,\"label\":null}\n"
               "{\"score\":-3,\"n\":null,\"label\":\"b,c\"}\n");
  assert_text (place, "b.json", last, "[\n{\"score\":-3,\"n\":null,\"label\":\"b,c\"}\n]\n");
  assert_text (place, "b.CSV", last, "score,n,label\n-3,,\"b,c\"\n");
  assert_text (place, "c.json", none, "[\n]\n");
  assert_text (place, "c.csv", none, "score,n,label\n");
  assert_text (place, "c.jsonl", none, "");
}

/* One column with missing cells must keep its rows. */
static void
test_one_column (Place *place, gconstpointer data)
{
  g_autoptr (AyTable) table = ay_table_new (3);
  g_autofree char *text = NULL;

  ay_table_take (table, number ("n", NAN, 7, NAN));
  g_assert_true (export (place, "one.csv", table, NULL, NULL));
  text = contents (place, "one.csv", NULL);
  g_assert_cmpstr (text, ==, "n\n\"\"\n7\n\"\"\n");
}

/* The same bytes for one thread and two, and in two runs. */
static void
test_same_bytes (Place *place, gconstpointer data)
{
  static const char *const endings[] = { "csv", "json", "npy", "npz" };
  gsize n = 70000;
  double *values = g_new (double, n);
  g_autoptr (AyTable) table = ay_table_new (n);

  for (gsize i = 0; i < n; i++)
    values[i] = sin ((double) i);
  ay_table_take (table, ay_column_take_number ("v", n, values, FALSE));
  for (gsize f = 0; f < G_N_ELEMENTS (endings); f++)
    {
      char *bytes[3];
      gsize sizes[3];

      for (guint t = 0; t < 3; t++)
        {
          g_autofree char *name = g_strdup_printf ("%u.%s", t, endings[f]);

          ay_set_threads (t);
          g_assert_true (export (place, name, table, NULL, NULL));
          bytes[t] = contents (place, name, &sizes[t]);
        }
      g_assert_cmpmem (bytes[0], sizes[0], bytes[1], sizes[1]);
      g_assert_cmpmem (bytes[0], sizes[0], bytes[2], sizes[2]);
      for (guint t = 0; t < 3; t++)
        g_free (bytes[t]);
    }
  ay_set_threads (0);
}

/* Texts that bite, beside numbers that must come back to the last bit. */
static AyTable *
nasty_table (gsize n)
{
  static const char *const words[] = { "a,b", "q\"q", "two\nlines", "tab\tt", " lead", "größe",
                                       "日本", "\r", "\\", "😀", "\"", "NAN", "trail " };
  double *x = g_new (double, n);
  double *k = g_new (double, n);
  guint64 *offset = g_new (guint64, n);
  guint32 *length = g_new (guint32, n);
  GString *arena = g_string_new (NULL);
  AyTable *table = ay_table_new (n);
  char *base;

  for (gsize i = 0; i < n; i++)
    {
      x[i] = i % 7 == 1 ? NAN : ldexp (sin ((double) i), (int) (i % 600) - 300);
      k[i] = (double) i * 1000 - 5000;
      offset[i] = arena->len;
      g_string_append (arena, words[i % G_N_ELEMENTS (words)]);
      length[i] = i % 11 == 3 ? AY_CODE_MISSING : (guint32) (arena->len - offset[i]);
    }
  base = g_string_free (arena, FALSE);
  ay_table_take (table, ay_column_take_number ("x", n, x, FALSE));
  ay_table_take (table, ay_column_take_number ("k", n, k, TRUE));
  ay_table_take (table,
                 ay_column_take_text ("größe, \"odd\"", n, offset, length, base, base, g_free));
  return table;
}

static void
assert_same_column (AyColumn *a, AyColumn *b, gboolean missing_is_empty)
{
  g_assert_cmpuint (ay_column_rows (a), ==, ay_column_rows (b));
  for (gsize i = 0; i < ay_column_rows (a); i++)
    {
      g_autofree char *text_a = ay_column_dup_text (a, i);
      g_autofree char *text_b = ay_column_dup_text (b, i);

      g_assert_cmpstr (text_a, ==, text_b);
      if (!missing_is_empty)
        g_assert_true (ay_column_is_missing (a, i) == ay_column_is_missing (b, i));
    }
}

static AyMappedFile *
map (Place *place, const char *name)
{
  g_autofree char *path = g_build_filename (place->folder, name, NULL);
  AyMappedFile *file = ay_mapped_file_new (path, NULL);

  g_assert_nonnull (file);
  return file;
}

static void
assert_csv_comes_back (Place *place, const char *name, AyTable *table)
{
  AyCsvOptions options = AY_CSV_OPTIONS_INIT;
  g_autoptr (AyMappedFile) file = NULL;
  g_autoptr (AyTable) back = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (export (place, name, table, NULL, NULL));
  file = map (place, name);
  back = ay_csv_read (file, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ay_table_n_columns (back), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      AyColumn *wanted = ay_table_column (table, i), *found = ay_table_column (back, i);

      g_assert_cmpstr (ay_column_name (found), ==, ay_column_name (wanted));
      assert_same_column (found, wanted, FALSE);
    }
}

static void
test_own_readers (Place *place, gconstpointer data)
{
  g_autoptr (AyTable) table = nasty_table (3000);
  g_autoptr (AyTable) numbers = ay_table_new (3000);
  g_autoptr (AyMappedFile) npy = NULL;
  g_autoptr (AyMappedFile) zip = NULL;
  g_autoptr (AyArray) matrix = NULL;
  g_autoptr (AyArray) texts = NULL;
  g_autoptr (AyNpz) npz = NULL;

  assert_csv_comes_back (place, "back.csv", table);
  assert_csv_comes_back (place, "back.tsv", table);
  for (guint i = 0; i < 2; i++)
    ay_table_take (numbers, ay_column_ref (ay_table_column (table, i)));
  g_assert_true (export (place, "back.npy", numbers, NULL, NULL));
  g_assert_true (export (place, "back.npz", table, NULL, NULL));
  npy = map (place, "back.npy");
  matrix = ay_npy_read (npy, NULL);
  zip = map (place, "back.npz");
  npz = ay_npz_open (zip, NULL);
  g_assert_cmpuint (ay_npz_count (npz), ==, 3);
  for (guint j = 0; j < 2; j++)
    {
      g_autoptr (AyArray) array = ay_npz_read (npz, j, NULL, NULL);
      const double *wanted = ay_column_numbers (ay_table_column (table, j));

      g_assert_cmpstr (ay_npz_name (npz, j), ==, ay_column_name (ay_table_column (table, j)));
      for (gsize i = 0; i < 3000; i++)
        {
          double values[] = { ay_matrix_value (matrix->matrix, i, j),
                              ay_matrix_value (array->matrix, i, 0) };

          for (int v = 0; v < 2; v++)
            g_assert_true (values[v] == wanted[i] || (isnan (values[v]) && isnan (wanted[i])));
        }
    }
  texts = ay_npz_read (npz, 2, NULL, NULL);
  assert_same_column (texts->text, ay_table_column (table, 2), TRUE);
}

static void
assert_refused (Place *place, const char *name, AyTable *table, AyErrorCode code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (place->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, "older", -1, NULL));
  g_assert_false (export (place, name, table, NULL, &error));
  g_assert_true (error->domain == AY_ERROR);
  g_assert_cmpint (error->code, ==, code);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_nonnull (strstr (error->message, part));
  g_assert_null (strchr (error->message, '\n'));
  {
    g_autofree char *text = contents (place, name, NULL); /* what was there is still there */

    g_assert_cmpstr (text, ==, "older");
  }
}

static void
test_refused (Place *place, gconstpointer data)
{
  g_autoptr (AyTable) infinite = ay_table_new (3);
  g_autoptr (AyTable) empty = ay_table_new (3);
  g_autoptr (AyTable) huge = ay_table_new (3);
  g_autoptr (GError) error = NULL;
  AyExportFormat format;
  gsize long_size = 100 << 20;
  char *long_text = g_malloc (long_size);
  guint64 offsets[] = { 0, 0, 0 };
  guint32 lengths[] = { 1, (guint32) long_size, 1 };

  memset (long_text, 'x', long_size);
  ay_table_take (infinite, number ("v", 1, -INFINITY, NAN));
  ay_table_take (huge, ay_column_take_text ("t", 3, g_memdup2 (offsets, sizeof offsets),
                                            g_memdup2 (lengths, sizeof lengths), long_text,
                                            long_text, g_free));
  assert_refused (place, "a.npy", place->table, AY_ERROR_UNSUPPORTED, "column \"label\"");
  assert_refused (place, "a.json", infinite, AY_ERROR_UNSUPPORTED, "column \"v\", row 1");
  assert_refused (place, "a.npz", huge, AY_ERROR_UNSUPPORTED, "column \"t\"");
  assert_refused (place, "a.csv", empty, AY_ERROR_RANGE, "no column");
  g_assert_false (ay_export_format_of_path ("table.xlsx", &format, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_assert_nonnull (strstr (error->message, "table.xlsx: "));
  g_clear_error (&error);
  g_assert_false (export (place, "no-such-folder/a.csv", place->table, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_IO);
}

static void
test_cancelled (Place *place, gconstpointer data)
{
  g_autoptr (AyJob) job = ay_job_new ();
  static const char *const endings[] = { "csv", "jsonl", "json", "npz" };

  ay_job_cancel (job);
  for (gsize f = 0; f < G_N_ELEMENTS (endings); f++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *name = g_strconcat ("x.", endings[f], NULL);
      g_autofree char *path = g_build_filename (place->folder, name, NULL);
      AyExportOptions options = AY_EXPORT_OPTIONS_INIT;

      ay_export_format_of_path (path, &options.format, NULL);
      g_assert_false (ay_export_table (place->table, NULL, &options, path, job, &error));
      g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

static void
test_diagnostics (Place *place, gconstpointer data)
{
  g_autoptr (AyTable) numbers = ay_table_new (3);
  g_autofree char *npy = g_build_filename (place->folder, "d.npy", NULL);
  g_autofree char *npz = g_build_filename (place->folder, "d.npz", NULL);
  AyExportOptions options = { AY_EXPORT_NPY, ay_diagnostics_new () };

  ay_table_take (numbers, number ("a", 1, 2, 3));
  ay_table_take (numbers, number ("b", 1, 2, 3));
  g_assert_true (ay_export_table (numbers, NULL, &options, npy, NULL, NULL));
  g_assert_nonnull (ay_diagnostics_find (options.diagnostics, "export-names"));
  options.format = AY_EXPORT_NPZ;
  g_assert_true (ay_export_table (place->table, NULL, &options, npz, NULL, NULL));
  g_assert_nonnull (ay_diagnostics_find (options.diagnostics, "export-missing-text"));
  g_assert_cmpuint (ay_diagnostics_count (options.diagnostics), ==, 2);
  ay_diagnostics_unref (options.diagnostics);
}

#define ADD(name, func) g_test_add (name, Place, NULL, place_init, func, place_clear)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/export/exact", test_exact);
  ADD ("/export/one-column", test_one_column);
  ADD ("/export/same-bytes", test_same_bytes);
  ADD ("/export/own-readers", test_own_readers);
  ADD ("/export/refused", test_refused);
  ADD ("/export/cancelled", test_cancelled);
  ADD ("/export/diagnostics", test_diagnostics);
  return g_test_run ();
}
