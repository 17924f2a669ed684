/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which rows are the same sample.
 *
 * Every row gets a 64-bit hash of its features' bytes (multiply and shift, word by word), rows are
 * sorted by (hash, row), and neighbours of equal hash are compared byte by byte with the first of
 * their run, so that a collision cannot join two rows. One pass over the data on all cores, blocks
 * of fixed size; O(n log n) for the sort; 24 bytes a row. */
#include "core/data/content.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/roots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES (1 << 20)
#define COLUMN_BLOCK 4096

typedef struct
{
  guint64 hash;
  guint32 row;
} Entry;

typedef struct
{
  const AyContent *content;
  gsize n, block_rows;
  Entry *entries;
} Scan;

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
hash_block (gsize block, guint worker, gpointer data)
{
  Scan *scan = data;
  const AyContent *content = scan->content;
  gsize first = block * scan->block_rows, count = MIN (scan->block_rows, scan->n - first);
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
      guint64 hash = mix_bytes (cols, values != NULL ? values + i * cols : NULL,
                                cols * sizeof (float));

      for (guint c = 0; c < content->n_columns; c++)
        hash = mix_cell (hash, content->columns[c], first + i);
      scan->entries[first + i] = (Entry) { hash, (guint32) (first + i) };
    }
}

static int
compare_entries (const void *a, const void *b)
{
  const Entry *x = a, *y = b;

  if (x->hash != y->hash)
    return x->hash < y->hash ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
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
same_row (const AyContent *content, gsize a, gsize b, double *pair)
{
  if (content->matrix != NULL)
    {
      gsize cols = ay_matrix_cols (content->matrix);

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
ay_content_first (const AyContent *content, gsize n, AyJob *job, GError **error)
{
  gsize cols = content->matrix != NULL ? ay_matrix_cols (content->matrix) : 0;
  gsize block_rows = content->n_columns > 0
                         ? COLUMN_BLOCK
                         : MAX (1, BLOCK_BYTES / (MAX (cols, 1) * sizeof (float)));
  g_autofree Entry *entries = ay_try_alloc (MAX (n, 1), sizeof (Entry), "row hashes", error);
  g_autofree guint32 *first = NULL;
  g_autofree double *pair = g_new (double, 2 * cols + 1);
  Scan scan = { content, n, block_rows, entries };

  if (entries == NULL
      || (first = ay_try_alloc (MAX (n, 1), sizeof (guint32), "row groups", error)) == NULL
      || !ay_parallel_for (ay_n_blocks (n, block_rows), hash_block, &scan, job, error))
    return NULL;
  qsort (entries, n, sizeof (Entry), compare_entries);
  for (gsize start = 0, end; start < n; start = end)
    {
      if (start % 4096 == 0 && !ay_job_check (job, error))
        return NULL;
      first[entries[start].row] = entries[start].row;
      for (end = start + 1; end < n && entries[end].hash == entries[start].hash; end++)
        first[entries[end].row] = same_row (content, entries[start].row, entries[end].row, pair)
                                      ? entries[start].row
                                      : entries[end].row;
    }
  return g_steal_pointer (&first);
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
      g_autofree guint32 *same = ay_content_first (&content, n, NULL, error);

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
