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

/* What is to be done, and the nodes that remain. */
typedef struct
{
  GArray *nodes;     /* of Place */
  GArray *additions; /* of Addition */
} Plan;

static void
plan_init (Plan *self)
{
  self->nodes = g_array_new (FALSE, FALSE, sizeof (Place));
  self->additions = g_array_new (FALSE, FALSE, sizeof (Addition));
}

static void
plan_clear (Plan *self)
{
  g_array_unref (self->nodes);
  g_array_unref (self->additions);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

/* Whether the node completes its parent with the one on its left. */
static gboolean
completes (guint left_level, gsize left, guint level, gsize index)
{
  return left_level == level && index % 2 == 1 && left + 1 == index;
}

static void
plan_add (Plan *self, Place node)
{
  while (self->nodes->len > 0)
    {
      Place left = g_array_index (self->nodes, Place, self->nodes->len - 1);
      Addition addition = { left.at, node.at };

      if (!completes (left.level, left.index, node.level, node.index))
        break;
      g_array_append_val (self->additions, addition);
      node = (Place) { node.level + 1, node.index / 2, left.at };
      g_array_set_size (self->nodes, self->nodes->len - 1);
    }
  g_array_append_val (self->nodes, node);
}

/* What is left, from the right. */
static void
plan_fold (Plan *self)
{
  for (guint k = self->nodes->len; k > 1; k--)
    {
      Addition addition = { g_array_index (self->nodes, Place, k - 2).at,
                            g_array_index (self->nodes, Place, k - 1).at };

      g_array_append_val (self->additions, addition);
    }
  g_array_set_size (self->nodes, MIN (self->nodes->len, 1));
}

static void
first_and_last (gsize n_parts, guint rank, guint size, gsize *first, gsize *last)
{
  *first = n_parts * rank / size;
  *last = n_parts * (rank + 1) / size;
}

/* The nodes that a rank's parts leave, places counted from 0 in the order of its parts. */
static void
plan_own (Plan *self, const AyParts *parts, guint rank)
{
  gsize first, last;

  first_and_last (parts->n_parts, rank, parts->ranks != NULL ? parts->ranks->size : 1, &first,
                  &last);
  for (gsize part = first; part < last; part++)
    plan_add (self, (Place) { 0, part, part - first });
}

typedef struct
{
  const Plan *plan;
  double *sums;
  gsize size;
} Adding;

static void
add_columns (gsize block, guint worker, gpointer data)
{
  const Adding *self = data;
  gsize first = block * COLUMNS, count = MIN (COLUMNS, self->size - first);
  GArray *additions = self->plan->additions;

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
carry_out (const Plan *plan, double *sums, gsize size, AyJob *job, GError **error)
{
  Adding adding = { plan, sums, size };

  return ay_parallel_for (ay_n_blocks (size, COLUMNS), add_columns, &adding, job, error);
}

/* --- parts --- */

AyParts
ay_parts_by (AyRanks *ranks, gsize n, gsize rows)
{
  AyParts self = { .ranks = ranks, .n = n, .rows = rows, .n_parts = ay_n_blocks (n, rows) };

  first_and_last (self.n_parts, ranks != NULL ? ranks->rank : 0, ranks != NULL ? ranks->size : 1,
                  &self.first, &self.last);
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
      gsize first, last;

      first_and_last (self->n_parts, r, self->ranks->size, &first, &last);
      sizes[r] = (MIN (last * self->rows, self->n) - MIN (first * self->rows, self->n)) * size;
    }
  mine = ay_try_alloc (MAX (sizes[self->ranks->rank], 1), 1, "results of a rank", error);
  if (mine == NULL)
    return FALSE;
  if (sizes[self->ranks->rank] > 0)
    memcpy (mine, (const char *) rows + at * size, sizes[self->ranks->rank]);
  return ay_ranks_gather (self->ranks, mine, sizes, rows, error);
}

/* --- all parts at once --- */

/* Nodes of all ranks, one after another, are added up into the first. */
static gboolean
join_nodes (const AyParts *self, double *all, gsize size, AyJob *job, GError **error)
{
  g_auto (Plan) plan;
  gsize at = 0;

  plan_init (&plan);
  for (guint r = 0; r < self->ranks->size; r++)
    {
      g_auto (Plan) own;

      plan_init (&own);
      plan_own (&own, self, r);
      for (guint k = 0; k < own.nodes->len; k++)
        {
          Place node = g_array_index (own.nodes, Place, k);

          node.at = at++;
          plan_add (&plan, node);
        }
    }
  plan_fold (&plan);
  return carry_out (&plan, all, size, job, error);
}

gsize
ay_parts_n_nodes (const AyParts *self, guint rank)
{
  g_auto (Plan) plan;

  plan_init (&plan);
  plan_own (&plan, self, rank);
  return plan.nodes->len;
}

/* Columns first .. first+count-1 of the nodes of all ranks, added up. all: room for them. */
static gboolean
merge_slice (const AyParts *self, const double *nodes, gsize size, gsize first, gsize count,
             double *all, const gsize *n_nodes, double *out, AyJob *job, GError **error)
{
  gsize own = n_nodes[self->ranks->rank];
  g_autofree gsize *sizes = g_new (gsize, self->ranks->size);
  g_autofree double *mine = ay_try_alloc (MAX (own * count, 1), sizeof (double), "sums", error);

  if (mine == NULL)
    return FALSE;
  for (gsize k = 0; k < own; k++)
    memcpy (mine + k * count, nodes + k * size + first, count * sizeof (double));
  for (guint r = 0; r < self->ranks->size; r++)
    sizes[r] = n_nodes[r] * count * sizeof (double);
  if (!ay_ranks_gather (self->ranks, mine, sizes, all, error)
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
  g_auto (Plan) plan;
  gsize stride = size;

  plan_init (&plan);
  plan_own (&plan, self, self->ranks != NULL ? self->ranks->rank : 0);
  if (self->ranks == NULL)
    plan_fold (&plan);
  if (!carry_out (&plan, sums, size, job, error))
    return FALSE;
  for (guint k = 0; k < plan.nodes->len; k++) /* side by side */
    if (g_array_index (plan.nodes, Place, k).at != k)
      memcpy (sums + k * stride, sums + g_array_index (plan.nodes, Place, k).at * stride,
              size * sizeof (double));
  return ay_parts_merge (self, sums, size, sums, job, error);
}

/* --- part after part --- */

typedef struct
{
  guint level;
  gsize index;
  double *sum;
} Node;

void
ay_part_sums_init (AyPartSums *self, const AyParts *parts, gsize size)
{
  *self = (AyPartSums) { .parts = parts, .size = size, .next = parts->first };
  self->nodes = g_ptr_array_new_with_free_func (g_free);
  self->spare = g_ptr_array_new_with_free_func (g_free);
}

void
ay_part_sums_clear (AyPartSums *self)
{
  for (guint k = 0; k < self->nodes->len; k++)
    g_free (((Node *) self->nodes->pdata[k])->sum);
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->spare);
  g_free (self->current);
}

double *
ay_part_sums_next (AyPartSums *self, GError **error)
{
  if (self->current != NULL)
    return self->current;
  if (self->spare->len == 0)
    return self->current = ay_try_alloc (MAX (self->size, 1), sizeof (double), "sums", error);
  self->current = g_ptr_array_steal_index (self->spare, self->spare->len - 1);
  memset (self->current, 0, self->size * sizeof (double));
  return self->current;
}

void
ay_part_sums_push (AyPartSums *self)
{
  Node *node = g_new (Node, 1);

  *node = (Node) { 0, self->next++, g_steal_pointer (&self->current) };
  while (self->nodes->len > 0)
    {
      Node *left = self->nodes->pdata[self->nodes->len - 1];

      if (!completes (left->level, left->index, node->level, node->index))
        break;
      for (gsize j = 0; j < self->size; j++)
        left->sum[j] += node->sum[j];
      g_ptr_array_add (self->spare, node->sum);
      node->sum = left->sum;
      node->level++;
      node->index /= 2;
      g_ptr_array_set_size (self->nodes, self->nodes->len - 1);
    }
  g_ptr_array_add (self->nodes, node);
}

void
ay_part_sums_take (AyPartSums *self, double *nodes)
{
  for (guint k = 0; k < self->nodes->len; k++)
    memcpy (nodes + k * self->size, ((Node *) self->nodes->pdata[k])->sum,
            self->size * sizeof (double));
}

const double *
ay_part_sums_fold (AyPartSums *self)
{
  for (guint k = self->nodes->len; k > 1; k--)
    {
      double *to = ((Node *) self->nodes->pdata[k - 2])->sum;
      Node *from = self->nodes->pdata[k - 1];

      for (gsize j = 0; j < self->size; j++)
        to[j] += from->sum[j];
      g_ptr_array_add (self->spare, g_steal_pointer (&from->sum));
      g_ptr_array_set_size (self->nodes, k - 1);
    }
  return self->nodes->len > 0 ? ((Node *) self->nodes->pdata[0])->sum : NULL;
}

gboolean
ay_part_sums_finish (AyPartSums *self, double *out, AyJob *job, GError **error)
{
  g_autofree double *nodes = NULL;
  const double *sum;

  if (self->parts->ranks != NULL)
    {
      nodes = ay_try_alloc (MAX (self->nodes->len, 1) * self->size, sizeof (double), "sums",
                            error);
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
