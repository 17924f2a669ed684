/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/noise.h"

#include "core/base/stats.h"
#include "core/score/score_private.h"

#include <math.h>

/* Two sided, normal; an unknown error is never told from zero. */
static double
chance_of (double value, double error)
{
  if (isnan (value) || isnan (error))
    return NAN;
  if (error > 0.0)
    return erfc (fabs (value) / error * M_SQRT1_2);
  return value == 0.0 ? 1.0 : 0.0;
}

gsize
ay_noise_mark (const double *value, const double *error, gsize n, guint8 *mark)
{
  g_autofree double *p = g_new (double, MAX (n, 1));
  g_autofree guint32 *order = NULL;
  gsize told = 0, known = 0;

  for (gsize i = 0; i < n; i++)
    {
      p[i] = chance_of (value[i], error[i]);
      known += !isnan (p[i]);
    }
  order = ay_order (p, n, FALSE);
  for (gsize k = 0; k < known; k++)
    if (p[order[k]] <= AY_NOISE_FALSE_DISCOVERY * (double) (k + 1) / (double) known)
      told = k + 1;
  for (gsize k = 0; mark != NULL && k < n; k++)
    mark[order[k]] = k < told;
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
                  ay_noise_mark (noise->value, noise->error, noise->n, NULL));
  ay_score_number (out, "false_discovery_rate", AY_NOISE_FALSE_DISCOVERY);
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
