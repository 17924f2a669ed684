/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/project/layout.h"
#include "core/project/layout_graph.h"

G_BEGIN_DECLS

/* UMAP (McInnes, Healy and Melville 2018), with the choices of umap-learn. */
typedef struct
{
  guint neighbours;    /* of a point, itself counted, as umap-learn counts: 15 uses 14 others */
  double min_dist, spread;
  guint epochs;        /* 0: 500 up to 10000 points, 200 above */
  guint negatives;     /* drawn against each attraction */
  double rate;         /* first step length; falls linearly to 0 */
  double repulsion;
  const float *start;  /* (nullable) where to start: n rows of start_stride floats, such as the
                          first components of a PCA; NULL: the graph's spectrum */
  gsize start_stride;
  guint64 seed;
} AyUmapOptions;
#define AY_UMAP_OPTIONS_INIT { 15, 0.1, 1.0, 0, 5, 1.0, 1.0, NULL, 0, 0 }

guint ay_umap_epochs (const AyUmapOptions *options, gsize n);

/* The layout of the points of a neighbour search. The same bytes for any number of threads.
 * Errors: RANGE (an option outside its range), NOMEM, CANCELLED. Memory: about 40 n neighbours
 * bytes. */
AyLayout *ay_umap_fit (const AyNeighbours *neighbours, const AyUmapOptions *options,
                       const AyLayoutWatch *watch, AyJob *job, GError **error);

/* ---- its steps, for tests ---- */

/* a, b of 1 / (1 + a d^2b), fitted by least squares at 300 points of [0, 3 spread] to the curve
 * that is 1 below min_dist and exp (-(d - min_dist) / spread) above. */
void ay_umap_curve (double min_dist, double spread, double *a, double *b);

/* n x k (k = min (others, neighbours->k)) membership strengths exp (-max (0, d - rho) / sigma):
 * rho the smallest distance above 0, sigma such that they sum to log2 (others + 1). */
float *ay_umap_weights (const AyNeighbours *neighbours, guint others, AyJob *job, GError **error);

G_END_DECLS
