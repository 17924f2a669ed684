/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of 8-bit codes, compared where they are made.
 *
 * One VNNI instruction multiplies 64 pairs of bytes, one of them unsigned, and adds fours: twice
 * what it does of 16 bits, four times a fused multiply-add of floats. The unsigned side has 128
 * added; 128 times the sum of the other side, taken off at the start, makes up for it. HEIGHT x 2
 * vectors of sums stay in registers, and so does what follows: with p = 2 dot scale scale', a pair
 * passes where p >= min (square' + past, square + past'), and one bit of it is written. Whole
 * numbers are exact; what the comparison may be off by is in the reach (knn_screen.c). */
#include "core/graph/screen_kernel.h"

#include <string.h>

#if defined __x86_64__ && !defined __clang__ /* which passes the target pragmas over */
#include <immintrin.h>
#endif

void
ay_screen_pack_row (const gint8 *code, gsize depth, guint offset, gsize at, guint8 *packed)
{
  guint8 *to = packed + at / AY_SCREEN_GROUP * AY_SCREEN_GROUP * depth
               + at % AY_SCREEN_GROUP * 4;

  for (gsize k = 0; k < depth; k += 4, to += 4 * AY_SCREEN_GROUP)
    for (int b = 0; b < 4; b++)
      to[b] = (guint8) (code[k + b] + (int) offset);
}

/* Where row i of the left side begins. */
static inline const guint8 *
left_row (const AyScreenTile *tile, gsize i)
{
  return tile->left + i / AY_SCREEN_GROUP * AY_SCREEN_GROUP * tile->depth
         + i % AY_SCREEN_GROUP * 4;
}

#if defined __x86_64__ && !defined __clang__
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vnni")

/* _mm512_dpbusd_epi32(): of sixteen sums in a loop GCC 12 copies most at every step. */
static inline __attribute__ ((always_inline)) void
add_products (__m512i *sum, __m512i right, __m512i left)
{
  __asm__ ("vpdpbusd %2, %1, %0" : "+v"(*sum) : "v"(right), "v"(left));
}

/* Square, past and scale of two vectors of columns. */
typedef struct
{
  __m512 square[2], past[2], scale[2];
} Columns;

static inline __attribute__ ((always_inline)) guint32
passing (const AyScreenTile *tile, gsize i, const Columns *columns, const __m512i *sum)
{
  __m512 square = _mm512_set1_ps (tile->row.square[i]), past = _mm512_set1_ps (tile->row.past[i]);
  __m512 twice = _mm512_set1_ps (2.0f * tile->row.scale[i]);
  guint32 mask = 0;

  for (int v = 0; v < 2; v++)
    {
      __m512 p = _mm512_mul_ps (_mm512_mul_ps (_mm512_cvtepi32_ps (sum[v]), columns->scale[v]),
                                twice);
      __m512 least = _mm512_min_ps (_mm512_add_ps (columns->square[v], past),
                                    _mm512_add_ps (columns->past[v], square));

      mask |= (guint32) _mm512_cmp_ps_mask (p, least, _CMP_GE_OQ) << (16 * v);
    }
  return mask;
}

static inline __attribute__ ((always_inline)) void
screen_block (const AyScreenTile *tile, gsize i, const guint8 *right, const Columns *columns,
              guint32 *mask)
{
  const guint8 *left = left_row (tile, i);
  __m512i sum[AY_SCREEN_HEIGHT][2];

#pragma GCC unroll 8
  for (int r = 0; r < AY_SCREEN_HEIGHT; r++)
    sum[r][0] = sum[r][1] = _mm512_set1_epi32 (tile->start[i + r]);
  for (gsize k = 0; k < tile->depth; k += 4, left += 4 * AY_SCREEN_GROUP)
    {
      __m512i first = _mm512_loadu_si512 (right + k * AY_SCREEN_GROUP);
      __m512i second = _mm512_loadu_si512 (right + k * AY_SCREEN_GROUP + 64);

#pragma GCC unroll 8
      for (int r = 0; r < AY_SCREEN_HEIGHT; r++)
        {
          __m512i own = _mm512_set1_epi32 (((const gint32 *) left)[r]);

          add_products (&sum[r][0], first, own);
          add_products (&sum[r][1], second, own);
        }
    }
#pragma GCC unroll 8
  for (int r = 0; r < AY_SCREEN_HEIGHT; r++)
    mask[r * (tile->columns / AY_SCREEN_GROUP)] = passing (tile, i + r, columns, sum[r]);
}

