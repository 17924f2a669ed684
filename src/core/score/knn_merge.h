/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/parts.h"
#include "core/score/knn_distances.h"

G_BEGIN_DECLS

/* The nearest rows of each query of a tile, of all ranks' rows: each rank tells its own nearest
 * ones, and every rank merges them. */
typedef struct _AyKnnMerge AyKnnMerge;

/* rows: parts of ranks, which are not NULL. count: rows of a merged list; exact: of its first ones
 * what refining needs; tile: queries at a time, at most. Errors: NOMEM. (transfer full) */
AyKnnMerge *ay_knn_merge_new (const AyParts *rows, gsize count, gsize exact, gsize tile,
                              GError **error);
void ay_knn_merge_free (AyKnnMerge *self);

/* Where query t's own nearest rows go, in order: *count of them, and of the first *exact also what
 * refining needs. */
guint64 *ay_knn_merge_own (AyKnnMerge *self, gsize t, gsize *count, AyKnnExact **known,
                           gsize *exact);
/* All ranks have told those of `count` queries. */
gboolean ay_knn_merge_gather (AyKnnMerge *self, gsize count, GError **error);
/* Query t's list over all ranks. known: `exact` of them. Returns its length. */
gsize ay_knn_merge_list (const AyKnnMerge *self, gsize t, guint64 *entry, AyKnnExact *known);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyKnnMerge, ay_knn_merge_free)

G_END_DECLS
