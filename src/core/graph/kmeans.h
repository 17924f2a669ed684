/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/point_set.h"

G_BEGIN_DECLS

#define AY_CLUSTER_NONE G_MAXUINT32

/* k-means: points put into k clusters so that the sum of squared distances to the clusters' means
 * is small. Under cosine the coordinates are of unit length, and the means are not. Immutable once
 * returned. */
typedef struct
{
  gatomicrefcount ref;
  gsize n, d;
  guint k;           /* min (asked, points that differ) */
  guint32 *cluster;  /* n: 0..k-1, or AY_CLUSTER_NONE: a zero row under cosine */
  double *centre;    /* k x d, of the points' coordinates (scaled, and of unit length for cosine) */
  gsize *size;       /* k, none 0 */
  double objective;  /* sum of squared distances, summed in double from the rows themselves */
  guint rounds;      /* of the start that was kept */
  gboolean converged; /* no point changed its cluster any more, or the means hardly moved */
} AyKmeans;

typedef struct
{
  guint k;
  guint starts;      /* the best of so many */
  guint max_rounds;
  double tolerance;  /* the means' squared movement, as a share of the points' mean variance */
  guint64 seed;
} AyKmeansOptions;
#define AY_KMEANS_OPTIONS_INIT { 8, 8, 300, 1e-6, 0 }

/* (transfer full) Same bytes for any number of threads and of the points' ranks. Errors: RANGE (k
 * 0, no point), INPUT (a row that is not finite), NOMEM, CANCELLED. */
AyKmeans *ay_kmeans_new (const AyPoints *points, const AyKmeansOptions *options, AyJob *job,
                         GError **error);
AyKmeans *ay_kmeans_ref (AyKmeans *self);
void ay_kmeans_unref (AyKmeans *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyKmeans, ay_kmeans_unref)

G_END_DECLS
