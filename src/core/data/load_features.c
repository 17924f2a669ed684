/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/features_table.h"
#include "core/data/loading.h"
#include "core/data/made_features.h"
#include "core/data/place.h"
#include "core/data/roles.h"
#include "core/data/source_name.h"
#include "core/data/stack.h"

#include <string.h>

static AyFeatureBlock *
add_block (AyLoading *self, AyBlockKind kind)
{
  AyFeatureBlock *block = g_new0 (AyFeatureBlock, 1);

  block->kind = kind;
  block->columns = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_column_unref);
  g_ptr_array_add (self->blocks, block);
  return block;
}

void
ay_feature_block_free (AyFeatureBlock *self)
{
  ay_matrix_unref (self->matrix);
  g_ptr_array_unref (self->columns);
  g_free (self->from);
  g_strfreev (self->names);
  g_free (self);
}

void
ay_loading_add_columns (AyLoading *self, GPtrArray *columns)
{
  AyFeatureBlock *block
      = self->blocks->len > 0 ? self->blocks->pdata[self->blocks->len - 1] : NULL;

  if (block == NULL || block->kind != AY_BLOCK_COLUMNS)
    block = add_block (self, AY_BLOCK_COLUMNS);
  for (guint c = 0; c < columns->len; c++)
    if (!g_ptr_array_find (block->columns, columns->pdata[c], NULL))
      g_ptr_array_add (block->columns, ay_column_ref (columns->pdata[c]));
}

/* Rows that are images: by the array's sizes, or, of bytes, by their number. */
static AyPixelShape
pixel_shape (AySource *source, const char *key, const AyMatrix *matrix)
{
  AyPixelShape pixels = { 0, 0, 0, FALSE };
  AyShape shape;

  if (ay_source_shape (source, key, &shape, NULL)
      && ay_pixel_shape_of_array (shape.size, shape.n_dims, &pixels))
    return pixels;
  if (ay_matrix_dtype (matrix) != AY_DTYPE_U8
      || !ay_pixel_shape_of_length (ay_matrix_cols (matrix), &pixels))
    pixels.width = 0;
  return pixels;
}

gboolean
ay_loading_add_matrix (AyLoading *self, AyMatrix *matrix, const char *from, AyPixelShape shape,
            GError **error)
{
  AyFeatureBlock *block = add_block (self, AY_BLOCK_MATRIX);

  block->matrix = matrix;
  block->from = g_strdup (from);
  block->shape = shape;
  block->given = TRUE;
  return ay_loading_check_rows (self, ay_matrix_rows (matrix), from, error);
}

gboolean
ay_loading_add_input_array (AyLoading *self, const AyInputArray *array, GError **error)
{
  AyMatrix *matrix = ay_loading_array (self, array, error);
  AySource *first = array->sources->pdata[0];
  g_autofree char *from
      = g_strconcat (first->path, *array->key != '\0' ? ":" : NULL, array->key, NULL);

  return matrix != NULL
         && ay_loading_add_matrix (self, matrix, from, pixel_shape (first, array->key, matrix),
                                   error);
}

gboolean
ay_loading_add_text (AyLoading *self, AyColumn *column)
{
  AyFeatureBlock *block = add_block (self, AY_BLOCK_TEXT);

  g_ptr_array_add (block->columns, ay_column_ref (column));
  return TRUE;
}

/* Images are described at once: nothing of it depends on other rows. */
gboolean
ay_loading_add_images (AyLoading *self, AyColumn *column, const char *base, GError **error)
{
  AyImageFeatureOptions options = AY_IMAGE_FEATURE_OPTIONS_INIT;
  g_auto (GStrv) names = NULL;
  AyMaking making = { self->inside.keeper, self->inside.root, self->job };
  AyMatrix *matrix = ay_place_check_images (base, column, error)
                       ? ay_made_image_features (column, base, &options, &making, &names, error)
                       : NULL;
  AyFeatureBlock *block;

  if (matrix == NULL)
    return FALSE;
  block = add_block (self, AY_BLOCK_MATRIX);
  block->matrix = matrix;
  block->names = g_steal_pointer (&names);
  block->from = g_strdup_printf ("images of column \"%s\": pixels, gradient and colour histograms",
                                 ay_column_name (column));
  return TRUE;
}

