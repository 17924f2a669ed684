/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From k directed weights a point to a symmetric graph.
 *
 * Incoming edges are laid out by a counting sort over their targets (sources ascend within a row);
 * a point's outgoing edges, sorted by target, are then merged with its incoming ones: first
 * counted, then written. O(n k log k) time; the merges run in blocks of points on all cores. */
#include "core/project/layout_graph.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#define BLOCK 512

typedef struct
{
  guint32 tail;
  float weight;
} Edge;

typedef struct
{
  const AyNeighbours *neighbours;
  guint k;
  const float *weights;
  AyLayoutCombine combine;
  gsize *in_offset;   /* n + 1 */
  Edge *in;           /* by target, then by source */
  AyLayoutGraph *graph;
  gboolean write;     /* else count */
} Join;

void
ay_layout_graph_free (AyLayoutGraph *self)
{
  if (self == NULL)
    return;
  g_free (self->offset);
  g_free (self->tail);
  g_free (self->weight);
  g_free (self);
}

static gboolean
has_edge (const Join *self, gsize i, guint j, guint32 *tail, float *weight)
{
  *tail = self->neighbours->index[i * self->neighbours->k + j];
  *weight = self->weights[i * self->k + j];
  return *tail != G_MAXUINT32 && *weight > 0.0f;
}

static gboolean
lay_incoming (Join *self, GError **error)
{
  gsize n = self->neighbours->n;
  gsize *at = self->in_offset;
  guint32 tail;
  float weight;

  for (gsize i = 0; i < n; i++)
    for (guint j = 0; j < self->k; j++)
      if (has_edge (self, i, j, &tail, &weight))
        at[tail + 1]++;
  for (gsize i = 0; i < n; i++)
    at[i + 1] += at[i];
  self->in = ay_try_alloc (MAX (at[n], 1), sizeof (Edge), "the edges of the map", error);
  if (self->in == NULL)
    return FALSE;
  /* at[i] walks to the row's end, which is the start of the next: shift back afterwards */
  for (gsize i = 0; i < n; i++)
    for (guint j = 0; j < self->k; j++)
      if (has_edge (self, i, j, &tail, &weight))
        self->in[at[tail]++] = (Edge) { (guint32) i, weight };
  for (gsize i = n; i > 0; i--)
    at[i] = at[i - 1];
  at[0] = 0;
  return TRUE;
}

static float
joined (AyLayoutCombine combine, float a, float b)
{
  return combine == AY_LAYOUT_UNION ? a + b - a * b : 0.5f * (a + b);
}

/* Point i's edges out, by ascending target. */
static guint
sort_outgoing (const Join *self, gsize i, Edge *out)
{
  guint count = 0;
  Edge edge;

  for (guint j = 0; j < self->k; j++)
    if (has_edge (self, i, j, &edge.tail, &edge.weight))
      {
        guint at = count++;

        for (; at > 0 && out[at - 1].tail > edge.tail; at--)
          out[at] = out[at - 1];
        out[at] = edge;
      }
  return count;
}

static gsize
merge_point (const Join *self, gsize i, Edge *out)
{
  guint n_out = sort_outgoing (self, i, out), a = 0;
  gsize b = self->in_offset[i], end = self->in_offset[i + 1], count = 0;
  AyLayoutGraph *graph = self->graph;

  while (a < n_out || b < end)
    {
      guint32 tail_out = a < n_out ? out[a].tail : G_MAXUINT32;
      guint32 tail_in = b < end ? self->in[b].tail : G_MAXUINT32;
      guint32 tail = MIN (tail_out, tail_in);
      float forth = tail_out == tail ? out[a++].weight : 0.0f;
      float back = tail_in == tail ? self->in[b++].weight : 0.0f;

      if (self->write)
        {
          graph->tail[graph->offset[i] + count] = tail;
          graph->weight[graph->offset[i] + count] = joined (self->combine, forth, back);
        }
      count++;
    }
  return count;
}

static void
merge_block (gsize block, guint worker, gpointer data)
{
  Join *self = data;
  gsize first = block * BLOCK, last = MIN (first + BLOCK, self->neighbours->n);
  g_autofree Edge *out = g_new (Edge, self->k);

  for (gsize i = first; i < last; i++)
    {
      gsize count = merge_point (self, i, out);

      if (!self->write)
        self->graph->offset[i + 1] = count;
    }
}

static gboolean
merge (Join *self, AyJob *job, GError **error)
{
  AyLayoutGraph *graph = self->graph;
  gsize n = graph->n;

  if (!ay_parallel_for (ay_n_blocks (n, BLOCK), merge_block, self, job, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    graph->offset[i + 1] += graph->offset[i];
  graph->tail = ay_try_alloc (MAX (graph->offset[n], 1), sizeof (guint32), "the edges of the map",
                              error);
  graph->weight = graph->tail != NULL ? ay_try_alloc (MAX (graph->offset[n], 1), sizeof (float),
                                                      "the edges of the map", error)
                                      : NULL;
  if (graph->weight == NULL)
    return FALSE;
  self->write = TRUE;
  return ay_parallel_for (ay_n_blocks (n, BLOCK), merge_block, self, job, error);
}

AyLayoutGraph *
ay_layout_graph_new (const AyNeighbours *neighbours, guint k, const float *weights,
                     AyLayoutCombine combine, AyJob *job, GError **error)
{
  g_autoptr (AyLayoutGraph) graph = g_new0 (AyLayoutGraph, 1);
  Join self = { .neighbours = neighbours, .k = MIN (k, neighbours->k), .weights = weights,
                .combine = combine, .graph = graph };
  gboolean ok;

  graph->n = neighbours->n;
  graph->offset = ay_try_alloc (graph->n + 1, sizeof (gsize), "the edges of the map", error);
  self.in_offset = graph->offset != NULL
                       ? ay_try_alloc (graph->n + 1, sizeof (gsize), "the edges of the map", error)
                       : NULL;
  ok = self.in_offset != NULL && lay_incoming (&self, error) && merge (&self, job, error);
  g_free (self.in_offset);
  g_free (self.in);
  return ok ? g_steal_pointer (&graph) : NULL;
}
