/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies of pictures without what was noted in them: nothing of it is left, and what is seen is
 * the same. */
#include "core/data/image_file.h"
#include "core/data/image_plain.h"

#include "fixtures.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <zlib.h>

#define SECRET "48.8584N 2.2945E"

static void
encode (const char *type, char **bytes, gsize *size)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 40, 24);
  guint8 *at = gdk_pixbuf_get_pixels (pixbuf);

  for (int y = 0; y < 24; y++)
    for (int x = 0; x < 40 * 3; x++)
      at[y * gdk_pixbuf_get_rowstride (pixbuf) + x] = (guint8) (x * 2 + y * y);
  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, bytes, size, type, NULL, NULL));
}

static void
put_segment (GByteArray *into, guint8 marker, const char *data, gsize size)
{
  const guint8 head[4] = { 0xff, marker, (guint8) ((size + 2) >> 8), (guint8) (size + 2) };

  g_byte_array_append (into, head, 4);
  g_byte_array_append (into, (const guint8 *) data, (guint) size);
}

/* EXIF in either byte order: which way up, and a place in the bytes behind the directory. */
static GByteArray *
exif (gboolean big, guint8 orientation)
{
  static const guint8 little_bytes[] = { 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0,
                                         0, 0, 0, 0, 0, 0, 0, 0, 0 };
  static const guint8 big_bytes[] = { 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1,
                                      0, 0, 0, 0, 0, 0, 0, 0 };
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, big ? big_bytes : little_bytes, sizeof big_bytes);
  out->data[big ? 19 : 18] = orientation;
  g_byte_array_append (out, (const guint8 *) SECRET, sizeof SECRET);
  return out;
}

static GByteArray *
jpeg_with_notes (gboolean big, guint8 orientation)
{
  static const char icc[] = "ICC_PROFILE\0\1\1colours";
  static const char mpf[] = "MPF\0" SECRET, xmp[] = "http://ns.adobe.com/xap/1.0/\0" SECRET;
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GByteArray) tags = exif (big, orientation);
  g_autofree char *jpeg = NULL;
  gsize size;

  encode ("jpeg", &jpeg, &size);
  g_byte_array_append (out, (guint8 *) jpeg, 2);
  g_byte_array_prepend (tags, (const guint8 *) "Exif\0", 6);
  put_segment (out, 0xe1, (const char *) tags->data, tags->len);
  put_segment (out, 0xe1, xmp, sizeof xmp);
  put_segment (out, 0xe2, mpf, sizeof mpf);
  put_segment (out, 0xe2, icc, sizeof icc);
  put_segment (out, 0xed, SECRET, sizeof SECRET);
  put_segment (out, 0xfe, SECRET, sizeof SECRET);
  g_byte_array_append (out, (guint8 *) jpeg + 2, (guint) size - 2);
  /* a second picture behind the first, as phones write it */
  g_byte_array_append (out, (guint8 *) jpeg, 2);
  put_segment (out, 0xe1, (const char *) tags->data, tags->len);
  g_byte_array_append (out, (guint8 *) jpeg + 2, (guint) size - 2);
  return out;
}

static void
put_chunk (GByteArray *into, const char *name, const guint8 *data, gsize size)
{
  guint32 length = GUINT32_TO_BE ((guint32) size), check;
  guint from;

  g_byte_array_append (into, (const guint8 *) &length, 4);
  from = into->len;
  g_byte_array_append (into, (const guint8 *) name, 4);
  g_byte_array_append (into, data, (guint) size);
  check = GUINT32_TO_BE ((guint32) crc32 (0, into->data + from, (uInt) size + 4));
  g_byte_array_append (into, (const guint8 *) &check, 4);
}

static GByteArray *
png_with_notes (guint8 orientation)
{
  static const guint8 gamma[] = { 0, 0, 0xb1, 0x8f };
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GByteArray) tags = exif (FALSE, orientation);
  g_autofree char *png = NULL;
  gsize size;

  encode ("png", &png, &size);
  g_byte_array_append (out, (guint8 *) png, 33); /* magic and IHDR */
  put_chunk (out, "gAMA", gamma, sizeof gamma);
  put_chunk (out, "eXIf", tags->data, tags->len);
  put_chunk (out, "tEXt", (const guint8 *) "Comment\0" SECRET, 8 + sizeof SECRET);
  put_chunk (out, "teSt", (const guint8 *) SECRET, sizeof SECRET);
  g_byte_array_append (out, (guint8 *) png + 33, (guint) size - 33);
  g_byte_array_append (out, (const guint8 *) SECRET, sizeof SECRET);
  return out;
}

