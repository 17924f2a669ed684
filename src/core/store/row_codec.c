/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/row_codec.h"

/* First byte 'r': pairs (gap, run - 1) of LEB128 numbers, gap counted from the end of the run
 * before. A single row of a million costs 5 bytes, 1000..1999 costs 6.
 * First byte 'b': the set bit by bit, row i at bit i % 8 of byte i / 8, up to the last member. A
 * random half of a million rows costs 125 kB, where runs would take 500 kB. */

static void
put_number (GByteArray *to, gsize value)
{
  guint8 byte;

  for (; value >= 0x80; value >>= 7)
    {
      byte = (guint8) (value | 0x80);
      g_byte_array_append (to, &byte, 1);
    }
  byte = (guint8) value;
  g_byte_array_append (to, &byte, 1);
}

/* First row >= from that is no member. */
static gsize
end_of_run (const AyBitset *rows, gsize from)
{
  while (from < rows->n)
    {
      guint64 rest = ~rows->words[from >> 6] >> (from & 63);

      if (rest != 0)
        return MIN (from + (gsize) __builtin_ctzll (rest), rows->n);
      from = (from | 63) + 1;
    }
  return rows->n;
}

/* NULL once it is longer than `limit`. */
static GByteArray *
encode_runs (const AyBitset *rows, gsize limit)
{
  GByteArray *runs = g_byte_array_new ();
  gsize at = 0;

  g_byte_array_append (runs, (const guint8 *) "r", 1);
  for (gsize row = ay_bitset_next (rows, 0); row < rows->n; row = ay_bitset_next (rows, at))
    {
      put_number (runs, row - at);
      at = end_of_run (rows, row);
      put_number (runs, at - row - 1);
      if (runs->len > limit)
        {
          g_byte_array_unref (runs);
          return NULL;
        }
    }
  return runs;
}

static GByteArray *
encode_bits (const AyBitset *rows, gsize n_bytes)
{
  GByteArray *bits = g_byte_array_sized_new ((guint) n_bytes + 1);

  g_byte_array_append (bits, (const guint8 *) "b", 1);
  for (gsize i = 0; i < n_bytes; i++)
    {
      guint8 byte = (guint8) (rows->words[i / 8] >> (i % 8 * 8));

      g_byte_array_append (bits, &byte, 1);
    }
  return bits;
}

static gsize
last_row (const AyBitset *rows)
{
  for (gsize word = ay_bitset_n_words (rows); word > 0; word--)
    if (rows->words[word - 1] != 0)
      return word * 64 - 1 - (gsize) __builtin_clzll (rows->words[word - 1]);
  return 0;
}

GBytes *
ay_rows_encode (const AyBitset *rows)
{
  gsize n_bytes = last_row (rows) / 8 + 1;
  GByteArray *bytes = encode_runs (rows, n_bytes);

  return g_byte_array_free_to_bytes (bytes != NULL ? bytes : encode_bits (rows, n_bytes));
}

static gboolean
get_number (const guint8 **at, const guint8 *end, gsize *value)
{
  *value = 0;
  for (int shift = 0; *at < end && shift < 63; shift += 7)
    {
      guint8 byte = *(*at)++;

      *value |= (gsize) (byte & 0x7f) << shift;
      if (byte < 0x80)
        return TRUE;
    }
  return FALSE;
}

static gboolean
decode_runs (const guint8 *at, const guint8 *end, gsize n, AyRunFunc func, gpointer data)
{
  gsize row = 0;

  while (at < end)
    {
      gsize gap, more;

      if (!get_number (&at, end, &gap) || !get_number (&at, end, &more) || gap >= n - row
          || more >= n - row - gap)
        return FALSE;
      func (row + gap, row + gap + more + 1, data);
      row += gap + more + 1;
    }
  return TRUE;
}

static gboolean
decode_bits (const guint8 *bytes, gsize size, gsize n, AyRunFunc func, gpointer data)
{
  for (gsize i = 0; i < size; i++)
    for (guint byte = bytes[i]; byte != 0; byte &= byte - 1)
      {
        gsize row = i * 8 + (gsize) __builtin_ctz (byte);

        if (row >= n)
          return FALSE;
        func (row, row + 1, data);
      }
  return TRUE;
}

gboolean
ay_rows_each_run (GBytes *rows, gsize n, AyRunFunc func, gpointer data)
{
  gsize size = 0;
  const guint8 *bytes = g_bytes_get_data (rows, &size);

  if (size > 0 && bytes[0] == 'r')
    return decode_runs (bytes + 1, bytes + size, n, func, data);
  return size > 0 && bytes[0] == 'b' && decode_bits (bytes + 1, size - 1, n, func, data);
}

static void
count_run (gsize first, gsize end, gpointer data)
{
  *(gsize *) data += end - first;
}

gsize
ay_rows_count (GBytes *rows, gsize n)
{
  gsize count = 0;

  return ay_rows_each_run (rows, n, count_run, &count) ? count : G_MAXSIZE;
}

static void
add_run (gsize first, gsize end, gpointer data)
{
  AyBitset *out = data;

  while (first < end)
    {
      gsize in_word = MIN (64 - (first & 63), end - first);
      guint64 mask = in_word == 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << in_word) - 1;

      out->words[first >> 6] |= mask << (first & 63);
      first += in_word;
    }
}

AyBitset *
ay_rows_decode (GBytes *rows, gsize n)
{
  g_autoptr (AyBitset) out = ay_bitset_new (n);

  return ay_rows_each_run (rows, n, add_run, out) ? g_steal_pointer (&out) : NULL;
}
