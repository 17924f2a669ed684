/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments and standardised blocks.
 *
 * Moments: with t = x - x0, x0 the row of the largest weight, one pass sums w t and w t^2 in
 * double; mean = x0 + E t, variance = E t^2 - (E t)^2. As x0 is itself in the sample, (E t)^2 is at
 * most sum(w) / max(w) <= n variances, so that no more than a factor n of the 2^53 is lost, and a
 * constant column gives exactly 0. Parts of rows are summed apart and added along their tree.
 *
 * Blocks: data is never copied whole; a worker reads and standardises a block of rows into its own
 * buffer each time it is needed: 2 flop a number, hidden behind reading it. */
#include "core/model/standardise.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/words.h"

#include <math.h>
#include <string.h>

#define PART_VALUES (1 << 18) /* numbers a part of the moments: a ms of work */
#define STRIP_VALUES (1 << 13) /* numbers converted at a time: they stay in the first-level cache */
#define MAX_PARTS 256

typedef struct
{
  const AyProblem *problem;
  gsize d;
  AyParts parts;
  const double *origin; /* d */
  double *sums;         /* per own part: w, then d of w t, then d of w t^2 */
} MomentSums;

/* The same text for each width of vector; what a row adds does not depend on it. */
#define FOR_ROWS(TYPE)                                                                            \
  for (gsize i = 0; i < count; i++)                                                               \
    {                                                                                             \
      const TYPE *x = rows + i * d;                                                               \
      double w = weight != NULL ? weight[i] : 1.0;                                                \
                                                                                                  \
      if (!(w > 0.0))                                                                             \
        continue;                                                                                 \
      sums[0] += w;                                                                               \
      for (gsize j = 0; j < d; j++)                                                               \
        {                                                                                         \
          double t = x[j] - origin[j], wt = w * t;                                                \
                                                                                                  \
          first[j] += wt;                                                                         \
          second[j] += wt * t;                                                                    \
        }                                                                                         \
    }

#define DEFINE_ADD_ROWS(NAME, TYPE, ATTRIBUTE)                                                    \
  ATTRIBUTE static void NAME (const TYPE *rows, gsize count, gsize d, const double *origin,       \
                              const double *weight, double *restrict sums)                        \
  {                                                                                               \
    double *restrict first = sums + 1, *restrict second = sums + 1 + d;                           \
                                                                                                  \
    FOR_ROWS (TYPE)                                                                               \
  }

DEFINE_ADD_ROWS (add_rows_f32, float, )
DEFINE_ADD_ROWS (add_rows_f64, double, )
#if defined __x86_64__
DEFINE_ADD_ROWS (add_rows_f32_avx2, float, __attribute__ ((target ("avx2"))))
DEFINE_ADD_ROWS (add_rows_f64_avx2, double, __attribute__ ((target ("avx2"))))
#else
#define add_rows_f32_avx2 add_rows_f32
#define add_rows_f64_avx2 add_rows_f64
#endif

static gboolean
has_avx2 (void)
{
#if defined __x86_64__
  return __builtin_cpu_supports ("avx2");
#else
  return FALSE;
#endif
}

static void
sum_part (gsize part, guint worker, gpointer data)
{
  MomentSums *job = data;
  const AyProblem *problem = job->problem;
  gsize first = part * job->parts.rows, last = MIN (problem->n, first + job->parts.rows);
  gsize strip = MAX (1, STRIP_VALUES / MAX (job->d, 1));
  g_autofree double *block = g_new (double, strip * job->d + 1);
  double *sums = job->sums + (part - job->parts.first) * (2 * job->d + 1);
  gboolean wide = has_avx2 ();

  for (gsize at = first; at < last; at += strip)
    {
      gsize count = MIN (strip, last - at);
      const guint32 *rows = problem->rows + at;
      const double *weight = problem->weight != NULL ? problem->weight + at : NULL;
      const float *plain = rows[count - 1] - rows[0] == count - 1
                               ? ay_matrix_peek_f32 (problem->features, rows[0], count)
                               : NULL;

      if (plain == NULL)
        ay_matrix_gather_f64 (problem->features, rows, count, block);
      if (plain != NULL)
        (wide ? add_rows_f32_avx2 : add_rows_f32) (plain, count, job->d, job->origin, weight, sums);
      else
        (wide ? add_rows_f64_avx2 : add_rows_f64) (block, count, job->d, job->origin, weight, sums);
    }
}

