/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work_ranks.h"

G_BEGIN_DECLS

/* What ranks make beside scores, for work_ranks.c: every rank makes it, the first one keeps it. */
typedef struct
{
  const char *id; /* as it is asked for; its parameters are asked for as "ID.NAME" */
  /* (transfer full), NULL on error. parameters: without "ID.". */
  gpointer (*make) (AyWork *work, GHashTable *parameters, guint64 seed, AyJob *job,
                    GError **error);
  gboolean (*keep) (AyWork *work, gpointer made, GError **error);
  GDestroyNotify free;
  const char *kind, *name; /* of the item that the workspace has once it is kept */
} AyRankMap;

/* (nullable) */
const AyRankMap *ay_rank_map_find (const char *id);
/* The parameters of one of them, or (id NULL) those that are of none of the asked ones.
 * (transfer full) */
GHashTable *ay_rank_map_parameters (const AyRanksScore *run, const char *id);

G_END_DECLS
