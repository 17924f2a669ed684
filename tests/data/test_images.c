/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/parallel.h"
#include "core/data/features_image.h"
#include "core/data/image_file.h"
#include "core/data/reader_images.h"
#include "core/data/reader_npy.h"
#include "core/data/thumbnail.h"

#include "fixtures.h"
#include "folders.h"
#include "testdata.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <zlib.h>

/* A picture that is red to the right and green downwards, opaque or not. */
static GdkPixbuf *
picture (int width, int height, gboolean alpha)
{
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, alpha, 8, width, height);
  int channels = alpha ? 4 : 3;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint8 *at = gdk_pixbuf_get_pixels (pixbuf) + y * gdk_pixbuf_get_rowstride (pixbuf)
                     + x * channels;

        at[0] = (guint8) (x * 255 / MAX (width - 1, 1));
        at[1] = (guint8) (y * 255 / MAX (height - 1, 1));
        at[2] = 40;
        if (alpha)
          at[3] = x < width / 2 ? 0 : 255;
      }
  return pixbuf;
}

static void
encode (int width, int height, const char *type, char **bytes, gsize *size)
{
  g_autoptr (GdkPixbuf) pixbuf = picture (width, height, FALSE);

  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, bytes, size, type, NULL, NULL));
}

static void
put_image (const char *root, const char *relative, int width, int height)
{
  g_autofree char *bytes = NULL;
  gsize size;

  encode (width, height, g_str_has_suffix (relative, "png") ? "png" : "jpeg", &bytes, &size);
  put_file (root, relative, bytes, size);
}

/* Sets the checksums of all chunks right, so that what was changed reaches the decoder. */
static void
mend_checksums (guint8 *png, gsize size)
{
  gsize at = 8;

  while (at + 12 <= size)
    {
      gsize length = (gsize) png[at] << 24 | (gsize) png[at + 1] << 16 | (gsize) png[at + 2] << 8
                     | png[at + 3];
      guint32 sum;

      if (length > size - at - 12)
        return;
      sum = GUINT32_TO_BE ((guint32) crc32 (0, png + at + 4, (uInt) length + 4));
      memcpy (png + at + 8 + length, &sum, 4);
      at += 12 + length;
    }
}

static AyTable *
read_folder (const char *root, AyRagged ragged, AyDiagnostics *diagnostics, GError **error)
{
  AySourceOptions options = AY_SOURCE_OPTIONS_INIT;

  options.ragged = ragged;
  return ay_images_read (root, &options, diagnostics, NULL, error);
}

static void
assert_cell (AyTable *table, const char *column, gsize row, const char *text)
{
  g_autofree char *cell = ay_column_dup_text (ay_table_find (table, column), row);

  g_assert_cmpstr (cell, ==, text);
}

static void
test_classes (void)
{
  g_autofree char *root = make_folder ();
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AyTable) table = NULL;

  put_image (root, "dog/b.jpg", 9, 7);
  put_image (root, "cat/x/z.png", 3, 2);
  put_image (root, "cat/Ä.JPG", 5, 6);
  put_image (root, "cat/B.png", 4, 4);
  put_image (root, "top.jpeg", 2, 3);
  put_image (root, ".hidden/a.png", 2, 2);
  put_file (root, "cat/.DS_Store", "x", 1);
  put_file (root, "cat/notes.txt", "x", 1);
  put_file (root, "movie.gif", "GIF89a", 6);
  table = read_folder (root, AY_RAGGED_ERROR, diagnostics, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ay_table_rows (table), ==, 5);
  assert_cell (table, "path", 0, "cat/B.png");
  assert_cell (table, "path", 1, "cat/x/z.png");
  assert_cell (table, "path", 2, "cat/Ä.JPG");
  assert_cell (table, "path", 3, "dog/b.jpg");
  assert_cell (table, "path", 4, "top.jpeg");
  assert_cell (table, "label", 0, "cat");
  assert_cell (table, "label", 1, "cat");
  assert_cell (table, "label", 3, "dog");
  assert_cell (table, "label", 4, "");
  assert_cell (table, "width", 3, "9");
  assert_cell (table, "height", 3, "7");
  g_assert_null (ay_table_find (table, "split"));
  g_assert_nonnull (strstr (ay_diagnostics_find (diagnostics, "other-files")->text, "2 files"));
  drop_folder (root);
}

