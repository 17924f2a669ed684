/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/convert.h"
#include "core/base/error.h"
#include "core/base/matrix.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Every type, order and byte order gives the same numbers. */
static void
test_layouts (void)
{
  static const AyDtype types[] = { AY_DTYPE_F32, AY_DTYPE_F64, AY_DTYPE_I8, AY_DTYPE_I16,
                                   AY_DTYPE_I32, AY_DTYPE_I64, AY_DTYPE_U8, AY_DTYPE_U16 };

  for (gsize t = 0; t < G_N_ELEMENTS (types); t++)
    for (int layout = 0; layout < 4; layout++)
      {
        gsize size = ay_dtype_size (types[t]);
        guint8 data[12 * 8];
        g_autoptr (AyMatrix) m = NULL;
        double out[12];

        for (int i = 0; i < 3; i++)
          for (int j = 0; j < 4; j++)
            {
              guint8 *at = data + size * (layout & 1 ? j * 3 + i : i * 4 + j);
              int value = i * 4 + j;
              float f = value;
              double d = value;
              gint64 whole = value;

              memcpy (at,
                      types[t] == AY_DTYPE_F32   ? (void *) &f
                      : types[t] == AY_DTYPE_F64 ? (void *) &d
                                                 : (void *) &whole,
                      size);
              if (layout & 2)
                for (gsize k = 0; k < size / 2; k++)
                  {
                    guint8 byte = at[k];
                    at[k] = at[size - 1 - k];
                    at[size - 1 - k] = byte;
                  }
            }
        m = ay_matrix_wrap (3, 4, types[t], layout & 1, (layout & 2) != 0, data, NULL, NULL);
        ay_matrix_get_f64 (m, 0, 3, out);
        for (int k = 0; k < 12; k++)
          {
            g_assert_cmpfloat (out[k], ==, k);
            g_assert_cmpfloat (ay_matrix_value (m, k / 4, k % 4), ==, k);
          }
      }
}

static void
test_half (void)
{
  const guint16 data[] = { 0x3c00, 0xc000, 0x0001, 0x7bff };
  g_autoptr (AyMatrix) m = ay_matrix_wrap (4, 1, AY_DTYPE_F16, FALSE, FALSE, data, NULL, NULL);

  g_assert_cmpfloat (ay_matrix_value (m, 0, 0), ==, 1.0);
  g_assert_cmpfloat (ay_matrix_value (m, 1, 0), ==, -2.0);
  g_assert_cmpfloat (ay_matrix_value (m, 2, 0), ==, 0x1p-24);
  g_assert_cmpfloat (ay_matrix_value (m, 3, 0), ==, 65504.0);
}

/* Every half against its definition, in both byte orders. */
static void
test_all_halves (void)
{
  g_autofree guint16 *data = g_new (guint16, 65536), *other = g_new (guint16, 65536);
  g_autofree float *out = g_new (float, 65536), *out_other = g_new (float, 65536);

  for (guint i = 0; i < 65536; i++)
    {
      data[i] = (guint16) i;
      other[i] = GUINT16_SWAP_LE_BE (i);
    }
  g_autoptr (AyMatrix) m = ay_matrix_wrap (256, 256, AY_DTYPE_F16, FALSE, FALSE, data, NULL, NULL);
  g_autoptr (AyMatrix) s = ay_matrix_wrap (256, 256, AY_DTYPE_F16, FALSE, TRUE, other, NULL, NULL);
  ay_matrix_get_f32 (m, 0, 256, out);
  ay_matrix_get_f32 (s, 0, 256, out_other);
  for (guint i = 0; i < 65536; i++)
    {
      int exponent = (i >> 10) & 31, mantissa = i & 1023;
      double size = exponent == 0    ? ldexp (mantissa, -24)
                    : exponent == 31 ? (mantissa != 0 ? NAN : INFINITY)
                                     : ldexp (mantissa + 1024, exponent - 25);

      g_assert_cmpint (isnan (out[i]), ==, isnan (size));
      g_assert_true (isnan (size) || (double) out[i] == (i & 0x8000 ? -size : size));
      g_assert_cmpint (signbit (out[i]) != 0, ==, i >= 0x8000);
      g_assert_true (memcmp (&out[i], &out_other[i], sizeof (float)) == 0);
    }
}

static void
test_concat_and_gather (void)
{
  float *a = g_new (float, 4);
  double *b = g_new (double, 6);
  g_autoptr (AyMatrix) first = NULL, second = NULL, both = NULL;
  AyMatrix *parts[2];
  const guint32 rows[] = { 4, 0, 1, 2, 3 };
  float out[10];

  for (int i = 0; i < 4; i++)
    a[i] = i;
  for (int i = 0; i < 6; i++)
    b[i] = 4 + i;
  parts[0] = first = ay_matrix_take_f32 (2, 2, a);
  parts[1] = second = ay_matrix_take_f64 (3, 2, b);
  both = ay_matrix_concat (parts, 2, NULL);
  g_assert_cmpuint (ay_matrix_rows (both), ==, 5);
  ay_matrix_gather_f32 (both, rows, 5, out);
  for (int i = 0; i < 5; i++)
    g_assert_cmpfloat (out[i * 2], ==, rows[i] * 2);
  g_assert_nonnull (ay_matrix_peek_f32 (both, 0, 2));
  g_assert_null (ay_matrix_peek_f32 (both, 1, 2));
  g_assert_null (ay_matrix_peek_f64 (both, 0, 2));
  g_assert_null (ay_matrix_reshape (both, 1, ay_matrix_rows (both) * ay_matrix_cols (both)));
}