/* The position of the largest weight; n when all are zero. */
static gsize
heaviest (const AyProblem *problem)
{
  gsize best = problem->n;
  double most = 0.0;

  if (problem->weight == NULL)
    return 0;
  for (gsize i = 0; i < problem->n; i++)
    if (problem->weight[i] > most)
      {
        most = problem->weight[i];
        best = i;
      }
  return best;
}

AyMoments *
ay_moments_from_sums (gsize d, const double *origin, const double *sums)
{
  AyMoments *self = g_new0 (AyMoments, 1);

  self->d = d;
  self->sum_weight = sums[0];
  self->mean = g_new (double, MAX (d, 1));
  self->sd = g_new (double, MAX (d, 1));
  for (gsize j = 0; j < d; j++)
    {
      double mean = sums[1 + j] / self->sum_weight;
      double square = sums[1 + d + j] / self->sum_weight;

      self->mean[j] = origin[j] + mean;
      self->sd[j] = sqrt (MAX (square - mean * mean, 0.0));
    }
  return self;
}

gboolean
ay_moments_sums (const AyProblem *problem, const double *origin, double *out, AyJob *job,
                 GError **error)
{
  gsize d = ay_matrix_cols (problem->features), stride = 2 * d + 1;
  AyParts parts = ay_parts (problem->ranks, problem->n, PART_VALUES / MAX (d, 1), MAX_PARTS);
  g_autofree double *sums = NULL;
  MomentSums work = { problem, d, parts, origin, NULL };

  parts.what = "feature means";
  work.sums = sums = ay_try_alloc (ay_parts_own (&parts) * stride, sizeof (double),
                                   "the feature means", error);
  if (sums == NULL || !ay_parts_for (&parts, sum_part, &work, job, error)
      || !ay_parts_sum (&parts, sums, stride, job, error))
    return FALSE;
  memcpy (out, sums, stride * sizeof (double));
  return TRUE;
}

AyMoments *
ay_moments_of (const AyProblem *problem, AyJob *job, GError **error)
{
  gsize d = ay_matrix_cols (problem->features), origin_at = heaviest (problem);
  g_autofree double *origin = NULL, *sums = NULL;

  if (origin_at >= problem->n)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no row has a weight above 0 (%zu rows)"),
                   problem->n);
      return NULL;
    }
  origin = ay_try_alloc (MAX (d, 1), sizeof (double), "the feature means", error);
  sums = origin != NULL ? ay_try_alloc (2 * d + 1, sizeof (double), "the feature means", error)
                        : NULL;
  if (sums == NULL)
    return NULL;
  ay_matrix_get_f64 (problem->features, problem->rows[origin_at], 1, origin);
  return ay_moments_sums (problem, origin, sums, job, error)
             ? ay_moments_from_sums (d, origin, sums)
             : NULL;
}

void
ay_moments_free (AyMoments *self)
{
  if (self == NULL)
    return;
  g_free (self->mean);
  g_free (self->sd);
  g_free (self);
}

gboolean
ay_moments_scaling (const AyMoments *self, gboolean unit, double scale, float *centre,
                    float *inv_scale, GError **error)
{
  for (gsize j = 0; j < self->d; j++)
    {
      centre[j] = (float) self->mean[j];
      inv_scale[j] = self->sd[j] > 0.0 ? (float) (unit ? scale : scale / self->sd[j]) : 0.0f;
      if (isfinite (centre[j]) && isfinite (inv_scale[j]) && self->sd[j] <= 1e30)
        continue;
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("feature column %zu: mean %g and spread %g do not fit 32-bit numbers"), j,
                   self->mean[j], self->sd[j]);
      return FALSE;
    }
  return TRUE;
}