static gboolean
is_role (const AyLoading *self, const char *source, const AyColumn *column)
{
  g_auto (AySourceName) name = { NULL, NULL, NULL };

  if (source == NULL)
    return FALSE;
  ay_source_name_parse (source, &name);
  return name.column != NULL && ay_table_find (self->table, name.column) == column;
}

/* A column by its name. */
static gboolean
add_column (AyLoading *self, AyColumn *column, GError **error)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new ();

  if (is_role (self, self->options->label, column)
      || is_role (self, self->options->target, column))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("column \"%s\" is what is to be predicted, it cannot be a feature"),
                   ay_column_name (column));
      return FALSE;
    }
  if (is_role (self, self->options->image, column))
    return ay_loading_add_images (self, column, self->image_base, error);
  if (is_role (self, self->options->text, column) || ay_column_type (column) == AY_COLUMN_TEXT)
    return ay_loading_add_text (self, column);
  g_ptr_array_add (one, column);
  ay_loading_add_columns (self, one);
  return TRUE;
}

/* Whether another role is a column of this file: "file:PATH:COLUMN". */
static gboolean
is_role_of_file (const AyLoading *self, const char *path, const char *column)
{
  const AyLoadOptions *o = self->options;
  const char *roles[] = { o->label, o->target, o->id, o->split, o->time, o->text, o->image,
                          o->weight, o->group, o->probabilities };

  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_auto (AySourceName) name = { NULL, NULL, NULL };

      if (roles[i] == NULL)
        continue;
      ay_source_name_parse (roles[i], &name);
      if (name.path != NULL && g_str_equal (name.path, path)
          && g_strcmp0 (name.key, column) == 0)
        return TRUE;
    }
  return FALSE;
}

/* The number and category columns of a table file: one by its key, or all that are no role. */
static gboolean
add_table_file (AyLoading *self, AySource *source, const char *key, GError **error)
{
  g_autoptr (AyTable) table = ay_loading_table_of (self, source, error);
  g_autoptr (AyTable) aligned = NULL;
  g_autoptr (GPtrArray) columns = g_ptr_array_new ();

  if (table != NULL)
    aligned = ay_loading_align (self, table, source->path, "features", TRUE, error);
  if (aligned == NULL)
    return FALSE;
  for (guint c = 0; c < ay_table_n_columns (aligned); c++)
    {
      AyColumn *column = ay_table_column (aligned, c);
      const char *name = ay_column_name (column);

      if (key != NULL ? g_pattern_match_simple (key, name)
                      : ay_column_type (column) != AY_COLUMN_TEXT && !g_str_equal (name, "id")
                            && (!self->id_given
                                || !g_str_equal (name, ay_column_name (self->id)))
                            && !is_role_of_file (self, source->path, name))
        g_ptr_array_add (columns, column);
    }
  if (columns->len == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: no column of features%s%s"),
                   source->path, key != NULL ? " " : "", key != NULL ? key : "");
      return FALSE;
    }
  for (guint c = 0; c < columns->len; c++)
    if (!add_column (self, columns->pdata[c], error))
      return FALSE;
  if (!ay_loading_has_ids (self, table))
    {
      AyFeatureBlock *block = self->blocks->pdata[self->blocks->len - 1];

      block->given = TRUE;
      g_free (block->from);
      block->from = g_strdup (source->path);
    }
  return TRUE;
}

/* A folder of images whose labels are elsewhere. */
static gboolean
add_folder (AyLoading *self, AySource *source, GError **error)
{
  AyColumn *paths = ay_table_find (source->table, "path");

  if (!ay_loading_check_rows (self, ay_column_rows (paths), source->path, error))
    return FALSE;
  if (self->image == NULL)
    {
      self->image = ay_loading_extend (self, paths);
      g_free (self->image_base);
      self->image_base = g_strdup (source->path);
    }
  return ay_loading_add_images (self, paths, source->path, error);
}

/* By the array's header alone, before an archive that claims far more is unpacked. */
static gboolean
check_length (const AyLoading *self, AySource *source, const char *key, GError **error)
{
  AyShape shape;

  return !ay_source_shape (source, key, &shape, NULL) || shape.n_dims == 0
         || ay_loading_check_rows (self, shape.size[0], source->path, error);
}