static void
test_parts (void)
{
  g_autofree char *root = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AyTable) table = NULL;

  put_image (root, "set/train/cat/1.png", 2, 2);
  put_image (root, "set/train/dog/1.png", 2, 2);
  put_image (root, "set/val/dog/2.png", 2, 2);
  put_image (root, "set/test/cat/3.png", 2, 2);
  table = read_folder (root, AY_RAGGED_ERROR, NULL, &error);
  g_assert_no_error (error);
  assert_cell (table, "path", 0, "set/test/cat/3.png");
  assert_cell (table, "split", 0, "test");
  assert_cell (table, "label", 0, "cat");
  assert_cell (table, "split", 3, "val");
  assert_cell (table, "label", 3, "dog");
  drop_folder (root);
}

static void
test_flat (void)
{
  g_autofree char *root = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AyTable) table = NULL, deep = NULL;

  put_image (root, "only/b.png", 2, 2);
  put_image (root, "only/a.png", 2, 2);
  table = read_folder (root, AY_RAGGED_ERROR, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (ay_table_find (table, "label"));
  assert_cell (table, "path", 0, "only/a.png");
  drop_folder (root);
}

/* A link to a folder above ends the walk there; a dangling link is nothing. */
static void
test_links (void)
{
  g_autofree char *root = make_folder (), *loop = g_build_filename (root, "a", "loop", NULL);
  g_autofree char *nowhere = g_build_filename (root, "gone.png", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AyTable) table = NULL;

  put_image (root, "a/1.png", 2, 2);
  put_image (root, "b/1.png", 2, 2);
  g_assert_cmpint (symlink (root, loop), ==, 0);
  g_assert_cmpint (symlink ("/nonexistent/x", nowhere), ==, 0);
  table = read_folder (root, AY_RAGGED_ERROR, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ay_table_rows (table), ==, 2);
  drop_folder (root);
}

static void
assert_folder_refused (const char *root, const char *what)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (read_folder (root, AY_RAGGED_ERROR, NULL, &error));
  assert_one_line (error, root);
  g_test_message ("%s", error->message + strlen (root));
  g_assert_nonnull (strstr (error->message, what));
}

static void
test_refused (void)
{
  g_autofree char *root = make_folder (), *png = NULL, *jpeg = NULL;
  gsize png_size, jpeg_size;

  encode (20, 20, "png", &png, &png_size);
  encode (20, 20, "jpeg", &jpeg, &jpeg_size);
  assert_folder_refused (root, "no PNG or JPEG images (0 other files)");
  assert_folder_refused ("/nonexistent/folder", "cannot open");
  put_image (root, "z.png", 5, 5);
  put_file (root, "a.png", "", 0);
  assert_folder_refused (root, "/a.png: byte 0: the file is empty");
  put_file (root, "a.png", "hello, this is text", 19);
  assert_folder_refused (root, "/a.png: byte 0: this is neither PNG nor JPEG");
  put_file (root, "a.png", png, png_size - 5);
  assert_folder_refused (root, "/a.png: byte ");
  put_file (root, "a.png", png, 30);
  assert_folder_refused (root, "cut short");
  put_file (root, "a.png", jpeg, jpeg_size / 2);
  assert_folder_refused (root, "the JPEG file is cut short");
  png[18] ^= 4; /* 1044 pixels wide */
  put_file (root, "a.png", png, png_size);
  assert_folder_refused (root, "a checksum is wrong");
  png[18] ^= 0x44;
  mend_checksums ((guint8 *) png, png_size);
  put_file (root, "a.png", png, png_size);
  assert_folder_refused (root, "no picture of the size it claims");
  put_file (root, "a.png", jpeg, jpeg_size);
  put_file (root, "bad\nname.png", jpeg, jpeg_size);
  assert_folder_refused (root, "/bad name.png: the file's name is no UTF-8 text");
  drop_folder (root);
}

