/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* A new workspace with scores, made by several ranks together (assay-mpi). Every rank reads the
 * labels and maps the feature files, of which it touches the rows that it works on; the first one
 * draws the parts, tells the others, and writes. */
typedef struct
{
  AyRanks *ranks;           /* (nullable) one */
  const char *path;         /* of the workspace, which must not exist */
  AyLoadOptions *load;      /* not embed; guessed roles are written back */
  const char *const *ids;   /* of what ay_ranks_can_make() */
  GHashTable *parameters;   /* (nullable) as ay_work_score() takes them, not slice, nor of; and
                               those of "pca" and "kmeans" as "pca.NAME", "kmeans.NAME" */
  guint64 seed;
  gboolean resume;          /* go on from the last stage that such a run has finished */
} AyRanksScore;

/* Whether that work is shared out: of some scores, by their ids, and of the
 * map "pca" and the clusters "kmeans". */
gboolean ay_ranks_can_make (const char *id);
/* All ranks call it; all return once the workspace is there, whole. FALSE on the rank where
 * something is wrong (and on all where ranks do not read the same data: CHANGED names the rank and
 * what differs); the others must then be ended. What was finished - the head, each score, each
 * map - stays in a file beside the workspace's place (rank_stages.h) until a run resumes it or
 * begins anew. */
gboolean ay_work_score_by_ranks (const AyRanksScore *run, AyJob *job, GError **error);

G_END_DECLS
