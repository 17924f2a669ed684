/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"

G_BEGIN_DECLS

/* All rows by the values of a column: numbers by size, categories and texts bytewise; missing ones
 * last either way, ties in file order. The one order of tables, galleries and exports.
 * (transfer full) */
guint32 *ay_column_order (const AyColumn *column, gboolean descending);

G_END_DECLS
