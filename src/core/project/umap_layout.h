/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/project/umap.h"

G_BEGIN_DECLS

/* Steps of ay_umap_fit(), which is what others call. */

/* Where the layout starts: options->start, or the spectrum of the graph. xy: n x 2. */
gboolean ay_umap_start (const AyLayoutGraph *graph, const AyUmapOptions *options, float *xy,
                        AyJob *job, GError **error);
/* Moves layout->xy for the planned epochs. Changes the graph's weights into rates. */
gboolean ay_umap_layout (AyLayoutGraph *graph, const AyUmapOptions *options, AyLayout *layout,
                         const AyLayoutWatch *watch, AyJob *job, GError **error);

/* One epoch's moves of a block of points, in a text for each vector width. */
typedef struct
{
  gsize n;
  const float *xy;          /* positions at the start of the block, n x 2 */
  float *next;              /* where new positions go, n x 2 */
  const guint32 *head;      /* the points that move, equal ones together, then a sentinel */
  const guint32 *tail;      /* what attracts each */
  const guint32 *key;       /* seeds of its negatives */
  gsize count;
  guint negatives;
  float rate, a, b, repulsion;
} AyUmapMoves;

typedef struct
{
  const char *name;
  void (*move) (const AyUmapMoves *moves);
  /* out[i] = x[i]^b: for the test of its error */
  void (*power) (const float *x, gsize n, float b, float *out);
} AyUmapKernel;

/* The best for this machine; index > 0: others that run here, NULL after the last. */
const AyUmapKernel *ay_umap_kernel_nth (guint index);

G_END_DECLS
