/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Label spreading (Zhou, Bousquet, Lal, Weston, Schoelkopf 2004, "Learning with local and global
 * consistency").
 *
 * A is exp (-2 (distance / m)^2) between points of which either is among the other's nearest, m
 * the median of those distances; S = D^-1/2 A D^-1/2, Y the given labels as rows of 0 and 1.
 * F <- alpha S F + (1 - alpha) Y until it rests, which is at
 * (1 - alpha) (I - alpha S)^-1 Y; a row of F over its sum is what spreading says of the point.
 *
 * Rests: no point's values, of those that a label reaches, change by more than the tolerance times
 * their sum. The measure is relative because a point that is h steps from a label has values of
 * some alpha^h; an absolute one would stop before they are known.
 *
 * Classes do not touch each other, so that they are done sixteen at a time: n x 16 doubles are read
 * along the edges. 32 flop an edge and iteration; with alpha = 0.2 a dozen iterations after the
 * farthest point is reached. Blocks of points run in parallel, each writes its own. */
#include "core/model/spread.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"
#include "core/base/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LANES 16
#define BLOCK 1024
#define LEAST_WEIGHT 1e-12 /* so that a far point stays joined to its nearest */

typedef struct
{
  guint32 to;
  float weight;
} Edge;

struct _AySpreadGraph
{
  gsize n;
  gsize *start;   /* n + 1 */
  Edge *edges;    /* ascending in each point */
  double *root;   /* n: (sum of weights)^-1/2; 0 for a point without neighbours */
};

void
ay_spread_graph_free (AySpreadGraph *self)
{
  if (self == NULL)
    return;
  g_free (self->start);
  g_free (self->edges);
  g_free (self->root);
  g_free (self);
}

static gboolean
is_edge (const AyNeighbours *found, gsize i, guint j)
{
  return found->index[i * found->k + j] != G_MAXUINT32;
}

static int
compare_edges (const void *a, const void *b)
{
  const Edge *x = a, *y = b;

  return (x->to > y->to) - (x->to < y->to);
}

/* The median distance of the neighbours found. */
static gboolean
middle_distance (const AyNeighbours *found, double *middle, GError **error)
{
  gsize size = found->n * found->k;
  g_autofree double *all = ay_try_alloc (size + 1, sizeof (double), "the distances", error);

  for (gsize e = 0; e < size && all != NULL; e++)
    all[e] = found->distances[e];
  *middle = all != NULL ? ay_quantile (all, size, 0.5) : NAN;
  return all != NULL;
}

/* Both directions of every edge, point by point; sorted, doubles taken out. */
static void
fill_edges (AySpreadGraph *self, const AyNeighbours *found, double middle)
{
  g_autofree gsize *at = g_memdup2 (self->start, self->n * sizeof (gsize));
  gsize end = 0;

  for (gsize i = 0; i < self->n; i++)
    for (guint j = 0; j < found->k; j++)
      if (is_edge (found, i, j))
        {
          guint32 other = found->index[i * found->k + j];
          double far = middle > 0.0 ? found->distances[i * found->k + j] / middle : 0.0;
          float weight = (float) MAX (exp (-2.0 * far * far), LEAST_WEIGHT);

          self->edges[at[i]++] = (Edge) { other, weight };
          self->edges[at[other]++] = (Edge) { (guint32) i, weight };
        }
  for (gsize i = 0; i < self->n; i++)
    {
      gsize first = self->start[i], count = at[i] - first, begin = end;
      double degree = 0.0;

      qsort (self->edges + first, count, sizeof (Edge), compare_edges);
      for (gsize e = first; e < first + count; e++)
        if (end == begin || self->edges[end - 1].to != self->edges[e].to)
          self->edges[end++] = self->edges[e];
      for (gsize e = begin; e < end; e++)
        degree += self->edges[e].weight;
      self->start[i] = begin;
      self->root[i] = degree > 0.0 ? 1.0 / sqrt (degree) : 0.0;
    }
  self->start[self->n] = end;
}

AySpreadGraph *
ay_spread_graph_new (const AyNeighbours *neighbours, GError **error)
{
  g_autoptr (AySpreadGraph) self = g_new0 (AySpreadGraph, 1);
  gsize n = neighbours->n, total = 0;
  double middle;

  self->n = n;
  self->start = ay_try_alloc (n + 1, sizeof (gsize), "the neighbour graph", error);
  self->root = self->start != NULL
                   ? ay_try_alloc (n + 1, sizeof (double), "the neighbour graph", error)
                   : NULL;
  if (self->root == NULL || !middle_distance (neighbours, &middle, error))
    return NULL;
  for (gsize i = 0; i < n; i++)
    for (guint j = 0; j < neighbours->k; j++)
      if (is_edge (neighbours, i, j))
        {
          self->start[i]++;
          self->start[neighbours->index[i * neighbours->k + j]]++;
        }
  for (gsize i = 0; i <= n; i++)
    {
      gsize count = i < n ? self->start[i] : 0;

      self->start[i] = total;
      total += count;
    }
  self->edges = ay_try_alloc (total + 1, sizeof (Edge), "the neighbour graph", error);
  if (self->edges == NULL)
    return NULL;
  fill_edges (self, neighbours, middle);
  return g_steal_pointer (&self);
}

/* --- the iteration, of one block of classes --- */

typedef struct
{
  const AySpreadGraph *graph;
  const gint32 *given;
  double alpha;
  guint first, count;   /* classes */
  double *now, *next;   /* n x LANES: values times (sum of weights)^-1/2 */
  double *change;       /* by block of points */
} Iteration;

static void
step (gsize block, guint worker, gpointer data)
{
  Iteration *self = data;
  const AySpreadGraph *graph = self->graph;
  gsize end = MIN ((block + 1) * BLOCK, graph->n);
  double worst = 0.0;

  for (gsize i = block * BLOCK; i < end; i++)
    {
      double sum[LANES] = { 0.0 }, root = graph->root[i], total = 0.0, moved = 0.0;
      gint32 own = self->given[i] - (gint32) self->first;
      double *out = self->next + i * LANES;
      const double *before = self->now + i * LANES;

      for (gsize e = graph->start[i]; e < graph->start[i + 1]; e++)
        {
          const double *from = self->now + (gsize) graph->edges[e].to * LANES;
          double weight = graph->edges[e].weight;

          for (guint c = 0; c < LANES; c++)
            sum[c] += weight * from[c];
        }
      for (guint c = 0; c < LANES; c++)
        {
          /* a point without neighbours keeps its own label */
          double f = self->alpha * root * root * sum[c];

          if (own == (gint32) c && own < (gint32) self->count)
            f += (1.0 - self->alpha) * (root > 0.0 ? root : 1.0);
          total += f;
          moved = MAX (moved, fabs (f - before[c]));
          out[c] = f;
        }
      if (total > 0.0)
        worst = MAX (worst, moved / total);
    }
  self->change[block] = worst;
}

static gboolean
iterate (Iteration *self, const AySpreadOptions *options, guint *iterations, AyJob *job,
         GError **error)
{
  gsize n_blocks = ay_n_blocks (self->graph->n, BLOCK);
  double worst = INFINITY;

  memset (self->now, 0, self->graph->n * LANES * sizeof (double));
  for (guint t = 0; t < options->max_iterations; t++)
    {
      double *swap = self->now;

      if (!ay_parallel_for (n_blocks, step, self, job, error))
        return FALSE;
      self->now = self->next;
      self->next = swap;
      *iterations = MAX (*iterations, t + 1);
      worst = 0.0;
      for (gsize block = 0; block < n_blocks; block++)
        worst = MAX (worst, self->change[block]);
      if (worst <= options->tolerance)
        return TRUE;
    }
  g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
               N_ ("label spreading did not come to rest: change %.3g after %u iterations, "
                   "tolerance "
                   "%g"),
               worst, options->max_iterations, options->tolerance);
  return FALSE;
}

