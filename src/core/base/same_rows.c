/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of one hash are sorted together, by (hash, row), and then compared. Buckets of the hashes'
 * leading bits are sorted and compared independently of each other; with ranks, a hash belongs to
 * the rank that is its remainder. */
#include "core/base/same_rows.h"

#include "core/base/error.h"
#include "core/base/parts.h"

#include <stdlib.h>

#define BUCKETS 256

typedef struct
{
  guint64 hash;
  guint32 row;
} Key;

/* A row, and the first that it is a copy of. */
typedef struct
{
  guint32 row, first;
} Copy;

typedef struct
{
  const AySameRows *rows;
  AyParts parts;
  guint64 *hash;            /* n */
  Key *keys;                /* own ones, by bucket */
  gsize starts[BUCKETS + 1];
  guint32 *first;           /* n */
} Search;

static void
hash_block (gsize block, guint worker, gpointer data)
{
  Search *self = data;
  gsize first = block * self->rows->block, count = MIN (self->rows->block, self->rows->n - first);

  self->rows->hash (first, count, self->hash + first, self->rows->data);
}

static inline gboolean
is_own (const AyRanks *ranks, guint64 hash)
{
  return ranks == NULL || hash % ranks->size == ranks->rank;
}

static inline guint
bucket_of (guint64 hash)
{
  return (guint) (hash >> 56);
}

/* Puts own hashes with their rows into buckets. */
static gboolean
fill_buckets (Search *self, GError **error)
{
  const AyRanks *ranks = self->rows->ranks;
  gsize n = self->rows->n, at[BUCKETS] = { 0 };

  for (gsize i = 0; i < n; i++)
    at[bucket_of (self->hash[i])] += is_own (ranks, self->hash[i]);
  for (guint b = 0; b < BUCKETS; b++)
    {
      self->starts[b + 1] = self->starts[b] + at[b];
      at[b] = self->starts[b];
    }
  self->keys = ay_try_alloc (MAX (self->starts[BUCKETS], 1), sizeof *self->keys, "row hashes",
                             error);
  if (self->keys == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (is_own (ranks, self->hash[i]))
      self->keys[at[bucket_of (self->hash[i])]++] = (Key) { self->hash[i], (guint32) i };
  return TRUE;
}

static int
compare_keys (const void *a, const void *b)
{
  const Key *x = a, *y = b;

  if (x->hash != y->hash)
    return x->hash < y->hash ? -1 : 1;
  return (x->row > y->row) - (x->row < y->row);
}

/* The first of keys[0 .. n - 1], which share a hash, that is the same row as keys[n]. */
static guint32
first_same (const Search *self, const Key *keys, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (self->first[keys[i].row] == keys[i].row
        && self->rows->same (keys[i].row, keys[n].row, self->rows->data))
      return keys[i].row;
  return keys[n].row;
}

static void
compare_bucket (gsize bucket, guint worker, gpointer data)
{
  Search *self = data;
  Key *keys = self->keys + self->starts[bucket];
  gsize n = self->starts[bucket + 1] - self->starts[bucket];

  qsort (keys, n, sizeof *keys, compare_keys);
  for (gsize i = 0, run = 0; i < n; i++)
    {
      if (keys[i].hash != keys[run].hash)
        run = i;
      self->first[keys[i].row] = first_same (self, keys + run, i - run);
    }
}

/* Tells the other ranks the copies among own hashes, and takes theirs. */
static gboolean
share_copies (Search *self, gsize *n_copies, GError **error)
{
  g_autoptr (GArray) copies = g_array_new (FALSE, FALSE, sizeof (Copy));
  g_autofree Copy *all = NULL;
  AyRankList mine;

  for (gsize k = 0; k < self->starts[BUCKETS]; k++)
    {
      Copy copy = { self->keys[k].row, self->first[self->keys[k].row] };

      if (copy.first != copy.row)
        g_array_append_val (copies, copy);
    }
  mine = (AyRankList) { copies->data, copies->len, sizeof (Copy) };
  all = ay_ranks_gather_lists (self->rows->ranks, "copies", &mine, n_copies, error);
  if (all == NULL)
    return FALSE;
  for (gsize c = 0; c < *n_copies; c++)
    self->first[all[c].row] = all[c].first;
  return TRUE;
}

static gboolean
search (Search *self, gsize *n_copies, AyJob *job, GError **error)
{
  return ay_parts_for (&self->parts, hash_block, self, job, error)
         && ay_parts_gather (&self->parts, self->hash, sizeof *self->hash, error)
         && fill_buckets (self, error)
         && ay_parallel_for (BUCKETS, compare_bucket, self, job, error)
         && share_copies (self, n_copies, error);
}

guint32 *
ay_same_rows_first (const AySameRows *rows, gsize *n_copies, AyJob *job, GError **error)
{
  gsize n = rows->n, count;
  g_autofree guint32 *first = ay_try_alloc (MAX (n, 1), sizeof *first, "row groups", error);
  g_autofree guint64 *hash
      = first != NULL ? ay_try_alloc (MAX (n, 1), sizeof *hash, "row hashes", error) : NULL;
  Search self = { rows, ay_parts_by (rows->ranks, n, rows->block), hash, NULL, { 0 }, first };
  gboolean found;

  if (hash == NULL)
    return NULL;
  self.parts.what = "hashes of rows";
  for (gsize i = 0; i < n; i++)
    first[i] = (guint32) i;
  found = search (&self, n_copies != NULL ? n_copies : &count, job, error);
  g_free (self.keys);
  return found ? g_steal_pointer (&first) : NULL;
}
