/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/project/centred.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/words.h"

#include <math.h>

#define SAMPLE_ROWS 1024
#define PART_ROWS 256 /* of a full measurement, at least */
#define MAX_PARTS 16

void
ay_centred_free (AyCentred *self)
{
  if (self == NULL)
    return;
  g_free (self->centre);
  g_free (self->centre_f32);
  g_free (self->scale);
  g_free (self);
}

#define DEFINE_GET(NAME, TYPE, CENTRE)                                                            \
  void NAME (const AyCentred *self, gsize first, gsize count, gsize col, gsize width, TYPE *out,  \
             gsize pitch)                                                                         \
  {                                                                                               \
    g_autofree double *row_f64 = NULL;                                                            \
    g_autofree TYPE *scale = g_new (TYPE, width);                                                 \
                                                                                                  \
    for (gsize j = 0; j < width; j++)                                                             \
      scale[j] = (TYPE) self->scale[col + j];                                                     \
    for (gsize i = 0; i < count; i++, out += pitch)                                               \
      {                                                                                           \
        gsize row = ay_centred_row (self, first + i);                                             \
        const float *plain                                                                        \
            = self->floats ? ay_matrix_peek_f32 (self->features, row, 1) : NULL;                  \
                                                                                                  \
        if (plain != NULL)                                                                        \
          for (gsize j = 0; j < width; j++)                                                       \
            out[j] = ((TYPE) plain[col + j] - (TYPE) self->CENTRE[col + j]) * scale[j];           \
        else                                                                                      \
          {                                                                                       \
            if (row_f64 == NULL)                                                                  \
              row_f64 = g_new (double, self->d);                                                  \
            ay_matrix_get_f64 (self->features, row, 1, row_f64);                                  \
            for (gsize j = 0; j < width; j++)                                                     \
              out[j] = (TYPE) ((row_f64[col + j] - self->centre[col + j]) * self->scale[col + j]); \
          }                                                                                       \
      }                                                                                           \
  }

DEFINE_GET (ay_centred_get_f32, float, centre_f32)
DEFINE_GET (ay_centred_get_f64, double, centre)

/* 2^-e for a standard deviation of about 2^e. */
static double
tame (double variance)
{
  if (!(variance > 0.0) || !isfinite (variance))
    return 1.0;
  return ldexp (1.0, CLAMP (-ilogb (sqrt (variance)), -120, 120));
}

/* Centre and scale from column means and variances. */
static void
set_from (AyCentred *self, const double *mean, const double *variance, gboolean by_column)
{
  double total = 0.0;

  for (gsize j = 0; j < self->d; j++)
    {
      double centre = isfinite (mean[j]) ? mean[j] : 0.0;

      self->centre_f32[j] = (float) centre;
      self->centre[j] = self->floats ? self->centre_f32[j] : centre;
      if (isfinite (variance[j]))
        total += variance[j];
    }
  for (gsize j = 0; j < self->d; j++)
    self->scale[j] = tame (by_column ? variance[j] : total / (double) self->d);
}

static void
take_sample (AyCentred *self, gboolean by_column)
{
  gsize count = MIN (self->n, SAMPLE_ROWS), d = self->d;
  g_autofree double *mean = g_new0 (double, d), *variance = g_new0 (double, d);
  g_autofree double *row = g_new (double, d);

  for (int pass = 0; pass < 2; pass++)
    for (gsize i = 0; i < count; i++)
      {
        gsize position = (gsize) ((guint64) i * self->n / count);

        ay_matrix_get_f64 (self->features, ay_centred_row (self, position), 1, row);
        for (gsize j = 0; j < d; j++)
          if (pass == 0)
            mean[j] += row[j] / (double) count;
          else
            variance[j] += (row[j] - mean[j]) * (row[j] - mean[j]) / (double) count;
      }
  set_from (self, mean, variance, by_column);
}

