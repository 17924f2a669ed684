/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/neighbours.h"

G_BEGIN_DECLS

#define AY_DENSITY_NOISE G_MAXUINT32

/* Clusters where points lie densely, any number and any shape, and points in none: HDBSCAN
 * (Campello, Moulavi and Sander, PAKDD 2013; Campello et al., ACM TKDD 2015) on the graph of the
 * nearest neighbours. Immutable once returned. */
typedef struct
{
  gatomicrefcount ref;
  gsize n;
  guint k;           /* clusters, numbered by falling size, then by lowest member */
  guint32 *cluster;  /* n: 0..k-1, or AY_DENSITY_NOISE */
  gsize *size;       /* k */
  double *stability; /* k: excess of mass, sum over members of lambda_p - lambda_birth; 0/0 = 0 */
  gsize n_noise;
  gsize n_pieces;    /* of the neighbour graph: 1 where it hangs together */
} AyDensity;

typedef struct
{
  guint min_size;    /* smallest cluster, >= 2 */
  guint min_samples; /* neighbours, the point included, within the core distance; 0 = min_size; at
                        most the graph's k + 1 */
} AyDensityOptions;
#define AY_DENSITY_OPTIONS_INIT { 15, 0 }

/* (transfer full) With all points as neighbours (k = n - 1) HDBSCAN itself; with k of them the
 * spanning tree is of the graph's edges alone, and pieces that do not hang together part at the
 * root. Time n k ln (n k), memory 16 bytes an edge. Errors: RANGE (min_size below 2), NOMEM,
 * CANCELLED. */
AyDensity *ay_density_new (const AyNeighbours *graph, const AyDensityOptions *options, AyJob *job,
                           GError **error);
AyDensity *ay_density_ref (AyDensity *self);
void ay_density_unref (AyDensity *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyDensity, ay_density_unref)

G_END_DECLS
