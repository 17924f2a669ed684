/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/score/confident.h"

G_BEGIN_DECLS

/* Which rows confident learning flags. The joint's counts are calibrated - its diagonal at least 1,
 * each of its rows scaled to its class's rows - and rounded with their sums kept; at least one row
 * of a class stays, and a class of one row loses none. */
typedef enum
{
  AY_FILTER_NORMALIZED_MARGIN, /* the n_errors rows of lowest margin */
  AY_FILTER_SELF_CONFIDENCE,   /* the n_errors rows of lowest self-confidence */
  AY_FILTER_NOISE_RATE,        /* for each g != k as many rows of g as the counts say, of largest
                                  p_k - p_g * */
  AY_FILTER_CLASS,             /* for each g as many rows as are not g by the counts, of lowest
                                  p_g * */
  AY_FILTER_BOTH,              /* flagged by both of these */
  AY_FILTER_CONFIDENT,         /* off the joint's diagonal * */
  AY_FILTER_PREDICTED,         /* the largest p is another class's */
  AY_N_FILTERS                 /* * but for rows whose own label has the largest p */
} AyFilter;

/* "low_normalized_margin" ...: the names other tools use. (nullable) above the last */
const char *ay_filter_name (AyFilter filter);
gboolean ay_filter_parse (const char *name, AyFilter *filter);
/* n marks, 1 = flagged; ties by position. by (nullable): n numbers to take the lowest of in the
 * place of margin or self-confidence. Errors: NOMEM, CANCELLED. (transfer full) */
guint8 *ay_confident_flag (const AyConfident *self, const AyJudged *judged, AyFilter filter,
                           const double *by, AyJob *job, GError **error);

G_END_DECLS
