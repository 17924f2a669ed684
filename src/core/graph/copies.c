/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/graph/copies.h"

#include "core/base/same_rows.h"

#include <string.h>

#define BLOCK 512

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

/* Zero rows, which are copies of none, by their number. */
static void
hash_points (gsize first, gsize count, guint64 *hash, gpointer data)
{
  const AyPointSet *points = data;
  g_autofree double *x = g_new (double, points->d);

  for (gsize i = 0; i < count; i++)
    if (ay_point_is_zero (points, first + i))
      hash[i] = (first + i + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
    else
      {
        ay_point_set_get (points, first + i, x);
        hash[i] = hash_of (x, points->d);
      }
}

static gboolean
same_points (gsize a, gsize b, gpointer data)
{
  const AyPointSet *points = data;
  g_autofree double *pair = g_new (double, 2 * points->d);
  gboolean same = !ay_point_is_zero (points, a);

  ay_point_set_get (points, a, pair);
  ay_point_set_get (points, b, pair + points->d);
  for (gsize k = 0; k < points->d && same; k++)
    same = pair[k] == pair[points->d + k];
  return same;
}

guint32 *
ay_copies_find (const AyPointSet *points, gsize *n_copies, AyJob *job, GError **error)
{
  AySameRows rows = { points->n, points->points.ranks, BLOCK, hash_points, same_points,
                      (gpointer) points };

  *n_copies = 0;
  return ay_same_rows_first (&rows, n_copies, job, error);
}
