/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/loading.h"
#include "core/data/place.h"
#include "core/data/source_name.h"

#include <math.h>
#include <string.h>

static void
input_array_free (AyInputArray *self)
{
  g_free (self->key);
  g_ptr_array_unref (self->sources);
  g_free (self);
}

AySource *
ay_loading_open (AyLoading *self, const char *path, GError **error)
{
  AySource *source = g_hash_table_lookup (self->sources, path);
  g_autofree char *place = NULL;

  if (source != NULL)
    return source;
  place = ay_place_find (self->inside.root, path);
  source = ay_source_open (place, &self->options->source, self->diagnostics, self->job, error);
  if (source == NULL)
    return NULL;
  g_free (source->path);
  source->path = g_strdup (path); /* whatever it was read from */
  g_hash_table_insert (self->sources, g_strdup (path), source);
  return source;
}

/* Rows and columns of an array as a matrix; FALSE for single values. */
static gboolean
array_size (AySource *source, const char *key, gsize *rows, gsize *cols)
{
  AyShape shape;

  if (!ay_source_shape (source, key, &shape, NULL) || shape.n_dims == 0)
    return FALSE;
  *rows = shape.size[0];
  *cols = 1;
  for (guint k = 1; k < shape.n_dims; k++)
    *cols *= shape.size[k];
  return TRUE;
}

char **
ay_source_wide_keys (AySource *source)
{
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();
  gsize rows, cols;

  for (guint k = 0; k < source->keys->len; k++)
    if (!ay_source_is_text (source, source->keys->pdata[k])
        && array_size (source, source->keys->pdata[k], &rows, &cols) && cols != 1)
      g_strv_builder_add (keys, source->keys->pdata[k]);
  return g_strv_builder_end (keys);
}

/* Number of rows of a file: of its table, else of its longest array. */
static gsize
source_rows (AySource *source)
{
  gsize most = 0, rows, cols;

  if (source->table != NULL)
    return ay_table_rows (source->table);
  for (guint k = 0; k < source->keys->len; k++)
    if (array_size (source, source->keys->pdata[k], &rows, &cols))
      most = MAX (most, rows);
  return most;
}

char *
ay_source_odd_array (AySource *source, const char *key, gsize rows)
{
  gsize own, cols;

  for (guint k = 0; k < source->keys->len; k++)
    if ((key == NULL || strcmp (source->keys->pdata[k], key) == 0)
        && array_size (source, source->keys->pdata[k], &own, &cols) && cols == 1 && own != rows)
      return g_strdup_printf (N_ ("array \"%s\" has %zu rows, the others %zu"),
                              (char *) source->keys->pdata[k], own, rows);
  return NULL;
}

static AyColumn *
column_of_matrix (const AyMatrix *matrix, const char *name, GError **error)
{
  gsize n = ay_matrix_rows (matrix);
  double *values = ay_try_alloc (MAX (n, 1), sizeof (double), name, error);
  gboolean integral = TRUE;

  if (values == NULL)
    return NULL;
  ay_matrix_get_f64 (matrix, 0, n, values);
  for (gsize i = 0; i < n && integral; i++)
    integral = isnan (values[i]) || (values[i] == trunc (values[i]) && isfinite (values[i]));
  return ay_column_take_number (name, n, values, integral);
}

/* What an array without a key is called as a column: its file, without folder and endings. */
static char *
plain_name (const char *path)
{
  char *name = g_path_get_basename (path);
  char *dot = strchr (name + 1, '.');

  if (dot != NULL)
    *dot = '\0';
  return name;
}

/* Adds the array as a column when it has one column and as many rows as the table. */
static gboolean
add_array (AySource *source, const char *key, AyTable *table, GError **error)
{
  g_autofree char *name = *key != '\0' ? g_strdup (key) : plain_name (source->path);
  gsize rows, cols;
  AyColumn *column;

  if (!array_size (source, key, &rows, &cols) || rows != ay_table_rows (table)
      || ay_table_find (table, name) != NULL)
    return TRUE;
  if (ay_source_is_text (source, key))
    {
      column = ay_source_text (source, key, error);
      if (column == NULL)
        return FALSE;
      ay_table_take (table, ay_column_renamed (column, name));
    }
  else if (cols == 1)
    {
      AyMatrix *matrix = ay_source_array (source, key, error);

      column = matrix != NULL ? column_of_matrix (matrix, name, error) : NULL;
      if (column == NULL)
        return FALSE;
      ay_table_take (table, column);
    }
  return TRUE;
}

