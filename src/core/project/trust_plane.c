/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nearest neighbours in the plane by a k-d tree.
 *
 * Maps are anything but even: most of a million points lie in a few dense spots, where a grid's
 * cells hold thousands. Here the points are halved along the wider side of their bounding box
 * until at most LEAF are left; each point then walks the tree, the nearer half first, past boxes
 * that cannot hold a nearer point. Distance and point number form one key, so that equal
 * distances go by number, also when thousands of points coincide (a box knows its smallest
 * number). Source: Friedman, Bentley and Finkel 1977. Cost: O(n log n) to build on one core, then
 * O(log n + k) a point on all cores; 24 n bytes beside the answer. */
#include "core/project/trust.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <math.h>
#include <string.h>

#define LEAF 24
#define DEPTH 64
#define BLOCK 64 /* leaves */

typedef struct
{
  float low[2], high[2];
  guint32 first, count;  /* of the points in order */
  guint32 smallest;      /* point number */
  guint32 left;          /* node; the other half is left + 1; 0: a leaf */
} Node;

typedef struct
{
  const float *xy;
  gsize n;
  guint k;
  guint32 *order;
  float *x, *y;          /* in order */
  GArray *nodes, *leaves; /* of Node, of guint32 */
  guint32 *out;
} Tree;

static inline guint64
key_of (float square, guint32 point)
{
  guint32 bits;

  memcpy (&bits, &square, sizeof bits);
  return (guint64) bits << 32 | point;
}

/* ---- build ---- */

static inline gboolean
before (const Tree *self, guint32 a, guint32 b, int axis)
{
  float u = self->xy[2 * (gsize) a + axis], v = self->xy[2 * (gsize) b + axis];

  return u < v || (u == v && a < b);
}

/* order[first .. last-1] so that the one at `middle` is in its place (Hoare's selection). */
static void
select_middle (Tree *self, gsize first, gsize last, gsize middle, int axis)
{
  guint32 *order = self->order;

  while (last - first > 1)
    {
      guint32 pivot = order[first + (last - first - 1) / 2];
      gsize i = first, j = last - 1;

      while (TRUE)
        {
          guint32 swap;

          while (before (self, order[i], pivot, axis))
            i++;
          while (before (self, pivot, order[j], axis))
            j--;
          if (i >= j)
            break;
          swap = order[i];
          order[i++] = order[j];
          order[j--] = swap;
        }
      if (middle <= j)
        last = j + 1;
      else
        first = j + 1;
    }
}

static Node
bound (const Tree *self, gsize first, gsize count)
{
  Node node = { { INFINITY, INFINITY }, { -INFINITY, -INFINITY }, (guint32) first,
                (guint32) count, G_MAXUINT32, 0 };

  for (gsize k = first; k < first + count; k++)
    {
      guint32 point = self->order[k];

      for (int c = 0; c < 2; c++)
        {
          node.low[c] = MIN (node.low[c], self->xy[2 * (gsize) point + c]);
          node.high[c] = MAX (node.high[c], self->xy[2 * (gsize) point + c]);
        }
      node.smallest = MIN (node.smallest, point);
    }
  return node;
}

static void
build (Tree *self)
{
  Node root = bound (self, 0, self->n);

  g_array_append_val (self->nodes, root);
  for (guint32 at = 0; at < self->nodes->len; at++)
    {
      Node node = g_array_index (self->nodes, Node, at), half;
      int axis = node.high[1] - node.low[1] > node.high[0] - node.low[0];
      gsize middle = node.first + node.count / 2;

      if (node.count <= LEAF)
        {
          g_array_append_val (self->leaves, at);
          continue;
        }
      select_middle (self, node.first, (gsize) node.first + node.count, middle, axis);
      g_array_index (self->nodes, Node, at).left = self->nodes->len;
      half = bound (self, node.first, node.count / 2);
      g_array_append_val (self->nodes, half);
      half = bound (self, middle, node.count - node.count / 2);
      g_array_append_val (self->nodes, half);
    }
  for (gsize k = 0; k < self->n; k++)
    {
      self->x[k] = self->xy[2 * (gsize) self->order[k]];
      self->y[k] = self->xy[2 * (gsize) self->order[k] + 1];
    }
}

/* ---- search ---- */

