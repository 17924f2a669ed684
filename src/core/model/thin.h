/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Products of a block of rows with a few columns, and the softmax between them, in the vector
 * instructions this machine has; in float or in double. Output of class c for row i of a block is
 * at c * out_stride + i. Only classes 0..n_classes-2 are multiplied: the last class's weights are
 * minus the sum of the others, and so are its logits and its gradient. */
#define AY_THIN_ROWS 16 /* a block's rows are padded to a multiple of this */
#define AY_THIN_ALIGN 64

typedef struct
{
  const void *z;        /* rows x stride numbers, aligned; rows past count are finite */
  gsize stride;         /* a multiple of 16 */
  gsize rows, count;    /* padded; real */
  gsize out_stride;     /* >= rows */
  const gint32 *label;  /* count */
  const double *weight; /* rows, 0 past count */
  const char *ahead;    /* (nullable) memory wanted next: asked for while this is worked on */
  gsize ahead_bytes;
} AyThinBlock;

typedef struct
{
  double loss;   /* sum of weight x log-loss */
  double spread; /* sum of weight x (1 - sum of squared probabilities) */
} AyThinSums;

typedef struct
{
  /* out[c] = z theta[c] for c < k; theta is k x stride */
  void (*logits) (const AyThinBlock *block, const void *theta, guint k, void *out);
  /* sum (k x stride doubles) += r^T z */
  void (*gradient) (const AyThinBlock *block, const void *r, guint k, double *sum);
  /* logits (n_classes x out_stride, the last not read) become weight x (probability - is label)
   * of the classes but the last; scratch: 4 x out_stride */
  void (*residuals) (const AyThinBlock *block, guint n_classes, void *logits, void *scratch,
                     AyThinSums *sums);
  /* u becomes weight x (diag p - p p^T) u; the logits become p */
  void (*curvatures) (const AyThinBlock *block, guint n_classes, void *logits, void *scratch,
                      void *u);
  /* n floats to numbers of this kind */
  void (*load) (const float *from, gsize n, void *to);
  gsize size; /* bytes a number */
} AyThinKernels;

/* The best of this machine; exact: in double. */
const AyThinKernels *ay_thin_kernels (gboolean exact);

/* For tests: kernels by index 0.. until NULL; those this machine cannot run are left out. */
const AyThinKernels *ay_thin_kernels_nth (gboolean exact, guint index);

G_END_DECLS
