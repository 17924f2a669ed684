/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/point_set.h"

G_BEGIN_DECLS

/* The k nearest other points of each point. Points are numbered by their position 0..n-1 in the
 * search, not by row. Immutable once returned. */
typedef struct
{
  gatomicrefcount ref;
  gsize n;
  guint k;              /* min (asked, points that may be found) */
  AyDistance distance;
  guint32 *index;       /* n x k, ascending by (distance, position); G_MAXUINT32: none */
  float *distances;     /* n x k, NaN where none */
  const char *method;   /* static: "exact" or "cells" */
  double recall;        /* 1 for exact, else measured on recall_sample points */
  gsize recall_sample;
  gsize n_zero;         /* points without neighbours: zero rows under cosine */
  gsize n_checked;      /* exact: points searched twice because of ties within rounding */
} AyNeighbours;

AyNeighbours *ay_neighbours_ref (AyNeighbours *self);
void ay_neighbours_unref (AyNeighbours *self);

typedef struct
{
  guint k;
  guint64 seed;             /* of an approximate search */
  gsize approximate_above;  /* rows; 0: always exact */
  double recall;            /* an approximate search aims at, on a sample of 1000 points; 0: .99, or
                               .95 above 500000 points */
} AyNeighboursOptions;
#define AY_NEIGHBOURS_OPTIONS_INIT { 15, 0, 0, 0.0 }

/* (transfer full) Memory: n k 8 bytes, n (k + 8) 8 bytes for a while, and the blocks. The same
 * bytes for any number of threads. Exact: the k smallest distances summed in double, equal ones by
 * position (points whose products leave room for doubt are searched again). Errors: RANGE (k 0,
 * fewer than two points), INPUT (row and column that is not finite), NOMEM, CANCELLED. */
AyNeighbours *ay_neighbours_find (const AyPoints *points, const AyNeighboursOptions *options,
                                  AyJob *job, GError **error);

/* The k nearest points of `points` for each of `queries` (scaled alike; the same distance): n is
 * the queries', index holds positions in points. Always exact. Errors as above. */
AyNeighbours *ay_neighbours_query (const AyPoints *queries, const AyPoints *points,
                                   const AyNeighboursOptions *options, AyJob *job,
                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyNeighbours, ay_neighbours_unref)

G_END_DECLS
