/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/loading.h"
#include "core/data/source_name.h"

/* The log of a training run: for each epoch the logits (or probabilities) of every row of the
 * input, an array epochs x rows x classes. It is taken by position, and read by those who need it:
 * here only its sizes are looked at. A run may blow up, so NaN and inf are no fault. */

static gboolean
is_log_of_epochs (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_DIR) || g_str_has_suffix (path, ".jsonl");
}

/* The open file, and which of its arrays. (transfer none) */
static AySource *
find_source (AyLoading *self, const AySourceName *name, const char **key, GError **error)
{
  AyInputArray *array;

  *key = name->key;
  if (name->path != NULL && is_log_of_epochs (name->path))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: logs of one file an epoch or of JSON lines are read by id, once the "
                       "workspace is there: assay-cli score WORK confidence -p logits=%s"),
                   name->path, name->path);
      return NULL;
    }
  if (name->path != NULL)
    return ay_loading_open (self, name->path, error);
  array = ay_loading_find_array (self, name->column);
  if (array == NULL || array->sources->len != 1)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   array == NULL ? N_ ("dynamics \"%s\": no such file, and no array of the input "
                                       "either")
                                 : N_ ("dynamics \"%s\": several inputs hold it, name one file"),
                   name->column);
      return NULL;
    }
  *key = array->key;
  return array->sources->pdata[0];
}

/* Without a key: the only array of three dimensions. */
static const char *
only_cube (AySource *source)
{
  const char *found = NULL;
  AyShape shape;

  for (guint k = 0; k < source->keys->len; k++)
    if (ay_source_shape (source, source->keys->pdata[k], &shape, NULL) && shape.n_dims == 3)
      {
        if (found != NULL)
          return NULL;
        found = source->keys->pdata[k];
      }
  return found;
}

static gboolean
check_shape (AyLoading *self, const char *where, const AyShape *shape, GError **error)
{
  g_autofree char *text = ay_shape_to_string (shape);

  if (shape->n_dims != 3 || shape->size[0] == 0 || shape->size[2] == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: is %s, dynamics are epochs x rows x classes"), where, text);
      return FALSE;
    }
  if (shape->size[1] == self->n_input || shape->size[1] == self->n)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s has %zu rows, %s has %zu in each epoch"),
               self->where, self->n_input, where, shape->size[1]);
  return FALSE;
}

gboolean
ay_loading_find_dynamics (AyLoading *self, GError **error)
{
  g_auto (AySourceName) name = { NULL, NULL, NULL };
  g_autofree char *where = NULL;
  const char *key;
  AySource *source;
  AyMatrix *matrix;
  AyShape shape;

  if (self->options->dynamics == NULL)
    return TRUE;
  ay_source_name_parse (self->options->dynamics, &name);
  source = find_source (self, &name, &key, error);
  if (source == NULL)
    return FALSE;
  if (key == NULL && source->keys->len > 1)
    key = only_cube (source);
  if (!ay_source_shape (source, key, &shape, error))
    return FALSE;
  where = g_strconcat (source->path, key != NULL && *key != '\0' ? ":" : NULL, key, NULL);
  if (!check_shape (self, where, &shape, error))
    return FALSE;
  matrix = ay_source_array (source, key, error);
  if (matrix == NULL)
    return FALSE;
  self->dynamics = ay_matrix_ref (matrix);
  self->n_dynamics = shape.size[1];
  self->k_dynamics = shape.size[2];
  self->row_of_dynamics = g_new (guint32, MAX (self->n, 1));
  for (gsize i = 0; i < self->n; i++)
    self->row_of_dynamics[i] = i < self->n_dynamics ? (guint32) i : AY_ROW_NONE;
  if (name.path != NULL && name.key == NULL && key != NULL && *key != '\0')
    {
      g_free (self->options->dynamics);
      self->options->dynamics = g_strconcat ("file:", where, NULL);
    }
  return TRUE;
}

gboolean
ay_loading_is_dynamics (const AyLoading *self, const AyInputArray *array)
{
  const AySource *source = array->sources->pdata[0];
  g_auto (AySourceName) name = { NULL, NULL, NULL };

  if (self->options->dynamics == NULL)
    return FALSE;
  ay_source_name_parse (self->options->dynamics, &name);
  if (name.path == NULL)
    return g_strcmp0 (name.column, array->key) == 0;
  return g_str_equal (name.path, source->path) && g_strcmp0 (name.key, array->key) == 0;
}

gboolean
ay_loading_check_dynamics (AyLoading *self, AyDataset *data, GError **error)
{
  if (self->dynamics == NULL)
    return TRUE;
  if (data->n_classes == 0)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("dynamics %s: are of classes, and a number is to be predicted"),
                 self->options->dynamics);
  else if (self->k_dynamics != data->n_classes)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("dynamics %s: have %zu classes, the labels %u"),
                 self->options->dynamics, self->k_dynamics, data->n_classes);
  if (self->k_dynamics != data->n_classes || data->n_classes == 0)
    return FALSE;
  data->dynamics = ay_matrix_ref (self->dynamics);
  data->rows_of_dynamics = self->n_dynamics;
  data->row_of_dynamics = g_steal_pointer (&self->row_of_dynamics);
  return TRUE;
}
