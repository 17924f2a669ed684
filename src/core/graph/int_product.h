/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Inner products of rows of 16-bit whole numbers with 32-bit sums, about twice as fast as products
 * of floats. The caller sees to it that no product of two rows can exceed 31 bits: then no partial
 * sum does either (Cauchy and Schwarz). Sums of whole numbers are exact: the same on every machine.
 *
 * Both operands are packed: pairs of columns interleaved over `height` rows of the left, `width` of
 * the right one. */
#define AY_INT_HEIGHT 6

typedef struct
{
  const gint16 *left, *right; /* packed */
  gsize rows, columns;        /* to be multiplied, rounded up to HEIGHT and width when written */
  gsize depth;                /* numbers a row */
  float scale;                /* products times this */
  float *out;                 /* rows x columns, `stride` floats a row */
  gsize stride;
} AyIntProduct;

typedef struct
{
  guint width; /* rows of the right operand that are interleaved; divides 64 */
  void (*multiply) (const AyIntProduct *product);
} AyIntKernel;

/* Bytes that `rows` packed rows of depth numbers take with this interleaving. */
gsize ay_int_packed_size (gsize rows, gsize depth, guint interleave);
/* Puts one row into its place. row: depth numbers; the packed rows of a last, partial group must
 * all be put, zeros for those that there are not. */
void ay_int_pack_row (const gint16 *row, gsize depth, guint interleave, gsize at, gint16 *packed);

/* The best of this machine, or NULL where products of floats are as fast. */
const AyIntKernel *ay_int_kernel (void);
/* For tests: kernels by index 0.. until NULL; those this machine cannot run are left out. */
const AyIntKernel *ay_int_kernel_nth (guint index);

G_END_DECLS
