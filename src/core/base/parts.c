/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over parts along one tree.
 *
 * Parts come in order and act as a binary counter does: a node whose number is odd and whose left
 * neighbour is at hand is added to it and becomes their parent, and so on up. A rank that begins in
 * the middle keeps, from the left, nodes whose neighbour is another rank's; of a range of m parts
 * 2 log2 (m) nodes are left at most. Every rank gets all ranks' nodes, in order, and goes on as if
 * it had made them itself; so what is added to what never depends on who had it.
 *
 * Cost: n_parts - 1 additions of `size` numbers, columns shared out to the threads; nodes of all
 * ranks travel, by slices of SLICE_VALUES numbers, which is all the memory it takes. */
#include "core/base/parts.h"

#include "core/base/error.h"

#include <string.h>

#define LEAST_ROWS 64
#define LARGE (1 << 24) /* rows from which more parts are made than asked for */
#define COLUMNS 4096
#define SLICE_VALUES (4 << 20)

/* Node `index` of its level; its sum is in place `at`. */
typedef struct
{
  guint level;
  gsize index, at;
} Place;

/* sums[to] += sums[from] */
typedef struct
{
  gsize to, from;
} Addition;

static void
tree_init (AyPartTree *self)
{
  self->nodes = g_array_new (FALSE, FALSE, sizeof (Place));
  self->additions = g_array_new (FALSE, FALSE, sizeof (Addition));
}

static void
tree_clear (AyPartTree *self)
{
  g_array_unref (self->nodes);
  g_array_unref (self->additions);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyPartTree, tree_clear)

static void
tree_add (AyPartTree *self, Place node)
{
  while (self->nodes->len > 0)
    {
      Place left = g_array_index (self->nodes, Place, self->nodes->len - 1);
      Addition addition = { left.at, node.at };

      if (left.level != node.level || node.index % 2 == 0 || left.index + 1 != node.index)
        break; /* they are not the two of one parent */
      g_array_append_val (self->additions, addition);
      node = (Place) { node.level + 1, node.index / 2, left.at };
      g_array_set_size (self->nodes, self->nodes->len - 1);
    }
  g_array_append_val (self->nodes, node);
}

/* What is left, from the right. */
static void
tree_fold (AyPartTree *self)
{
  for (guint k = self->nodes->len; k > 1; k--)
    {
      Addition addition = { g_array_index (self->nodes, Place, k - 2).at,
                            g_array_index (self->nodes, Place, k - 1).at };

      g_array_append_val (self->additions, addition);
    }
  g_array_set_size (self->nodes, MIN (self->nodes->len, 1));
}

void
ay_parts_of_rank (const AyParts *self, guint rank, gsize *first, gsize *last)
{
  guint size = self->ranks != NULL ? self->ranks->size : 1;

  *first = self->n_parts * rank / size;
  *last = self->n_parts * (rank + 1) / size;
}

gsize
ay_parts_rows_of_rank (const AyParts *self, guint rank, gsize *first)
{
  gsize last;

  ay_parts_of_rank (self, rank, first, &last);
  *first = MIN (*first * self->rows, self->n);
  return MIN (last * self->rows, self->n) - *first;
}

/* The nodes that a rank's parts leave, places counted from 0 in the order of its parts. */
static void
tree_own (AyPartTree *self, const AyParts *parts, guint rank)
{
  gsize first, last;

  ay_parts_of_rank (parts, rank, &first, &last);
  for (gsize part = first; part < last; part++)
    tree_add (self, (Place) { 0, part, part - first });
}

typedef struct
{
  const AyPartTree *tree;
  double *sums;
  gsize size;
} Adding;

static void
add_columns (gsize block, guint worker, gpointer data)
{
  const Adding *self = data;
  gsize first = block * COLUMNS, count = MIN (COLUMNS, self->size - first);
  GArray *additions = self->tree->additions;

  for (guint k = 0; k < additions->len; k++)
    {
      Addition addition = g_array_index (additions, Addition, k);
      double *restrict to = self->sums + addition.to * self->size + first;
      const double *restrict from = self->sums + addition.from * self->size + first;

      for (gsize j = 0; j < count; j++)
        to[j] += from[j];
    }
}

static gboolean
carry_out (const AyPartTree *tree, double *sums, gsize size, AyJob *job, GError **error)
{
  Adding adding = { tree, sums, size };

  return ay_parallel_for (ay_n_blocks (size, COLUMNS), add_columns, &adding, job, error);
}

/* --- parts --- */

AyParts
ay_parts_by (AyRanks *ranks, gsize n, gsize rows)
{
  AyParts self = { .ranks = ranks, .n = n, .rows = rows, .n_parts = ay_n_blocks (n, rows) };

  ay_parts_of_rank (&self, ay_ranks_own (ranks), &self.first, &self.last);
  return self;
}

