/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* What the window says of a score. All (transfer full) but the first two. */
const char *assay_score_words_kind (AyScoreKind kind);
const char *assay_score_words_direction (AyDirection direction);
/* How far the orders by two halves of the validation rows agree; NULL where that is not known. */
char *assay_score_words_halves (const AyScoreInfo *info);
/* The same in a few words. */
char *assay_score_words_stability (const AyScoreInfo *info);
/* How many rows are told from zero, in the middle of noise; NULL where that is not known. */
char *assay_score_words_told (const AyScoreInfo *info);
/* How far a row's rank is known; NULL where that is not known. The length of half of the ranges. */
char *assay_score_words_ranks (const AyScoreInfo *info);
double assay_score_words_range (const AyScoreInfo *info);
/* What a reader must know, a line each; NULL: nothing. */
char *assay_score_words_flags (const AyScoreInfo *info);
/* A line for each member of the certificate. */
char *assay_score_words_certificate (const AyScoreInfo *info);
/* Whether its order is mostly noise: titled so wherever it ranks. */
gboolean assay_score_words_unstable (const AyScoreInfo *info, double *halves);

G_END_DECLS
