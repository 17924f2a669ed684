/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/rank_maps.h"

G_BEGIN_DECLS

/* What a run of several ranks keeps of the stages it has finished: the workspace as it grows, under
 * a name of its own beside the one it will have. Only the first rank has one; for work_ranks.c. */

/* ".NAME.begun.assay" in the folder. (transfer full) */
char *ay_stages_path (const char *path);
/* The one that a run has left. CHANGED where its options were others; IO where another process has
 * it open. */
AyWork *ay_stages_open (const AyRanksScore *run, const char *asked, AyJob *job, GError **error);
/* Gives the finished file the name of the workspace. IO. */
gboolean ay_stages_name (const char *path, GError **error);
/* "\nKEY=VALUE" each, by key; parameters may be NULL. (transfer full) */
char *ay_stages_parameters (GHashTable *parameters);
/* What the run is asked, in one text: every option that the results depend on. (transfer full) */
char *ay_stages_asked (const AyRanksScore *run);

gboolean ay_stages_has_head (AyWork *self);
/* (nullable) (transfer full): of the head, once that stage is done. */
GBytes *ay_stages_head (AyWork *self);
/* Whether the score or map of that id is kept. */
gboolean ay_stages_has (AyWork *self, const char *id);

/* The kinds of stages, kept when they are done. With the first one the file is made, in place
 * of one that was left. */
gboolean ay_stages_keep_head (AyWork *self, const AyRanksScore *run, const char *asked,
                              GError **error);
typedef struct
{
  const char *id;
  AyScoreResult *result;
} AyStageScore;
gboolean ay_stages_keep_score (AyWork *self, const AyRanksScore *run, const char *asked,
                               const AyStageScore *score, GError **error);
typedef struct
{
  const AyRankMap *kind;
  gpointer made;
} AyStageMap;
gboolean ay_stages_keep_map (AyWork *self, const AyRanksScore *run, const char *asked,
                             const AyStageMap *map, GError **error);

/* Takes self. All stages are done: the workspace gets its name. */
gboolean ay_stages_finish (AyWork *self, const AyRanksScore *run, GError **error);

G_END_DECLS
