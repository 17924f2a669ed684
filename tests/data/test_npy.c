/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/npy_header.h"
#include "core/data/reader_npy.h"

#include "fixtures.h"
#include "testdata.h"

static AyArray *
read_fixture (const char *name, GError **error)
{
  g_autofree char *path = fixture ("npy", name);
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, error);

  return file != NULL ? ay_npy_read (file, error) : NULL;
}

static void
test_fixtures (void)
{
  g_autofree char *path = fixture ("npy", "expected.tsv"), *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint seen = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i][0] != '\0'; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], "\t", 4);
      g_autoptr (GError) error = NULL;
      g_autoptr (AyArray) array = NULL;

      if (!g_str_has_suffix (fields[0], ".npy"))
        continue;
      seen++;
      g_test_message ("%s", fields[0]);
      array = read_fixture (fields[0], &error);
      if (g_str_has_prefix (fields[3], "error:"))
        {
          g_autofree char *file = fixture ("npy", fields[0]);

          g_assert_null (array);
          assert_one_line (error, file);
          g_assert_nonnull (strstr (error->message, fields[3] + strlen ("error:")));
          g_assert_nonnull (strstr (error->message, ": byte "));
          continue;
        }
      g_assert_no_error (error);
      assert_array (array, fields[2], fields[3]);
    }
  g_assert_cmpuint (seen, >, 25);
}

/* A plain array lies in the mapping, not in a copy. */
static void
test_mapped (void)
{
  g_autofree char *path = fixture ("npy", "version1.npy");
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, &error);
  g_autoptr (AyArray) array = ay_npy_read (file, &error);
  gsize size;
  const char *data = ay_mapped_file_data (file, &size);

  g_assert_no_error (error);
  g_assert_true ((const char *) ay_matrix_peek_f32 (array->matrix, 0, 3) == data + 128);
}

typedef struct
{
  const char *header;
  gsize data;
  const char *what; /* NULL: good */
} HeaderCase;

static const HeaderCase headers[] = {
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 24, NULL },
  { "{\"shape\":(2L,3L),\"descr\":\"f4\",\"fortran_order\":False}", 24, NULL },
  { "{'descr': '=f4', 'fortran_order': True, 'shape': (2, 3,)}", 24, NULL },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 23, "1 bytes more" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 25, "1 bytes follow" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }", 24, "negative" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, -3), }", 24, "negative" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", 24,
    "beyond 64 bits" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999, 1), }", 24,
    "beyond 64 bits" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4611686018427387904, 8), }", 0,
    "beyond 64 bits" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 3), }", 24, "bytes more" },
  { "{'descr': '|S0', 'fortran_order': False, 'shape': (1000000000000,), }", 0, "empty" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 3), }", 24, "\",\"" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (6), }", 24, "tuple" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': 6, }", 24, "\"(\"" },
  { "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3), }", 24, "fortran_order" },
  { "{'descr': '<f4', 'fortran_order': False}", 24, "lacks" },
  { "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", 24, "twice" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 1}", 24, "unknown key" },
  { "{'descr': '<q4', 'fortran_order': False, 'shape': (2, 3), }", 24, "unknown dtype" },
  { "{'descr': '<f', 'fortran_order': False, 'shape': (2, 3), }", 24, "malformed dtype" },
  { "{'descr': '<f99999999999999999999', 'fortran_order': False, 'shape': (2, 3), }", 24,
    "malformed dtype" },
  { "{'descr': '', 'fortran_order': False, 'shape': (2, 3), }", 24, "malformed dtype" },
  { "{'descr': '|O', 'fortran_order': False, 'shape': (2, 3), }", 24, "Python objects" },
  { "{'descr': '|O8', 'fortran_order': False, 'shape': (2, 3), }", 24, "Python objects" },
  { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3), }", 24, "records" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } 1", 24, "text behind" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)", 24, "\",\"" },
  { "{'descr': '<f4", 24, "never ends" },
  { "__import__('os')", 24, "\"{\"" },
  { "", 24, "\"{\"" },
  { "{'descr': '<f4', 'fortran_order': False, 'shape': "
    "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1), }", 4, "32 dimensions" },
};

static void
test_headers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (AyMappedFile) file = NULL;
      g_autoptr (AyArray) array = NULL;
      g_autoptr (GError) error = NULL;
      gsize length = strlen (headers[i].header);
      guint8 size[2] = { (guint8) length, (guint8) (length >> 8) };
      guint8 zeros[32] = { 0 };

      g_test_message ("%s", headers[i].header);
      g_byte_array_append (bytes, (const guint8 *) "\x93NUMPY\1\0", 8);
      g_byte_array_append (bytes, size, 2);
      g_byte_array_append (bytes, (const guint8 *) headers[i].header, (guint) length);
      g_byte_array_append (bytes, zeros, (guint) headers[i].data);
      file = memory_file ("h.npy", bytes->data, bytes->len);
      array = ay_npy_read (file, &error);
      if (headers[i].what == NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (ay_matrix_cols (array->matrix), ==, 3);
          continue;
        }
      g_assert_null (array);
      assert_one_line (error, "h.npy: byte ");
      g_test_message ("  -> %s", error->message);
      g_assert_nonnull (strstr (error->message, headers[i].what));
    }
}

