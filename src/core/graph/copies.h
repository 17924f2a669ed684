/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/point_set.h"

G_BEGIN_DECLS

/* For each point the first one with the same coordinates bit for bit (itself where it is the first
 * or a zero row under cosine); *n_copies: those that are not the first. The points' ranks share the
 * work. (transfer full) Errors: NOMEM, CANCELLED. */
guint32 *ay_copies_find (const AyPointSet *points, gsize *n_copies, AyJob *job, GError **error);

G_END_DECLS
