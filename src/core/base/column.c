/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/column.h"

#include "core/shim/number.h"

#include <math.h>
#include <string.h>

struct _AyColumn
{
  gatomicrefcount ref;
  char *name;
  AyColumnType type;
  gsize n;
  gboolean integral;
  AyColumn *shared; /* the column whose arrays these are, after ay_column_renamed() */
  const double *numbers;
  guint32 *codes;
  char **names;
  guint n_names;
  guint64 *offset;
  guint32 *length;
  const char *base;
  gpointer owner;
  GDestroyNotify owner_free;
};

static AyColumn *
column_new (const char *name, AyColumnType type, gsize n)
{
  AyColumn *self = g_new0 (AyColumn, 1);

  g_atomic_ref_count_init (&self->ref);
  self->name = g_strdup (name);
  self->type = type;
  self->n = n;
  return self;
}

AyColumn *
ay_column_take_number (const char *name, gsize n, double *values, gboolean integral)
{
  return ay_column_wrap_number (name, n, values, integral, values, g_free);
}

AyColumn *
ay_column_wrap_number (const char *name, gsize n, const double *values, gboolean integral,
                       gpointer owner, GDestroyNotify owner_free)
{
  AyColumn *self = column_new (name, AY_COLUMN_NUMBER, n);

  self->numbers = values;
  self->integral = integral;
  self->owner = owner;
  self->owner_free = owner_free;
  return self;
}

AyColumn *
ay_column_take_category (const char *name, gsize n, guint32 *codes, char **names)
{
  AyColumn *self = column_new (name, AY_COLUMN_CATEGORY, n);

  self->codes = codes;
  self->names = names;
  self->n_names = g_strv_length (names);
  return self;
}

AyColumn *
ay_column_take_text (const char *name, gsize n, guint64 *offset, guint32 *length, const char *base,
                     gpointer owner, GDestroyNotify owner_free)
{
  AyColumn *self = column_new (name, AY_COLUMN_TEXT, n);

  self->offset = offset;
  self->length = length;
  self->base = base;
  self->owner = owner;
  self->owner_free = owner_free;
  return self;
}

AyColumn *
ay_column_ref (AyColumn *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_column_unref (AyColumn *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  if (self->shared != NULL)
    ay_column_unref (self->shared);
  else
    {
      g_free (self->codes);
      g_strfreev (self->names);
      g_free (self->offset);
      g_free (self->length);
      if (self->owner_free != NULL)
        self->owner_free (self->owner);
    }
  g_free (self->name);
  g_free (self);
}

AyColumn *
ay_column_renamed (AyColumn *self, const char *name)
{
  AyColumn *copy = g_memdup2 (self, sizeof *self);

  g_atomic_ref_count_init (&copy->ref);
  copy->name = g_strdup (name);
  copy->shared = ay_column_ref (self);
  return copy;
}

static AyColumn *
concat_numbers (AyColumn *a, AyColumn *b)
{
  double *values = g_new (double, MAX (a->n + b->n, 1));

  memcpy (values, a->numbers, a->n * sizeof (double));
  memcpy (values + a->n, b->numbers, b->n * sizeof (double));
  return ay_column_take_number (a->name, a->n + b->n, values, a->integral && b->integral);
}

static guint32
intern (GHashTable *seen, GPtrArray *names, const char *name)
{
  gpointer code;

  if (!g_hash_table_lookup_extended (seen, name, NULL, &code))
    {
      code = GUINT_TO_POINTER (names->len);
      g_ptr_array_add (names, g_strdup (name));
      g_hash_table_insert (seen, names->pdata[names->len - 1], code);
    }
  return GPOINTER_TO_UINT (code);
}

static AyColumn *
concat_categories (AyColumn *a, AyColumn *b)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *names = g_ptr_array_new ();
  guint32 *codes = g_new (guint32, MAX (a->n + b->n, 1));
  AyColumn *both[2] = { a, b };
  gsize at = 0;

  for (int k = 0; k < 2; k++)
    {
      g_autofree guint32 *map = g_new (guint32, both[k]->n_names + 1);

      for (guint c = 0; c < both[k]->n_names; c++)
        map[c] = intern (seen, names, both[k]->names[c]);
      for (gsize i = 0; i < both[k]->n; i++)
        codes[at++] = both[k]->codes[i] == AY_CODE_MISSING ? AY_CODE_MISSING
                                                           : map[both[k]->codes[i]];
    }
  g_ptr_array_add (names, NULL);
  return ay_column_take_category (a->name, at, codes, (char **) g_ptr_array_free (names, FALSE));
}

static AyColumn *
concat_texts (AyColumn *a, AyColumn *b)
{
  GString *arena = g_string_new (NULL);
  gsize n = a->n + b->n;
  guint64 *offset = g_new (guint64, MAX (n, 1));
  guint32 *length = g_new (guint32, MAX (n, 1));
  char *base;

  for (gsize i = 0; i < n; i++)
    {
      AyColumn *from = i < a->n ? a : b;
      gsize row = i < a->n ? i : i - a->n;

      offset[i] = arena->len;
      length[i] = AY_CODE_MISSING;
      if (!ay_column_is_missing (from, row))
        {
          g_autofree char *text = ay_column_dup_text (from, row);

          length[i] = (guint32) strlen (text);
          g_string_append_len (arena, text, length[i]);
        }
    }
  base = g_string_free (arena, FALSE);
  return ay_column_take_text (a->name, n, offset, length, base, base, g_free);
}

