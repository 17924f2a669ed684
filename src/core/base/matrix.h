/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/base/ranks.h"

G_BEGIN_DECLS

typedef enum
{
  AY_DTYPE_F16, AY_DTYPE_F32, AY_DTYPE_F64,
  AY_DTYPE_BOOL,
  AY_DTYPE_I8, AY_DTYPE_I16, AY_DTYPE_I32, AY_DTYPE_I64,
  AY_DTYPE_U8, AY_DTYPE_U16, AY_DTYPE_U32, AY_DTYPE_U64,
} AyDtype;

gsize ay_dtype_size (AyDtype dtype);
const char *ay_dtype_name (AyDtype dtype); /* "f32" ... */

/* A rows x cols matrix of numbers, immutable, ref-counted; usually a memory-mapped file that is
 * never copied: consumers read blocks of rows, converted to float or double as they ask.
 * A matrix may be several laid end to end (data file, then validation file). */
typedef struct _AyMatrix AyMatrix;

/* Wraps data that `owner` keeps alive; owner_free (owner) is called at the end (either may be
 * NULL). column_major: element (i, j) is at j * rows + i. swapped: bytes are in the other order. */
AyMatrix *ay_matrix_wrap (gsize rows, gsize cols, AyDtype dtype, gboolean column_major,
                          gboolean swapped, const void *data, gpointer owner,
                          GDestroyNotify owner_free);
/* Takes g_malloc'ed row-major data. */
AyMatrix *ay_matrix_take_f32 (gsize rows, gsize cols, float *data);
AyMatrix *ay_matrix_take_f64 (gsize rows, gsize cols, double *data);
/* The parts' rows one after another; all have the same cols (else AY_ERROR_INPUT naming both). */
AyMatrix *ay_matrix_concat (AyMatrix *const *parts, gsize n_parts, GError **error);
/* The same numbers in other rows and columns, rows x cols as before; NULL where they do not lie in
 * one piece row after row. (transfer full) */
AyMatrix *ay_matrix_reshape (AyMatrix *self, gsize rows, gsize cols);
AyMatrix *ay_matrix_ref (AyMatrix *self);
void ay_matrix_unref (AyMatrix *self);

gsize ay_matrix_rows (const AyMatrix *self);
gsize ay_matrix_cols (const AyMatrix *self);
/* dtype of the first part */
AyDtype ay_matrix_dtype (const AyMatrix *self);
/* Parts, to name the file of a row: the part of `row` and its first row. */
gsize ay_matrix_part (const AyMatrix *self, gsize row, gsize *first_row);

/* Rows first .. first+count-1 converted, row-major, into out (count x cols). */
void ay_matrix_get_f32 (const AyMatrix *self, gsize first, gsize count, float *out);
void ay_matrix_get_f64 (const AyMatrix *self, gsize first, gsize count, double *out);
/* Rows rows[0..count-1] in that order; runs of neighbouring rows are read together. */
void ay_matrix_gather_f32 (const AyMatrix *self, const guint32 *rows, gsize count, float *out);
void ay_matrix_gather_f64 (const AyMatrix *self, const guint32 *rows, gsize count, double *out);
double ay_matrix_value (const AyMatrix *self, gsize row, gsize col);

/* Where count rows from first are plain row-major native float (double), their address; else
 * NULL. */
const float *ay_matrix_peek_f32 (const AyMatrix *self, gsize first, gsize count);
const double *ay_matrix_peek_f64 (const AyMatrix *self, gsize first, gsize count);

/* Whether ay_matrix_peek_f32() knows the address of every row. */
gboolean ay_matrix_is_plain_f32 (const AyMatrix *self);

/* Finds the first NaN, inf or number beyond the range of float (in row order): TRUE when all are
 * finite; else FALSE with AY_ERROR_INPUT "NAME: row R, column C: nan", R counted from the part's
 * first row. One pass on all cores at the speed of memory; whole numbers are not read at all. */
gboolean ay_matrix_check_finite (const AyMatrix *self, const char *name, AyJob *job,
                                 GError **error);
/* The same of a rank's share of the numbers; ranks (nullable): all of them. */
gboolean ay_matrix_check_share (const AyMatrix *self, const char *name, AyRanks *ranks, AyJob *job,
                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyMatrix, ay_matrix_unref)

G_END_DECLS
