/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions that readers ask of a pickle's values. */
#include "core/data/pickle.h"

#include "core/shim/number.h"

#include <math.h>
#include <string.h>

static gboolean
is_sequence (const AyPickleValue *value)
{
  return value != NULL
         && (value->kind == AY_PICKLE_LIST || value->kind == AY_PICKLE_TUPLE
             || value->kind == AY_PICKLE_SET);
}

gsize
ay_pickle_size (const AyPickleValue *value)
{
  if (is_sequence (value))
    return value->is.items->len;
  return value != NULL && value->kind == AY_PICKLE_DICT ? value->is.items->len / 2 : 0;
}

const AyPickleValue *
ay_pickle_item (const AyPickleValue *value, gsize i)
{
  return is_sequence (value) && i < value->is.items->len ? value->is.items->pdata[i] : NULL;
}

const AyPickleValue *
ay_pickle_get (const AyPickleValue *dict, const char *key)
{
  gsize length = strlen (key);

  if (dict != NULL && dict->kind == AY_PICKLE_RECORD)
    dict = dict->is.items->len > 2 ? dict->is.items->pdata[2] : NULL;
  if (dict == NULL || dict->kind != AY_PICKLE_DICT)
    return NULL;
  for (guint i = 0; i + 1 < dict->is.items->len; i += 2)
    {
      const AyPickleValue *one = dict->is.items->pdata[i];

      if (one->kind == AY_PICKLE_TEXT && one->length == length
          && memcmp (one->is.bytes, key, length) == 0)
        return dict->is.items->pdata[i + 1];
    }
  return NULL;
}

gboolean
ay_pickle_number (const AyPickleValue *value, double *number)
{
  if (value == NULL)
    return FALSE;
  if (value->kind == AY_PICKLE_FLOAT)
    *number = value->is.number;
  else if (value->kind == AY_PICKLE_INT || value->kind == AY_PICKLE_BOOL)
    *number = (double) value->is.integer;
  else if (value->kind == AY_PICKLE_ARRAY && ay_matrix_rows (value->is.array->matrix) == 1
           && ay_matrix_cols (value->is.array->matrix) == 1)
    *number = ay_matrix_value (value->is.array->matrix, 0, 0);
  else
    return FALSE;
  return TRUE;
}

gboolean
ay_pickle_integer (const AyPickleValue *value, gint64 *integer)
{
  double number;

  if (value == NULL)
    return FALSE;
  if (value->kind == AY_PICKLE_INT || value->kind == AY_PICKLE_BOOL)
    {
      *integer = value->is.integer;
      return TRUE;
    }
  if (value->kind == AY_PICKLE_TEXT)
    {
      if (!ay_number_parse (value->is.bytes, value->length, &number))
        return FALSE;
    }
  else if (!ay_pickle_number (value, &number))
    return FALSE;
  if (!(fabs (number) < 9e15) || floor (number) != number)
    return FALSE;
  *integer = (gint64) number;
  return TRUE;
}

char *
ay_pickle_dup_text (const AyPickleValue *value)
{
  char text[AY_NUMBER_SIZE];
  double number;

  if (value != NULL && value->kind == AY_PICKLE_TEXT)
    return memchr (value->is.bytes, '\0', value->length) == NULL
               ? g_strndup (value->is.bytes, value->length) : NULL;
  if (value != NULL && value->kind == AY_PICKLE_INT)
    return g_strdup_printf ("%" G_GINT64_FORMAT, value->is.integer);
  if (!ay_pickle_number (value, &number))
    return NULL;
  ay_number_format (number, text);
  return g_strdup (text);
}

/* Columns that a row of numbers has: 1 for a number; 0: it is none. */
static gsize
row_width (const AyPickleValue *row)
{
  double number;

  if (ay_pickle_number (row, &number) && !is_sequence (row))
    return 1;
  if (row != NULL && row->kind == AY_PICKLE_ARRAY)
    return row->is.array->shape.n_dims == 1 ? ay_matrix_rows (row->is.array->matrix) : 0;
  return ay_pickle_size (row);
}

static gboolean
put_row (const AyPickleValue *row, gsize width, double *into)
{
  if (row->kind == AY_PICKLE_ARRAY && width > 1)
    {
      ay_matrix_get_f64 (row->is.array->matrix, 0, width, into);
      return TRUE;
    }
  if (!is_sequence (row))
    return ay_pickle_number (row, into);
  for (gsize j = 0; j < width; j++)
    if (!ay_pickle_number (ay_pickle_item (row, j), into + j))
      return FALSE;
  return TRUE;
}

static AyArray *
array_of_texts (const AyPickleValue *value, gsize n)
{
  g_autofree guint64 *offset = g_new0 (guint64, n);
  g_autofree guint32 *length = g_new0 (guint32, n);
  GString *arena = g_string_new (NULL);
  AyShape shape = { 1, { n } };
  char *base;

  for (gsize i = 0; i < n; i++)
    {
      const AyPickleValue *one = ay_pickle_item (value, i);

      offset[i] = arena->len;
      length[i] = AY_CODE_MISSING;
      if (one->kind == AY_PICKLE_NONE)
        continue;
      if (one->kind != AY_PICKLE_TEXT || memchr (one->is.bytes, '\0', one->length) != NULL
          || arena->len > G_MAXINT32)
        {
          g_string_free (arena, TRUE);
          return NULL;
        }
      length[i] = one->length;
      g_string_append_len (arena, one->is.bytes, one->length);
    }
  base = g_string_free (arena, FALSE);
  return ay_array_take (&shape, NULL,
                        ay_column_take_text ("", n, g_steal_pointer (&offset),
                                             g_steal_pointer (&length), base, base, g_free));
}

AyArray *
ay_pickle_array (const AyPickleValue *value)
{
  gsize n, width;
  g_autofree double *numbers = NULL;
  AyShape shape;

  if (value != NULL && value->kind == AY_PICKLE_ARRAY)
    return ay_array_ref (value->is.array);
  n = is_sequence (value) ? ay_pickle_size (value) : 0;
  if (n == 0)
    return NULL;
  if (ay_pickle_item (value, 0)->kind == AY_PICKLE_TEXT)
    return array_of_texts (value, n);
  width = row_width (ay_pickle_item (value, 0));
  if (width == 0 || n > G_MAXSIZE / sizeof (double) / width)
    return NULL;
  for (gsize i = 0; i < n; i++) /* before the allocation: shared rows cost a file nothing */
    if (row_width (ay_pickle_item (value, i)) != width)
      return NULL;
  numbers = g_try_new (double, n * width);
  if (numbers == NULL)
    return NULL;
  for (gsize i = 0; i < n; i++)
    if (!put_row (ay_pickle_item (value, i), width, numbers + i * width))
      return NULL;
  shape.n_dims = is_sequence (ay_pickle_item (value, 0))
                         || ay_pickle_item (value, 0)->kind == AY_PICKLE_ARRAY ? 2 : 1;
  shape.size[0] = n;
  shape.size[1] = width;
  return ay_array_take (&shape, ay_matrix_take_f64 (n, width, g_steal_pointer (&numbers)), NULL);
}
