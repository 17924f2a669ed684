/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/data/reader_csv.h"
#include "textfile.h"
#include "testdata.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <unistd.h>
#include <zlib.h>

static AyTable *
read_bytes (const char *bytes, gsize size, const char *ending, const AyCsvOptions *options,
            AyDiagnostics *diagnostics, GError **error)
{
  g_autoptr (AyMappedFile) file = text_file (bytes, size, ending);

  return ay_csv_read (file, options, diagnostics, NULL, error);
}

static void
assert_reads (const char *text, const char *ending, const AyCsvOptions *options,
              const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AyTable) table = read_bytes (text, strlen (text), ending, options, NULL, &error);
  g_autofree char *shown = NULL;

  g_assert_no_error (error);
  shown = show_table (table);
  g_assert_cmpstr (shown, ==, expected);
}

static void
assert_refuses (const char *bytes, gsize size, const AyCsvOptions *options, const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AyTable) table = read_bytes (bytes, size, ".csv", options, NULL, &error);

  g_assert_null (table);
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  if (!g_str_has_suffix (error->message, what))
    g_error ("\"%s\" does not end in \"%s\"", error->message, what);
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_plain (void)
{
  assert_reads ("a,b,c\n1,x,2.5\n-3,y,1e3\n", ".csv", NULL,
                "a number 1|-3\nb category x|y\nc number 2.5|1000\n");
  assert_reads ("a,b\r\n1,x\r\n2,y", ".csv", NULL, "a number 1|2\nb category x|y\n");
  assert_reads ("\xef\xbb\xbf" "a,b\n1,x\n", ".csv", NULL, "a number 1\nb category x\n");
  assert_reads ("a,b\r1,x\r2,y\r", ".csv", NULL, "a number 1|2\nb category x|y\n");
  assert_reads ("a,b\n1,\n,y\n\n\n", ".csv", NULL, "a number 1|~\nb category ~|y\n");
  assert_reads ("a,b\n1,", ".csv", NULL, "a number 1\nb number ~\n");
  assert_reads ("a\n1\n\n2\n", ".csv", NULL, "a number 1|2\n");
  assert_reads ("a,b\n", ".csv", NULL, "a number \nb number \n");
}

static void
test_quotes (void)
{
  assert_reads ("a,b\n\"x, y\",1\n\"say \"\"hi\"\"\",\"2\"\n\"two\nlines\",\"3\"\n", ".csv", NULL,
                "a category x, y|say \"hi\"|two\nlines\nb number 1|2|3\n");
  assert_reads ("\"a\",\"b,\"\"c\"\n\"\",\"\"\"\"\n", ".csv", NULL,
                "a number ~\nb,\"c category \"\n");
  assert_reads ("a,b\n5\" disk,the \"best\" one\n\"x\"y\"z,w\n", ".csv", NULL,
                "a category 5\" disk|xy\"z\nb category the \"best\" one|w\n");
  assert_refuses ("a,b\n1,2\n\"x,3\n4,5\n", 17, NULL,
                  ".csv:3: a quote opens here and never closes");
}

static void
test_tabs (void)
{
  assert_reads ("a\tb,c\n1\tx,y\n", ".tsv", NULL, "a number 1\nb,c category x,y\n");
  assert_reads ("a\tb\n\"q\tr\"\t1\n", ".tsv", NULL, "a category q\tr\nb number 1\n");
  /* quotes that do not enclose fields are letters there */
  assert_reads ("a\tb\nx\t\"so\" he said\ny\t\"open\n", ".tsv", NULL,
                "a category x|y\nb category \"so\" he said|\"open\n");
  assert_reads ("a\tb\nx\t\"open\ny\tclose\"\n", ".tsv", NULL,
                "a category x|y\nb category \"open|close\"\n");
  assert_reads ("a\tb\nx\t\"two\nlines\"\n\"y\tz\"\tw\n", ".tsv", NULL,
                "a category x|y\tz\nb category two\nlines|w\n");
}

