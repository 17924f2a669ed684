/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/column_order.h"
#include "core/base/words.h"
#include "core/work/export.h"
#include "core/work/work_private.h"

static AyTable *
pick_columns (AyTable *all, const char *const *names, GError **error)
{
  g_autoptr (AyTable) picked = ay_table_new (ay_table_rows (all));

  for (; *names != NULL; names++)
    {
      AyColumn *column = ay_table_find (all, *names);

      if (column == NULL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("there is no column \"%s\""), *names);
          return NULL;
        }
      if (ay_table_find (picked, *names) == NULL)
        ay_table_take (picked, ay_column_ref (column));
    }
  return g_steal_pointer (&picked);
}

static gboolean
find_order (AyTable *all, const AyWorkExport *what, guint32 **order, GError **error)
{
  AyColumn *column;

  if (what->sort == NULL)
    return TRUE;
  column = ay_table_find (all, what->sort);
  if (column != NULL)
    *order = ay_column_order (column, what->descending);
  else
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("there is no column \"%s\""), what->sort);
  return column != NULL;
}

gboolean
ay_work_export (AyWork *self, const AyWorkExport *what, const char *path, AyJob *job,
                GError **error)
{
  AyExportOptions options = AY_EXPORT_OPTIONS_INIT;
  g_autoptr (AyTable) all = NULL;
  g_autoptr (AyTable) picked = NULL;
  g_autofree guint32 *order = NULL;

  if (!ay_export_format_of_path (path, &options.format, error))
    return FALSE;
  all = ay_work_columns (self, error);
  if (all == NULL || !find_order (all, what, &order, error))
    return FALSE;
  picked = what->columns != NULL ? pick_columns (all, what->columns, error) : ay_table_ref (all);
  if (picked == NULL)
    return FALSE;
  options.diagnostics = self->data->diagnostics;
  options.order = order;
  return ay_export_table (picked, what->rows, &options, path, job, error);
}
