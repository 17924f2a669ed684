/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/filter.h"

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/shim/number.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

/* A table of each type with missing values; texts with quotes, letters beyond ASCII, empty. */

static const char *const words[] = { "7", "cat", "Größe", "日本", "it's", "", "Cat", "10" };
#define N_WORDS G_N_ELEMENTS (words)

typedef struct
{
  gsize n;
  double *x;     /* NUMBER, halves, NaN */
  double *k;     /* integral NUMBER, NaN */
  guint32 *c;    /* CATEGORY over words */
  guint32 *t;    /* TEXT, number of the word */
  AyTable *table;
} Data;

static AyColumn *
text_column (const char *name, gsize n, const guint32 *word)
{
  guint64 *offset = g_new (guint64, n);
  guint32 *length = g_new (guint32, n);
  GString *arena = g_string_new (NULL);
  char *base;

  for (gsize i = 0; i < n; i++)
    {
      offset[i] = arena->len;
      length[i] = word[i] == AY_CODE_MISSING ? AY_CODE_MISSING : (guint32) strlen (words[word[i]]);
      if (word[i] != AY_CODE_MISSING)
        g_string_append (arena, words[word[i]]);
    }
  base = g_string_free (arena, FALSE);
  return ay_column_take_text (name, n, offset, length, base, base, g_free);
}

static AyColumn *
category_column (const char *name, gsize n, const guint32 *word)
{
  char **names = g_new0 (char *, N_WORDS + 1);

  for (gsize i = 0; i < N_WORDS; i++)
    names[i] = g_strdup (words[i]);
  return ay_column_take_category (name, n, g_memdup2 (word, n * sizeof (guint32)), names);
}

static void
data_init (Data *data, gsize n, guint64 seed)
{
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  data->n = n;
  data->x = g_new (double, n);
  data->k = g_new (double, n);
  data->c = g_new (guint32, n);
  data->t = g_new (guint32, n);
  for (gsize i = 0; i < n; i++)
    {
      gboolean missing[4];

      for (int j = 0; j < 4; j++)
        missing[j] = ay_rng_below (&rng, 8) == 0;
      data->x[i] = missing[0] ? NAN : ((double) ay_rng_below (&rng, 41) - 20) / 2;
      data->k[i] = missing[1] ? NAN : (double) ay_rng_below (&rng, 12);
      data->c[i] = missing[2] ? AY_CODE_MISSING : (guint32) ay_rng_below (&rng, N_WORDS);
      data->t[i] = missing[3] ? AY_CODE_MISSING : (guint32) ay_rng_below (&rng, N_WORDS);
    }
  data->table = ay_table_new (n);
  ay_table_take (data->table,
                 ay_column_take_number ("x", n, g_memdup2 (data->x, n * sizeof (double)), FALSE));
  ay_table_take (data->table, ay_column_take_number ("odd \"k\" [é]", n,
                                                     g_memdup2 (data->k, n * sizeof (double)),
                                                     TRUE));
  ay_table_take (data->table, category_column ("label", n, data->c));
  ay_table_take (data->table, text_column ("text", n, data->t));
}

static void
data_clear (Data *data)
{
  g_free (data->x);
  g_free (data->k);
  g_free (data->c);
  g_free (data->t);
  ay_table_unref (data->table);
}

/* A random expression as SQL and, at once, its value for each row: 0 false, 1 true, 2 unknown. */

static const char *const operators[] = { "=", "<>", "<", "<=", ">", ">=" };

static gboolean
holds (int order, guint op)
{
  switch (op)
    {
    case 0: return order == 0;
    case 1: return order != 0;
    case 2: return order < 0;
    case 3: return order <= 0;
    case 4: return order > 0;
    default: return order >= 0;
    }
}

static int
order_of (double a, double b)
{
  return (a > b) - (a < b);
}

static void
random_number_test (const Data *data, AyRng *rng, GString *sql, guint8 *value)
{
  guint which = (guint) ay_rng_below (rng, 3), op = (guint) ay_rng_below (rng, 6);
  double constant = ((double) ay_rng_below (rng, 30) - 8) / 2;
  gboolean swapped = ay_rng_below (rng, 4) == 0;
  char number[AY_NUMBER_SIZE];
  const char *name = which == 0 ? "x" : which == 1 ? "\"odd \"\"k\"\" [é]\"" : "Row";

  ay_number_format (constant, number);
  if (swapped)
    g_string_append_printf (sql, "%s %s %s", number, operators[op], name);
  else
    g_string_append_printf (sql, "%s %s %s", name, operators[op], number);
  for (gsize i = 0; i < data->n; i++)
    {
      double a = which == 0 ? data->x[i] : which == 1 ? data->k[i] : (double) i;

      value[i] = isnan (a) ? 2
                 : holds (swapped ? order_of (constant, a) : order_of (a, constant), op);
    }
}

