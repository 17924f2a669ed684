/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/reader_npz.h"

#include "fixtures.h"
#include "testdata.h"

#include <archive.h>
#include <archive_entry.h>

static void
check_fixture (const char *name)
{
  g_autofree char *path = fixture ("npy", name), *list = fixture ("npy", "expected.tsv");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, &error);
  g_autoptr (AyNpz) npz = ay_npz_open (file, &error);
  g_auto (GStrv) lines = NULL;
  guint at = 0;

  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (list, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i][0] != '\0'; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], "\t", 4);
      g_autoptr (AyArray) array = NULL;
      AyShape shape;
      gboolean is_text;

      if (strcmp (fields[0], name) != 0)
        continue;
      g_test_message ("%s", fields[1]);
      g_assert_cmpstr (ay_npz_name (npz, at), ==, fields[1]);
      g_assert_true (ay_npz_read_shape (npz, at, &shape, &is_text, &error));
      array = ay_npz_read (npz, at++, NULL, &error);
      g_assert_no_error (error);
      assert_array (array, fields[2], fields[3]);
      g_assert_cmpint (is_text, ==, array->text != NULL);
      g_assert_cmpuint (shape.n_dims, ==, array->shape.n_dims);
      g_assert_cmpmem (shape.size, shape.n_dims * sizeof (gsize), array->shape.size,
                       shape.n_dims * sizeof (gsize));
    }
  g_assert_cmpuint (at, ==, ay_npz_count (npz));
  g_assert_cmpuint (at, ==, 45);
}

static void
test_stored (void)
{
  check_fixture ("dtypes_stored.npz");
}

static void
test_deflated (void)
{
  check_fixture ("dtypes_deflated.npz");
}

static void
test_cancelled (void)
{
  g_autofree char *path = fixture ("npy", "dtypes_deflated.npz");
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);
  g_autoptr (AyNpz) npz = ay_npz_open (file, NULL);
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;

  ay_job_cancel (job);
  g_assert_null (ay_npz_read (npz, 0, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
}

/* A zip file in memory, of one or more members. */
typedef struct
{
  const char *name;
  const char *bytes;
  gsize size;
} ZipMember;

static AyMappedFile *
make_zip (const ZipMember *members, guint n, gboolean stored)
{
  gsize room = 1 << 20, used = 0;
  g_autofree char *out = g_malloc (room);
  struct archive *archive = archive_write_new ();

  archive_write_set_format_zip (archive);
  archive_write_set_options (archive, stored ? "zip:compression=store"
                                             : "zip:compression=deflate");
  g_assert_cmpint (archive_write_open_memory (archive, out, room, &used), ==, ARCHIVE_OK);
  for (guint i = 0; i < n; i++)
    {
      struct archive_entry *entry = archive_entry_new ();

      archive_entry_set_pathname (entry, members[i].name);
      archive_entry_set_filetype (entry, AE_IFREG);
      archive_entry_set_perm (entry, 0644);
      archive_entry_set_size (entry, (la_int64_t) members[i].size);
      g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
      g_assert_cmpint (archive_write_data (archive, members[i].bytes, members[i].size), ==,
                       (la_ssize_t) members[i].size);
      archive_entry_free (entry);
    }
  archive_write_close (archive);
  archive_write_free (archive);
  return memory_file ("a.npz", out, used);
}

static void
assert_refused (AyMappedFile *file, const char *prefix, const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AyNpz) npz = ay_npz_open (file, &error);

  if (npz != NULL)
    g_assert_null (ay_npz_read (npz, 0, NULL, &error));
  assert_one_line (error, prefix);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, what));
}

static void
test_refused (void)
{
  g_autofree char *path = fixture ("npy", "version1.npy"), *npy = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &npy, &size, NULL));
  const ZipMember text = { "readme.txt", "hello", 5 };
  const ZipMember twice[] = { { "a.npy", npy, size }, { "a.npy", npy, size } };
  const ZipMember junk = { "x.npy", "hello", 5 };
  const ZipMember cut = { "x.npy", npy, size - 1 };
  const ZipMember none = { "x.npy", "", 0 };
  g_autoptr (AyMappedFile) no_arrays = make_zip (&text, 1, FALSE);
  g_autoptr (AyMappedFile) repeated = make_zip (twice, 2, FALSE);
  g_autoptr (AyMappedFile) no_npy = make_zip (&junk, 1, FALSE);
  g_autoptr (AyMappedFile) short_member = make_zip (&cut, 1, FALSE);
  g_autoptr (AyMappedFile) empty_member = make_zip (&none, 1, FALSE);
  g_autoptr (AyMappedFile) not_zip = memory_file ("a.npz", "hello there, no zip here", 24);
  g_autoptr (AyMappedFile) empty = memory_file ("a.npz", "", 0);

  assert_refused (no_arrays, "a.npz: ", "no .npy arrays");
  assert_refused (repeated, "a.npz:a: ", "twice");
  assert_refused (no_npy, "a.npz:x: byte 0: ", "no NPY file");
  assert_refused (short_member, "a.npz:x: byte 175: ", "1 bytes more");
  assert_refused (empty_member, "a.npz:x: ", "empty");
  assert_refused (not_zip, "a.npz: ", "no zip archive");
  assert_refused (empty, "a.npz: ", "no zip archive");
}