static void
test_skip (void)
{
  g_autofree char *root = make_folder ();
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AyTable) table = NULL;

  for (int i = 0; i < 70; i++)
    {
      g_autofree char *name = g_strdup_printf ("%c/%02d.png", 'a' + i % 2, i);

      if (i % 10 == 3)
        put_file (root, name, "junk", 4);
      else
        put_image (root, name, i + 1, 2);
    }
  table = read_folder (root, AY_RAGGED_SKIP, diagnostics, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ay_table_rows (table), ==, 63);
  for (gsize i = 0; i < 63; i++)
    {
      g_autofree char *path = ay_column_dup_text (ay_table_find (table, "path"), i);
      double width = ay_column_numbers (ay_table_find (table, "width"))[i];

      g_assert_cmpint (atoi (path + 2) + 1, ==, (int) width);
      g_assert_cmpint (atoi (path + 2) % 10, !=, 3);
    }
  g_assert_true (g_str_has_prefix (ay_diagnostics_find (diagnostics, "unreadable-images")->text,
                                   "7 unreadable images were left out"));
  drop_folder (root);
}

static AyRgb *
decode_bytes (const char *bytes, gsize size, guint side)
{
  g_autoptr (AyMappedFile) file = memory_file ("x", bytes, size);
  g_autoptr (GError) error = NULL;
  AyRgb *image = ay_image_decode (file, side, &error);

  g_assert_no_error (error);
  return image;
}

static void
test_decode (void)
{
  g_autofree char *png = NULL, *jpeg = NULL, *clear = NULL;
  gsize png_size, jpeg_size, clear_size;
  g_autoptr (GdkPixbuf) half = picture (8, 4, TRUE);

  encode (301, 203, "png", &png, &png_size);
  encode (301, 203, "jpeg", &jpeg, &jpeg_size);
  g_autoptr (AyRgb) whole = decode_bytes (png, png_size, 10);
  g_assert_cmpuint (whole->width, ==, 301);
  for (guint y = 0; y < 203; y += 50)
    for (guint x = 0; x < 301; x += 60)
      {
        g_assert_cmpuint (whole->rgb[(y * 301 + x) * 3], ==, x * 255 / 300);
        g_assert_cmpuint (whole->rgb[(y * 301 + x) * 3 + 1], ==, y * 255 / 202);
      }
  g_autoptr (AyRgb) quarter = decode_bytes (jpeg, jpeg_size, 50);
  g_assert_cmpuint (quarter->width, ==, 76);
  g_assert_cmpuint (quarter->height, ==, 51);
  for (guint y = 0; y < 51; y += 10)
    for (guint x = 0; x < 76; x += 10)
      g_assert_cmpint (ABS ((int) quarter->rgb[(y * 76 + x) * 3] - (int) (x * 4 + 2) * 255 / 300),
                       <, 12);
  g_assert_true (gdk_pixbuf_save_to_buffer (half, &clear, &clear_size, "png", NULL, NULL));
  g_autoptr (AyRgb) over_white = decode_bytes (clear, clear_size, 0);
  g_assert_cmpuint (over_white->rgb[2], ==, 255);
  g_assert_cmpuint (over_white->rgb[7 * 3 + 2], ==, 40);
}

/* A JPEG whose EXIF says "turn me right": the picture comes upright. */
static void
test_orientation (void)
{
  static const guint8 exif[] = { 0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0,
                                 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0 };
  g_autofree char *jpeg = NULL;
  g_autoptr (GByteArray) turned = g_byte_array_new ();
  gsize size;
  guint width, height;

  encode (40, 20, "jpeg", &jpeg, &size);
  g_byte_array_append (turned, (guint8 *) jpeg, 2);
  g_byte_array_append (turned, exif, sizeof exif);
  g_byte_array_append (turned, (guint8 *) jpeg + 2, (guint) size - 2);
  g_autoptr (AyMappedFile) file = memory_file ("x", turned->data, turned->len);
  g_assert_true (ay_image_probe (file, &width, &height, NULL));
  g_assert_cmpuint (width, ==, 40);
  g_autoptr (AyRgb) image = decode_bytes ((char *) turned->data, turned->len, 0);
  g_assert_cmpuint (image->width, ==, 20);
  g_assert_cmpuint (image->height, ==, 40);
  g_assert_cmpuint (image->rgb[1], >, 200); /* the lower left corner, green, is now first */
  g_assert_cmpuint (image->rgb[0], <, 50);
}

static gboolean
decode_any (AyMappedFile *file, GError **error)
{
  g_autoptr (AyRgb) image = ay_image_decode (file, 4, error);

  return image != NULL;
}

