/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/file_hash.h"

#include "fixtures.h"
#include "folders.h"

#include <fcntl.h>
#include <sys/stat.h>

/* The whole of it, by GLib's SHA-256. */
static void
assert_digest (GChecksum *sum, const char *got)
{
  g_assert_cmpstr (g_checksum_get_string (sum), ==, got);
}

static void
check_size (const char *root, gsize size)
{
  g_autofree char *path = g_build_filename (root, "data", NULL), *bytes = g_malloc (size + 1);
  g_autoptr (GChecksum) full = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GChecksum) quick = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) size);
  g_autoptr (GError) error = NULL;
  guint64 little = GUINT64_TO_LE (size), n = (size + 4095) / 4096;
  AyFileHash a, b;

  for (gsize i = 0; i < size; i++)
    bytes[i] = (char) g_rand_int (rand);
  put_file (root, "data", bytes, size);
  g_assert_true (ay_file_hash_full (path, &a, NULL, &error));
  g_assert_true (ay_file_hash_quick (path, &b, &error));
  g_assert_cmpuint (a.size, ==, size);
  g_assert_cmpint (a.mtime_ns, ==, b.mtime_ns);
  g_assert_cmpint (a.mtime_ns, >, 0);
  g_assert_cmpstr (a.quick, ==, b.quick);
  g_assert_cmpstr (b.full, ==, "");
  g_checksum_update (full, (guchar *) bytes, (gssize) size);
  assert_digest (full, a.full);
  g_checksum_update (quick, (guchar *) &little, 8);
  if (n <= 66)
    g_checksum_update (quick, (guchar *) bytes, (gssize) size);
  else
    {
      g_checksum_update (quick, (guchar *) bytes, 4096);
      for (guint64 i = 0; i < 64; i++)
        g_checksum_update (quick, (guchar *) bytes + (1 + (n - 2) * i / 64) * 4096, 4096);
      g_checksum_update (quick, (guchar *) bytes + (n - 1) * 4096,
                         (gssize) (size - (n - 1) * 4096));
    }
  assert_digest (quick, a.quick);
}

static void
test_sizes (void)
{
  static const gsize sizes[] = { 0, 1, 4095, 4096, 4097, 66 * 4096, 66 * 4096 + 1, 67 * 4096,
                                 1 << 20, (1 << 20) + 1, 3000001 };
  g_autofree char *root = make_folder ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    check_size (root, sizes[i]);
  drop_folder (root);
}

static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AyJob) job = ay_job_new ();
  g_autofree char *root = make_folder (), *path = g_build_filename (root, "x", NULL);
  AyFileHash hash;

  g_assert_false (ay_file_hash_quick (path, &hash, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_IO);
  assert_one_line (error, path);
  g_clear_error (&error);
  g_assert_false (ay_file_hash_full (root, &hash, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  g_clear_error (&error);
  put_file (root, "x", "abc", 3);
  ay_job_cancel (job);
  g_assert_false (ay_file_hash_full (path, &hash, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  drop_folder (root);
}

/* Contents, names and times of a folder's images are told apart; other files do not count. */
static void
test_folder (void)
{
  g_autofree char *root = make_folder (), *path = g_build_filename (root, "a/1.png", NULL);
  g_autoptr (GError) error = NULL;
  struct timespec times[2] = { { 1000, 5 }, { 1000, 5 } };
  AyFileHash first, again;

  put_file (root, "a/1.png", "one", 3);
  put_file (root, "b/2.png", "two", 3);
  utimensat (AT_FDCWD, path, times, 0);
  g_assert_true (ay_folder_hash (root, TRUE, &first, NULL, &error));
  g_assert_cmpuint (first.size, ==, 6);
  put_file (root, "a/other.txt", "x", 1);
  g_assert_true (ay_folder_hash (root, TRUE, &again, NULL, &error));
  g_assert_cmpstr (first.quick, ==, again.quick);
  g_assert_cmpstr (first.full, ==, again.full);
  put_file (root, "a/1.png", "eno", 3);
  utimensat (AT_FDCWD, path, times, 0);
  g_assert_true (ay_folder_hash (root, TRUE, &again, NULL, &error));
  g_assert_cmpstr (first.quick, ==, again.quick);
  g_assert_cmpstr (first.full, !=, again.full);
  times[1].tv_nsec = 6;
  utimensat (AT_FDCWD, path, times, 0);
  g_assert_true (ay_folder_hash (root, FALSE, &again, NULL, &error));
  g_assert_cmpstr (first.quick, !=, again.quick);
  g_assert_cmpstr (again.full, ==, "");
  drop_folder (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-hash/sizes", test_sizes);
  g_test_add_func ("/file-hash/refused", test_refused);
  g_test_add_func ("/file-hash/folder", test_folder);
  return g_test_run ();
}
