/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/model/problem.h"

G_BEGIN_DECLS

/* Squared distances of a tile of query rows to all rows of a problem, on features standardised over
 * the problem's rows. Same bytes for any number of threads. */
typedef struct _AyKnnDistances AyKnnDistances;

typedef struct
{
  gboolean cosine;  /* rows scaled to length 1 first; a zero row is at right angles to all */
  gboolean wide;    /* products in double */
  gsize tile;       /* queries at a time, at most */
} AyKnnDistancesOptions;

/* Borrows rows (the searched), which are not copied. Errors: as ay_moments_of; NOMEM.
 * (transfer full) */
AyKnnDistances *ay_knn_distances_new (const AyProblem *rows, const AyKnnDistancesOptions *options,
                                      AyJob *job, GError **error);
void ay_knn_distances_free (AyKnnDistances *self);

/* Computes for `count` <= tile rows of the same feature matrix. CANCELLED. */
gboolean ay_knn_distances_load (AyKnnDistances *self, const guint32 *queries, gsize count,
                                AyJob *job, GError **error);
/* Of query t to all n rows: n floats >= 0. scratch: n floats, used when the products are wide. */
const float *ay_knn_distances_of (const AyKnnDistances *self, gsize t, float *scratch);
/* Sorts a list of ay_distance_order() anew by (distance, row) where its order is in doubt: the
 * products' distances cancel for near duplicates, so they are computed directly there, in double:
 * wide, everywhere; else from the beginning up to `depth` entries and the end of the run of doubt.
 * squared: room for count; distances in order, as exactly as known, of so many first entries as the
 * function returns. scratch: d floats. */
gsize ay_knn_distances_refine (const AyKnnDistances *self, gsize t, guint64 *list, gsize count,
                               gsize depth, double *squared, float *scratch);
gsize ay_knn_distances_n_features (const AyKnnDistances *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyKnnDistances, ay_knn_distances_free)

G_END_DECLS
