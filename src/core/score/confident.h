/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/base/matrix.h"

G_BEGIN_DECLS

/* Confident learning (Northcutt, Jiang and Chuang 2021) on out-of-sample probabilities. */

/* Rows of probabilities with their given labels. Borrowed. */
typedef struct
{
  const AyMatrix *probabilities; /* N x n_classes */
  const guint32 *rows;           /* n row numbers into it; NULL: 0..n-1 */
  const gint32 *label;           /* n, by position: 0..n_classes-1 */
  gsize n;
  guint n_classes;
} AyJudged;

typedef struct
{
  guint n_classes;
  gsize n;
  double *threshold;  /* n_classes: mean p_k over the rows labelled k, at least 2e-6; 2 for a class
                         without rows */
  gsize *count;       /* n_classes: rows labelled so */
  gint64 *joint;      /* n_classes x n_classes: rows labelled g and confidently k (p_k >= t_k -
                         1e-6, of several the largest p_k), not calibrated, not clipped */
  gint64 n_confident; /* sum of joint */
  gsize n_errors;     /* floor ((1 - trace / sum) n) */
  double *self_confidence; /* n: p of the given label */
  double *margin;     /* n: p of the given label - largest other p, -1..1 */
  gint32 *guess;      /* n: class of the largest p, the first of equals */
  gint32 *confident;  /* n: the class the row is confidently of, or -1 */
} AyConfident;

/* Two passes over the rows. Errors: NOMEM, CANCELLED. (transfer full) */
AyConfident *ay_confident_new (const AyJudged *judged, AyJob *job, GError **error);
void ay_confident_free (AyConfident *self);

/* Which rows are flagged. */
typedef enum
{
  AY_FILTER_NORMALIZED_MARGIN, /* the n_errors rows of lowest margin */
  AY_FILTER_SELF_CONFIDENCE,   /* the n_errors rows of lowest self-confidence */
  AY_FILTER_NOISE_RATE,        /* for each g != k as many rows of g as the calibrated joint says,
                                  of largest p_k - p_g */
  AY_FILTER_CLASS,             /* for each g as many rows as are not g by the calibrated joint,
                                  of lowest p_g */
  AY_FILTER_BOTH,              /* flagged by both of these */
  AY_FILTER_CONFIDENT,         /* off the joint's diagonal */
  AY_FILTER_PREDICTED,         /* the largest p is another class's */
  AY_N_FILTERS
} AyFilter;

/* "low_normalized_margin" ...: the names other tools use. (nullable) above the last */
const char *ay_filter_name (AyFilter filter);
gboolean ay_filter_parse (const char *name, AyFilter *filter);
/* n marks, 1 = flagged; ties by position. (transfer full) */
guint8 *ay_confident_flag (const AyConfident *self, const AyJudged *judged, AyFilter filter,
                           AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyConfident, ay_confident_free)

G_END_DECLS
