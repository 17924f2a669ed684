/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/labels.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/dataset.h"
#include "core/shim/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this many classes, more than one class for two rows means that the column is no label. */
#define MANY_CLASSES 20

static gboolean
parse_integer (const char *text, gint64 *value)
{
  const char *digits = *text == '-' ? text + 1 : text;

  if (*digits == '\0' || strlen (digits) > 18 || strspn (digits, "0123456789") != strlen (digits))
    return FALSE;
  *value = g_ascii_strtoll (text, NULL, 10);
  return TRUE;
}

static int
compare_integers (const void *a, const void *b)
{
  const char *x = *(const char *const *) a, *y = *(const char *const *) b;
  gint64 i = 0, j = 0;

  parse_integer (x, &i);
  parse_integer (y, &j);
  return i != j ? (i < j ? -1 : 1) : strcmp (x, y);
}

static int
compare_bytes (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

void
ay_sort_names (char **names, gsize n)
{
  gboolean integers = TRUE;
  gint64 value;

  for (gsize i = 0; i < n && integers; i++)
    integers = parse_integer (names[i], &value);
  qsort (names, n, sizeof *names, integers ? compare_integers : compare_bytes);
}

/* The distinct values of a column, in order of appearance, and each row's number among them. */
typedef struct
{
  GPtrArray *values; /* of char*, owned */
  gint32 *code;
} Distinct;

static void
distinct_clear (Distinct *self)
{
  g_clear_pointer (&self->values, g_ptr_array_unref);
  g_clear_pointer (&self->code, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Distinct, distinct_clear)

static gboolean
too_many (const char *where, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("label %s has more than %d different values: is it the label?"), where,
               AY_MAX_CLASSES);
  return FALSE;
}

static gboolean
distinct_categories (const AyColumn *column, Distinct *out)
{
  guint n_names;
  const char *const *names = ay_column_categories (column, &n_names);
  const guint32 *codes = ay_column_codes (column);
  g_autofree gint32 *map = g_new (gint32, n_names + 1);

  for (guint c = 0; c < n_names; c++)
    map[c] = AY_LABEL_MISSING;
  for (gsize i = 0; i < ay_column_rows (column); i++)
    {
      guint32 c = codes[i];

      if (c == AY_CODE_MISSING || *names[c] == '\0')
        continue;
      if (map[c] == AY_LABEL_MISSING)
        {
          map[c] = (gint32) out->values->len;
          g_ptr_array_add (out->values, g_strdup (names[c]));
        }
      out->code[i] = map[c];
    }
  return out->values->len <= AY_MAX_CLASSES;
}

static gboolean
distinct_texts (const AyColumn *column, Distinct *out)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < ay_column_rows (column); i++)
    {
      g_autofree char *value = NULL;
      gpointer code;

      if (ay_column_is_missing (column, i))
        continue;
      value = ay_column_dup_text (column, i);
      if (*value == '\0')
        continue;
      if (!g_hash_table_lookup_extended (seen, value, NULL, &code))
        {
          if (out->values->len >= AY_MAX_CLASSES)
            return FALSE;
          code = GUINT_TO_POINTER (out->values->len);
          g_hash_table_insert (seen, value, code);
          g_ptr_array_add (out->values, g_steal_pointer (&value));
        }
      out->code[i] = (gint32) GPOINTER_TO_UINT (code);
    }
  return TRUE;
}

/* Numbers are looked up by value, so that a million rows make a handful of texts. */
static gboolean
distinct_numbers (const AyColumn *column, Distinct *out)
{
  const double *values = ay_column_numbers (column);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (gsize i = 0; i < ay_column_rows (column); i++)
    {
      gint64 whole;
      gpointer code;

      if (isnan (values[i]))
        continue;
      whole = (gint64) values[i];
      if (!g_hash_table_lookup_extended (seen, &whole, NULL, &code))
        {
          if (out->values->len >= AY_MAX_CLASSES)
            return FALSE;
          code = GUINT_TO_POINTER (out->values->len);
          g_hash_table_insert (seen, g_memdup2 (&whole, sizeof whole), code);
          g_ptr_array_add (out->values, g_strdup_printf ("%" G_GINT64_FORMAT, whole));
        }
      out->code[i] = (gint32) GPOINTER_TO_UINT (code);
    }
  return TRUE;
}

static gboolean
check_integers (const AyColumn *column, const char *where, GError **error)
{
  const double *values = ay_column_numbers (column);
  char text[AY_NUMBER_SIZE];

  for (gsize i = 0; i < ay_column_rows (column); i++)
    if (!isnan (values[i]) && (values[i] != trunc (values[i]) || fabs (values[i]) > 0x1p53))
      {
        ay_number_format (values[i], text);
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                     N_ ("label %s, row %zu: %s is not a class (a number to predict is "
                         "named with --target)"),
                     where, i, text);
        return FALSE;
      }
  return TRUE;
}