static void
test_delimiters (void)
{
  AyCsvOptions options = AY_CSV_OPTIONS_INIT;

  assert_reads ("a;b\n1;x,y\n2;z\n", ".csv", NULL, "a number 1|2\nb category x,y|z\n");
  assert_reads ("a\tb\n1\tx\n", ".csv", NULL, "a number 1\nb category x\n");
  assert_reads ("a|b\n1|x\n", ".txt", NULL, "a number 1\nb category x\n");
  assert_reads ("n m\n1 2\n3 4\n", ".csv", NULL, "n number 1|3\nm number 2|4\n");
  assert_reads ("word\nof two\nor more words\n", ".csv", NULL,
                "word category of two|or more words\n");
  /* a blank after each delimiter is none of the text; after some it is */
  assert_reads ("a, b, c\n1, x,  y\n2, NA, z\n", ".csv", NULL,
                "a number 1|2\nb category x|~\nc category y|z\n");
  assert_reads ("a, b,c\n1, x,y\n", ".csv", NULL, "a number 1\nb category  x\nc category y\n");
  options.delimiter = ';';
  assert_reads ("a,b;c\n1,2;3\n", ".csv", &options, "a,b number 1.2\nc number 3\n");
}

/* Numbers as half of Europe writes them, and with marks between thousands. */
static void
test_styles (void)
{
  assert_reads ("a;b;c\n1,5;x;2\n-0,25;y;30\n;z;NA\n", ".csv", NULL,
                "a number 1.5|-0.25|~\nb category x|y|z\nc number 2|30|~\n");
  assert_reads ("a;b\n1.234,5;1.234\n12;987\n", ".csv", NULL,
                "a number 1234.5|12\nb number 1234|987\n");
  assert_reads ("a,b\n\"1,5\",2\n\"-,5e1\",3\n", ".csv", NULL,
                "a number 1.5|-5\nb number 2|3\n");
  assert_reads ("a,b\n\"1,5\",2\n\"12,25\",3\n", ".csv", NULL,
                "a number 1.5|12.25\nb number 2|3\n");
  /* without names, as many commas in each row */
  assert_reads ("1,5;2,5\n3,5;4,5\n", ".csv", NULL, "c0 number 1.5|3.5\nc1 number 2.5|4.5\n");
  /* thousands, where points stand before fractions or commas between cells */
  assert_reads ("a\tb\n1,234\t.5\n12\t1.5\n", ".tsv", NULL,
                "a number 1234|12\nb number 0.5|1.5\n");
  assert_reads ("a,b\n\"1,234,567.25\",1\n\"12,345\",2\n", ".csv", NULL,
                "a number 1234567.25|12345\nb number 1|2\n");
  /* nothing tells, or what tells differs: texts */
  assert_reads ("a\tb\n1,234\t2\n5,678\t3\n", ".tsv", NULL,
                "a category 1,234|5,678\nb number 2|3\n");
  assert_reads ("a;b\n1.234;2\n5.678;3\n", ".csv", NULL, "a number 1.234|5.678\nb number 2|3\n");
  assert_reads ("a;b\n1,234;2\n5,678;3\n", ".csv", NULL, "a number 1.234|5.678\nb number 2|3\n");
  assert_reads ("a;b;c\n1,5;2.5;1,234\n2,5;3.25;5,678\n", ".csv", NULL,
                "a number 1.5|2.5\nb number 2.5|3.25\nc number 1234|5678\n");
  assert_reads ("a;b\n1,5;0,123\n2.5;1,5\n", ".csv", NULL,
                "a category 1,5|2.5\nb number 0.123|1.5\n");
  /* versions and dates are none */
  assert_reads ("a;b\n1.2.3;12.03.2024\n1.234.567;1.1.2024\n", ".csv", NULL,
                "a category 1.2.3|1.234.567\nb category 12.03.2024|1.1.2024\n");
}

/* A cell beyond the rows that were looked at, of another style: the column is read again. */
static void
test_style_later (void)
{
  g_autoptr (GString) text = g_string_new ("a;b\n");
  g_autoptr (GString) says = g_string_new ("a category ");

  for (guint i = 0; i < 300; i++)
    {
      g_string_append_printf (text, "%s;1\n", i < 299 ? "1,5" : "2.5");
      g_string_append_printf (says, "%s%s", i > 0 ? "|" : "", i < 299 ? "1,5" : "2.5");
    }
  g_string_append (says, "\nb number 1");
  for (guint i = 1; i < 300; i++)
    g_string_append (says, "|1");
  g_string_append_c (says, '\n');
  assert_reads (text->str, ".csv", NULL, says->str);
}

static void
test_missing (void)
{
  assert_reads ("a,b\n1,NA\nNaN,x\n<NA>,\"N/A\"\n\"\",null\n#N/A,nan\nNone,y\n-nan,n/a\nNULL,NAN\n",
                ".csv", NULL, "a number 1|~|~|~|~|~|~|~\nb category ~|x|~|~|~|y|~|NAN\n");
}

