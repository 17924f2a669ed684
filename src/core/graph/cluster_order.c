/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/graph/cluster_order.h"

#include <stdlib.h>

typedef struct
{
  guint32 cluster, lowest;
  gsize size;
} Rank;

static int
compare_ranks (const void *a, const void *b)
{
  const Rank *x = a, *y = b;

  if (x->size != y->size)
    return x->size > y->size ? -1 : 1;
  return x->lowest < y->lowest ? -1 : x->lowest > y->lowest;
}

guint
ay_cluster_order (guint32 *cluster, gsize n, guint k, guint32 *old, gsize *size)
{
  g_autofree Rank *ranks = g_new (Rank, MAX (k, 1));
  g_autofree guint32 *number = g_new (guint32, MAX (k, 1));
  guint found = 0;

  for (guint c = 0; c < k; c++)
    ranks[c] = (Rank) { c, G_MAXUINT32, 0 };
  for (gsize i = 0; i < n; i++)
    if (cluster[i] != AY_CLUSTER_NONE)
      {
        Rank *rank = &ranks[cluster[i]];

        rank->size++;
        rank->lowest = MIN (rank->lowest, (guint32) i);
      }
  qsort (ranks, k, sizeof *ranks, compare_ranks);
  for (; found < k && ranks[found].size > 0; found++)
    {
      number[ranks[found].cluster] = found;
      old[found] = ranks[found].cluster;
      size[found] = ranks[found].size;
    }
  for (gsize i = 0; i < n; i++)
    if (cluster[i] != AY_CLUSTER_NONE)
      cluster[i] = number[cluster[i]];
  return found;
}
