/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/data/features_table.h"
#include "core/data/ids.h"
#include "core/data/order_test.h"
#include "core/data/roles.h"

#include <math.h>
#include <string.h>

#define ROWS 40

/* Columns of a made table, by a letter: n numbers that differ, i few integers, t times, c few
 * categories, s split names, w sentences, d distinct texts, p image files, g repeated texts. */
static char *
cell (char kind, gsize row)
{
  static const char *const parts[] = { "train", "dev", "test" };
  static const char *const colours[] = { "red", "green", "blue" };

  switch (kind)
    {
    case 't': return g_strdup_printf ("2020-01-%02" G_GSIZE_FORMAT, 1 + row % 28);
    case 'c': return g_strdup (colours[row % 3]);
    case 's': return g_strdup (parts[row % 3]);
    case 'w': return g_strdup_printf ("a sentence of six words, %" G_GSIZE_FORMAT, row);
    case 'd': return g_strdup_printf ("x%" G_GSIZE_FORMAT, row);
    case 'p': return g_strdup_printf ("images/%" G_GSIZE_FORMAT ".png", row);
    default: return g_strdup_printf ("g%" G_GSIZE_FORMAT, row / 4);
    }
}

static AyColumn *
category_column (const char *name, char kind)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *names = g_ptr_array_new ();
  guint32 *codes = g_new (guint32, ROWS);

  for (gsize i = 0; i < ROWS; i++)
    {
      g_autofree char *text = cell (kind, i);
      gpointer code;

      if (!g_hash_table_lookup_extended (seen, text, NULL, &code))
        {
          code = GUINT_TO_POINTER (names->len);
          g_hash_table_insert (seen, text, code);
          g_ptr_array_add (names, g_steal_pointer (&text));
        }
      codes[i] = GPOINTER_TO_UINT (code);
    }
  g_ptr_array_add (names, NULL);
  return ay_column_take_category (name, ROWS, codes, (char **) g_ptr_array_free (names, FALSE));
}

static AyColumn *
text_column (const char *name, char kind)
{
  GString *arena = g_string_new (NULL);
  guint64 *offset = g_new (guint64, ROWS);
  guint32 *length = g_new (guint32, ROWS);
  char *base;

  for (gsize i = 0; i < ROWS; i++)
    {
      g_autofree char *text = cell (kind, i);

      offset[i] = arena->len;
      length[i] = (guint32) strlen (text);
      g_string_append (arena, text);
    }
  base = g_string_free (arena, FALSE);
  return ay_column_take_text (name, ROWS, offset, length, base, base, g_free);
}

/* "name:kind ..." */
static AyTable *
table_of (const char *columns)
{
  g_auto (GStrv) words = g_strsplit (columns, " ", -1);
  AyTable *table = ay_table_new (ROWS);

  for (char **word = words; *word != NULL; word++)
    {
      char kind = (*word)[strlen (*word) - 1];
      g_autofree char *name = g_strndup (*word, strlen (*word) - 2);

      if (kind == 'n' || kind == 'i')
        {
          double *values = g_new (double, ROWS);

          for (gsize i = 0; i < ROWS; i++)
            values[i] = kind == 'i' ? (double) (i % 4) : i + 0.5;
          ay_table_take (table, ay_column_take_number (name, ROWS, values, kind == 'i'));
        }
      else
        ay_table_take (table, strchr ("csg", kind) != NULL ? category_column (name, kind)
                                                            : text_column (name, kind));
    }
  return table;
}

static void
check (const char *columns, const char *given, const char *expected)
{
  g_autoptr (AyTable) table = table_of (columns);
  g_autoptr (AyLoadOptions) options = ay_load_options_new ();
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  g_autoptr (GString) found = g_string_new (NULL);
  const struct { const char *name; char **role; } roles[] = {
    { "label", &options->label }, { "target", &options->target }, { "id", &options->id },
    { "split", &options->split }, { "time", &options->time }, { "text", &options->text },
    { "image", &options->image }, { "weight", &options->weight }, { "group", &options->group },
    { "probabilities", &options->probabilities },
  };
  guint n_guessed = 0;

  if (given != NULL && g_str_has_prefix (given, "features="))
    options->features = g_strdup (given + 9);
  else
    options->label = g_strdup (given);
  ay_roles_guess (table, options, diagnostics);
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    if (*roles[i].role != NULL)
      {
        g_string_append_printf (found, "%s%s=%s", found->len > 0 ? " " : "", roles[i].name,
                                *roles[i].role);
        n_guessed += !(i == 0 && given != NULL && !g_str_has_prefix (given, "features="));
      }
  g_assert_cmpstr (found->str, ==, expected);
  n_guessed += ay_diagnostics_find (diagnostics, "split-not-used") != NULL;
  g_assert_cmpuint (ay_diagnostics_count (diagnostics), ==, n_guessed); /* every guess is said */
}

