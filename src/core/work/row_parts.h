/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* What columns or words carry of a figure that is linear in a row's features, as the margin and the
 * influence on the target are: sum over features of slope x feature, plus a constant. */
typedef struct
{
  char *name;    /* of a column of the table, or a word of the text */
  char *value;   /* (nullable) of the column in this row */
  double part;
} AyPart;

typedef struct
{
  GArray *parts;       /* of AyPart, largest |part| first */
  double intercept;
  double average_text; /* what the text's features are measured from; 0 without text */
  double unnamed;      /* of features that have no name */
  double total;        /* the figure: all of these and residual sum to it */
  double residual;     /* what rounding left */
} AyRowParts;

void ay_row_parts_free (AyRowParts *self);

/* Whether columns or words of this data can be named; else why not. (transfer full) (nullable) */
char *ay_row_parts_refuse (const AyDataset *data);
/* Parts of a margin that is slope . z (why.h: AyWhy.slope) in row. Texts are counted anew for their
 * words, once. (transfer full) */
AyRowParts *ay_row_parts_of_margin (AyWork *work, guint32 row, const double *slope, AyJob *job,
                                    GError **error);
/* Parts of a training row's influence on the target's mean loss; NULL without an error where the
 * row is not fitted. (transfer full) */
AyRowParts *ay_row_parts_of_influence (AyWork *work, guint32 row, AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRowParts, ay_row_parts_free)

G_END_DECLS
