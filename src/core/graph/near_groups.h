/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/merges.h"

G_BEGIN_DECLS

/* The groups of two or more points that merges up to a distance make. Numbered by their lowest
 * member. Immutable once returned. */
typedef struct
{
  gatomicrefcount ref;
  gsize n;
  double distance;  /* the distance they are cut at */
  AyLinkage linkage;
  gsize n_groups, n_members;
  guint32 *group;   /* n: G_MAXUINT32 = alone */
  gsize *start;     /* n_groups + 1, into members */
  guint32 *members; /* ascending within a group */
  double *weakest;  /* n_groups: distance of the weakest link: the longest edge of the spanning tree
                       (single) or the farthest pair (complete) */
} AyNearGroups;

/* (transfer full) Linear in points and merges, a few ms for 100000: made to follow a slider.
 * Distances beyond the merges' reach act like it. */
AyNearGroups *ay_near_groups_at (const AyMerges *merges, double distance);
AyNearGroups *ay_near_groups_ref (AyNearGroups *self);
void ay_near_groups_unref (AyNearGroups *self);

static inline gsize
ay_near_groups_size (const AyNearGroups *self, gsize group)
{
  return self->start[group + 1] - self->start[group];
}

/* For each member list of `count` points the one nearest to their mean: the one with the smallest
 * sum of squared distances to the others (ties: the lower position). */
guint32 ay_near_groups_centre (const AyPointSet *points, const guint32 *members, gsize count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyNearGroups, ay_near_groups_unref)

G_END_DECLS
