/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clusters by density, as HDBSCAN finds them.
 *
 * The core distance of a point is that to its min_samples-th neighbour (it counts itself); two
 * points reach each other at the largest of their distance and both core distances. The spanning
 * tree of the graph's edges by that reach, cut at falling heights, is a hierarchy. It is condensed:
 * a part of fewer than min_size points that splits off has fallen out of its cluster, and only a
 * split into two or more parts of that size makes new clusters. With lambda = 1 / height, a
 * cluster's stability is the sum over its points of lambda at which each left it less lambda at its
 * birth; a cluster is chosen where it is at least as stable as the best choice of its parts
 * together. The root, all points, is never one.
 *
 * Merges at one height make one node of many children: the order of equal edges does not matter,
 * and so neither does that of the points. Copies of a point merge at height 0; they count as merged
 * at the smallest height above it, else every such cluster were infinitely stable. One thread;
 * sorting the edges is the dear part, n k ln (n k). */
#include "core/graph/density.h"

#include "core/base/error.h"
#include "core/base/roots.h"
#include "core/base/words.h"
#include "core/graph/cluster_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_EVERY 65536
#define NONE AY_CLUSTER_NONE

typedef struct
{
  float reach;
  guint32 a, b;
} Edge;

/* The hierarchy: leaves 0..n-1 are the points, nodes above them have larger numbers than their
 * children. */
typedef struct
{
  gsize n, n_nodes;
  guint32 *first, *last, *next; /* children of a node, as a list */
  guint32 *size;                /* points below */
  float *height;                /* -1: a point */
  guint32 *parent;              /* union-find over points */
  guint32 *top;                 /* by its root: the component's node */
} Tree;

typedef struct
{
  guint32 parent;
  double birth, stability;
  gboolean chosen;
} Cluster;

typedef struct
{
  const AyNeighbours *graph;
  gsize n;
  guint min_size, min_samples;
  GArray *edges;    /* of Edge */
  Tree tree;
  double cap;       /* lambda of heights 0 */
  GArray *clusters; /* of Cluster; the first is the root */
  guint32 *in;      /* nodes: the cluster each belongs to */
  guint8 *fallen;   /* nodes: has left it */
  AyJob *job;
} Density;

static void
density_clear (Density *self)
{
  g_clear_pointer (&self->edges, g_array_unref);
  g_clear_pointer (&self->clusters, g_array_unref);
  g_free (self->tree.first);
  g_free (self->tree.last);
  g_free (self->tree.next);
  g_free (self->tree.size);
  g_free (self->tree.height);
  g_free (self->tree.parent);
  g_free (self->tree.top);
  g_free (self->in);
  g_free (self->fallen);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Density, density_clear)

AyDensity *
ay_density_ref (AyDensity *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_density_unref (AyDensity *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  g_free (self->cluster);
  g_free (self->size);
  g_free (self->stability);
  g_free (self);
}

static float
core_distance (const Density *self, gsize i)
{
  guint k = self->graph->k;

  return self->min_samples < 2 ? 0.0f : self->graph->distances[i * k + self->min_samples - 2];
}

static gboolean
lists (const AyNeighbours *graph, guint32 i, guint32 j)
{
  for (guint c = 0; c < graph->k; c++)
    if (graph->index[(gsize) i * graph->k + c] == j)
      return TRUE;
  return FALSE;
}

static int
compare_edges (const void *a, const void *b)
{
  const Edge *x = a, *y = b;

  if (x->reach != y->reach)
    return x->reach < y->reach ? -1 : 1;
  if (x->a != y->a)
    return x->a < y->a ? -1 : 1;
  return x->b < y->b ? -1 : x->b > y->b;
}

/* Every pair of which one is the other's neighbour, once, ascending. */
static gboolean
make_edges (Density *self, GError **error)
{
  const AyNeighbours *graph = self->graph;

  self->edges = g_array_new (FALSE, FALSE, sizeof (Edge));
  for (gsize i = 0; i < self->n; i++)
    {
      float own = core_distance (self, i);

      if (i % CHECK_EVERY == 0 && !ay_job_check (self->job, error))
        return FALSE;
      for (guint c = 0; c < graph->k; c++)
        {
          guint32 j = graph->index[i * graph->k + c];
          Edge edge = { graph->distances[i * graph->k + c], (guint32) MIN (i, j),
                        (guint32) MAX (i, j) };

          if (j == NONE || (j < i && lists (graph, j, (guint32) i)))
            continue;
          edge.reach = MAX (edge.reach, MAX (own, core_distance (self, j)));
          if (!isnan (edge.reach))
            g_array_append_val (self->edges, edge);
        }
    }
  if (self->edges->len > 1)
    qsort (self->edges->data, self->edges->len, sizeof (Edge), compare_edges);
  return ay_job_check (self->job, error);
}

static gboolean
tree_init (Tree *self, gsize n, GError **error)
{
  gsize most = 2 * n + 1;

  self->n = self->n_nodes = n;
  self->first = ay_try_alloc (most, sizeof (guint32), "density clusters", error);
  self->last = self->first != NULL ? g_try_new (guint32, most) : NULL;
  self->next = g_try_new (guint32, most);
  self->size = g_try_new0 (guint32, most);
  self->height = g_try_new (float, most);
  self->parent = g_try_new (guint32, n);
  self->top = g_try_new (guint32, n);
  if (self->last == NULL || self->next == NULL || self->size == NULL || self->height == NULL
      || self->parent == NULL || self->top == NULL)
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, AY_ERROR, AY_ERROR_NOMEM,
                     N_ ("not enough memory for density clusters"));
      return FALSE;
    }
  for (gsize i = 0; i < most; i++)
    self->first[i] = self->last[i] = self->next[i] = NONE;
  for (gsize i = 0; i < n; i++)
    {
      self->parent[i] = self->top[i] = (guint32) i;
      self->size[i] = 1;
      self->height[i] = -1.0f;
    }
  return TRUE;
}

