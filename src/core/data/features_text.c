/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts to features: hashed TF-IDF, then a truncated SVD.
 *
 * Terms are hashed (Weinberger et al. 2009) into 2^21 places for words and as many for pieces of
 * words, so that memory does not grow with the vocabulary and blocks of rows can be read on all
 * cores without a shared dictionary; at 100 000 terms a kind one in 20 shares its place. What
 * depends on other rows (document frequencies, the choice of terms, the singular vectors) is taken
 * from the rows marked `fit` alone: train and pool, so that valid and test stay unseen.
 *
 * Cost: one pass of reading, O(total length) on all cores; a sort of each row's terms; then the
 * SVD (sparse_svd.c). Counts are exact integers, so the order of blocks cannot matter. */
#include "core/data/features_text.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/words.h"
#include "core/data/sparse_svd.h"
#include "core/data/text_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PLACES ((gsize) 2 << AY_TEXT_PLACE_BITS) /* of both kinds */
#define IS_PIECE(place) ((place) >> AY_TEXT_PLACE_BITS)
#define BLOCK_ROWS 512
#define AUTO_PIECES_BYTES ((gsize) 32 << 20)

typedef struct
{
  guint32 place, count;
} Term;

/* Terms of one block of rows: ends[i] is where row i's terms end. */
typedef struct
{
  GArray *terms; /* of Term */
  gsize ends[BLOCK_ROWS];
} Block;

typedef struct
{
  const AyColumn *text;
  AyTokenOptions tokens;
  gsize n;
  Block *blocks;
  gsize n_blocks;
} Reading;

static int
compare_hashes (const void *a, const void *b)
{
  guint64 x = *(const guint64 *) a, y = *(const guint64 *) b;

  return x < y ? -1 : x > y;
}

/* Appends a row's distinct places in ascending order with their counts. */
static void
count_terms (GArray *hashes, GArray *terms)
{
  guint64 *places = (guint64 *) hashes->data;

  for (guint i = 0; i < hashes->len; i++)
    places[i] = ay_text_place (places[i]);
  if (hashes->len > 1)
    qsort (places, hashes->len, sizeof *places, compare_hashes);
  for (guint i = 0; i < hashes->len; )
    {
      Term term = { (guint32) places[i], 0 };

      for (; i < hashes->len && places[i] == term.place; i++)
        term.count++;
      g_array_append_val (terms, term);
    }
}

static void
read_block (gsize block, guint worker, gpointer data)
{
  Reading *reading = data;
  gsize first = block * BLOCK_ROWS, count = MIN (BLOCK_ROWS, reading->n - first);
  g_autoptr (GArray) scratch = g_array_new (FALSE, FALSE, sizeof (gunichar));
  g_autoptr (GArray) hashes = g_array_new (FALSE, FALSE, sizeof (guint64));
  Block *out = &reading->blocks[block];

  out->terms = g_array_new (FALSE, FALSE, sizeof (Term));
  for (gsize i = 0; i < count; i++)
    {
      gsize length = 0;
      const char *text = ay_column_text (reading->text, first + i, &length);

      g_array_set_size (hashes, 0);
      if (text != NULL)
        ay_tokens_append (text, length, &reading->tokens, scratch, hashes);
      count_terms (hashes, out->terms);
      out->ends[i] = out->terms->len;
    }
}