AyParts
ay_parts (AyRanks *ranks, gsize n, gsize least, gsize most)
{
  gsize rows = LEAST_ROWS, limit = MAX (most, 1) * MAX (n / LARGE, 1);

  while (rows < least || ay_n_blocks (n, rows) > limit)
    rows *= 2;
  return ay_parts_by (ranks, n, rows);
}

typedef struct
{
  AyBlockFunc func;
  gpointer data;
  gsize first;
} Own;

static void
run_part (gsize block, guint worker, gpointer data)
{
  const Own *own = data;

  own->func (own->first + block, worker, own->data);
}

gboolean
ay_parts_for (const AyParts *self, AyBlockFunc func, gpointer data, AyJob *job, GError **error)
{
  Own own = { func, data, self->first };

  return ay_parallel_for (self->last - self->first, run_part, &own, job, error);
}

gboolean
ay_parts_gather (const AyParts *self, void *rows, gsize size, GError **error)
{
  gsize at = MIN (self->first * self->rows, self->n);
  g_autofree gsize *sizes = NULL;
  g_autofree void *mine = NULL;

  if (self->ranks == NULL)
    return TRUE;
  sizes = g_new (gsize, self->ranks->size);
  for (guint r = 0; r < self->ranks->size; r++)
    {
      gsize first;

      sizes[r] = ay_parts_rows_of_rank (self, r, &first) * size;
    }
  mine = ay_try_alloc (MAX (sizes[self->ranks->rank], 1), 1, "results of a rank", error);
  if (mine == NULL)
    return FALSE;
  if (sizes[self->ranks->rank] > 0)
    memcpy (mine, (const char *) rows + at * size, sizes[self->ranks->rank]);
  return ay_ranks_gather (self->ranks, self->what != NULL ? self->what : "values by row", mine,
                          sizes, rows, error);
}

/* --- all parts at once --- */

/* Nodes of all ranks, one after another, are added up into the first. */
static gboolean
join_nodes (const AyParts *self, double *all, gsize size, AyJob *job, GError **error)
{
  g_auto (AyPartTree) tree;
  gsize at = 0;

  tree_init (&tree);
  for (guint r = 0; r < self->ranks->size; r++)
    {
      g_auto (AyPartTree) own;

      tree_init (&own);
      tree_own (&own, self, r);
      for (guint k = 0; k < own.nodes->len; k++)
        {
          Place node = g_array_index (own.nodes, Place, k);

          node.at = at++;
          tree_add (&tree, node);
        }
    }
  tree_fold (&tree);
  return carry_out (&tree, all, size, job, error);
}

gsize
ay_parts_n_nodes (const AyParts *self, guint rank)
{
  g_auto (AyPartTree) tree;

  tree_init (&tree);
  tree_own (&tree, self, rank);
  return tree.nodes->len;
}

/* Columns first .. first+count-1 of the nodes of all ranks, added up. all: room for them. */
static gboolean
merge_slice (const AyParts *self, const double *nodes, gsize size, gsize first, gsize count,
             double *all, const gsize *n_nodes, double *out, AyJob *job, GError **error)
{
  gsize own = n_nodes[self->ranks->rank];
  g_autofree gsize *sizes = g_new (gsize, self->ranks->size);
  g_autofree double *mine = ay_try_alloc (MAX (own * count, 1), sizeof (double), "the sums", error);

  if (mine == NULL)
    return FALSE;
  for (gsize k = 0; k < own; k++)
    memcpy (mine + k * count, nodes + k * size + first, count * sizeof (double));
  for (guint r = 0; r < self->ranks->size; r++)
    sizes[r] = n_nodes[r] * count * sizeof (double);
  if (!ay_ranks_gather (self->ranks, self->what != NULL ? self->what : "sums over rows", mine,
                        sizes, all, error)
      || !join_nodes (self, all, count, job, error))
    return FALSE;
  memcpy (out + first, all, count * sizeof (double));
  return TRUE;
}

gboolean
ay_parts_merge (const AyParts *self, const double *nodes, gsize size, double *out, AyJob *job,
                GError **error)
{
  g_autofree gsize *n_nodes = NULL;
  g_autofree double *all = NULL;
  gsize total = 0, columns;

  if (self->ranks == NULL || self->n_parts == 0)
    {
      if (self->n_parts == 0)
        memset (out, 0, size * sizeof (double));
      else if (out != nodes)
        memcpy (out, nodes, size * sizeof (double));
      return TRUE;
    }
  n_nodes = g_new (gsize, self->ranks->size);
  for (guint r = 0; r < self->ranks->size; r++)
    total += n_nodes[r] = ay_parts_n_nodes (self, r);
  columns = MIN (size, MAX (SLICE_VALUES / total, 1));
  all = ay_try_alloc (total * columns, sizeof (double), "sums of all ranks", error);
  if (all == NULL)
    return FALSE;
  for (gsize first = 0; first < size; first += columns)
    if (!merge_slice (self, nodes, size, first, MIN (columns, size - first), all, n_nodes, out,
                      job, error))
      return FALSE;
  return TRUE;
}

