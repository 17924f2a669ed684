/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What reads bytes from outside, for libFuzzer: each function below is a program of its own, made
 * of this file with TARGET set to its name (meson.build). Bytes go to the reader as a file of a
 * name that says what it is, in memory (/dev/shm) where there is such a place; a refusal is as
 * good an end as any, the sanitizers say what is none. tests/fuzz/fuzz runs them all. */

#include "core/base/json_text.h"
#include "core/curate/recipe.h"
#include "core/data/class_names.h"
#include "core/data/image_file.h"
#include "core/data/image_plain.h"
#include "core/data/load.h"
#include "core/data/source.h"
#include "core/select/history_import.h"
#include "core/store/filter.h"
#include "core/store/journal.h"
#include "core/work/check.h"
#include "core/work/work.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static char *folder;

static void
drop_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static const char *
place (void)
{
  if (folder == NULL)
    {
      gboolean memory = g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR);

      folder = g_build_filename (memory ? "/dev/shm" : g_get_tmp_dir (), "assay-fuzz-XXXXXX", NULL);
      g_assert_nonnull (g_mkdtemp (folder));
      atexit (drop_folder);
    }
  return folder;
}

/* The bytes as a file of that name. (transfer full) */
static char *
put (const char *name, gconstpointer data, gsize size)
{
  char *path = g_build_filename (place (), name, NULL);
  FILE *file = fopen (path, "we");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (data, 1, size, file), ==, size);
  fclose (file);
  return path;
}

/* Reads all that a source has, every number and every text once; of an HDF5 file, each array of
 * which is read in a process of its own, two or three arrays, by its size. */
static void
read_source (const char *name, const guint8 *data, gsize size)
{
  AySourceOptions options = { AY_RAGGED_ERROR, FALSE, FALSE, FALSE };
  g_autofree char *path = put (name, data, size);
  g_autoptr (AyDiagnostics) said = ay_diagnostics_new ();
  g_autoptr (AySource) source = NULL;
  guint n, step;

  if (size > 0)
    options = (AySourceOptions) { data[size - 1] % 3, (data[size - 1] & 8) != 0, FALSE,
                                  (data[size - 1] & 16) != 0 };
  source = ay_source_open (path, &options, said, NULL, NULL);
  n = source != NULL ? source->keys->len : 0;
  step = g_str_has_suffix (name, ".h5") ? MAX (n / 2, 1) : 1;
  for (guint i = size % step; i < n; i += step)
    {
      const char *key = source->keys->pdata[i];
      AyShape shape;
      AyMatrix *matrix;

      ay_source_shape (source, key, &shape, NULL);
      matrix = ay_source_is_text (source, key) ? NULL : ay_source_array (source, key, NULL);
      if (matrix == NULL)
        ay_source_text (source, key, NULL);
      else if (ay_matrix_rows (matrix) > 0 && ay_matrix_cols (matrix) > 0)
        ay_matrix_check_finite (matrix, "x", NULL, NULL);
    }
  for (guint c = 0; source != NULL && source->table != NULL
                    && c < ay_table_n_columns (source->table); c++)
    {
      AyColumn *column = ay_table_column (source->table, c);

      for (gsize row = 0; row < ay_column_rows (column); row++)
        g_free (ay_column_dup_text (column, row));
    }
}

/* A small workspace, made once: 40 rows, two classes, a text. */
static AyWork *
work (void)
{
  static AyWork *made;
  g_autoptr (GString) text = g_string_new ("id,label,a,b,text\n");

  for (int i = 0; made == NULL && i < 40; i++)
    g_string_append_printf (text, "r%d,c%d,%d,%d,word %d\n", i, i % 2, i % 7, i * i % 11, i);
  if (made == NULL)
    {
      g_autofree char *path = put ("rows.csv", text->str, text->len);
      g_autofree char *file = g_build_filename (place (), "rows.assay", NULL);
      g_autoptr (AyLoadOptions) options = ay_load_options_new ();
      g_autoptr (GError) error = NULL;

      g_strfreev (options->inputs);
      options->inputs = g_strsplit (path, "\n", -1);
      options->features = g_strdup ("a,b");
      made = ay_work_new (file, options, NULL, &error);
      g_assert_no_error (error);
    }
  return made;
}

/* Zero-terminated. (transfer full) */
static char *
text_of (const guint8 *data, gsize size)
{
  return g_strndup ((const char *) data, size);
}

#define READER(name, file)                        \
  G_GNUC_UNUSED static void                       \
  name (const guint8 *data, gsize size)           \
  {                                               \
    read_source (file, data, size);               \
  }

