/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact copies by hashing: 64 bits a point, points of one hash sorted together, and then compared
 * number by number. One pass over the points; 24 bytes a point for a while. Ranks tell each other
 * the hashes of their points; those of one hash are compared by the rank that has the first. */
#include "core/graph/copies.h"

#include "core/base/error.h"
#include "core/base/parts.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK 512

typedef struct
{
  guint64 hash;
  guint32 position;
} Key;

typedef struct
{
  const AyPointSet *points;
  AyParts parts;
  guint64 *hash;      /* n */
} Hash;

/* A point, and the first that it is a copy of. */
typedef struct
{
  guint32 position, first;
} Copy;

/* 0 and -0 are one number. */
static guint64
hash_of (const double *x, gsize d)
{
  guint64 hash = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  for (gsize k = 0; k < d; k++)
    {
      double value = x[k] + 0.0;
      guint64 bits;

      memcpy (&bits, &value, sizeof bits);
      hash = (hash ^ bits) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
      hash ^= hash >> 32;
    }
  return hash;
}

static void
hash_block (gsize block, guint worker, gpointer data)
{
  Hash *self = data;
  gsize n = self->points->n, end = MIN ((block + 1) * BLOCK, n), d = self->points->d;
  g_autofree double *x = g_new (double, d);

  for (gsize i = block * BLOCK; i < end; i++)
    {
      ay_point_set_get (self->points, i, x);
      self->hash[i] = hash_of (x, d);
    }
}

static int
compare_keys (const void *a, const void *b)
{
  const Key *x = a, *y = b;

  if (x->hash != y->hash)
    return x->hash < y->hash ? -1 : 1;
  return (x->position > y->position) - (x->position < y->position);
}

/* The first of keys[0..n-1], which share a hash, that is the same point as keys[n]. */
static guint32
first_same (const Hash *self, const Key *keys, gsize n, const guint32 *first, double *x,
            double *scratch)
{
  gsize d = self->points->d;

  ay_point_set_get (self->points, keys[n].position, x);
  for (gsize i = 0; i < n; i++)
    {
      gboolean same = first[keys[i].position] == keys[i].position;

      if (!same)
        continue;
      ay_point_set_get (self->points, keys[i].position, scratch);
      for (gsize k = 0; k < d && same; k++)
        same = x[k] == scratch[k];
      if (same)
        return keys[i].position;
    }
  return keys[n].position;
}

/* Points in order of their hashes. (transfer full) */
static Key *
sort_hashes (Hash *self, AyJob *job, GError **error)
{
  gsize n = self->points->n;
  g_autofree guint64 *hash = ay_try_alloc (n, sizeof *hash, "copies", error);
  g_autofree Key *keys = hash != NULL ? ay_try_alloc (n, sizeof *keys, "copies", error) : NULL;

  self->hash = hash;
  if (keys == NULL || !ay_parts_for (&self->parts, hash_block, self, job, error)
      || !ay_parts_gather (&self->parts, hash, sizeof *hash, error))
    return NULL;
  for (gsize i = 0; i < n; i++)
    keys[i] = (Key) { hash[i], (guint32) i };
  qsort (keys, n, sizeof *keys, compare_keys);
  return g_steal_pointer (&keys);
}

/* Copies among the points of each hash whose first point is a rank's own. */
static void
compare_points (const Hash *self, const Key *keys, guint32 *first, GArray *copies)
{
  gsize n = self->points->n, run = 0, own;
  gsize count = ay_parts_rows_of_rank (&self->parts, ay_ranks_own (self->parts.ranks), &own);
  g_autofree double *x = g_new (double, self->points->d);
  g_autofree double *scratch = g_new (double, self->points->d);

  for (gsize i = 0; i < n; i++)
    {
      Copy copy = { keys[i].position, keys[i].position };

      if (i > 0 && keys[i].hash != keys[i - 1].hash)
        run = i;
      first[copy.position] = copy.position;
      if (run < i && keys[run].position >= own && keys[run].position < own + count
          && !ay_point_is_zero (self->points, copy.position))
        first[copy.position] = copy.first
            = first_same (self, keys + run, i - run, first, x, scratch);
      if (copy.first != copy.position)
        g_array_append_val (copies, copy);
    }
}

guint32 *
ay_copies_find (const AyPointSet *points, gsize *n_copies, AyJob *job, GError **error)
{
  g_autofree guint32 *first = ay_try_alloc (points->n, sizeof *first, "copies", error);
  Hash self = { points, ay_parts_by (points->points.ranks, points->n, BLOCK), NULL };
  g_autoptr (GArray) copies = g_array_new (FALSE, FALSE, sizeof (Copy));
  g_autofree Key *keys = NULL;
  g_autofree Copy *all = NULL;
  AyRankList mine;

  *n_copies = 0;
  self.parts.what = "hashes of the points";
  keys = first != NULL ? sort_hashes (&self, job, error) : NULL;
  if (keys == NULL)
    return NULL;
  compare_points (&self, keys, first, copies);
  mine = (AyRankList) { copies->data, copies->len, sizeof (Copy) };
  all = ay_ranks_gather_lists (points->points.ranks, "copies", &mine, n_copies, error);
  if (all == NULL)
    return NULL;
  for (gsize c = 0; c < *n_copies; c++)
    first[all[c].position] = all[c].first;
  return g_steal_pointer (&first);
}
