/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/dataset.h"
#include "core/graph/point_set.h"

G_BEGIN_DECLS

/* A feature column by which a cluster differs from all other rows. */
typedef struct
{
  guint column;
  double difference; /* mean inside less mean outside, over sqrt ((variance in + out) / 2) */
} AyClusterColumn;

/* For each of k clusters the `most` columns of largest |difference|, ties by number; constant ones
 * are left out. cluster: n, 0..k-1, others are outside. One pass over the features, in double;
 * memory 16 k d bytes. Errors: NOMEM, CANCELLED. (transfer full) (element-type GArray) */
GPtrArray *ay_cluster_columns (const AyDataset *data, const guint32 *cluster, guint k, guint most,
                               AyJob *job, GError **error);

/* For each of k clusters the `most` positions nearest to the mean of its points, ties by position;
 * k x most, G_MAXUINT32 where a cluster has fewer. The same bytes for any number of threads and of
 * the points' ranks. Errors: NOMEM, CANCELLED. (transfer full) */
guint32 *ay_cluster_medoids (const AyPointSet *points, const guint32 *cluster, guint k, guint most,
                             AyJob *job, GError **error);

G_END_DECLS
