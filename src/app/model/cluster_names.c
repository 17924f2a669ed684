/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/cluster_names.h"

#include "core/work/clusters.h"

#include <glib/gi18n.h>
#include <string.h>

#define COLUMN "cluster"

char *
assay_clusters_dup_title (guint number, const char *name)
{
  return *name != '\0' ? g_strdup_printf ("%u: %s", number, name)
                       : g_strdup_printf (_ ("Cluster %u"), number);
}

AyColumn *
assay_clusters_dup_column (AssaySession *session, AyColumn *column)
{
  g_auto (GStrv) names = NULL;
  const double *numbers;
  guint32 *codes;
  gsize n;
  guint k;

  if (strcmp (ay_column_name (column), COLUMN) != 0
      || ay_column_type (column) != AY_COLUMN_NUMBER
      || (names = ay_work_cluster_names (assay_session_get_work (session), NULL)) == NULL)
    return NULL;
  k = g_strv_length (names);
  for (guint c = 0; c < k; c++)
    {
      char *title = assay_clusters_dup_title (c, names[c]);

      g_free (names[c]);
      names[c] = title;
    }
  n = ay_column_rows (column);
  numbers = ay_column_numbers (column);
  codes = g_new (guint32, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    codes[i] = numbers[i] >= 0.0 && numbers[i] < k ? (guint32) numbers[i] : AY_CODE_MISSING;
  return ay_column_take_category (COLUMN, n, codes, g_steal_pointer (&names));
}

gboolean
assay_clusters_name (AssaySession *session, guint number, const char *name)
{
  AyWork *work = assay_session_get_work (session);
  g_auto (GStrv) before = ay_work_cluster_names (work, NULL);
  g_autoptr (GError) error = NULL;

  if (before == NULL || number >= g_strv_length (before) || strcmp (before[number], name) == 0)
    return TRUE;
  if (!ay_work_name_cluster (work, number, name, &error))
    {
      assay_session_fail (session, error);
      return FALSE;
    }
  assay_session_columns_came (session, NULL);
  return TRUE;
}

AyBitset *
assay_clusters_dup_rows (AssaySession *session, guint number)
{
  AyColumn *column = assay_session_find_column (session, COLUMN);
  AyBitset *rows;

  if (column == NULL || ay_column_type (column) != AY_COLUMN_NUMBER)
    return NULL;
  rows = ay_bitset_new (ay_column_rows (column));
  for (gsize i = 0; i < ay_column_rows (column); i++)
    if (ay_column_numbers (column)[i] == number)
      ay_bitset_add (rows, i);
  return rows;
}
