/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/gunzip.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* Writes the text as one gzip member at the end of the file. */
static void
append_member (const char *path, const char *text, gsize size)
{
  gzFile file = gzopen (path, "ab");

  g_assert_cmpint (gzwrite (file, text, (unsigned) size), ==, (int) size);
  gzclose (file);
}

static char *
temporary_path (void)
{
  return g_strdup_printf ("%s/assay-gunzip-%d.gz", g_get_tmp_dir (), (int) getpid ());
}

static AyMappedFile *
gunzip (const char *path, GError **error)
{
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);

  return ay_gunzip (file, NULL, error);
}

static void
test_members_and_padding (void)
{
  g_autofree char *path = temporary_path ();
  gsize size = 3 << 20, got;
  g_autofree char *text = g_malloc (size);
  FILE *stream;

  for (gsize i = 0; i < size; i++)
    text[i] = (char) ('a' + i * i % 23);
  append_member (path, text, size - 5);
  append_member (path, text + size - 5, 5);
  stream = fopen (path, "ab");
  fwrite ("\0\0\0\0", 1, 4, stream);
  fclose (stream);
  g_autoptr (AyMappedFile) plain = gunzip (path, NULL);
  const char *data = ay_mapped_file_data (plain, &got);

  g_assert_cmpstr (ay_mapped_file_path (plain), ==, path);
  g_assert_cmpmem (data, got, text, size);
  g_unlink (path);
}

static void
test_damage (void)
{
  g_autofree char *path = temporary_path ();
  g_autofree char *bytes = NULL;
  gsize size;

  append_member (path, "some text, some more text, and then some", 40);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize cut = 3; cut < size; cut++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, bytes, (gssize) cut, NULL));
      g_assert_null (gunzip (path, &error));
      g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
      g_assert_true (g_str_has_prefix (error->message, path));
      g_assert_nonnull (strstr (error->message, "ends early"));
    }
  bytes[size - 6] ^= 1; /* in the check sum */
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  g_assert_null (gunzip (path, &error));
  g_assert_nonnull (strstr (error->message, "damaged"));
  g_unlink (path);
}

static void
test_not_compressed (void)
{
  g_autofree char *path = temporary_path ();

  g_assert_true (g_file_set_contents (path, "plain", 5, NULL));
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);
  g_autoptr (AyMappedFile) same = ay_gunzip (file, NULL, NULL);

  g_assert_true (file == same);
  g_unlink (path);
}

static void
test_cancelled (void)
{
  g_autofree char *path = temporary_path ();
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;

  append_member (path, "a line\n", 7);
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);

  ay_job_cancel (job);
  g_assert_null (ay_gunzip (file, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gunzip/members-and-padding", test_members_and_padding);
  g_test_add_func ("/gunzip/damage", test_damage);
  g_test_add_func ("/gunzip/not-compressed", test_not_compressed);
  g_test_add_func ("/gunzip/cancelled", test_cancelled);
  return g_test_run ();
}
