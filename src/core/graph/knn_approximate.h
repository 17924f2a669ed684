/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/neighbours.h"

G_BEGIN_DECLS

/* Approximate neighbours of the points among themselves into out, whose arrays and k are set; also
 * its method, recall and recall_sample. The same bytes for any number of threads.
 * Errors: NOMEM, CANCELLED. */
gboolean ay_knn_approximate (const AyPointSet *points, const AyNeighboursOptions *options,
                             AyNeighbours *out, AyJob *job, GError **error);

G_END_DECLS
