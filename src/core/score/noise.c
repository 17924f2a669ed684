/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/noise.h"

#include "core/base/stats.h"
#include "core/score/score_private.h"

#include <math.h>

#define FALSE_DISCOVERY 0.1

/* How many values are told from zero (Benjamini and Hochberg 1995; two sided, normal); an unknown
 * error never is. */
static gsize
count_discoveries (const double *value, const double *error, gsize n)
{
  g_autofree double *p = g_new (double, n + 1);
  g_autofree guint32 *order = NULL;
  gsize told = 0, m = 0;

  for (gsize i = 0; i < n; i++)
    if (!isnan (error[i]) && !isnan (value[i]))
      p[m++] = error[i] > 0.0 ? erfc (fabs (value[i]) / error[i] * M_SQRT1_2)
                              : (value[i] == 0.0 ? 1.0 : 0.0);
  order = ay_order (p, m, FALSE);
  for (gsize k = 0; k < m; k++)
    if (p[order[k]] <= FALSE_DISCOVERY * (k + 1) / m)
      told = k + 1;
  return told;
}

static gboolean
say_errors (const AyNoise *noise, AyScoreContext *context, AyScoreResult *out, GError **error)
{
  gsize n = ay_score_context_data (context)->n;

  out->errors = ay_score_blank (n, error);
  if (out->errors == NULL)
    return FALSE;
  for (gsize i = 0; i < noise->n; i++)
    out->errors[noise->rows[i]] = noise->error[i];
  ay_score_count (out, "rows_told_from_zero",
                  count_discoveries (noise->value, noise->error, noise->n));
  ay_score_number (out, "false_discovery_rate", FALSE_DISCOVERY);
  ay_score_number (out, "median_standard_error", ay_quantile (noise->error, noise->n, 0.5));
  return TRUE;
}

gboolean
ay_noise_say (const AyNoise *noise, AyScoreContext *context, AyScoreResult *out, GError **error)
{
  double rank = NAN;

  if (noise->error != NULL && !say_errors (noise, context, out, error))
    return FALSE;
  if (noise->half[0] == NULL)
    return TRUE;
  if (noise->n > 2 && noise->n_judging > 1)
    rank = ay_spearman (noise->half[0], noise->half[1], noise->n);
  ay_score_number (out, "split_half_rank_correlation", rank);
  if (isnan (rank))
    ay_score_flag (context, out, "unstable-ranking", "unstable: %zu validation rows do not tell "
                   "how much of the order is noise", noise->n_judging);
  else if (rank < AY_NOISE_STABLE)
    ay_score_flag (context, out, "unstable-ranking",
                   "unstable: the order by halves of the %zu validation rows agrees with a rank "
                   "correlation of only %.2f", noise->n_judging, rank);
  return TRUE;
}