READER (csv, "x.csv")
READER (tsv, "x.tsv")
READER (jsonl, "x.jsonl")
READER (npy, "x.npy")
READER (npz, "x.npz")
READER (idx, "x-ubyte")
READER (safetensors, "x.safetensors")
READER (hdf5, "x.h5")
READER (pickle, "x.pkl")

G_GNUC_UNUSED static void
image (const guint8 *data, gsize size)
{
  g_autoptr (AyMappedFile) file
      = ay_mapped_file_new_take ("x.png", g_memdup2 (data, MAX (size, 1)), size);
  g_autofree char *plain = NULL;
  gsize plain_size;
  FILE *out = open_memstream (&plain, &plain_size);
  guint width, height;

  if (size > 0)
    ay_image_write_plain (file, out, NULL);
  fclose (out);
  if (size > 0 && ay_image_probe (file, &width, &height, NULL)
      && (guint64) width * height < 1 << 20)
    ay_rgb_free (ay_image_decode (file, size % 2 ? 16 : 0, NULL));
}

G_GNUC_UNUSED static void
history (const guint8 *data, gsize size)
{
  static const char *const names[]
      = { "x.json", "x.csv", "x.jsonl", "x.pkl", "x.npz", "x.tsv", "state.json", "x.log" };
  const char *name = names[size > 0 ? data[size - 1] % G_N_ELEMENTS (names) : 0];
  g_autofree char *path = put (name, data, size > 0 ? size - 1 : 0);
  const char *files[] = { path, NULL };
  const AyHistoryImport how = AY_HISTORY_IMPORT_INIT;
  const AyDataset *data_set = ay_work_data (work ());
  g_autoptr (GPtrArray) found = ay_history_import (data_set, files, &how, NULL, NULL);
  g_autoptr (GPtrArray) replies = ay_history_read_replies (data_set, path, NULL, NULL);
}

G_GNUC_UNUSED static void
recipe (const guint8 *data, gsize size)
{
  g_autofree char *text = text_of (data, size);
  g_autoptr (AyRecipe) found = ay_recipe_parse (text, "x.json", NULL);
  g_autofree char *again = found != NULL ? ay_recipe_to_text (found) : NULL;
}

G_GNUC_UNUSED static void
rules (const guint8 *data, gsize size)
{
  g_autofree char *path = put ("rules.json", data, size);
  g_autoptr (GPtrArray) found = ay_work_check (work (), path, 1, NULL, NULL);
}

/* Options of a workspace, class names, and JSON by itself. */
G_GNUC_UNUSED static void
options (const guint8 *data, gsize size)
{
  g_autofree char *text = text_of (data, size);
  g_autofree char *path = put ("names.json", data, size);
  g_autoptr (AyLoadOptions) found = ay_load_options_from_json (text, NULL);
  g_autofree char *again = found != NULL ? ay_load_options_to_json (found) : NULL;
  g_autoptr (AyClassNames) names = ay_class_names_read (path, NULL);
  JsonNode *node = ay_json_read (text, -1, NULL);

  if (node != NULL)
    {
      g_autofree char *written = ay_json_to_text (node, size % 2);
      JsonNode *back = ay_json_read (written, -1, NULL);

      g_assert_nonnull (back);
      json_node_unref (back);
      json_node_unref (node);
    }
}

G_GNUC_UNUSED static void
filter (const guint8 *data, gsize size)
{
  static AyFilter *where;
  g_autofree char *text = text_of (data, size);

  if (where == NULL)
    where = ay_filter_new (ay_work_data (work ())->table);
  ay_bitset_free (ay_filter_select (where, text, NULL, NULL));
}

/* Everything in a workspace, item by item, and its journal. */
static void
read_workspace (AyWorkspace *workspace)
{
  g_autoptr (GPtrArray) items = ay_workspace_list (workspace, NULL, NULL);

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      AyItem *item = items->pdata[i];

      ay_item_free (ay_workspace_get (workspace, item->kind, item->name, NULL));
      if (item->is_column)
        ay_column_unref (
            ay_workspace_get_column (workspace, item->kind, item->name, NULL, NULL));
    }
  ay_journal_unref (ay_journal_open (workspace, 40, NULL));
}

G_GNUC_UNUSED static void
workspace (const guint8 *data, gsize size)
{
  g_autofree char *path = put ("x.assay", data, size);
  g_autoptr (AyWorkspace) found = ay_workspace_open (path, AY_WORKSPACE_READ, NULL);

  if (found != NULL)
    read_workspace (found);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  TARGET (data, size);
  return 0;
}
