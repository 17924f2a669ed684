/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Numbers from text. Most cells of real tables are short plain decimals: at most 16 characters
 * after the sign, no exponent. Their digits, without the point, make a whole number m <= 2^53,
 * which a double holds exactly, and 10^f with f <= 22 is exact too: then m / 10^f, one IEEE
 * division of exact operands, is the correctly rounded value (Clinger, "How to read floating point
 * numbers accurately", PLDI 1990). All other numbers go to std::from_chars, correctly rounded too.
 *
 * With AVX2 the 16 characters are converted without a branch that depends on them: masks find the
 * point and check the digits, a byte shuffle closes the point's gap and sets them flush right,
 * three multiply-adds join them (Lemire, "Number parsing at a gigabyte per second", Software:
 * Practice and Experience 2021, has the joining of digits). No memory of its own; one thread. */

#include "core/data/cells.h"

#include "core/shim/number.h"

#include <math.h>
#include <string.h>

#define EXACT ((guint64) 1 << 53)

static const double power_of_ten[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7, 1e8,
                                       1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16 };

gboolean
ay_cell_is_missing (const char *text, gsize length)
{
  /* Those of pandas. */
  static const char *const tokens[]
      = { "NA",  "NaN",      "nan",  "N/A",     "n/a",     "null",    "NULL",    "None", "<NA>",
          "#NA", "#N/A",     "-nan", "-NaN",    "#N/A N/A", "1.#QNAN", "1.#IND", "-1.#QNAN",
          "-1.#IND" };

  if (length == 0)
    return TRUE;
  if (length < 2 || length > 8 || strchr ("Nn#<-1", *text) == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    if (strlen (tokens[i]) == length && memcmp (tokens[i], text, length) == 0)
      return TRUE;
  return FALSE;
}

gboolean
ay_cell_strip_quotes (const char **text, gsize *length)
{
  if (*length == 0 || **text != '"')
    return TRUE;
  if (*length < 2 || (*text)[*length - 1] != '"' || memchr (*text + 1, '"', *length - 2) != NULL)
    return FALSE;
  ++*text;
  *length -= 2;
  return TRUE;
}

gsize
ay_cell_unquote (const char *text, gsize length, char *out)
{
  gboolean inside = TRUE;
  gsize at = 0;

  for (gsize i = 1; i < length; i++)
    if (!inside || text[i] != '"')
      out[at++] = text[i];
    else if (i + 1 < length && text[i + 1] == '"')
      out[at++] = text[i++];
    else
      inside = FALSE;
  return at;
}

gboolean
ay_cell_is_too_long (const char *text, gsize length)
{
  guint64 value = 0;

  if (length <= 15)
    return FALSE;
  for (gsize i = *text == '-' || *text == '+'; i < length; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      value = MIN (value * 10 + (guint64) (text[i] - '0'), EXACT + 1);
    }
  return value > EXACT;
}

AyCellKind
ay_cell_number (const char *text, gsize length, double *value)
{
  double number;

  *value = (double) NAN;
  if (!ay_cell_strip_quotes (&text, &length))
    return AY_CELL_OTHER;
  for (; length > 0 && (*text == ' ' || *text == '\t'); text++)
    length--;
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
    length--;
  if (length == 0)
    return AY_CELL_MISSING;
  if (ay_number_parse (text, length, &number))
    {
      *value = number;
      return ay_cell_is_too_long (text, length) ? AY_CELL_OTHER : AY_CELL_NUMBER;
    }
  return ay_cell_is_missing (text, length) ? AY_CELL_MISSING : AY_CELL_OTHER;
}

/* [-]ddd[.ddd] of at most 16 characters after the sign, digit by digit. */
static inline gboolean
convert_plain (const char *text, gsize length, double *value)
{
  gboolean negative = *text == '-';
  guint64 digits = 0;
  gsize point = length, i = negative;

  if (length - negative > 16 || length == (gsize) negative)
    return FALSE;
  for (; i < length; i++)
    {
      guint digit = (guint8) (text[i] - '0');

      if (digit <= 9)
        digits = digits * 10 + digit;
      else if (text[i] == '.' && point == length && length - negative > 1)
        point = i;
      else
        return FALSE;
    }
  if (digits > EXACT)
    return FALSE;
  *value = (double) digits / power_of_ten[point < length ? length - 1 - point : 0];
  *value = negative ? -*value : *value;
  return TRUE;
}

static gsize
numbers_portable (const AyCells *cells, guint column, double *out, gboolean *integral)
{
  gboolean whole = TRUE;
  gsize row;

  for (row = 0; row < cells->n_rows; row++)
    {
      gsize length;
      const char *text = ay_cells_get (cells, row, column, &length);

      if (length == 0 || !convert_plain (text, length, &out[row]))
        if (ay_cell_number (text, length, &out[row]) == AY_CELL_OTHER)
          break;
      whole &= isnan (out[row]) || out[row] == floor (out[row]);
    }
  *integral &= whole;
  return row;
}

#if defined (__x86_64__)
#include <immintrin.h>

/* Loaded from n on: 16 indices of which the last is n - 1, those before the first < 0. */
static const gint8 flush_right[32]
    = { -16, -15, -14, -13, -12, -11, -10, -9, -8, -7, -6, -5, -4, -3, -2, -1,
        0,   1,   2,   3,   4,   5,   6,   7,  8,  9,  10, 11, 12, 13, 14, 15 };
/* Loaded from h + 15 on: -1 for each of the 16 but the last h - 1. From 0 on: none. */
static const gint8 close_gap[48]
    = { [16] = -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
/* 10^(h - 1), and 1 for 0. */
static const double power_after_point[18] = { 1e0, 1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                              1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16 };

/* As convert_plain(); 17 bytes can be read. *point is set where there is a decimal point. */
__attribute__ ((target ("avx2,bmi,bmi2"), always_inline)) static inline gboolean
convert_avx2 (const char *text, guint length, double *value, guint *point)
{
  guint negative = *text == '-';
  guint n = length - negative; /* 0 and what is negative wrap past 16 */

  if (G_UNLIKELY (n - 1 >= 16))
    return FALSE;
  __m128i raw = _mm_loadu_si128 ((const __m128i *) (text + negative));
  __m128i digits = _mm_xor_si128 (raw, _mm_set1_epi8 ('0'));
  guint mine = (1u << n) - 1;
  guint other
      = (guint) _mm_movemask_epi8 (_mm_adds_epu8 (digits, _mm_set1_epi8 (0x80 - 10))) & mine;
  guint points = (guint) _mm_movemask_epi8 (_mm_cmpeq_epi8 (raw, _mm_set1_epi8 ('.'))) & mine;

  if (G_UNLIKELY ((other ^ points) | (points & (points - 1)) | (points == mine)))
    return FALSE;
  guint h = n - _tzcnt_u32 (points | 1u << n); /* characters from the point on */
  guint gap = h != 0 ? h + 15 : 0;
  __m128i from = _mm_add_epi8 (_mm_loadu_si128 ((const __m128i *) (flush_right + n)),
                               _mm_loadu_si128 ((const __m128i *) (close_gap + gap)));

  digits = _mm_shuffle_epi8 (digits, from);
  __m128i pairs = _mm_maddubs_epi16 (digits, _mm_set1_epi16 (1 << 8 | 10));
  __m128i fours = _mm_madd_epi16 (pairs, _mm_set1_epi32 (1 << 16 | 100));
  __m128i eights
      = _mm_madd_epi16 (_mm_packus_epi32 (fours, fours), _mm_set1_epi32 (1 << 16 | 10000));
  guint64 both = (guint64) _mm_cvtsi128_si64 (eights);
  guint64 whole = (both & G_MAXUINT32) * 100000000 + (both >> 32);

  if (G_UNLIKELY (whole > EXACT))
    return FALSE;
  __m128d result = _mm_set_sd ((double) (gint64) whole / power_after_point[h]);
  __m128d sign = _mm_castsi128_pd (_mm_cvtsi64_si128 ((gint64) ((guint64) negative << 63)));

  *value = _mm_cvtsd_f64 (_mm_or_pd (result, sign));
  *point = h;
  return TRUE;
}

/* The rows' cells end 17 bytes or more before the limit. */
__attribute__ ((target ("avx2,bmi,bmi2"))) static gsize
numbers_avx2 (const AyCells *cells, guint column, double *out, gboolean *integral)
{
  const guint32 *ends = cells->ends + column, *rows = cells->rows;
  gboolean whole = *integral, last = column == cells->last;

  for (gsize row = 0; row < cells->n_rows; row++)
    {
      guint32 start = ends[rows[row] - 1] + 1, end = ends[rows[row]];
      const char *text = cells->base + start;
      guint point = 1;

      if (last && end > start && cells->base[end - 1] == '\r')
        end--;
      if (!convert_avx2 (text, end - start, &out[row], &point))
        {
          gsize length;

          text = ay_cells_get (cells, row, column, &length);
          if (ay_cell_number (text, length, &out[row]) == AY_CELL_OTHER)
            return row;
        }
      if (point != 0 && whole)
        whole = isnan (out[row]) || out[row] == floor (out[row]);
    }
  *integral = whole;
  return cells->n_rows;
}
#endif

gsize
ay_cells_numbers (const AyCells *cells, guint column, double *out, gboolean *integral)
{
#if defined (__x86_64__)
  gsize end = cells->n_rows > 0 ? cells->ends[cells->rows[cells->n_rows - 1] + cells->last] : 0;

  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("bmi2")
      && (gsize) (cells->limit - cells->base) >= end + 17)
    return numbers_avx2 (cells, column, out, integral);
#endif
  return numbers_portable (cells, column, out, integral);
}