static void
test_fuzz (void)
{
  static const char *const types[] = { "png", "jpeg" };

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *bytes = NULL;
      gsize size, accepted;

      encode (11, 9, types[i], &bytes, &size);
      accepted = fuzz (bytes, size, 150, decode_any);
      g_test_message ("%s: %" G_GSIZE_FORMAT " mutations decoded", types[i], accepted);
    }
}

static void
test_fuzz_png_inside (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  g_autofree char *bytes = NULL;
  gsize size, accepted = 0;

  encode (11, 9, "png", &bytes, &size);
  for (guint i = 0; i < 1500; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes, size);
      guint changes = 1 + i % 3;

      for (guint k = 0; k < changes; k++)
        copy[g_rand_int_range (rand, 16, (gint32) size)] = (guint8) g_rand_int_range (rand, 0, 256);
      mend_checksums (copy, size);
      fuzz_one (copy, size, decode_any, &accepted);
    }
  g_test_message ("%" G_GSIZE_FORMAT " of 1500 were decoded", accepted);
  g_assert_cmpuint (accepted, >, 0);
}

static AyArray *
read_npy (const char *name)
{
  g_autofree char *path = fixture ("images", name);
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, &error);
  AyArray *array = file != NULL ? ay_npy_read (file, &error) : NULL;

  g_assert_no_error (error);
  return array;
}

static AyPixels *
read_pixels (const char *name)
{
  g_autoptr (AyArray) array = read_npy (name);
  AyPixelShape shape;

  g_assert_true (ay_pixel_shape_of_array (array->shape.size, array->shape.n_dims, &shape));
  return ay_pixels_new (array->matrix, &shape, NULL);
}

static void
check_reference (const char *pictures, const char *features)
{
  g_autoptr (AyPixels) pixels = read_pixels (pictures);
  g_autoptr (AyArray) expected = read_npy (features);
  AyImageFeatureOptions options = AY_IMAGE_FEATURE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;
  g_autoptr (AyMatrix) got = ay_image_features_of_pixels (pixels, &options, &names, NULL, &error);
  gsize d;

  g_assert_no_error (error);
  d = ay_matrix_cols (got);
  g_assert_cmpuint (d, ==, ay_matrix_cols (expected->matrix));
  g_assert_cmpuint (d, ==, g_strv_length (names));
  for (gsize i = 0; i < ay_matrix_rows (got); i++)
    for (gsize j = 0; j < d; j++)
      g_assert_cmpfloat_with_epsilon (ay_matrix_value (got, i, j),
                                      ay_matrix_value (expected->matrix, i, j), 2e-5);
}

static void
test_reference (void)
{
  check_reference ("grey.npy", "grey_features.npy");
  check_reference ("colour.npy", "colour_features.npy");
}

static AyColumn *
paths_of (char **names)
{
  GString *arena = g_string_new (NULL);
  guint n = g_strv_length (names);
  guint64 *offset = g_new (guint64, n);
  guint32 *length = g_new (guint32, n);
  char *base;

  for (guint i = 0; i < n; i++)
    {
      offset[i] = arena->len;
      length[i] = (guint32) strlen (names[i]);
      g_string_append (arena, names[i]);
    }
  base = g_string_free (arena, FALSE);
  return ay_column_take_text ("path", n, offset, length, base, base, g_free);
}

/* The pictures of the fixture as PNG files: the same features but for the rounding to bytes of the
 * averaged picture, and the same bytes for one thread and for two. */
