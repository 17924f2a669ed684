/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pickles, safetensors and HDF5 files: what Python wrote reads back to the same values, what a file
 * may not do is refused by name, and any other bytes are an error or a value. The files are made by
 * tests/reference/array_file_fixtures.py and hdf5_fixtures.py. */
#include "assay-config.h"
#include "core/data/pickle.h"
#include "core/data/reader_hdf5.h"
#include "core/data/reader_safetensors.h"
#include "core/data/source.h"
#include "fixtures.h"

#include <sys/resource.h>

static char **
lines_of (const char *folder, const char *name)
{
  g_autofree char *path = fixture (folder, name), *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_suffix (text, "\n"));
  text[strlen (text) - 1] = '\0';
  return g_strsplit (text, "\n", -1);
}

static void
check_line (const char *folder, const char *line)
{
  g_auto (GStrv) cells = g_strsplit (line, "\t", -1);
  g_autofree char *path = fixture (folder, cells[0]);
  g_autoptr (GError) error = NULL;
  g_autoptr (AySource) source = ay_source_open (path, NULL, NULL, NULL, &error);
  AyMatrix *matrix;
  AyArray *array;
  AyShape shape;

  g_assert_no_error (error);
  g_assert_cmpstr (source->format, ==, folder);
  g_assert_true (ay_source_shape (source, cells[1], &shape, &error));
  if (ay_source_is_text (source, cells[1]))
    {
      AyColumn *text = ay_source_text (source, cells[1], &error);

      g_assert_no_error (error);
      array = ay_array_take (&shape, NULL, ay_column_ref (text));
    }
  else
    {
      matrix = ay_source_array (source, cells[1], &error);
      g_assert_no_error (error);
      array = ay_array_take (&shape, ay_matrix_ref (matrix), NULL);
    }
  assert_array (array, cells[2], cells[3]);
  ay_array_unref (array);
}

static void
test_values (gconstpointer folder)
{
  g_auto (GStrv) lines = lines_of (folder, "expected.tsv");

  for (guint i = 0; lines[i] != NULL; i++)
    check_line (folder, lines[i]);
}

static void
test_refused (gconstpointer folder)
{
  g_auto (GStrv) lines = lines_of (folder, "refused.tsv");

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "\t", -1);
      g_autofree char *path = fixture (folder, cells[0]);
      g_autoptr (GError) error = NULL;
      g_autoptr (AySource) source = ay_source_open (path, NULL, NULL, NULL, &error);

      if (source != NULL)
        ay_source_array (source, NULL, &error);
      assert_one_line (error, path);
      if (strstr (error->message, cells[1]) == NULL)
        g_error ("%s: \"%s\" is not in \"%s\"", cells[0], cells[1], error->message);
    }
}

#ifdef AY_HAVE_HDF5

/* Each data set of the file that may not be read, by name. */
static void
test_hdf5_refused (void)
{
  g_auto (GStrv) lines = lines_of ("hdf5", "refused.tsv");
  g_autofree char *path = fixture ("hdf5", "refused.h5");
  g_autoptr (AySource) source = ay_source_open (path, NULL, NULL, NULL, NULL);

  g_assert_nonnull (source);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "\t", -1);
      g_autoptr (GError) error = NULL;

      if (ay_source_is_text (source, cells[1]))
        ay_source_text (source, cells[1], &error);
      else
        ay_source_array (source, cells[1], &error);
      assert_one_line (error, path);
      if (strstr (error->message, cells[2]) == NULL)
        g_error ("%s: \"%s\" is not in \"%s\"", cells[1], cells[2], error->message);
    }
}

/* A whole file without any data set is not called damaged. */
static void
test_hdf5_nothing (void)
{
  g_autofree char *path = fixture ("hdf5", "nothing.h5");
  g_autoptr (GError) error = NULL;

  g_assert_null (ay_source_open (path, NULL, NULL, NULL, &error));
  assert_one_line (error, path);
  g_assert_true (g_str_has_suffix (error->message, ": holds no data set"));
}

