/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Terms of a text as 64-bit hashes, repeated as often as they occur. */
typedef struct
{
  gboolean words;      /* words, and pairs of neighbouring words */
  gboolean characters; /* pieces of 3 to 5 characters inside blank-padded words */
} AyTokenOptions;

/* The lowest bit of a hash tells words (0) from characters (1). */
#define AY_TOKEN_IS_CHARACTERS(hash) ((hash) & 1)

/* Appends the terms of text[0..length-1] (UTF-8), lower-cased, to hashes (of guint64); scratch (of
 * gunichar) is reused from call to call. Words are runs of letters, digits, marks and underscores
 * (as \w+), but every ideograph, kana and Thai letter is one by itself; character pieces are those
 * of scikit-learn's analyzer "char_wb" with ngram_range (3, 5). */
void ay_tokens_append (const char *text, gsize length, const AyTokenOptions *options,
                       GArray *scratch, GArray *hashes);

/* A word of a text: characters first..first+length-1 of scratch. */
typedef struct
{
  gsize first, length;
} AyWordSpan;

/* Appends the words of a text alone, lower-cased into scratch (of gunichar, emptied first), to
 * spans (of AyWordSpan). */
void ay_tokens_words (const char *text, gsize length, GArray *scratch, GArray *spans);

/* ay_tokens_append() that also says where each term stands: the character after the end of one may
 * be the first of the next, and the blanks that pad a word belong to its pieces. */
typedef struct
{
  GArray *scratch; /* of gunichar: the text in lower case, emptied first */
  GArray *hashes;  /* of guint64 */
  GArray *spans;   /* of AyWordSpan, one a hash */
} AyPlacedTokens;

void ay_tokens_placed (const char *text, gsize length, const AyTokenOptions *options,
                       AyPlacedTokens *out);

G_END_DECLS
