/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "figure/points.h"

G_BEGIN_DECLS

/* Walking on a map by keys: from point to point, and from region to region. A region is a cluster,
 * where there are clusters, else a class. Only points that are placed and visible are walked to.
 * Each step reads all points once or twice: a few ms for a million. */
typedef struct
{
  const AyFigurePoints *points;
  const AyFigureView *view;
  double width, height; /* of the view in logical px */
  AyColumn *regions;    /* (nullable) a category */
} AssayMapWalk;

/* The regions of a session's rows. (transfer full) (nullable): neither clusters nor classes */
AyColumn *assay_map_walk_dup_regions (AssaySession *session);
/* The nearest point from `from` (-1: the middle) in a direction, dx to the right, dy downwards;
 * -1: none. */
gint64 assay_map_walk_to_point (const AssayMapWalk *self, gint64 from, int dx, int dy);
/* The most central point of the next region (step 1) or the one before (-1), around; -1: none. */
gint64 assay_map_walk_to_next (const AssayMapWalk *self, gint64 from, int step);
/* The most central point of the region whose middle is nearest in a direction; -1: none. */
gint64 assay_map_walk_to_region (const AssayMapWalk *self, gint64 from, int dx, int dy);
/* What a row is, for who cannot see it: id, label, value, and its region. (transfer full) */
char *assay_map_walk_dup_words (AyColumn *regions, AssaySession *session, gsize row);

G_END_DECLS
