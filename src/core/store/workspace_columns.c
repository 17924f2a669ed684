/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/words.h"
#include "core/store/workspace_private.h"

#include <string.h>

/* Columns as bytes, little-endian:
 *   number, integer  n doubles
 *   category         n codes (u32), then the dictionary, each name ended by a NUL
 *   text             n lengths (u32, all ones = missing), then the texts one after another */

static void
swap_words (char *data, gsize n, gsize width)
{
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    return;
  for (gsize i = 0; i < n; i++)
    for (gsize b = 0; b < width / 2; b++)
      {
        char byte = data[i * width + b];

        data[i * width + b] = data[i * width + width - 1 - b];
        data[i * width + width - 1 - b] = byte;
      }
}

static GBytes *
encode_numbers (AyColumn *column)
{
  gsize n = ay_column_rows (column);
  char *data;

  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    return g_bytes_new_static (ay_column_numbers (column), n * sizeof (double));
  data = g_memdup2 (ay_column_numbers (column), n * sizeof (double));
  swap_words (data, n, sizeof (double));
  return g_bytes_new_take (data, n * sizeof (double));
}

static GBytes *
encode_category (AyColumn *column, GError **error)
{
  gsize n = ay_column_rows (column), total = n * sizeof (guint32), at = total;
  guint n_names = 0;
  const char *const *names = ay_column_categories (column, &n_names);
  char *data;

  for (guint i = 0; i < n_names; i++)
    total += strlen (names[i]) + 1;
  data = ay_try_alloc (total, 1, ay_column_name (column), error);
  if (data == NULL)
    return NULL;
  if (n > 0)
    memcpy (data, ay_column_codes (column), at);
  swap_words (data, n, sizeof (guint32));
  for (guint i = 0; i < n_names; at += strlen (names[i]) + 1, i++)
    memcpy (data + at, names[i], strlen (names[i]) + 1);
  return g_bytes_new_take (data, total);
}

static GBytes *
encode_text (AyColumn *column, GError **error)
{
  gsize n = ay_column_rows (column), total = n * sizeof (guint32), at = total;
  guint32 *lengths;
  char *data;

  for (gsize i = 0; i < n; i++)
    {
      gsize length = 0;

      total += ay_column_text (column, i, &length) != NULL ? length : 0;
    }
  data = ay_try_alloc (total, 1, ay_column_name (column), error);
  if (data == NULL)
    return NULL;
  lengths = (guint32 *) data;
  for (gsize i = 0; i < n; i++)
    {
      gsize length = 0;
      const char *text = ay_column_text (column, i, &length);

      lengths[i] = text != NULL ? (guint32) length : AY_CODE_MISSING;
      if (text != NULL)
        memcpy (data + at, text, length);
      at += text != NULL ? length : 0;
    }
  swap_words (data, n, sizeof (guint32));
  return g_bytes_new_take (data, total);
}

gboolean
ay_workspace_put_column (AyWorkspace *self, const char *kind, AyColumn *column, const char *json,
                         GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  AyStoredItem item = { .kind = kind, .name = ay_column_name (column), .json = json,
                        .rows = (gint64) ay_column_rows (column) };

  switch (ay_column_type (column))
    {
    case AY_COLUMN_NUMBER:
      item.type = ay_column_is_integral (column) ? "integer" : "number";
      bytes = encode_numbers (column);
      break;
    case AY_COLUMN_CATEGORY:
      item.type = "category";
      bytes = encode_category (column, error);
      break;
    case AY_COLUMN_TEXT:
      item.type = "text";
      bytes = encode_text (column, error);
      break;
    }
  item.bytes = bytes;
  return bytes != NULL && ay_store_write_item (self, &item, error);
}

/* The decoders answer NULL when the bytes contradict n. */

static guint32 *
dup_words (const char *data, gsize n)
{
  guint32 *words = g_new (guint32, MAX (n, 1));

  if (n > 0)
    memcpy (words, data, n * sizeof (guint32));
  swap_words ((char *) words, n, sizeof (guint32));
  return words;
}

