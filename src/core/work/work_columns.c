/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_private.h"

#include <string.h>

/* The table that filters, exports and views see: the fixed columns first, then the input's own,
 * then what was computed, then what was decided. A column of the input that would hide one of ours
 * is kept under NAME_input. */

static AyColumn *
split_column (const AyDataset *data)
{
  guint32 *codes = g_new (guint32, MAX (data->n, 1));
  char **names = g_new0 (char *, 5);

  for (int k = 0; k < 4; k++)
    names[k] = g_strdup (ay_split_name ((AySplit) k));
  for (gsize i = 0; i < data->n; i++)
    codes[i] = data->split[i];
  return ay_column_take_category ("split", data->n, codes, names);
}

static AyColumn *
label_column (const AyDataset *data)
{
  guint32 *codes;

  if (data->n_classes == 0)
    return ay_column_take_number ("label", data->n,
                                  g_memdup2 (data->target, data->n * sizeof (double)), FALSE);
  codes = g_new (guint32, MAX (data->n, 1));
  for (gsize i = 0; i < data->n; i++)
    codes[i] = data->label[i] == AY_LABEL_MISSING ? AY_CODE_MISSING : (guint32) data->label[i];
  return ay_column_take_category ("label", data->n, codes, g_strdupv (data->class_names));
}

static void
take_under (AyTable *table, AyColumn *column, const char *suffix)
{
  g_autofree char *name = g_strdup (ay_column_name (column));

  while (ay_table_find (table, name) != NULL)
    {
      char *longer = g_strconcat (name, suffix, NULL);

      g_free (name);
      name = longer;
    }
  if (strcmp (name, ay_column_name (column)) == 0)
    ay_table_take (table, ay_column_ref (column));
  else
    ay_table_take (table, ay_column_renamed (column, name));
}

static gboolean
is_role (const char *role, const char *name)
{
  if (role == NULL)
    return FALSE;
  return strcmp (g_str_has_prefix (role, "col:") ? role + 4 : role, name) == 0;
}

static AyColumn *
score_column (AyWork *self, const AyScoreInfo *info, GError **error)
{
  double *values = ay_work_score_values (self, info->id, error);

  if (values == NULL)
    return NULL;
  return ay_column_take_number (info->id, self->data->n, values, info->kind == AY_SCORE_FLAG);
}

/* Scores come before the input's columns in the name contest, after them in the order shown. */
static void
add_all (AyWork *self, AyTable *table, GPtrArray *computed)
{
  AyTable *input = self->data->table;
  const char *label = self->load->label != NULL ? self->load->label : self->load->target;
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < computed->len; i++)
    g_hash_table_add (taken, (gpointer) ay_column_name (computed->pdata[i]));
  for (guint i = 0; input != NULL && i < ay_table_n_columns (input); i++)
    {
      AyColumn *column = ay_table_column (input, i);
      const char *name = ay_column_name (column);
      gboolean same = (strcmp (name, "id") == 0 && is_role (self->load->id, name))
                      || (strcmp (name, "label") == 0 && is_role (label, name))
                      || (strcmp (name, "split") == 0 && is_role (self->load->split, name));

      if (same)
        continue;
      if (g_hash_table_contains (taken, name))
        {
          g_autofree char *other = g_strconcat (name, "_input", NULL);
          g_autoptr (AyColumn) renamed = ay_column_renamed (column, other);

          take_under (table, renamed, "_input");
        }
      else
        take_under (table, column, "_input");
    }
  for (guint i = 0; i < computed->len; i++)
    ay_table_take (table, ay_column_ref (computed->pdata[i]));
}

static gboolean
build (AyWork *self, GError **error)
{
  g_autoptr (AyTable) table = ay_table_new (self->data->n);
  g_autoptr (GPtrArray) scores = ay_work_scores (self, error);
  g_autoptr (GPtrArray) computed
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_column_unref);

  if (scores == NULL)
    return FALSE;
  for (guint i = 0; i < scores->len; i++)
    {
      AyColumn *column = score_column (self, scores->pdata[i], error);

      if (column == NULL)
        return FALSE;
      g_ptr_array_add (computed, column);
    }
  if (!ay_work_load_noise (self, computed, error))
    return FALSE;
  g_ptr_array_add (computed, ay_journal_column_decision (self->journal));
  g_ptr_array_add (computed, ay_journal_column_new_label (self->journal));
  g_ptr_array_add (computed, ay_journal_column_tags (self->journal));

  ay_table_take (table, strcmp (ay_column_name (self->data->id), "id") == 0
                            ? ay_column_ref (self->data->id)
                            : ay_column_renamed (self->data->id, "id"));
  ay_table_take (table, split_column (self->data));
  ay_table_take (table, label_column (self->data));
  add_all (self, table, computed);
  self->columns = g_steal_pointer (&table);
  return TRUE;
}

AyTable *
ay_work_columns (AyWork *self, GError **error)
{
  AyTable *columns = NULL;

  g_rec_mutex_lock (&self->lock);
  if (self->columns != NULL || build (self, error))
    columns = ay_table_ref (self->columns);
  g_rec_mutex_unlock (&self->lock);
  return columns;
}

void
ay_work_changed (AyWork *self)
{
  g_rec_mutex_lock (&self->lock);
  g_clear_pointer (&self->filter, ay_filter_free);
  g_clear_pointer (&self->columns, ay_table_unref);
  g_rec_mutex_unlock (&self->lock);
}

static AyBitset *
select_where (AyWork *self, const char *where, AyJob *job, GError **error)
{
  g_autoptr (AyTable) columns = ay_work_columns (self, error);

  if (columns == NULL)
    return NULL;
  if (self->filter == NULL)
    self->filter = ay_filter_new (columns);
  return ay_filter_select (self->filter, where, job, error);
}

AyBitset *
ay_work_select (AyWork *self, const char *where, AyJob *job, GError **error)
{
  AyBitset *rows;

  if (where == NULL || *where == '\0')
    {
      rows = ay_bitset_new (self->data->n);
      ay_bitset_fill (rows);
      return rows;
    }
  g_rec_mutex_lock (&self->lock);
  rows = select_where (self, where, job, error);
  g_rec_mutex_unlock (&self->lock);
  return rows;
}
