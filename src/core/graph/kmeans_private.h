/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of k-means share; nobody else includes it. */

#include "core/base/rng.h"
#include "core/graph/kmeans.h"

G_BEGIN_DECLS

#define AY_KMEANS_ROWS 256 /* points a block */

/* First means by k-means++ into centre (k x d floats, as loaded); returns how many differ: fewer
 * than k only where there are no more different points. 0 on error. */
guint ay_kmeans_seed (const AyPointSet *set, guint k, AyRng *rng, float *centre, AyJob *job,
                      GError **error);

G_END_DECLS
