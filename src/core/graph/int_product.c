/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of 16-bit rows.
 *
 * One instruction multiplies 16 (AVX2) or 32 (AVX-512 VNNI) pairs of numbers and adds neighbours,
 * where a fused multiply-add of floats takes 8 or 16. HEIGHT x 2 vectors of sums stay in registers;
 * a panel of the right operand, CHUNK pairs deep, stays in the first-level cache while all of the
 * left one, in the second, goes by. One text (int_product_kernel.inc) is compiled for each. */
#include "core/graph/int_product.h"

#include <string.h>

#if defined __x86_64__ && !defined __clang__ /* which passes the target pragmas over */
#include <immintrin.h>
#endif

#define CHUNK 256 /* pairs */

#define GLUE_(a, b) a##_##b
#define GLUE(a, b) GLUE_ (a, b)
#define INT(name) GLUE (name, SUFFIX)

gsize
ay_int_packed_size (gsize rows, gsize depth, guint interleave)
{
  return (rows + interleave - 1) / interleave * interleave * ((depth + 1) / 2) * 4;
}

void
ay_int_pack_row (const gint16 *row, gsize depth, guint interleave, gsize at, gint16 *packed)
{
  gsize pairs = (depth + 1) / 2;
  gint16 *to = packed + ((at / interleave) * pairs * interleave + at % interleave) * 2;

  for (gsize p = 0; p < depth / 2; p++, to += 2 * interleave)
    memcpy (to, row + 2 * p, 2 * sizeof *row);
  if (depth % 2 == 0)
    return;
  to[0] = row[depth - 1];
  to[1] = 0;
}

#if defined __x86_64__ && !defined __clang__
#pragma GCC push_options
#pragma GCC target("avx2")
#define SUFFIX avx2
#define LANES 8
#define VECTOR __m256i
#define ZERO() _mm256_setzero_si256 ()
#define LOAD(p) _mm256_loadu_si256 ((const __m256i *) (p))
#define STORE(p, v) _mm256_storeu_si256 ((__m256i *) (p), v)
#define SPREAD(x) _mm256_set1_epi32 (x)
#define ADD_PRODUCTS(sum, a, b) _mm256_add_epi32 (sum, _mm256_madd_epi16 (a, b))
#define STORE_FLOATS(p, v, scale)                                                                 \
  _mm256_storeu_ps (p, _mm256_mul_ps (_mm256_cvtepi32_ps (v), _mm256_set1_ps (scale)))
#include "core/graph/int_product_kernel.inc"
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vnni")
#define SUFFIX avx512
#define LANES 16
#define VECTOR __m512i
#define ZERO() _mm512_setzero_si512 ()
#define LOAD(p) _mm512_loadu_si512 (p)
#define STORE(p, v) _mm512_storeu_si512 (p, v)
#define SPREAD(x) _mm512_set1_epi32 (x)
#define ADD_PRODUCTS(sum, a, b) _mm512_dpwssd_epi32 (sum, a, b)
#define STORE_FLOATS(p, v, scale)                                                                 \
  _mm512_storeu_ps (p, _mm512_mul_ps (_mm512_cvtepi32_ps (v), _mm512_set1_ps (scale)))
#include "core/graph/int_product_kernel.inc"
#pragma GCC pop_options
#endif

/* The same in plain C at the widest width: for tests on any machine. */
typedef struct
{
  gint32 lane[16];
} Plain;

static inline Plain
plain_zero (void)
{
  return (Plain) { { 0 } };
}

static inline Plain
plain_load (const gint32 *p)
{
  Plain v;

  memcpy (&v, p, sizeof v);
  return v;
}

static inline Plain
plain_spread (gint32 x)
{
  Plain v;

  for (int k = 0; k < 16; k++)
    v.lane[k] = x;
  return v;
}

static inline Plain
plain_add_products (Plain sum, Plain a, Plain b)
{
  for (int k = 0; k < 16; k++)
    {
      gint16 x[2], y[2];

      memcpy (x, &a.lane[k], sizeof x);
      memcpy (y, &b.lane[k], sizeof y);
      sum.lane[k] += x[0] * y[0] + x[1] * y[1];
    }
  return sum;
}

static inline void
plain_store_floats (float *p, Plain v, float scale)
{
  for (int k = 0; k < 16; k++)
    p[k] = (float) v.lane[k] * scale;
}

#define SUFFIX plain
#define LANES 16
#define VECTOR Plain
#define ZERO() plain_zero ()
#define LOAD(p) plain_load (p)
#define STORE(p, v) memcpy (p, &(v), sizeof (v))
#define SPREAD(x) plain_spread (x)
#define ADD_PRODUCTS(sum, a, b) plain_add_products (sum, a, b)
#define STORE_FLOATS(p, v, scale) plain_store_floats (p, v, scale)
#include "core/graph/int_product_kernel.inc"

const AyIntKernel *
ay_int_kernel_nth (guint index)
{
  const AyIntKernel *all[4] = { NULL, NULL, NULL, NULL };
  guint n = 0;

#if defined __x86_64__ && !defined __clang__
  if (__builtin_cpu_supports ("avx512vnni") && __builtin_cpu_supports ("avx512bw"))
    all[n++] = &kernel_avx512;
  if (__builtin_cpu_supports ("avx2"))
    all[n++] = &kernel_avx2;
#endif
  all[n++] = &kernel_plain;
  return index < n ? all[index] : NULL;
}

/* With AVX-512 but no VNNI floats are as fast as whole numbers with AVX2. */
const AyIntKernel *
ay_int_kernel (void)
{
#if defined __x86_64__ && !defined __clang__
  if (__builtin_cpu_supports ("avx512vnni") && __builtin_cpu_supports ("avx512bw"))
    return &kernel_avx512;
  if (__builtin_cpu_supports ("avx2") && !__builtin_cpu_supports ("avx512f"))
    return &kernel_avx2;
#endif
  return NULL;
}