static gboolean
add_file (AyLoading *self, const AySourceName *name, GError **error)
{
  AySource *source = ay_loading_open (self, name->path, error);
  g_auto (GStrv) wide = NULL;
  const char *key = name->key;
  g_autofree char *from = NULL;
  AyMatrix *matrix;

  if (source == NULL)
    return FALSE;
  wide = ay_source_wide_keys (source);
  if (key == NULL && wide[0] != NULL && wide[1] == NULL)
    key = wide[0];
  if (g_str_equal (source->format, "images"))
    return add_folder (self, source, error);
  if (source->table != NULL && (key == NULL || !g_strv_contains ((const char *const *) wide, key)))
    return add_table_file (self, source, key, error);
  matrix = check_length (self, source, key, error) ? ay_source_array (source, key, error) : NULL;
  from = g_strconcat (name->path, key != NULL && *key != '\0' ? ":" : NULL, key, NULL);
  if (matrix == NULL
      || !ay_matrix_check_share (matrix, from, self->inside.ranks, self->job, error))
    return FALSE;
  return ay_loading_add_matrix (self, ay_matrix_ref (matrix), name->path,
                     pixel_shape (source, key != NULL ? key : "", matrix), error);
}

static gboolean
add_source (AyLoading *self, const char *text, GError **error)
{
  g_auto (AySourceName) name = { NULL, NULL, NULL };
  g_autoptr (GPtrArray) columns = NULL;
  AyColumn *column;

  ay_source_name_parse (text, &name);
  if (name.path != NULL)
    return add_file (self, &name, error);
  column = ay_table_find (self->table, name.column);
  if (column != NULL)
    return add_column (self, column, error);
  if (ay_loading_find_array (self, name.column) != NULL)
    return ay_loading_add_input_array (self, ay_loading_find_array (self, name.column), error);
  columns = ay_roles_free_columns (self->table, self->options, name.column, TRUE);
  if (columns->len == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("features \"%s\": neither a file nor columns%s%s"), name.column,
                   self->where != NULL ? " of " : "", self->where != NULL ? self->where : "");
      return FALSE;
    }
  ay_loading_add_columns (self, columns);
  return TRUE;
}

/* The validation file's part of every block. */
static gboolean
add_valid (AyLoading *self, GError **error)
{
  const char *valid = self->options->valid_features;
  AyFeatureBlock *first = self->blocks->pdata[0];

  if (valid == NULL)
    return TRUE;
  if (self->blocks->len == 1 && first->kind == AY_BLOCK_MATRIX && self->valid_matrix != NULL)
    {
      AyMatrix *parts[] = { first->matrix, self->valid_matrix }, *both;

      if (ay_matrix_cols (parts[0]) != ay_matrix_cols (parts[1]))
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("%s has %zu columns, %s has %zu"), first->from,
                       ay_matrix_cols (parts[0]), valid, ay_matrix_cols (parts[1]));
          return FALSE;
        }
      both = ay_matrix_concat (parts, 2, error);
      ay_matrix_unref (first->matrix);
      first->matrix = both;
      return both != NULL;
    }
  for (guint b = 0; b < self->blocks->len; b++)
    {
      AyFeatureBlock *block = self->blocks->pdata[b];

      /* images are described by now, those of the validation file among them */
      if (block->kind == AY_BLOCK_MATRIX && !block->given
          && ay_matrix_rows (block->matrix) == self->n)
        continue;
      if (block->kind == AY_BLOCK_MATRIX || self->valid_table == NULL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("%s: does not hold what the features are made of (%s)"), valid,
                       block->kind == AY_BLOCK_MATRIX ? block->from : N_ ("columns of a table"));
          return FALSE;
        }
      for (guint c = 0; c < block->columns->len; c++)
        if (ay_table_find (self->valid_table, ay_column_name (block->columns->pdata[c])) == NULL)
          {
            g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: no column \"%s\""), valid,
                         ay_column_name (block->columns->pdata[c]));
            return FALSE;
          }
    }
  return TRUE;
}

