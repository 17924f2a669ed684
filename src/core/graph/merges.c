/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merge lists of pairs sorted by distance.
 *
 * Single linkage: Kruskal's spanning forest; a pair whose points are in different groups merges
 * them. Complete linkage from the same sorted pairs: for any two groups the pairs across that have
 * gone by are counted; when all |A| |B| have, the last one is the distance of A and B, and no two
 * groups were complete before: so this is the next merge of the dendrogram. Counts live in a hash
 * table of group pairs; a merge moves the entries of the group with fewer neighbours.
 *
 * Cost: single, near linear in the pairs; complete, a table look-up a pair, and for merges
 * O(pairs log n) moves. One thread. */
#include "core/graph/merges.h"

#include "core/base/error.h"
#include "core/base/roots.h"

#include <string.h>

#define CHECK_EVERY 4096

const char *
ay_linkage_name (AyLinkage linkage)
{
  return linkage == AY_LINKAGE_COMPLETE ? "complete" : "single";
}

gboolean
ay_linkage_parse (const char *name, AyLinkage *linkage)
{
  for (int k = AY_LINKAGE_SINGLE; k <= AY_LINKAGE_COMPLETE; k++)
    if (strcmp (name, ay_linkage_name ((AyLinkage) k)) == 0)
      {
        *linkage = (AyLinkage) k;
        return TRUE;
      }
  return FALSE;
}

