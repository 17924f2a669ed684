/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/intern.h"

#include <string.h>

/* Multiply and fold, eight bytes at a time. Only the order of the slots depends on it, never a
 * code; a table of texts that collide on purpose is slow, not wrong. */
static guint32
hash_text (const char *text, gsize length)
{
  guint64 hash = length * 0x9e3779b97f4a7c15u, word;

  for (; length >= 8; text += 8, length -= 8)
    {
      memcpy (&word, text, 8);
      hash = (hash ^ word) * 0xbf58476d1ce4e5b9u;
      hash ^= hash >> 32;
    }
  word = 0;
  for (gsize i = 0; i < length; i++)
    word = word << 8 | (guint8) text[i];
  hash = (hash ^ word) * 0x94d049bb133111ebu;
  return (guint32) (hash >> 32);
}

static void
grow (AyIntern *self)
{
  guint32 size = self->mask == 0 ? 64 : (self->mask + 1) * 2;

  g_free (self->slots);
  self->slots = g_new0 (guint32, size);
  self->mask = size - 1;
  self->room = size / 2;
  self->texts = g_renew (AyInternText, self->texts, self->room);
  for (guint code = 0; code < self->n; code++)
    {
      guint32 slot = self->texts[code].hash & self->mask;

      while (self->slots[slot] != 0)
        slot = (slot + 1) & self->mask;
      self->slots[slot] = code + 1;
    }
}

guint32
ay_intern_code (AyIntern *self, const char *text, gsize length)
{
  guint32 hash = hash_text (text, length), slot;

  if (self->n == self->room)
    grow (self);
  for (slot = hash & self->mask; self->slots[slot] != 0; slot = (slot + 1) & self->mask)
    {
      const AyInternText *known = &self->texts[self->slots[slot] - 1];

      if (known->hash == hash && known->length == length
          && memcmp (known->text, text, length) == 0)
        return self->slots[slot] - 1;
    }
  self->texts[self->n] = (AyInternText){ text, (guint32) length, hash };
  self->slots[slot] = ++self->n;
  return self->n - 1;
}

void
ay_intern_reset (AyIntern *self)
{
  if (self->n > 0)
    memset (self->slots, 0, ((gsize) self->mask + 1) * sizeof *self->slots);
  self->n = 0;
}

void
ay_intern_clear (AyIntern *self)
{
  g_clear_pointer (&self->texts, g_free);
  g_clear_pointer (&self->slots, g_free);
  *self = (AyIntern) AY_INTERN_INIT;
}