static void
random_text_test (const Data *data, AyRng *rng, GString *sql, guint8 *value)
{
  gboolean category = ay_rng_below (rng, 2) == 0;
  const guint32 *codes = category ? data->c : data->t;
  guint op = (guint) ay_rng_below (rng, 6);
  const char *word = words[ay_rng_below (rng, N_WORDS)];
  char *quoted = sqlite3_mprintf ("%Q", word);
  /* A number against a column of texts is compared as text. */
  gboolean bare = g_ascii_isdigit (*word) && ay_rng_below (rng, 2) == 0;

  g_string_append_printf (sql, "%s %s %s", category ? "label" : "TEXT", operators[op],
                          bare ? word : quoted);
  sqlite3_free (quoted);
  for (gsize i = 0; i < data->n; i++)
    value[i] = codes[i] == AY_CODE_MISSING ? 2 : holds (strcmp (words[codes[i]], word), op);
}

static void
random_other_test (const Data *data, AyRng *rng, GString *sql, guint8 *value)
{
  switch (ay_rng_below (rng, 3))
    {
    case 0:
      g_string_append (sql, "x IS NULL");
      for (gsize i = 0; i < data->n; i++)
        value[i] = isnan (data->x[i]);
      break;
    case 1:
      g_string_append (sql, "label IN ('7', 'Größe', 'none of them')");
      for (gsize i = 0; i < data->n; i++)
        value[i] = data->c[i] == AY_CODE_MISSING ? 2 : data->c[i] == 0 || data->c[i] == 2;
      break;
    default:
      g_string_append (sql, "x BETWEEN -2.5 AND 3");
      for (gsize i = 0; i < data->n; i++)
        value[i] = isnan (data->x[i]) ? 2 : data->x[i] >= -2.5 && data->x[i] <= 3;
      break;
    }
}

static void
random_expression (const Data *data, AyRng *rng, int depth, GString *sql, guint8 *value)
{
  guint64 pick = ay_rng_below (rng, depth > 0 ? 10 : 5);
  g_autofree guint8 *other = g_new (guint8, data->n);

  if (pick < 2)
    random_number_test (data, rng, sql, value);
  else if (pick < 4)
    random_text_test (data, rng, sql, value);
  else if (pick < 5)
    random_other_test (data, rng, sql, value);
  else if (pick < 6)
    {
      g_string_append (sql, "NOT (");
      random_expression (data, rng, depth - 1, sql, value);
      g_string_append (sql, ")");
      for (gsize i = 0; i < data->n; i++)
        value[i] = value[i] == 2 ? 2 : !value[i];
    }
  else
    {
      gboolean and = pick < 8;

      g_string_append (sql, "(");
      random_expression (data, rng, depth - 1, sql, value);
      g_string_append (sql, and ? ") AND (" : ") OR (");
      random_expression (data, rng, depth - 1, sql, other);
      g_string_append (sql, ")");
      for (gsize i = 0; i < data->n; i++)
        if (and)
          value[i] = value[i] == 0 || other[i] == 0 ? 0 : MAX (value[i], other[i]);
        else
          value[i] = value[i] == 1 || other[i] == 1 ? 1 : MAX (value[i], other[i]);
    }
}

static void
test_brute_force (void)
{
  for (guint64 seed = 0; seed < 4; seed++)
    {
      Data data;
      g_autoptr (AyFilter) filter = NULL;
      g_autofree guint8 *value = NULL;
      AyRng rng;

      data_init (&data, 50 + 150 * seed, seed);
      ay_rng_init (&rng, seed, 1);
      filter = ay_filter_new (data.table);
      value = g_new (guint8, data.n);
      for (int trial = 0; trial < 400; trial++)
        {
          g_autoptr (GString) sql = g_string_new (NULL);
          g_autoptr (GError) error = NULL;
          g_autoptr (AyBitset) rows = NULL;

          random_expression (&data, &rng, 3, sql, value);
          rows = ay_filter_select (filter, sql->str, NULL, &error);
          g_assert_no_error (error);
          for (gsize i = 0; i < data.n; i++)
            if (ay_bitset_get (rows, i) != (value[i] == 1))
              g_error ("row %zu is wrong: %s", i, sql->str);
        }
      data_clear (&data);
    }
}

