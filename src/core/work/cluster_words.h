/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"
#include "core/base/job.h"

G_BEGIN_DECLS

#define AY_WORDS_PRIOR 500.0 /* words that the prior is worth */
#define AY_WORDS_FEWEST 3    /* occurrences below which a word is not looked at */

typedef struct
{
  char *word;
  double z;    /* log-odds ratio over its standard deviation */
  gsize count; /* occurrences in the cluster */
} AyClusterWord;

void ay_cluster_word_clear (AyClusterWord *self);

/* The words that set each cluster apart from all other rows, by the log-odds ratio with an
 * informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, equations 15, 16, 18-22): with y of
 * n words in the cluster and y' of n' elsewhere, and a prior of a words of a0 in all, a in
 * proportion to the word's share of the whole and a0 = AY_WORDS_PRIOR,
 *   delta = ln ((y + a) / (n + a0 - y - a)) - ln ((y' + a) / (n' + a0 - y' - a)),
 *   z = delta / sqrt (1 / (y + a) + 1 / (y' + a)).
 * Words are lower-cased runs of letters, digits, marks and underscores. cluster: n of them, 0..k-1;
 * others count as elsewhere. Each of the k arrays of AyClusterWord holds the `most` words of
 * largest z above 0, ties in byte order. Memory: 4 k bytes a word. Errors: NOMEM, CANCELLED.
 * (transfer full) (element-type GArray) */
GPtrArray *ay_cluster_words (const AyColumn *text, const guint32 *cluster, guint k, guint most,
                             AyJob *job, GError **error);

G_END_DECLS
