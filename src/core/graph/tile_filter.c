/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Most of a tile of products is farther than what its points have kept already: a vector compare
 * passes over it, and only hits are looked at one by one. Twice a float is exact, so that fused and
 * plain multiplication give the same distance on every machine. */
#include "core/graph/tile_filter.h"

#if defined __x86_64__
#include <immintrin.h>
#endif

static gsize
filter_rest (const AyTileRow *row, gsize from, gsize n, guint32 *hits)
{
  for (gsize j = from; j < row->count; j++)
    {
      float square = ay_tile_square (row, j);

      if (square <= row->own_limit || (row->limit != NULL && square <= row->limit[j]))
        hits[n++] = (guint32) j;
    }
  return n;
}

static gsize
filter_plain (const AyTileRow *row, guint32 *hits)
{
  return filter_rest (row, 0, 0, hits);
}

#if defined __x86_64__
static inline gsize
take_hits (guint mask, gsize j, gsize n, guint32 *hits)
{
  for (; mask != 0; mask &= mask - 1)
    hits[n++] = (guint32) (j + (gsize) __builtin_ctz (mask));
  return n;
}

__attribute__ ((target ("avx2"))) static gsize
filter_avx2 (const AyTileRow *row, guint32 *hits)
{
  __m256 own = _mm256_set1_ps (row->own), own_limit = _mm256_set1_ps (row->own_limit);
  gsize j = 0, n = 0;

  for (; j + 8 <= row->count; j += 8)
    {
      __m256 dot = _mm256_loadu_ps (row->dot + j);
      __m256 sum = _mm256_add_ps (own, _mm256_loadu_ps (row->square + j));
      __m256 square = _mm256_sub_ps (sum, _mm256_add_ps (dot, dot));
      __m256 limit = row->limit != NULL
                         ? _mm256_max_ps (_mm256_loadu_ps (row->limit + j), own_limit)
                         : own_limit;
      guint mask = (guint) _mm256_movemask_ps (_mm256_cmp_ps (square, limit, _CMP_LE_OQ));

      if (G_UNLIKELY (mask != 0))
        n = take_hits (mask, j, n, hits);
    }
  return filter_rest (row, j, n, hits);
}

__attribute__ ((target ("avx512f"))) static gsize
filter_avx512 (const AyTileRow *row, guint32 *hits)
{
  __m512 own = _mm512_set1_ps (row->own), own_limit = _mm512_set1_ps (row->own_limit);
  gsize j = 0, n = 0;

  for (; j + 16 <= row->count; j += 16)
    {
      __m512 dot = _mm512_loadu_ps (row->dot + j);
      __m512 sum = _mm512_add_ps (own, _mm512_loadu_ps (row->square + j));
      __m512 square = _mm512_sub_ps (sum, _mm512_add_ps (dot, dot));
      __m512 limit = row->limit != NULL
                         ? _mm512_max_ps (_mm512_loadu_ps (row->limit + j), own_limit)
                         : own_limit;
      guint mask = _mm512_cmp_ps_mask (square, limit, _CMP_LE_OQ);

      if (G_UNLIKELY (mask != 0))
        n = take_hits (mask, j, n, hits);
    }
  return filter_rest (row, j, n, hits);
}
#endif

AyTileFilter
ay_tile_filter_nth (guint index)
{
  AyTileFilter all[3] = { NULL, NULL, NULL };
  guint n = 0;

#if defined __x86_64__
  if (__builtin_cpu_supports ("avx512f"))
    all[n++] = filter_avx512;
  if (__builtin_cpu_supports ("avx2"))
    all[n++] = filter_avx2;
#endif
  all[n++] = filter_plain;
  return index < n ? all[index] : NULL;
}

AyTileFilter
ay_tile_filter (void)
{
  return ay_tile_filter_nth (0);
}