static void
test_files (void)
{
  g_autofree char *root = make_folder ();
  g_autoptr (AyPixels) pixels = read_pixels ("colour.npy");
  char *names[] = { (char *) "0.png", (char *) "1.png", (char *) "2.png", (char *) "3.png", NULL };
  g_autoptr (AyColumn) paths = paths_of (names);
  AyImageFeatureOptions options = AY_IMAGE_FEATURE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  gsize d;

  for (gsize i = 0; i < 4; i++)
    {
      g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 37, 50);
      g_autofree char *path = g_build_filename (root, names[i], NULL);

      guint8 *to = gdk_pixbuf_get_pixels (pixbuf);
      gsize stride = (gsize) gdk_pixbuf_get_rowstride (pixbuf);

      for (gsize k = 0; k < 50 * 37 * 3; k++)
        to[k / 111 * stride + k % 111] = (guint8) ay_matrix_value (pixels->rows, i, k);
      g_assert_true (gdk_pixbuf_save (pixbuf, path, "png", NULL, NULL));
    }
  g_autoptr (AyMatrix) of_rows = ay_image_features_of_pixels (pixels, &options, NULL, NULL, &error);
  ay_set_threads (1);
  g_autoptr (AyMatrix) one = ay_image_features_of_files (paths, root, &options, NULL, NULL, &error);
  ay_set_threads (2);
  g_autoptr (AyMatrix) two = ay_image_features_of_files (paths, root, &options, NULL, NULL, &error);
  ay_set_threads (0);
  g_assert_no_error (error);
  d = ay_matrix_cols (one);
  g_assert_cmpuint (d, ==, ay_matrix_cols (of_rows));
  g_assert_cmpmem (ay_matrix_peek_f32 (one, 0, 4), 4 * d * sizeof (float),
                   ay_matrix_peek_f32 (two, 0, 4), 4 * d * sizeof (float));
  for (gsize i = 0; i < 4; i++)
    for (gsize j = 0; j < d; j++)
      g_assert_cmpfloat_with_epsilon (ay_matrix_value (one, i, j), ay_matrix_value (of_rows, i, j),
                                      j < 3072 ? 0.51 / 255 : 0.02);
  drop_folder (root);
}

