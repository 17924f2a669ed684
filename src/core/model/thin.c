/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fused softmax over thin products.
 *
 * With C classes the logits z W^T of a block of rows and the gradient R^T z are products of which
 * one side is only C wide. BLAS packs its operands first and reaches a third of the machine at
 * C = 10; here the block sits in the second-level cache, is read in place, and each number loaded
 * into a register is used for several classes. One text (thin_kernel.inc) is compiled for each
 * number type and vector width, chosen when the program runs: 128 bits (any machine), AVX2 with
 * FMA, AVX-512. Sums over a block's rows are kept in registers and added to doubles. */
#include "core/model/thin.h"

#include <math.h>
#include <string.h>

#define LEVEL1_BYTES 20000 /* weights kept in the first-level cache beside four rows */

#define GLUE_(a, b) a##_##b
#define GLUE(a, b) GLUE_ (a, b)
#define THIN(name) GLUE (name, SUFFIX)

#define REAL float
#define INTEGER guint32
#define EXP_MAGIC 12582912.0f
#define EXP_SHIFT 23
#define EXP_LEAST -87.0f
#define EXP_LN2_HIGH 0.693359375f
#define EXP_LN2_LOW -2.12194440e-4f
#define EXP_LAST (1.0f / 5040)
#define EXP_SERIES                                                                                \
  sum = sum * f + 1.0f / 720;                                                                     \
  sum = sum * f + 1.0f / 120;                                                                     \
  sum = sum * f + 1.0f / 24;                                                                      \
  sum = sum * f + 1.0f / 6;                                                                       \
  sum = sum * f + 0.5f;                                                                           \
  sum = sum * f + 1.0f;                                                                           \
  sum = sum * f + 1.0f;

#define SUFFIX f32_plain
#define WIDTH 4
#define TILE 3
#include "core/model/thin_kernel.inc"
#undef SUFFIX
#undef WIDTH
#undef TILE

#if defined __x86_64__
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define SUFFIX f32_avx2
#define WIDTH 8
#define TILE 3
#include "core/model/thin_kernel.inc"
#undef SUFFIX
#undef WIDTH
#undef TILE
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,fma")
#define SUFFIX f32_avx512
#define WIDTH 16
#define TILE 6
#include "core/model/thin_kernel.inc"
#undef SUFFIX
#undef WIDTH
#undef TILE
#pragma GCC pop_options
#endif

/* The widest text on any machine, so that a test can run it where AVX-512 is absent. */
#define SUFFIX f32_wide
#define WIDTH 16
#define TILE 6
#include "core/model/thin_kernel.inc"
#undef SUFFIX
#undef WIDTH
#undef TILE

#undef REAL
#undef INTEGER
#undef EXP_MAGIC
#undef EXP_SHIFT
#undef EXP_LEAST
#undef EXP_LN2_HIGH
#undef EXP_LN2_LOW
#undef EXP_LAST
#undef EXP_SERIES

#define REAL double
#define INTEGER guint64
#define EXP_MAGIC 6755399441055744.0
#define EXP_SHIFT 52
#define EXP_LEAST -708.0
#define EXP_LN2_HIGH 0.693147180369123816490
#define EXP_LN2_LOW 1.90821492927058770002e-10
#define EXP_LAST (1.0 / 6227020800)
#define EXP_SERIES                                                                                \
  sum = sum * f + 1.0 / 479001600;                                                                \
  sum = sum * f + 1.0 / 39916800;                                                                 \
  sum = sum * f + 1.0 / 3628800;                                                                  \
  sum = sum * f + 1.0 / 362880;                                                                   \
  sum = sum * f + 1.0 / 40320;                                                                    \
  sum = sum * f + 1.0 / 5040;                                                                     \
  sum = sum * f + 1.0 / 720;                                                                      \
  sum = sum * f + 1.0 / 120;                                                                      \
  sum = sum * f + 1.0 / 24;                                                                       \
  sum = sum * f + 1.0 / 6;                                                                        \
  sum = sum * f + 0.5;                                                                            \
  sum = sum * f + 1.0;                                                                            \
  sum = sum * f + 1.0;

#define SUFFIX f64_plain
#define WIDTH 4
#define TILE 3
#include "core/model/thin_kernel.inc"
#undef SUFFIX
#undef WIDTH
#undef TILE

#if defined __x86_64__
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define SUFFIX f64_avx2
#define WIDTH 4
#define TILE 3
#include "core/model/thin_kernel.inc"
#undef SUFFIX
#undef WIDTH
#undef TILE
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,fma")
#define SUFFIX f64_avx512
#define WIDTH 8
#define TILE 6
#include "core/model/thin_kernel.inc"
#undef SUFFIX
#undef WIDTH
#undef TILE
#pragma GCC pop_options
#endif

#define SUFFIX f64_wide
#define WIDTH 8
#define TILE 6
#include "core/model/thin_kernel.inc"

const AyThinKernels *
ay_thin_kernels_nth (gboolean exact, guint index)
{
  const AyThinKernels *all[4] = { NULL, NULL, NULL, NULL };
  guint n = 0;

#if defined __x86_64__
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512dq"))
    all[n++] = exact ? &kernels_f64_avx512 : &kernels_f32_avx512;
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    all[n++] = exact ? &kernels_f64_avx2 : &kernels_f32_avx2;
#endif
  all[n++] = exact ? &kernels_f64_plain : &kernels_f32_plain;
  all[n++] = exact ? &kernels_f64_wide : &kernels_f32_wide;
  return index < n ? all[index] : NULL;
}

const AyThinKernels *
ay_thin_kernels (gboolean exact)
{
  return ay_thin_kernels_nth (exact, 0);
}
