/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/rng.h"
#include "core/graph/neighbours.h"

#include <math.h>

/* Points made for the tests of the graph, and distances in the plainest way. */

/* n x d normal numbers times spread about offset; every seventh row is a near copy of the row
 * before it (noise `copy`). (transfer full) */
static inline float *
points_normal (gsize n, gsize d, guint64 seed, double offset, double copy)
{
  float *x = g_new (float, n * d);
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < d; k++)
      x[i * d + k] = i % 7 == 6
                         ? (float) (x[(i - 1) * d + k] + copy * ay_rng_normal (&rng))
                         : (float) (offset + ay_rng_normal (&rng));
  return x;
}

static inline AyMatrix *
points_matrix (gsize n, gsize d, const float *x)
{
  return ay_matrix_take_f32 (n, d, g_memdup2 (x, n * d * sizeof *x));
}

/* Scaled coordinates of a point in double; for cosine of unit length. FALSE for a zero row. */
static inline gboolean
points_coordinates (const AyPoints *points, gsize position, double *out)
{
  gsize d = ay_matrix_cols (points->features);
  gsize row = points->rows != NULL ? points->rows[position] : position;
  double square = 0.0;

  for (gsize k = 0; k < d; k++)
    {
      out[k] = ay_matrix_value (points->features, row, k);
      if (points->centre != NULL)
        out[k] = (out[k] - points->centre[k]) * points->inv_scale[k];
      square += out[k] * out[k];
    }
  if (points->distance == AY_DISTANCE_EUCLIDEAN)
    return TRUE;
  for (gsize k = 0; k < d && square > 0.0; k++)
    out[k] /= sqrt (square);
  return square > 0.0;
}

/* All points' coordinates, NaN in a zero row. (transfer full) */
static inline double *
points_all (const AyPoints *points)
{
  gsize d = ay_matrix_cols (points->features);
  double *out = g_new (double, points->n * d);

  for (gsize i = 0; i < points->n; i++)
    if (!points_coordinates (points, i, out + i * d))
      out[i * d] = NAN;
  return out;
}

/* The distance of two points' coordinates, or NaN. */
static inline double
points_distance (AyDistance distance, gsize d, const double *x, const double *y)
{
  double square = 0.0;

  for (gsize k = 0; k < d; k++)
    square += (x[k] - y[k]) * (x[k] - y[k]);
  return distance == AY_DISTANCE_COSINE ? square / 2.0 : sqrt (square);
}
