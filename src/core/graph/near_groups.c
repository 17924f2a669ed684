/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/graph/near_groups.h"

#include "core/base/roots.h"

#include <math.h>

AyNearGroups *
ay_near_groups_ref (AyNearGroups *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_near_groups_unref (AyNearGroups *self)
{
  if (!g_atomic_ref_count_dec (&self->ref))
    return;
  g_free (self->group);
  g_free (self->start);
  g_free (self->members);
  g_free (self->weakest);
  g_free (self);
}

/* Numbers the groups by their roots and lays the members out. parent: every entry a root. */
static void
lay_out (AyNearGroups *self, const guint32 *parent, const double *height)
{
  g_autofree guint32 *size = g_new0 (guint32, MAX (self->n, 1));
  g_autofree gsize *next = NULL;

  for (gsize i = 0; i < self->n; i++)
    size[parent[i]]++;
  for (gsize i = 0; i < self->n; i++)
    self->n_groups += size[i] > 1;
  self->start = g_new0 (gsize, self->n_groups + 1);
  self->weakest = g_new (double, MAX (self->n_groups, 1));
  for (gsize i = 0, g = 0; i < self->n; i++)
    {
      self->group[i] = G_MAXUINT32;
      if (size[i] < 2)
        continue;
      self->weakest[g] = height[i];
      self->start[g + 1] = self->start[g] + size[i];
      self->group[i] = (guint32) g++;
    }
  self->n_members = self->start[self->n_groups];
  self->members = g_new (guint32, MAX (self->n_members, 1));
  next = g_memdup2 (self->start, (self->n_groups + 1) * sizeof *next);
  for (gsize i = 0; i < self->n; i++)
    {
      self->group[i] = self->group[parent[i]];
      if (self->group[i] != G_MAXUINT32)
        self->members[next[self->group[i]]++] = (guint32) i;
    }
}

AyNearGroups *
ay_near_groups_at (const AyMerges *merges, double distance)
{
  AyNearGroups *self = g_new0 (AyNearGroups, 1);
  g_autofree guint32 *parent = g_new (guint32, MAX (merges->n, 1));
  g_autofree double *height = g_new0 (double, MAX (merges->n, 1));

  g_atomic_ref_count_init (&self->ref);
  self->n = merges->n;
  self->distance = distance;
  self->linkage = merges->linkage;
  self->group = g_new (guint32, MAX (merges->n, 1));
  for (gsize i = 0; i < merges->n; i++)
    parent[i] = (guint32) i;
  for (gsize m = 0; m < merges->n_merges && merges->merges[m].height <= distance; m++)
    {
      guint32 a = ay_root_of (parent, merges->merges[m].a);
      guint32 b = ay_root_of (parent, merges->merges[m].b);

      parent[MAX (a, b)] = MIN (a, b); /* the lowest member is the root */
      height[MIN (a, b)] = merges->merges[m].height; /* ascending: the last is the largest */
    }
  for (gsize i = 0; i < merges->n; i++)
    parent[i] = ay_root_of (parent, (guint32) i);
  lay_out (self, parent, height);
  return self;
}

guint32
ay_near_groups_centre (const AyPointSet *points, const guint32 *members, gsize count)
{
  gsize d = points->d;
  g_autofree double *mean = g_new0 (double, d), *x = g_new (double, d);
  double least = INFINITY;
  guint32 best = members[0];

  for (gsize i = 0; i < count; i++)
    {
      ay_point_set_get (points, members[i], x);
      for (gsize k = 0; k < d; k++)
        mean[k] += x[k] / (double) count;
    }
  for (gsize i = 0; i < count; i++)
    {
      double square = ay_point_set_square_from (points, mean, members[i], x);

      if (square < least)
        {
          least = square;
          best = members[i];
        }
    }
  return best;
}
