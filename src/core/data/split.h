/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"
#include "core/base/diagnostic.h"
#include "core/data/dataset.h"

G_BEGIN_DECLS

/* How the parts are drawn (DESIGN 1, "split"): of every class c with n_c eligible rows,
 * floor(fraction n_c + .5) but never the last one, uniformly with the seed; halved into valid and
 * test, the odd row to test. Rows of one unit go together and the counts are met as nearly as whole
 * units allow. With times the latest units are drawn, over all classes, and test is the later half.
 * A target that is a number counts as one class. */
typedef struct
{
  gsize n;
  const gint32 *label;  /* n: class, or AY_LABEL_MISSING; for a number 0 or AY_LABEL_MISSING */
  guint n_classes;      /* >= 1 */
  const guint32 *unit;  /* n: first row of the row's unit (ay_content_units) */
  const double *time;   /* (nullable) n: NaN = unknown, taken for the earliest */
  double fraction;      /* 0..1 of the eligible rows, for valid + test */
  gboolean valid_only;  /* test is given: all that is drawn is valid */
  guint64 seed;
} AySplitDraw;

/* Rows that are AY_SPLIT_TRAIN in split and have a label are eligible; those drawn become valid or
 * test. Units with a row that is not train, but labelled, stay. */
void ay_split_draw (const AySplitDraw *draw, guint8 *split);

/* Given parts: a column of names that ay_split_parse() knows. Rows without label become pool; a row
 * with a label and no part, or an unknown part, is AY_ERROR_INPUT naming row and value. */
gboolean ay_split_of_column (const AyColumn *column, const gint32 *label, guint8 *split,
                             GError **error);

G_END_DECLS
