/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/matrix.h"

G_BEGIN_DECLS

/* The parts side by side, as floats: they have the same rows. One part is returned as it is, not
 * copied. (transfer full); NULL with NOMEM or CANCELLED. */
AyMatrix *ay_matrix_beside (AyMatrix *const *parts, gsize n_parts, AyJob *job, GError **error);
/* The rows rows[0..count-1], as floats. (transfer full) */
AyMatrix *ay_matrix_take_rows (AyMatrix *matrix, const guint32 *rows, gsize count, GError **error);

G_END_DECLS