/* --- the result --- */

static gboolean
check (const gint32 *given, gsize n, guint n_classes, const AySpreadOptions *options,
       GError **error)
{
  gboolean any = FALSE;

  if (!(options->alpha > 0.0 && options->alpha < 1.0) || !(options->tolerance > 0.0))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("label spreading: alpha must be between 0 and 1, not %g"), options->alpha);
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    {
      any = any || given[i] != AY_LABEL_MISSING;
      if (given[i] == AY_LABEL_MISSING || (given[i] >= 0 && (guint) given[i] < n_classes))
        continue;
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("point %zu: class %d of %u"), i, given[i],
                   n_classes);
      return FALSE;
    }
  if (!any)
    g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no row has a label to spread"));
  return any;
}

/* The block's values, without the scaling by degree, into the shares: over the sum of all classes
 * so far, since the values themselves may be too small for a float. */
static void
keep (AySpread *self, const Iteration *from, double *total)
{
  for (gsize i = 0; i < self->n; i++)
    {
      const double *value = from->now + i * LANES;
      float *share = self->share + i * self->n_classes;
      double root = from->graph->root[i], sum = total[i];

      for (guint c = 0; c < from->count; c++)
        sum += value[c] * (root > 0.0 ? 1.0 / root : 1.0);
      for (guint c = 0; c < from->first && sum > 0.0; c++)
        share[c] = (float) (share[c] * (total[i] / sum));
      for (guint c = 0; c < from->count && sum > 0.0; c++)
        share[from->first + c] = (float) (value[c] * (root > 0.0 ? 1.0 / root : 1.0) / sum);
      total[i] = sum;
    }
}

