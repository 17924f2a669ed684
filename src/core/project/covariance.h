/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/project/centred.h"

G_BEGIN_DECLS

/* Second moments of centred rows, summed in double. `wide` takes the products in double too, else
 * in float within blocks of at most 2048 rows. The same bytes for any number of threads and, but
 * for ay_gram(), which every rank makes by itself, of the rows' ranks. */

/* d x d covariance (divisor n) of z, both triangles, and shift[j] = mean of z_j (what the centre
 * missed; already taken off the covariance). */
gboolean ay_covariance (const AyCentred *rows, gboolean wide, double *covariance, double *shift,
                        AyJob *job, GError **error);
/* n x n matrix of inner products of the rows about their mean, both triangles; always wide. */
gboolean ay_gram (const AyCentred *rows, double *gram, AyJob *job, GError **error);

/* Bytes of a block of rows that is shared by the workers. */
#define AY_MOMENT_BYTES (8 << 20)

G_END_DECLS
