/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/json_fields.h"

#include "core/data/cells.h"

#include <string.h>

#define MANY 16

static guint
field_hash (gconstpointer data)
{
  const AyJsonField *field = data;
  guint hash = 5381;

  for (gsize i = 0; i < field->length; i++)
    hash = hash * 33 + (guchar) field->key[i];
  return hash;
}

static gboolean
has_key (const AyJsonField *field, const char *key, gsize length)
{
  return field->length == length && memcmp (field->key, key, length) == 0;
}

static gboolean
field_equal (gconstpointer a, gconstpointer b)
{
  const AyJsonField *second = b;

  return has_key (a, second->key, second->length);
}

static AyJsonField *
field_new (AyJsonField *parent, const char *key, gsize length)
{
  AyJsonField *self = g_new0 (AyJsonField, 1);

  self->parent = parent;
  self->key = g_strndup (key, length);
  self->length = length;
  self->exact = TRUE;
  self->column = -1;
  return self;
}

static void
field_free (gpointer data)
{
  AyJsonField *self = data;

  g_clear_pointer (&self->index, g_hash_table_unref);
  g_clear_pointer (&self->children, g_ptr_array_unref);
  g_free (self->key);
  g_free (self);
}

AyJsonFields *
ay_json_fields_new (void)
{
  AyJsonFields *self = g_new0 (AyJsonFields, 1);

  self->root = field_new (NULL, "", 0);
  self->leaves = g_ptr_array_new ();
  return self;
}

void
ay_json_fields_free (AyJsonFields *self)
{
  if (self == NULL)
    return;
  field_free (self->root);
  g_ptr_array_unref (self->leaves);
  g_free (self);
}

static AyJsonField *
find_child (AyJsonField *self, const char *key, gsize length, guint *hint)
{
  AyJsonField wanted = { .key = (char *) key, .length = length };

  if (self->index != NULL)
    return g_hash_table_lookup (self->index, &wanted);
  for (guint i = 0; i < self->children->len; i++)
    if (has_key (self->children->pdata[i], key, length))
      {
        *hint = i + 1;
        return self->children->pdata[i];
      }
  return NULL;
}

static AyJsonField *
add_child (AyJsonField *self, const char *key, gsize length)
{
  AyJsonField *child = field_new (self, key, length);

  g_ptr_array_add (self->children, child);
  if (self->index != NULL)
    g_hash_table_add (self->index, child);
  else if (self->children->len > MANY)
    {
      self->index = g_hash_table_new (field_hash, field_equal);
      for (guint i = 0; i < self->children->len; i++)
        g_hash_table_add (self->index, self->children->pdata[i]);
    }
  return child;
}

AyJsonField *
ay_json_field_child (AyJsonField *self, const char *key, gsize length, guint *hint, gboolean add)
{
  AyJsonField *child;

  if (self->children == NULL && !add)
    return NULL;
  if (self->children == NULL)
    self->children = g_ptr_array_new_with_free_func (field_free);
  if (*hint < self->children->len && has_key (self->children->pdata[*hint], key, length))
    return self->children->pdata[(*hint)++];
  child = find_child (self, key, length, hint);
  if (child == NULL && add)
    {
      child = add_child (self, key, length);
      *hint = self->children->len;
    }
  return child;
}

void
ay_json_fields_note (AyJsonFields *self, AyJsonField *field, const AyJsonValue *value)
{
  if (field->kinds == 0)
    g_ptr_array_add (self->leaves, field);
  if (value->kind == AY_JSON_VECTOR)
    {
      if (field->vectors++ == 0)
        field->width = value->n_numbers;
      else if (field->width != value->n_numbers)
        field->width = 0;
    }
  if (value->kind == AY_JSON_NUMBER)
    field->exact = field->exact && !ay_cell_is_too_long (value->text, value->length);
  field->kinds |= 1u << value->kind;
}

/* The field of the same path in another tree. */
static AyJsonField *
same_path (AyJsonFields *self, const AyJsonField *field)
{
  guint hint = 0;

  if (field->parent == NULL)
    return self->root;
  return ay_json_field_child (same_path (self, field->parent), field->key, field->length, &hint,
                              TRUE);
}

void
ay_json_fields_merge (AyJsonFields *self, const AyJsonFields *other)
{
  for (guint i = 0; i < other->leaves->len; i++)
    {
      const AyJsonField *from = other->leaves->pdata[i];
      AyJsonField *into = same_path (self, from);

      if (into->kinds == 0)
        g_ptr_array_add (self->leaves, into);
      if (into->vectors == 0)
        into->width = from->width;
      else if (from->vectors > 0 && from->width != into->width)
        into->width = 0;
      into->kinds |= from->kinds;
      into->vectors += from->vectors;
      into->exact = into->exact && from->exact;
    }
}

char *
ay_json_field_name (const AyJsonField *self)
{
  g_autofree char *before = NULL;

  if (self->parent == NULL || self->parent->parent == NULL)
    return g_strdup (self->key);
  before = ay_json_field_name (self->parent);
  return g_strconcat (before, ".", self->key, NULL);
}
