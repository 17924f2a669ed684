/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/convert.h"

#include <string.h>

/* One loop a type and byte order, each simple enough for the compiler to vectorise: once for any
 * machine of its kind, once for AVX2, chosen at run time. Both compute the same, exactly. Elements
 * are read by memcpy, since a mapped file may put them at any address.
 *
 * Without its sign a float is NaN or inf when its bits, as a whole number, are at least those of
 * inf. Adding what is missing from there to the sign bit carries into it, and only then: and, add,
 * or per element, no comparison and no rounding, thus the check runs as fast as memory is read. For
 * doubles the limit is the least number that becomes inf as a float. */

/* Half to float: the exponent is moved from bias 15 to bias 127; a subnormal is made normal by
 * subtracting 2^-14 from 2^-14 (1 + m). */
static inline float
half_to_float (guint16 half)
{
  guint32 bits = (guint32) (half & 0x7fff) << 13, exponent = bits & 0x0f800000;
  guint32 low = bits + 0x38800000, high;
  float subnormal, normal;

  memcpy (&subnormal, &low, sizeof low);
  subnormal -= 6.103515625e-05f;
  high = bits + (exponent == 0x0f800000 ? 0x70000000 : 0x38000000);
  memcpy (&normal, &high, sizeof high);
  normal = exponent == 0 ? subnormal : normal;
  memcpy (&high, &normal, sizeof high);
  high |= (guint32) (half & 0x8000) << 16;
  memcpy (&normal, &high, sizeof high);
  return normal;
}

static gboolean portable;

void
ay_convert_set_portable (gboolean without_avx2)
{
  portable = without_avx2;
}

#if defined (__x86_64__)
#define HAVE_AVX2 1
#define AVX2 __attribute__ ((target ("avx2")))
#define HAS_AVX2 (!portable && __builtin_cpu_supports ("avx2"))
#else
#define HAVE_AVX2 0
#endif

#define SAME(X) (X)
#define IS_TRUE(X) ((X) != 0)

/* BITS: the unsigned type read and put in order by ORDER; TYPE: what its bits are; VALUE: their
 * value. */
#define LOOP(BITS, ORDER, TYPE, VALUE)                                                            \
  do                                                                                              \
    {                                                                                             \
      const guint8 *at = (const guint8 *) numbers->data + first * sizeof (BITS);                  \
      for (gsize i = 0; i < n; i++)                                                               \
        {                                                                                         \
          BITS bits;                                                                              \
          TYPE value;                                                                             \
          memcpy (&bits, at + i * sizeof (BITS), sizeof (BITS));                                  \
          bits = ORDER (bits);                                                                    \
          memcpy (&value, &bits, sizeof (BITS));                                                  \
          out[i] = VALUE (value);                                                                 \
        }                                                                                         \
    }                                                                                             \
  while (0);                                                                                      \
  return

#define DEFINE_CONVERT(NAME, OUT, TARGET)                                                         \
  TARGET static void NAME (const AyNumbers *numbers, gsize first, gsize n, OUT *out)              \
  {                                                                                               \
    if (numbers->swapped)                                                                         \
      switch (numbers->dtype)                                                                     \
        {                                                                                         \
        case AY_DTYPE_F16: LOOP (guint16, __builtin_bswap16, guint16, half_to_float);             \
        case AY_DTYPE_F32: LOOP (guint32, __builtin_bswap32, float, (OUT));                       \
        case AY_DTYPE_F64: LOOP (guint64, __builtin_bswap64, double, (OUT));                      \
        case AY_DTYPE_I16: LOOP (guint16, __builtin_bswap16, gint16, (OUT));                      \
        case AY_DTYPE_I32: LOOP (guint32, __builtin_bswap32, gint32, (OUT));                      \
        case AY_DTYPE_I64: LOOP (guint64, __builtin_bswap64, gint64, (OUT));                      \
        case AY_DTYPE_U16: LOOP (guint16, __builtin_bswap16, guint16, (OUT));                     \
        case AY_DTYPE_U32: LOOP (guint32, __builtin_bswap32, guint32, (OUT));                     \
        case AY_DTYPE_U64: LOOP (guint64, __builtin_bswap64, guint64, (OUT));                     \
        case AY_DTYPE_BOOL: case AY_DTYPE_I8: case AY_DTYPE_U8: break;                            \
        }                                                                                         \
    switch (numbers->dtype)                                                                       \
      {                                                                                           \
      case AY_DTYPE_F16: LOOP (guint16, SAME, guint16, half_to_float);                            \
      case AY_DTYPE_F32: LOOP (guint32, SAME, float, (OUT));                                      \
      case AY_DTYPE_F64: LOOP (guint64, SAME, double, (OUT));                                     \
      case AY_DTYPE_BOOL: LOOP (guint8, SAME, guint8, IS_TRUE);                                   \
      case AY_DTYPE_I8: LOOP (guint8, SAME, gint8, (OUT));                                        \
      case AY_DTYPE_I16: LOOP (guint16, SAME, gint16, (OUT));                                     \
      case AY_DTYPE_I32: LOOP (guint32, SAME, gint32, (OUT));                                     \
      case AY_DTYPE_I64: LOOP (guint64, SAME, gint64, (OUT));                                     \
      case AY_DTYPE_U8: LOOP (guint8, SAME, guint8, (OUT));                                       \
      case AY_DTYPE_U16: LOOP (guint16, SAME, guint16, (OUT));                                    \
      case AY_DTYPE_U32: LOOP (guint32, SAME, guint32, (OUT));                                    \
      case AY_DTYPE_U64: LOOP (guint64, SAME, guint64, (OUT));                                    \
      }                                                                                           \
  }

