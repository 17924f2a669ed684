/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact copies by hashing: 64 bits a point, points of one hash sorted together, and then compared
 * number by number. One pass over the points; 16 bytes a point for a while. */
#include "core/graph/copies.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

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
  Key *keys;
} Hash;

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
      self->keys[i] = (Key) { hash_of (x, d), (guint32) i };
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

guint32 *
ay_copies_find (const AyPointSet *points, gsize *n_copies, AyJob *job, GError **error)
{
  gsize n = points->n, run = 0;
  g_autofree guint32 *first = ay_try_alloc (n, sizeof *first, "copies", error);
  g_autofree Key *keys = first != NULL ? ay_try_alloc (n, sizeof *keys, "copies", error) : NULL;
  g_autofree double *x = g_new (double, points->d), *scratch = g_new (double, points->d);
  Hash self = { points, keys };

  *n_copies = 0;
  if (keys == NULL
      || !ay_parallel_for (ay_n_blocks (n, BLOCK), hash_block, &self, job, error))
    return NULL;
  qsort (keys, n, sizeof *keys, compare_keys);
  for (gsize i = 0; i < n; i++)
    {
      guint32 position = keys[i].position;

      if (i > 0 && keys[i].hash != keys[i - 1].hash)
        run = i;
      first[position] = position;
      if (run < i && !ay_point_is_zero (points, position))
        first[position] = first_same (&self, keys + run, i - run, first, x, scratch);
      *n_copies += first[position] != position;
    }
  return g_steal_pointer (&first);
}
