/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/data/reader_jsonl.h"
#include "testdata.h"
#include "textfile.h"

#include "assay-config.h"

#include <json-glib/json-glib.h>

static void
source_clear (AySource *source)
{
  g_clear_pointer (&source->table, ay_table_unref);
  g_clear_pointer (&source->keys, g_ptr_array_unref);
  g_clear_pointer (&source->arrays, g_ptr_array_unref);
}

static gboolean
read_file (AyMappedFile *file, AySource *source, AyDiagnostics *diagnostics, GError **error)
{
  memset (source, 0, sizeof *source);
  source->keys = g_ptr_array_new_with_free_func (g_free);
  source->arrays = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_matrix_unref);
  return ay_jsonl_read (file, source, diagnostics, NULL, error);
}

static gboolean
read_bytes (const char *bytes, gsize size, AySource *source, AyDiagnostics *diagnostics,
            GError **error)
{
  g_autoptr (AyMappedFile) file = text_file (bytes, size, ".jsonl");

  return read_file (file, source, diagnostics, error);
}

#ifdef AY_HAVE_SIMDJSON

static void
assert_reads (const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) shown = g_string_new (NULL);
  g_autofree char *table = NULL;
  AySource source;

  read_bytes (text, strlen (text), &source, NULL, &error);
  g_assert_no_error (error);
  table = show_table (source.table);
  g_string_append (shown, table);
  for (guint k = 0; k < source.keys->len; k++)
    {
      AyMatrix *matrix = source.arrays->pdata[k];

      g_string_append_printf (shown, "%s vector", (char *) source.keys->pdata[k]);
      for (gsize row = 0; row < ay_matrix_rows (matrix); row++)
        for (gsize col = 0; col < ay_matrix_cols (matrix); col++)
          g_string_append_printf (shown, "%c%g", col == 0 ? '|' : ',',
                                  ay_matrix_value (matrix, row, col));
      g_string_append_c (shown, '\n');
    }
  g_assert_cmpstr (shown->str, ==, expected);
  source_clear (&source);
}

