/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/point_set.h"
#include "core/work/work.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Clusters of a workspace's rows, of all parts: the column `cluster` (0..k-1 by falling size, -1:
 * in none), and what each is and is called. */
typedef struct
{
  guint k;             /* kmeans; 0: the number of classes where there are 2 to 100, else 10 */
  guint starts;        /* kmeans */
  guint min_size;      /* density; 0: half the square root of the rows, at least 5 */
  guint min_samples;   /* density; 0: min (min_size, 10) */
  AyDistance distance;
  int standardise;     /* 1, 0; -1: yes where the features are columns of a table, no for vectors
                          and pixels */
  gsize approximate_above; /* density: rows above which neighbours are found approximately;
                              0: never */
  guint64 seed;
} AyClusterOptions;
#define AY_CLUSTER_OPTIONS_INIT { 0, 8, 0, 0, AY_DISTANCE_EUCLIDEAN, -1, 0, 0 }

/* method: "kmeans" or "density". Finds, describes and stores them; names of other clusters, found
 * before, go. Errors: RANGE (no such method; k or min_size that cannot be), and those of
 * ay_kmeans_new() and ay_neighbours_find(). */
gboolean ay_work_cluster (AyWork *self, const char *method, const AyClusterOptions *options,
                          AyJob *job, GError **error);

/* What is stored: method, parameters, n_noise, and of each of "clusters" number, name (or null),
 * size, classes (the most frequent: name, n), words (word, z, n), columns (name, difference), and
 * medoids (ids of the rows nearest to its mean); also the means of the value scores there are now,
 * under scores. AY_ERROR_RANGE when none were found yet. (transfer full) */
JsonObject *ay_work_clusters (AyWork *self, GError **error);

/* The names of the clusters, "" of those without; NULL-terminated, without reading any score.
 * AY_ERROR_RANGE when none were found yet. (transfer full) */
char **ay_work_cluster_names (AyWork *self, GError **error);
/* Gives a cluster a name ("": takes it away), which lasts until others are found; a step of the
 * journal, unless it has that name. AY_ERROR_RANGE: no such cluster. */
gboolean ay_work_name_cluster (AyWork *self, guint number, const char *name, GError **error);

G_END_DECLS