static void
test_numbers (void)
{
  assert_reads ("a,b,c,d\n9007199254740992,9007199254740993,+1, 5 \n-1,12,-0,\" 6\"\n", ".csv",
                NULL,
                "a number 9007199254740992|-1\nb category 9007199254740993|12\n"
                "c number 1|-0\nd number 5|6\n");
  assert_reads ("a,b,c,d\ninf,0x10,1_000,1e999\n1,2,3,4\n", ".csv", NULL,
                "a category inf|1\nb category 0x10|2\nc category 1_000|3\nd category 1e999|4\n");
}

static void
test_header (void)
{
  AyCsvOptions none = AY_CSV_OPTIONS_INIT, forced = AY_CSV_OPTIONS_INIT;

  none.source.no_header = TRUE;
  forced.source.has_header = TRUE;
  assert_reads ("a,b\n1,2\n", ".csv", &none, "c0 category a|1\nc1 category b|2\n");
  assert_reads ("1,2\n3,4\n", ".csv", NULL, "c0 number 1|3\nc1 number 2|4\n");
  assert_reads ("1,2\n3,4\n", ".csv", &forced, "1 number 3\n2 number 4\n");
  assert_reads (",0,1,2\n0,3,4,5\n", ".csv", NULL,
                "c0 number 0\n0 number 3\n1 number 4\n2 number 5\n");
  assert_reads ("text,label\nsome words,x\nother words,y\nmore,x\n", ".csv", NULL,
                "text category some words|other words|more\nlabel category x|y|x\n");
  assert_reads ("x,some words\ny,other words\nx,more\n", ".csv", NULL,
                "c0 category x|y|x\nc1 category some words|other words|more\n");
}

static void
test_names (void)
{
  const char *text = "a,,a, b ,a.1,c1,a\n1,2,3,4,5,6,7\n";
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  g_autoptr (AyTable) table = read_bytes (text, strlen (text), ".csv", NULL, diagnostics, NULL);
  static const char *const names[] = { "a", "c1", "a.1", "b", "a.1.1", "c1.1", "a.2" };

  for (guint c = 0; c < G_N_ELEMENTS (names); c++)
    {
      g_assert_cmpstr (ay_column_name (ay_table_column (table, c)), ==, names[c]);
      g_assert_true (ay_table_find (table, names[c]) == ay_table_column (table, c));
    }
  g_assert_nonnull (ay_diagnostics_find (diagnostics, "blank-header"));
  g_assert_nonnull (ay_diagnostics_find (diagnostics, "duplicate-header"));
  g_assert_null (ay_diagnostics_find (diagnostics, "header-guessed"));
}

static void
test_ragged (void)
{
  const char *text = "a,b,c\n1,2,3\n4,5\r\n6,7,8,9\n,,\n";
  AyCsvOptions options = AY_CSV_OPTIONS_INIT;
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  g_autoptr (AyTable) table = NULL;

  assert_refuses (text, strlen (text), NULL, ".csv:3: 2 fields, the header has 3");
  assert_refuses ("1,2\n3\n", 6, NULL, ".csv:2: 1 field, the first row has 2");
  options.source.ragged = AY_RAGGED_PAD;
  assert_reads (text, ".csv", &options, "a number 1|4|6|~\nb number 2|5|7|~\nc number 3|~|8|~\n");
  options.source.ragged = AY_RAGGED_SKIP;
  assert_reads (text, ".csv", &options, "a number 1|~\nb number 2|~\nc number 3|~\n");
  assert_reads ("x,y\n1,2,3\n4,5,6\n7,8,9\n", ".csv", &options,
                "c0 number 1|4|7\nc1 number 2|5|8\nc2 number 3|6|9\n");
  table = read_bytes (text, strlen (text), ".csv", &options, diagnostics, NULL);
  g_assert_nonnull (ay_diagnostics_find (diagnostics, "ragged-rows"));
  g_assert_nonnull (strstr (ay_diagnostics_find (diagnostics, "ragged-rows")->text, "line 3"));
}

