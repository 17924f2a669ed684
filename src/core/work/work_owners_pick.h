/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work_owners.h"

G_BEGIN_DECLS

/* What to label next, one budget over the pools of owners who keep their rows: a head of their
 * labelled rows by sums, as a loop of selection has it (loop_state.h: scales of labelled rows and
 * pool, lambda held); each owner scores its own pool and sends a list of (opaque id, score,
 * cluster); from all lists every owner finds the same picks, and knows its own. */
typedef struct
{
  guint32 row;      /* of this owner's data */
  guint order;      /* among all picks, from 0 */
  double score;
  guint64 id, cluster;
} AyOwnPick;

typedef struct
{
  gboolean by_cluster; /* as cluster_margin with clusters=valid; else margin */
  gsize count;
  guint candidates;    /* of cluster_margin; 0: its default */
  GArray *picks;       /* out: of AyOwnPick, in their order (transfer full) */
  gsize n_listed;      /* out: rows on all lists */
} AyOwnersPick;

/* run: path NULL, no ids. RANGE: the pools have fewer rows. All owners call it. */
gboolean ay_work_pick_owners (const AyOwnersRun *run, AyOwnersPick *pick, AyOwnersResult *out,
                              AyJob *job, GError **error);

G_END_DECLS
