/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assay-config.h"
#include "core/base/gunzip.h"
#include "core/data/source.h"

#include "fixtures.h"
#include "folders.h"
#include "testdata.h"

#include <zlib.h>

#ifdef AY_HAVE_HDF5
#define HDF5_ERROR AY_ERROR_INPUT
#define HDF5_SAYS "no HDF5 file, or damaged"
#else
#define HDF5_ERROR AY_ERROR_UNSUPPORTED
#define HDF5_SAYS "HDF5 files cannot be read"
#endif

static AySource *
open_fixture (const char *name)
{
  g_autofree char *path = fixture ("npy", name);
  g_autoptr (GError) error = NULL;
  AySource *source = ay_source_open (path, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return source;
}

static void
test_npy (void)
{
  g_autoptr (AySource) source = open_fixture ("cube.npy");
  g_autoptr (GError) error = NULL;
  AyMatrix *matrix = ay_source_array (source, NULL, &error);
  AyShape shape;

  g_assert_no_error (error);
  g_assert_cmpstr (source->format, ==, "npy");
  g_assert_null (source->table);
  g_assert_cmpuint (source->keys->len, ==, 1);
  g_assert_cmpuint (ay_matrix_cols (matrix), ==, 12);
  g_assert_true (ay_source_array (source, "", NULL) == matrix);
  g_assert_true (ay_source_shape (source, NULL, &shape, NULL));
  g_assert_cmpuint (shape.n_dims, ==, 3);
  g_assert_false (ay_source_is_text (source, NULL));
  g_assert_null (ay_source_text (source, NULL, &error));
  g_assert_nonnull (strstr (error->message, "cube.npy: is an array of numbers, not of strings"));
  g_clear_error (&error);
  g_assert_null (ay_source_array (source, "x", &error));
  g_assert_nonnull (strstr (error->message, "holds one array without a name, no \"x\""));
}

static void
test_npz (void)
{
  g_autoptr (AySource) source = open_fixture ("dtypes_deflated.npz");
  g_autoptr (GError) error = NULL;
  AyShape shape;
  AyColumn *words;

  g_assert_cmpstr (source->format, ==, "npz");
  g_assert_cmpuint (source->keys->len, ==, 45);
  g_assert_true (ay_source_shape (source, "cube", &shape, &error));
  g_assert_cmpuint (shape.n_dims, ==, 3);
  g_assert_cmpuint (ay_matrix_cols (ay_source_array (source, "cube", &error)), ==, 20);
  g_assert_true (ay_source_array (source, "cube", NULL) == ay_source_array (source, "cube", NULL));
  g_assert_true (ay_source_is_text (source, "labels"));
  g_assert_false (ay_source_is_text (source, "cube"));
  g_assert_false (ay_source_is_text (source, "none"));
  words = ay_source_text (source, "labels", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ay_column_rows (words), ==, 6);
  g_assert_null (ay_source_array (source, "labels", &error));
  g_assert_nonnull (strstr (error->message, "npz:labels: is an array of strings"));
  g_clear_error (&error);
  g_assert_null (ay_source_array (source, "nothing", &error));
  g_assert_nonnull (strstr (error->message, "holds no array \"nothing\", but: f2_le_C, "));
  g_clear_error (&error);
  g_assert_null (ay_source_array (source, NULL, &error));
  g_assert_nonnull (strstr (error->message, "holds several arrays, name one of: f2_le_C, "));
}

typedef struct
{
  const char *name, *bytes;
  gsize size;
  AyErrorCode code;
  const char *what;
} BadFile;

#define BAD(NAME, BYTES, CODE, WHAT) { NAME, BYTES, sizeof (BYTES) - 1, CODE, WHAT }

/* Whatever the file is, one line says what and where. */
static const BadFile bad_files[] = {
  BAD ("empty.csv", "", AY_ERROR_INPUT, "byte 0: the file is empty"),
  BAD ("empty.npy", "", AY_ERROR_INPUT, "byte 0: the file is empty"),
  BAD ("empty", "", AY_ERROR_INPUT, "byte 0: the file is empty"),
  BAD ("junk", "\1\2\0\4\5\6\7", AY_ERROR_UNSUPPORTED, "cannot be read; what can: CSV"),
  BAD ("junk.npy", "\1\2\0\4\5\6\7", AY_ERROR_INPUT, "byte 0: this is no NPY file"),
  BAD ("junk.npz", "\1\2\0\4\5\6\7", AY_ERROR_INPUT, "is no zip archive"),
  BAD ("junk.idx", "\1\2\0\4\5\6\7", AY_ERROR_INPUT, "byte 0: this is no IDX file"),
  BAD ("train-images-idx3-ubyte", "\1\2\0\4", AY_ERROR_INPUT, "byte 0: this is no IDX file"),
  BAD ("junk.csv", "a,b\n1,\0\n", AY_ERROR_INPUT, "byte 6"),
  BAD ("data.parquet", "PAR1....", AY_ERROR_UNSUPPORTED, "Parquet files cannot be read"),
  BAD ("data.pkl", "\x80\3}q\0.", AY_ERROR_INPUT, "holds no array or list of equal rows"),
  BAD ("data.h5", "\x89HDF\r\n\x1a\n", HDF5_ERROR, HDF5_SAYS),
  BAD ("noname", "\x89HDF\r\n\x1a\n", HDF5_ERROR, HDF5_SAYS),
  BAD ("a.png", "\x89PNG\r\n\x1a\n", AY_ERROR_UNSUPPORTED, "single images (give their folder)"),
  BAD ("short.csv.gz", "\x1f\x8b\x08\0\0", AY_ERROR_INPUT, "byte "),
  BAD ("short.npy", "\x93NUMPY\1\0", AY_ERROR_INPUT, "byte 6"),
  BAD ("npy_inside.csv", "\x93NUMPY\1\0", AY_ERROR_INPUT, "byte 6"),
  BAD ("page.csv", "<!DOCTYPE html>\n<p>", AY_ERROR_INPUT, "is a web page, not the data"),
  BAD ("page.npy", "<html lang=en>", AY_ERROR_INPUT, "is a web page, not the data"),
  BAD ("pointer.csv", "version https://git-lfs.example/spec/v1\noid sha256:4d7a\nsize 12345\n",
       AY_ERROR_INPUT, "is a Git LFS pointer"),
};

static void
test_bad (void)
{
  g_autofree char *root = make_folder ();

  for (guint i = 0; i < G_N_ELEMENTS (bad_files); i++)
    {
      const BadFile *bad = &bad_files[i];
      g_autofree char *path = g_build_filename (root, bad->name, NULL);
      g_autoptr (GError) error = NULL;

      put_file (root, bad->name, bad->bytes, bad->size);
      g_assert_null (ay_source_open (path, NULL, NULL, NULL, &error));
      g_test_message ("%s", error->message + strlen (root));
      assert_one_line (error, path);
      g_assert_cmpint (error->code, ==, bad->code);
      g_assert_nonnull (strstr (error->message, bad->what));
    }
  drop_folder (root);
}

static void
test_missing (void)
{
  g_autofree char *root = make_folder (), *path = g_build_filename (root, "none.csv", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (ay_source_open (path, NULL, NULL, NULL, &error));
  assert_one_line (error, path);
  g_assert_error (error, AY_ERROR, AY_ERROR_IO);
  g_clear_error (&error);
  g_assert_null (ay_source_open (root, NULL, NULL, NULL, &error));
  assert_one_line (error, root);
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  drop_folder (root);
}

/* Text by its name or its first sign, an array by its bytes whatever its name. */
static void
test_kinds (void)
{
  static const struct { const char *name, *bytes, *format; guint columns; } kinds[] = {
    { "a.csv", "x,y\n1,2\n3,4\n", "csv", 2 },
    { "a.tsv", "x\ty,z\n1\t2\n3\t4\n", "tsv", 2 },
    { "plain", "x,y\n1,2\n3,4\n", "csv", 2 },
    { "a.txt", "x;y\n1;2\n3;4\n", "csv", 2 },
  };
  g_autofree char *root = make_folder ();

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_build_filename (root, kinds[i].name, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (AySource) source = NULL;

      put_file (root, kinds[i].name, kinds[i].bytes, strlen (kinds[i].bytes));
      source = ay_source_open (path, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (source->format, ==, kinds[i].format);
      g_assert_cmpuint (ay_table_n_columns (source->table), ==, kinds[i].columns);
      g_assert_cmpuint (ay_table_rows (source->table), ==, 2);
      g_assert_null (ay_source_array (source, NULL, &error));
      g_assert_nonnull (strstr (error->message, "holds a table, no arrays"));
    }
  drop_folder (root);
}

/* JSON lines hold a table and arrays at once. */
static void
test_json (void)
{
  static const char *const text = "{\"id\": \"a\", \"x\": [1, 2, 3]}\n"
                                  "{\"id\": \"b\", \"x\": [4, 5, 6]}\n";
  g_autofree char *root = make_folder ();
  const char *names[] = { "a.jsonl", "noname" };

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_build_filename (root, names[i], NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (AySource) source = NULL;
      AyMatrix *matrix;
      AyShape shape;

      put_file (root, names[i], text, strlen (text));
      source = ay_source_open (path, NULL, NULL, NULL, &error);
      if (g_error_matches (error, AY_ERROR, AY_ERROR_UNSUPPORTED))
        {
          g_test_skip (error->message);
          break;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (source->format, ==, "jsonl");
      g_assert_cmpuint (ay_table_rows (source->table), ==, 2);
      matrix = ay_source_array (source, "x", &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (ay_matrix_value (matrix, 1, 2), ==, 6);
      g_assert_true (ay_source_shape (source, "x", &shape, NULL));
      g_assert_cmpuint (shape.size[1], ==, 3);
      g_assert_false (ay_source_is_text (source, "x"));
    }
  drop_folder (root);
}

/* Any of them compressed, and an array under a name that says nothing. */
static void
test_gzip (void)
{
  g_autofree char *from = fixture ("npy", "version1.npy"), *bytes = NULL;
  g_autofree char *root = make_folder (), *path = g_build_filename (root, "x.npy.gz", NULL);
  g_autofree char *other = g_build_filename (root, "features.dat", NULL);
  g_autoptr (GError) error = NULL;
  gsize size;
  gzFile out = gzopen (path, "wb");

  g_assert_true (g_file_get_contents (from, &bytes, &size, NULL));
  gzwrite (out, bytes, (unsigned) size);
  gzclose (out);
  put_file (root, "features.dat", bytes, size);
  g_autoptr (AySource) packed = ay_source_open (path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (AySource) plain = ay_source_open (other, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (ay_matrix_value (ay_source_array (packed, NULL, NULL), 2, 3), ==,
                     ay_matrix_value (ay_source_array (plain, NULL, NULL), 2, 3));
  drop_folder (root);
}

static void
test_real (void)
{
  static const struct { const char *path, *format; gsize rows, cols; } files[] = {
    { "mnist_label_errors/t10k-images-idx3-ubyte.gz", "idx", 10000, 784 },
    { "mnist_label_errors/labels.npy", "npy", 10000, 1 },
    { "sift5k/sift_5k_f32.npy", "npy", 5000, 128 },
    { "sift5k/sift-dataset-5k.tsv", "tsv", 5000, 129 },
    { "winogrande_datamap/winogrande_sample.jsonl", "jsonl", 20199, 5 },
    { "sklearn_bundled/digits.csv.gz", "csv", 1797, 65 },
    { "bccd_photos", "images", 364, 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = test_data (files[i].path);
      g_autoptr (GError) error = NULL;
      g_autoptr (AySource) source = NULL;

      if (path == NULL)
        return;
      source = ay_source_open (path, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_test_message ("%s", files[i].path);
      g_assert_cmpstr (source->format, ==, files[i].format);
      if (source->table == NULL)
        {
          g_assert_cmpuint (ay_matrix_rows (ay_source_array (source, NULL, NULL)), ==,
                            files[i].rows);
          g_assert_cmpuint (ay_matrix_cols (ay_source_array (source, NULL, NULL)), ==,
                            files[i].cols);
          continue;
        }
      g_assert_cmpuint (ay_table_n_columns (source->table), ==, files[i].cols);
      if (i != 5) /* digits have no header: whether one is seen is the reader's own test */
        g_assert_cmpuint (ay_table_rows (source->table), ==, files[i].rows);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source/npy", test_npy);
  g_test_add_func ("/source/npz", test_npz);
  g_test_add_func ("/source/bad", test_bad);
  g_test_add_func ("/source/missing", test_missing);
  g_test_add_func ("/source/kinds", test_kinds);
  g_test_add_func ("/source/json", test_json);
  g_test_add_func ("/source/gzip", test_gzip);
  g_test_add_func ("/source/real", test_real);
  return g_test_run ();
}
