/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/matrix.h"
#include "core/base/ranks.h"
#include "core/base/table.h"

G_BEGIN_DECLS

/* What makes two rows the same sample: the bytes of their features. Either may be absent. */
typedef struct
{
  const AyMatrix *matrix;       /* (nullable) n rows */
  AyColumn *const *columns;     /* n_columns columns of n rows */
  guint n_columns;
} AyContent;

/* For each of n rows the first row with exactly the same content (itself when it is the first), as
 * ay_same_rows_first() finds it. ranks (nullable): they share the work.
 * (transfer full): g_free(); NULL with AY_ERROR_CANCELLED or NOMEM. */
guint32 *ay_content_first (const AyContent *content, gsize n, AyRanks *ranks, AyJob *job,
                           GError **error);

/* Rows that belong together: the same content, nearly the same, or the same value of group
 * (missing: alone). For each row the first row of its unit. first is as ay_content_first() returns
 * it; near is of the same form; all three may be NULL. (transfer full); NULL with NOMEM. */
guint32 *ay_content_units (const guint32 *first, const guint32 *near, gsize n,
                           const AyColumn *group, GError **error);

/* Columns of the matrix that hold one value throughout; numbers of these columns, ascending.
 * (transfer full) */
guint32 *ay_content_constant_columns (const AyMatrix *matrix, gsize *count);

G_END_DECLS