AyMerges *
ay_merges_ref (AyMerges *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_merges_unref (AyMerges *self)
{
  if (!g_atomic_ref_count_dec (&self->ref))
    return;
  g_free (self->merges);
  g_free (self);
}

/* How many pairs across two groups have gone by: open addressing, linear probing. */
typedef struct
{
  guint64 key; /* (lower root << 32 | higher) + 1; 0: free */
  guint64 count;
} Entry;

typedef struct
{
  Entry *entries;
  gsize mask, used;
} Counts;

typedef struct
{
  guint32 *parent;
  guint32 *size;      /* of the group, by root, in points that are no copies */
  GArray **neighbour; /* by root: groups it shares an entry with; some have gone */
  Counts counts;
} Complete;

static guint64
key_of (guint32 a, guint32 b)
{
  return (((guint64) MIN (a, b) << 32) | MAX (a, b)) + 1;
}

static gsize
slot_of (const Counts *self, guint64 key)
{
  gsize at = (gsize) ((key * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 20) & self->mask;

  while (self->entries[at].key != 0 && self->entries[at].key != key)
    at = (at + 1) & self->mask;
  return at;
}

static gboolean
counts_grow (Counts *self, GError **error)
{
  Counts larger = { NULL, self->entries != NULL ? self->mask * 2 + 1 : 1023, self->used };

  larger.entries = ay_try_alloc (larger.mask + 1, sizeof (Entry), "complete linkage", error);
  if (larger.entries == NULL)
    return FALSE;
  for (gsize i = 0; self->entries != NULL && i <= self->mask; i++)
    if (self->entries[i].key != 0)
      larger.entries[slot_of (&larger, self->entries[i].key)] = self->entries[i];
  g_free (self->entries);
  *self = larger;
  return TRUE;
}

/* Takes an entry out, closing the gap it leaves; its count, 0 where there is none. */
static guint64
counts_take (Counts *self, guint64 key)
{
  gsize at = slot_of (self, key), next;
  guint64 count = self->entries[at].count;

  if (self->entries[at].key == 0)
    return 0;
  self->used--;
  self->entries[at].key = self->entries[at].count = 0;
  for (next = (at + 1) & self->mask; self->entries[next].key != 0; next = (next + 1) & self->mask)
    {
      Entry moved = self->entries[next];

      self->entries[next].key = self->entries[next].count = 0;
      self->entries[slot_of (self, moved.key)] = moved;
    }
  return count;
}

static void
add_neighbour (Complete *self, guint32 a, guint32 b)
{
  if (self->neighbour[a] == NULL)
    self->neighbour[a] = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_array_append_val (self->neighbour[a], b);
}

/* Adds to the count of two groups; the new count, or 0 when memory is short. */
static guint64
count_add (Complete *self, guint32 a, guint32 b, guint64 more, GError **error)
{
  Counts *counts = &self->counts;
  gsize at;

  if ((counts->entries == NULL || counts->used * 2 > counts->mask)
      && !counts_grow (counts, error))
    return 0;
  at = slot_of (counts, key_of (a, b));
  if (counts->entries[at].key == 0)
    {
      counts->entries[at].key = key_of (a, b);
      counts->used++;
      add_neighbour (self, a, b);
      add_neighbour (self, b, a);
    }
  return counts->entries[at].count += more;
}

static guint
n_neighbours (const Complete *self, guint32 a)
{
  return self->neighbour[a] != NULL ? self->neighbour[a]->len : 0;
}

static gboolean
unite (Complete *self, guint32 a, guint32 b, GError **error)
{
  guint32 kept = n_neighbours (self, a) >= n_neighbours (self, b) ? a : b;
  guint32 gone = kept == a ? b : a;
  GArray *moving = self->neighbour[gone];
  gboolean done = TRUE;

  counts_take (&self->counts, key_of (a, b));
  for (guint i = 0; moving != NULL && i < moving->len && done; i++)
    {
      guint32 c = g_array_index (moving, guint32, i);
      guint64 count = c != kept ? counts_take (&self->counts, key_of (gone, c)) : 0;

      done = count == 0 || count_add (self, kept, c, count, error) > 0;
    }
  g_clear_pointer (&self->neighbour[gone], g_array_unref);
  self->parent[gone] = kept;
  self->size[kept] += self->size[gone];
  return done;
}

static void
append (AyMerges *self, double height, guint32 a, guint32 b)
{
  self->merges[self->n_merges++] = (AyMerge) { height, MIN (a, b), MAX (a, b) };
}

static gboolean
merge_complete (AyMerges *out, const AyPairs *pairs, Complete *self, AyJob *job, GError **error)
{
  for (gsize p = 0; p < pairs->n_pairs; p++)
    {
      const AyPair *pair = &pairs->pairs[p];
      guint32 a = ay_root_of (self->parent, pair->i), b = ay_root_of (self->parent, pair->j);
      guint64 count;

      if (p % CHECK_EVERY == 0 && !ay_job_check (job, error))
        return FALSE;
      if (a == b)
        continue;
      count = count_add (self, a, b, 1, error);
      if (count == 0)
        return FALSE;
      if (count < (guint64) self->size[a] * self->size[b])
        continue;
      append (out, pair->distance, pair->i, pair->j);
      if (!unite (self, a, b, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_complete (AyMerges *out, const AyPairs *pairs, guint32 *parent, AyJob *job, GError **error)
{
  Complete self = { .parent = parent };
  gboolean done;

  self.size = g_new (guint32, pairs->n);
  for (gsize i = 0; i < pairs->n; i++)
    self.size[i] = 1;
  self.neighbour = g_new0 (GArray *, pairs->n);
  done = merge_complete (out, pairs, &self, job, error);
  for (gsize i = 0; i < pairs->n; i++)
    g_clear_pointer (&self.neighbour[i], g_array_unref);
  g_free (self.neighbour);
  g_free (self.size);
  g_free (self.counts.entries);
  return done;
}

static gboolean
run_single (AyMerges *out, const AyPairs *pairs, guint32 *parent, AyJob *job, GError **error)
{
  for (gsize p = 0; p < pairs->n_pairs; p++)
    {
      const AyPair *pair = &pairs->pairs[p];
      guint32 a = ay_root_of (parent, pair->i), b = ay_root_of (parent, pair->j);

      if (p % CHECK_EVERY == 0 && !ay_job_check (job, error))
        return FALSE;
      if (a == b)
        continue;
      append (out, pair->distance, pair->i, pair->j);
      parent[MAX (a, b)] = MIN (a, b);
    }
  return TRUE;
}

AyMerges *
ay_merges_new (const AyPairs *pairs, AyLinkage linkage, AyJob *job, GError **error)
{
  g_autoptr (AyMerges) self = g_new0 (AyMerges, 1);
  g_autofree guint32 *parent = NULL;

  g_atomic_ref_count_init (&self->ref);
  self->n = pairs->n;
  self->linkage = linkage;
  self->distance = pairs->distance;
  self->reach = pairs->reach;
  self->merges = ay_try_alloc (pairs->n, sizeof *self->merges, "the groups", error);
  parent = self->merges != NULL ? ay_try_alloc (pairs->n, sizeof *parent, "the groups", error)
                                : NULL;
  if (parent == NULL)
    return NULL;
  for (gsize i = 0; i < pairs->n; i++)
    {
      parent[i] = (guint32) i;
      if (pairs->first[i] != i)
        append (self, 0.0, pairs->first[i], (guint32) i);
    }
  if (linkage == AY_LINKAGE_COMPLETE ? !run_complete (self, pairs, parent, job, error)
                                     : !run_single (self, pairs, parent, job, error))
    return NULL;
  return g_steal_pointer (&self);
}
