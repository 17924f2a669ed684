/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of clusters share; nobody else includes it. */

#include "core/work/clusters.h"
#include "core/work/work_private.h"

G_BEGIN_DECLS

#define AY_KIND_CLUSTERS "clusters" /* one item of that name: what ay_work_clusters() says */

/* Rows put into clusters. */
typedef struct
{
  guint32 *cluster; /* n: 0..k-1 by falling size, G_MAXUINT32: in none */
  guint k;
  gsize n_noise;
  JsonObject *certificate;
  AyPointSet *points;
} AyClustering;

/* What sets each apart. (transfer full) */
JsonArray *ay_clustering_describe (AyWork *work, const AyClustering *self, AyJob *job,
                                   GError **error);

G_END_DECLS