static void
test_by_name (void)
{
  check ("id:d a:n label:c split:s timestamp:t text:w sample_weight:n group_id:g", NULL,
         "label=col:label id=col:id split=col:split time=col:timestamp text=col:text "
         "weight=col:sample_weight group=col:group_id");
  check ("ID:d Class:c a:n", NULL, "label=col:Class id=col:ID");
  check ("path:p label:c", NULL, "label=col:label image=col:path");
  check ("a:n y:n", NULL, "target=col:y");
  check ("a:n y:i", NULL, "label=col:y");
  check ("prob_a:n prob_b:n a:n label:c", NULL, "label=col:label probabilities=col:prob_*");
}

/* Names that promise what the values do not keep are no roles. */
static void
test_by_value (void)
{
  check ("split:c index:g label:c time:n weight:n a:n", NULL, "label=col:label");
  check ("date:d label:c", NULL, "label=col:label");
  check ("file:d label:c", NULL, "label=col:label");
  check ("text:c label:i", NULL, "label=col:label");
  check ("user_id:g label:c", NULL, "label=col:label group=col:user_id");
}

/* The last word of a name, where no whole name is that of the role. */
static void
test_by_last_word (void)
{
  check ("ticket-id:d label:c", NULL, "label=col:label id=col:ticket-id");
  check ("PassengerId:d label:c", NULL, "label=col:label id=col:PassengerId");
  check ("customer_id:d id:d label:c", NULL, "label=col:label id=col:id");
  check ("paid:d label:c", NULL, "label=col:label");
  check ("sale_id:g label:c", NULL, "label=col:label"); /* values that repeat */
  check ("review_text:w label:c", NULL, "label=col:label text=col:review_text");
  check ("order_time:t sent:t label:c", NULL, "label=col:label time=col:order_time");
  check ("age_group:c label:c", NULL, "label=col:label");
  check ("a:n is_fraud:i one:c two:c last:i", NULL, "label=col:is_fraud");
  check ("Survived:i a:n sex:c last:c", NULL, "label=col:Survived");
  check ("loan_class:n kind:c", NULL, "label=col:kind"); /* numbers that differ are no classes */
}

static void
test_unnamed (void)
{
  check ("c0:c c1:w", NULL, "label=col:c0 text=col:c1");
  check ("a:n b:n c:i", NULL, "label=col:c");     /* the last, with few values */
  check ("a:n kind:c b:n", NULL, "label=col:kind"); /* the only category */
  check ("a:n b:n", NULL, "");
  check ("price:n b:n", NULL, "target=col:price");
  check ("price:n near:c b:n", NULL, "target=col:price"); /* rather than the only category */
  check ("one:c two:c b:n", NULL, "");
  check ("dteday:t label:c a:n", NULL, "label=col:label time=col:dteday"); /* the only times */
  check ("from:t to:t label:c a:n", NULL, "label=col:label");
}

static void
test_given (void)
{
  check ("label:c kind:c a:n", "kind", "label=kind");
  check ("label:c kind:c a:n", "col:kind", "label=col:kind");
  check ("timestamp:t label:c a:n", "features=timestamp,a", "label=col:label");
}

static void
test_free_columns (void)
{
  g_autoptr (AyTable) table = table_of ("id:d x_1:n x_2:i kind:c label:c text:w");
  g_autoptr (AyLoadOptions) options = ay_load_options_new ();
  g_autoptr (GPtrArray) numbers = NULL, all = NULL, some = NULL;

  ay_roles_guess (table, options, NULL);
  numbers = ay_roles_free_columns (table, options, NULL, FALSE);
  all = ay_roles_free_columns (table, options, NULL, TRUE);
  some = ay_roles_free_columns (table, options, "*_1", TRUE);
  g_assert_cmpuint (numbers->len, ==, 2);
  g_assert_cmpuint (all->len, ==, 3);
  g_assert_cmpuint (some->len, ==, 1);
  g_assert_cmpstr (ay_column_name (some->pdata[0]), ==, "x_1");
}

/* Ids of numbers and of texts meet by what they read. */
static void
test_ids (void)
{
  double *a = g_new (double, 4);
  const char *const names[] = { "7", "9", "x", "1", NULL };
  guint32 *codes = g_new (guint32, 4);
  g_autoptr (AyColumn) numbers = NULL, words = NULL;
  g_autofree guint32 *rows = NULL;
  gsize n_surplus;
  AyIdFault fault;

  for (guint i = 0; i < 4; i++)
    {
      a[i] = i == 3 ? NAN : 9.0 - 2 * i;
      codes[i] = i;
    }
  numbers = ay_column_take_number ("id", 4, a, TRUE);
  words = ay_column_take_category ("id", 4, codes, g_strdupv ((char **) names));
  g_assert_true (ay_ids_check (words, &fault));
  g_assert_false (ay_ids_check (numbers, &fault));
  g_assert_cmpuint (fault.first, ==, 3);
  g_assert_cmpuint (fault.second, ==, G_MAXSIZE);
  rows = ay_ids_join (numbers, words, &n_surplus);
  g_assert_cmpuint (rows[0], ==, 1);
  g_assert_cmpuint (rows[1], ==, 0);
  g_assert_cmpuint (rows[2], ==, AY_ROW_NONE);
  g_assert_cmpuint (rows[3], ==, AY_ROW_NONE);
  g_assert_cmpuint (n_surplus, ==, 2);
  a[2] = 7;
  a[3] = 9;
  g_assert_false (ay_ids_check (numbers, &fault));
  g_assert_cmpuint (fault.first, ==, 1);
  g_assert_cmpuint (fault.second, ==, 2);
}

