/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/load.h"

G_BEGIN_DECLS

/* New labels of rows, by the row. */
typedef struct
{
  gint32 *label;   /* (nullable) n: class, or AY_LABEL_MISSING: as it is */
  double *target;  /* (nullable) n: of a numeric target, or NaN: as it is */
} AyNewLabels;

void ay_new_labels_init (AyNewLabels *self, const AyDataset *data);
void ay_new_labels_copy (AyNewLabels *self, const AyNewLabels *from, const AyDataset *data);
void ay_new_labels_clear (AyNewLabels *self);
/* A class by its name, or a number. AY_ERROR_INPUT names what is neither. */
gboolean ay_new_labels_set (AyNewLabels *self, const AyDataset *data, gsize row, const char *label,
                            GError **error);
/* Class of a row as it is now. */
gint32 ay_new_labels_class (const AyNewLabels *self, const AyDataset *data, gsize row);

/* The data set's own columns as they came, in their order, with labels corrected in the column that
 * they came from; before them `id` and `label` where these are in no column of the input. Opened
 * again with the same roles it is the same data. (transfer full) */
AyTable *ay_curated_table (const AyDataset *data, const AyLoadOptions *roles,
                           const AyNewLabels *labels);

G_END_DECLS
