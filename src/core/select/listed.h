/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/select/strategy.h"

G_BEGIN_DECLS

/* Choosing among pools that stay where they are (work_owners_pick.h): of each, a list of rows that
 * may be picked; from all lists the same rows as from one pool of all rows. */
typedef struct
{
  guint64 id;       /* drawn by the system: says nothing to others */
  double score;     /* 1 - (p of the likeliest - p of the next) */
  guint64 cluster;  /* of the validation rows, which all have alike; 0 for margin */
} AyListed;

typedef struct
{
  gboolean by_cluster; /* cluster_margin with clusters=valid; else margin */
  gsize count;         /* over all lists */
} AyListedRule;

/* The rows of the pool that may be among the picks, highest score first: *n entries, and where they
 * are, *position. pool->p, landmarks and options are set. (transfer full) */
AyListed *ay_listed_new (const AyPool *pool, const AyListedRule *rule, gsize *n,
                         guint32 **position, AyJob *job, GError **error);
/* The picks from lists one after another, n entries in all: places, count of them, in the order in
 * which they are taken. RANGE: fewer than count are listed. (transfer full) */
gsize *ay_listed_pick (const AyListed *listed, gsize n, const AyPool *options,
                       const AyListedRule *rule, GError **error);

G_END_DECLS
