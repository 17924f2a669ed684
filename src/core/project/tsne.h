/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/project/layout.h"
#include "core/project/layout_graph.h"

G_BEGIN_DECLS

/* t-SNE (van der Maaten and Hinton 2008) with repulsion by interpolation on a grid and FFT
 * (Linderman, Rachh, Hoskins, Steinerberger and Kluger 2019). */
typedef struct
{
  double perplexity;     /* at most a third of the neighbours that there are */
  guint rounds;          /* of gradient descent, the exaggerated ones counted */
  guint early_rounds;
  double exaggeration;   /* of the affinities in the early rounds */
  double rate;           /* 0: n / exaggeration early, n afterwards (at least 200 / 4) */
  const float *start;    /* (nullable) n rows of start_stride floats, scaled to deviation 1e-4;
                            NULL: drawn uniformly */
  gsize start_stride;
  guint64 seed;
} AyTsneOptions;
#define AY_TSNE_OPTIONS_INIT { 30.0, 750, 250, 12.0, 0.0, NULL, 0, 0 }

/* Neighbours that a perplexity asks for: three times as many. */
guint ay_tsne_neighbours (double perplexity);

/* The layout of the points of a neighbour search, with its KL divergence (the normaliser by
 * interpolation). The same bytes for any number of threads. Errors: RANGE (an option outside its
 * range, fewer than four points), NOMEM, CANCELLED. Memory: 12 bytes an edge (about 1.6 x 3
 * perplexity a point) and the grid. */
AyLayout *ay_tsne_fit (const AyNeighbours *neighbours, const AyTsneOptions *options,
                       const AyLayoutWatch *watch, AyJob *job, GError **error);

/* ---- its steps, for tests ---- */

/* n x k (k of neighbours, at most 3 perplexity) conditional affinities, each row of entropy
 * log (perplexity), summing to 1; *used is k. */
float *ay_tsne_affinities (const AyNeighbours *neighbours, double perplexity, guint *used,
                           AyJob *job, GError **error);

G_END_DECLS
