/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The nearest rows over all ranks.
 *
 * The T nearest of all rows are among the ranks' own T nearest ones, which are in order: heads of
 * lists are taken one by one, the smallest (distance, row) first. So validation rows and lists of T
 * entries travel, training rows stay. For a query a rank gives 8 bytes for each of T rows, and 16
 * for each of the few first ones whose order may be in doubt; T x ranks comparisons to merge.
 * Memory: the lists of all ranks for a tile of queries. */
#include "core/score/knn_merge.h"

#include "core/base/error.h"

#include <string.h>

/* One rank's lists, one after another. */
typedef struct
{
  gsize count, exact; /* of a query */
  gsize entry, known; /* where the first query's begin, among all ranks' in units of a query */
} Share;

struct _AyKnnMerge
{
  AyRanks *ranks;
  gsize count, exact, queries; /* of a merged list; queries gathered */
  Share *shares;               /* one a rank; the last one past them all */
  guint64 *own, *entries;      /* tile x the own count, tile x all counts */
  AyKnnExact *own_known, *known;
};

AyKnnMerge *
ay_knn_merge_new (const AyParts *rows, gsize count, gsize exact, gsize tile, GError **error)
{
  g_autoptr (AyKnnMerge) self = g_new0 (AyKnnMerge, 1);
  guint size = rows->ranks->size;
  Share *own, *end;

  self->ranks = rows->ranks;
  self->count = MIN (count, rows->n);
  self->exact = MIN (exact, self->count);
  self->shares = g_new0 (Share, size + 1);
  for (guint r = 0; r < size; r++)
    {
      Share *share = self->shares + r;
      gsize first;

      share->count = MIN (ay_parts_rows_of_rank (rows, r, &first), self->count);
      share->exact = MIN (share->count, self->exact);
      share[1].entry = share->entry + share->count;
      share[1].known = share->known + share->exact;
    }
  own = self->shares + self->ranks->rank;
  end = self->shares + size;
  self->own = ay_try_alloc (tile * (own->count + end->entry), sizeof (guint64),
                            "the ranks' nearest rows", error);
  self->own_known = self->own != NULL
                        ? ay_try_alloc (tile * (own->exact + end->known), sizeof (AyKnnExact),
                                        "the ranks' nearest rows", error)
                        : NULL;
  if (self->own_known == NULL)
    return NULL;
  self->entries = self->own + tile * own->count;
  self->known = self->own_known + tile * own->exact;
  return g_steal_pointer (&self);
}

void
ay_knn_merge_free (AyKnnMerge *self)
{
  if (self == NULL)
    return;
  g_free (self->shares);
  g_free (self->own);
  g_free (self->own_known);
  g_free (self);
}

guint64 *
ay_knn_merge_own (AyKnnMerge *self, gsize t, gsize *count, AyKnnExact **known, gsize *exact)
{
  const Share *share = self->shares + self->ranks->rank;

  *count = share->count;
  *exact = share->exact;
  *known = self->own_known + t * share->exact;
  return self->own + t * share->count;
}

gboolean
ay_knn_merge_gather (AyKnnMerge *self, gsize count, GError **error)
{
  g_autofree gsize *sizes = g_new (gsize, self->ranks->size);

  self->queries = count;
  for (guint r = 0; r < self->ranks->size; r++)
    sizes[r] = count * self->shares[r].count * sizeof (guint64);
  if (!ay_ranks_gather (self->ranks, "nearest rows", self->own, sizes, self->entries, error))
    return FALSE;
  for (guint r = 0; r < self->ranks->size; r++)
    sizes[r] = count * self->shares[r].exact * sizeof (AyKnnExact);
  return ay_ranks_gather (self->ranks, "distances in doubt", self->own_known, sizes, self->known,
                          error);
}

gsize
ay_knn_merge_list (const AyKnnMerge *self, gsize t, guint64 *entry, AyKnnExact *known)
{
  guint size = self->ranks->size;
  g_autofree gsize *taken = g_new0 (gsize, size);

  for (gsize i = 0; i < self->count; i++)
    {
      guint64 least = G_MAXUINT64;
      guint from = 0;

      for (guint r = 0; r < size; r++)
        {
          const Share *share = self->shares + r;
          const guint64 *list = self->entries + self->queries * share->entry + t * share->count;

          if (taken[r] < share->count && list[taken[r]] < least)
            {
              least = list[taken[r]];
              from = r;
            }
        }
      entry[i] = least;
      if (i < self->exact)
        known[i] = self->known[self->queries * self->shares[from].known
                               + t * self->shares[from].exact + taken[from]];
      taken[from]++;
    }
  return self->count;
}