static void
test_encoding (void)
{
  AyCsvOptions latin1 = AY_CSV_OPTIONS_INIT;

  latin1.source.latin1 = TRUE;
  assert_refuses ("a\ncaf\xe9\n", 7, NULL,
                  ": byte 5: 0xe9 is not UTF-8 (is it Latin-1? then --latin1)");
  assert_reads ("a\ncaf\xe9\n", ".csv", &latin1, "a category caf\xc3\xa9\n");
  assert_reads ("a\n\x80 5 \x93so\x94\n", ".csv", &latin1, "a category € 5 “so”\n");
  assert_reads ("a\ncaf\xc3\xa9\n", ".csv", &latin1, "a category caf\xc3\xa9\n"); /* is UTF-8 */
  assert_refuses ("a,b\n1,\0\n", 8, NULL, ": byte 6: a NUL byte: this is no text");
  assert_refuses ("a,b\n1,\0\n", 8, &latin1, ": byte 6: a NUL byte: this is no text");
  assert_refuses ("a\0,b\n1,2\n", 9, NULL, ": byte 1: a NUL byte: this is no text");
  assert_refuses ("\xef\xbb\xbf" "a\n\xff\n", 7, NULL,
                  ": byte 5: 0xff is not UTF-8 (is it Latin-1? then --latin1)");
  assert_refuses ("\xff\xfe" "a\0", 4, NULL, ": byte 0: UTF-16 text: save it as UTF-8");
  assert_refuses ("", 0, NULL, ":1: the file is empty");
  assert_refuses ("\n\n", 2, NULL, ":1: there are no rows");
}

static void
test_gzip (void)
{
  g_autofree char *path
      = g_strdup_printf ("%s/assay-text-%d.csv.gz", g_get_tmp_dir (), (int) getpid ());
  gzFile stream = gzopen (path, "wb");

  gzputs (stream, "a,b\n1,x\n\"2\",\"\"\"y\"\n");
  gzclose (stream);
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);
  g_autoptr (AyTable) table = ay_csv_read (file, NULL, NULL, NULL, NULL);
  g_autofree char *shown = show_table (table);

  g_assert_cmpstr (shown, ==, "a number 1|2\nb category x|\"y\n");
  g_unlink (path);
}

/* The fixture as pandas and Python read it: tests/reference/nasty_csv.py. */
static void
test_golden (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "nasty.csv", NULL);
  g_autofree char *values = g_strconcat (path, ".json", NULL);
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);
  g_autoptr (AyTable) table = ay_csv_read (file, NULL, NULL, NULL, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *columns;

  g_assert_true (json_parser_load_from_file (parser, values, NULL));
  columns = json_node_get_array (json_parser_get_root (parser));
  g_assert_cmpuint (json_array_get_length (columns), ==, ay_table_n_columns (table));
  for (guint c = 0; c < ay_table_n_columns (table); c++)
    {
      JsonObject *expected = json_array_get_object_element (columns, c);
      JsonArray *cells = json_object_get_array_member (expected, "values");
      AyColumn *column = ay_table_column (table, c);
      gboolean number = g_str_equal (json_object_get_string_member (expected, "type"), "number");

      g_assert_cmpstr (json_object_get_string_member (expected, "name"), ==,
                       ay_column_name (column));
      g_assert_cmpint (ay_column_type (column) == AY_COLUMN_NUMBER, ==, number);
      g_assert_cmpuint (json_array_get_length (cells), ==, ay_table_rows (table));
      for (guint row = 0; row < json_array_get_length (cells); row++)
        {
          gboolean missing = json_array_get_null_element (cells, row);
          const char *text = missing ? NULL : json_array_get_string_element (cells, row);
          double value = number && text != NULL ? strtod (text, NULL) : 0;

          assert_cell (column, row, text, number && text != NULL ? &value : NULL);
        }
    }
}

/* Every length and place of the point on the quick way, against strtod. */
static void
test_decimals (void)
{
  g_autoptr (GString) text = g_string_new ("a,b\n");
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  AyRng state, *rng = &state;

  ay_rng_init (rng, 3, 0);
  for (guint k = 0; k < 4000; k++)
    {
      guint length = 1 + k % 19, point = ay_rng_below (rng, length + 6);
      GString *cell = g_string_new (k % 3 == 0 ? "-" : NULL);

      for (guint i = 0; i < length; i++)
        {
          if (i == point)
            g_string_append_c (cell, '.');
          g_string_append_c (cell, (char) ('0' + ay_rng_below (rng, 10)));
        }
      if (point == length)
        g_string_append_c (cell, '.');
      if (strchr (cell->str, '.') == NULL && length > 15)
        g_string_append (cell, ".25");
      g_string_append_printf (text, "%s,%s\r\n", cell->str, cell->str);
      g_ptr_array_add (cells, g_string_free (cell, FALSE));
    }
  g_autoptr (AyTable) table = read_bytes (text->str, text->len, ".csv", NULL, NULL, NULL);

  for (guint c = 0; c < 2; c++)
    for (guint k = 0; k < cells->len; k++)
      {
        double value = strtod (cells->pdata[k], NULL);

        assert_cell (ay_table_column (table, c), k, NULL, &value);
      }
}

