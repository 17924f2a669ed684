/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/base/matrix.h"

G_BEGIN_DECLS

typedef enum
{
  AY_DISTANCE_EUCLIDEAN, /* |x - y| */
  AY_DISTANCE_COSINE,    /* 1 - x.y / (|x| |y|); a zero row has no neighbours */
} AyDistance;

const char *ay_distance_name (AyDistance distance); /* "euclidean", "cosine" */
gboolean ay_distance_parse (const char *name, AyDistance *distance);

/* The points of a neighbour search: n rows of a feature matrix, scaled on the way. */
typedef struct
{
  const AyMatrix *features;
  const guint32 *rows;    /* (nullable) n row numbers; NULL: rows 0..n-1 */
  gsize n;
  const float *centre;    /* (nullable) d: x becomes (x - centre) * inv_scale */
  const float *inv_scale; /* d, given with centre */
  AyDistance distance;
  AyRanks *ranks;         /* (nullable) who share the work over these rows; all have them all */
} AyPoints;

/* Points made ready for blocked products. Both distances become the squared Euclidean one of the
 * point's coordinates: of the scaled row z, or of z / |z| (then |u - v|^2 = 2 (1 - cosine)).
 * Blocks are loaded as floats with the mean of all points taken off, which changes no distance and
 * leaves the products the most digits; exact distances come from the rows themselves in double.
 * Immutable once returned; the points' arrays are borrowed. */
typedef struct
{
  AyPoints points;
  gsize n, d;
  double *norm;   /* n: |z| for cosine; NULL else */
  double *shift;  /* d: mean of the coordinates */
  float *square;  /* n: squared length of the loaded row; NaN for a zero row under cosine */
  double largest; /* of the squares */
  gsize n_zero;   /* zero rows under cosine */
  gboolean plain; /* floats as they are, not scaled: distances are summed from them at once */
} AyPointSet;

/* like (nullable): take its shift, so that blocks of both may be multiplied. The same bytes for any
 * number of threads and of the points' ranks, which all call it. Errors: RANGE (no
 * point; numbers of columns differ), INPUT (row and column that is not finite), NOMEM,
 * CANCELLED. */
AyPointSet *ay_point_set_new (const AyPoints *points, const AyPointSet *like, AyJob *job,
                              GError **error);
void ay_point_set_free (AyPointSet *self);

static inline guint32
ay_point_row (const AyPointSet *self, gsize position)
{
  return self->points.rows != NULL ? self->points.rows[position] : (guint32) position;
}

static inline gboolean
ay_point_is_zero (const AyPointSet *self, gsize position)
{
  return self->norm != NULL && !(self->norm[position] > 0.0);
}

/* Floats of points positions[0..count-1] (NULL: first .. first+count-1) into out, count x d. */
void ay_point_set_load (const AyPointSet *self, const guint32 *positions, gsize first, gsize count,
                        float *out);
/* One point's coordinates in double, without the shift. */
void ay_point_set_get (const AyPointSet *self, gsize position, double *out);
/* Squared distance of coordinates (d, of ay_point_set_get()) from a point, summed directly. */
double ay_point_set_square_from (const AyPointSet *self, const double *coordinates, gsize position,
                                 double *scratch);
/* What a squared distance by blocked products may be off by, for points of these squared lengths:
 * rounding that grows with the square root of d, four times over. */
double ay_point_set_slack (const AyPointSet *self, double square_a, double square_b);
/* The distance that a person is told, of a squared one: its root, or half of it for cosine. */
double ay_distance_of_square (AyDistance distance, double square);
double ay_distance_to_square (AyDistance distance, double value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyPointSet, ay_point_set_free)

G_END_DECLS