static AyColumn *
decode_numbers (const char *name, gsize n, gboolean integral, GBytes **bytes)
{
  gsize size = g_bytes_get_size (*bytes);
  double *values;

  if (size / sizeof (double) != n || size % sizeof (double) != 0)
    return NULL;
  values = g_bytes_unref_to_data (g_steal_pointer (bytes), &size); /* not copied */
  swap_words ((char *) values, n, sizeof (double));
  return ay_column_take_number (name, n, values, integral);
}

/* NULL when the last name has no end, or one is not UTF-8. */
static char **
decode_names (const char *text, gsize size)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (size > 0 && text[size - 1] != '\0')
    return NULL;
  for (gsize at = 0; at < size; at += strlen (text + at) + 1)
    {
      if (!g_utf8_validate (text + at, -1, NULL))
        return NULL;
      g_ptr_array_add (names, g_strdup (text + at));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static AyColumn *
decode_category (const char *name, gsize n, GBytes *bytes)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree guint32 *codes = NULL;
  g_auto (GStrv) names = NULL;
  guint n_names;

  if (size / sizeof (guint32) < n)
    return NULL;
  names = decode_names (data + n * sizeof (guint32), size - n * sizeof (guint32));
  if (names == NULL)
    return NULL;
  codes = dup_words (data, n);
  n_names = g_strv_length (names);
  for (gsize i = 0; i < n; i++)
    if (codes[i] >= n_names && codes[i] != AY_CODE_MISSING)
      return NULL;
  return ay_column_take_category (name, n, g_steal_pointer (&codes), g_steal_pointer (&names));
}

static AyColumn *
decode_text (const char *name, gsize n, GBytes *bytes)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree guint32 *lengths = NULL;
  g_autofree guint64 *offsets = NULL;
  guint64 at = n * sizeof (guint32);

  if (size / sizeof (guint32) < n)
    return NULL;
  lengths = dup_words (data, n);
  offsets = g_new (guint64, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    {
      offsets[i] = at;
      if (lengths[i] == AY_CODE_MISSING)
        continue;
      if (lengths[i] > size - at || !g_utf8_validate_len (data + at, lengths[i], NULL))
        return NULL;
      at += lengths[i];
    }
  return at != size ? NULL
                    : ay_column_take_text (name, n, g_steal_pointer (&offsets),
                                           g_steal_pointer (&lengths), data, g_bytes_ref (bytes),
                                           (GDestroyNotify) g_bytes_unref);
}

static AyColumn *
decode (const char *name, const char *type, gsize n, GBytes **bytes)
{
  if (g_strcmp0 (type, "number") == 0 || g_strcmp0 (type, "integer") == 0)
    return decode_numbers (name, n, *type == 'i', bytes);
  if (g_strcmp0 (type, "category") == 0)
    return decode_category (name, n, *bytes);
  if (g_strcmp0 (type, "text") == 0)
    return decode_text (name, n, *bytes);
  return NULL;
}

static AyColumn *
get_column (AyWorkspace *self, const char *kind, const char *name, char **json, GError **error)
{
  g_autoptr (AyStatement) statement = ay_store_find_item (self, kind, name, error);
  g_autoptr (GBytes) bytes = NULL;
  const char *type;
  gint64 n;
  AyColumn *column;

  if (statement == NULL)
    return NULL;
  bytes = ay_store_read_bytes (self, sqlite3_column_int64 (statement, 0), name, error);
  if (bytes == NULL)
    return NULL;
  n = sqlite3_column_int64 (statement, 3);
  type = (const char *) sqlite3_column_text (statement, 2);
  column = n >= 0 ? decode (name, type, (gsize) n, &bytes) : NULL;
  if (column == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: the %s \"%s\" is not a column, or is damaged"), ay_store_file (self),
                 kind, name);
  else if (json != NULL)
    *json = ay_store_dup_text (statement, 1);
  return column;
}

AyColumn *
ay_workspace_get_column (AyWorkspace *self, const char *kind, const char *name, char **json,
                         GError **error)
{
  AyColumn *column;

  ay_store_lock (self);
  column = get_column (self, kind, name, json, error);
  ay_store_unlock (self);
  return column;
}