static void
reading_clear (Reading *self)
{
  for (gsize b = 0; b < self->n_blocks; b++)
    g_clear_pointer (&self->blocks[b].terms, g_array_unref);
  g_free (self->blocks);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static gboolean
wants_pieces (const AyColumn *text, AyTextPieces pieces)
{
  gsize total = 0;

  if (pieces != AY_TEXT_PIECES_AUTO)
    return pieces == AY_TEXT_PIECES_YES;
  for (gsize i = 0; i < ay_column_rows (text); i++)
    {
      gsize length = 0;

      ay_column_text (text, i, &length);
      total += length;
    }
  return total <= AUTO_PIECES_BYTES;
}

/* Terms of row i: from *first to its end. */
static const Term *
row_terms (const Reading *reading, gsize i, gsize *count)
{
  const Block *block = &reading->blocks[i / BLOCK_ROWS];
  gsize first = i % BLOCK_ROWS > 0 ? block->ends[i % BLOCK_ROWS - 1] : 0;

  *count = block->ends[i % BLOCK_ROWS] - first;
  return (const Term *) block->terms->data + first;
}

/* Number of fitted rows that each place occurs in. */
static guint32 *
count_rows (const Reading *reading, const guint8 *fit, AyJob *job, GError **error)
{
  g_autofree guint32 *rows = ay_try_alloc (PLACES, sizeof (guint32), "term counts", error);

  for (gsize i = 0; rows != NULL && i < reading->n; i++)
    {
      gsize count;
      const Term *terms = row_terms (reading, i, &count);

      if (i % BLOCK_ROWS == 0 && !ay_job_check (job, error))
        return NULL;
      for (gsize k = 0; fit[i] && k < count; k++)
        rows[terms[k].place]++;
    }
  return g_steal_pointer (&rows);
}

/* The least number of rows such that at most max_terms terms have as many, and at least `least`. */
static guint32
threshold_of (const guint32 *rows, gsize n, guint32 least, gsize max_terms)
{
  g_autofree gsize *having = g_new0 (gsize, n + 2);
  gsize total = 0;
  guint32 threshold = (guint32) n + 1;

  for (gsize p = 0; p < PLACES; p++)
    having[rows[p]]++;
  while (threshold > least && total + having[threshold - 1] <= max_terms)
    total += having[--threshold];
  return threshold;
}

/* Numbers the kept terms by place; *n_terms is their number. */
static guint32 *
number_terms (const guint32 *rows, gsize n, const AyTextOptions *options, gsize *n_terms,
              GError **error)
{
  guint32 *number = ay_try_alloc (PLACES, sizeof (guint32), "term numbers", error);
  guint32 least = MAX (options->min_rows, 1);

  *n_terms = 0;
  while (number != NULL && *n_terms == 0 && least > 0)
    {
      guint32 threshold = threshold_of (rows, n, least, MAX (options->max_terms, 1));

      for (gsize p = 0; p < PLACES; p++)
        number[p] = rows[p] >= threshold ? (guint32) (*n_terms)++ : AY_NO_TERM;
      least = least > 1 ? 1 : 0;
    }
  return number;
}

/* Writes row i of the matrix: weights, then words and pieces to unit length each. */
static void
weigh_row (AySparse *out, gsize i, const Term *terms, gsize count, const guint32 *number,
           const double *idf)
{
  gsize at = out->start[i];
  double norm[2] = { 0.0, 0.0 };

  for (gsize k = 0; k < count; k++)
    {
      guint32 column = number[terms[k].place];
      double value;

      if (column == AY_NO_TERM)
        continue;
      value = (1.0 + log (terms[k].count)) * idf[column];
      norm[IS_PIECE (terms[k].place)] += value * value;
      out->index[at] = column;
      out->value[at++] = (float) value;
    }
  out->start[i + 1] = at;
  at = out->start[i];
  for (gsize k = 0; k < count; k++)
    if (number[terms[k].place] != AY_NO_TERM)
      {
        out->value[at] = (float) (out->value[at] / sqrt (norm[IS_PIECE (terms[k].place)]));
        at++;
      }
}

typedef struct
{
  const Reading *reading;
  const guint32 *number;
  double *idf; /* a term */
  AyJob *job;
} Weighing;

static AySparse *
weigh (const Weighing *self, gsize n_terms, GError **error)
{
  const Reading *reading = self->reading;
  g_autoptr (AySparse) out = NULL;
  gsize total = 0;

  for (gsize b = 0; b < reading->n_blocks; b++)
    total += reading->blocks[b].terms->len;
  out = ay_sparse_new (reading->n, n_terms, total, error);
  for (gsize i = 0; out != NULL && i < reading->n; i++)
    {
      gsize count;
      const Term *terms = row_terms (reading, i, &count);

      if (i % BLOCK_ROWS == 0 && !ay_job_check (self->job, error))
        return NULL;
      weigh_row (out, i, terms, count, self->number, self->idf);
    }
  return g_steal_pointer (&out);
}

/* terms: filled, number and idf owned by the caller, on failure too. */
static AySparse *
count_texts (const AyColumn *text, const guint8 *fit, const AyTextOptions *options,
             AyTextTerms *terms, AyJob *job, GError **error)
{
  gsize n = ay_column_rows (text), n_fit = 0;
  g_auto (Reading) reading = { .text = text, .n = n, .n_blocks = ay_n_blocks (n, BLOCK_ROWS) };
  g_autofree guint32 *rows = NULL;

  ay_job_set_phase (job, "reading the texts");
  reading.tokens = terms->tokens
      = (AyTokenOptions) { TRUE, wants_pieces (text, options->pieces) };
  reading.blocks = g_new0 (Block, MAX (reading.n_blocks, 1));
  for (gsize i = 0; i < n; i++)
    n_fit += fit[i] != 0;
  if (!ay_parallel_for (reading.n_blocks, read_block, &reading, job, error)
      || (rows = count_rows (&reading, fit, job, error)) == NULL
      || (terms->number = number_terms (rows, n, options, &terms->n_terms, error)) == NULL)
    return NULL;
  if (terms->n_terms == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("text column \"%s\": no words in the training rows"), ay_column_name (text));
      return NULL;
    }
  terms->idf = g_new (double, terms->n_terms);
  for (gsize p = 0; p < PLACES; p++)
    if (terms->number[p] != AY_NO_TERM)
      terms->idf[terms->number[p]] = log ((1.0 + n_fit) / (1.0 + rows[p])) + 1.0;
  return weigh (&(Weighing) { &reading, terms->number, terms->idf, job }, terms->n_terms, error);
}