static void
add_child (Tree *self, guint32 node, guint32 child)
{
  if (self->first[node] == NONE)
    self->first[node] = child;
  else
    self->next[self->last[node]] = child;
  self->last[node] = child;
  self->size[node] += self->size[child];
}

/* All children of a node of the same height. */
static void
absorb (Tree *self, guint32 node, guint32 other)
{
  self->next[self->last[node]] = self->first[other];
  self->last[node] = self->last[other];
  self->size[node] += self->size[other];
  self->size[other] = 0;
}

static guint32
new_node (Tree *self, float height)
{
  self->height[self->n_nodes] = height;
  return (guint32) self->n_nodes++;
}

static void
merge (Tree *self, guint32 a, guint32 b, float height)
{
  guint32 x = self->top[a], y = self->top[b], node;

  if (self->height[x] < height)
    {
      guint32 swap = x;

      x = y;
      y = swap;
    }
  node = self->height[x] == height ? x : NONE; /* of the two, the higher one */
  if (node == NONE)
    {
      node = new_node (self, height);
      add_child (self, node, x);
      add_child (self, node, y);
    }
  else if (self->height[y] == height)
    absorb (self, node, y);
  else
    add_child (self, node, y);
  self->parent[b] = a;
  self->top[a] = node;
}

/* The spanning tree's hierarchy; returns its node of all points. */
static guint32
grow (Density *self, gsize *n_pieces)
{
  Tree *tree = &self->tree;
  guint32 top = NONE;

  for (guint e = 0; e < self->edges->len; e++)
    {
      const Edge *edge = &g_array_index (self->edges, Edge, e);
      guint32 a = ay_root_of (tree->parent, edge->a), b = ay_root_of (tree->parent, edge->b);

      if (a == b)
        continue;
      merge (tree, MIN (a, b), MAX (a, b), edge->reach);
      if (edge->reach > 0.0f && self->cap == 0.0) /* the smallest: edges ascend */
        self->cap = 1.0 / edge->reach;
    }
  self->cap = self->cap > 0.0 ? self->cap : 1.0;
  *n_pieces = 0;
  for (guint32 i = 0; i < tree->n; i++)
    *n_pieces += tree->parent[i] == i;
  if (*n_pieces > 1)
    top = new_node (tree, INFINITY);
  for (guint32 i = 0; i < tree->n; i++)
    if (tree->parent[i] == i)
      {
        if (*n_pieces == 1)
          return tree->top[i];
        add_child (tree, top, tree->top[i]);
      }
  return top;
}

static guint32
new_cluster (Density *self, guint32 parent, double birth)
{
  Cluster cluster = { parent, birth, 0.0, FALSE };

  g_array_append_val (self->clusters, cluster);
  return self->clusters->len - 1;
}

