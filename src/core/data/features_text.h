/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"
#include "core/base/matrix.h"
#include "core/data/sparse.h"

G_BEGIN_DECLS

/* Features of texts that come without any: TF-IDF of words, pairs of words and pieces of words,
 * brought to a few hundred dimensions by a truncated SVD (latent semantic analysis, Deerwester et
 * al. 1990). A modest stand-in for the embeddings of a trained language model, and said to be
 * that. */
typedef enum { AY_TEXT_PIECES_AUTO, AY_TEXT_PIECES_NO, AY_TEXT_PIECES_YES } AyTextPieces;

typedef struct
{
  guint dimensions;    /* at most; fewer when the texts have lower rank */
  AyTextPieces pieces; /* of 3 to 5 characters; auto: up to 32 MB of text */
  guint min_rows;      /* terms of fewer fitted rows are left out (of 1, if none is left) */
  gsize max_terms;     /* the most frequent are kept */
  guint64 seed;        /* of the SVD's random projection */
} AyTextOptions;
#define AY_TEXT_DIMENSIONS 256
#define AY_TEXT_OPTIONS_INIT { AY_TEXT_DIMENSIONS, AY_TEXT_PIECES_AUTO, 2, 1 << 17, 0 }

/* The weighted term counts of every row, n x terms: value (1 + ln count) idf, idf =
 * ln ((1 + N) / (1 + df)) + 1 over the N rows with fit[i] != 0, words and pieces each scaled to
 * unit length. Terms are hashed into 2^21 places a kind and numbered by place, words first. A
 * missing text is an empty one. Errors: AY_ERROR_INPUT when no term is left. (transfer full) */
AySparse *ay_text_tfidf (const AyColumn *text, const guint8 *fit, const AyTextOptions *options,
                         AyJob *job, GError **error);

/* n x d features, rows of unit length (zero where no known term occurs): the TF-IDF rows on the
 * singular vectors of the fitted rows. Names "text_1" ... in order of falling singular value.
 * Memory: 8 bytes a term and row, about 8 d (n + terms). Same bytes for any number of threads.
 * (transfer full) */
AyMatrix *ay_text_features (const AyColumn *text, const guint8 *fit, const AyTextOptions *options,
                            char ***names, AyJob *job, GError **error);

G_END_DECLS
