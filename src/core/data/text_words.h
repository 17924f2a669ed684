/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/features_text.h"
#include "core/data/tokens.h"

G_BEGIN_DECLS

/* The terms that texts were counted by, and the singular vectors they were brought to: what ties
 * features made of texts back to their words. Made anew by the same steps as the features, as these
 * are all that is kept of them. */
typedef struct
{
  AyTokenOptions tokens;
  guint32 *number;   /* a place of ay_text_place(): the term's number, or AY_NO_TERM */
  double *idf;       /* a term */
  gsize n_terms, d;
  float *components; /* (nullable) n_terms x d */
} AyTextTerms;

#define AY_NO_TERM G_MAXUINT32
#define AY_TEXT_PLACE_BITS 21

/* Words first, then pieces of words. */
static inline guint32
ay_text_place (guint64 hash)
{
  return (guint32) ((AY_TOKEN_IS_CHARACTERS (hash) << AY_TEXT_PLACE_BITS)
                    | (hash >> (64 - AY_TEXT_PLACE_BITS)));
}

/* Those of ay_text_features() with the same arguments. Memory: 4 n_terms d bytes and 16 MiB. Errors
 * as there. (transfer full) */
AyTextTerms *ay_text_terms_new (const AyColumn *text, const guint8 *fit,
                                const AyTextOptions *options, AyJob *job, GError **error);
void ay_text_terms_free (AyTextTerms *self);

typedef struct
{
  char *word; /* lower case; NULL: signs between the words */
  double part;
} AyWordPart;

void ay_word_part_clear (AyWordPart *self);
/* What each word of a text adds to slope . x, x being its d features: they sum to it up to
 * rounding. What a term of several words brings is shared equally among them, and a word that
 * stands twice is listed once. (transfer full) (element-type AyWordPart) */
GArray *ay_text_word_parts (const AyTextTerms *self, const char *text, gsize length,
                            const double *slope);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyTextTerms, ay_text_terms_free)

G_END_DECLS
