/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/model/problem.h"

G_BEGIN_DECLS

/* Weighted mean and population standard deviation of the features over a problem's rows. */
typedef struct
{
  gsize d;
  double sum_weight;
  double *mean; /* d */
  double *sd;   /* d; exactly 0 for a constant column */
} AyMoments;

/* One pass over the rows, in double. Rows of weight 0 do not count. Errors: RANGE (no row has
 * weight), NOMEM, CANCELLED. Same bytes for any number of threads. (transfer full) */
AyMoments *ay_moments_of (const AyProblem *problem, AyJob *job, GError **error);
void ay_moments_free (AyMoments *self);
/* Its halves, for sums that come from elsewhere too: the sum of w, then d of w (x - origin), then d
 * of w (x - origin)^2 over the rows (none: 0), 2 d + 1 doubles; and the moments of such sums. */
gboolean ay_moments_sums (const AyProblem *problem, const double *origin, double *out, AyJob *job,
                          GError **error);
AyMoments *ay_moments_from_sums (gsize d, const double *origin, const double *sums);

/* The two vectors of d floats by which a head standardises: centre = mean, inv_scale = scale / sd
 * (0 for a constant column), rounded to float; unit: scale / 1 instead of scale / sd.
 * FALSE and AY_ERROR_INPUT where a column's mean or spread does not fit a float. */
gboolean ay_moments_scaling (const AyMoments *self, gboolean unit, double scale, float *centre,
                             float *inv_scale, GError **error);

/* out (count rows of d, row-major) = (x - centre) * inv_scale of rows rows[0..count-1]. This stored
 * float is what every method calls a row's standardised features z. 32-bit features are
 * subtracted in float, which rounds once; wider ones in double. */
typedef struct
{
  const float *centre;    /* d */
  const float *inv_scale; /* d */
  gsize stride;           /* floats from one row of the output to the next, >= d */
} AyScaling;

void ay_standardise_rows (const AyMatrix *features, const guint32 *rows, gsize count,
                          const AyScaling *scaling, float *out);
/* The same with stride d. */
void ay_standardise_block (const AyMatrix *features, const guint32 *rows, gsize count,
                           const float *centre, const float *inv_scale, float *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyMoments, ay_moments_free)

G_END_DECLS
