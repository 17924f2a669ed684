/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/bitset.h"

G_BEGIN_DECLS

/* Two scores beside each other: how far their orders agree, and the rows on which they do not. */
typedef struct
{
  gsize n;                 /* rows that have both */
  double rank_correlation; /* Spearman; NaN for fewer than three rows or where one is constant */
  gsize n_apart;           /* 0 where there is no rank correlation */
  guint32 *apart;          /* n_apart rows, the furthest apart first, ties by row */
  double *gap;             /* n_apart: share of the rows between the row's two ranks, -1..1;
                              > 0 = the second puts it higher */
} AyScorePair;

/* a, b: n values, NaN = missing. turn: large ones of a speak for small ones of b, so b's order is
 * turned round. rows (nullable): only these. n_apart: at most so many rows are listed. */
typedef struct
{
  gboolean turn;
  const AyBitset *rows;
  gsize n_apart;
} AyScorePairOptions;

AyScorePair *ay_score_pair_new (const double *a, const double *b, gsize n,
                                 const AyScorePairOptions *options);
void ay_score_pair_free (AyScorePair *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyScorePair, ay_score_pair_free)

G_END_DECLS
