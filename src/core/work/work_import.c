/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/import_check.h"

#include "core/base/words.h"
#include "core/data/source.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

/* Scores of the user's own: every numeric column of a table, or every column of an array, joined
 * to the data by id or by row. */

#define LISTED 100

void
ay_import_report_clear (AyImportReport *self)
{
  g_clear_pointer (&self->imported, g_ptr_array_unref);
  g_clear_pointer (&self->missing, g_ptr_array_unref);
  g_clear_pointer (&self->surplus, g_ptr_array_unref);
}

/* A column of the file's values by the file's row. */
typedef struct
{
  char *name;
  double *values;
} Incoming;

static void
incoming_free (gpointer data)
{
  Incoming *incoming = data;

  g_free (incoming->name);
  g_free (incoming->values);
  g_free (incoming);
}

static void
add_incoming (GPtrArray *all, const char *name, double *values)
{
  Incoming *incoming = g_new (Incoming, 1);

  incoming->name = g_strdup (name);
  incoming->values = values;
  g_ptr_array_add (all, incoming);
}

static GPtrArray *
incoming_of_table (AyTable *table, AyColumn *id)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (incoming_free);
  gsize n = ay_table_rows (table);

  for (guint i = 0; i < ay_table_n_columns (table); i++)
    {
      AyColumn *column = ay_table_column (table, i);

      if (column != id && ay_column_type (column) == AY_COLUMN_NUMBER)
        add_incoming (all, ay_column_name (column),
                      g_memdup2 (ay_column_numbers (column), n * sizeof (double)));
    }
  return all;
}

static GPtrArray *
incoming_of_array (AyMatrix *array, const char *name)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (incoming_free);
  gsize n = ay_matrix_rows (array), cols = ay_matrix_cols (array);

  for (gsize j = 0; j < cols; j++)
    {
      double *values = g_new (double, MAX (n, 1));
      g_autofree char *own = cols == 1 ? g_strdup (name)
                                       : g_strdup_printf ("%s_%" G_GSIZE_FORMAT, name, j);

      for (gsize i = 0; i < n; i++)
        values[i] = ay_matrix_value (array, i, j);
      add_incoming (all, own, values);
    }
  return all;
}

static AyColumn *
find_id (AyTable *table, AyDataset *data, const char *path, GError **error)
{
  AyColumn *id = ay_table_find (table, ay_column_name (data->id));

  if (id == NULL)
    id = ay_table_find (table, "id");
  if (id == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: no column \"id\" to join by (rows in file order: --by row)"), path);
  return id;
}

static void
list_some (GPtrArray *list, char *text)
{
  if (list->len < LISTED)
    g_ptr_array_add (list, text);
  else
    g_free (text);
}

/* map[i] = row of the file for row i of the data, or G_MAXUINT32. */
static guint32 *
join_by_id (AyDataset *data, AyColumn *id, const char *path, AyImportReport *report, GError **error)
{
  g_autoptr (GHashTable) rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree guint32 *map = g_new (guint32, MAX (data->n, 1));
  gpointer found;

  for (gsize i = 0; i < ay_column_rows (id); i++)
    {
      char *text = ay_column_dup_text (id, i);

      if (g_hash_table_lookup_extended (rows, text, NULL, &found))
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("%s: id \"%s\" stands twice, in data rows %u and %zu"), path,
                       text, GPOINTER_TO_UINT (found), i + 1);
          g_free (text);
          return NULL;
        }
      g_hash_table_insert (rows, text, GUINT_TO_POINTER ((guint) i + 1));
    }
  for (gsize i = 0; i < data->n; i++)
    {
      char *text = ay_column_dup_text (data->id, i);
      guint row = GPOINTER_TO_UINT (g_hash_table_lookup (rows, text));

      map[i] = row - 1; /* 0 - 1 = G_MAXUINT32 = none */
      if (row != 0)
        {
          report->n_matched++;
          g_hash_table_remove (rows, text);
          g_free (text);
          continue;
        }
      report->n_missing++;
      list_some (report->missing, text);
    }
  report->n_surplus = g_hash_table_size (rows);
  for (gsize i = 0; i < ay_column_rows (id) && report->surplus->len < LISTED; i++)
    {
      char *text = ay_column_dup_text (id, i);

      if (g_hash_table_contains (rows, text))
        list_some (report->surplus, text);
      else
        g_free (text);
    }
  return g_steal_pointer (&map);
}

static guint32 *
join_by_row (AyDataset *data, gsize n, const char *path, AyImportReport *report, GError **error)
{
  guint32 *map;

  if (n != data->n)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: has %zu rows, the data has %zu (join by id instead)"), path, n,
                   data->n);
      return NULL;
    }
  map = g_new (guint32, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    map[i] = (guint32) i;
  report->n_matched = n;
  return map;
}

