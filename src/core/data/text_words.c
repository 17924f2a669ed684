/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features of a text taken apart into its words.
 *
 * The features are x = V^T t / |V^T t|, t the text's term weights, V the singular vectors: with the
 * length known, slope . x is a sum over terms of t_k (V slope)_k / |V^T t|. A term's part is split
 * evenly over the places where it stands, and there over the words that it covers: a word has one,
 * a pair two, a piece the word it was cut from. Cost: O(terms of the text x d). */
#include "core/data/text_words.h"

#include <math.h>

void
ay_text_terms_free (AyTextTerms *self)
{
  if (self == NULL)
    return;
  g_free (self->number);
  g_free (self->idf);
  g_free (self->components);
  g_free (self);
}

void
ay_word_part_clear (AyWordPart *self)
{
  g_free (self->word);
}

typedef struct
{
  const AyTextTerms *terms;
  AyPlacedTokens tokens;
  GArray *words;      /* of AyWordSpan */
  GHashTable *count;  /* place + 1 -> how often, of terms that are known */
  double norm[2];     /* of words and pairs, of pieces */
  double length;      /* |V^T t| */
  double *parts;      /* a word, then the signs */
} Text;

static guint32
place_at (const Text *self, guint i)
{
  return ay_text_place (g_array_index (self->tokens.hashes, guint64, i));
}

static guint
count_at (const Text *self, guint i)
{
  return GPOINTER_TO_UINT (
      g_hash_table_lookup (self->count, GUINT_TO_POINTER (place_at (self, i) + 1)));
}

/* t of the term that stands at i; 0 of an unknown one. */
static double
weight_at (const Text *self, guint i)
{
  guint32 place = place_at (self, i), term = self->terms->number[place];
  double norm = sqrt (self->norm[place >> AY_TEXT_PLACE_BITS]);

  return term != AY_NO_TERM ? (1.0 + log (count_at (self, i))) * self->terms->idf[term] / norm
                            : 0.0;
}

static void
count_terms (Text *self)
{
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < self->tokens.hashes->len; i++)
    if (self->terms->number[place_at (self, i)] != AY_NO_TERM)
      g_hash_table_insert (self->count, GUINT_TO_POINTER (place_at (self, i) + 1),
                           GUINT_TO_POINTER (count_at (self, i) + 1));
  g_hash_table_iter_init (&iter, self->count);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      guint32 place = GPOINTER_TO_UINT (key) - 1;
      double weight
          = (1.0 + log (GPOINTER_TO_UINT (value))) * self->terms->idf[self->terms->number[place]];

      self->norm[place >> AY_TEXT_PLACE_BITS] += weight * weight;
    }
}

static const float *
vector_at (const Text *self, guint i)
{
  return self->terms->components + self->terms->number[place_at (self, i)] * self->terms->d;
}

/* Each place where a term stands brings its share, so that the sum is over the places. */
static void
measure_length (Text *self)
{
  gsize d = self->terms->d;
  g_autofree double *x = g_new0 (double, d + 1);
  double sum = 0.0;

  for (guint i = 0; i < self->tokens.hashes->len; i++)
    {
      double weight = weight_at (self, i);

      for (gsize j = 0; weight > 0.0 && j < d; j++)
        x[j] += weight / count_at (self, i) * vector_at (self, i)[j];
    }
  for (gsize j = 0; j < d; j++)
    sum += x[j] * x[j];
  self->length = sqrt (sum);
}

/* Over the words that the term's place covers; else to the signs. */
static void
share (Text *self, const AyWordSpan *span, double part)
{
  guint first = 0, end;

  while (first < self->words->len)
    {
      const AyWordSpan *word = &g_array_index (self->words, AyWordSpan, first);

      if (word->first + word->length > span->first)
        break;
      first++;
    }
  for (end = first; end < self->words->len; end++)
    if (g_array_index (self->words, AyWordSpan, end).first >= span->first + span->length)
      break;
  if (end == first)
    self->parts[self->words->len] += part;
  for (guint w = first; w < end; w++)
    self->parts[w] += part / (end - first);
}

static void
share_all (Text *self, const double *slope)
{
  for (guint i = 0; i < self->tokens.hashes->len; i++)
    {
      double weight = weight_at (self, i), effect = 0.0;

      for (gsize j = 0; weight > 0.0 && j < self->terms->d; j++)
        effect += slope[j] * vector_at (self, i)[j];
      if (weight > 0.0)
        share (self, &g_array_index (self->tokens.spans, AyWordSpan, i),
               weight * effect / (count_at (self, i) * self->length));
    }
}

static void
add_part (GArray *out, GHashTable *known, char *word, double part)
{
  gpointer at;
  AyWordPart one = { word, part };

  if (word != NULL && g_hash_table_lookup_extended (known, word, NULL, &at))
    {
      g_array_index (out, AyWordPart, GPOINTER_TO_UINT (at)).part += part;
      g_free (word);
      return;
    }
  if (word != NULL)
    g_hash_table_insert (known, word, GUINT_TO_POINTER (out->len));
  g_array_append_val (out, one);
}

static GArray *
list_parts (const Text *self)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (AyWordPart));
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  g_array_set_clear_func (out, (GDestroyNotify) ay_word_part_clear);
  for (guint w = 0; w < self->words->len; w++)
    {
      const AyWordSpan *span = &g_array_index (self->words, AyWordSpan, w);
      const gunichar *from = (const gunichar *) self->tokens.scratch->data + span->first;

      add_part (out, known, g_ucs4_to_utf8 (from, (glong) span->length, NULL, NULL, NULL),
                self->parts[w]);
    }
  if (self->parts[self->words->len] != 0.0)
    add_part (out, known, NULL, self->parts[self->words->len]);
  return out;
}

GArray *
ay_text_word_parts (const AyTextTerms *terms, const char *text, gsize length, const double *slope)
{
  Text self = { .terms = terms };
  GArray *out;

  self.tokens.scratch = g_array_new (FALSE, FALSE, sizeof (gunichar));
  self.tokens.hashes = g_array_new (FALSE, FALSE, sizeof (guint64));
  self.tokens.spans = g_array_new (FALSE, FALSE, sizeof (AyWordSpan));
  self.words = g_array_new (FALSE, FALSE, sizeof (AyWordSpan));
  self.count = g_hash_table_new (NULL, NULL);
  ay_tokens_words (text, length, self.tokens.scratch, self.words);
  ay_tokens_placed (text, length, &terms->tokens, &self.tokens);
  self.parts = g_new0 (double, self.words->len + 1);
  count_terms (&self);
  measure_length (&self);
  if (self.length > 0.0)
    share_all (&self, slope);
  out = list_parts (&self);
  g_free (self.parts);
  g_array_unref (self.tokens.scratch);
  g_array_unref (self.tokens.hashes);
  g_array_unref (self.tokens.spans);
  g_array_unref (self.words);
  g_hash_table_unref (self.count);
  return out;
}
