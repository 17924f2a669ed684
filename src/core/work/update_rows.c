/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two versions of a data set, row by row of one id.
 *
 * Cells of one column are compared as their numbers where both are numbers, else as the text that
 * an export writes. The rows that moved are those outside a longest increasing subsequence of the
 * earlier row numbers (Schensted 1961, by binary search): n log n, three words a row. */
#include "core/work/update_private.h"

#include "core/data/ids.h"

#include <math.h>
#include <string.h>

static void
change_free (AyRowChange *self)
{
  g_free (self->columns);
  g_free (self->label_was);
  g_free (self->label_is);
  g_free (self);
}

void
ay_update_clear_rows (AyUpdate *found)
{
  GPtrArray **lists[] = { &found->changes, &found->columns_added, &found->columns_gone,
                          &found->classes_added, &found->classes_gone };

  g_clear_pointer (&found->was_of, g_free);
  g_clear_pointer (&found->is_of, g_free);
  g_clear_pointer (&found->moved, g_free);
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    g_clear_pointer (lists[i], g_ptr_array_unref);
}

/* --- cells --- */

/* A column of both versions. */
typedef struct
{
  AyColumn *was, *is;
} Pair;

static gboolean
same_cell (const Pair *pair, gsize was, gsize is)
{
  gboolean missing = ay_column_is_missing (pair->was, was);

  if (missing || ay_column_is_missing (pair->is, is))
    return missing && ay_column_is_missing (pair->is, is);
  if (ay_column_type (pair->was) == AY_COLUMN_NUMBER
      && ay_column_type (pair->is) == AY_COLUMN_NUMBER)
    return ay_column_numbers (pair->was)[was] == ay_column_numbers (pair->is)[is];
  if (ay_column_type (pair->was) != AY_COLUMN_NUMBER
      && ay_column_type (pair->is) != AY_COLUMN_NUMBER)
    {
      gsize a, b;
      const char *x = ay_column_text (pair->was, was, &a), *y = ay_column_text (pair->is, is, &b);

      return a == b && memcmp (x, y, a) == 0;
    }
  g_autofree char *x = ay_column_dup_text (pair->was, was);
  g_autofree char *y = ay_column_dup_text (pair->is, is);

  return strcmp (x, y) == 0;
}

static gboolean
is_role_column (const char *role, const char *name)
{
  return role != NULL && g_str_has_prefix (role, "col:") && strcmp (role + 4, name) == 0;
}

/* Columns that both have, but for the id and the label, which are looked at by themselves. */
static GArray *
pair_columns (const AyUpdating *self)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  const AyTable *was = self->earlier->data->table, *is = self->now->data->table;
  const AyLoadOptions *roles = self->now->load;

  for (guint i = 0; is != NULL && was != NULL && i < ay_table_n_columns (is); i++)
    {
      AyColumn *column = ay_table_column (is, i);
      const char *name = ay_column_name (column);
      Pair pair = { ay_table_find (was, name), column };

      if (pair.was != NULL && !is_role_column (roles->id, name)
          && !is_role_column (roles->label, name) && !is_role_column (roles->target, name))
        g_array_append_val (pairs, pair);
    }
  return pairs;
}

static gboolean
features_are_given (const AyUpdating *self)
{
  const AyDataset *was = self->earlier->data, *is = self->now->data;

  return self->now->load->features != NULL && strstr (self->now->load->features, "file:") != NULL
         && ay_matrix_cols (was->features) == ay_matrix_cols (is->features);
}

static gboolean
same_features (const AyUpdating *self, gsize was, gsize is)
{
  const AyMatrix *a = self->earlier->data->features, *b = self->now->data->features;

  for (gsize j = 0; j < ay_matrix_cols (a); j++)
    if (ay_matrix_value (a, was, j) != ay_matrix_value (b, is, j))
      return FALSE;
  return TRUE;
}

static void
append_name (GString **names, const char *name)
{
  if (*names == NULL)
    *names = g_string_new (name);
  else
    g_string_append_printf (*names, ",%s", name);
}

