/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"

G_BEGIN_DECLS

/* Named columns of equal length, in file order. Built by adding, then treated as immutable. */
typedef struct _AyTable AyTable;

AyTable *ay_table_new (gsize rows);
AyTable *ay_table_ref (AyTable *self);
void ay_table_unref (AyTable *self);
/* Takes the column; it has the table's number of rows and a new name. */
void ay_table_take (AyTable *self, AyColumn *column);

gsize ay_table_rows (const AyTable *self);
guint ay_table_n_columns (const AyTable *self);
/* (transfer none) */
AyColumn *ay_table_column (const AyTable *self, guint i);
/* (transfer none) (nullable) */
AyColumn *ay_table_find (const AyTable *self, const char *name);
/* Rows of both, one after another; columns are matched by name and must be the same set, else
 * AY_ERROR_INPUT names the first that differs. */
AyTable *ay_table_concat (AyTable *a, AyTable *b, GError **error);

/* The rows rows[0..count-1] of every column, as ay_column_gather() has it. (transfer full) */
AyTable *ay_table_gather (const AyTable *self, const guint32 *rows, gsize count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyTable, ay_table_unref)

G_END_DECLS