/* The k smallest keys so far, ascending; unused places hold G_MAXUINT64. */
static inline void
keep (guint64 *best, guint k, guint64 key)
{
  guint at = k - 1;

  for (; at > 0 && best[at - 1] > key; at--)
    best[at] = best[at - 1];
  best[at] = key;
}

static void
scan (const Tree *self, const Node *node, float x, float y, guint32 self_number, guint64 *best)
{
  float square[LEAF];

  for (guint i = 0; i < node->count; i++)
    {
      float dx = self->x[node->first + i] - x, dy = self->y[node->first + i] - y;

      square[i] = dx * dx + dy * dy;
    }
  for (guint i = 0; i < node->count; i++)
    {
      guint32 point = self->order[node->first + i];
      guint64 key = key_of (square[i], point);

      if (key < best[self->k - 1] && point != self_number)
        keep (best, self->k, key);
    }
}

/* Least key that a point in the box can have: rounding keeps the order of distances. */
static inline guint64
bound_key (const Node *node, float x, float y)
{
  float dx = MAX (MAX (node->low[0] - x, x - node->high[0]), 0.0f);
  float dy = MAX (MAX (node->low[1] - y, y - node->high[1]), 0.0f);

  return key_of (dx * dx + dy * dy, node->smallest);
}

static void
search_point (const Tree *self, guint32 point, guint64 *best)
{
  float x = self->xy[2 * (gsize) point], y = self->xy[2 * (gsize) point + 1];
  const Node *nodes = (const Node *) self->nodes->data;
  struct
  {
    guint32 node;
    guint64 key;
  } stack[DEPTH];
  guint depth = 1;

  for (guint j = 0; j < self->k; j++)
    best[j] = G_MAXUINT64;
  stack[0].node = 0;
  stack[0].key = 0;
  while (depth > 0)
    {
      const Node *node = nodes + stack[--depth].node;
      guint64 left, right;
      guint nearer;

      if (stack[depth].key >= best[self->k - 1])
        continue;
      if (node->left == 0)
        {
          scan (self, node, x, y, point, best);
          continue;
        }
      left = bound_key (nodes + node->left, x, y);
      right = bound_key (nodes + node->left + 1, x, y);
      nearer = right < left;
      stack[depth].node = node->left + 1 - nearer;
      stack[depth++].key = MAX (left, right);
      stack[depth].node = node->left + nearer;
      stack[depth++].key = MIN (left, right);
    }
}

static void
search_block (gsize block, guint worker, gpointer data)
{
  const Tree *self = data;
  gsize last = MIN ((block + 1) * BLOCK, self->leaves->len);
  g_autofree guint64 *best = g_new (guint64, self->k);

  for (gsize l = block * BLOCK; l < last; l++)
    {
      guint32 number = g_array_index (self->leaves, guint32, l);
      const Node *leaf = (const Node *) self->nodes->data + number;

      for (guint i = 0; i < leaf->count; i++)
        {
          guint32 point = self->order[leaf->first + i];
          guint32 *out = self->out + (gsize) point * self->k;

          search_point (self, point, best);
          for (guint j = 0; j < self->k; j++)
            out[j] = (guint32) best[j]; /* the empty place ends in G_MAXUINT32 too */
        }
    }
}

guint32 *
ay_plane_neighbours (const float *xy, gsize n, guint k, AyJob *job, GError **error)
{
  Tree self = { .xy = xy, .n = n, .k = MAX (k, 1) };
  g_autofree guint32 *order = ay_try_alloc (MAX (n, 1), sizeof (guint32), "the tree", error);
  g_autofree float *at = order != NULL ? ay_try_alloc (2 * MAX (n, 1), sizeof (float), "the tree",
                                                       error)
                                       : NULL;
  g_autofree guint32 *out = at != NULL ? ay_try_alloc (MAX (n, 1) * self.k, sizeof (guint32),
                                                       "the neighbours on the map", error)
                                       : NULL;
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  g_autoptr (GArray) leaves = g_array_new (FALSE, FALSE, sizeof (guint32));

  if (out == NULL)
    return NULL;
  for (gsize i = 0; i < n; i++)
    order[i] = (guint32) i;
  self.order = order;
  self.x = at;
  self.y = at + n;
  self.out = out;
  self.nodes = nodes;
  self.leaves = leaves;
  if (n > 0)
    build (&self);
  if (!ay_parallel_for (ay_n_blocks (leaves->len, BLOCK), search_block, &self, job, error))
    return NULL;
  return g_steal_pointer (&out);
}