/* The bytes of the plain copy; empty where it is refused. */
static GByteArray *
plain (const guint8 *bytes, gsize size, GError **error)
{
  g_autoptr (AyMappedFile) file = memory_file ("x", bytes, size);
  char *text = NULL;
  gsize length;
  FILE *out = open_memstream (&text, &length);
  gboolean done = ay_image_write_plain (file, out, error);

  fclose (out);
  if (done)
    return g_byte_array_new_take ((guint8 *) text, length);
  free (text);
  return g_byte_array_new ();
}

static gboolean
holds (const GByteArray *bytes, const char *what)
{
  return memmem (bytes->data, bytes->len, what, strlen (what)) != NULL;
}

static void
check (const GByteArray *noted, guint8 orientation, const char *kept)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) copy = plain (noted->data, noted->len, &error);
  g_autoptr (GByteArray) again = plain (copy->data, copy->len, NULL);
  g_autoptr (AyMappedFile) before = memory_file ("x", noted->data, noted->len);
  g_autoptr (AyMappedFile) after = memory_file ("x", copy->data, copy->len);
  g_autoptr (AyRgb) was = ay_image_decode (before, 0, NULL), is = NULL;

  g_assert_no_error (error);
  is = ay_image_decode (after, 0, &error);
  g_assert_no_error (error);
  g_assert_true (holds (noted, "48.8584") && holds (noted, kept));
  g_assert_false (holds (copy, "48.8584"));
  g_assert_false (holds (copy, "Comment"));
  g_assert_true (holds (copy, kept));
  g_assert_true (holds (copy, orientation == 1 ? kept : "II*"));
  g_assert_cmpmem (was->rgb, was->width * was->height * 3, is->rgb, is->width * is->height * 3);
  g_assert_cmpuint (was->width, ==, is->width);
  g_assert_cmpmem (again->data, again->len, copy->data, copy->len);
}

static void
test_jpeg (void)
{
  for (guint8 orientation = 1; orientation <= 8; orientation++)
    for (guint big = 0; big < 2; big++)
      {
        g_autoptr (GByteArray) noted = jpeg_with_notes (big, orientation);

        check (noted, orientation, "ICC_PROFILE");
      }
}

static void
test_png (void)
{
  for (guint8 orientation = 1; orientation <= 8; orientation += 5)
    {
      g_autoptr (GByteArray) noted = png_with_notes (orientation);

      check (noted, orientation, "gAMA");
    }
}

/* What was only encoded has nothing to lose: the same bytes. */
static void
test_nothing (void)
{
  static const char *const types[] = { "png", "jpeg" };

  for (guint k = 0; k < G_N_ELEMENTS (types); k++)
    {
      g_autofree char *bytes = NULL;
      gsize size;

      encode (types[k], &bytes, &size);
      g_autoptr (GByteArray) copy = plain ((guint8 *) bytes, size, NULL);
      g_assert_cmpmem (copy->data, copy->len, bytes, size);
    }
}

static void
test_damaged (void)
{
  g_autoptr (GByteArray) jpeg = jpeg_with_notes (FALSE, 6), png = png_with_notes (6);
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) none = NULL, text = NULL, cut = NULL;

  none = plain (jpeg->data, jpeg->len / 4, &error);
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  g_clear_error (&error);
  cut = plain (png->data, 60, &error);
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  g_clear_error (&error);
  text = plain ((const guint8 *) "GIF89a", 6, &error);
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
}

static gboolean
copy_any (AyMappedFile *file, GError **error)
{
  char *text = NULL;
  gsize size;
  FILE *out = open_memstream (&text, &size);
  gboolean done = ay_image_write_plain (file, out, error);

  fclose (out);
  free (text);
  return done;
}

static void
test_fuzz (void)
{
  g_autoptr (GByteArray) jpeg = jpeg_with_notes (TRUE, 3), png = png_with_notes (8);

  g_assert_cmpuint (fuzz ((char *) jpeg->data, jpeg->len, 3000, copy_any), >, 0);
  fuzz ((char *) png->data, png->len, 500, copy_any);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image-plain/jpeg", test_jpeg);
  g_test_add_func ("/image-plain/png", test_png);
  g_test_add_func ("/image-plain/nothing-noted", test_nothing);
  g_test_add_func ("/image-plain/damaged", test_damaged);
  g_test_add_func ("/image-plain/fuzz", test_fuzz);
  return g_test_run ();
}
