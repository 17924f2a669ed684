/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/data/dataset.h"
#include "core/data/labels.h"
#include "core/data/load.h"
#include "folders.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static AyColumn *
texts (gsize n, const char *const *values)
{
  GString *arena = g_string_new (NULL);
  guint64 *offset = g_new (guint64, n);
  guint32 *length = g_new (guint32, n);
  char *base;

  for (gsize i = 0; i < n; i++)
    {
      offset[i] = arena->len;
      length[i] = values[i] != NULL ? (guint32) strlen (values[i]) : AY_CODE_MISSING;
      g_string_append (arena, values[i] != NULL ? values[i] : "");
    }
  base = g_string_free (arena, FALSE);
  return ay_column_take_text ("label", n, offset, length, base, base, g_free);
}

static AyColumn *
numbers (gsize n, const double *values, gboolean integral)
{
  return ay_column_take_number ("label", n, g_memdup2 (values, n * sizeof *values), integral);
}

static AyClassNames *
names_of (const char *content, GError **error)
{
  g_autofree char *root = make_folder (), *path = g_build_filename (root, "names", NULL);
  AyClassNames *names;

  put_text (root, "names", content);
  names = ay_class_names_read (path, error);
  drop_folder (root);
  return names;
}

static void
check (const AyColumn *column, const AyClassNames *names, const char *classes, const gint32 *label)
{
  g_auto (AyLabels) coded = { 0, NULL, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *joined = NULL;

  g_assert_true (ay_labels_code (column, "column \"label\"", names, NULL, &coded, &error));
  g_assert_no_error (error);
  joined = g_strjoinv (" ", coded.names);
  g_assert_cmpstr (joined, ==, classes);
  for (gsize i = 0; i < ay_column_rows (column); i++)
    g_assert_cmpint (coded.label[i], ==, label[i]);
}

static void
check_fails (const AyColumn *column, const AyClassNames *names, const char *message)
{
  g_auto (AyLabels) coded = { 0, NULL, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (ay_labels_code (column, "column \"label\"", names, NULL, &coded, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_order (void)
{
  const char *words[] = { "b", "a", NULL, "B", "b", "" };
  const char *whole[] = { "10", "9", "-1", NULL, "10" };
  const char *mixed[] = { "10", "9", "x", "9" };
  const double codes[] = { 10, 9, NAN, -1, 9 };
  g_autoptr (AyColumn) a = texts (6, words), b = texts (5, whole), c = texts (4, mixed);
  g_autoptr (AyColumn) d = numbers (5, codes, TRUE);

  check (a, NULL, "B a b", (const gint32[]) { 2, 1, -1, 0, 2, -1 });
  check (b, NULL, "-1 9 10", (const gint32[]) { 2, 1, 0, -1, 2 });
  check (c, NULL, "10 9 x", (const gint32[]) { 0, 1, 2, 1 });
  check (d, NULL, "-1 9 10", (const gint32[]) { 2, 1, -1, 0, 1 });
}

static void
test_category (void)
{
  guint32 *codes = g_new (guint32, 4);
  const char *const names[] = { "unused", "z", "c", NULL };
  g_autoptr (AyColumn) column = NULL;

  codes[0] = 1;
  codes[1] = 2;
  codes[2] = AY_CODE_MISSING;
  codes[3] = 1;
  column = ay_column_take_category ("label", 4, codes, g_strdupv ((char **) names));
  check (column, NULL, "c z", (const gint32[]) { 1, 0, -1, 1 });
}

static void
test_names (void)
{
  const double codes[] = { 2, 0, NAN, 2 };
  const char *words[] = { "cat", "dog", "cat" };
  g_autoptr (AyColumn) a = numbers (4, codes, TRUE), b = texts (3, words);
  g_autoptr (AyClassNames) lines = names_of ("zero\r\none\r\ntwo\r\n", NULL);
  g_autoptr (AyClassNames) object = names_of ("{\"0\": \"nil\", \"2\": \"zwei\"}", NULL);
  g_autoptr (AyClassNames) reversed = names_of (" {\"nil\": 0, \"zwei\": 2}", NULL);
  g_autoptr (AyClassNames) list = names_of ("[\"emu\", \"dog\", \"cat\"]", NULL);

  check (a, lines, "zero two", (const gint32[]) { 1, 0, -1, 1 });
  check (a, object, "nil zwei", (const gint32[]) { 1, 0, -1, 1 });
  check (a, reversed, "nil zwei", (const gint32[]) { 1, 0, -1, 1 });
  check (b, list, "dog cat", (const gint32[]) { 1, 0, 1 }); /* names themselves: their order */
}

static void
test_name_faults (void)
{
  const double codes[] = { 2, 0, 5 };
  g_autoptr (AyColumn) column = numbers (3, codes, TRUE);
  g_autoptr (AyClassNames) lines = names_of ("zero\none\ntwo\n", NULL);
  g_autofree char *wanted = NULL;
  static const char *const bad[] = { "", "a\n\nb\n", "a\na\n", "[1.5]", "{\"a\": null}", "[", "[]",
                                     "a\xff\n" };
  static const char *const why[] = { "no class names", "empty class name", "occurs twice",
                                     "is not a class name", "has no class name", "", "no class",
                                     "not UTF-8" };

  wanted = g_strdup_printf ("label column \"label\": %s has no class name for \"5\"", lines->path);
  check_fails (column, lines, wanted);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (names_of (bad[i], &error));
      g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
      g_assert_nonnull (strstr (error->message, why[i]));
      g_assert_null (strchr (error->message, '\n'));
    }
}

static void
test_faults (void)
{
  const double halves[] = { 1, 0.5, 2 }, one[] = { 3, NAN, 3 }, none[] = { NAN, NAN };
  g_autoptr (AyColumn) a = numbers (3, halves, FALSE), b = numbers (3, one, TRUE);
  g_autoptr (AyColumn) c = numbers (2, none, TRUE), d = NULL;
  double many[100];

  for (int i = 0; i < 100; i++)
    many[i] = i % 60;
  d = numbers (100, many, TRUE);
  check_fails (a, NULL, "label column \"label\", row 1: 0.5 is not a class (a number to predict is "
               "named with --target)");
  check_fails (b, NULL,
               "label column \"label\": all 2 labelled rows are of one class, \"3\"");
  check_fails (c, NULL, "label column \"label\": no row has a label");
  check_fails (d, NULL, "label column \"label\" has 60 different values in 100 rows: is it the "
               "label? (a number to predict is named with --target)");
}

static char *
into_folder (const char *path, gpointer data)
{
  return g_strconcat (data, path, NULL);
}

/* Options survive JSON, and paths are replaced wherever one stands. */
static void
test_options (void)
{
  g_autoptr (AyLoadOptions) a = ay_load_options_new (), b = NULL;
  g_autofree char *json = NULL, *again = NULL, *files = NULL;
  g_auto (GStrv) found = NULL;
  g_autoptr (GError) error = NULL;
  const char *inputs[] = { "one.csv", "two.csv", NULL };

  g_strfreev (a->inputs);
  a->inputs = g_strdupv ((char **) inputs);
  a->features = g_strdup ("file:x.npz:emb,col:f*,col:\"q");
  a->label = g_strdup ("file:y.npy");
  a->weight = g_strdup ("col:w");
  a->class_names = g_strdup ("names.txt");
  a->valid_fraction = 0.1;
  a->source.ragged = AY_RAGGED_SKIP;
  a->source.latin1 = TRUE;
  a->missing = AY_MISSING_REFUSE;
  a->probabilities_out_of_sample = AY_ANSWER_YES;
  a->seed = G_MAXUINT64;
  a->text_dimensions = 64;
  json = ay_load_options_to_json (a);
  b = ay_load_options_from_json (json, &error);
  g_assert_no_error (error);
  again = ay_load_options_to_json (b);
  g_assert_cmpstr (json, ==, again);
  g_assert_cmpuint (b->seed, ==, G_MAXUINT64);
  g_assert_cmpint (b->missing, ==, AY_MISSING_REFUSE);
  g_assert_cmpfloat (b->valid_fraction, ==, 0.1);
  g_assert_cmpstr (b->inputs[1], ==, "two.csv");
  g_assert_null (b->target);

  ay_load_options_map_paths (b, into_folder, (gpointer) "dir/");
  g_assert_cmpstr (b->inputs[0], ==, "dir/one.csv");
  g_assert_cmpstr (b->features, ==, "file:dir/x.npz:emb,col:f*,col:\"q");
  g_assert_cmpstr (b->label, ==, "file:dir/y.npy");
  g_assert_cmpstr (b->weight, ==, "col:w");
  g_assert_cmpstr (b->class_names, ==, "dir/names.txt");
  found = ay_load_options_files (b);
  files = g_strjoinv (" ", found);
  g_assert_cmpstr (files, ==, "dir/one.csv dir/two.csv dir/x.npz dir/y.npy dir/names.txt");
}

static void
test_options_faults (void)
{
  static const char *const bad[] = { "", "[]", "{\"label\": 3}", "{\"inputs\": \"a\"}",
                                     "{\"inputs\": [1]}", "{\"missing\": \"maybe\"}",
                                     "{\"seed\": \"-1\"}", "{\"source\": {\"latin1\": 1}}" };
  static const char *const member[] = { "JSON", "JSON", "label", "inputs", "inputs", "missing",
                                        "seed", "latin1" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ay_load_options_from_json (bad[i], &error));
      g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
      g_assert_nonnull (strstr (error->message, member[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/labels/order", test_order);
  g_test_add_func ("/labels/category", test_category);
  g_test_add_func ("/labels/names", test_names);
  g_test_add_func ("/labels/name-faults", test_name_faults);
  g_test_add_func ("/labels/faults", test_faults);
  g_test_add_func ("/load-options/json", test_options);
  g_test_add_func ("/load-options/faults", test_options_faults);
  return g_test_run ();
}