static gboolean
store_one (AyColumnStep *step, const char *path, const AyImportOptions *options,
           const Incoming *incoming, const guint32 *map, GError **error)
{
  AyWork *self = step->work;
  gsize n = self->data->n;
  g_autofree double *values = g_new (double, MAX (n, 1));
  g_autoptr (JsonObject) certificate = json_object_new ();
  g_autofree char *file = ay_workspace_relative_path (self->store, path);
  g_autofree char *sentence = options->meaning != NULL
                                  ? g_strdup (options->meaning)
                                  : g_strdup_printf ("imported from %s, meaning not told", file);
  AyScoreRecord record = { incoming->name, incoming->name, sentence, "", NULL, AY_SCORE_MEASURE,
                           options->direction, certificate };
  gboolean missing = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      values[i] = map[i] != G_MAXUINT32 ? incoming->values[map[i]] : NAN;
      missing = missing || isnan (values[i]);
    }
  if (missing)
    record.missing_because = "the file has no value for the row";
  json_object_set_string_member (certificate, "method", AY_METHOD_IMPORTED);
  json_object_set_string_member (certificate, "file", file);
  json_object_set_string_member (certificate, "meaning",
                                 options->meaning != NULL ? options->meaning : AY_NOT_TOLD);
  json_object_set_string_member (certificate, "joined_by", options->by_row ? "row" : "id");
  return ay_column_step_add (step, AY_KIND_SCORE, incoming->name, error)
         && ay_work_store_score (self, &record, values, error);
}

static gboolean
store_all (AyWork *self, const char *path, const AyImportOptions *options, GPtrArray *all,
           const guint32 *map, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *why = g_strdup_printf ("imported from %s", base);
  g_autoptr (AyBitset) rows = ay_bitset_new (self->data->n);
  AyColumnStep step;
  gboolean ok = TRUE;

  for (gsize i = 0; i < self->data->n; i++)
    if (map[i] != G_MAXUINT32)
      ay_bitset_add (rows, i);
  if (ay_bitset_count (rows) == 0)
    ay_bitset_fill (rows);
  if (!ay_column_step_begin (&step, self, error))
    return FALSE;
  for (guint i = 0; i < all->len && ok; i++)
    ok = store_one (&step, path, options, all->pdata[i], map, error);
  return ay_column_step_end (&step, ok, rows, why, error);
}

static gboolean
check_names (GPtrArray *all, const char *path, GError **error)
{
  for (guint i = 0; i < all->len; i++)
    {
      const char *name = ((Incoming *) all->pdata[i])->name;

      if (ay_score_find (name) != NULL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                       N_ ("%s: \"%s\" is the name of a score that Assay computes: give another "
                           "with "
                           "name="),
                       path, name);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
name_them (GPtrArray *all, const AyImportOptions *options, const char *path, GError **error)
{
  if (all->len == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: no numeric column to import"), path);
      return FALSE;
    }
  if (options->name == NULL)
    return check_names (all, path, error);
  if (all->len > 1)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("%s: holds %u scores, name= names only one"), path, all->len);
      return FALSE;
    }
  g_free (((Incoming *) all->pdata[0])->name);
  ((Incoming *) all->pdata[0])->name = g_strdup (options->name);
  return check_names (all, path, error);
}

static gboolean
import (AyWork *self, const char *path, const AyImportOptions *options, AyImportReport *report,
        gboolean store, AyJob *job, GError **error)
{
  AySourceOptions source_options = AY_SOURCE_OPTIONS_INIT;
  g_autoptr (AySource) source
      = ay_source_open (path, &source_options, self->data->diagnostics, job, error);
  g_autoptr (GPtrArray) all = NULL;
  g_autofree guint32 *map = NULL;
  AyColumn *id = NULL;

  memset (report, 0, sizeof *report);
  if (source == NULL)
    return FALSE;
  report->imported = g_ptr_array_new_with_free_func (g_free);
  report->missing = g_ptr_array_new_with_free_func (g_free);
  report->surplus = g_ptr_array_new_with_free_func (g_free);
  if (source->table != NULL)
    {
      id = options->by_row ? NULL : find_id (source->table, self->data, path, error);
      if (id == NULL && !options->by_row)
        return FALSE;
      all = incoming_of_table (source->table, id);
      map = id != NULL ? join_by_id (self->data, id, path, report, error)
                       : join_by_row (self->data, ay_table_rows (source->table), path, report,
                                      error);
    }
  else
    {
      AyMatrix *array = ay_source_array (source, NULL, error);
      g_autofree char *base = g_path_get_basename (path);
      char *dot = strrchr (base, '.');

      if (array == NULL)
        return FALSE;
      if (dot != NULL)
        *dot = '\0';
      all = incoming_of_array (array, base);
      map = join_by_row (self->data, ay_matrix_rows (array), path, report, error);
    }
  if (map == NULL || !name_them (all, options, path, error))
    return FALSE;
  if (store
      && (!ay_job_commit (job, error) || !store_all (self, path, options, all, map, error)))
    return FALSE;
  for (guint i = 0; i < all->len; i++)
    g_ptr_array_add (report->imported, g_strdup (((Incoming *) all->pdata[i])->name));
  return TRUE;
}

gboolean
ay_work_import (AyWork *self, const char *path, const AyImportOptions *options,
                AyImportReport *report, AyJob *job, GError **error)
{
  return import (self, path, options, report, TRUE, job, error);
}

gboolean
ay_work_import_check (AyWork *self, const char *path, const AyImportOptions *options,
                      AyImportReport *report, AyJob *job, GError **error)
{
  return import (self, path, options, report, FALSE, job, error);
}