AyTable *
ay_loading_table_of (AyLoading *self, AySource *source, GError **error)
{
  g_autoptr (AyTable) table = ay_table_new (source_rows (source));

  for (guint c = 0; source->table != NULL && c < ay_table_n_columns (source->table); c++)
    ay_table_take (table, ay_column_ref (ay_table_column (source->table, c)));
  for (guint k = 0; k < source->keys->len; k++)
    if (!add_array (source, source->keys->pdata[k], table, error))
      return NULL;
  return g_steal_pointer (&table);
}

AyInputArray *
ay_loading_find_array (const AyLoading *self, const char *key)
{
  for (guint i = 0; i < self->arrays->len; i++)
    {
      AyInputArray *array = self->arrays->pdata[i];

      if (g_str_equal (array->key, key))
        return array;
    }
  return NULL;
}

static void
note_arrays (AyLoading *self, AySource *source)
{
  g_auto (GStrv) keys = ay_source_wide_keys (source);

  for (char **key = keys; *key != NULL; key++)
    {
      AyInputArray *array = ay_loading_find_array (self, *key);
      gsize rows = 0, cols;

      if (array == NULL)
        {
          array = g_new0 (AyInputArray, 1);
          array->key = g_strdup (*key);
          array->sources = g_ptr_array_new ();
          g_ptr_array_add (self->arrays, array);
        }
      array_size (source, *key, &rows, &cols);
      array->rows += rows;
      g_ptr_array_add (array->sources, source);
    }
}

/* The array as the file has it, known to be finite. (transfer full) */
static AyMatrix *
checked_array (AyLoading *self, AySource *source, const char *key, GError **error)
{
  AyMatrix *matrix = ay_source_array (source, key, error);
  g_autofree char *name
      = g_strconcat (source->path, key != NULL && *key != '\0' ? ":" : NULL, key, NULL);

  if (matrix == NULL
      || !ay_matrix_check_share (matrix, name, self->inside.ranks, self->job, error))
    return NULL;
  return ay_matrix_ref (matrix);
}

AyMatrix *
ay_loading_array (AyLoading *self, const AyInputArray *array, GError **error)
{
  g_autoptr (GPtrArray) parts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_matrix_unref);

  for (guint k = 0; k < array->sources->len; k++)
    {
      AySource *source = array->sources->pdata[k];
      AySource *first = array->sources->pdata[0];
      AyMatrix *part = checked_array (self, source, array->key, error);

      if (part == NULL)
        return NULL;
      g_ptr_array_add (parts, part);
      if (ay_matrix_cols (part) != ay_matrix_cols (parts->pdata[0]))
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("%s has %zu columns, %s has %zu"), first->path,
                       ay_matrix_cols (parts->pdata[0]), source->path, ay_matrix_cols (part));
          return NULL;
        }
    }
  if (parts->len == 1)
    return ay_matrix_ref (parts->pdata[0]);
  return ay_matrix_concat ((AyMatrix *const *) parts->pdata, parts->len, error);
}

/* The same columns, with paths that start from the folder itself: several folders have one base. */
static AyTable *
with_full_paths (AyTable *table, const char *folder)
{
  AyTable *full = ay_table_new (ay_table_rows (table));

  for (guint c = 0; c < ay_table_n_columns (table); c++)
    {
      AyColumn *column = ay_table_column (table, c);
      gsize n = ay_column_rows (column);
      GString *arena;
      guint64 *offset;
      guint32 *length;
      char *base;

      if (!g_str_equal (ay_column_name (column), "path"))
        {
          ay_table_take (full, ay_column_ref (column));
          continue;
        }
      arena = g_string_new (NULL);
      offset = g_new (guint64, MAX (n, 1));
      length = g_new (guint32, MAX (n, 1));
      for (gsize i = 0; i < n; i++)
        {
          g_autofree char *text = ay_column_dup_text (column, i);

          offset[i] = arena->len;
          g_string_append_printf (arena, "%s/%s", folder, text);
          length[i] = (guint32) (arena->len - offset[i]);
        }
      base = g_string_free (arena, FALSE);
      ay_table_take (full, ay_column_take_text ("path", n, offset, length, base, base, g_free));
    }
  return full;
}

