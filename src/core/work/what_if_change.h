/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work.h"

G_BEGIN_DECLS

/* What a what-if does to the training rows, by position in the training problem; what is not needed
 * is NULL. */
typedef struct
{
  AyWhatIfKind kind;
  guint8 *removed;
  gint32 *label;
  double *target, *weight;
  gsize n_rows;     /* training rows that it is about */
} AyWhatIfChange;

/* rows outside train are left alone. RANGE: no training row would be left; a label that the data
 * does not know. */
gboolean ay_what_if_change_make (const AyDataset *data, const AyProblem *train,
                                 const AyBitset *rows, const AyWhatIfOptions *options,
                                 AyWhatIfChange *change, GError **error);
void ay_what_if_change_clear (AyWhatIfChange *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyWhatIfChange, ay_what_if_change_clear)

G_END_DECLS
