/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/bitset.h"

#include <string.h>

AyBitset *
ay_bitset_new (gsize n)
{
  AyBitset *self = g_new (AyBitset, 1);

  self->n = n;
  self->words = g_new0 (guint64, (n + 63) / 64 + 1);
  return self;
}

AyBitset *
ay_bitset_copy (const AyBitset *self)
{
  AyBitset *copy = ay_bitset_new (self->n);

  ay_bitset_assign (copy, self);
  return copy;
}

void
ay_bitset_free (AyBitset *self)
{
  if (self == NULL)
    return;
  g_free (self->words);
  g_free (self);
}

void
ay_bitset_clear (AyBitset *self)
{
  memset (self->words, 0, ay_bitset_n_words (self) * sizeof (guint64));
}

static void
trim (AyBitset *self)
{
  if (self->n & 63)
    self->words[self->n >> 6] &= (G_GUINT64_CONSTANT (1) << (self->n & 63)) - 1;
}

void
ay_bitset_fill (AyBitset *self)
{
  memset (self->words, 0xff, ay_bitset_n_words (self) * sizeof (guint64));
  trim (self);
}

void
ay_bitset_invert (AyBitset *self)
{
  for (gsize i = 0; i < ay_bitset_n_words (self); i++)
    self->words[i] = ~self->words[i];
  trim (self);
}

void
ay_bitset_assign (AyBitset *self, const AyBitset *other)
{
  g_return_if_fail (self->n == other->n);
  memcpy (self->words, other->words, ay_bitset_n_words (self) * sizeof (guint64));
}

void
ay_bitset_union (AyBitset *self, const AyBitset *other)
{
  g_return_if_fail (self->n == other->n);
  for (gsize i = 0; i < ay_bitset_n_words (self); i++)
    self->words[i] |= other->words[i];
}

void
ay_bitset_intersect (AyBitset *self, const AyBitset *other)
{
  g_return_if_fail (self->n == other->n);
  for (gsize i = 0; i < ay_bitset_n_words (self); i++)
    self->words[i] &= other->words[i];
}

void
ay_bitset_subtract (AyBitset *self, const AyBitset *other)
{
  g_return_if_fail (self->n == other->n);
  for (gsize i = 0; i < ay_bitset_n_words (self); i++)
    self->words[i] &= ~other->words[i];
}

gboolean
ay_bitset_equal (const AyBitset *self, const AyBitset *other)
{
  return self->n == other->n
         && memcmp (self->words, other->words, ay_bitset_n_words (self) * sizeof (guint64)) == 0;
}

gsize
ay_bitset_count (const AyBitset *self)
{
  gsize count = 0;

  for (gsize i = 0; i < ay_bitset_n_words (self); i++)
    count += (gsize) __builtin_popcountll (self->words[i]);
  return count;
}

gsize
ay_bitset_next (const AyBitset *self, gsize from)
{
  gsize word = from >> 6;
  guint64 bits;

  if (from >= self->n)
    return self->n;
  bits = self->words[word] & (G_MAXUINT64 << (from & 63));
  while (bits == 0)
    {
      if (++word >= ay_bitset_n_words (self))
        return self->n;
      bits = self->words[word];
    }
  return (word << 6) + (gsize) __builtin_ctzll (bits);
}

guint32 *
ay_bitset_rows (const AyBitset *self, gsize *count)
{
  gsize n = ay_bitset_count (self);
  guint32 *rows = g_new (guint32, MAX (n, 1));
  gsize i = 0;

  for (gsize row = ay_bitset_next (self, 0); row < self->n; row = ay_bitset_next (self, row + 1))
    rows[i++] = (guint32) row;
  if (count != NULL)
    *count = n;
  return rows;
}

AyBitset *
ay_bitset_from_rows (gsize n, const guint32 *rows, gsize count)
{
  AyBitset *self = ay_bitset_new (n);

  for (gsize i = 0; i < count; i++)
    ay_bitset_add (self, rows[i]);
  return self;
}
