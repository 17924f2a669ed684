/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"

G_BEGIN_DECLS

/* A sparse rows x cols matrix by compressed rows: row i has index[k], value[k] for k in
 * start[i] .. start[i + 1] - 1, indices ascending. Owned arrays; immutable once filled. */
typedef struct
{
  gsize rows, cols;
  gsize *start;    /* rows + 1 */
  guint32 *index;
  float *value;
} AySparse;

/* Room for `count` values; NULL with AY_ERROR_NOMEM. (transfer full) */
AySparse *ay_sparse_new (gsize rows, gsize cols, gsize count, GError **error);
void ay_sparse_free (AySparse *self);
AySparse *ay_sparse_transpose (const AySparse *self, GError **error);
/* The rows with keep[i] != 0. (transfer full) */
AySparse *ay_sparse_take_rows (const AySparse *self, const guint8 *keep, GError **error);

/* out (rows x k) = self (rows x cols) * dense (cols x k), row-major float; blocks of rows on all
 * cores, each sum in order of the indices: same bytes for any number of threads. */
gboolean ay_sparse_times (const AySparse *self, const float *dense, gsize k, float *out, AyJob *job,
                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySparse, ay_sparse_free)

G_END_DECLS
