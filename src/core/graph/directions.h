/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/point_set.h"

G_BEGIN_DECLS

/* A few orthonormal directions along which points spread most, and the points' coordinates along
 * them: no two points are nearer to one another than these coordinates are. */
typedef struct
{
  gsize first, n;    /* the points that this rank has coordinates of: all, where it is alone */
  guint m;           /* directions, min (asked, d) */
  float *axes;       /* m x d; a row of zeros where the points do not fill m directions */
  float *coordinate; /* m x n: of the loaded rows (shift taken off); 0 for a zero row */
  double error;      /* a distance along the directions may be too large by this, from rounding */
} AyDirections;

/* Found on a seeded sample, by each of the points' ranks the same: any directions are valid, these
 * prune best. Errors: NOMEM, CANCELLED. */
AyDirections *ay_directions_new (const AyPointSet *points, guint m, guint64 seed, AyJob *job,
                                 GError **error);
void ay_directions_free (AyDirections *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyDirections, ay_directions_free)

G_END_DECLS
