/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"

G_BEGIN_DECLS

/* Two rows of a column that hold the same id, or the first row without one. */
typedef struct
{
  gsize first, second; /* second: of a pair; G_MAXSIZE when first has no id */
} AyIdFault;

/* TRUE when every row has an id and no two are equal; else *fault is the first such row in file
 * order. Ids are compared as the text that an export writes. 16 bytes a row for a while. */
gboolean ay_ids_check (const AyColumn *ids, AyIdFault *fault);

/* For each row of ids the row of `other` with the same id, or AY_ROW_NONE. *n_surplus (nullable)
 * gets the number of rows of other that none has. Both hold distinct ids; rows without id match
 * nothing. (transfer full) */
guint32 *ay_ids_join (const AyColumn *ids, const AyColumn *other, gsize *n_surplus);

G_END_DECLS