/* Many chunks, quotes across their ends, kinds that the first rows belie; one and two threads. */
static void
test_chunks (void)
{
  g_autoptr (GString) text = g_string_new ("n,late,label,note,words\n");
  gsize rows = 40000;
  AyTable *tables[2];

  for (gsize i = 0; i < rows; i++)
    g_string_append_printf (text, "%zu,%s,k%zu,\"note %zu, with a\nbreak%s\",%s%zu\n", i,
                            i == 30000 ? "later" : "7.5", i % 7, i % 3 == 0 ? i / 3 : i,
                            i % 1000 == 0 ? " and \"\"quotes\"\" and\n\n\n\"\"" : "",
                            "wordwordwordwordwordwordwordwordwordwordwordword",
                            i < 20000 ? i % 5 : i);
  for (guint t = 0; t < 2; t++)
    {
      g_autofree char *shown = NULL;

      ay_set_threads (t + 1);
      tables[t] = read_bytes (text->str, text->len, ".csv", NULL, NULL, NULL);
      g_assert_cmpuint (ay_table_rows (tables[t]), ==, rows);
    }
  ay_set_threads (0);
  for (guint c = 0; c < 5; c++)
    {
      g_autofree char *name = g_strdup (ay_column_name (ay_table_column (tables[0], c)));

      for (gsize i = 0; i < rows; i++)
        {
          g_autofree char *one = ay_column_dup_text (ay_table_column (tables[0], c), i);
          g_autofree char *two = ay_column_dup_text (ay_table_column (tables[1], c), i);

          g_assert_cmpstr (one, ==, two);
          if (c == 0)
            g_assert_cmpfloat (ay_column_numbers (ay_table_column (tables[0], 0))[i], ==, i);
          if (c == 1)
            g_assert_cmpstr (one, ==, i == 30000 ? "later" : "7.5");
          if (c == 3 && i % 1000 == 0)
            g_assert_true (g_str_has_suffix (one, "and \"quotes\" and\n\n\n\""));
        }
    }
  g_assert_cmpint (ay_column_type (ay_table_column (tables[0], 1)), ==, AY_COLUMN_CATEGORY);
  g_assert_cmpint (ay_column_type (ay_table_column (tables[0], 2)), ==, AY_COLUMN_CATEGORY);
  g_assert_cmpint (ay_column_type (ay_table_column (tables[0], 3)), ==, AY_COLUMN_TEXT);
  g_assert_cmpint (ay_column_type (ay_table_column (tables[0], 4)), ==, AY_COLUMN_TEXT);
  ay_table_unref (tables[0]);
  ay_table_unref (tables[1]);
}

