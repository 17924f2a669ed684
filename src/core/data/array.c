/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/array.h"

gboolean
ay_shape_count (const AyShape *shape, gsize *count)
{
  *count = 1;
  for (guint i = 0; i < shape->n_dims; i++)
    if (!g_size_checked_mul (count, *count, MAX (shape->size[i], 1)))
      return FALSE;
  return TRUE;
}

char *
ay_shape_to_string (const AyShape *shape)
{
  GString *text = g_string_new ("(");

  for (guint i = 0; i < shape->n_dims; i++)
    g_string_append_printf (text, "%s%" G_GSIZE_FORMAT, i > 0 ? ", " : "", shape->size[i]);
  g_string_append (text, shape->n_dims == 1 ? ",)" : ")");
  return g_string_free (text, FALSE);
}

AyArray *
ay_array_take (const AyShape *shape, AyMatrix *matrix, AyColumn *text)
{
  AyArray *self = g_new0 (AyArray, 1);

  g_atomic_ref_count_init (&self->ref);
  self->shape = *shape;
  self->matrix = matrix;
  self->text = text;
  return self;
}

AyArray *
ay_array_ref (AyArray *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_array_unref (AyArray *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  ay_matrix_unref (self->matrix);
  ay_column_unref (self->text);
  g_free (self);
}
