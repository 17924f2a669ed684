/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/head.h"

G_BEGIN_DECLS

/* What the nearest training rows say about other rows: the reference a head is held against. */
typedef struct
{
  guint k;            /* neighbours asked */
  gsize max_queries;  /* judged rows at most; a seeded sample where there are more */
  gsize max_rows;     /* training rows searched at most; likewise */
  guint64 seed;
} AyNearestOptions;
#define AY_NEAREST_OPTIONS_INIT { 15, 2000, 50000, 0 }

typedef struct
{
  double accuracy; /* weighted share of votes that are right; numeric targets: R2 of the mean of
                      the neighbours' targets; NaN when there is nothing to judge */
  gsize n_queries, n_rows; /* judged, searched */
  guint k;                 /* neighbours asked: fewer where train is smaller */
} AyNearest;

/* Euclidean distance on the features as scaling standardises them; the vote is the most frequent
 * class, ties to the class of the nearer neighbour. Neighbours in order of (distance, row). */
gboolean ay_nearest_judge (const AyProblem *train, const AyProblem *on, const AyHead *scaling,
                           const AyNearestOptions *options, AyNearest *out, AyJob *job,
                           GError **error);

G_END_DECLS