gboolean
ay_parts_sum (const AyParts *self, double *sums, gsize size, AyJob *job, GError **error)
{
  g_auto (AyPartTree) tree;

  tree_init (&tree);
  tree_own (&tree, self, ay_ranks_own (self->ranks));
  if (self->ranks == NULL)
    tree_fold (&tree);
  if (!carry_out (&tree, sums, size, job, error))
    return FALSE;
  for (guint k = 0; k < tree.nodes->len; k++) /* side by side */
    if (g_array_index (tree.nodes, Place, k).at != k)
      memcpy (sums + k * size, sums + g_array_index (tree.nodes, Place, k).at * size,
              size * sizeof (double));
  return ay_parts_merge (self, sums, size, sums, job, error);
}

/* --- part after part --- */

void
ay_part_sums_init (AyPartSums *self, const AyParts *parts, gsize size)
{
  *self = (AyPartSums) { .parts = parts, .size = size, .next = parts->first };
  tree_init (&self->tree);
  self->sums = g_ptr_array_new_with_free_func (g_free);
  self->spare = g_array_new (FALSE, FALSE, sizeof (gsize));
}

void
ay_part_sums_clear (AyPartSums *self)
{
  tree_clear (&self->tree);
  g_ptr_array_unref (self->sums);
  g_array_unref (self->spare);
}

double *
ay_part_sums_next (AyPartSums *self, GError **error)
{
  double *sum;

  if (self->begun)
    return self->sums->pdata[self->place];
  if (self->spare->len > 0)
    {
      self->place = g_array_index (self->spare, gsize, self->spare->len - 1);
      g_array_set_size (self->spare, self->spare->len - 1);
      sum = self->sums->pdata[self->place];
      memset (sum, 0, self->size * sizeof (double));
    }
  else
    {
      sum = ay_try_alloc (MAX (self->size, 1), sizeof (double), "the sums", error);
      if (sum == NULL)
        return NULL;
      self->place = self->sums->len;
      g_ptr_array_add (self->sums, sum);
    }
  self->begun = TRUE;
  return sum;
}

/* Carries out what the tree has planned; what was added is not needed any more. */
static void
add_up (AyPartSums *self)
{
  for (guint k = 0; k < self->tree.additions->len; k++)
    {
      Addition addition = g_array_index (self->tree.additions, Addition, k);
      double *restrict to = self->sums->pdata[addition.to];
      const double *restrict from = self->sums->pdata[addition.from];

      for (gsize j = 0; j < self->size; j++)
        to[j] += from[j];
      g_array_append_val (self->spare, addition.from);
    }
  g_array_set_size (self->tree.additions, 0);
}

void
ay_part_sums_push (AyPartSums *self)
{
  tree_add (&self->tree, (Place) { 0, self->next++, self->place });
  self->begun = FALSE;
  add_up (self);
}

static const double *
sum_of_node (const AyPartSums *self, guint node)
{
  return self->sums->pdata[g_array_index (self->tree.nodes, Place, node).at];
}

void
ay_part_sums_take (AyPartSums *self, double *nodes)
{
  for (guint k = 0; k < self->tree.nodes->len; k++)
    memcpy (nodes + k * self->size, sum_of_node (self, k), self->size * sizeof (double));
}

const double *
ay_part_sums_fold (AyPartSums *self)
{
  tree_fold (&self->tree);
  add_up (self);
  return self->tree.nodes->len > 0 ? sum_of_node (self, 0) : NULL;
}

gboolean
ay_part_sums_finish (AyPartSums *self, double *out, AyJob *job, GError **error)
{
  g_autofree double *nodes = NULL;
  const double *sum;

  if (self->parts->ranks != NULL)
    {
      nodes = ay_try_alloc (MAX (self->tree.nodes->len, 1) * self->size, sizeof (double),
                            "the sums", error);
      if (nodes == NULL)
        return FALSE;
      ay_part_sums_take (self, nodes);
      return ay_parts_merge (self->parts, nodes, self->size, out, job, error);
    }
  sum = ay_part_sums_fold (self);
  if (sum != NULL)
    memcpy (out, sum, self->size * sizeof (double));
  else
    memset (out, 0, self->size * sizeof (double));
  return ay_job_check (job, error);
}