static gboolean
read_hdf5 (AyMappedFile *file, GError **error)
{
  g_autoptr (AyHdf5) sets = ay_hdf5_open (file, TRUE, NULL, error);

  for (guint i = 0; sets != NULL && i < ay_hdf5_count (sets); i++)
    {
      g_autoptr (AyArray) array = ay_hdf5_read (sets, i, NULL, error);

      if (array == NULL)
        return FALSE;
    }
  return sets != NULL;
}

/* What fuzzing found: libhdf5 itself falls over it, never ends, reads on behind a chunk's end. */
static void
test_hdf5_damaged (gconstpointer data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", "hdf5",
                                                 (const char *) data, NULL);
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);
  g_autoptr (AyHdf5) sets = ay_hdf5_open (file, FALSE, NULL, NULL);
  gboolean refused = sets == NULL;
  struct rusage taken;

  for (guint i = 0; sets != NULL && i < ay_hdf5_count (sets); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AyArray) array = ay_hdf5_read (sets, i, NULL, &error);

      if (array == NULL)
        assert_one_line (error, path);
      refused = refused || array == NULL;
    }
  g_assert_true (refused);
  getrusage (RUSAGE_CHILDREN, &taken);
  g_assert_cmpint (taken.ru_maxrss, <, 1 << 20); /* kB; one of them claims strings of gigabytes */
}

static gpointer
cancel_soon (gpointer job)
{
  g_usleep (100000);
  ay_job_cancel (job);
  return NULL;
}

/* The process that reads it ends with the job, long before its time is up. */
static void
test_hdf5_cancelled (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", "hdf5",
                                                 "endless_heap.h5", NULL);
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, job);

  g_assert_null (ay_hdf5_open (file, FALSE, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  g_thread_join (thread);
}

#endif

static const AyPickleValue *
get (const AyPickle *pickle, const char *key)
{
  const AyPickleValue *value = ay_pickle_get (ay_pickle_root (pickle), key);

  g_assert_nonnull (value);
  return value;
}

static void
test_plain (void)
{
  for (guint protocol = 0; protocol < 6; protocol++)
    {
      g_autofree char *name = g_strdup_printf ("protocol%u.pkl", protocol);
      g_autofree char *path = fixture ("pickle", name);
      g_autoptr (GError) error = NULL;
      g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, &error);
      g_autoptr (AyPickle) pickle = ay_pickle_read (file, &error);
      g_autofree char *when = NULL, *text = NULL;
      gint64 one = 0;

      g_assert_no_error (error);
      when = ay_pickle_dup_text (get (pickle, "when"));
      text = ay_pickle_dup_text (get (pickle, "text"));
      g_assert_cmpstr (when, ==, "2026-01-02T03:04:05");
      g_assert_cmpstr (text, ==, "ä\n");
      g_assert_cmpint (get (pickle, "none")->kind, ==, AY_PICKLE_NONE);
      g_assert_true (ay_pickle_integer (ay_pickle_get (get (pickle, "ordered"), "a"), &one));
      g_assert_cmpint (one, ==, 1);
    }
}

static gboolean
read_pickle (AyMappedFile *file, GError **error)
{
  g_autoptr (AyPickle) pickle = ay_pickle_read (file, error);
  const AyPickleValue *root = pickle != NULL ? ay_pickle_root (pickle) : NULL;

  for (gsize i = 0; root != NULL && root->kind == AY_PICKLE_DICT && i < ay_pickle_size (root); i++)
    {
      g_autofree char *key = ay_pickle_dup_text (root->is.items->pdata[2 * i]);
      AyArray *array = ay_pickle_array (root->is.items->pdata[2 * i + 1]);

      if (array != NULL && array->matrix != NULL && ay_matrix_rows (array->matrix) > 0)
        ay_matrix_value (array->matrix, ay_matrix_rows (array->matrix) - 1,
                         ay_matrix_cols (array->matrix) - 1);
      if (array != NULL)
        ay_array_unref (array);
    }
  return pickle != NULL;
}

static gboolean
read_tensors (AyMappedFile *file, GError **error)
{
  g_autoptr (AySafetensors) tensors = ay_safetensors_open (file, error);

  for (guint i = 0; tensors != NULL && i < ay_safetensors_count (tensors); i++)
    {
      g_autoptr (AyArray) array = ay_safetensors_read (tensors, i, error);

      if (array == NULL)
        return FALSE;
      ay_matrix_value (array->matrix, ay_matrix_rows (array->matrix) - 1,
                       ay_matrix_cols (array->matrix) - 1);
    }
  return tensors != NULL;
}