static void
settle (AySpread *self, const double *total)
{
  for (gsize i = 0; i < self->n; i++)
    {
      const float *share = self->share + i * self->n_classes;
      guint best = 0;

      for (guint c = 1; c < self->n_classes; c++)
        if (share[c] > share[best])
          best = c;
      self->label[i] = total[i] > 0.0 ? (gint32) best : AY_LABEL_MISSING;
      self->n_unreached += !(total[i] > 0.0);
    }
}

AySpread *
ay_spread_new (const AySpreadGraph *graph, const gint32 *given, guint n_classes,
               const AySpreadOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AySpread) self = g_new0 (AySpread, 1);
  gsize n = graph->n, size;
  g_autofree double *memory = NULL, *change = g_new (double, ay_n_blocks (n, BLOCK) + 1);
  Iteration work = { .graph = graph, .given = given, .alpha = options->alpha, .change = change };

  if (!check (given, n, n_classes, options, error))
    return NULL;
  if (!g_size_checked_mul (&size, n, n_classes))
    size = G_MAXSIZE;
  self->n = n;
  self->n_classes = n_classes;
  self->share = ay_try_alloc (size, sizeof (float), "what spreading says", error);
  self->label = self->share != NULL
                    ? ay_try_alloc (n, sizeof (gint32), "what spreading says", error)
                    : NULL;
  memory = self->label != NULL
               ? ay_try_alloc (n, (2 * LANES + 1) * sizeof (double), "label spreading",
                               error)
               : NULL;
  if (memory == NULL)
    return NULL;
  work.now = memory;
  work.next = memory + n * LANES;
  ay_job_set_phase (job, "spreading labels");
  for (guint c = 0; c < n_classes; c += LANES)
    {
      work.first = c;
      work.count = MIN (LANES, n_classes - c);
      if (!iterate (&work, options, &self->iterations, job, error))
        return NULL;
      keep (self, &work, memory + 2 * n * LANES);
    }
  settle (self, memory + 2 * n * LANES);
  return g_steal_pointer (&self);
}

void
ay_spread_free (AySpread *self)
{
  if (self == NULL)
    return;
  g_free (self->share);
  g_free (self->label);
  g_free (self);
}

double
ay_spread_confidence (const AySpread *self, gsize point)
{
  return self->label[point] != AY_LABEL_MISSING
             ? self->share[point * self->n_classes + self->label[point]]
             : NAN;
}

AyOwnedProblem *
ay_spread_problem (const AySpread *self, const AySpreadRows *of, const gint32 *given)
{
  AyOwnedProblem *out = g_new0 (AyOwnedProblem, 1);
  gsize count = 0;

  out->rows = g_new (guint32, self->n + 1);
  out->label = g_new (gint32, self->n + 1);
  out->weight = g_new (double, self->n + 1);
  for (gsize i = 0; i < self->n; i++)
    {
      gboolean own = given[i] != AY_LABEL_MISSING;

      if (!own && self->label[i] == AY_LABEL_MISSING)
        continue;
      out->rows[count] = of->rows[i];
      out->label[count] = own ? given[i] : self->label[i];
      out->weight[count] = (own ? 1.0 : ay_spread_confidence (self, i))
                           * (of->weight != NULL ? of->weight[i] : 1.0);
      count++;
    }
  out->problem = (AyProblem) { .features = of->features, .rows = out->rows, .n = count,
                               .label = out->label, .weight = out->weight,
                               .n_classes = self->n_classes };
  return out;
}