static AyBitset *
select_rows (AyFilter *filter, const char *where)
{
  g_autoptr (GError) error = NULL;
  AyBitset *rows = ay_filter_select (filter, where, NULL, &error);

  g_assert_no_error (error);
  return rows;
}

static void
assert_same (AyFilter *filter, const char *a, const char *b)
{
  g_autoptr (AyBitset) first = select_rows (filter, a);
  g_autoptr (AyBitset) second = select_rows (filter, b);

  g_assert_true (ay_bitset_equal (first, second));
  g_assert_cmpuint (ay_bitset_count (first), >, 0);
}

static void
test_language (void)
{
  Data data;
  g_autoptr (AyFilter) filter = NULL;

  data_init (&data, 300, 9);
  filter = ay_filter_new (data.table);
  assert_same (filter, "x > 1", "X>1 -- a comment (");
  assert_same (filter, "x > 1", "/* ; */ samples.x > 1");
  assert_same (filter, "label = 'it''s'", "label LIKE 'it_s'");
  assert_same (filter, "label = '日本'", "text = 'a;b(' OR label GLOB '日*'");
  assert_same (filter, "lower (label) = 'cat'", "label IN ('cat', 'Cat')");
  assert_same (filter, "abs (x) >= 2 AND coalesce (label, '?') <> '7'",
               "(x >= 2 OR x <= -2) AND (label IS NULL OR label != '7')");
  assert_same (filter, "x > (SELECT avg (x) FROM samples)",
               "x * (SELECT count (x) FROM samples) > (SELECT total (x) FROM samples)");
  assert_same (filter, "text REGEXP '^c.t$'", "text = 'cat'");
  assert_same (filter, "label REGEXP '(?i)^CAT|größe|本'",
               "label IN ('cat', 'Cat', 'Größe', '日本')");
  assert_same (filter, "x REGEXP '^-' AND NOT label REGEXP '.'", "x < 0 AND label = ''");
  assert_same (filter, "CAST (x'ff' AS TEXT) REGEXP '.' OR row = 1", "row = 1");
  assert_same (filter, "row >= 290", "rowid > 289");
  assert_same (filter, "\"odd \"\"k\"\" [é]\" > 3 OR 1", "1");
  data_clear (&data);
}

static void
test_names (void)
{
  static const char *const names[]
    = { "a b", "a\"b", "A B", "row", "select", "größe", "", "a]b", "_", "sum(a)", "ROW_2" };
  AyTable *table = ay_table_new (3);
  g_autoptr (AyFilter) filter = NULL;
  static const char *const wheres[] = {
    "\"a b\" = 0", "\"a\"\"b\" = 1", "\"A B_2\" = 2", "row = 3", "\"select\" = 4", "größe = 5",
    "_ = 6", "`a]b` = 7", "__2 = 8", "[sum(a)] = 9", "row_2 = 10", "row_3 = 0",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      double *values = g_new (double, 3);

      for (int j = 0; j < 3; j++)
        values[j] = j == 0 ? (double) i : -1;
      ay_table_take (table, ay_column_take_number (names[i], 3, values, TRUE));
    }
  filter = ay_filter_new (table);
  for (gsize i = 0; i < G_N_ELEMENTS (wheres); i++)
    {
      g_autoptr (AyBitset) rows = select_rows (filter, wheres[i]);

      g_assert_cmpuint (ay_bitset_count (rows), ==, 1);
      g_assert_true (ay_bitset_get (rows, 0));
    }
  ay_table_unref (table);
}

