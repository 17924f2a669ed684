/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores have units that cannot be compared, but every one is an order. So both become ranks among
 * the rows that have both (ties get their average); Pearson's correlation of these is Spearman's,
 * and the difference of a row's two ranks, over the number of rows, says how far it is moved from
 * one order to the other. Cost: three sorts. Threads: the sorts' own. */
#include "core/score/score_pair.h"

#include "core/base/stats.h"

#include <math.h>

static gsize
list_rows (const double *a, const double *b, gsize n, const AyBitset *only, guint32 *rows)
{
  gsize count = 0;

  for (gsize i = 0; i < n; i++)
    if (!isnan (a[i]) && !isnan (b[i]) && (only == NULL || ay_bitset_get (only, i)))
      rows[count++] = (guint32) i;
  return count;
}

static double *
ranks_of (const double *x, const guint32 *rows, gsize n, gboolean turn)
{
  g_autofree double *part = g_new (double, n + 1);

  for (gsize i = 0; i < n; i++)
    part[i] = turn ? -x[rows[i]] : x[rows[i]];
  return ay_ranks (part, n);
}

AyScorePair *
ay_score_pair_new (const double *a, const double *b, gsize n, const AyScorePairOptions *options)
{
  AyScorePair *self = g_new0 (AyScorePair, 1);
  g_autofree guint32 *rows = g_new (guint32, n + 1);
  g_autofree double *first = NULL, *second = NULL, *far = NULL;
  g_autofree guint32 *order = NULL;

  self->n = list_rows (a, b, n, options->rows, rows);
  first = ranks_of (a, rows, self->n, FALSE);
  second = ranks_of (b, rows, self->n, options->turn);
  self->rank_correlation = self->n > 2 ? ay_pearson (first, second, self->n) : NAN;
  self->n_apart = isnan (self->rank_correlation) ? 0 : MIN (options->n_apart, self->n);
  self->apart = g_new (guint32, self->n_apart + 1);
  self->gap = g_new (double, self->n_apart + 1);
  far = g_new (double, self->n + 1);
  for (gsize i = 0; i < self->n; i++)
    far[i] = fabs (second[i] - first[i]);
  order = ay_order (far, self->n, TRUE);
  for (gsize k = 0; k < self->n_apart; k++)
    {
      self->apart[k] = rows[order[k]];
      self->gap[k] = (second[order[k]] - first[order[k]]) / self->n;
    }
  return self;
}

void
ay_score_pair_free (AyScorePair *self)
{
  if (self == NULL)
    return;
  g_free (self->apart);
  g_free (self->gap);
  g_free (self);
}
