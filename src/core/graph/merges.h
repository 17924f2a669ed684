/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/pairs.h"

G_BEGIN_DECLS

/* When groups of near copies become one. */
typedef enum
{
  AY_LINKAGE_SINGLE,   /* at the nearest pair across: chains hang together */
  AY_LINKAGE_COMPLETE, /* at the farthest: all pairs of a group are that near */
} AyLinkage;

const char *ay_linkage_name (AyLinkage linkage); /* "single", "complete" */
gboolean ay_linkage_parse (const char *name, AyLinkage *linkage);

/* The groups of points a and b become one at this distance. */
typedef struct
{
  double height;
  guint32 a, b;
} AyMerge;

/* All merges up to the pairs' reach, ascending: the groups at any smaller distance are those that a
 * prefix makes. Immutable once returned. */
typedef struct
{
  gatomicrefcount ref;
  gsize n;
  AyLinkage linkage;
  AyDistance distance;
  double reach;
  AyMerge *merges; /* exact copies first, at height 0 */
  gsize n_merges;  /* < n */
} AyMerges;

/* (transfer full) Single: the spanning forest of the pairs. Complete: the dendrogram. Among equal
 * distances the pair of lower positions merges first. Memory: 16 bytes a merge; complete: up to 50
 * bytes a pair for a while. Errors: NOMEM, CANCELLED. */
AyMerges *ay_merges_new (const AyPairs *pairs, AyLinkage linkage, AyJob *job, GError **error);
AyMerges *ay_merges_ref (AyMerges *self);
void ay_merges_unref (AyMerges *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyMerges, ay_merges_unref)

G_END_DECLS
