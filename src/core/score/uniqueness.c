/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/uniqueness.h"

#include "core/base/stats.h"

#include <math.h>

void
ay_uniqueness_fill (const AyNeighbours *neighbours, double *out)
{
  g_autofree double *apart = g_new (double, neighbours->n + 1);
  gsize n = 0;
  double middle;

  for (gsize i = 0; i < neighbours->n; i++)
    {
      gsize at = i * neighbours->k;

      out[i] = neighbours->index[at] != G_MAXUINT32 ? neighbours->distances[at] : NAN;
      if (out[i] > 0.0)
        apart[n++] = out[i];
    }
  middle = ay_quantile (apart, n, 0.5);
  for (gsize i = 0; i < neighbours->n; i++)
    if (out[i] > 0.0)
      out[i] /= out[i] + middle;
}

/* Each row's value as a number from 1, 0 where it has none; (*count)[value]: rows that have it. */
static guint32 *
number_values (const AyColumn *column, gsize n, GArray *count)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint32 *value = g_new0 (guint32, MAX (n, 1));
  gsize none = 0;

  g_array_append_val (count, none);
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *text = ay_column_is_missing (column, i) ? NULL
                                                               : ay_column_dup_text (column, i);

      if (text == NULL || *text == '\0')
        continue;
      value[i] = GPOINTER_TO_UINT (g_hash_table_lookup (known, text));
      if (value[i] == 0)
        {
          value[i] = count->len;
          g_array_append_val (count, none);
          g_hash_table_insert (known, g_steal_pointer (&text), GUINT_TO_POINTER (value[i]));
        }
      g_array_index (count, gsize, value[i])++;
    }
  return value;
}

AyAgreement
ay_agreement_of (const AyNeighbours *neighbours, const AyColumn *column)
{
  gsize n = neighbours->n;
  g_autoptr (GArray) count = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_autofree guint32 *value = number_values (column, n, count);
  AyAgreement out = { 0, 0, NAN };
  double expected = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      gsize members = value[i] != 0 ? g_array_index (count, gsize, value[i]) : 0;
      guint32 nearest = neighbours->index[i * neighbours->k];

      if (members < 2 || nearest == G_MAXUINT32)
        continue;
      out.rows++;
      out.same += value[nearest] == value[i];
      expected += (double) (members - 1) / (double) (n - 1);
    }
  if (out.rows > 0)
    out.chance = expected / (double) out.rows;
  return out;
}