static gboolean
check_complete (const AyLoading *self, GError **error)
{
  for (guint b = 0; b < self->blocks->len; b++)
    {
      AyFeatureBlock *block = self->blocks->pdata[b];

      if (block->matrix != NULL && ay_matrix_rows (block->matrix) != self->n)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("%s has %zu rows, the data with its validation file %zu"), block->from,
                       ay_matrix_rows (block->matrix), self->n);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
ay_loading_find_features (AyLoading *self, GError **error)
{
  g_auto (GStrv) parts = NULL;
  AyLoadOptions *options = self->options;

  if (options->features == NULL)
    return ay_loading_find_default (self, error) && add_valid (self, error)
           && check_complete (self, error);
  if (ay_table_find (self->table, options->features) != NULL)
    return add_column (self, ay_table_find (self->table, options->features), error)
           && add_valid (self, error);
  parts = ay_source_list_split (options->features);
  for (char **part = parts; *part != NULL; part++)
    if (!add_source (self, *part, error))
      return FALSE;
  return add_valid (self, error) && check_complete (self, error);
}

static void
gather_column (AyColumn **column, const guint32 *rows, gsize count)
{
  AyColumn *some = *column != NULL ? ay_column_gather (*column, rows, count) : NULL;

  ay_column_unref (*column);
  *column = some;
}

static gboolean
keep_rows (AyLoading *self, const guint32 *rows, gsize count, GError **error)
{
  AyColumn **roles[] = { &self->id, &self->label, &self->target, &self->split, &self->time,
                         &self->text, &self->image, &self->weight, &self->group };
  AyTable *table = ay_table_gather (self->table, rows, count);
  gsize n_input = 0;

  for (gsize i = 0; i < count; i++)
    n_input += rows[i] < self->n_input;
  ay_table_unref (self->table);
  self->table = table;
  for (gsize k = 0; k < G_N_ELEMENTS (roles); k++)
    gather_column (roles[k], rows, count);
  for (guint c = 0; c < self->probability_columns->len; c++)
    gather_column ((AyColumn **) &self->probability_columns->pdata[c], rows, count);
  for (guint b = 0; b <= self->blocks->len; b++)
    {
      AyFeatureBlock *block = b < self->blocks->len ? self->blocks->pdata[b] : NULL;
      AyMatrix **matrix = block != NULL ? &block->matrix : &self->probabilities;
      AyMatrix *some = *matrix != NULL ? ay_matrix_take_rows (*matrix, rows, count, error) : NULL;

      if (*matrix != NULL && some == NULL)
        return FALSE;
      ay_matrix_unref (*matrix);
      *matrix = some;
      for (guint c = 0; block != NULL && c < block->columns->len; c++)
        gather_column ((AyColumn **) &block->columns->pdata[c], rows, count);
    }
  for (gsize i = 0; i < count && self->row_of_dynamics != NULL; i++)
    self->row_of_dynamics[i] = self->row_of_dynamics[rows[i]]; /* rows ascend */
  ay_diagnostics_add (self->diagnostics, "rows-dropped",
                      N_ ("%zu rows with a missing feature are left out"), self->n - count);
  self->n = count;
  self->n_input = n_input;
  return TRUE;
}

gboolean
ay_loading_treat_missing (AyLoading *self, GError **error)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new ();
  g_autofree guint32 *rows = NULL;
  gsize count;

  for (guint b = 0; b < self->blocks->len; b++)
    {
      AyFeatureBlock *block = self->blocks->pdata[b];

      for (guint c = 0; c < block->columns->len; c++)
        g_ptr_array_add (columns, block->columns->pdata[c]);
    }
  if (self->options->missing == AY_MISSING_IMPUTE || columns->len == 0)
    return TRUE;
  if (self->options->missing == AY_MISSING_REFUSE)
    return ay_table_refuse_missing ((AyColumn *const *) columns->pdata, columns->len, self->n,
                                    self->where, error);
  rows = ay_table_complete_rows ((AyColumn *const *) columns->pdata, columns->len, self->n,
                                 &count);
  if (count == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: every row has a missing feature"),
                   self->where);
      return FALSE;
    }
  return count == self->n || keep_rows (self, rows, count, error);
}
