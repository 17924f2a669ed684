/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/neighbours.h"
#include "core/model/head.h"

G_BEGIN_DECLS

/* Labels spread from the rows that have one to those that have none, along the graph of nearest
 * neighbours (Zhou et al. 2004). Points are the graph's, 0..n-1. Immutable once returned. */
typedef struct
{
  gsize n;
  guint n_classes;
  float *share;       /* n x n_classes: what spreading says of each point, a row sums to 1; a row
                         of zeros: no label reaches it */
  gint32 *label;      /* n: the class of the largest share, ties to the lower class, or
                         AY_LABEL_MISSING where no label reaches */
  gsize n_unreached;
  guint iterations;   /* of the slowest block of classes */
} AySpread;

typedef struct
{
  double alpha;     /* 0 < alpha < 1: how much of a point is its neighbours', rather than its own */
  double tolerance; /* largest change of a point's values over their sum */
  guint max_iterations;
} AySpreadOptions;
#define AY_SPREAD_OPTIONS_INIT { 0.2, 1e-9, 2000 }

/* The graph made symmetric: points are joined where either is among the other's nearest, near ones
 * more strongly. */
typedef struct _AySpreadGraph AySpreadGraph;
/* Memory: about 24 n k bytes, and 8 n k for a while. Errors: NOMEM. (transfer full) */
AySpreadGraph *ay_spread_graph_new (const AyNeighbours *neighbours, GError **error);
void ay_spread_graph_free (AySpreadGraph *self);

/* given: n classes, AY_LABEL_MISSING where none. Memory: 4 n n_classes bytes and 256 n for a while.
 * Same bytes for any number of threads. Errors: RANGE (options; no label at all; class outside),
 * NOT_CONVERGED, NOMEM, CANCELLED. (transfer full) */
AySpread *ay_spread_new (const AySpreadGraph *graph, const gint32 *given, guint n_classes,
                         const AySpreadOptions *options, AyJob *job, GError **error);
void ay_spread_free (AySpread *self);
/* The largest share of a point; NaN where no label reaches it. */
double ay_spread_confidence (const AySpread *self, gsize point);

/* What a head is distilled from: every point that a label reaches, a given label with weight 1, a
 * spread one with its confidence as weight. The head is the ordinary one, so that everything said
 * of heads holds of it. */
typedef struct
{
  const AyMatrix *features;
  const guint32 *rows;   /* n: the points' rows, ascending */
  const double *weight;  /* (nullable) n: of the points, times the above */
} AySpreadRows;
/* (transfer full); rows of features are borrowed. */
AyOwnedProblem *ay_spread_problem (const AySpread *self, const AySpreadRows *of,
                                   const gint32 *given);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySpreadGraph, ay_spread_graph_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySpread, ay_spread_free)

G_END_DECLS