static void
test_grey_files (void)
{
  g_autofree char *root = make_folder ();
  char *names[] = { (char *) "a.png", (char *) "b.png", NULL };
  char *missing[] = { (char *) "a.png", (char *) "", (char *) "none.png", NULL };
  g_autoptr (AyColumn) paths = paths_of (names), bad = paths_of (missing);
  AyImageFeatureOptions options = AY_IMAGE_FEATURE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) feature_names = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 64, 64);
      g_autofree char *path = g_build_filename (root, names[i], NULL);

      gdk_pixbuf_fill (pixbuf, i == 0 ? 0x808080ff : 0xffffffff);
      g_assert_true (gdk_pixbuf_save (pixbuf, path, "png", NULL, NULL));
    }
  g_autoptr (AyMatrix) grey
      = ay_image_features_of_files (paths, root, &options, &feature_names, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ay_matrix_cols (grey), ==, 1024 + 324);
  g_assert_cmpstr (feature_names[33], ==, "pixel_r1_c1");
  g_assert_cmpstr (feature_names[1024 + 36 + 9], ==, "gradient_b1_r0_c1_o0");
  g_assert_cmpfloat_with_epsilon (ay_matrix_value (grey, 0, 500), 128.0 / 255, 1e-6);
  g_assert_cmpfloat (ay_matrix_value (grey, 1, 1023), ==, 1.0);
  g_assert_cmpfloat (ay_matrix_value (grey, 1, 1200), ==, 0.0);
  g_assert_null (ay_image_features_of_files (bad, root, &options, NULL, NULL, &error));
  assert_one_line (error, "row 1 has no image path");
  g_clear_error (&error);
  options.side = 0;
  g_assert_null (ay_image_features_of_files (paths, root, &options, NULL, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  drop_folder (root);
}

static void
test_cancel (void)
{
  g_autoptr (AyPixels) pixels = read_pixels ("grey.npy");
  AyImageFeatureOptions options = AY_IMAGE_FEATURE_OPTIONS_INIT;
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;

  ay_job_cancel (job);
  g_assert_null (ay_image_features_of_pixels (pixels, &options, NULL, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
}

static void
test_shapes (void)
{
  const char *grid[65] = { NULL }, *count[785] = { NULL }, *kaggle[785] = { NULL };
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_free);
  AyPixelShape shape;

  for (guint i = 0; i < 784; i++)
    {
      g_ptr_array_add (all, g_strdup_printf ("p%u%u", i / 8, i % 8));
      if (i < 64)
        grid[i] = all->pdata[all->len - 1];
      g_ptr_array_add (all, g_strdup_printf ("pixel%u", i));
      count[i] = all->pdata[all->len - 1];
      g_ptr_array_add (all, g_strdup_printf ("%ux%u", i / 28 + 1, i % 28 + 1));
      kaggle[i] = all->pdata[all->len - 1];
    }
  g_assert_true (ay_pixel_shape_of_names (grid, 64, &shape));
  g_assert_cmpuint (shape.height, ==, 8);
  g_assert_true (ay_pixel_shape_of_names (count, 784, &shape));
  g_assert_cmpuint (shape.width, ==, 28);
  g_assert_true (ay_pixel_shape_of_names (kaggle, 784, &shape));
  g_assert_cmpuint (shape.height, ==, 28);
  g_assert_false (ay_pixel_shape_of_names (grid, 63, &shape));
  g_assert_false (ay_pixel_shape_of_names (count, 783, &shape));
  grid[9] = "p12";
  g_assert_false (ay_pixel_shape_of_names (grid, 64, &shape));
  g_assert_true (ay_pixel_shape_of_length (3072, &shape));
  g_assert_cmpuint (shape.channels, ==, 3);
  g_assert_false (ay_pixel_shape_of_length (512, &shape));
}

/* Thumbnails of rows: planes are turned into pixels, ranges are found, sizes kept. */
static void
test_thumbnails (void)
{
  float *values = g_new0 (float, 2 * 48);
  g_autoptr (AyMatrix) rows = NULL;
  AyPixelShape shape = { 4, 4, 3, TRUE };
  g_autoptr (GError) error = NULL;
  AyDataset data = { .n = 2 };

  values[48 + 5] = 16.0f;      /* red of pixel 5 of row 1 */
  values[48 + 32 + 15] = 8.0f; /* blue of pixel 15 */
  rows = ay_matrix_take_f32 (2, 48, values);
  data.pixels = ay_pixels_new (rows, &shape, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (data.pixels->high, ==, 16.0);
  g_autoptr (AyRgb) same = ay_thumbnail_new (&data, 1, 64, &error);
  g_assert_cmpuint (same->width, ==, 4);
  g_assert_cmpuint (same->rgb[5 * 3], ==, 255);
  g_assert_cmpuint (same->rgb[15 * 3 + 2], ==, 128);
  g_assert_cmpuint (same->rgb[15 * 3], ==, 0);
  g_autoptr (AyRgb) half = ay_thumbnail_new (&data, 1, 2, &error);
  g_assert_cmpuint (half->width, ==, 2);
  g_assert_cmpuint (half->rgb[0], ==, 64); /* one of four pixels */
  g_assert_null (ay_thumbnail_new (&data, 2, 2, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  ay_pixels_unref (data.pixels);
}

static void
test_real (void)
{
  g_autofree char *root = test_data ("bccd_photos");
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AyTable) table = NULL;

  if (root == NULL)
    return;
  table = read_folder (root, AY_RAGGED_ERROR, diagnostics, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ay_table_rows (table), ==, 364);
  g_assert_null (ay_table_find (table, "label"));
  assert_cell (table, "path", 0, "BCCD/JPEGImages/BloodImage_00000.jpg");
  for (gsize i = 0; i < 364; i++)
    {
      g_assert_cmpfloat (ay_column_numbers (ay_table_find (table, "width"))[i], ==, 640);
      g_assert_cmpfloat (ay_column_numbers (ay_table_find (table, "height"))[i], ==, 480);
    }
  g_autofree char *path = g_build_filename (root, "BCCD/JPEGImages/BloodImage_00007.jpg", NULL);
  g_autoptr (AyRgb) small = ay_image_thumbnail (path, 96, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (small->width, ==, 96);
  g_assert_cmpuint (small->height, ==, 72);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/images/folder/classes", test_classes);
  g_test_add_func ("/images/folder/parts", test_parts);
  g_test_add_func ("/images/folder/flat", test_flat);
  g_test_add_func ("/images/folder/links", test_links);
  g_test_add_func ("/images/folder/refused", test_refused);
  g_test_add_func ("/images/folder/skip", test_skip);
  g_test_add_func ("/images/decode", test_decode);
  g_test_add_func ("/images/orientation", test_orientation);
  g_test_add_func ("/images/fuzz", test_fuzz);
  g_test_add_func ("/images/fuzz-png-inside", test_fuzz_png_inside);
  g_test_add_func ("/images/features/reference", test_reference);
  g_test_add_func ("/images/features/files", test_files);
  g_test_add_func ("/images/features/grey-files", test_grey_files);
  g_test_add_func ("/images/features/cancel", test_cancel);
  g_test_add_func ("/images/shapes", test_shapes);
  g_test_add_func ("/images/thumbnails", test_thumbnails);
  g_test_add_func ("/images/real", test_real);
  return g_test_run ();
}