static void
screen_avx512 (const AyScreenTile *tile)
{
  for (gsize j = 0; j < tile->columns; j += AY_SCREEN_GROUP)
    {
      const AyScreenSide *side = &tile->column;
      Columns columns;

      for (int v = 0; v < 2; v++)
        {
          columns.square[v] = _mm512_loadu_ps (side->square + j + 16 * v);
          columns.past[v] = _mm512_loadu_ps (side->past + j + 16 * v);
          columns.scale[v] = _mm512_loadu_ps (side->scale + j + 16 * v);
        }
      for (gsize i = 0; i < tile->rows; i += AY_SCREEN_HEIGHT)
        screen_block (tile, i, tile->right + j * tile->depth, &columns,
                      tile->mask + (i * tile->columns + j) / AY_SCREEN_GROUP);
    }
}

static gint32
dot_avx512 (const gint16 *a, const gint16 *b, gsize n)
{
  __m512i sum = _mm512_setzero_si512 (), other = _mm512_setzero_si512 ();
  gsize k = 0;

  for (; k + 64 <= n; k += 64)
    {
      sum = _mm512_dpwssd_epi32 (sum, _mm512_loadu_si512 (a + k), _mm512_loadu_si512 (b + k));
      other = _mm512_dpwssd_epi32 (other, _mm512_loadu_si512 (a + k + 32),
                                   _mm512_loadu_si512 (b + k + 32));
    }
  if (k < n)
    sum = _mm512_dpwssd_epi32 (sum, _mm512_loadu_si512 (a + k), _mm512_loadu_si512 (b + k));
  return _mm512_reduce_add_epi32 (_mm512_add_epi32 (sum, other));
}
#pragma GCC pop_options
#endif

/* The same in plain C: for tests on any machine. */
static gboolean
pair_passes (const AyScreenTile *tile, gsize i, gsize j)
{
  const guint8 *left = left_row (tile, i);
  const guint8 *right = tile->right + j / AY_SCREEN_GROUP * AY_SCREEN_GROUP * tile->depth
                        + j % AY_SCREEN_GROUP * 4;
  gint32 sum = tile->start[i];
  float p, least, other;

  for (gsize k = 0; k < tile->depth; k += 4)
    for (int b = 0; b < 4; b++)
      sum += (gint8) left[k * AY_SCREEN_GROUP + b] * right[k * AY_SCREEN_GROUP + b];
  p = (float) sum * tile->column.scale[j] * (2.0f * tile->row.scale[i]);
  least = tile->column.square[j] + tile->row.past[i];
  other = tile->column.past[j] + tile->row.square[i];
  return p >= MIN (least, other);
}

static void
screen_plain (const AyScreenTile *tile)
{
  memset (tile->mask, 0, tile->rows * tile->columns / AY_SCREEN_GROUP * sizeof *tile->mask);
  for (gsize i = 0; i < tile->rows; i++)
    for (gsize j = 0; j < tile->columns; j++)
      if (pair_passes (tile, i, j))
        tile->mask[(i * tile->columns + j) / AY_SCREEN_GROUP] |= 1u << (j % AY_SCREEN_GROUP);
}

static gint32
dot_plain (const gint16 *a, const gint16 *b, gsize n)
{
  gint32 sum = 0;

  for (gsize k = 0; k < n; k++)
    sum += a[k] * b[k];
  return sum;
}

static const AyScreenKernel kernel_plain = { screen_plain, dot_plain };

const AyScreenKernel *
ay_screen_kernel (void)
{
#if defined __x86_64__ && !defined __clang__
  static const AyScreenKernel kernel_avx512 = { screen_avx512, dot_avx512 };

  if (__builtin_cpu_supports ("avx512vnni") && __builtin_cpu_supports ("avx512bw"))
    return &kernel_avx512;
#endif
  return NULL;
}

const AyScreenKernel *
ay_screen_kernel_nth (guint index)
{
  const AyScreenKernel *best = ay_screen_kernel ();

  if (index == 0 && best != NULL)
    return best;
  return index == (best != NULL) ? &kernel_plain : NULL;
}