static void
test_preamble (void)
{
  static const struct { const char *bytes; gsize size; const char *what; } cases[] = {
    { "", 0, "byte 0: the file is empty" },
    { "\x93NUM", 4, "byte 0: this is no NPY file" },
    { "PK\3\4\0\0\0\0\0\0\0\0", 12, "byte 0: this is no NPY file" },
    { "\x93NUMPY", 6, "byte 6: the file ends within the NPY header" },
    { "\x93NUMPY\1\0", 8, "byte 6: the file ends within the NPY header" },
    { "\x93NUMPY\4\0\0\0\0\0", 12, "byte 6: NPY format 4.0" },
    { "\x93NUMPY\1\1\0\0\0\0", 12, "byte 6: NPY format 1.1" },
    { "\x93NUMPY\1\0\xff\xff", 10, "byte 10: the file ends within the NPY header" },
    { "\x93NUMPY\2\0\xff\xff", 10, "byte 8: the file ends within the NPY header" },
    { "\x93NUMPY\2\0\xff\xff\xff\xff", 12, "byte 8: the NPY header claims to be longer" },
    { "\x93NUMPY\3\0\xff\xff\0\0", 12, "byte 12: the file ends within the NPY header" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AyMappedFile) file = memory_file ("p.npy", cases[i].bytes, cases[i].size);
      g_autoptr (GError) error = NULL;

      g_assert_null (ay_npy_read (file, &error));
      assert_one_line (error, "p.npy: byte ");
      g_assert_nonnull (strstr (error->message, cases[i].what));
    }
}

static gboolean
read_all (AyMappedFile *file, GError **error)
{
  g_autoptr (AyArray) array = ay_npy_read (file, error);

  if (array == NULL)
    return FALSE;
  if (array->text != NULL)
    g_assert_cmpuint (ay_column_count_missing (array->text), <=, ay_column_rows (array->text));
  else
    {
      gsize rows = ay_matrix_rows (array->matrix), cols = ay_matrix_cols (array->matrix);
      g_autofree double *all = g_new (double, rows * cols);

      ay_matrix_get_f64 (array->matrix, 0, rows, all);
    }
  return TRUE;
}

static void
test_fuzz (void)
{
  static const char *const names[]
      = { "version1.npy", "version2.npy", "cube_fortran.npy", "unicode.npy", "bytes.npy",
          "vector.npy", "scalar.npy", "object.npy", "dates.npy" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = fixture ("npy", names[i]), *bytes = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      fuzz (bytes, size, 400, read_all);
    }
}

static AyArray *
read_data (const char *relative)
{
  g_autofree char *path = test_data (relative);
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMappedFile) file = NULL;
  AyArray *array;

  if (path == NULL)
    return NULL;
  file = ay_mapped_file_new (path, &error);
  g_assert_no_error (error);
  array = ay_npy_read (file, &error);
  g_assert_no_error (error);
  return array;
}

/* Probabilities sum to one, labels are what the other reader of the same truth says. */
static void
test_real_probabilities (void)
{
  static const struct { const char *file; gsize rows, cols; } sets[] = {
    { "mnist_label_errors/pred_probs.npy", 10000, 10 },
    { "imdb_label_errors/pred_probs.npy", 25000, 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      g_autoptr (AyArray) array = read_data (sets[i].file);
      double row[10];

      if (array == NULL)
        return;
      g_assert_cmpuint (ay_matrix_rows (array->matrix), ==, sets[i].rows);
      g_assert_cmpuint (ay_matrix_cols (array->matrix), ==, sets[i].cols);
      for (gsize r = 0; r < sets[i].rows; r++)
        {
          double sum = 0.0;

          ay_matrix_get_f64 (array->matrix, r, 1, row);
          for (gsize j = 0; j < sets[i].cols; j++)
            sum += row[j];
          g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-4);
        }
    }
}

/* The numpy file against the same vectors as text. */
static void
test_real_sift (void)
{
  g_autoptr (AyArray) array = read_data ("sift5k/sift_5k_f32.npy");
  g_autofree char *path = NULL, *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (array == NULL || (path = test_data ("sift5k/sift-dataset-5k.tsv")) == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (ay_matrix_rows (array->matrix), ==, 5000);
  g_assert_cmpuint (ay_matrix_cols (array->matrix), ==, 128);
  for (gsize i = 0; i < 5000; i += 499)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "\t", -1);

      for (gsize j = 0; j < 128; j++)
        g_assert_cmpfloat (ay_matrix_value (array->matrix, i, j), ==,
                           g_ascii_strtod (cells[j], NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npy/fixtures", test_fixtures);
  g_test_add_func ("/npy/mapped", test_mapped);
  g_test_add_func ("/npy/headers", test_headers);
  g_test_add_func ("/npy/preamble", test_preamble);
  g_test_add_func ("/npy/fuzz", test_fuzz);
  g_test_add_func ("/npy/real/probabilities", test_real_probabilities);
  g_test_add_func ("/npy/real/sift", test_real_sift);
  return g_test_run ();
}