#define DEFINE_SCALE_F32(NAME, ATTRIBUTE)                                                         \
  ATTRIBUTE static void NAME (const float *in, gsize count, gsize d, const AyScaling *scaling,    \
                              float *out)                                                         \
  {                                                                                               \
    const float *centre = scaling->centre, *inv_scale = scaling->inv_scale;                       \
                                                                                                  \
    for (gsize i = 0; i < count; i++)                                                             \
      {                                                                                           \
        const float *x = in + i * d;                                                              \
        float *restrict z = out + i * scaling->stride;                                            \
                                                                                                  \
        for (gsize j = 0; j < d; j++)                                                             \
          z[j] = (x[j] - centre[j]) * inv_scale[j];                                               \
      }                                                                                           \
  }

DEFINE_SCALE_F32 (scale_f32_plain, )
#if defined __x86_64__
DEFINE_SCALE_F32 (scale_f32_avx2, __attribute__ ((target ("avx2"))))
DEFINE_SCALE_F32 (scale_f32_avx512, __attribute__ ((target ("avx512f,prefer-vector-width=512"))))
#endif

static void
scale_f32 (const float *in, gsize count, gsize d, const AyScaling *scaling, float *out)
{
#if defined __x86_64__
  if (__builtin_cpu_supports ("avx512f"))
    scale_f32_avx512 (in, count, d, scaling, out);
  else if (__builtin_cpu_supports ("avx2"))
    scale_f32_avx2 (in, count, d, scaling, out);
  else
#endif
    scale_f32_plain (in, count, d, scaling, out);
}

static void
scale_f64 (const double *in, gsize count, gsize d, const AyScaling *scaling, float *out)
{
  const float *centre = scaling->centre, *inv_scale = scaling->inv_scale;

  for (gsize i = 0; i < count; i++)
    for (gsize j = 0; j < d; j++)
      out[i * scaling->stride + j] = (float) ((in[i * d + j] - centre[j]) * inv_scale[j]);
}

/* Whether every value of this type is a float. */
static gboolean
fits_f32 (AyDtype dtype)
{
  switch (dtype)
    {
    case AY_DTYPE_F64: case AY_DTYPE_I32: case AY_DTYPE_I64: case AY_DTYPE_U32: case AY_DTYPE_U64:
      return FALSE;
    default:
      return TRUE;
    }
}

/* Rows that are no plain floats, by strips that stay in cache. */
static void
scale_converted (const AyMatrix *features, const guint32 *rows, gsize count,
                 const AyScaling *scaling, float *out)
{
  gsize d = ay_matrix_cols (features), strip = MIN (MAX (1, STRIP_VALUES / MAX (d, 1)), count);
  gboolean narrow = fits_f32 (ay_matrix_dtype (features));
  g_autofree double *block = g_new (double, strip * d + 1);

  for (gsize at = 0; at < count; at += strip)
    {
      gsize take = MIN (strip, count - at);
      float *to = out + at * scaling->stride;

      if (narrow)
        {
          ay_matrix_gather_f32 (features, rows + at, take, (float *) block);
          scale_f32 ((float *) block, take, d, scaling, to);
        }
      else
        {
          ay_matrix_gather_f64 (features, rows + at, take, block);
          scale_f64 (block, take, d, scaling, to);
        }
    }
}

void
ay_standardise_rows (const AyMatrix *features, const guint32 *rows, gsize count,
                     const AyScaling *scaling, float *out)
{
  gsize d = ay_matrix_cols (features), i = 0;

  while (i < count)
    {
      gsize run = 1;
      const float *plain;

      while (i + run < count && rows[i + run] == rows[i] + run)
        run++;
      plain = ay_matrix_peek_f32 (features, rows[i], run);
      if (plain != NULL)
        scale_f32 (plain, run, d, scaling, out + i * scaling->stride);
      else
        scale_converted (features, rows + i, run, scaling, out + i * scaling->stride);
      i += run;
    }
}

void
ay_standardise_block (const AyMatrix *features, const guint32 *rows, gsize count,
                      const float *centre, const float *inv_scale, float *out)
{
  AyScaling scaling = { centre, inv_scale, ay_matrix_cols (features) };

  ay_standardise_rows (features, rows, count, &scaling, out);
}
