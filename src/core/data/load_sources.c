/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/ids.h"
#include "core/data/loading.h"
#include "core/data/source_name.h"

#include <math.h>
#include <string.h>

#define SUM_TOLERANCE 1e-3 /* of a row of probabilities: single precision and rounded text pass */

AyColumn *
ay_loading_extend (const AyLoading *self, AyColumn *column)
{
  g_autofree guint32 *rows = NULL;
  gsize have = ay_column_rows (column);

  if (have == self->n)
    return ay_column_ref (column);
  rows = g_new (guint32, MAX (self->n, 1));
  for (gsize i = 0; i < self->n; i++)
    rows[i] = i < have ? (guint32) i : AY_ROW_NONE;
  return ay_column_gather (column, rows, self->n);
}

gboolean
ay_loading_fail (const AyLoading *self, const char *source, GError **error)
{
  g_auto (AySourceName) name = { NULL, NULL, NULL };

  ay_source_name_parse (source, &name);
  g_prefix_error (error, "%s: ", name.path != NULL ? name.path : self->where);
  return FALSE;
}

gboolean
ay_loading_check_rows (const AyLoading *self, gsize rows, const char *path, GError **error)
{
  if (rows == self->n_input || rows == self->n)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s has %zu rows, %s has %zu"), self->where,
               self->n_input, path, rows);
  return FALSE;
}

/* "a, b, c", cut short. */
char *
ay_loading_list_columns (const AyTable *table)
{
  GString *list = g_string_new (NULL);
  guint n = ay_table_n_columns (table);

  for (guint c = 0; c < MIN (n, 20); c++)
    g_string_append_printf (list, "%s%s", c > 0 ? ", " : "",
                            ay_column_name (ay_table_column (table, c)));
  if (n > 20)
    g_string_append_printf (list, " and %u more", n - 20);
  return g_string_free (list, FALSE);
}

/* The column of a table that holds the ids of the rows; NULL when there is none. */
static AyColumn *
find_ids (const AyLoading *self, const AyTable *table)
{
  AyColumn *ids;

  if (!self->id_given || self->id == NULL)
    return NULL;
  ids = ay_table_find (table, ay_column_name (self->id));
  return ids != NULL ? ids : ay_table_find (table, "id");
}

gboolean
ay_loading_has_ids (const AyLoading *self, const AyTable *table)
{
  return find_ids (self, table) != NULL;
}

static gboolean
duplicate_id (const char *path, const AyColumn *ids, const AyIdFault *fault, GError **error)
{
  g_autofree char *id = ay_column_dup_text (ids, fault->first);

  if (fault->second == G_MAXSIZE)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: row %zu has no id"), path,
                 fault->first);
  else
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: rows %zu and %zu have the same id \"%s\""), path, fault->first,
                 fault->second, id);
  return FALSE;
}

AyTable *
ay_loading_align (AyLoading *self, AyTable *table, const char *path, const char *what,
                  gboolean need_all, GError **error)
{
  AyColumn *ids = find_ids (self, table);
  g_autofree guint32 *rows = NULL;
  gsize n_surplus, n_missing = 0;
  AyIdFault fault;

  if (ids == NULL)
    return ay_loading_check_rows (self, ay_table_rows (table), path, error) ? ay_table_ref (table)
                                                                           : NULL;
  if (!ay_ids_check (ids, &fault))
    return duplicate_id (path, ids, &fault, error), NULL;
  rows = ay_ids_join (self->id, ids, &n_surplus);
  for (gsize i = 0; i < self->n; i++)
    if (rows[i] == AY_ROW_NONE && i < self->n_input)
      {
        g_autofree char *id = ay_column_dup_text (self->id, i);

        n_missing++;
        if (need_all)
          {
            g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                         N_ ("%s has no row with the id \"%s\" (row %zu of %s)"), path, id, i,
                         self->where);
            return NULL;
          }
      }
  ay_diagnostics_add (self->diagnostics, "joined-by-id",
                      N_ ("%s of %s is joined by id: %zu rows without, %zu surplus"), what, path,
                      n_missing, n_surplus);
  return ay_table_gather (table, rows, self->n);
}

static gboolean
no_column (const AyLoading *self, const char *name, const char *role, GError **error)
{
  g_autofree char *columns = self->table != NULL ? ay_loading_list_columns (self->table)
                                                  : g_strdup ("");

  if (self->table == NULL || ay_table_n_columns (self->table) == 0)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s \"%s\": no such file, and no column either"), role, name);
  else
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s \"%s\": neither a file nor a column of %s (columns: %s)"), role, name,
                 self->where, columns);
  return FALSE;
}

