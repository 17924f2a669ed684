/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/curate/curated_table.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

void
ay_new_labels_init (AyNewLabels *self, const AyDataset *data)
{
  gboolean classes = data->n_classes > 0;

  self->label = classes ? g_new (gint32, MAX (data->n, 1)) : NULL;
  self->target = classes ? NULL : g_new (double, MAX (data->n, 1));
  for (gsize i = 0; i < data->n; i++)
    if (classes)
      self->label[i] = AY_LABEL_MISSING;
    else
      self->target[i] = NAN;
}

void
ay_new_labels_copy (AyNewLabels *self, const AyNewLabels *from, const AyDataset *data)
{
  ay_new_labels_clear (self);
  if (from->label != NULL)
    self->label = g_memdup2 (from->label, data->n * sizeof *self->label);
  if (from->target != NULL)
    self->target = g_memdup2 (from->target, data->n * sizeof *self->target);
}

void
ay_new_labels_clear (AyNewLabels *self)
{
  g_clear_pointer (&self->label, g_free);
  g_clear_pointer (&self->target, g_free);
}

gboolean
ay_new_labels_set (AyNewLabels *self, const AyDataset *data, gsize row, const char *label,
                   GError **error)
{
  if (self->target != NULL)
    {
      if (ay_number_parse (label, strlen (label), &self->target[row])
          && isfinite (self->target[row]))
        return TRUE;
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("new label \"%s\" is not a number"), label);
      return FALSE;
    }
  for (guint k = 0; k < data->n_classes; k++)
    if (strcmp (data->class_names[k], label) == 0)
      {
        self->label[row] = (gint32) k;
        return TRUE;
      }
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("there is no class \"%s\""), label);
  return FALSE;
}

gint32
ay_new_labels_class (const AyNewLabels *self, const AyDataset *data, gsize row)
{
  return self->label != NULL && self->label[row] != AY_LABEL_MISSING ? self->label[row]
                                                                     : data->label[row];
}

/* The input's column that a role names; NULL where it names a file. */
static AyColumn *
column_of_role (const AyDataset *data, const char *role)
{
  if (role == NULL || data->table == NULL || g_str_has_prefix (role, "file:"))
    return NULL;
  return ay_table_find (data->table, g_str_has_prefix (role, "col:") ? role + 4 : role);
}

/* A class is written as in the first row that has it: names may come from a file of their own. */
static AyColumn *
relabelled_column (const AyDataset *data, AyColumn *column, const AyNewLabels *labels)
{
  g_autofree guint32 *from = NULL;
  g_autofree guint32 *first = NULL;

  if (labels->target != NULL)
    {
      double *values = g_new (double, MAX (data->n, 1));

      for (gsize i = 0; i < data->n; i++)
        values[i] = isnan (labels->target[i]) ? data->target[i] : labels->target[i];
      return ay_column_take_number (ay_column_name (column), data->n, values, FALSE);
    }
  from = g_new (guint32, MAX (data->n, 1));
  first = g_new (guint32, MAX (data->n_classes, 1));
  for (guint k = 0; k < data->n_classes; k++)
    first[k] = AY_ROW_NONE;
  for (gsize i = data->n; i-- > 0;)
    if (data->label[i] != AY_LABEL_MISSING)
      first[data->label[i]] = (guint32) i;
  for (gsize i = 0; i < data->n; i++)
    from[i] = labels->label[i] != AY_LABEL_MISSING && labels->label[i] != data->label[i]
                  ? first[labels->label[i]]
                  : (guint32) i;
  return ay_column_gather (column, from, data->n);
}

/* Labels that came from no column of the table. */
static AyColumn *
label_column (const AyDataset *data, const AyNewLabels *labels)
{
  guint32 *codes;

  if (labels->target != NULL)
    {
      double *values = g_memdup2 (data->target, MAX (data->n, 1) * sizeof (double));

      for (gsize i = 0; i < data->n; i++)
        values[i] = isnan (labels->target[i]) ? values[i] : labels->target[i];
      return ay_column_take_number ("label", data->n, values, FALSE);
    }
  codes = g_new (guint32, MAX (data->n, 1));
  for (gsize i = 0; i < data->n; i++)
    {
      gint32 label = ay_new_labels_class (labels, data, i);

      codes[i] = label == AY_LABEL_MISSING ? AY_CODE_MISSING : (guint32) label;
    }
  return ay_column_take_category ("label", data->n, codes, g_strdupv (data->class_names));
}

static void
take_named (AyTable *table, const AyDataset *data, AyColumn *column)
{
  g_autoptr (AyColumn) mine = column;
  g_autofree char *name = g_strdup (ay_column_name (column));

  while (data->table != NULL && ay_table_find (data->table, name) != NULL)
    {
      char *longer = g_strconcat (name, "_of_row", NULL);

      g_free (name);
      name = longer;
    }
  ay_table_take (table, ay_column_renamed (mine, name));
}

AyTable *
ay_curated_table (const AyDataset *data, const AyLoadOptions *roles, const AyNewLabels *labels)
{
  AyTable *table = ay_table_new (data->n);
  AyColumn *label = column_of_role (data, roles->label != NULL ? roles->label : roles->target);

  if (column_of_role (data, roles->id) == NULL)
    take_named (table, data, ay_column_renamed (data->id, "id"));
  if (label == NULL)
    take_named (table, data, label_column (data, labels));
  for (guint i = 0; data->table != NULL && i < ay_table_n_columns (data->table); i++)
    {
      AyColumn *column = ay_table_column (data->table, i);

      ay_table_take (table, column == label ? relabelled_column (data, column, labels)
                                            : ay_column_ref (column));
    }
  return table;
}