/* Related features are never called unrelated; unrelated ones are about 20 times in 21. */
static void
test_order (void)
{
  const gsize n = 150, d = 3;
  guint alarms = 0;

  for (guint64 seed = 0; seed < 60; seed++)
    {
      float *x = g_new (float, n * d);
      g_autofree gint32 *label = g_new (gint32, n), *other = g_new (gint32, n);
      g_autofree double *target = g_new (double, n);
      g_autofree guint32 *rows = g_new (guint32, n);
      g_autoptr (AyMatrix) matrix = NULL;
      AyOrderInput input = { .rows = rows, .n_rows = n, .n_classes = 3, .seed = seed };
      AyOrderTest test;
      AyRng rng;

      ay_rng_init (&rng, seed, 0);
      for (gsize i = 0; i < n; i++)
        {
          rows[i] = (guint32) i;
          label[i] = (gint32) ay_rng_below (&rng, 3);
          other[i] = (gint32) ay_rng_below (&rng, 3);
          for (gsize j = 0; j < d; j++)
            x[i * d + j] = (float) (ay_rng_normal (&rng) + label[i] * 1.5) * (j == 2 ? 1000 : 1);
          target[i] = x[i * d] + x[i * d + 1];
        }
      input.features = matrix = ay_matrix_take_f32 (n, d, x);
      input.label = label;
      g_assert_true (ay_order_test (&input, &test, NULL, NULL));
      g_assert_false (test.unrelated);
      input.label = other;
      g_assert_true (ay_order_test (&input, &test, NULL, NULL));
      alarms += test.unrelated;
      input.label = NULL;
      input.target = target;
      g_assert_true (ay_order_test (&input, &test, NULL, NULL));
      g_assert_false (test.unrelated);
      g_assert_cmpfloat (test.observed, >, 0.7);
    }
  g_assert_cmpuint (alarms, >, 49); /* 57 expected, standard deviation 1.7 */
}

/* The five nearest, against a search of every pair: labels that only the right list explains. */
static void
test_order_value (void)
{
  const gsize n = 80;
  float *x = g_new (float, n);
  g_autofree gint32 *label = g_new (gint32, n);
  g_autofree guint32 *rows = g_new (guint32, n);
  g_autoptr (AyMatrix) matrix = NULL;
  AyOrderInput input = { .rows = rows, .n_rows = n, .n_classes = 2 };
  AyOrderTest test;
  gsize right = 0;
  AyRng rng;

  ay_rng_init (&rng, 5, 0);
  for (gsize i = 0; i < n; i++)
    {
      rows[i] = (guint32) i;
      x[i] = (float) ay_rng_uniform (&rng);
      label[i] = (x[i] > 0.5) != (ay_rng_below (&rng, 5) == 0);
    }
  for (gsize i = 0; i < n; i++)
    {
      gboolean used[80] = { FALSE };
      int votes = 0;

      used[i] = TRUE;
      for (int k = 0; k < 5; k++)
        {
          gsize best = i;

          for (gsize j = 0; j < n; j++)
            if (!used[j] && (best == i || fabsf (x[j] - x[i]) < fabsf (x[best] - x[i])))
              best = j;
          used[best] = TRUE;
          votes += label[best];
        }
      right += (votes >= 3) == label[i];
    }
  input.features = matrix = ay_matrix_take_f32 (n, 1, x);
  input.label = label;
  g_assert_true (ay_order_test (&input, &test, NULL, NULL));
  g_assert_cmpfloat_with_epsilon (test.observed, right / (double) n, 1e-12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/roles/by-name", test_by_name);
  g_test_add_func ("/roles/by-value", test_by_value);
  g_test_add_func ("/roles/by-last-word", test_by_last_word);
  g_test_add_func ("/roles/unnamed", test_unnamed);
  g_test_add_func ("/roles/given", test_given);
  g_test_add_func ("/roles/free-columns", test_free_columns);
  g_test_add_func ("/roles/ids", test_ids);
  g_test_add_func ("/roles/order", test_order);
  g_test_add_func ("/roles/order-value", test_order_value);
  return g_test_run ();
}
