/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/table.h"

#include "core/base/error.h"
#include "core/base/words.h"

struct _AyTable
{
  gatomicrefcount ref;
  gsize rows;
  GPtrArray *columns;
  GHashTable *by_name; /* name of the column -> column, neither owned */
};

AyTable *
ay_table_new (gsize rows)
{
  AyTable *self = g_new0 (AyTable, 1);

  g_atomic_ref_count_init (&self->ref);
  self->rows = rows;
  self->columns = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_column_unref);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

AyTable *
ay_table_ref (AyTable *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_table_unref (AyTable *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->columns);
  g_free (self);
}

void
ay_table_take (AyTable *self, AyColumn *column)
{
  g_return_if_fail (ay_column_rows (column) == self->rows);
  g_ptr_array_add (self->columns, column);
  g_hash_table_insert (self->by_name, (gpointer) ay_column_name (column), column);
}

gsize
ay_table_rows (const AyTable *self)
{
  return self->rows;
}

guint
ay_table_n_columns (const AyTable *self)
{
  return self->columns->len;
}

AyColumn *
ay_table_column (const AyTable *self, guint i)
{
  return self->columns->pdata[i];
}

AyColumn *
ay_table_find (const AyTable *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

AyTable *
ay_table_concat (AyTable *a, AyTable *b, GError **error)
{
  g_autoptr (AyTable) both = ay_table_new (a->rows + b->rows);

  for (guint i = 0; i < b->columns->len; i++)
    if (ay_table_find (a, ay_column_name (b->columns->pdata[i])) == NULL)
      {
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("column \"%s\" is not in the first file"),
                     ay_column_name (b->columns->pdata[i]));
        return NULL;
      }
  for (guint i = 0; i < a->columns->len; i++)
    {
      AyColumn *first = a->columns->pdata[i];
      AyColumn *second = ay_table_find (b, ay_column_name (first));

      if (second == NULL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("column \"%s\" is missing"),
                       ay_column_name (first));
          return NULL;
        }
      ay_table_take (both, ay_column_concat (first, second));
    }
  return g_steal_pointer (&both);
}

AyTable *
ay_table_gather (const AyTable *self, const guint32 *rows, gsize count)
{
  AyTable *some = ay_table_new (count);

  for (guint i = 0; i < self->columns->len; i++)
    ay_table_take (some, ay_column_gather (self->columns->pdata[i], rows, count));
  return some;
}