static void
test_finite (void)
{
  float *data = g_new0 (float, 3000 * 100);
  g_autoptr (AyMatrix) m = ay_matrix_take_f32 (3000, 100, data);
  g_autoptr (GError) error = NULL;

  g_assert_true (ay_matrix_check_finite (m, "x.npy", NULL, &error));
  data[2900 * 100 + 7] = INFINITY;
  data[2890 * 100 + 99] = NAN;
  g_assert_false (ay_matrix_check_finite (m, "x.npy", NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  g_assert_cmpstr (error->message, ==, "x.npy: row 2890, column 99: nan");
}

static void
put_number (guint8 *at, AyDtype dtype, gboolean swapped, double value)
{
  float f = (float) value;
  guint16 h = isnan (value) ? 0x7e01 : isinf (value) ? 0xfc00 : value == 1.0 ? 0x3c00 : 0x7bff;
  gsize size = ay_dtype_size (dtype);
  const guint8 *from = dtype == AY_DTYPE_F16   ? (guint8 *) &h
                       : dtype == AY_DTYPE_F32 ? (guint8 *) &f
                                               : (guint8 *) &value;

  for (gsize k = 0; k < size; k++)
    at[swapped ? size - 1 - k : k] = from[k];
}

/* One or two bad numbers anywhere, in every layout: the first in row order is named; the largest
 * number that is good is not. */
static void
test_finite_layouts (void)
{
  const gsize rows = 700, cols = 301, n = rows * cols;
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autofree guint8 *data = g_malloc (n * 8 + 1);

  static const AyDtype types[] = { AY_DTYPE_F16, AY_DTYPE_F32, AY_DTYPE_F64 };

  for (int layout = 0; layout < 24; layout++)
    {
      AyDtype dtype = types[layout % 3];
      gboolean swapped = layout / 3 & 1, column_major = layout / 6 & 1;
      guint8 *at = data + (layout / 12); /* not aligned, for half of them */
      gsize size = ay_dtype_size (dtype);
      gsize first = (gsize) g_rand_int_range (rand, 0, n - 1);
      gsize second = (gsize) g_rand_int_range (rand, first + 1, n);
      g_autofree char *expected
          = g_strdup_printf ("x: row %zu, column %zu: nan", first / cols, first % cols);
      g_autoptr (AyMatrix) m = ay_matrix_wrap (rows, cols, dtype, column_major, swapped, at, NULL,
                                               NULL);
      g_autoptr (GError) error = NULL;

      for (gsize i = 0; i < n; i++)
        put_number (at + i * size, dtype, swapped, i % 7 == 0 ? FLT_MAX : 1.0);
      g_assert_true (ay_matrix_check_finite (m, "x", NULL, NULL));
      for (int k = 0; k < 2; k++)
        {
          gsize index = k == 0 ? first : second;
          gsize place = column_major ? index % cols * rows + index / cols : index;

          put_number (at + size * place, dtype, swapped, k == 0 ? NAN : -INFINITY);
        }
      g_assert_false (ay_matrix_check_finite (m, "x", NULL, &error));
      g_assert_cmpstr (error->message, ==, expected);
    }
}

/* Rows are counted from the start of the file that they are in; a double may be too large. */
static void
test_finite_parts (void)
{
  double *a = g_new0 (double, 6), *b = g_new0 (double, 6);
  g_autoptr (AyMatrix) first = ay_matrix_take_f64 (3, 2, a), second = ay_matrix_take_f64 (3, 2, b);
  AyMatrix *parts[] = { first, second };
  g_autoptr (AyMatrix) both = ay_matrix_concat (parts, 2, NULL);
  g_autoptr (GError) error = NULL;

  b[3] = 0x1.ffffff0p127 - 0x1p80;
  g_assert_true (isfinite ((float) b[3]));
  g_assert_true (ay_matrix_check_finite (both, "x", NULL, NULL));
  b[3] = -0x1.ffffffp127;
  g_assert_true (isinf ((float) b[3]));
  g_assert_false (ay_matrix_check_finite (both, "x", NULL, &error));
  g_assert_cmpstr (error->message, ==, "x: row 1, column 1: beyond single precision");
}

/* A machine without AVX2 gets the same. */
static void
test_portable (void)
{
  ay_convert_set_portable (TRUE);
  test_layouts ();
  test_all_halves ();
  test_finite_layouts ();
  ay_convert_set_portable (FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/matrix/layouts", test_layouts);
  g_test_add_func ("/matrix/half", test_half);
  g_test_add_func ("/matrix/concat-and-gather", test_concat_and_gather);
  g_test_add_func ("/matrix/all-halves", test_all_halves);
  g_test_add_func ("/matrix/finite", test_finite);
  g_test_add_func ("/matrix/finite-layouts", test_finite_layouts);
  g_test_add_func ("/matrix/finite-parts", test_finite_parts);
  g_test_add_func ("/matrix/portable", test_portable);
  return g_test_run ();
}