AyCentred *
ay_centred_new (const AyMatrix *features, const guint32 *rows, gsize n, gboolean by_column,
                GError **error)
{
  g_autoptr (AyCentred) self = g_new0 (AyCentred, 1);

  self->features = features;
  self->rows = rows;
  self->n = n;
  self->d = ay_matrix_cols (features);
  self->floats = ay_matrix_dtype (features) == AY_DTYPE_F32;
  self->centre = ay_try_alloc (self->d, sizeof (double), "the centre", error);
  if (self->centre == NULL)
    return NULL;
  self->centre_f32 = ay_try_alloc (self->d, sizeof (float), "the centre", error);
  if (self->centre_f32 == NULL)
    return NULL;
  self->scale = ay_try_alloc (self->d, sizeof (double), "the scales", error);
  if (self->scale == NULL)
    return NULL;
  take_sample (self, by_column);
  return g_steal_pointer (&self);
}

/* ---- from all rows ---- */

typedef struct
{
  const AyCentred *centred;
  const AyJob *job;
  const double *mean; /* NULL: sums of x; else sums of (x - mean)^2 */
  AyParts parts;
  double *sums;       /* own parts x d */
} Measure;

static void
measure_part (gsize part, guint worker, gpointer data)
{
  Measure *self = data;
  const AyCentred *centred = self->centred;
  gsize first = part * self->parts.rows, end = MIN (first + self->parts.rows, centred->n);
  g_autofree double *row = g_new (double, centred->d);
  double *sums = self->sums + (part - self->parts.first) * centred->d;

  for (gsize i = first; i < end && (i % 64 != 0 || !ay_job_is_cancelled (self->job)); i++)
    {
      ay_matrix_get_f64 (centred->features, ay_centred_row (centred, i), 1, row);
      if (self->mean == NULL)
        for (gsize j = 0; j < centred->d; j++)
          sums[j] += row[j];
      else
        for (gsize j = 0; j < centred->d; j++)
          sums[j] += (row[j] - self->mean[j]) * (row[j] - self->mean[j]);
    }
}

static gboolean
report_not_finite (const AyCentred *self, GError **error)
{
  for (gsize i = 0; i < self->n; i++)
    for (gsize j = 0; j < self->d; j++)
      {
        double value = ay_matrix_value (self->features, ay_centred_row (self, i), j);

        if (isfinite (value))
          continue;
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                     N_ ("features: row %zu, column %zu: %s"),
                     ay_centred_row (self, i), j, isnan (value) ? "nan" : "inf");
        return FALSE;
      }
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("features: the values are too large for a variance (above 1e150)"));
  return FALSE;
}

gboolean
ay_centred_measure (AyCentred *self, gboolean by_column, AyJob *job, GError **error)
{
  gsize d = self->d;
  g_autofree double *sums = NULL, *mean = g_new0 (double, d), *variance = g_new0 (double, d);
  Measure measure = { self, job, NULL, ay_parts (self->ranks, self->n, PART_ROWS, MAX_PARTS),
                      NULL };

  measure.parts.what = "means and variances";
  for (int pass = 0; pass < 2; pass++)
    {
      double *into = pass == 0 ? mean : variance;

      g_clear_pointer (&sums, g_free);
      measure.sums = sums
          = ay_try_alloc (ay_parts_own (&measure.parts) * d, sizeof (double), "the sums", error);
      if (sums == NULL || !ay_parts_for (&measure.parts, measure_part, &measure, job, error)
          || !ay_parts_sum (&measure.parts, sums, d, job, error))
        return FALSE;
      for (gsize j = 0; j < d; j++)
        {
          into[j] = sums[j] / (double) self->n;
          if (!isfinite (into[j]) || fabs (into[j]) > 1e300)
            return report_not_finite (self, error);
        }
      measure.mean = mean;
    }
  set_from (self, mean, variance, by_column);
  return TRUE;
}
