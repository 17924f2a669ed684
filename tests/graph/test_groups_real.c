/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testdata.h"

#include "core/data/reader_npy.h"
#include "core/graph/near_groups.h"
#include "core/graph/neighbours.h"

/* A matrix of the shared data, or NULL after skipping. (transfer full) */
static AyArray *
read_array (const char *relative)
{
  g_autofree char *path = test_data (relative);
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMappedFile) file = path != NULL ? ay_mapped_file_new (path, &error) : NULL;
  AyArray *array = file != NULL ? ay_npy_read (file, &error) : NULL;

  g_assert_no_error (error);
  return array;
}

/* The counts that the data's README states. */
static void
test_sift (void)
{
  g_autoptr (AyArray) array = read_array ("sift5k/sift_5k_f32.npy");
  AyPairsOptions options = AY_PAIRS_OPTIONS_INIT;
  g_autoptr (AyPairs) pairs = NULL;
  AyPoints points = { .n = 5000, .distance = AY_DISTANCE_COSINE };

  if (array == NULL)
    return;
  points.features = array->matrix;
  options.reach = 0.1;
  pairs = ay_pairs_find (&points, &options, NULL, NULL);
  g_assert_cmpuint (pairs->n_copies, ==, 0);
  g_assert_cmpuint (ay_pairs_count (pairs, 1.0 - 0.95), ==, 451);
  g_assert_cmpuint (ay_pairs_count (pairs, 1.0 - 0.9), ==, 27346);
}

/* Rows whose nearest neighbour has their skin-tone family, among the rows of a family. */
static void
test_emoji (void)
{
  g_autoptr (AyArray) array = read_array ("emoji2vec/emoji2vec_f32.npy");
  g_autofree char *path = array != NULL ? test_data ("emoji2vec/labels.tsv") : NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (AyNeighbours) found = NULL;
  g_autoptr (GPtrArray) family = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) size = g_hash_table_new (g_str_hash, g_str_equal);
  AyPoints points = { .distance = AY_DISTANCE_COSINE };
  gsize rows = 0, same = 0;

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "\t", -1);
      const char *name = cells[g_strv_length (cells) - 1];

      g_ptr_array_add (family, g_strdup (name));
      g_hash_table_insert (size, family->pdata[i - 1],
                           GSIZE_TO_POINTER (
                               GPOINTER_TO_SIZE (g_hash_table_lookup (size, name)) + 1));
    }
  points.features = array->matrix;
  points.n = ay_matrix_rows (array->matrix);
  g_assert_cmpuint (family->len, ==, points.n);
  options.k = 1;
  found = ay_neighbours_find (&points, &options, NULL, NULL);
  for (gsize i = 0; i < points.n; i++)
    {
      gsize members = GPOINTER_TO_SIZE (g_hash_table_lookup (size, family->pdata[i]));

      if (members < 2 || *(const char *) family->pdata[i] == 0)
        continue;
      rows++;
      same += g_str_equal (family->pdata[i], family->pdata[found->index[i]]);
    }
  g_test_message ("emoji2vec: %.1f %% of %" G_GSIZE_FORMAT " rows have their nearest neighbour in "
                  "the same family", 100.0 * (double) same / (double) rows, rows);
  g_assert_cmpuint (rows, ==, 336);
  g_assert_cmpint ((int) (100.0 * (double) same / (double) rows + 0.5), ==, 47);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/groups-real/sift5k", test_sift);
  g_test_add_func ("/groups-real/emoji2vec", test_emoji);
  return g_test_run ();
}
