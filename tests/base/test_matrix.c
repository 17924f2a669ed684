/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/matrix.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/matrix/layouts", test_layouts);
  g_test_add_func ("/matrix/half", test_half);
  g_test_add_func ("/matrix/concat-and-gather", test_concat_and_gather);
  g_test_add_func ("/matrix/finite", test_finite);
  return g_test_run ();
}
