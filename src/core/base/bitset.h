/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A set of rows of 0..n-1, 64 a word; bits past n are always zero. Mutable, one owner. */
typedef struct
{
  gsize n;
  guint64 *words;
} AyBitset;

AyBitset *ay_bitset_new (gsize n);
AyBitset *ay_bitset_copy (const AyBitset *self);
void ay_bitset_free (AyBitset *self);

static inline gsize
ay_bitset_n_words (const AyBitset *self)
{
  return (self->n + 63) / 64;
}

static inline gboolean
ay_bitset_get (const AyBitset *self, gsize row)
{
  return (self->words[row >> 6] >> (row & 63)) & 1;
}

static inline void
ay_bitset_add (AyBitset *self, gsize row)
{
  self->words[row >> 6] |= G_GUINT64_CONSTANT (1) << (row & 63);
}

static inline void
ay_bitset_remove (AyBitset *self, gsize row)
{
  self->words[row >> 6] &= ~(G_GUINT64_CONSTANT (1) << (row & 63));
}

void ay_bitset_clear (AyBitset *self);
void ay_bitset_fill (AyBitset *self);
void ay_bitset_invert (AyBitset *self);
/* self becomes self OP other; both hold the same n. */
void ay_bitset_assign (AyBitset *self, const AyBitset *other);
void ay_bitset_union (AyBitset *self, const AyBitset *other);
void ay_bitset_intersect (AyBitset *self, const AyBitset *other);
void ay_bitset_subtract (AyBitset *self, const AyBitset *other);
gboolean ay_bitset_equal (const AyBitset *self, const AyBitset *other);
gsize ay_bitset_count (const AyBitset *self);
/* First member >= from; n when there is none. */
gsize ay_bitset_next (const AyBitset *self, gsize from);
/* Members in order. (transfer full): g_free(); *count may be NULL. */
guint32 *ay_bitset_rows (const AyBitset *self, gsize *count);
AyBitset *ay_bitset_from_rows (gsize n, const guint32 *rows, gsize count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyBitset, ay_bitset_free)

G_END_DECLS
