/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/load.h"
#include "core/data/thumbnail.h"

#include "fixtures.h"
#include "folders.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

/* Data sets whose rows are shown as images: from a folder, from a column of paths, from pixels. */

static void
put_square (const char *root, const char *relative, guint32 colour)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 16, 16);
  g_autofree char *bytes = NULL;
  gsize size;

  gdk_pixbuf_fill (pixbuf, colour);
  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &bytes, &size, "png", NULL, NULL));
  put_file (root, relative, bytes, size);
}

static AyDataset *
load_input (const char *path)
{
  g_autoptr (AyLoadOptions) options = ay_load_options_new ();
  const char *inputs[] = { path, NULL };
  g_autoptr (GError) error = NULL;
  AyDataset *data;

  g_strfreev (options->inputs);
  options->inputs = g_strdupv ((char **) inputs);
  data = ay_dataset_load (options, NULL, &error);
  g_assert_no_error (error);
  return data;
}

/* The label "red" or "blue" and the colour of the thumbnail say the same, row by row. */
static void
assert_colours (const AyDataset *data)
{
  g_assert_true (ay_dataset_has_images (data));
  g_assert_cmpuint (data->n_classes, ==, 2);
  for (gsize i = 0; i < data->n; i++)
    {
      g_autofree char *label = ay_dataset_dup_label (data, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (AyRgb) image = ay_thumbnail_new (data, i, 8, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (image->width, ==, 8);
      g_assert_cmpuint (image->rgb[g_str_equal (label, "red") ? 0 : 2], ==, 255);
      g_assert_cmpuint (image->rgb[g_str_equal (label, "red") ? 2 : 0], ==, i % 20);
    }
}

static void
test_folder (void)
{
  g_autofree char *root = make_folder ();

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%02u.png", i < 20 ? "blue" : "red", i % 20);
      guint32 shade = i % 20;

      put_square (root, name, i < 20 ? shade << 24 | 0xff << 8 : 0xff000000u | shade << 8);
    }
  g_autoptr (AyDataset) data = load_input (root);
  g_autofree char *id = ay_column_dup_text (data->id, 20);
  g_assert_cmpstr (id, ==, "red/00.png");
  g_assert_cmpuint (data->n, ==, 40);
  g_assert_cmpuint (ay_matrix_cols (data->features), ==, 3 * 32 * 32 + 324 + 64);
  assert_colours (data);
  drop_folder (root);
}

/* Paths in a table are relative to the table's own folder. */
static void
test_column (void)
{
  g_autofree char *root = make_folder (), *path = g_build_filename (root, "list.csv", NULL);
  g_autoptr (GString) csv = g_string_new ("file,label,x\n");

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *name = g_strdup_printf ("img/%02u.png", i);
      guint32 shade = i % 20;

      put_square (root, name, i < 20 ? shade << 24 | 0xff << 8 : 0xff000000u | shade << 8);
      g_string_append_printf (csv, "%s,%s,%u\n", name, i < 20 ? "blue" : "red", i * 7 % 11);
    }
  put_file (root, "list.csv", csv->str, csv->len);
  g_autoptr (AyDataset) data = load_input (path);
  g_assert_cmpstr (ay_column_name (data->image), ==, "file");
  assert_colours (data);
  drop_folder (root);
}

/* The bundled digits: 8 x 8 pixels of 0..16 in columns. */
static void
test_digits (void)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "data", "samples", "digits.csv", NULL);
  g_autoptr (AyDataset) data = load_input (path);
  AyColumn *corner = ay_table_find (data->table, "p25");

  g_assert_cmpuint (data->n, ==, 1797);
  g_assert_nonnull (data->pixels);
  g_assert_cmpfloat (data->pixels->high, ==, 16.0);
  for (gsize i = 0; i < data->n; i += 200)
    {
      g_autoptr (AyRgb) image = ay_thumbnail_new (data, i, 64, NULL);
      double value = ay_column_numbers (corner)[i];

      g_assert_cmpuint (image->width, ==, 8);
      g_assert_cmpuint (image->height, ==, 8);
      g_assert_cmpuint (image->rgb[(2 * 8 + 5) * 3], ==, (guint) (value / 16 * 255 + 0.5));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image-sets/folder", test_folder);
  g_test_add_func ("/image-sets/column", test_column);
  g_test_add_func ("/image-sets/digits", test_digits);
  return g_test_run ();
}