static void
assert_refuses (const char *text, const char *what)
{
  g_autoptr (GError) error = NULL;
  AySource source;

  g_assert_false (read_bytes (text, strlen (text), &source, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  if (!g_str_has_suffix (error->message, what))
    g_error ("\"%s\" does not end in \"%s\"", error->message, what);
  g_assert_null (strchr (error->message, '\n'));
  g_assert_true (source.table == NULL && source.keys->len == 0 && source.arrays->len == 0);
  source_clear (&source);
}

/* What fuzzing found: simdjson says of a value in it that it ends beyond the text. */
static void
test_beyond (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", "history",
                                                 "value_beyond_the_end.bin", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize size;
  AySource source;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  g_assert_false (read_bytes (text, size, &source, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  source_clear (&source);
}

static void
test_plain (void)
{
  assert_reads ("{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2.5, \"b\": null}\n",
                "a number 1|2.5\nb category x|~\n");
  assert_reads ("\xef\xbb\xbf{\"a\":true}\r\n\r\n  \n {\"a\":false} \r\n",
                "a category true|false\n");
  assert_reads ("{\"b\":1}\n{\"a\":2,\"b\":3}", "b number 1|3\na number ~|2\n");
  assert_reads ("{\"a\":{\"b\":{\"c\":1}},\"d\":2}\n{\"a\":{\"x\":3}}\n{\"a\":null}\n",
                "a.b.c number 1|~|~\nd number 2|~|~\na.x number ~|3|~\n");
  assert_reads ("{\"a.b\":1,\"a\":{\"b\":2}}\n", "a.b number 1\na.b.1 number 2\n");
  assert_reads ("{\"a\":NaN,\"b\":-Infinity}\n{\"a\":1,\"b\":2}\n",
                "a number ~|1\nb number -inf|2\n");
  assert_reads ("{\"a\":1,\"a\":\"x\"}\n{}\n", "a category x|~\n");
}

static void
test_arrays (void)
{
  assert_reads ("{\"v\":[1,2.5],\"i\":0}\n{\"v\":[-3,4e2],\"i\":1}\n",
                "i number 0|1\nv vector|1,2.5|-3,400\n");
  assert_reads ("{\"v\":[1,2]}\n{\"v\":[3]}\n", "v category [1,2]|[3]\n");
  assert_reads ("{\"v\":[]}\n{\"v\":[ \"x\", {\"y\":[1]} ]}\n",
                "v category []|[ \"x\", {\"y\":[1]} ]\n");
  assert_reads ("{\"v\":[1,2],\"i\":1}\n{\"i\":2}\n", "i number 1|2\nv vector|1,2|nan,nan\n");
  assert_reads ("{\"a\":{\"v\":[7]}}\n", "a.v vector|7\n");
}

static void
test_array_of_objects (void)
{
  assert_reads (" [\n {\"a\": 1,\n  \"b\": \"],{}[\\\"\"},\n{\"a\":2, \"b\":\"y\"}\n]\n",
                "a number 1|2\nb category ],{}[\"|y\n");
  assert_reads ("[{\"a\":[1,2]}]", "a vector|1,2\n");
  assert_refuses ("[{\"a\":1},\n{\"a\":2}", ".jsonl:2: the array does not end");
  assert_refuses ("[{\"a\":1}\n{\"a\":2}]", ".jsonl:2: no comma between two objects");
  assert_refuses ("[{\"a\":1},\n]", ".jsonl:1: a comma after the last object");
  assert_refuses ("[{\"a\":1}]\n\n5", ".jsonl:3: something follows the array");
  assert_refuses ("[{\"a\":1},\n 5]", ".jsonl:2: an array of objects has something else");
  assert_refuses ("[{\"a\":1},\n {\"a\":{}", ".jsonl:2: an object that does not end");
  assert_refuses ("[{\"a\":1},\n {\"a\":x}]",
                  ".jsonl:2: field \"a\": something that is no JSON value");
  assert_refuses ("[]", ".jsonl:1: there are no fields");
}

static void
test_errors (void)
{
  assert_refuses ("", ".jsonl:1: the file is empty");
  assert_refuses ("\n\n", ".jsonl:1: there are no fields");
  assert_refuses ("{\"a\":1}\n5\n", ".jsonl:2: not an object");
  assert_refuses ("{\"a\":1}\n{\"a\":\n", ".jsonl:2: not a whole JSON object");
  assert_refuses ("{\"a\":1}\n{\"a\":1} {\"a\":2}\n",
                  ".jsonl:2: something follows the object");
  assert_refuses ("{\"a\":1}\n\n{\"a\":1e999}\n",
                  ".jsonl:3: field \"a\": a number that is none, or too great");
  assert_refuses ("{\"a\":01}\n", ".jsonl:1: field \"a\": a number that is none, or too great");
  assert_refuses ("{\"a\":\"\\x\"}\n", ".jsonl:1: field \"a\": a wrong escape in a string");
  assert_refuses ("{\"a\":\"x\\u0000\"}\n", ".jsonl:1: field \"a\": a NUL character in a string");
  assert_refuses ("{\"a\":\"x}\n", ".jsonl:1: a string that does not end");
  assert_refuses ("{\"a\":\"\xff\"}\n", ".jsonl:1: bytes that are not UTF-8");
  assert_refuses ("{\"a\":\"\x01\"}\n", ".jsonl:1: a control character in a string");
  assert_refuses ("\xff\xfe{", ": byte 0: UTF-16 text: save it as UTF-8");
}

static void
test_too_deep (void)
{
  g_autoptr (GString) objects = g_string_new (NULL), arrays = g_string_new ("{\"a\":");

  for (guint k = 0; k < 5000; k++)
    {
      g_string_append (objects, "{\"a\":");
      g_string_append_c (arrays, '[');
    }
  g_string_append (objects, "1");
  for (guint k = 0; k < 5000; k++)
    {
      g_string_append_c (objects, '}');
      g_string_append_c (arrays, ']');
    }
  g_string_append_c (arrays, '}');
  assert_refuses (objects->str, ".jsonl:1: field \"a\": objects nested too deeply");
  assert_refuses (arrays->str, ".jsonl:1: field \"a\": values nested too deeply");
}

/* The field's column or array against what Python made of it. */
static void
assert_field (const AySource *source, JsonObject *expected, guint *vectors)
{
  const char *name = json_object_get_string_member (expected, "name");
  const char *type = json_object_get_string_member (expected, "type");
  JsonArray *values = json_object_get_array_member (expected, "values");
  AyColumn *column = ay_table_find (source->table, name);
  gboolean number = g_str_equal (type, "number"), vector = g_str_equal (type, "vector");
  AyMatrix *matrix = NULL;

  if (vector)
    {
      g_assert_cmpstr (source->keys->pdata[*vectors], ==, name);
      matrix = source->arrays->pdata[(*vectors)++];
    }
  else
    g_assert_cmpint (ay_column_type (column) == AY_COLUMN_NUMBER, ==, number);
  for (guint row = 0; row < json_array_get_length (values); row++)
    {
      JsonNode *node = json_array_get_element (values, row);
      const char *text = vector || JSON_NODE_HOLDS_NULL (node) ? NULL : json_node_get_string (node);
      double value = number && text != NULL ? strtod (text, NULL) : 0;

      if (!vector)
        {
          assert_cell (column, row, text, number && text != NULL ? &value : NULL);
          continue;
        }
      for (gsize col = 0; col < ay_matrix_cols (matrix); col++)
        if (JSON_NODE_HOLDS_NULL (node))
          g_assert_true (isnan (ay_matrix_value (matrix, row, col)));
        else
          {
            text = json_array_get_string_element (json_node_get_array (node), (guint) col);
            g_assert_cmpfloat (ay_matrix_value (matrix, row, col), ==, strtod (text, NULL));
          }
    }
}

/* The fixture as Python reads it: tests/reference/nasty_jsonl.py. */
static void
test_golden (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "nasty.jsonl", NULL);
  g_autofree char *values = g_strconcat (path, ".json", NULL);
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  guint vectors = 0;
  JsonArray *fields;
  AySource source;

  g_assert_true (read_file (file, &source, diagnostics, NULL));
  g_assert_true (json_parser_load_from_file (parser, values, NULL));
  fields = json_node_get_array (json_parser_get_root (parser));
  g_assert_cmpuint (json_array_get_length (fields), ==,
                    ay_table_n_columns (source.table) + source.keys->len);
  for (guint i = 0; i < json_array_get_length (fields); i++)
    assert_field (&source, json_array_get_object_element (fields, i), &vectors);
  g_assert_cmpuint (vectors, ==, 2);
  g_assert_nonnull (ay_diagnostics_find (diagnostics, "missing-array"));
  source_clear (&source);
}

/* Many chunks; what the first chunk does not show (a field, a kind, a width) comes late. */
static void
test_chunks (void)
{
  guint rows = 14000;

  for (guint odd = 0; odd < 6; odd++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      char *shown[2];

      for (guint i = 0; i < rows; i++)
        {
          gboolean late = i == 12000;

          g_string_append_printf (text,
                                  "{\"n\":%s,\"v\":[%u,2%s],\"o\":{\"s\":\"text %u\\n\"%s},",
                                  late && odd == 1 ? "\"x\"" : "0.5", i,
                                  late && odd == 2 ? ",3" : "", i,
                                  late && odd == 3 ? ",\"new\":1" : "");
          g_string_append_printf (text, "\"big\":%s%s,\"fill\":\"%080u\"}\n",
                                  late && odd == 4 ? "9007199254740993" : "1",
                                  late && odd == 5 ? ",\"new\":{\"a\":1}" : "", i % 3);
        }
      for (guint t = 0; t < 2; t++)
        {
          AySource source;

          ay_set_threads (t + 1);
          g_assert_true (read_bytes (text->str, text->len, &source, NULL, NULL));
          g_assert_cmpuint (ay_table_rows (source.table), ==, rows);
          shown[t] = show_table (source.table);
          g_assert_cmpint (strstr (shown[t], "\nv category") || strstr (shown[t], "\nv text"), ==,
                           odd == 2);
          g_assert_cmpint (g_str_has_prefix (shown[t], "n number"), ==, odd != 1);
          g_assert_cmpint (strstr (shown[t], "o.new number") != NULL, ==, odd == 3);
          g_assert_cmpint (strstr (shown[t], "big number") != NULL, ==, odd != 4);
          g_assert_cmpint (strstr (shown[t], "new.a number") != NULL, ==, odd == 5);
          g_assert_cmpuint (source.keys->len, ==, odd != 2);
          if (odd != 2)
            g_assert_cmpfloat (ay_matrix_value (source.arrays->pdata[0], 13999, 0), ==, 13999);
          source_clear (&source);
        }
      g_assert_cmpstr (shown[0], ==, shown[1]);
      g_free (shown[0]);
      g_free (shown[1]);
    }
  ay_set_threads (0);
}

/* An array of several chunks: the same rows as in lines. */
static void
test_big_array (void)
{
  g_autoptr (GString) lines = g_string_new (NULL), array = g_string_new ("[");
  AySource sources[2];
  char *shown[2];

  for (guint i = 0; i < 30000; i++)
    {
      g_autofree char *object
          = g_strdup_printf ("{\"i\":%u,\"s\":\"}{,][ \\\"%u\",\"o\":{\"v\":[%u,%u]%s}}", i, i, i,
                             i % 7, i == 29000 ? ",\"late\":true" : "");

      g_string_append_printf (lines, "%s\n", object);
      g_string_append_printf (array, "%s%s", i > 0 ? i % 2 ? " ,\n" : ", " : "\n\t", object);
    }
  g_string_append (array, "\n]\n");
  g_assert_true (read_bytes (lines->str, lines->len, &sources[0], NULL, NULL));
  g_assert_true (read_bytes (array->str, array->len, &sources[1], NULL, NULL));
  for (guint k = 0; k < 2; k++)
    {
      shown[k] = show_table (sources[k].table);
      g_assert_cmpuint (ay_table_rows (sources[k].table), ==, 30000);
      g_assert_cmpfloat (ay_matrix_value (sources[k].arrays->pdata[0], 20001, 0), ==, 20001);
      g_assert_nonnull (ay_table_find (sources[k].table, "o.late"));
      source_clear (&sources[k]);
    }
  g_assert_cmpstr (shown[0], ==, shown[1]);
  g_free (shown[0]);
  g_free (shown[1]);
}

static void
test_first_error (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 100000; i++)
    g_string_append (text, i == 60000 ? "{\"a\":1,}\n" : i == 80000 ? "x\n" : "{\"a\":\"some\"}\n");
  assert_refuses (text->str, ".jsonl:60001: field \"a\": not a whole JSON object");
}

/* Damaged files give a table or one line that names the file, never a crash. */
static void
test_damage (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "nasty.jsonl", NULL);
  g_autofree char *bytes = NULL;
  gsize size;
  guint tables = 0;
  AyRng rng;

  ay_rng_init (&rng, 12, 0);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (guint round = 0; round < 1500; round++)
    {
      gsize from = ay_rng_below (&rng, size / 2), count = ay_rng_below (&rng, 3000);
      g_autofree char *copy = g_malloc (count + 1);
      g_autoptr (GError) error = NULL;
      AySource source;

      while (from > 0 && bytes[from - 1] != '\n')
        from--;
      memcpy (copy, bytes + from, count);
      while (round % 3 != 0 && count > 0 && copy[count - 1] != '\n')
        count--;
      for (guint64 k = ay_rng_below (&rng, 3); k > 0 && count > 0; k--)
        copy[ay_rng_below (&rng, count)]
            = (char) (ay_rng_below (&rng, 2) ? "\",{}[]:\\ \n0eNtu-"[ay_rng_below (&rng, 17)]
                                             : (char) ay_rng_below (&rng, 256));
      if (round % 5 == 0 && count > 0)
        copy[0] = '[';
      if (read_bytes (copy, count, &source, NULL, &error))
        {
          tables++;
          g_free (show_table (source.table));
        }
      else
        {
          g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
          g_assert_true (g_str_has_prefix (error->message, "a folder/assay-text."));
          g_assert_null (strchr (error->message, '\n'));
        }
      source_clear (&source);
    }
  g_assert_cmpuint (tables, >, 200);
}

static void
test_real (void)
{
  g_autofree char *path = test_data ("winogrande_datamap/winogrande_sample.jsonl");
  g_autofree char *epoch
      = test_data ("winogrande_datamap/sample_training_dynamics/dynamics_epoch_3.jsonl");
  g_autoptr (AyMappedFile) file = path != NULL ? ay_mapped_file_new (path, NULL) : NULL;
  g_autoptr (AyMappedFile) dynamics = epoch != NULL ? ay_mapped_file_new (epoch, NULL) : NULL;
  AySource source;

  if (file == NULL || dynamics == NULL)
    return;
  g_assert_true (read_file (file, &source, NULL, NULL));
  g_assert_cmpuint (ay_table_rows (source.table), ==, 20199);
  g_assert_cmpfloat (ay_column_numbers (ay_table_find (source.table, "confidence"))[0], ==,
                     0.9158888956);
  g_assert_true (ay_column_is_integral (ay_table_find (source.table, "correctness")));
  source_clear (&source);
  g_assert_true (read_file (dynamics, &source, NULL, NULL));
  g_assert_cmpuint (ay_table_rows (source.table), ==, 10);
  g_assert_cmpstr (source.keys->pdata[0], ==, "logits_epoch_3");
  source_clear (&source);
}

#else

static void
test_unsupported (void)
{
  g_autoptr (GError) error = NULL;
  AySource source;

  g_assert_false (read_bytes ("{\"a\":1}", 7, &source, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "simdjson"));
  source_clear (&source);
}

#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#ifdef AY_HAVE_SIMDJSON
  g_test_add_func ("/jsonl/plain", test_plain);
  g_test_add_func ("/jsonl/beyond", test_beyond);
  g_test_add_func ("/jsonl/arrays", test_arrays);
  g_test_add_func ("/jsonl/array-of-objects", test_array_of_objects);
  g_test_add_func ("/jsonl/errors", test_errors);
  g_test_add_func ("/jsonl/too-deep", test_too_deep);
  g_test_add_func ("/jsonl/golden", test_golden);
  g_test_add_func ("/jsonl/chunks", test_chunks);
  g_test_add_func ("/jsonl/big-array", test_big_array);
  g_test_add_func ("/jsonl/first-error", test_first_error);
  g_test_add_func ("/jsonl/damage", test_damage);
  g_test_add_func ("/jsonl/real", test_real);
#else
  g_test_add_func ("/jsonl/unsupported", test_unsupported);
#endif
  return g_test_run ();
}
