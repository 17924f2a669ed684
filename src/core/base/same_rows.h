/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/parallel.h"
#include "core/base/ranks.h"

G_BEGIN_DECLS

/* Rows 0 .. n - 1 that somebody can hash and compare. Both functions run on several threads. */
typedef struct
{
  gsize n;
  AyRanks *ranks; /* (nullable) they share the work */
  gsize block;    /* rows that are hashed at once */
  /* hash[i]: of row first + i, `count` of them; the same for rows that are the same. */
  void (*hash) (gsize first, gsize count, guint64 *hash, gpointer data);
  gboolean (*same) (gsize a, gsize b, gpointer data);
  gpointer data;
} AySameRows;

/* For each row the first one that is the same (itself where it is the first); *n_copies (nullable):
 * those that are not the first. One pass over the rows on all cores; O(n log n) for the sort; 24
 * bytes a row for a while. Ranks hash their share of the rows and tell each other, 8 bytes a row;
 * the hashes are shared out again, and each compares the rows of its own.
 * (transfer full): n, g_free(). NULL with AY_ERROR_NOMEM or CANCELLED. */
guint32 *ay_same_rows_first (const AySameRows *self, gsize *n_copies, AyJob *job, GError **error);

G_END_DECLS
