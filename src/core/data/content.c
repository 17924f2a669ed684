/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/content.h"

#include "core/base/error.h"
#include "core/base/roots.h"
#include "core/base/same_rows.h"

#include <math.h>
#include <string.h>

#define BLOCK_BYTES (1 << 20)
#define COLUMN_BLOCK 4096

static inline guint64
mix (guint64 hash, guint64 word)
{
  hash = (hash ^ word) * G_GUINT64_CONSTANT (0x9fb21c651e98df25);
  return hash ^ (hash >> 35);
}

static guint64
mix_bytes (guint64 hash, const void *bytes, gsize length)
{
  const guint8 *at = bytes;
  guint64 word;

  for (; length >= 8; at += 8, length -= 8)
    {
      memcpy (&word, at, 8);
      hash = mix (hash, word);
    }
  word = 0;
  if (length > 0)
    memcpy (&word, at, length);
  return mix (hash, word ^ ((guint64) length << 56));
}

static guint64
mix_cell (guint64 hash, const AyColumn *column, gsize row)
{
  const char *text;
  gsize length = 0;

  if (ay_column_is_missing (column, row))
    return mix (hash, 1);
  if (ay_column_type (column) == AY_COLUMN_NUMBER)
    return mix_bytes (hash, ay_column_numbers (column) + row, sizeof (double));
  if (ay_column_type (column) == AY_COLUMN_CATEGORY)
    return mix (hash, 2 + (guint64) ay_column_codes (column)[row]);
  text = ay_column_text (column, row, &length);
  return mix_bytes (mix (hash, length), text, length);
}

static void
hash_rows (gsize first, gsize count, guint64 *hash, gpointer data)
{
  const AyContent *content = data;
  g_autofree float *buffer = NULL;
  const float *values = NULL;
  gsize cols = content->matrix != NULL ? ay_matrix_cols (content->matrix) : 0;

  if (content->matrix != NULL)
    {
      values = ay_matrix_peek_f32 (content->matrix, first, count);
      if (values == NULL)
        {
          buffer = g_new (float, MAX (count * cols, 1));
          ay_matrix_get_f32 (content->matrix, first, count, buffer);
          values = buffer;
        }
    }
  for (gsize i = 0; i < count; i++)
    {
      hash[i] = mix_bytes (cols, values != NULL ? values + i * cols : NULL, cols * sizeof (float));
      for (guint c = 0; c < content->n_columns; c++)
        hash[i] = mix_cell (hash[i], content->columns[c], first + i);
    }
}

static gboolean
same_cell (const AyColumn *column, gsize a, gsize b)
{
  gboolean missing = ay_column_is_missing (column, a);
  const char *x, *y;
  gsize x_length = 0, y_length = 0;

  if (missing || ay_column_is_missing (column, b))
    return missing && ay_column_is_missing (column, b);
  if (ay_column_type (column) == AY_COLUMN_NUMBER)
    return ay_column_numbers (column)[a] == ay_column_numbers (column)[b];
  if (ay_column_type (column) == AY_COLUMN_CATEGORY)
    return ay_column_codes (column)[a] == ay_column_codes (column)[b];
  x = ay_column_text (column, a, &x_length);
  y = ay_column_text (column, b, &y_length);
  return x_length == y_length && memcmp (x, y, x_length) == 0;
}

static gboolean
same_row (gsize a, gsize b, gpointer data)
{
  const AyContent *content = data;

  if (content->matrix != NULL)
    {
      gsize cols = ay_matrix_cols (content->matrix);
      g_autofree double *pair = g_new (double, 2 * cols + 1);

      ay_matrix_get_f64 (content->matrix, a, 1, pair);
      ay_matrix_get_f64 (content->matrix, b, 1, pair + cols);
      if (memcmp (pair, pair + cols, cols * sizeof (double)) != 0)
        return FALSE;
    }
  for (guint c = 0; c < content->n_columns; c++)
    if (!same_cell (content->columns[c], a, b))
      return FALSE;
  return TRUE;
}

guint32 *
ay_content_first (const AyContent *content, gsize n, AyRanks *ranks, AyJob *job, GError **error)
{
  gsize cols = content->matrix != NULL ? ay_matrix_cols (content->matrix) : 0;
  gsize block = content->n_columns > 0 ? COLUMN_BLOCK
                                       : MAX (1, BLOCK_BYTES / (MAX (cols, 1) * sizeof (float)));
  AySameRows rows = { n, ranks, block, hash_rows, same_row, (gpointer) content };

  return ay_same_rows_first (&rows, NULL, job, error);
}

/* The smaller row becomes the root, so that a root is the first row of its unit. */
static void
join (guint32 *parent, guint32 a, guint32 b)
{
  a = ay_root_of (parent, a);
  b = ay_root_of (parent, b);
  if (a < b)
    parent[b] = a;
  else
    parent[a] = b;
}

guint32 *
ay_content_units (const guint32 *first, const guint32 *near, gsize n, const AyColumn *group,
                  GError **error)
{
  g_autofree guint32 *parent = ay_try_alloc (MAX (n, 1), sizeof (guint32), "row units", error);

  if (parent == NULL)
    return NULL;
  for (gsize i = 0; i < n; i++)
    parent[i] = (guint32) i;
  for (gsize i = 0; first != NULL && i < n; i++)
    join (parent, first[i], (guint32) i);
  for (gsize i = 0; near != NULL && i < n; i++)
    join (parent, near[i], (guint32) i);
  if (group != NULL)
    {
      AyColumn *columns[1] = { (AyColumn *) group };
      AyContent content = { NULL, columns, 1 };
      g_autofree guint32 *same = ay_content_first (&content, n, NULL, NULL, error);

      if (same == NULL)
        return NULL;
      for (gsize i = 0; i < n; i++)
        if (!ay_column_is_missing (group, i))
          join (parent, same[i], (guint32) i);
    }
  for (gsize i = 0; i < n; i++)
    parent[i] = ay_root_of (parent, (guint32) i);
  return g_steal_pointer (&parent);
}

guint32 *
ay_content_constant_columns (const AyMatrix *matrix, gsize *count)
{
  gsize n = ay_matrix_rows (matrix), cols = ay_matrix_cols (matrix), left = n > 0 ? cols : 0;
  guint32 *columns = g_new (guint32, MAX (cols, 1));
  g_autofree double *first = g_new (double, MAX (cols, 1));
  g_autofree double *row = g_new (double, MAX (cols, 1));

  for (gsize j = 0; j < cols; j++)
    columns[j] = (guint32) j;
  if (n > 0)
    ay_matrix_get_f64 (matrix, 0, 1, first);
  /* Candidates die within a few rows; what is left to read is narrow. */
  for (gsize i = 1; i < n && left > 0; i++)
    {
      gsize kept = 0;

      if (left * 8 > cols)
        ay_matrix_get_f64 (matrix, i, 1, row);
      else
        for (gsize k = 0; k < left; k++)
          row[columns[k]] = ay_matrix_value (matrix, i, columns[k]);
      for (gsize k = 0; k < left; k++)
        if (row[columns[k]] == first[columns[k]])
          columns[kept++] = columns[k];
      left = kept;
    }
  *count = left;
  return columns;
}