/* An archive that states a size which its bytes cannot hold is refused before memory is taken. */
static void
test_bomb (void)
{
  g_autofree char *path = fixture ("npy", "version1.npy"), *npy = NULL;
  gsize size, zip_size;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (path, &npy, &size, NULL));
  const ZipMember member = { "x.npy", npy, size };
  g_autoptr (AyMappedFile) zip = make_zip (&member, 1, FALSE);
  const char *data = ay_mapped_file_data (zip, &zip_size);
  g_autofree char *copy = g_memdup2 (data, zip_size);
  gboolean found = FALSE;

  for (gsize i = 0; i + 28 < zip_size; i++)
    {
      gboolean local = memcmp (copy + i, "PK\3\4", 4) == 0;

      if (local || memcmp (copy + i, "PK\1\2", 4) == 0)
        memcpy (copy + i + (local ? 22 : 24), "\xf0\xff\xff\xff", 4); /* inflated: 4 GB */
      found = found || local;
    }
  g_assert_true (found);
  g_autoptr (AyMappedFile) bomb = memory_file ("a.npz", copy, zip_size);
  assert_refused (bomb, "a.npz:x: ", "cannot hold");
}

static gboolean
read_all (AyMappedFile *file, GError **error)
{
  g_autoptr (AyNpz) npz = ay_npz_open (file, error);
  AyShape shape;

  for (guint i = 0; npz != NULL && i < MIN (ay_npz_count (npz), 3); i++)
    {
      g_autoptr (AyArray) array = ay_npz_read (npz, i, NULL, error);

      if (array == NULL)
        return FALSE;
      g_assert_true (ay_npz_read_shape (npz, i, &shape, NULL, NULL));
      if (array->matrix != NULL)
        g_assert_cmpuint (ay_matrix_rows (array->matrix), >, 0);
    }
  return npz != NULL;
}

static void
test_fuzz (void)
{
  for (int stored = 0; stored < 2; stored++)
    {
      g_autofree char *a = fixture ("npy", "cube_fortran.npy"), *b = fixture ("npy", "unicode.npy");
      g_autofree char *cube = NULL, *words = NULL;
      gsize cube_size, words_size, size;

      g_assert_true (g_file_get_contents (a, &cube, &cube_size, NULL));
      g_assert_true (g_file_get_contents (b, &words, &words_size, NULL));
      const ZipMember members[] = { { "cube.npy", cube, cube_size },
                                    { "words.npy", words, words_size } };
      g_autoptr (AyMappedFile) zip = make_zip (members, 2, stored);
      const char *bytes = ay_mapped_file_data (zip, &size);

      fuzz (bytes, size, 100, read_all);
    }
}

/* A stored array is used where it lies in the file: of four names of different length one puts the
 * floats where they can be looked at directly. */
static void
test_mapped (void)
{
  g_autofree char *path = fixture ("npy", "version1.npy"), *npy = NULL;
  g_autoptr (GError) error = NULL;
  gsize size, zip_size;
  guint mapped = 0;

  g_assert_true (g_file_get_contents (path, &npy, &size, NULL));
  const ZipMember members[]
      = { { "a.npy", npy, size }, { "ab.npy", npy, size }, { "abc.npy", npy, size },
          { "abcd.npy", npy, size } };
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (AyMappedFile) zip = make_zip (members + i, 1, TRUE);
      g_autoptr (AyNpz) npz = ay_npz_open (zip, &error);
      g_autoptr (AyArray) array = npz != NULL ? ay_npz_read (npz, 0, NULL, &error) : NULL;
      const char *data = ay_mapped_file_data (zip, &zip_size), *at;

      g_assert_no_error (error);
      at = (const char *) ay_matrix_peek_f32 (array->matrix, 0, 3);
      if (at != NULL)
        {
          g_assert_true (at > data && at < data + zip_size);
          mapped++;
        }
    }
  g_assert_cmpuint (mapped, >, 0);
}

static void
test_real (void)
{
  g_autofree char *path = test_data ("mnist_training_dynamics_DERIVED/logits_f16.npz");
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMappedFile) file = NULL;
  g_autoptr (AyNpz) npz = NULL;
  gboolean seen = FALSE;

  if (path == NULL)
    return;
  file = ay_mapped_file_new (path, &error);
  npz = ay_npz_open (file, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < ay_npz_count (npz); i++)
    {
      g_autoptr (AyArray) array = ay_npz_read (npz, i, NULL, &error);

      g_assert_no_error (error);
      if (strcmp (ay_npz_name (npz, i), "logits") != 0)
        continue;
      seen = TRUE;
      g_assert_cmpuint (array->shape.n_dims, ==, 3);
      g_assert_cmpuint (array->shape.size[1], ==, 10000);
      g_assert_cmpuint (ay_matrix_rows (array->matrix), ==, 10);
      g_assert_cmpuint (ay_matrix_cols (array->matrix), ==, 100000);
      g_assert_cmpint (ay_matrix_dtype (array->matrix), ==, AY_DTYPE_F16);
      g_assert_true (ay_matrix_check_finite (array->matrix, "logits", NULL, &error));
    }
  g_assert_true (seen);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npz/stored", test_stored);
  g_test_add_func ("/npz/deflated", test_deflated);
  g_test_add_func ("/npz/cancelled", test_cancelled);
  g_test_add_func ("/npz/mapped", test_mapped);
  g_test_add_func ("/npz/refused", test_refused);
  g_test_add_func ("/npz/bomb", test_bomb);
  g_test_add_func ("/npz/fuzz", test_fuzz);
  g_test_add_func ("/npz/real", test_real);
  return g_test_run ();
}
