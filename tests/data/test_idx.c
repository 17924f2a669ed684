/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/gunzip.h"
#include "core/data/reader_idx.h"

#include "fixtures.h"
#include "testdata.h"

typedef struct
{
  const char *bytes;
  gsize size;
  const char *shape, *values; /* as in expected.tsv; values "error:..." */
} Case;

#define CASE(BYTES, SHAPE, VALUES) { BYTES, sizeof (BYTES) - 1, SHAPE, VALUES }

static const Case cases[] = {
  CASE ("\0\0\x08\1\0\0\0\3\0\x7f\xff", "3", "0 127 255"),
  CASE ("\0\0\x09\2\0\0\0\1\0\0\0\3\0\x7f\xff", "1,3", "0 127 -1"),
  CASE ("\0\0\x0b\1\0\0\0\2\x01\x02\xff\xfe", "2", "258 -2"),
  CASE ("\0\0\x0c\1\0\0\0\2\0\1\0\0\xff\xff\xff\xfd", "2", "65536 -3"),
  CASE ("\0\0\x0d\1\0\0\0\2\x3f\xc0\0\0\xbf\x80\0\0", "2", "1.5 -1"),
  CASE ("\0\0\x0e\1\0\0\0\1\x40\x09\x21\xfb\x54\x44\x2d\x18", "1", "3.1415926535897931"),
  CASE ("\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\2\1\2\3\4", "2,1,2", "1 2 3 4"),
  CASE ("", "", "error:byte 0: the file is empty"),
  CASE ("\0\0\x07\1\0\0\0\1\0", "", "error:byte 0: this is no IDX file"),
  CASE ("\0\0\x08\0\0\0\0\1\0", "", "error:byte 0: this is no IDX file"),
  CASE ("\0\1\x08\1\0\0\0\1\0", "", "error:byte 0: this is no IDX file"),
  CASE ("\0\0\x08\2\0\0\0\1\0", "", "error:byte 9: the file ends within the IDX header"),
  CASE ("\0\0\x08\1\0\0\0\0", "", "error:byte 4: a size of the IDX array is 0"),
  CASE ("\0\0\x08\1\0\0\0\3\1\2", "", "error:byte 10: shape (3,) of u8 needs 3 bytes"),
  CASE ("\0\0\x08\1\0\0\0\1\1\2", "", "error:byte 9: shape (1,) of u8 needs 1 bytes"),
  CASE ("\0\0\x0e\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", "",
        "error:byte 4: the sizes of the IDX array are beyond 64 bits"),
  CASE ("\0\0\x08\2\x7f\xff\xff\xff\x7f\xff\xff\xff\1", "", "error:byte 13: shape (2147483647, "),
};

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AyMappedFile) file = memory_file ("x.idx", cases[i].bytes, cases[i].size);
      g_autoptr (GError) error = NULL;
      g_autoptr (AyArray) array = ay_idx_read (file, &error);

      if (!g_str_has_prefix (cases[i].values, "error:"))
        {
          g_assert_no_error (error);
          assert_array (array, cases[i].shape, cases[i].values);
          continue;
        }
      g_assert_null (array);
      assert_one_line (error, "x.idx: byte ");
      g_assert_nonnull (strstr (error->message, cases[i].values + strlen ("error:")));
    }
}

static gboolean
read_all (AyMappedFile *file, GError **error)
{
  g_autoptr (AyArray) array = ay_idx_read (file, error);

  if (array == NULL)
    return FALSE;
  for (gsize i = 0; i < ay_matrix_rows (array->matrix); i++)
    ay_matrix_value (array->matrix, i, ay_matrix_cols (array->matrix) - 1);
  return TRUE;
}

static void
test_fuzz (void)
{
  for (guint i = 0; i < 7; i++)
    fuzz (cases[i].bytes, cases[i].size, 400, read_all);
}

static AyArray *
read_gz (const char *relative)
{
  g_autofree char *path = test_data (relative);
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMappedFile) file = NULL, plain = NULL;
  AyArray *array;

  if (path == NULL)
    return NULL;
  file = ay_mapped_file_new (path, &error);
  plain = ay_gunzip (file, NULL, &error);
  g_assert_no_error (error);
  array = ay_idx_read (plain, &error);
  g_assert_no_error (error);
  return array;
}

/* The published test set: counts a class, and the share of ink of the published images. */
static void
test_mnist (void)
{
  static const guint counts[10] = { 980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009 };
  g_autoptr (AyArray) images = read_gz ("mnist_label_errors/t10k-images-idx3-ubyte.gz");
  g_autoptr (AyArray) labels = read_gz ("mnist_label_errors/t10k-labels-idx1-ubyte.gz");
  guint seen[10] = { 0 };
  double sum = 0.0;
  g_autofree float *row = g_new (float, 784);

  if (images == NULL || labels == NULL)
    return;
  g_assert_cmpuint (images->shape.n_dims, ==, 3);
  g_assert_cmpuint (ay_matrix_rows (images->matrix), ==, 10000);
  g_assert_cmpuint (ay_matrix_cols (images->matrix), ==, 784);
  g_assert_cmpuint (ay_matrix_rows (labels->matrix), ==, 10000);
  for (gsize i = 0; i < 10000; i++)
    {
      seen[(int) ay_matrix_value (labels->matrix, i, 0)]++;
      ay_matrix_get_f32 (images->matrix, i, 1, row);
      for (gsize j = 0; j < 784; j++)
        sum += row[j];
    }
  g_assert_cmpmem (seen, sizeof seen, counts, sizeof counts);
  g_assert_cmpfloat_with_epsilon (sum / 7840000 / 255, 0.1325, 5e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/idx/cases", test_cases);
  g_test_add_func ("/idx/fuzz", test_fuzz);
  g_test_add_func ("/idx/mnist", test_mnist);
  return g_test_run ();
}