DEFINE_CONVERT (convert_f32, float, )
DEFINE_CONVERT (convert_f64, double, )
#if HAVE_AVX2
DEFINE_CONVERT (convert_f32_avx2, float, AVX2)
DEFINE_CONVERT (convert_f64_avx2, double, AVX2)
#endif

void
ay_convert_f32 (const AyNumbers *numbers, gsize first, gsize n, float *out)
{
#if HAVE_AVX2
  if (HAS_AVX2)
    {
      convert_f32_avx2 (numbers, first, n, out);
      return;
    }
#endif
  convert_f32 (numbers, first, n, out);
}

void
ay_convert_f64 (const AyNumbers *numbers, gsize first, gsize n, double *out)
{
#if HAVE_AVX2
  if (HAS_AVX2)
    {
      convert_f64_avx2 (numbers, first, n, out);
      return;
    }
#endif
  convert_f64 (numbers, first, n, out);
}

#define SIGN(BITS) ((BITS) ((BITS) 1 << (8 * sizeof (BITS) - 1)))

/* Whether any of n numbers is at or above the limit. */
#define DEFINE_ANY(NAME, BITS, ORDER, LIMIT, TARGET)                                              \
  TARGET static gboolean NAME (const guint8 *at, gsize n)                                         \
  {                                                                                               \
    const BITS sign = SIGN (BITS), missing = (BITS) (sign - (BITS) (LIMIT));                      \
    BITS carries = 0;                                                                             \
                                                                                                  \
    for (gsize i = 0; i < n; i++)                                                                 \
      {                                                                                           \
        BITS bits;                                                                                \
        memcpy (&bits, at + i * sizeof (BITS), sizeof (BITS));                                    \
        bits = ORDER (bits);                                                                      \
        carries = (BITS) (carries | ((bits & (BITS) ~sign) + missing));                           \
      }                                                                                           \
    return (carries & sign) != 0;                                                                 \
  }

/* (double) FLT_MAX and half a unit in its last place: rounds to inf */
#define LIMIT_64 G_GUINT64_CONSTANT (0x47effffff0000000)
#define DEFINE_SET(SUFFIX, TARGET)                                                                \
  DEFINE_ANY (any_f16##SUFFIX, guint16, SAME, 0x7c00, TARGET)                                     \
  DEFINE_ANY (any_f16_swapped##SUFFIX, guint16, __builtin_bswap16, 0x7c00, TARGET)                \
  DEFINE_ANY (any_f32##SUFFIX, guint32, SAME, 0x7f800000, TARGET)                                 \
  DEFINE_ANY (any_f32_swapped##SUFFIX, guint32, __builtin_bswap32, 0x7f800000, TARGET)            \
  DEFINE_ANY (any_f64##SUFFIX, guint64, SAME, LIMIT_64, TARGET)                                   \
  DEFINE_ANY (any_f64_swapped##SUFFIX, guint64, __builtin_bswap64, LIMIT_64, TARGET)              \
  static const AnyFunc any##SUFFIX[3][2] = { { any_f16##SUFFIX, any_f16_swapped##SUFFIX },        \
                                             { any_f32##SUFFIX, any_f32_swapped##SUFFIX },        \
                                             { any_f64##SUFFIX, any_f64_swapped##SUFFIX } };

typedef gboolean (*AnyFunc) (const guint8 *at, gsize n);

DEFINE_SET (, )
#if HAVE_AVX2
DEFINE_SET (_avx2, AVX2)
#endif

/* Numbers looked at together: then those of the one bad stretch are looked at alone. */
#define STRETCH 2048

gsize
ay_first_not_finite (const AyNumbers *numbers, gsize first, gsize n)
{
  gsize size = ay_dtype_size (numbers->dtype), found = n;
  const guint8 *data = (const guint8 *) numbers->data + first * size;
  AnyFunc test;

  if (numbers->dtype > AY_DTYPE_F64)
    return n;
  test = any[numbers->dtype][numbers->swapped ? 1 : 0];
#if HAVE_AVX2
  if (HAS_AVX2)
    test = any_avx2[numbers->dtype][numbers->swapped ? 1 : 0];
#endif
  for (gsize at = 0; at < n && found == n; at += STRETCH)
    if (test (data + at * size, MIN (STRETCH, n - at)))
      for (found = at; !test (data + found * size, 1);)
        found++;
  return found;
}