AySparse *
ay_text_tfidf (const AyColumn *text, const guint8 *fit, const AyTextOptions *options, AyJob *job,
               GError **error)
{
  g_autoptr (AyTextTerms) terms = g_new0 (AyTextTerms, 1);

  return count_texts (text, fit, options, terms, job, error);
}

AyTextTerms *
ay_text_terms_new (const AyColumn *text, const guint8 *fit, const AyTextOptions *options,
                   AyJob *job, GError **error)
{
  g_autoptr (AyTextTerms) self = g_new0 (AyTextTerms, 1);
  g_autoptr (AySparse) all = count_texts (text, fit, options, self, job, error);
  g_autoptr (AySparse) fitted = all != NULL ? ay_sparse_take_rows (all, fit, error) : NULL;
  g_autoptr (AySparseSvd) svd
      = fitted != NULL ? ay_sparse_svd (fitted, options->dimensions, options->seed, job, error)
                       : NULL;

  if (svd == NULL)
    return NULL;
  self->d = svd->k;
  self->components = g_steal_pointer (&svd->components);
  return g_steal_pointer (&self);
}

typedef struct
{
  float *values;
  gsize n, d;
} Rows;

static void
normalise_block (gsize block, guint worker, gpointer data)
{
  const Rows *rows = data;

  for (gsize i = block * BLOCK_ROWS; i < MIN ((block + 1) * BLOCK_ROWS, rows->n); i++)
    {
      float *row = rows->values + i * rows->d;
      double norm = 0.0;

      for (gsize j = 0; j < rows->d; j++)
        norm += (double) row[j] * row[j];
      for (gsize j = 0; norm > 0.0 && j < rows->d; j++)
        row[j] = (float) (row[j] / sqrt (norm));
    }
}

static char **
dimension_names (gsize d)
{
  char **names = g_new0 (char *, d + 1);

  for (gsize j = 0; j < d; j++)
    names[j] = g_strdup_printf ("text_%" G_GSIZE_FORMAT, j + 1);
  return names;
}

AyMatrix *
ay_text_features (const AyColumn *text, const guint8 *fit, const AyTextOptions *options,
                  char ***names, AyJob *job, GError **error)
{
  g_autoptr (AySparse) all = ay_text_tfidf (text, fit, options, job, error);
  g_autoptr (AySparse) fitted = NULL;
  g_autoptr (AySparseSvd) svd = NULL;
  g_autofree float *values = NULL;
  Rows rows = { NULL, ay_column_rows (text), 0 };

  if (all == NULL || (fitted = ay_sparse_take_rows (all, fit, error)) == NULL
      || (svd = ay_sparse_svd (fitted, options->dimensions, options->seed, job, error)) == NULL)
    return NULL;
  rows.d = svd->k;
  values = ay_try_alloc (MAX (rows.n, 1), svd->k * sizeof (float), "text features", error);
  if (values == NULL || !ay_sparse_times (all, svd->components, svd->k, values, job, error))
    return NULL;
  rows.values = values;
  if (!ay_parallel_for (ay_n_blocks (rows.n, BLOCK_ROWS), normalise_block, &rows, job, error))
    return NULL;
  if (names != NULL)
    *names = dimension_names (svd->k);
  return ay_matrix_take_f32 (rows.n, svd->k, g_steal_pointer (&values));
}
