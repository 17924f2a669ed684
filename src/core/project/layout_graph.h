/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/neighbours.h"

G_BEGIN_DECLS

/* A symmetric graph of n points as rows of edges: point i's are offset[i] .. offset[i+1]-1, by
 * ascending tail; each edge stands in the rows of both its points with the same weight. */
typedef struct
{
  gsize n;
  gsize *offset;  /* n + 1 */
  guint32 *tail;
  float *weight;
} AyLayoutGraph;

void ay_layout_graph_free (AyLayoutGraph *self);

typedef enum
{
  AY_LAYOUT_UNION, /* a + b - a b: the fuzzy union of McInnes, Healy and Melville 2018 */
  AY_LAYOUT_MEAN,  /* (a + b) / 2 */
} AyLayoutCombine;

/* Joins the directed weights of the first k neighbours of each point (weights: n x k; 0 or no
 * neighbour: no edge). Memory: 24 n k bytes at most while it runs, 8 an edge after. Errors: NOMEM,
 * CANCELLED. */
AyLayoutGraph *ay_layout_graph_new (const AyNeighbours *neighbours, guint k, const float *weights,
                                    AyLayoutCombine combine, AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyLayoutGraph, ay_layout_graph_free)

G_END_DECLS
