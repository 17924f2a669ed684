/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/cluster_names.h"

#include "app/model/session_private.h"
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

static gboolean
put_name (AssaySession *session, guint number, const char *name)
{
  g_autoptr (GError) error = NULL;

  if (!ay_work_name_cluster (assay_session_get_work (session), number, name, &error))
    {
      assay_session_fail (session, error);
      return FALSE;
    }
  assay_session_columns_changed (session);
  return TRUE;
}

/* The name a cluster has now; NULL when there is no such cluster. */
static char *
dup_name (AssaySession *session, guint number)
{
  g_auto (GStrv) names = ay_work_cluster_names (assay_session_get_work (session), NULL);

  return names != NULL && number < g_strv_length (names) ? g_strdup (names[number]) : NULL;
}

gboolean
assay_clusters_name (AssaySession *session, guint number, const char *name)
{
  g_autofree char *before = dup_name (session, number);

  if (before == NULL || strcmp (before, name) == 0)
    return TRUE;
  if (!put_name (session, number, name))
    return FALSE;
  assay_session_record (session, (AssayStep) { .kind = ASSAY_STEP_CLUSTER_NAME,
                                               .cluster = number,
                                               .name = { g_steal_pointer (&before),
                                                         g_strdup (name) } });
  return TRUE;
}

/* Clusters that were found anew have no names: there is nothing to take back. */
void
assay_clusters_restore_name (AssaySession *session, const AssayStep *step, int side)
{
  g_autofree char *now = dup_name (session, step->cluster);

  if (g_strcmp0 (now, step->name[!side]) == 0)
    put_name (session, step->cluster, step->name[side]);
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