static gboolean
find_distinct (const AyColumn *column, const char *where, Distinct *out, GError **error)
{
  gsize n = ay_column_rows (column);
  gboolean few;

  out->values = g_ptr_array_new_with_free_func (g_free);
  out->code = g_new (gint32, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    out->code[i] = AY_LABEL_MISSING;
  switch (ay_column_type (column))
    {
    case AY_COLUMN_NUMBER:
      if (!check_integers (column, where, error))
        return FALSE;
      few = distinct_numbers (column, out);
      break;
    case AY_COLUMN_CATEGORY: few = distinct_categories (column, out); break;
    default: few = distinct_texts (column, out); break;
    }
  return few || too_many (where, error);
}

static gboolean
check_counts (const Distinct *distinct, gsize n, const char *where, GError **error)
{
  gsize labelled = 0, classes = distinct->values->len;

  for (gsize i = 0; i < n; i++)
    labelled += distinct->code[i] != AY_LABEL_MISSING;
  if (labelled == 0)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("label %s: no row has a label"), where);
  else if (classes == 1)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("label %s: all %zu labelled rows "
                     "are of one class, \"%s\""),
                 where, labelled, (char *) distinct->values->pdata[0]);
  else if (classes > MANY_CLASSES && 2 * classes > labelled)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("label %s has %zu different values in %zu rows: "
                     "is it the label? (a number to predict is named with --target)"),
                 where, classes, labelled);
  else
    return TRUE;
  return FALSE;
}

/* Whether the values are all names of a list, so that the list gives their order. */
static gboolean
are_names (const Distinct *distinct, const AyClassNames *names)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < names->n; i++)
    g_hash_table_add (known, names->names[i]);
  for (guint i = 0; i < distinct->values->len; i++)
    if (!g_hash_table_contains (known, distinct->values->pdata[i]))
      return FALSE;
  return TRUE;
}

/* Texts in class order: the map's own order for a list of names, else sorted.
 * (transfer container) */
static char **
order_values (const Distinct *distinct, const AyClassNames *list)
{
  gsize n = distinct->values->len, k = 0;
  char **order = g_new0 (char *, n + 1);

  if (list == NULL)
    {
      memcpy (order, distinct->values->pdata, n * sizeof *order);
      ay_sort_names (order, n);
      return order;
    }
  for (gsize i = 0; i < list->n; i++)
    for (gsize j = 0; j < n; j++)
      if (strcmp (list->names[i], distinct->values->pdata[j]) == 0)
        order[k++] = distinct->values->pdata[j];
  return order;
}

static char **
rename_values (char **order, gsize n, const AyClassNames *names, const char *where, GError **error)
{
  g_autoptr (GPtrArray) renamed = g_ptr_array_new_with_free_func (g_free);

  for (gsize c = 0; c < n; c++)
    {
      const char *name = names != NULL ? ay_class_names_find (names, order[c]) : order[c];

      if (name == NULL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("label %s: %s has no class name for \"%s\""), where, names->path,
                       order[c]);
          return NULL;
        }
      g_ptr_array_add (renamed, g_strdup (name));
    }
  g_ptr_array_add (renamed, NULL);
  return (char **) g_ptr_array_steal (renamed, NULL);
}

gboolean
ay_labels_code (const AyColumn *column, const char *where, const AyClassNames *names,
                AyDiagnostics *diagnostics, AyLabels *labels, GError **error)
{
  g_auto (Distinct) distinct = { NULL, NULL };
  g_autoptr (GHashTable) class_of = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree gint32 *map = NULL;
  g_autofree char **order = NULL;
  gsize n = ay_column_rows (column), classes;
  gboolean by_name;

  if (!find_distinct (column, where, &distinct, error)
      || !check_counts (&distinct, n, where, error))
    return FALSE;
  classes = distinct.values->len;
  by_name = names != NULL && are_names (&distinct, names);
  order = order_values (&distinct, by_name && names->is_list ? names : NULL);
  labels->names = rename_values (order, classes, by_name ? NULL : names, where, error);
  if (labels->names == NULL)
    return FALSE;
  if (names != NULL && names->n > classes)
    ay_diagnostics_add (diagnostics, "class-unused",
                        N_ ("%zu of the %zu class names have no row"), names->n - classes,
                        names->n);
  for (gsize c = 0; c < classes; c++)
    g_hash_table_insert (class_of, order[c], GUINT_TO_POINTER (c));
  map = g_new (gint32, classes);
  for (gsize v = 0; v < classes; v++)
    map[v] = (gint32) GPOINTER_TO_UINT (g_hash_table_lookup (class_of, distinct.values->pdata[v]));
  for (gsize i = 0; i < n; i++)
    if (distinct.code[i] != AY_LABEL_MISSING)
      distinct.code[i] = map[distinct.code[i]];
  labels->n_classes = (guint) classes;
  labels->label = g_steal_pointer (&distinct.code);
  return TRUE;
}

void
ay_labels_clear (AyLabels *labels)
{
  g_clear_pointer (&labels->names, g_strfreev);
  g_clear_pointer (&labels->label, g_free);
}
