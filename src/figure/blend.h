/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>
#if defined (__SSE2__)
#include <emmintrin.h>
#endif

G_BEGIN_DECLS

/* Blending on 16-bit premultiplied pixels: eight bits would lose half a step with every faint mark
 * on top of another. One colour: its four channels in the byte order of CAIRO_FORMAT_ARGB32, then
 * the share of what is below that stays, in each of four. The portable path gives the same
 * integers as the SSE2 one: x y >> 16, and sums that saturate. */
typedef struct
{
  guint16 source[4];
  guint16 keep[4];
} AyFigureInk;

/* dst = source + dst x keep, for one pixel. */
static inline void
ay_figure_blend_1 (guint16 *dst, const AyFigureInk *ink)
{
#if defined (__SSE2__)
  __m128i both = _mm_loadu_si128 ((const __m128i *) ink);
  __m128i old = _mm_loadl_epi64 ((const __m128i *) dst);

  old = _mm_mulhi_epu16 (old, _mm_unpackhi_epi64 (both, both));
  _mm_storel_epi64 ((__m128i *) dst, _mm_adds_epu16 (old, both));
#else
  for (int c = 0; c < 4; c++)
    {
      guint32 sum = ink->source[c] + (((guint32) dst[c] * ink->keep[c]) >> 16);

      dst[c] = (guint16) MIN (sum, 65535);
    }
#endif
}

/* The same for two neighbouring pixels. */
static inline void
ay_figure_blend_2 (guint16 *dst, const AyFigureInk *ink)
{
#if defined (__SSE2__)
  __m128i both = _mm_loadu_si128 ((const __m128i *) ink);
  __m128i old = _mm_loadu_si128 ((const __m128i *) dst);

  old = _mm_mulhi_epu16 (old, _mm_unpackhi_epi64 (both, both));
  _mm_storeu_si128 ((__m128i *) dst, _mm_adds_epu16 (old, _mm_unpacklo_epi64 (both, both)));
#else
  ay_figure_blend_1 (dst, ink);
  ay_figure_blend_1 (dst + 4, ink);
#endif
}

/* n pixels, each with a coverage of 0..255. */
static inline void
ay_figure_blend_mask (guint16 *dst, const AyFigureInk *ink, const guint8 *mask, int n,
                      int alpha_channel)
{
  for (int i = 0; i < n; i++, dst += 4)
    {
      AyFigureInk part;

      if (mask[i] == 0)
        continue;
      for (int c = 0; c < 4; c++)
        part.source[c] = (guint16) (((guint32) ink->source[c] * (mask[i] * 257u)) >> 16);
      for (int c = 0; c < 4; c++)
        part.keep[c] = (guint16) (65535 - part.source[alpha_channel]);
      if (mask[i] == 255)
        part = *ink;
      ay_figure_blend_1 (dst, &part);
    }
}

G_END_DECLS
