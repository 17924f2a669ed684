/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"

G_BEGIN_DECLS

/* Sums over all pairs of n points in the plane with the kernels of t-SNE, by interpolation. */
typedef struct _AyTsneGrid AyTsneGrid;

AyTsneGrid *ay_tsne_grid_new (gsize n, GError **error);
void ay_tsne_grid_free (AyTsneGrid *self);

/* force[i] = sum_j (y_i - y_j) / (1 + |y_i - y_j|^2)^2, n x 2; *normaliser = sum over i != j of
 * 1 / (1 + |y_i - y_j|^2). Positions are finite. The same bytes for any number of threads. Errors:
 * NOMEM, CANCELLED. */
gboolean ay_tsne_grid_sums (AyTsneGrid *self, const float *xy, float *force, double *normaliser,
                            AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyTsneGrid, ay_tsne_grid_free)

G_END_DECLS
