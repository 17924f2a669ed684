/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/column_order.h"

#include "core/base/stats.h"

#include <math.h>
#include <string.h>

static int
compare_names (gconstpointer a, gconstpointer b, gpointer names)
{
  return strcmp (((const char *const *) names)[*(const guint32 *) a],
                 ((const char *const *) names)[*(const guint32 *) b]);
}

/* rank[code] = place of the category's name among all, bytewise. */
static double *
rank_categories (const AyColumn *column)
{
  guint n;
  const char *const *names = ay_column_categories (column, &n);
  g_autofree guint32 *codes = g_new (guint32, MAX (n, 1));
  double *rank = g_new (double, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    codes[i] = i;
  g_qsort_with_data (codes, (int) n, sizeof (guint32), compare_names, (gpointer) names);
  for (guint i = 0; i < n; i++)
    rank[codes[i]] = i;
  return rank;
}

/* Numbers and categories become keys; texts are compared as they are (compare_texts). */
static double *
sort_keys (const AyColumn *column)
{
  gsize n = ay_column_rows (column);
  double *keys = g_new0 (double, MAX (n, 1));
  g_autofree double *rank = NULL;

  if (ay_column_type (column) == AY_COLUMN_NUMBER)
    {
      memcpy (keys, ay_column_numbers (column), n * sizeof (double));
      return keys;
    }
  if (ay_column_type (column) == AY_COLUMN_TEXT)
    return keys;
  rank = rank_categories (column);
  for (gsize i = 0; i < n; i++)
    keys[i] = ay_column_is_missing (column, i) ? NAN : rank[ay_column_codes (column)[i]];
  return keys;
}

typedef struct
{
  const AyColumn *column;
  gboolean descending;
} TextOrder;

static int
compare_texts (gconstpointer a, gconstpointer b, gpointer data)
{
  const TextOrder *self = data;
  const AyColumn *column = self->column;
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;
  gsize nx = 0, ny = 0;
  const char *tx = ay_column_text (column, x, &nx);
  const char *ty = ay_column_text (column, y, &ny);
  int order;

  if (tx == NULL || ty == NULL)
    return (tx == NULL) - (ty == NULL);
  order = memcmp (tx, ty, MIN (nx, ny));
  if (order == 0)
    order = (nx > ny) - (nx < ny);
  if (order == 0)
    return (x > y) - (x < y);
  return self->descending ? -order : order;
}

guint32 *
ay_column_order (const AyColumn *column, gboolean descending)
{
  gsize n = ay_column_rows (column);
  TextOrder order = { column, descending };
  g_autofree double *keys = sort_keys (column);
  guint32 *rows = ay_order (keys, n, descending);

  if (ay_column_type (column) == AY_COLUMN_TEXT)
    g_qsort_with_data (rows, (int) n, sizeof (guint32), compare_texts, &order);
  return rows;
}
