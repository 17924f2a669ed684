/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/problem.h"

G_BEGIN_DECLS

/* The loss that effects are measured on: the weighted mean loss over rows of the validation (or
 * test) part. Plain, class-balanced (each class the same total weight) or on a slice (rows of one
 * class, of a filter); chosen once and printed. It is an AyProblem whose weights say all of it. */
typedef enum { AY_TARGET_PLAIN, AY_TARGET_BALANCED } AyTargetKind;

/* slice: (nullable) rows of the data set to keep. NULL and AY_ERROR_RANGE when no row is left. */
AyOwnedProblem *ay_target_new (const AyDataset *data, AySplit split, AyTargetKind kind,
                               const AyBitset *slice, GError **error);
/* "mean loss over 180 validation rows, classes balanced, where label = '8'"; where (nullable): the
 * condition of the slice. (transfer full) */
char *ay_target_describe (const AyProblem *target, AySplit split, AyTargetKind kind,
                          const char *where);

G_END_DECLS
