/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of clusters share; nobody else includes it. */

#include "core/work/clusters.h"
#include "core/work/work_private.h"

G_BEGIN_DECLS

#define AY_KIND_CLUSTERS "clusters" /* one item of that name: what ay_work_clusters() says */
#define AY_CLUSTERS_FINGERPRINT "fingerprint"  /* a member of it; not told */

/* Rows put into clusters. */
typedef struct
{
  guint32 *cluster; /* n: 0..k-1 by falling size, G_MAXUINT32: in none */
  guint k;
  gsize n_noise;
  JsonObject *certificate;
  AyPointSet *points;
} AyClustering;

/* The two halves of ay_work_cluster(). */
gboolean ay_clustering_find (AyClustering *self, AyWork *work, const char *method,
                             const AyClusterOptions *options, AyJob *job, GError **error);
gboolean ay_clustering_keep (const AyClustering *self, AyWork *work, GError **error);
void ay_clustering_clear (AyClustering *self);

/* What sets each apart. (transfer full) */
JsonArray *ay_clustering_describe (AyWork *work, const AyClustering *self, AyJob *job,
                                   GError **error);

/* What is stored, with the names that clusters had before names were kept apart. AY_ERROR_RANGE:
 * none were found yet. (transfer full) */
JsonObject *ay_clusters_read (AyWork *self, GError **error);
/* Into what was read, the names that these clusters were given. */
void ay_clusters_add_names (AyWork *self, JsonObject *clusters);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyClustering, ay_clustering_clear)

G_END_DECLS