static void
compare_row (AyUpdating *self, const GArray *pairs, gboolean features, gsize was, gsize is)
{
  AyUpdate *found = &self->found;
  g_autofree char *label_was = ay_dataset_dup_label (self->earlier->data, was);
  g_autofree char *label_is = ay_dataset_dup_label (self->now->data, is);
  gboolean relabelled = strcmp (label_was, label_is) != 0;
  GString *names = NULL;
  AyRowChange *change;

  for (guint p = 0; p < pairs->len; p++)
    if (!same_cell (&g_array_index (pairs, Pair, p), was, is))
      append_name (&names, ay_column_name (g_array_index (pairs, Pair, p).is));
  if (features && !same_features (self, was, is))
    append_name (&names, "features");
  if (names == NULL && !relabelled)
    return;
  change = g_new0 (AyRowChange, 1);
  *change = (AyRowChange) { (guint32) was, (guint32) is,
                            names != NULL ? g_string_free (names, FALSE) : NULL,
                            relabelled ? g_steal_pointer (&label_was) : NULL,
                            relabelled ? g_steal_pointer (&label_is) : NULL };
  g_ptr_array_add (found->changes, change);
  found->n_changed++;
  found->n_relabelled += relabelled;
}

/* --- order --- */

/* Ends of the best increasing subsequences so far, by length. */
static gsize
place_in (const guint32 *ends, gsize length, const guint32 *was_of, guint32 was)
{
  gsize low = 0, high = length;

  while (low < high)
    {
      gsize middle = (low + high) / 2;

      if (was_of[ends[middle]] < was)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
find_moved (AyUpdate *found)
{
  g_autofree guint32 *ends = g_new (guint32, MAX (found->n_common, 1));
  g_autofree guint32 *before = g_new (guint32, MAX (found->n_is, 1));
  g_autofree guint8 *stays = g_new0 (guint8, MAX (found->n_is, 1));
  gsize length = 0;

  for (gsize i = 0; i < found->n_is; i++)
    {
      gsize at;

      if (found->was_of[i] == AY_ROW_NONE)
        continue;
      at = place_in (ends, length, found->was_of, found->was_of[i]);
      before[i] = at > 0 ? ends[at - 1] : AY_ROW_NONE;
      ends[at] = (guint32) i;
      length = MAX (length, at + 1);
    }
  for (guint32 i = length > 0 ? ends[length - 1] : AY_ROW_NONE; i != AY_ROW_NONE; i = before[i])
    stays[i] = 1;
  found->moved = g_new (guint32, MAX (found->n_common - length, 1));
  for (gsize i = 0; i < found->n_is; i++)
    if (found->was_of[i] != AY_ROW_NONE && !stays[i])
      found->moved[found->n_moved++] = (guint32) i;
}

/* --- columns and classes --- */

static GPtrArray *
columns_beyond (const AyTable *a, const AyTable *b)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; a != NULL && i < ay_table_n_columns (a); i++)
    {
      const char *name = ay_column_name (ay_table_column (a, i));

      if (b == NULL || ay_table_find (b, name) == NULL)
        g_ptr_array_add (names, g_strdup (name));
    }
  return names;
}

static GPtrArray *
classes_beyond (const AyDataset *a, const AyDataset *b)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint k = 0; k < a->n_classes; k++)
    if (b->n_classes == 0
        || !g_strv_contains ((const char *const *) b->class_names, a->class_names[k]))
      g_ptr_array_add (names, g_strdup (a->class_names[k]));
  return names;
}

gboolean
ay_update_compare_rows (AyUpdating *self, AyJob *job, GError **error)
{
  AyUpdate *found = &self->found;
  const AyDataset *was = self->earlier->data, *is = self->now->data;
  g_autoptr (GArray) pairs = pair_columns (self);
  gboolean features = features_are_given (self);

  ay_job_set_phase (job, "comparing");
  found->n_was = was->n;
  found->n_is = is->n;
  found->was_of = ay_ids_join (is->id, was->id, NULL);
  found->is_of = ay_ids_join (was->id, is->id, &found->n_added);
  found->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  found->n_common = is->n - found->n_added;
  found->n_gone = was->n - found->n_common;
  for (gsize i = 0; i < is->n; i++)
    {
      if (i % 4096 == 0 && !ay_job_check (job, error))
        return FALSE;
      if (found->was_of[i] != AY_ROW_NONE)
        compare_row (self, pairs, features, found->was_of[i], i);
    }
  find_moved (found);
  found->columns_added = columns_beyond (is->table, was->table);
  found->columns_gone = columns_beyond (was->table, is->table);
  found->classes_added = classes_beyond (is, was);
  found->classes_gone = classes_beyond (was, is);
  return TRUE;
}
