/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a ranking is noise: which values are told from zero, and how far a rank can be trusted.
 *
 * Marks: two-sided normal tests of value over standard error, at a false discovery rate of 10 %
 * over all rows (Benjamini and Hochberg 1995).
 *
 * Rank ranges: every value is drawn a few times within its standard error, and all draws are
 * sorted, which gives the distribution G of the others as they could have come out. A row's rank
 * where it came out at t is 1 + (n - 1) (1 - G (t)), and t lies within 1.645 errors of its value in
 * nine of ten draws. Beside the bootstrap of the judging rows themselves, which knows that the
 * rows' errors hang together, the ranges' lengths agree within a tenth (tests/score/test_noise.c).
 *
 * Cost: O(n log n) both; memory some 24 bytes a row. Serial. */
#include "core/score/noise.h"

#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/base/words.h"
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

/* --- ranges of ranks --- */

#define RANK_STREAM 77
#define DRAWS 65536        /* of all values together, at least one of each */
#define MOST_DRAWS 64
#define NORMAL_95 1.6448536269514722

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* How many of n ascending numbers are above t; those that equal it count half. */
static double
count_above (const double *sorted, gsize n, double t)
{
  gsize ends[2];

  for (guint k = 0; k < 2; k++) /* the first that is not below t; the first above it */
    {
      gsize low = 0, high = n;

      while (low < high)
        {
          gsize middle = low + (high - low) / 2;

          if (sorted[middle] < t || (k == 1 && sorted[middle] == t))
            low = middle + 1;
          else
            high = middle;
        }
      ends[k] = low;
    }
  return (double) n - 0.5 * (double) (ends[0] + ends[1]);
}

/* The rank at t among the others; own: the share of the row's own draws that lies above. */
static double
rank_at (const double *sorted, gsize n, gsize draws, double t, double own)
{
  double above = count_above (sorted, n * draws, t) / (double) draws - own;

  return 1.0 + CLAMP (round (above), 0.0, (double) (n - 1));
}

void
ay_noise_ranks (const double *value, const double *error, gsize n, guint64 seed, double *low,
                double *high)
{
  gsize draws = CLAMP (DRAWS / MAX (n, 1), 1, MOST_DRAWS), known = 0, at = 0;
  g_autofree double *drawn = g_new (double, n * draws + 1);
  AyRng rng;

  ay_rng_init (&rng, seed, RANK_STREAM);
  for (gsize i = 0; i < n; i++)
    if (!isnan (value[i]) && !isnan (error[i]))
      {
        known++;
        for (gsize k = 0; k < draws; k++)
          drawn[at++] = value[i] + error[i] * ay_rng_normal (&rng);
      }
  qsort (drawn, at, sizeof *drawn, compare_numbers);
  for (gsize i = 0; i < n; i++)
    {
      double reach = NORMAL_95 * error[i];
      gboolean sure = error[i] == 0.0; /* all its draws are at its value */

      low[i] = high[i] = NAN;
      if (isnan (value[i]) || isnan (error[i]))
        continue;
      low[i] = rank_at (drawn, known, draws, value[i] + reach, sure ? 0.5 : 0.05);
      high[i] = rank_at (drawn, known, draws, value[i] - reach, sure ? 0.5 : 0.95);
    }
}

/* --- of a score --- */

gboolean
ay_noise_finish (AyScoreContext *context, AyScoreResult *out, GError **error)
{
  gsize n = ay_score_context_data (context)->n;
  g_autofree guint8 *mark = NULL;
  g_autofree double *range = NULL;

  if (out->errors == NULL)
    return TRUE;
  out->told = ay_score_blank (n, error);
  out->rank_low = out->told != NULL ? ay_score_blank (n, error) : NULL;
  out->rank_high = out->rank_low != NULL ? ay_score_blank (n, error) : NULL;
  range = out->rank_high != NULL ? ay_score_blank (n, error) : NULL;
  if (range == NULL)
    return FALSE;
  mark = g_new0 (guint8, n + 1);
  ay_score_count (out, "rows_told_from_zero",
                  ay_noise_mark (out->values, out->errors, n, mark));
  ay_noise_ranks (out->values, out->errors, n, ay_score_context_seed (context), out->rank_low,
                  out->rank_high);
  for (gsize i = 0; i < n; i++)
    if (!isnan (out->values[i]) && !isnan (out->errors[i]))
      {
        out->told[i] = mark[i];
        range[i] = out->rank_high[i] - out->rank_low[i] + 1.0;
      }
  ay_score_number (out, "false_discovery_rate", AY_NOISE_FALSE_DISCOVERY);
  ay_score_number (out, "median_standard_error", ay_quantile (out->errors, n, 0.5));
  ay_score_number (out, "median_rank_range", ay_quantile (range, n, 0.5));
  return TRUE;
}

static gboolean
place_errors (const AyNoise *noise, AyScoreContext *context, AyScoreResult *out, GError **error)
{
  out->errors = ay_score_blank (ay_score_context_data (context)->n, error);
  for (gsize i = 0; out->errors != NULL && i < noise->n; i++)
    out->errors[noise->rows[i]] = noise->error[i];
  return out->errors != NULL;
}

/* Rank correlation of the halves over the rows that both know. */
static double
agreement (const AyNoise *noise)
{
  g_autofree double *a = g_new (double, noise->n + 1), *b = g_new (double, noise->n + 1);
  gsize known = 0;

  for (gsize i = 0; i < noise->n; i++)
    if (!isnan (noise->half[0][i]) && !isnan (noise->half[1][i]))
      {
        a[known] = noise->half[0][i];
        b[known++] = noise->half[1][i];
      }
  return known > 2 && noise->n_judging > 1 ? ay_spearman (a, b, known) : NAN;
}

gboolean
ay_noise_say (const AyNoise *noise, AyScoreContext *context, AyScoreResult *out, GError **error)
{
  double rank;

  if (noise->error != NULL && !place_errors (noise, context, out, error))
    return FALSE;
  if (noise->half[0] == NULL)
    return TRUE;
  rank = agreement (noise);
  ay_score_number (out, "split_half_rank_correlation", rank);
  if (isnan (rank))
    ay_score_flag (context, out, "unstable-ranking",
                   N_ ("unstable: %zu validation rows do not tell how much of the order is noise"),
                   noise->n_judging);
  else if (rank < AY_NOISE_STABLE)
    ay_score_flag (context, out, "unstable-ranking",
                   N_ ("unstable: the order by halves of the %zu validation rows%s agrees with a "
                       "rank correlation of only %.2f"),
                   noise->n_judging,
                   noise->also != NULL ? noise->also : "", rank);
  return TRUE;
}
