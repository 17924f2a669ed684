/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/bitset.h"
#include "core/base/table.h"

G_BEGIN_DECLS

/* The filters that a person set, all holding at once: an SQL condition with the rows it gave,
 * classes hidden in the legend, ranges brushed on columns. A value: copied for undo. */
typedef struct
{
  char *where;       /* (nullable) */
  AyBitset *matches; /* (nullable) rows of where */
  AyBitset *hidden;  /* (nullable) codes of the column `label` that are hidden */
  GArray *brushes;   /* of AssayBrush */
} AssayFilters;

typedef struct
{
  char *column;
  double low, high;
} AssayBrush;

AssayFilters *assay_filters_new (void);
AssayFilters *assay_filters_copy (const AssayFilters *self);
void assay_filters_free (AssayFilters *self);
gboolean assay_filters_is_empty (const AssayFilters *self);
/* low > high, or a NaN, removes the brush. */
void assay_filters_set_brush (AssayFilters *self, const char *column, double low, double high);
const AssayBrush *assay_filters_find_brush (const AssayFilters *self, const char *column);
/* The rows of the table that pass; a brush on a column that is gone holds for every row. */
void assay_filters_apply (const AssayFilters *self, AyTable *columns, AyBitset *visible);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayFilters, assay_filters_free)

G_END_DECLS