/* The column of a file's table that is meant: by key, by the role's name, or the only one. */
static AyColumn *
choose_column (const AyLoading *self, const AyTable *table, const AySourceName *name,
               const char *role, GError **error)
{
  AyColumn *ids = find_ids (self, table), *only = NULL, *found;
  g_autofree char *columns = ay_loading_list_columns (table);
  guint others = 0;

  found = ay_table_find (table, name->key != NULL ? name->key : role);
  if (found != NULL)
    return found;
  for (guint c = 0; c < ay_table_n_columns (table); c++)
    if (ay_table_column (table, c) != ids)
      {
        only = ay_table_column (table, c);
        others++;
      }
  if (name->key == NULL && others == 1)
    return only;
  if (name->key != NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s has no column \"%s\" (columns: %s)"),
                 name->path, name->key, columns);
  else
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: which column is the %s? Name it as %s:COLUMN (columns: %s)"), name->path,
                 role, name->path, columns);
  return NULL;
}

static AyColumn *
column_of_file (AyLoading *self, const AySourceName *name, const char *role, GError **error)
{
  AySource *source = ay_loading_open (self, name->path, error);
  g_autoptr (AyTable) table = NULL, aligned = NULL;
  g_auto (GStrv) wide = NULL;
  g_autofree char *odd = NULL;
  AyColumn *column;

  if (source == NULL || (table = ay_loading_table_of (self, source, error)) == NULL)
    return NULL;
  if (name->key != NULL)
    odd = ay_source_odd_array (source, name->key, ay_table_rows (table));
  if (odd != NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s", name->path, odd);
      return NULL;
    }
  wide = ay_source_wide_keys (source);
  if ((ay_table_n_columns (table) == 0 && wide[0] != NULL)
      || (name->key != NULL && g_strv_contains ((const char *const *) wide, name->key)))
    {
      AyMatrix *matrix = ay_source_array (source, name->key, error);

      if (matrix != NULL)
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                     N_ ("%s has %zu columns, a %s has one"), name->path,
                     ay_matrix_cols (matrix), role);
      return NULL;
    }
  column = choose_column (self, table, name, role, error);
  if (column == NULL)
    return NULL;
  aligned = ay_loading_align (self, table, name->path, role, FALSE, error);
  if (aligned == NULL)
    return NULL;
  return ay_loading_extend (self, ay_table_find (aligned, ay_column_name (column)));
}

AyColumn *
ay_loading_column (AyLoading *self, const char *source, const char *role, GError **error)
{
  g_auto (AySourceName) name = { NULL, NULL, NULL };
  AyColumn *column;

  ay_source_name_parse (source, &name);
  if (name.path != NULL)
    return column_of_file (self, &name, role, error);
  column = self->table != NULL ? ay_table_find (self->table, name.column) : NULL;
  if (column == NULL)
    return no_column (self, name.column, role, error), NULL;
  return ay_column_ref (column);
}

/* A probabilities matrix of a file, or a wide array of the INPUTs; sets neither when the SOURCE is
 * columns. */
static gboolean
probability_matrix (AyLoading *self, const AySourceName *name, GError **error)
{
  g_auto (GStrv) wide = NULL;
  AySource *source;
  AyInputArray *array;

  if (name->path == NULL)
    {
      array = ay_loading_find_array (self, name->column);
      if (array != NULL)
        self->probabilities = ay_loading_array (self, array, error);
      return array == NULL || self->probabilities != NULL;
    }
  source = ay_loading_open (self, name->path, error);
  if (source == NULL)
    return FALSE;
  wide = ay_source_wide_keys (source);
  if (wide[0] == NULL)
    return TRUE;
  self->probabilities
      = ay_source_array (source, name->key != NULL || wide[1] != NULL ? name->key : wide[0], error);
  if (self->probabilities == NULL)
    return FALSE;
  ay_matrix_ref (self->probabilities);
  return ay_matrix_check_finite (self->probabilities, name->path, self->job, error)
         && ay_loading_check_rows (self, ay_matrix_rows (self->probabilities), name->path, error);
}

/* The NUMBER columns of a table that match the glob (NULL: all but ids). */
static void
take_columns (AyLoading *self, const AyTable *table, const char *glob)
{
  AyColumn *ids = find_ids (self, table);

  for (guint c = 0; c < ay_table_n_columns (table); c++)
    {
      AyColumn *column = ay_table_column (table, c);

      if (ay_column_type (column) == AY_COLUMN_NUMBER
          && (glob != NULL ? g_pattern_match_simple (glob, ay_column_name (column))
                           : column != ids))
        g_ptr_array_add (self->probability_columns, ay_loading_extend (self, column));
    }
}

