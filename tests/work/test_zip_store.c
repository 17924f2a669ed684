/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/zip_store.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Archives beyond what ZIP held in 1989: many members, members above 4 GiB, read by libarchive. */

static char *
new_path (FILE **stream)
{
  char *path = NULL;
  int fd = g_file_open_tmp ("assay-zip-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  *stream = fdopen (fd, "w+");
  return path;
}

static struct archive *
open_archive (const char *path)
{
  struct archive *archive = archive_read_new ();

  archive_read_support_format_zip_seekable (archive);
  g_assert_cmpint (archive_read_open_filename (archive, path, 1 << 16), ==, ARCHIVE_OK);
  return archive;
}

static void
test_many_members (void)
{
  FILE *stream = NULL;
  g_autofree char *path = new_path (&stream);
  AyZipStore *zip = ay_zip_store_new (stream);
  struct archive_entry *entry;
  struct archive *archive;
  int n = 0;

  for (int i = 0; i < 70000; i++)
    {
      g_autofree char *name = g_strdup_printf ("member %d.npy", i);

      g_assert_true (ay_zip_store_begin (zip, name, 4) && ay_zip_store_write (zip, &i, 4)
                     && ay_zip_store_end (zip));
    }
  g_assert_true (ay_zip_store_finish (zip));
  ay_zip_store_free (zip);
  fclose (stream);
  archive = open_archive (path);
  for (; archive_read_next_header (archive, &entry) == ARCHIVE_OK; n++)
    {
      g_autofree char *name = g_strdup_printf ("member %d.npy", n);
      int value = -1;

      g_assert_cmpint (archive_entry_size (entry), ==, 4);
      g_assert_cmpstr (archive_entry_pathname (entry), ==, name);
      g_assert_cmpint (archive_read_data (archive, &value, 4), ==, 4);
      g_assert_cmpint (value, ==, n);
    }
  g_assert_cmpint (n, ==, 70000);
  archive_read_free (archive);
  g_unlink (path);
}

/* A stream that leaves blocks of zeros out of the file, so that 4 GiB of them take no room. */
typedef struct
{
  int fd;
  off_t at;
} Sparse;

static ssize_t
sparse_write (void *data, const char *bytes, size_t size)
{
  Sparse *self = data;
  gboolean zeros = size > 0 && bytes[0] == 0 && memcmp (bytes, bytes + 1, size - 1) == 0;

  if (!zeros && pwrite (self->fd, bytes, size, self->at) != (ssize_t) size)
    return 0;
  self->at += (off_t) size;
  return (ssize_t) size;
}

static int
sparse_seek (void *data, off64_t *offset, int whence)
{
  Sparse *self = data;

  self->at = whence == SEEK_SET ? *offset : whence == SEEK_CUR ? self->at + *offset : self->at;
  *offset = self->at;
  return 0;
}

#define LARGE ((G_GUINT64_CONSTANT (1) << 32) + 12345)

static void
write_large (FILE *stream)
{
  g_autoptr (AyZipStore) zip = ay_zip_store_new (stream);
  gsize block = 8 << 20;
  g_autofree char *zeros = g_malloc0 (block);
  const char *names[] = { "large", "behind" };

  for (guint m = 0; m < 2; m++)
    {
      guint64 size = m == 0 ? LARGE : 5;

      g_assert_true (ay_zip_store_begin (zip, names[m], size));
      for (guint64 at = 0; m == 0 && at < size; at += block)
        g_assert_true (ay_zip_store_write (zip, zeros, MIN (block, size - at)));
      if (m == 1)
        g_assert_true (ay_zip_store_write (zip, "hello", 5));
      g_assert_true (ay_zip_store_end (zip));
    }
  g_assert_true (ay_zip_store_finish (zip));
}

static void
test_large_member (void)
{
  g_autofree char *path = NULL;
  Sparse sparse = { g_file_open_tmp ("assay-zip-XXXXXX", &path, NULL), 0 };
  FILE *stream
    = fopencookie (&sparse, "w+",
                   (cookie_io_functions_t) { NULL, sparse_write, sparse_seek, NULL });
  struct archive_entry *entry;
  struct archive *archive;
  char hello[6] = "";

  write_large (stream);
  fclose (stream);
  close (sparse.fd);
  archive = open_archive (path);
  g_assert_cmpint (archive_read_next_header (archive, &entry), ==, ARCHIVE_OK);
  g_assert_cmpstr (archive_entry_pathname (entry), ==, "large");
  g_assert_cmpint (archive_entry_size (entry), ==, (gint64) LARGE);
  /* The checksum is compared on the way. */
  g_assert_cmpint (archive_read_data_skip (archive), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_read_next_header (archive, &entry), ==, ARCHIVE_OK);
  g_assert_cmpstr (archive_entry_pathname (entry), ==, "behind");
  g_assert_cmpint (archive_read_data (archive, hello, 5), ==, 5);
  g_assert_cmpstr (hello, ==, "hello");
  g_assert_cmpint (archive_read_next_header (archive, &entry), ==, ARCHIVE_EOF);
  archive_read_free (archive);
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/zip-store/many-members", test_many_members);
  g_test_add_func ("/zip-store/large-member", test_large_member);
  return g_test_run ();
}