static void
fuzz_file (const char *folder, const char *name, gsize places, FuzzRead read)
{
  g_autofree char *path = fixture (folder, name), *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  fuzz (bytes, size, places, read);
}

static void
test_fuzz (void)
{
  for (guint protocol = 0; protocol < 6; protocol++)
    {
      g_autofree char *name = g_strdup_printf ("protocol%u.pkl", protocol);

      fuzz_file ("pickle", name, 1500, read_pickle);
    }
  fuzz_file ("safetensors", "all.safetensors", 2000, read_tensors);
#ifdef AY_HAVE_HDF5
  fuzz_file ("hdf5", "latest.h5", 80, read_hdf5);
#endif
}

/* Random operations, which reach what changes of a good file do not. */
static void
test_random_operations (void)
{
  static const guint8 ops[]
      = "(]})ltdaesu01N\x88\x89K\x01q\x01h\x01\x85\x86\x87\x94\x8f\x90\x91R\x81" "b2";
  static const char *const names[]
      = { "cnumpy\ndtype\n", "cnumpy.core.multiarray\n_reconstruct\n", "cnumpy\nndarray\n",
          "cnumpy.core.multiarray\nscalar\n", "c_codecs\nencode\n", "ccollections\nOrderedDict\n",
          "cnumpy.core.numeric\n_frombuffer\n", "X\2\0\0\0f8", "X\6\0\0\0latin1",
          "C\x08" "abcdefgh", "cdatetime\ndatetime\n", "ccopy_reg\n_reconstructor\n" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  gsize accepted = 0;

  for (guint i = 0; i < 60000; i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      guint n = (guint) g_rand_int_range (rand, 1, 25);

      for (guint k = 0; k < n; k++)
        if (g_rand_int_range (rand, 0, 3) == 0)
          {
            gsize at = (gsize) g_rand_int_range (rand, 0, G_N_ELEMENTS (names));

            g_byte_array_append (bytes, (const guint8 *) names[at],
                                 names[at][0] == 'X' ? 5 + (guint) names[at][1]
                                                     : (guint) strlen (names[at]));
          }
        else
          g_byte_array_append (bytes, ops + g_rand_int_range (rand, 0, sizeof ops - 1), 1);
      g_byte_array_append (bytes, (const guint8 *) ".", 1);
      fuzz_one (bytes->data, bytes->len, read_pickle, &accepted);
    }
  g_assert_cmpuint (accepted, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/array-files/pickle/values", "pickle", test_values);
  g_test_add_data_func ("/array-files/pickle/refused", "pickle", test_refused);
  g_test_add_func ("/array-files/pickle/plain", test_plain);
  g_test_add_data_func ("/array-files/safetensors/values", "safetensors", test_values);
  g_test_add_data_func ("/array-files/safetensors/refused", "safetensors", test_refused);
#ifdef AY_HAVE_HDF5
  g_test_add_data_func ("/array-files/hdf5/values", "hdf5", test_values);
  g_test_add_func ("/array-files/hdf5/refused", test_hdf5_refused);
  g_test_add_func ("/array-files/hdf5/nothing", test_hdf5_nothing);
  g_test_add_data_func ("/array-files/hdf5/damaged", "damaged_heap.h5", test_hdf5_damaged);
  g_test_add_data_func ("/array-files/hdf5/endless", "endless_heap.h5", test_hdf5_damaged);
  g_test_add_data_func ("/array-files/hdf5/short", "short_chunk.h5", test_hdf5_damaged);
  g_test_add_data_func ("/array-files/hdf5/huge", "huge_string.h5", test_hdf5_damaged);
  g_test_add_func ("/array-files/hdf5/cancelled", test_hdf5_cancelled);
#endif
  g_test_add_func ("/array-files/fuzz", test_fuzz);
  g_test_add_func ("/array-files/random-operations", test_random_operations);
  return g_test_run ();
}
