/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"
#include "core/base/diagnostic.h"
#include "core/base/matrix.h"

G_BEGIN_DECLS

#define AY_MAX_ONE_HOT 1000

/* Features of table columns: a NUMBER gives its values, a CATEGORY one 0/1 column for each of its
 * values among the rows with fit[i] != 0 (sorted as class names are; other values are all 0). A
 * missing value is replaced by the median, or the most frequent value, of the fitted rows, and
 * marked in a further 0/1 column; each such column is said ("imputed"), as is a column without any
 * value ("empty-column": it becomes 0). n x d floats, *names (nullable out) gets d names: "x",
 * "colour=red", "x missing". Errors: AY_ERROR_INPUT naming a column of more than AY_MAX_ONE_HOT
 * values, or the row and column of a number that is inf in single precision. (transfer full) */
AyMatrix *ay_table_features (AyColumn *const *columns, guint n_columns, const guint8 *fit,
                             char ***names, AyDiagnostics *diagnostics, AyJob *job, GError **error);

/* Rows with no missing value in any of the columns, ascending. (transfer full) */
guint32 *ay_table_complete_rows (AyColumn *const *columns, guint n_columns, gsize n, gsize *count);
/* FALSE and AY_ERROR_INPUT `WHERE: row R, column "x": missing value` for the first in row order. */
gboolean ay_table_refuse_missing (AyColumn *const *columns, guint n_columns, gsize n,
                                  const char *where, GError **error);

G_END_DECLS