/* More columns than a table of SQLite can have. */
static void
test_many_columns (void)
{
  AyTable *table = ay_table_new (1);
  g_autoptr (AyFilter) filter = NULL;
  g_autoptr (AyBitset) rows = NULL;
  g_autoptr (GString) all = g_string_new ("c0 = 0");
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 5000; i++)
    {
      g_autofree char *name = g_strdup_printf ("c%d", i);
      double *value = g_new (double, 1);

      *value = i;
      ay_table_take (table, ay_column_take_number (name, 1, value, TRUE));
    }
  filter = ay_filter_new (table);
  rows = select_rows (filter, "c4321 = 4321 AND c17 = 17");
  g_assert_cmpuint (ay_bitset_count (rows), ==, 1);
  for (int i = 1; i < 3000; i++)
    g_string_append_printf (all, " + c%d", i);
  g_assert_null (ay_filter_select (filter, all->str, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  ay_table_unref (table);
}

/* Values where SQL's integers and doubles part. */
static void
test_large_numbers (void)
{
  static const double values[] = { 9007199254740992.0, 9223372036854775808.0, -1e300, INFINITY,
                                   -INFINITY, 9007199254740994.0 };
  static const struct { const char *where; guint8 expected; } cases[] = {
    { "v = 9007199254740992", 1 }, { "v = 9007199254740993", 0 }, { "v > 9007199254740993", 42 },
    { "v > 1e308", 8 }, { "v < -1e308", 16 }, { "v >= 9223372036854775807", 10 },
    { "v < -9223372036854775808", 20 }, { "v = '9007199254740992'", 1 },
    { "v = 9007199254740992.0", 1 },
  };

  for (int integral = 0; integral < 2; integral++)
    {
      AyTable *table = ay_table_new (6);
      g_autoptr (AyFilter) filter = NULL;

      ay_table_take (table, ay_column_take_number ("v", 6, g_memdup2 (values, sizeof values),
                                                   integral));
      filter = ay_filter_new (table);
      for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          g_autoptr (AyBitset) rows = select_rows (filter, cases[i].where);

          g_test_message ("%s", cases[i].where);
          g_assert_cmpuint (rows->words[0], ==, cases[i].expected);
        }
      ay_table_unref (table);
    }
}

static void
test_refused (void)
{
  static const struct { const char *where, *part; } bad[] = {
    { "", "empty" }, { "  \n-- nothing", "" }, { "x >", "not complete" }, { "x > > 1", "syntax" },
    { "influense < 0", "no such column: influense" }, { "lable = '7'", "near: \"label\"" },
    { "label = \"seven\"", "'seven'" }, { "label = \"7\"", "no such column: 7" },
    { "1); DROP TABLE samples", "\")\"" }, { "1; DROP TABLE samples", "\";\"" },
    { "1) OR (1", "\")\"" },
    { "1) UNION SELECT name FROM sqlite_master WHERE (1", "\")\"" },
    { "1) LIMIT (1", "\")\"" }, { "(1", "\"(\"" }, { "1 --\n) --", "\")\"" }, { "1 /*", "comment" },
    { "'abc", "no end" }, { "\"x", "no end" }, { "[x", "no end" },
    { "ATTACH 'a.db' AS a", "syntax" }, { "PRAGMA user_version", "syntax" },
    { "DELETE FROM samples", "syntax" }, { "(DELETE FROM samples)", "syntax" },
    { "EXISTS (UPDATE samples SET x = 1)", "syntax" },
    { "(SELECT sql FROM sqlite_master)", "only the table samples" },
    { "(SELECT 1 FROM sqlite_schema)", "only the table samples" },
    { "1 IN sqlite_master", "" },
    { "(SELECT count (*) FROM pragma_database_list)", "only the table samples" },
    { "(SELECT count (*) FROM json_each ('[1]'))", "only the table samples" },
    { "(SELECT count (*) FROM dbstat)", "only the table samples" },
    { "load_extension ('evil.so')", "load_extension" }, { "readfile ('/etc/passwd')", "readfile" },
    { "fts3_tokenizer ('x')", "fts3_tokenizer" }, { "writefile ('a', 'b')", "writefile" },
    { "randomblob (1000000000)", "randomblob" }, { "zeroblob (1000000000) IS NULL", "zeroblob" },
    { "printf ('%1000000000d', 1)", "printf" }, { "sqlite_version ()", "sqlite_version" },
    { "(WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT max (i) FROM c)",
      "recursive" },
    { "x = ?", "parameter" }, { "x = :y", "parameter" }, { "sum (x) > 1", "misuse of aggregate" },
    { "(x, 1)", "row value" }, { "x = 1, 1", "" }, { "nope (x)", "no such function" },
    { "label MATCH 'a'", "" }, { "\"a\nb\" = 1", "no such column: a b" }, { "x = '\xff'", "UTF-8" },
    { "text REGEXP '('", "REGEXP" }, { "text REGEXP x'ff'", "UTF-8" },
    { "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' REGEXP '(a|aa|a(?=.))+$'", "REGEXP" },
    { "x COLLATE nope = 1", "no such collation" }, { "raise (ignore)", "" },
  };
  Data data;
  g_autoptr (AyFilter) filter = NULL;

  data_init (&data, 30, 5);
  filter = ay_filter_new (data.table);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AyBitset) rows = ay_filter_select (filter, bad[i].where, NULL, &error);

      g_autofree char *shown = g_strescape (bad[i].where, NULL);

      g_test_message ("%s -> %s", shown, error != NULL ? error->message : "taken");
      g_assert_null (rows);
      g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
      g_assert_true (g_str_has_prefix (error->message, "filter: "));
      g_assert_null (strchr (error->message, '\n'));
      g_assert_nonnull (strstr (error->message, bad[i].part));
      assert_same (filter, "x > 0", "0 < x"); /* and the filter still works */
    }
  data_clear (&data);
}

