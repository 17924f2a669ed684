/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where UMAP's layout starts without given positions: the two eigenvectors of the normalised graph
 * D^-1/2 W D^-1/2 after the constant one, as in Laplacian eigenmaps (Belkin and Niyogi 2003).
 *
 * Found by Chebyshev-filtered subspace iteration on (I + D^-1/2 W D^-1/2) / 2, whose eigenvalues
 * lie in 0..1; loosely, since the layout forgets most of it. A graph in several parts has several
 * constant vectors: its parts then start on points of a line, each spread by the noise alone, so
 * PCA is the better start for such data.
 * Cost: a product with the graph is 2 flops an edge and column, some hundred of them; 60 n
 * doubles. */
#include "core/project/umap_layout.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/project/eigen.h"

#include <math.h>
#include <string.h>

#define SPAN 10.0 /* as umap-learn scales its starts */
#define BLOCK 512

typedef struct
{
  const AyLayoutGraph *graph;
  const double *inverse_root; /* 1 / sqrt (degree), 0 for a point without edges */
  const double *in;
  double *out;
  guint l;
} Product;

static void
multiply_block (gsize block, guint worker, gpointer data)
{
  const Product *self = data;
  const AyLayoutGraph *graph = self->graph;
  gsize n = graph->n, last = MIN ((block + 1) * BLOCK, n);

  for (guint c = 0; c < self->l; c++)
    {
      const double *in = self->in + c * n;
      double *out = self->out + c * n;

      for (gsize i = block * BLOCK; i < last; i++)
        {
          double sum = 0.0;

          for (gsize e = graph->offset[i]; e < graph->offset[i + 1]; e++)
            sum += graph->weight[e] * self->inverse_root[graph->tail[e]] * in[graph->tail[e]];
          out[i] = 0.5 * (in[i] + self->inverse_root[i] * sum);
        }
    }
}

static gboolean
multiply (gpointer data, const double *in, guint l, double *out, AyJob *job, GError **error)
{
  Product *self = data;

  self->in = in;
  self->out = out;
  self->l = l;
  return ay_parallel_for (ay_n_blocks (self->graph->n, BLOCK), multiply_block, self, job, error);
}

static float *
spectrum (const AyLayoutGraph *graph, guint64 seed, AyJob *job, GError **error)
{
  gsize n = graph->n;
  guint k = (guint) MIN (n, 3);
  g_autofree double *inverse_root = ay_try_alloc (n, sizeof (double), "the spectrum", error);
  g_autofree double *vectors = ay_try_alloc (k * n, sizeof (double), "the spectrum", error);
  Product product = { .graph = graph, .inverse_root = inverse_root };
  AyEigenProblem problem = { n, k, seed, multiply, &product, 1e-5, 30 };
  double values[3];
  float *start;

  if (inverse_root == NULL || vectors == NULL)
    return NULL;
  for (gsize i = 0; i < n; i++)
    {
      double degree = 0.0;

      for (gsize e = graph->offset[i]; e < graph->offset[i + 1]; e++)
        degree += graph->weight[e];
      inverse_root[i] = degree > 0.0 ? 1.0 / sqrt (degree) : 0.0;
    }
  if (!ay_eigen_top (&problem, values, vectors, NULL, job, error))
    return NULL;
  start = g_new (float, 2 * n);
  for (gsize i = 0; i < n; i++)
    for (guint c = 0; c < 2; c++)
      start[2 * i + c] = c + 1 < k ? (float) (vectors[(c + 1) * n + i]) : 0.0f;
  return start;
}

gboolean
ay_umap_start (const AyLayoutGraph *graph, const AyUmapOptions *options, float *xy, AyJob *job,
               GError **error)
{
  AyLayoutStart start = { options->start, options->start_stride, SPAN, 0.0, options->seed };
  g_autofree float *made = NULL;

  if (options->start == NULL)
    {
      ay_job_set_phase (job, "finding the start of the map");
      made = spectrum (graph, options->seed, job, error);
      if (made == NULL)
        return FALSE;
      start.start = made;
      start.stride = 2;
    }
  ay_layout_start (&start, graph->n, xy);
  return TRUE;
}
