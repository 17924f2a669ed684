/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_private.h"

#include "core/base/words.h"

#include <string.h>

/* What is noise of a score, as columns of the workspace beside it. Workspaces that were made before
 * there were any have none until the score is computed again. */

static const char *const endings[AY_N_NOISE] = { "error", "told", "rank_low", "rank_high" };

char *
ay_noise_column (const char *score, AyNoiseKind kind)
{
  return g_strdup_printf ("%s_%s", score, endings[kind]);
}

AyBitset *
ay_uncertain_rows (AyTable *columns, const char *score)
{
  g_autofree char *name = ay_noise_column (score, AY_NOISE_TOLD);
  AyColumn *told = ay_table_find (columns, name);
  AyBitset *rows;

  if (told == NULL || ay_column_type (told) != AY_COLUMN_NUMBER)
    return NULL;
  rows = ay_bitset_new (ay_column_rows (told));
  for (gsize i = 0; i < ay_column_rows (told); i++)
    if (ay_column_numbers (told)[i] == 0.0)
      ay_bitset_add (rows, i);
  return rows;
}

gboolean
ay_work_store_noise (AyWork *self, const AyScoreRecord *record, GError **error)
{
  gsize n = self->data->n;

  for (guint k = 0; k < AY_N_NOISE; k++)
    {
      g_autofree char *name = ay_noise_column (record->id, k);
      g_autoptr (AyColumn) column = NULL;

      if (record->noise[k] == NULL)
        {
          if (!ay_workspace_delete (self->store, AY_KIND_NOISE, name, error))
            return FALSE;
          continue;
        }
      column = ay_column_take_number (name, n, g_memdup2 (record->noise[k], n * sizeof (double)),
                                      k != AY_NOISE_ERROR);
      if (!ay_workspace_put_column (self->store, AY_KIND_NOISE, column, NULL, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
ay_work_load_noise (AyWork *self, GPtrArray *columns, GError **error)
{
  g_autoptr (GPtrArray) items = ay_workspace_list (self->store, AY_KIND_NOISE, error);

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      const AyItem *item = items->pdata[i];
      AyColumn *column;

      if (ay_workspace_has (self->store, AY_KIND_SCORE, item->name))
        continue;
      column = ay_workspace_get_column (self->store, AY_KIND_NOISE, item->name, NULL, error);
      if (column == NULL)
        return FALSE;
      g_ptr_array_add (columns, column);
      if (ay_column_rows (column) != self->data->n)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_CHANGED, N_ ("\"%s\" is not of this data set"),
                       item->name);
          return FALSE;
        }
    }
  return items != NULL;
}