/* The first value of a column. (transfer full) (nullable) */
static char *
first_value (const AyColumn *column, gsize n)
{
  for (gsize row = 0; row < n; row++)
    if (!ay_column_is_missing (column, row))
      return ay_column_dup_text (column, row);
  return NULL;
}

/* (transfer full) */
static char *
say_kinds (const char *path, const AyColumn *column, const char *value, const char *before)
{
  return g_strdup_printf (ay_column_type (column) == AY_COLUMN_NUMBER
                              ? N_ ("%s: column \"%s\" has numbers (\"%s\"), in the files "
                                    "before it words (\"%s\")")
                              : N_ ("%s: column \"%s\" has words (\"%s\"), in the files "
                                    "before it numbers (\"%s\")"),
                          path, ay_column_name (column), value, before);
}

/* A column of numbers in one file and of words in another becomes words: said of the first such
 * one, and refused of shards, whose rows are to be of one kind. */
static gboolean
check_kinds (AyLoading *self, const AyTable *table, const char *path, GError **error)
{
  for (guint c = 0; c < ay_table_n_columns (table); c++)
    {
      AyColumn *here = ay_table_column (table, c);
      AyColumn *before = ay_table_find (self->table, ay_column_name (here));
      g_autofree char *value = NULL, *other = NULL, *said = NULL;

      if (before == NULL
          || (ay_column_type (here) == AY_COLUMN_NUMBER)
                 == (ay_column_type (before) == AY_COLUMN_NUMBER)
          || (value = first_value (here, ay_table_rows (table))) == NULL
          || (other = first_value (before, ay_table_rows (self->table))) == NULL)
        continue;
      said = say_kinds (path, here, value, other);
      if (self->inside.ranks != NULL
          && g_strcmp0 (self->options->id, ay_column_name (here)) != 0)
        {
          g_set_error_literal (error, AY_ERROR, AY_ERROR_CHANGED, said);
          return FALSE;
        }
      if (ay_diagnostics_find (self->diagnostics, "files-differ") == NULL)
        ay_diagnostics_add (self->diagnostics, "files-differ", N_ ("%s: it is taken for words"),
                            said);
    }
  return TRUE;
}

/* Puts the file's columns under those of the files before. */
static gboolean
append_table (AyLoading *self, AyTable *table, const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  AyTable *both;

  if (ay_table_n_columns (table) == 0)
    return TRUE;
  if (self->table == NULL)
    {
      self->table = ay_table_ref (table);
      return TRUE;
    }
  if (!check_kinds (self, table, path, error))
    return FALSE;
  both = ay_table_concat (self->table, table, &cause);
  if (both == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s", path, cause->message);
      return FALSE;
    }
  ay_table_unref (self->table);
  self->table = both;
  return TRUE;
}

/* An array that is too short or too long to be a column is left out, and that is said. */
static void
say_odd_array (AyLoading *self, AySource *source, gsize rows)
{
  g_autofree char *odd = ay_source_odd_array (source, NULL, rows);

  if (odd != NULL)
    ay_diagnostics_add (self->diagnostics, "array-length",
                        N_ ("%s: %s: it is not used"), source->path, odd);
}

static gboolean
read_input (AyLoading *self, const char *path, gboolean only, GError **error)
{
  AySource *source = ay_loading_open (self, path, error);
  g_autoptr (AyTable) table = NULL;

  if (source == NULL || (table = ay_loading_table_of (self, source, error)) == NULL)
    return FALSE;
  if (g_str_equal (source->format, "images"))
    {
      self->images = TRUE;
      if (only)
        self->image_base = g_strdup (path);
      else
        {
          AyTable *full = with_full_paths (table, path);

          ay_table_unref (table);
          table = full;
        }
    }
  else if (self->image_base == NULL)
    self->image_base = g_path_get_dirname (path);
  note_arrays (self, source);
  say_odd_array (self, source, ay_table_rows (table));
  return append_table (self, table, path, error);
}

