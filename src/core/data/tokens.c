/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/tokens.h"

#define PIECE_MIN 3
#define PIECE_MAX 5

static inline guint64
mix (guint64 hash, guint64 word)
{
  hash = (hash ^ word) * G_GUINT64_CONSTANT (0x9fb21c651e98df25);
  return hash ^ (hash >> 35);
}

/* The last stirring (of splitmix64), then the kind in the lowest bit. */
static inline guint64
finish (guint64 hash, gboolean characters)
{
  hash = (hash ^ (hash >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  hash = (hash ^ (hash >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return (hash & ~G_GUINT64_CONSTANT (1)) | (characters ? 1 : 0);
}

static guint64
hash_span (const gunichar *from, gsize length)
{
  guint64 hash = length;

  for (gsize i = 0; i < length; i++)
    hash = mix (hash, from[i]);
  return hash;
}

static gboolean
is_word (gunichar c)
{
  if (c < 128)
    return g_ascii_isalnum ((char) c) || c == '_';
  return g_unichar_isalnum (c) || g_unichar_ismark (c);
}

/* Letters of scripts that are written without blanks. */
static gboolean
stands_alone (gunichar c)
{
  if (c < 0xe00)
    return FALSE;
  switch (g_unichar_get_script (c))
    {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_THAI:
    case G_UNICODE_SCRIPT_LAO:
    case G_UNICODE_SCRIPT_KHMER:
    case G_UNICODE_SCRIPT_MYANMAR:
      return TRUE;
    default:
      return FALSE;
    }
}

/* The word at or after *at; *at moves behind it. FALSE at the end. */
static gboolean
next_word (const gunichar *text, gsize n, gsize *at, AyWordSpan *span)
{
  gsize i = *at, end;

  while (i < n && !is_word (text[i]))
    i++;
  if (i == n)
    return FALSE;
  end = i + 1;
  if (!stands_alone (text[i]))
    while (end < n && is_word (text[end]) && !stands_alone (text[end]))
      end++;
  *span = (AyWordSpan) { i, end - i };
  *at = end;
  return TRUE;
}

/* Where terms go; spans: (nullable) of AyWordSpan, one a term. */
typedef struct
{
  GArray *hashes, *spans;
} Terms;

static inline void
add_term (const Terms *out, guint64 hash, gsize first, gsize end)
{
  g_array_append_val (out->hashes, hash);
  if (out->spans != NULL)
    {
      AyWordSpan span = { first, end - first };

      g_array_append_val (out->spans, span);
    }
}

static void
append_words (const gunichar *text, gsize n, const Terms *out)
{
  gboolean has_before = FALSE;
  guint64 before = 0;
  gsize began = 0;
  AyWordSpan span;

  for (gsize at = 0; next_word (text, n, &at, &span);)
    {
      guint64 word = hash_span (text + span.first, span.length);

      add_term (out, finish (word, FALSE), span.first, at);
      if (has_before)
        add_term (out, finish (mix (mix (before, 2), word), FALSE), began, at);
      began = span.first;
      before = word;
      has_before = TRUE;
    }
}

/* Pieces of one word with a blank at either end; a word shorter than a piece counts once. */
static void
append_pieces (const gunichar *text, gsize first, gsize n, const Terms *out)
{
  const gunichar *word = text + first;

  for (gsize size = PIECE_MIN; size <= PIECE_MAX; size++)
    {
      gsize last = n > size ? n - size : 0;

      for (gsize at = 0; at <= last; at++)
        add_term (out, finish (hash_span (word + at, MIN (size, n)), TRUE), first + at,
                  first + at + MIN (size, n));
      if (last == 0)
        return;
    }
}

/* scratch has a blank before the first character and after the last: every run between blanks is a
 * padded word already, as neighbours may share a blank. */
static void
append_characters (const gunichar *text, gsize n, const Terms *out)
{
  for (gsize i = 0; i + 1 < n; )
    {
      gsize end = i + 1;

      if (text[i + 1] == ' ')
        {
          i++;
          continue;
        }
      while (text[end] != ' ')
        end++;
      append_pieces (text, i, end + 1 - i, out);
      i = end;
    }
}

/* The text in lower case with a blank before and after. */
static void
lower (const char *text, gsize length, GArray *scratch)
{
  const gunichar blank = ' ';

  g_array_set_size (scratch, 0);
  g_array_append_val (scratch, blank);
  for (const char *at = text, *end = text + length; at < end; at = g_utf8_next_char (at))
    {
      gunichar c = (guchar) *at < 128 ? (gunichar) g_ascii_tolower (*at)
                                      : g_unichar_tolower (g_utf8_get_char (at));

      if (c < 128 ? g_ascii_isspace ((char) c) : g_unichar_isspace (c))
        c = ' ';
      g_array_append_val (scratch, c);
    }
  g_array_append_val (scratch, blank);
}

void
ay_tokens_words (const char *text, gsize length, GArray *scratch, GArray *spans)
{
  AyWordSpan span;

  lower (text, length, scratch);
  for (gsize at = 0; next_word ((const gunichar *) scratch->data, scratch->len, &at, &span);)
    g_array_append_val (spans, span);
}

static void
append (const AyTokenOptions *options, const GArray *scratch, const Terms *out)
{
  if (options->words)
    append_words ((const gunichar *) scratch->data, scratch->len, out);
  if (options->characters)
    append_characters ((const gunichar *) scratch->data, scratch->len, out);
}

void
ay_tokens_append (const char *text, gsize length, const AyTokenOptions *options, GArray *scratch,
                  GArray *hashes)
{
  lower (text, length, scratch);
  append (options, scratch, &(Terms) { hashes, NULL });
}

void
ay_tokens_placed (const char *text, gsize length, const AyTokenOptions *options,
                  AyPlacedTokens *out)
{
  lower (text, length, out->scratch);
  append (options, out->scratch, &(Terms) { out->hashes, out->spans });
}