static gboolean
probability_columns (AyLoading *self, const AySourceName *name, GError **error)
{
  g_autoptr (AyTable) table = NULL, aligned = NULL;
  AySource *source;

  if (name->path == NULL)
    {
      if (self->table != NULL)
        take_columns (self, self->table, name->column);
      return self->probability_columns->len > 0
             || no_column (self, name->column, "probabilities", error);
    }
  source = ay_loading_open (self, name->path, error);
  if (source == NULL || (table = ay_loading_table_of (self, source, error)) == NULL)
    return FALSE;
  aligned = ay_loading_align (self, table, name->path, "probabilities", TRUE, error);
  if (aligned == NULL)
    return FALSE;
  take_columns (self, aligned, name->key);
  if (self->probability_columns->len == 0)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: no columns of probabilities"),
                 name->path);
  return self->probability_columns->len > 0;
}

gboolean
ay_loading_find_probabilities (AyLoading *self, GError **error)
{
  g_auto (GStrv) parts = NULL;

  self->probability_columns = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_column_unref);
  if (self->options->probabilities == NULL)
    return TRUE;
  parts = ay_source_list_split (self->options->probabilities);
  for (char **part = parts; *part != NULL; part++)
    {
      g_auto (AySourceName) name = { NULL, NULL, NULL };

      ay_source_name_parse (*part, &name);
      if (!probability_matrix (self, &name, error)
          || (self->probabilities == NULL && !probability_columns (self, &name, error)))
        return FALSE;
    }
  return TRUE;
}

/* Column c of the classes: by the end of its name when all classes are found so, else in order. */
static gboolean
order_probability_columns (const AyLoading *self, const AyDataset *data, AyColumn **order)
{
  GPtrArray *columns = self->probability_columns;

  for (guint c = 0; c < data->n_classes; c++)
    {
      const char *class_name = data->class_names[c];

      order[c] = NULL;
      for (guint k = 0; k < columns->len; k++)
        {
          const char *name = ay_column_name (columns->pdata[k]);
          gsize length = strlen (name), tail = strlen (class_name);

          if (length >= tail && g_str_equal (name + length - tail, class_name)
              && (length == tail || strchr ("_-. :", name[length - tail - 1]) != NULL))
            order[c] = columns->pdata[k];
        }
      if (order[c] == NULL)
        return FALSE;
    }
  return TRUE;
}

static AyMatrix *
matrix_of_columns (const AyLoading *self, const AyDataset *data)
{
  g_autofree AyColumn **order = g_new0 (AyColumn *, data->n_classes);
  guint k = data->n_classes;
  double *values = g_new (double, MAX (self->n * k, 1));

  if (!order_probability_columns (self, data, order))
    for (guint c = 0; c < k; c++)
      order[c] = self->probability_columns->pdata[c];
  for (gsize i = 0; i < self->n; i++)
    for (guint c = 0; c < k; c++)
      values[i * k + c] = ay_column_numbers (order[c])[i];
  return ay_matrix_take_f64 (self->n, k, values);
}

static gboolean
check_probabilities (const AyMatrix *p, const char *where, GError **error)
{
  gsize k = ay_matrix_cols (p);
  g_autofree double *row = g_new (double, k);

  for (gsize i = 0; i < ay_matrix_rows (p); i++)
    {
      double sum = 0.0;

      ay_matrix_get_f64 (p, i, 1, row);
      for (gsize c = 0; c < k; c++)
        {
          if (!(row[c] >= 0.0 && row[c] <= 1.0 + SUM_TOLERANCE))
            {
              g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                           N_ ("probabilities %s: row %zu, class %zu: %g is not a probability"),
                           where, i, c, row[c]);
              return FALSE;
            }
          sum += row[c];
        }
      if (fabs (sum - 1.0) > SUM_TOLERANCE)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("probabilities %s: row %zu sums to %g, not 1"), where, i, sum);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
ay_loading_make_probabilities (AyLoading *self, AyDataset *data, GError **error)
{
  const char *where = self->options->probabilities;
  gsize k;

  if (where == NULL)
    return TRUE;
  k = self->probabilities != NULL ? ay_matrix_cols (self->probabilities)
                                  : self->probability_columns->len;
  if (data->n_classes == 0 || k != data->n_classes)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("probabilities %s have %zu columns, the labels %u classes"),
                   where, k, data->n_classes);
      return FALSE;
    }
  if (self->probabilities == NULL)
    self->probabilities = matrix_of_columns (self, data);
  if (ay_matrix_rows (self->probabilities) != self->n)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("probabilities %s have %zu rows, the data with its validation file %zu"),
                   where, ay_matrix_rows (self->probabilities), self->n);
      return FALSE;
    }
  if (!check_probabilities (self->probabilities, where, error))
    return FALSE;
  data->probabilities = ay_matrix_ref (self->probabilities);
  return TRUE;
}
