/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the strategies share; nobody else includes it. */

#include "core/base/rng.h"
#include "core/graph/kmeans.h"
#include "core/select/strategy.h"

G_BEGIN_DECLS

/* The count points of the pool of highest value (by place in the pool; divided by the cost where
 * there is one), ties by tie (nullable), then by position; a class's share where asked. */
void ay_pick_top (const AyPool *pool, const double *value, const double *tie, gsize count,
                  AyPick *picks);
/* 1 - (p_1 - p_2) of a point; its likeliest class. */
double ay_pool_margin (const AyPool *pool, guint32 position);
guint ay_pool_likeliest (const AyPool *pool, guint32 position);
/* Margin over the pool, n_pool. (transfer full) */
double *ay_pool_margins (const AyPool *pool);
/* |z|^2 + 1 of a point: with the intercept's 1. */
double ay_pool_square (const AyPool *pool, guint32 position);
/* k-means of points rows[0..n-1] (NULL: all), one start, by the pool's seed and round. */
AyKmeans *ay_pool_kmeans (const AyPool *pool, const guint32 *rows, gsize n, guint k, AyJob *job,
                          GError **error);
/* The clusters (0 .. *n_clusters - 1) of points by the nearest of k means of the landmarks. */
gboolean ay_pool_landmarks (const AyPool *pool, const guint32 *positions, gsize n, guint k,
                            guint32 *cluster, guint *n_clusters, AyJob *job, GError **error);
/* Of m candidates in their order, whose clusters are given: the first of each cluster, then the
 * others, count <= m places. */
void ay_take_by_cluster (const guint32 *cluster, gsize m, gsize count, gsize *places);
/* The generator of a round; stream numbers what is drawn from it. */
AyRng ay_pool_rng (const AyPool *pool, guint stream);
double ay_entropy (const double *p, guint n);

typedef gboolean AyPickFunc (const AyPool *pool, gsize count, AyPick *picks, AyJob *job,
                             GError **error);
AyPickFunc ay_pick_random, ay_pick_least_confidence, ay_pick_margin, ay_pick_entropy, ay_pick_egl,
    ay_pick_density, ay_pick_qbc, ay_pick_bald, ay_pick_k_center, ay_pick_facility, ay_pick_badge,
    ay_pick_typiclust, ay_pick_probcover, ay_pick_maxherding, ay_pick_cluster_margin, ay_pick_bait,
    ay_pick_expected_influence, ay_pick_two_phase, ay_pick_policy, ay_pick_mixture;

G_END_DECLS
