/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/ids.h"

#include "core/base/fnv.h"
#include "core/shim/number.h"

#include <stdlib.h>
#include <string.h>

/* Ids are found by a sorted array of (hash, row): no object per row. */
typedef struct
{
  guint64 hash;
  guint32 row;
} Entry;

/* The id's text: of the column itself, or formatted into buffer. */
static const char *
id_text (const AyColumn *ids, gsize row, char buffer[AY_NUMBER_SIZE], gsize *length)
{
  if (ay_column_type (ids) != AY_COLUMN_NUMBER)
    return ay_column_text (ids, row, length);
  *length = (gsize) ay_number_format (ay_column_numbers (ids)[row], buffer);
  return buffer;
}

static guint64
hash_text (const char *text, gsize length)
{
  guint64 hash = ay_fnv (AY_FNV, text, length);

  return hash ^ (hash >> 29);
}

static int
compare_entries (const void *a, const void *b)
{
  const Entry *x = a, *y = b;

  if (x->hash != y->hash)
    return x->hash < y->hash ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Entries of the rows that have an id, sorted. */
static Entry *
entries_of (const AyColumn *ids, gsize *count)
{
  gsize n = ay_column_rows (ids);
  Entry *entries = g_new (Entry, MAX (n, 1));
  char buffer[AY_NUMBER_SIZE];

  *count = 0;
  for (gsize i = 0; i < n; i++)
    if (!ay_column_is_missing (ids, i))
      {
        gsize length = 0;
        const char *text = id_text (ids, i, buffer, &length);

        entries[(*count)++] = (Entry) { hash_text (text, length), (guint32) i };
      }
  qsort (entries, *count, sizeof *entries, compare_entries);
  return entries;
}

static gboolean
same_id (const AyColumn *a, gsize i, const AyColumn *b, gsize j)
{
  char buffer_a[AY_NUMBER_SIZE], buffer_b[AY_NUMBER_SIZE];
  gsize length_a = 0, length_b = 0;
  const char *x = id_text (a, i, buffer_a, &length_a);
  const char *y = id_text (b, j, buffer_b, &length_b);

  return length_a == length_b && memcmp (x, y, length_a) == 0;
}

gboolean
ay_ids_check (const AyColumn *ids, AyIdFault *fault)
{
  gsize count;
  g_autofree Entry *entries = entries_of (ids, &count);
  AyIdFault found = { G_MAXSIZE, G_MAXSIZE };

  for (gsize start = 0; start < count; start++)
    for (gsize k = start + 1; k < count && entries[k].hash == entries[start].hash; k++)
      if (entries[k].row < found.second && same_id (ids, entries[start].row, ids, entries[k].row))
        found = (AyIdFault) { entries[start].row, entries[k].row };
  for (gsize i = 0; i < MIN (found.second, ay_column_rows (ids)); i++)
    if (ay_column_is_missing (ids, i))
      {
        found = (AyIdFault) { i, G_MAXSIZE };
        break;
      }
  *fault = found;
  return found.first == G_MAXSIZE;
}

/* The row with the same id; AY_ROW_NONE when there is none. */
static guint32
find_row (const Entry *entries, gsize count, const AyColumn *other, const AyColumn *ids, gsize row)
{
  char buffer[AY_NUMBER_SIZE];
  gsize length = 0, low = 0, high = count;
  const char *text = id_text (ids, row, buffer, &length);
  guint64 hash = hash_text (text, length);

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (entries[middle].hash < hash)
        low = middle + 1;
      else
        high = middle;
    }
  for (; low < count && entries[low].hash == hash; low++)
    if (same_id (other, entries[low].row, ids, row))
      return entries[low].row;
  return AY_ROW_NONE;
}

guint32 *
ay_ids_join (const AyColumn *ids, const AyColumn *other, gsize *n_surplus)
{
  gsize n = ay_column_rows (ids), count, matched = 0;
  g_autofree Entry *entries = entries_of (other, &count);
  guint32 *rows = g_new (guint32, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    {
      rows[i] = ay_column_is_missing (ids, i) ? AY_ROW_NONE
                                              : find_row (entries, count, other, ids, i);
      matched += rows[i] != AY_ROW_NONE;
    }
  if (n_surplus != NULL)
    *n_surplus = ay_column_rows (other) - matched;
  return rows;
}
