/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/bitset.h"
#include "core/base/job.h"
#include "core/base/table.h"

G_BEGIN_DECLS

/* Rows by an SQL expression over the columns of a table, e.g.  influence < 0 AND label = '7'.
 *
 * The expression is what may stand after WHERE in SQLite. Columns are named as in the table, ASCII
 * letter case aside (a second column of the same name in other case gets "_2" appended), in double
 * quotes when they are no plain word: "petal width" > 1. `row` is the row number, from 0, unless a
 * column is called so. Numbers compare as numbers, categories and texts as text; missing is NULL,
 * so it meets no comparison: ask for it by IS NULL. text LIKE '%refund%' is for words (ASCII case
 * aside), text REGEXP '^[Rr]efund' for Perl's patterns. Sub-queries may read `samples`, this same
 * table: loo < (SELECT avg(loo) FROM samples).
 *
 * A private connection in memory holds nothing but that read-only table; there is no way from an
 * expression to a file, to other tables or to a change. One thread at a time. */
typedef struct _AyFilter AyFilter;

/* Longest expression, in bytes. */
#define AY_FILTER_MAX_LENGTH 100000

/* Keeps a reference to the columns, copies nothing. */
AyFilter *ay_filter_new (AyTable *columns);
void ay_filter_free (AyFilter *self);
/* The rows for which `where` is true. AY_ERROR_INPUT: one line, "filter: no such column: x".
 * AY_ERROR_CANCELLED. About 0.1 s for 1 M rows and a simple expression. (transfer full) */
AyBitset *ay_filter_select (AyFilter *self, const char *where, AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyFilter, ay_filter_free)

G_END_DECLS