static char *
repeated (const char *begin, const char *part, gsize times, const char *end)
{
  GString *all = g_string_new (begin);

  for (gsize i = 0; i < times; i++)
    g_string_append (all, part);
  g_string_append (all, end);
  return g_string_free (all, FALSE);
}

static void
test_huge (void)
{
  char *huge[] = {
    repeated ("1", " OR 1", 50000, ""),      repeated ("1", " OR 1", 5000, ""),
    repeated ("", "NOT ", 20000, "1"),       repeated ("", "- ", 40000, "1"),
    repeated ("", "abs(", 15000, "1"),       repeated ("'", "x", 200000, "'"),
    repeated ("\"", "y", 90000, "\" = 1"),   repeated ("x = 1", " || 'a'", 14000, ""),
    repeated ("label LIKE '", "%a", 5000, "'"),
  };
  Data data;
  g_autoptr (AyFilter) filter = NULL;

  data_init (&data, 30, 5);
  filter = ay_filter_new (data.table);
  for (gsize i = 0; i < G_N_ELEMENTS (huge); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AyBitset) rows = ay_filter_select (filter, huge[i], NULL, &error);

      g_test_message ("%zu: %s", i, error != NULL ? error->message : "taken");
      g_assert_null (rows);
      g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
      g_assert_null (strchr (error->message, '\n'));
      g_assert_cmpuint (strlen (error->message), <, 1500);
      g_free (huge[i]);
    }
  {
    /* Long but flat is fine: a list of ids. */
    g_autofree char *list = repeated ("row IN (0", ", 29", 20000, ")");
    g_autoptr (AyBitset) rows = select_rows (filter, list);

    g_assert_cmpuint (ay_bitset_count (rows), ==, 2);
  }
  data_clear (&data);
}

static gpointer
cancel_soon (gpointer job)
{
  g_usleep (20000);
  ay_job_cancel (job);
  return NULL;
}

/* A product of the table with itself thrice would take days. */
static void
test_cancel (void)
{
  Data data;
  g_autoptr (AyFilter) filter = NULL;
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread;

  data_init (&data, 30000, 5);
  filter = ay_filter_new (data.table);
  thread = g_thread_new ("cancel", cancel_soon, job);
  g_assert_null (ay_filter_select (filter,
                                   "(SELECT count (*) FROM samples a, samples b, samples c "
                                   "WHERE a.x + b.x = c.x) > 0", job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  g_thread_join (thread);
  g_clear_error (&error);
  g_assert_null (ay_filter_select (filter, "x > 0", job, &error)); /* cancelled before it began */
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  assert_same (filter, "x > 0", "0 < x");
  data_clear (&data);
}

static void
test_empty_table (void)
{
  AyTable *table = ay_table_new (0);
  g_autoptr (AyFilter) filter = ay_filter_new (table);
  g_autoptr (AyBitset) rows = select_rows (filter, "row > 0");

  g_assert_cmpuint (rows->n, ==, 0);
  ay_table_unref (table);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/filter/brute-force", test_brute_force);
  g_test_add_func ("/filter/language", test_language);
  g_test_add_func ("/filter/names", test_names);
  g_test_add_func ("/filter/many-columns", test_many_columns);
  g_test_add_func ("/filter/large-numbers", test_large_numbers);
  g_test_add_func ("/filter/refused", test_refused);
  g_test_add_func ("/filter/huge", test_huge);
  g_test_add_func ("/filter/cancel", test_cancel);
  g_test_add_func ("/filter/empty-table", test_empty_table);
  return g_test_run ();
}
