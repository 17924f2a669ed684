/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/matrix.h"
#include "core/base/table.h"

G_BEGIN_DECLS

#define AY_MAX_DIMS 32 /* numpy's own limit */

/* Sizes of an array, first dimension = rows. n_dims 0: a single value. */
typedef struct
{
  guint n_dims;
  gsize size[AY_MAX_DIMS];
} AyShape;

/* Product of the sizes, every 0 counted as 1; FALSE when it does not fit. */
gboolean ay_shape_count (const AyShape *shape, gsize *count);
/* "(10, 28, 28)". (transfer full) */
char *ay_shape_to_string (const AyShape *shape);

/* An array of a file: numbers, or strings. Ref-counted, immutable.
 * Numbers: one dimension is a matrix of one column, more than two are flattened to rows x rest in
 * C order (the last index runs fastest), whatever the order in the file. */
typedef struct
{
  gatomicrefcount ref;
  AyShape shape;     /* as in the file */
  AyMatrix *matrix;  /* (nullable) */
  AyColumn *text;    /* (nullable): an array of strings, n or n x 1 */
} AyArray;

/* Takes either matrix or text. */
AyArray *ay_array_take (const AyShape *shape, AyMatrix *matrix, AyColumn *text);
AyArray *ay_array_ref (AyArray *self);
void ay_array_unref (AyArray *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyArray, ay_array_unref)

G_END_DECLS