/* Hands a node's cluster on to its children, makes new ones of them, or lets them fall. */
static void
condense_node (Density *self, guint32 node)
{
  const Tree *tree = &self->tree;
  double lambda = tree->height[node] > 0.0f ? 1.0 / (double) tree->height[node] : self->cap;
  guint32 in = self->in[node];
  guint large = 0;

  for (guint32 c = tree->first[node]; c != NONE; c = tree->next[c])
    large += tree->size[c] >= self->min_size;
  for (guint32 c = tree->first[node]; c != NONE; c = tree->next[c])
    {
      Cluster *cluster = &g_array_index (self->clusters, Cluster, in);
      gboolean stays = large == 1 && tree->size[c] >= self->min_size;

      self->in[c] = in;
      self->fallen[c] = self->fallen[node];
      if (self->fallen[node] || stays)
        continue;
      cluster->stability += tree->size[c] * (lambda - cluster->birth);
      if (tree->size[c] >= self->min_size)
        self->in[c] = new_cluster (self, in, lambda);
      else
        self->fallen[c] = TRUE;
    }
}

static void
condense (Density *self, guint32 top)
{
  self->clusters = g_array_new (FALSE, FALSE, sizeof (Cluster));
  self->in = g_new (guint32, self->tree.n_nodes);
  self->fallen = g_new0 (guint8, self->tree.n_nodes);
  for (gsize v = 0; v < self->tree.n_nodes; v++)
    self->in[v] = NONE;
  self->in[top] = new_cluster (self, NONE, 0.0);
  for (gsize v = self->tree.n_nodes; v-- > self->tree.n;)
    if (self->in[v] != NONE)
      condense_node (self, (guint32) v);
}

/* From the smallest clusters up: chosen where at least as stable as its parts. */
static void
choose (Density *self)
{
  guint k = self->clusters->len;
  g_autofree double *parts = g_new0 (double, k);

  for (guint c = k; c-- > 1;)
    {
      Cluster *cluster = &g_array_index (self->clusters, Cluster, c);
      double best = MAX (cluster->stability, parts[c]);

      cluster->chosen = cluster->stability >= parts[c];
      parts[cluster->parent] += best;
    }
}

/* The topmost chosen cluster that each one lies in, or NONE. (transfer full) */
static guint32 *
topmost_chosen (const Density *self)
{
  guint32 *topmost = g_new (guint32, self->clusters->len);

  topmost[0] = NONE;
  for (guint c = 1; c < self->clusters->len; c++)
    {
      const Cluster *cluster = &g_array_index (self->clusters, Cluster, c);

      topmost[c] = topmost[cluster->parent] != NONE ? topmost[cluster->parent]
                   : cluster->chosen                ? c
                                                    : NONE;
    }
  return topmost;
}

static void
label (const Density *self, AyDensity *out)
{
  guint k = self->clusters->len;
  g_autofree guint32 *topmost = topmost_chosen (self), *old = g_new (guint32, k);

  for (gsize i = 0; i < self->n; i++)
    {
      out->cluster[i] = topmost[self->in[i]];
      out->n_noise += out->cluster[i] == NONE;
    }
  out->size = g_new0 (gsize, k);
  out->stability = g_new0 (double, k);
  out->k = ay_cluster_order (out->cluster, self->n, k, old, out->size);
  for (guint c = 0; c < out->k; c++)
    out->stability[c] = g_array_index (self->clusters, Cluster, old[c]).stability;
}

AyDensity *
ay_density_new (const AyNeighbours *graph, const AyDensityOptions *options, AyJob *job,
                GError **error)
{
  g_auto (Density) self = { .graph = graph, .n = graph->n, .min_size = options->min_size,
                            .job = job };
  g_autoptr (AyDensity) out = NULL;
  guint32 top;

  if (options->min_size < 2)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("density clusters: min_size is %u, and has to "
                       "be at least 2"),
                   options->min_size);
      return NULL;
    }
  self.min_samples = options->min_samples > 0 ? options->min_samples : options->min_size;
  self.min_samples = MIN (self.min_samples, graph->k + 1);
  ay_job_set_phase (job, "clusters by density");
  if (!make_edges (&self, error) || !tree_init (&self.tree, self.n, error))
    return NULL;
  out = g_new0 (AyDensity, 1);
  g_atomic_ref_count_init (&out->ref);
  out->n = self.n;
  out->cluster = ay_try_alloc (MAX (self.n, 1), sizeof (guint32), "density clusters", error);
  if (out->cluster == NULL)
    return NULL;
  top = grow (&self, &out->n_pieces);
  condense (&self, top);
  choose (&self);
  label (&self, out);
  return g_steal_pointer (&out);
}