AyColumn *
ay_column_concat (AyColumn *a, AyColumn *b)
{
  if (a->type == AY_COLUMN_NUMBER && b->type == AY_COLUMN_NUMBER)
    return concat_numbers (a, b);
  if (a->type == AY_COLUMN_CATEGORY && b->type == AY_COLUMN_CATEGORY)
    return concat_categories (a, b);
  return concat_texts (a, b);
}

AyColumn *
ay_column_gather (AyColumn *self, const guint32 *rows, gsize count)
{
  gsize room = MAX (count, 1);
  guint64 *offset;
  guint32 *length;

  if (self->type == AY_COLUMN_NUMBER)
    {
      double *values = g_new (double, room);

      for (gsize i = 0; i < count; i++)
        values[i] = rows[i] == AY_ROW_NONE ? NAN : self->numbers[rows[i]];
      return ay_column_take_number (self->name, count, values, self->integral);
    }
  if (self->type == AY_COLUMN_CATEGORY)
    {
      guint32 *codes = g_new (guint32, room);

      for (gsize i = 0; i < count; i++)
        codes[i] = rows[i] == AY_ROW_NONE ? AY_CODE_MISSING : self->codes[rows[i]];
      return ay_column_take_category (self->name, count, codes, g_strdupv (self->names));
    }
  offset = g_new (guint64, room);
  length = g_new (guint32, room);
  for (gsize i = 0; i < count; i++)
    {
      offset[i] = rows[i] == AY_ROW_NONE ? 0 : self->offset[rows[i]];
      length[i] = rows[i] == AY_ROW_NONE ? AY_CODE_MISSING : self->length[rows[i]];
    }
  return ay_column_take_text (self->name, count, offset, length, self->base, ay_column_ref (self),
                              (GDestroyNotify) ay_column_unref);
}

const char *
ay_column_name (const AyColumn *self)
{
  return self->name;
}

AyColumnType
ay_column_type (const AyColumn *self)
{
  return self->type;
}

gsize
ay_column_rows (const AyColumn *self)
{
  return self->n;
}

gboolean
ay_column_is_integral (const AyColumn *self)
{
  return self->integral;
}

gboolean
ay_column_is_missing (const AyColumn *self, gsize row)
{
  switch (self->type)
    {
    case AY_COLUMN_NUMBER: return isnan (self->numbers[row]);
    case AY_COLUMN_CATEGORY: return self->codes[row] == AY_CODE_MISSING;
    case AY_COLUMN_TEXT: return self->length[row] == AY_CODE_MISSING;
    }
  return TRUE;
}

gsize
ay_column_count_missing (const AyColumn *self)
{
  gsize count = 0;

  for (gsize i = 0; i < self->n; i++)
    count += ay_column_is_missing (self, i);
  return count;
}

const double *
ay_column_numbers (const AyColumn *self)
{
  g_return_val_if_fail (self->type == AY_COLUMN_NUMBER, NULL);
  return self->numbers;
}

float *
ay_column_dup_floats (const AyColumn *self)
{
  const double *values = ay_column_numbers (self);
  gsize n = ay_column_rows (self);
  float *out = g_new (float, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    out[i] = (float) values[i];
  return out;
}

const guint32 *
ay_column_codes (const AyColumn *self)
{
  g_return_val_if_fail (self->type == AY_COLUMN_CATEGORY, NULL);
  return self->codes;
}

const char *const *
ay_column_categories (const AyColumn *self, guint *n)
{
  g_return_val_if_fail (self->type == AY_COLUMN_CATEGORY, NULL);
  if (n != NULL)
    *n = self->n_names;
  return (const char *const *) self->names;
}

const char *
ay_column_text (const AyColumn *self, gsize row, gsize *length)
{
  g_return_val_if_fail (self->type != AY_COLUMN_NUMBER, NULL);
  if (ay_column_is_missing (self, row))
    return NULL;
  if (self->type == AY_COLUMN_CATEGORY)
    {
      *length = strlen (self->names[self->codes[row]]);
      return self->names[self->codes[row]];
    }
  *length = self->length[row];
  return (const char *) ((guintptr) self->base + (guintptr) self->offset[row]);
}

char *
ay_column_dup_text (const AyColumn *self, gsize row)
{
  const char *text;
  gsize length = 0;

  if (self->type == AY_COLUMN_NUMBER)
    {
      char buffer[AY_NUMBER_SIZE];

      ay_number_format (self->numbers[row], buffer);
      return g_strdup (isnan (self->numbers[row]) ? "" : buffer);
    }
  text = ay_column_text (self, row, &length);
  return text != NULL ? g_strndup (text, length) : g_strdup ("");
}
