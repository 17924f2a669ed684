/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/score/score.h"

G_BEGIN_DECLS

/* The noise floor of a ranking (for the families of scores). Values and errors are by position in
 * `rows`, n row numbers of the data set. */
typedef struct
{
  const guint32 *rows;
  gsize n;
  const double *value;
  const double *error;     /* (nullable) standard errors over the judging rows, NaN = unknown */
  const double *half[2];   /* (nullable) the values by two halves of the judging rows */
  gsize n_judging;         /* how many judging rows there are */
  const char *also;        /* (nullable) what else was halved with them: " and of the sets" */
} AyNoise;

/* The rank correlation of the halves below which a ranking is unstable. */
#define AY_NOISE_STABLE 0.5

/* The share of rows told from zero that may be none, by Benjamini and Hochberg (1995). */
#define AY_NOISE_FALSE_DISCOVERY 0.1

/* Which of n values are told from zero by their standard errors: mark (nullable) 1 where they are.
 * Returns how many. */
gsize ay_noise_mark (const double *value, const double *error, gsize n, guint8 *mark);

/* The share of draws in which a row's rank lies within its range. */
#define AY_NOISE_RANK_RANGE 0.9

/* The ranks (1: the largest value) that each of n values has in nine of ten draws of all values
 * within their standard errors, normal and each on its own: low[i] <= high[i], NaN where value or
 * error is unknown. O(n log n); the same for the same seed. */
void ay_noise_ranks (const double *value, const double *error, gsize n, guint64 seed, double *low,
                     double *high);

/* Puts errors into out->errors, and the halves' rank correlation into the certificate, with the
 * flag "unstable" where that is below .5. */
gboolean ay_noise_say (const AyNoise *noise, AyScoreContext *context, AyScoreResult *out,
                       GError **error);
/* Of a result that has errors, over the data set's rows: which are told from zero and the ranges of
 * their ranks, and into the certificate how many there are, the median error and range. */
gboolean ay_noise_finish (AyScoreContext *context, AyScoreResult *out, GError **error);

G_END_DECLS