/* The paths of an image folder are its rows' ids and images, if nothing else was said. */
static void
take_paths (AyLoadOptions *options)
{
  if (options->id == NULL)
    options->id = g_strdup ("col:path");
  if (options->image == NULL)
    options->image = g_strdup ("col:path");
}

gboolean
ay_loading_read_inputs (AyLoading *self, GError **error)
{
  char **inputs = self->options->inputs;
  guint count = inputs != NULL ? g_strv_length (inputs) : 0;

  self->arrays = g_ptr_array_new_with_free_func ((GDestroyNotify) input_array_free);
  for (guint i = 0; i < count; i++)
    if (!read_input (self, inputs[i], count == 1, error))
      return FALSE;
  if (self->images && count > 1)
    g_clear_pointer (&self->image_base, g_free);
  if (self->images)
    take_paths (self->options);
  self->where = count > 0 ? g_strjoinv (", ", inputs) : NULL;
  if (self->table != NULL)
    self->n_input = ay_table_rows (self->table);
  else if (self->arrays->len > 0)
    self->n_input = ((AyInputArray *) self->arrays->pdata[0])->rows;
  else if (count > 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: no columns"), self->where);
      return FALSE;
    }
  return TRUE;
}

/* Rows of the validation file under those of the INPUTs: columns are matched by name, what the
 * file has not is missing. */
static void
extend_table (AyLoading *self)
{
  AyTable *both = ay_table_new (self->n);

  for (guint c = 0; c < ay_table_n_columns (self->table); c++)
    {
      AyColumn *column = ay_table_column (self->table, c);
      AyColumn *more = self->valid_table != NULL
                           ? ay_table_find (self->valid_table, ay_column_name (column))
                           : NULL;

      ay_table_take (both, more != NULL ? ay_column_concat (column, more)
                                        : ay_loading_extend (self, column));
    }
  ay_table_unref (self->table);
  self->table = both;
}

/* Two folders of images have no base in common. */
static void
use_full_paths (AyLoading *self, const char *valid_folder)
{
  AyTable *full = with_full_paths (self->valid_table, valid_folder);

  ay_table_unref (self->valid_table);
  self->valid_table = full;
  if (!self->images || self->image_base == NULL)
    return;
  full = with_full_paths (self->table, self->image_base);
  ay_table_unref (self->table);
  self->table = full;
  g_clear_pointer (&self->image_base, g_free);
}

gboolean
ay_loading_read_valid (AyLoading *self, GError **error)
{
  g_auto (AySourceName) name = { NULL, NULL, NULL };
  g_auto (GStrv) keys = NULL;
  AySource *source;
  gsize n_valid;

  self->n = self->n_input;
  if (self->options->valid_features == NULL)
    return TRUE;
  ay_source_name_parse (self->options->valid_features, &name);
  if (name.path == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: no such file"), name.column);
      return FALSE;
    }
  source = ay_loading_open (self, name.path, error);
  if (source == NULL)
    return FALSE;
  keys = ay_source_wide_keys (source);
  if (name.key != NULL || keys[0] != NULL)
    {
      const char *key = name.key != NULL ? name.key : keys[1] == NULL ? keys[0] : NULL;

      if (ay_source_array (source, key, error) == NULL)
        return FALSE;
      self->valid_matrix = checked_array (self, source, key, error);
      if (self->valid_matrix == NULL)
        return FALSE;
      n_valid = ay_matrix_rows (self->valid_matrix);
    }
  else
    n_valid = source_rows (source);
  self->valid_table = ay_loading_table_of (self, source, error);
  if (self->valid_table == NULL)
    return FALSE;
  if (ay_table_rows (self->valid_table) != n_valid || ay_table_n_columns (self->valid_table) == 0)
    g_clear_pointer (&self->valid_table, ay_table_unref);
  self->n = self->n_input + n_valid;
  if (g_str_equal (source->format, "images"))
    use_full_paths (self, name.path);
  if (self->table != NULL)
    extend_table (self);
  return TRUE;
}
