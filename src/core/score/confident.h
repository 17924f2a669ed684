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
  const guint32 *rows;           /* n row numbers into it, ascending; NULL: 0..n-1 */
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
                         1e-6; where of several, the largest p of all), neither calibrated nor
                         clipped */
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

/* How rows are ranked, low first. */
typedef enum
{
  AY_RANKING_SELF_CONFIDENCE, /* p_y */
  AY_RANKING_MARGIN,          /* (p_y - largest other p + 1) / 2 */
  AY_RANKING_ENTROPY,         /* log (1 + x) / x, x = entropy / log n_classes / p_y */
} AyRanking;

/* out: n. adjusted: p_k - t_k + largest t, divided by their sum, stand for p_k, which makes up for
 * classes of which the model is less sure. */
gboolean ay_confident_rank (const AyConfident *self, const AyJudged *judged, AyRanking ranking,
                            gboolean adjusted, double *out, AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyConfident, ay_confident_free)

G_END_DECLS