/* A wrong row far into the file: the first one is named, whatever the number of threads. */
static void
test_first_error (void)
{
  g_autoptr (GString) text = g_string_new ("a,b\n");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 300000; i++)
    g_string_append (text, i == 150000 || i == 250000 ? "1,2,3\n" : "12345,67890\n");
  g_assert_null (read_bytes (text->str, text->len, ".csv", NULL, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  g_assert_true (g_str_has_suffix (error->message, ".csv:150002: 3 fields, the header has 2"));
}

static void
test_cancel (void)
{
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMappedFile) file = text_file ("a\n1\n", 4, ".csv");

  ay_job_cancel (job);
  g_assert_null (ay_csv_read (file, NULL, NULL, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
}

/* A random text: every byte that matters, and letters of one to four bytes. */
static char *
random_text (AyRng *rng)
{
  static const char *const parts[] = { ",", "\"", "\n", "\r\n", "a", "Z", " ", "7", ".", "é", "日",
                                       "🙏", "\t", ";", "'", "-" };
  GString *text = g_string_new ("t"); /* neither a number nor missing */
  guint length = ay_rng_below (rng, 20);

  for (guint i = 0; i < length; i++)
    g_string_append (text, parts[ay_rng_below (rng, G_N_ELEMENTS (parts))]);
  return g_string_free (text, FALSE);
}

static void
write_cell (GString *out, const char *text, gboolean quote)
{
  if (!quote && strpbrk (text, ",\"\r\n") == NULL && *text != '\0')
    g_string_append (out, text);
  else
    {
      g_string_append_c (out, '"');
      for (; *text != '\0'; text++)
        {
          if (*text == '"')
            g_string_append_c (out, '"');
          g_string_append_c (out, *text);
        }
      g_string_append_c (out, '"');
    }
}

/* What a small writer writes, with quotes at random, comes back. */
static void
test_round_trip (void)
{
  AyRng state, *rng = &state;

  ay_rng_init (rng, 5, 0);
  for (guint round = 0; round < 300; round++)
    {
      guint rows = 1 + ay_rng_below (rng, 40), columns = 1 + ay_rng_below (rng, 6);
      g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (AyTable) table = NULL;
      AyCsvOptions options = { AY_SOURCE_OPTIONS_INIT, ',' };

      options.source.has_header = TRUE;
      for (guint c = 0; c < columns; c++)
        g_string_append_printf (out, "%sn%u", c > 0 ? "," : "", c);
      g_string_append (out, "\n");
      for (guint i = 0; i < rows * columns; i++)
        {
          char *text = ay_rng_below (rng, 10) == 0 ? g_strdup ("") : random_text (rng);

          g_ptr_array_add (cells, text);
          write_cell (out, text, ay_rng_below (rng, 2));
          if ((i + 1) % columns != 0)
            g_string_append_c (out, ',');
          else if (i + 1 < rows * columns || ay_rng_below (rng, 2))
            g_string_append (out, ay_rng_below (rng, 2) ? "\n" : "\r\n");
        }
      table = read_bytes (out->str, out->len, ".csv", &options, NULL, NULL);
      g_assert_cmpuint (ay_table_rows (table), ==, rows);
      for (guint i = 0; i < rows * columns; i++)
        if (ay_column_type (ay_table_column (table, i % columns)) == AY_COLUMN_NUMBER)
          g_assert_cmpstr (cells->pdata[i], ==, ""); /* a column of missing cells */
        else
          assert_cell (ay_table_column (table, i % columns), i / columns,
                       *(char *) cells->pdata[i] != '\0' ? cells->pdata[i] : NULL, NULL);
    }
}

/* Damaged files give a table or one line that names the file, never a crash. */
static void
test_damage (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "nasty.csv", NULL);
  g_autofree char *bytes = NULL;
  AyRng state, *rng = &state;
  gsize size;
  guint tables = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  ay_rng_init (rng, 11, 0);
  for (guint round = 0; round < 600; round++)
    {
      gsize from = ay_rng_below (rng, (guint) size / 2), count = ay_rng_below (rng, 4000);
      g_autofree char *copy = g_memdup2 (bytes + (round % 2 ? from : 0), count + 1);
      AyCsvOptions options = AY_CSV_OPTIONS_INIT;
      g_autoptr (GError) error = NULL;
      g_autoptr (AyTable) table = NULL;

      for (guint k = ay_rng_below (rng, 4); k > 0 && count > 0; k--)
        copy[ay_rng_below (rng, (guint) count)]
            = (char) (ay_rng_below (rng, 2) ? "\",\n\r\t; "[ay_rng_below (rng, 7)]
                                            : (char) ay_rng_below (rng, 256));
      options.source.ragged = (AyRagged) ay_rng_below (rng, 3);
      options.source.latin1 = ay_rng_below (rng, 3) == 0;
      options.source.no_header = ay_rng_below (rng, 3) == 0;
      table = read_bytes (copy, count, ay_rng_below (rng, 2) ? ".csv" : ".tsv", &options, NULL,
                          &error);
      tables += table != NULL;
      if (table == NULL)
        {
          g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
          g_assert_true (g_str_has_prefix (error->message, "a folder/assay-text."));
          g_assert_null (strchr (error->message, '\n'));
        }
      else
        g_free (show_table (table));
    }
  g_assert_cmpuint (tables, >, 100);
}

/* (nullable) The table of a real file, read with these options. */
static AyTable *
read_real (const char *relative, const AyCsvOptions *options, GError **error)
{
  g_autofree char *path = test_data (relative);
  g_autoptr (AyMappedFile) file = path != NULL ? ay_mapped_file_new (path, NULL) : NULL;

  return file != NULL ? ay_csv_read (file, options, NULL, NULL, error) : NULL;
}

static void
test_real_texts (void)
{
  g_autoptr (GError) error = NULL;
  AyCsvOptions options = AY_CSV_OPTIONS_INIT;
  g_autoptr (AyTable) banking = read_real ("banking77/train.csv", NULL, NULL);
  g_autoptr (AyTable) sms = read_real ("sms_spam/SMSSpamCollection.tsv", NULL, NULL);
  g_autoptr (AyTable) variant = read_real ("sms_spam/spam_kaggle_variant.csv", NULL, &error);
  g_autofree char *text = NULL;
  guint categories;

  if (banking == NULL)
    return;
  g_assert_cmpuint (ay_table_rows (banking), ==, 10003);
  ay_column_categories (ay_table_find (banking, "category"), &categories);
  g_assert_cmpuint (categories, ==, 77);
  g_assert_cmpuint (ay_table_rows (sms), ==, 5573);
  text = ay_column_dup_text (ay_table_column (sms, 1), 799);
  g_assert_true (g_str_has_prefix (text, "\"Gimme a few\" was"));
  g_assert_null (variant);
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  options.source.latin1 = TRUE;
  variant = read_real ("sms_spam/spam_kaggle_variant.csv", &options, NULL);
  g_assert_cmpuint (ay_table_n_columns (variant), ==, 5);
  g_assert_cmpstr (ay_column_name (ay_table_column (variant, 4)), ==, "c4");
}

static void
test_real_numbers (void)
{
  g_autoptr (GError) error = NULL;
  AyCsvOptions options = AY_CSV_OPTIONS_INIT;
  g_autoptr (AyTable) bikes = read_real ("bike_sharing/hour.csv", NULL, NULL);
  g_autoptr (AyTable) digits = read_real ("sklearn_bundled/digits.csv.gz", NULL, NULL);
  g_autoptr (AyTable) cancer = read_real ("sklearn_bundled/breast_cancer.csv", NULL, &error);

  if (bikes == NULL)
    return;
  g_assert_cmpuint (ay_table_rows (bikes), ==, 17520);
  g_assert_cmpuint (ay_table_n_columns (bikes), ==, 22);
  g_assert_cmpuint (ay_column_count_missing (ay_table_find (bikes, "temp")), ==, 141);
  g_assert_cmpuint (ay_table_rows (digits), ==, 1797);
  g_assert_cmpuint (ay_table_n_columns (digits), ==, 65);
  g_assert_null (cancer);
  g_assert_true (
      g_str_has_suffix (error->message, "breast_cancer.csv:2: 31 fields, the header has 4"));
  options.source.ragged = AY_RAGGED_SKIP;
  cancer = read_real ("sklearn_bundled/breast_cancer.csv", &options, NULL);
  g_assert_cmpuint (ay_table_rows (cancer), ==, 569);
  g_assert_cmpuint (ay_table_n_columns (cancer), ==, 31);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csv/plain", test_plain);
  g_test_add_func ("/csv/quotes", test_quotes);
  g_test_add_func ("/csv/tabs", test_tabs);
  g_test_add_func ("/csv/delimiters", test_delimiters);
  g_test_add_func ("/csv/styles", test_styles);
  g_test_add_func ("/csv/style-later", test_style_later);
  g_test_add_func ("/csv/missing", test_missing);
  g_test_add_func ("/csv/numbers", test_numbers);
  g_test_add_func ("/csv/header", test_header);
  g_test_add_func ("/csv/names", test_names);
  g_test_add_func ("/csv/ragged", test_ragged);
  g_test_add_func ("/csv/encoding", test_encoding);
  g_test_add_func ("/csv/gzip", test_gzip);
  g_test_add_func ("/csv/golden", test_golden);
  g_test_add_func ("/csv/decimals", test_decimals);
  g_test_add_func ("/csv/chunks", test_chunks);
  g_test_add_func ("/csv/first-error", test_first_error);
  g_test_add_func ("/csv/cancel", test_cancel);
  g_test_add_func ("/csv/round-trip", test_round_trip);
  g_test_add_func ("/csv/damage", test_damage);
  g_test_add_func ("/csv/real-texts", test_real_texts);
  g_test_add_func ("/csv/real-numbers", test_real_numbers);
  return g_test_run ();
}
