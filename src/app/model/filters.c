/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/filters.h"

#include <math.h>
#include <string.h>

static void
brush_clear (gpointer data)
{
  g_free (((AssayBrush *) data)->column);
}

AssayFilters *
assay_filters_new (void)
{
  AssayFilters *self = g_new0 (AssayFilters, 1);

  self->brushes = g_array_new (FALSE, TRUE, sizeof (AssayBrush));
  g_array_set_clear_func (self->brushes, brush_clear);
  return self;
}

AssayFilters *
assay_filters_copy (const AssayFilters *self)
{
  AssayFilters *copy = assay_filters_new ();

  copy->where = g_strdup (self->where);
  copy->matches = self->matches != NULL ? ay_bitset_copy (self->matches) : NULL;
  copy->hidden = self->hidden != NULL ? ay_bitset_copy (self->hidden) : NULL;
  for (guint i = 0; i < self->brushes->len; i++)
    {
      AssayBrush brush = g_array_index (self->brushes, AssayBrush, i);

      brush.column = g_strdup (brush.column);
      g_array_append_val (copy->brushes, brush);
    }
  return copy;
}

void
assay_filters_free (AssayFilters *self)
{
  if (self == NULL)
    return;
  g_free (self->where);
  ay_bitset_free (self->matches);
  ay_bitset_free (self->hidden);
  g_array_unref (self->brushes);
  g_free (self);
}

gboolean
assay_filters_is_empty (const AssayFilters *self)
{
  return self->where == NULL && self->hidden == NULL && self->brushes->len == 0;
}

const AssayBrush *
assay_filters_find_brush (const AssayFilters *self, const char *column)
{
  for (guint i = 0; i < self->brushes->len; i++)
    {
      const AssayBrush *brush = &g_array_index (self->brushes, AssayBrush, i);

      if (strcmp (brush->column, column) == 0)
        return brush;
    }
  return NULL;
}

void
assay_filters_set_brush (AssayFilters *self, const char *column, double low, double high)
{
  AssayBrush brush = { g_strdup (column), low, high };

  for (guint i = 0; i < self->brushes->len; i++)
    if (strcmp (g_array_index (self->brushes, AssayBrush, i).column, column) == 0)
      {
        g_array_remove_index (self->brushes, i);
        break;
      }
  if (low <= high)
    g_array_append_val (self->brushes, brush);
  else
    g_free (brush.column);
}

static void
hide_classes (const AyBitset *hidden, AyColumn *label, AyBitset *visible)
{
  const guint32 *codes;

  if (label == NULL || ay_column_type (label) != AY_COLUMN_CATEGORY)
    return;
  codes = ay_column_codes (label);
  for (gsize i = 0; i < visible->n; i++)
    if (codes[i] < hidden->n && ay_bitset_get (hidden, codes[i]))
      ay_bitset_remove (visible, i);
}

static void
keep_range (const AssayBrush *brush, AyColumn *column, AyBitset *visible)
{
  const double *values;

  if (column == NULL || ay_column_type (column) != AY_COLUMN_NUMBER)
    return;
  values = ay_column_numbers (column);
  for (gsize i = 0; i < visible->n; i++)
    if (!(values[i] >= brush->low && values[i] <= brush->high))
      ay_bitset_remove (visible, i); /* a missing value is in no range */
}

void
assay_filters_apply (const AssayFilters *self, AyTable *columns, AyBitset *visible)
{
  if (self->matches != NULL)
    ay_bitset_assign (visible, self->matches);
  else
    ay_bitset_fill (visible);
  if (self->hidden != NULL)
    hide_classes (self->hidden, ay_table_find (columns, "label"), visible);
  for (guint i = 0; i < self->brushes->len; i++)
    {
      const AssayBrush *brush = &g_array_index (self->brushes, AssayBrush, i);

      keep_range (brush, ay_table_find (columns, brush->column), visible);
    }
}
