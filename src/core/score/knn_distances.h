/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/model/problem.h"

G_BEGIN_DECLS

/* Squared distances of a tile of query rows to all rows of a problem, on features standardised over
 * the problem's rows; of several ranks each has those to its own rows, parts of AY_KNN_BLOCK. Same
 * bytes for any number of threads and ranks. */
typedef struct _AyKnnDistances AyKnnDistances;

#define AY_KNN_BLOCK 256

typedef struct
{
  gboolean cosine;  /* rows scaled to length 1 first; a zero row is at right angles to all */
  gboolean wide;    /* products in double */
  gsize tile;       /* queries at a time, at most */
} AyKnnDistancesOptions;

/* Borrows rows (the searched), which are not copied. Errors: as ay_moments_of; NOMEM; of several
 * ranks also where one is gone. (transfer full) */
AyKnnDistances *ay_knn_distances_new (const AyProblem *rows, const AyKnnDistancesOptions *options,
                                      AyJob *job, GError **error);
void ay_knn_distances_free (AyKnnDistances *self);

/* Computes for `count` <= tile rows of the same feature matrix, of which each rank reads some and
 * tells the others. CANCELLED. */
gboolean ay_knn_distances_load (AyKnnDistances *self, const guint32 *queries, gsize count,
                                AyJob *job, GError **error);
/* How many rows are this rank's own, and the position of the first. */
gsize ay_knn_distances_own (const AyKnnDistances *self, gsize *first);
/* Of query t to the own rows: floats >= 0. scratch: as many, used when the products are wide. */
const float *ay_knn_distances_of (const AyKnnDistances *self, gsize t, float *scratch);

/* Of a row of a query's list: its |z|^2, and its squared distance by differences in double. */
typedef struct
{
  double length, direct;
} AyKnnExact;

/* The nearest rows of a query as ay_distance_order() gives them, by position in the problem. */
typedef struct
{
  guint64 *entry;          /* count */
  gsize count;
  const AyKnnExact *known; /* (nullable) of the first, where rows are not this rank's own */
  double *squared;         /* count: room */
} AyKnnList;

/* Sorts a list anew by (distance, row) where its order is in doubt: the products' distances cancel
 * for near duplicates, so they are computed directly there, in double: wide, everywhere; else from
 * the beginning up to `depth` entries and the end of the run of doubt. list->squared: distances in
 * order, as exactly as known, of so many first entries as the function returns (at most
 * ay_knn_refined() where the products are not wide). scratch: d floats. */
gsize ay_knn_distances_refine (const AyKnnDistances *self, gsize t, const AyKnnList *list,
                               gsize depth, float *scratch);
static inline gsize
ay_knn_refined (gsize count, gsize depth)
{
  return MIN (count, 4 * depth);
}
/* What refining needs of `count` own rows of query t. exact: count; scratch: d floats. */
void ay_knn_distances_exact (const AyKnnDistances *self, gsize t, const guint64 *entry, gsize count,
                             AyKnnExact *exact, float *scratch);
gsize ay_knn_distances_n_features (const AyKnnDistances *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyKnnDistances, ay_knn_distances_free)

G_END_DECLS
