/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/feature_cache.h"

#include "core/base/file.h"
#include "core/data/reader_npy.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <utime.h>

#define MOST_BYTES (G_GUINT64_CONSTANT (2) << 30)
#define LEAST_BYTES (1 << 20)
#define BLOCK_ROWS 256
#define HEADER 128 /* bytes of an NPY header: one line, padded */

/* The folder; NULL when nothing is kept. (transfer full) */
static char *
cache_folder (void)
{
  const char *given = g_getenv ("ASSAY_CACHE");

  if (given != NULL)
    return g_str_equal (given, "none") || *given == '\0' ? NULL : g_strdup (given);
  return g_build_filename (g_get_user_cache_dir (), "assay", "features", NULL);
}

static char *
file_of (const char *folder, const char *key, const char *ending)
{
  g_autofree char *name = g_strconcat (key, ending, NULL);

  return g_build_filename (folder, name, NULL);
}

AyMatrix *
ay_feature_cache_find (const char *key, char ***names)
{
  g_autofree char *folder = cache_folder (), *path = NULL, *names_path = NULL, *text = NULL;
  g_autoptr (AyMappedFile) file = NULL;
  g_autoptr (AyArray) array = NULL;
  g_auto (GStrv) lines = NULL;

  if (folder == NULL)
    return NULL;
  path = file_of (folder, key, ".npy");
  names_path = file_of (folder, key, ".names");
  if (!g_file_test (path, G_FILE_TEST_EXISTS)
      || !g_file_get_contents (names_path, &text, NULL, NULL)
      || (file = ay_mapped_file_new (path, NULL)) == NULL
      || (array = ay_npy_read (file, NULL)) == NULL || array->matrix == NULL)
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  if (g_strv_length (lines) != ay_matrix_cols (array->matrix)
      || ay_matrix_dtype (array->matrix) != AY_DTYPE_F32
      || ay_matrix_peek_f32 (array->matrix, 0, ay_matrix_rows (array->matrix)) == NULL)
    return NULL;
  utime (path, NULL);
  *names = g_steal_pointer (&lines);
  return ay_matrix_ref (array->matrix);
}

static gboolean
write_matrix (const char *path, const AyMatrix *matrix)
{
  gsize rows = ay_matrix_rows (matrix), cols = ay_matrix_cols (matrix);
  g_autoptr (AyOutput) output = ay_output_new (path, NULL);
  g_autofree float *block = g_new (float, BLOCK_ROWS * cols);
  char header[HEADER + 1];
  int length;

  if (output == NULL)
    return FALSE;
  memcpy (header, "\x93NUMPY\x01\x00\x76\x00", 10); /* 0x76 = HEADER - 10 */
  length = 10
           + g_snprintf (header + 10, HEADER - 10,
                         "{'descr': '%s', 'fortran_order': False, 'shape': (%" G_GSIZE_FORMAT
                         ", %" G_GSIZE_FORMAT "), }",
                         G_BYTE_ORDER == G_LITTLE_ENDIAN ? "<f4" : ">f4", rows, cols);
  memset (header + length, ' ', (gsize) (HEADER - length));
  header[HEADER - 1] = '\n';
  fwrite (header, 1, HEADER, ay_output_stream (output));
  for (gsize i = 0; i < rows; i += BLOCK_ROWS)
    {
      gsize count = MIN (BLOCK_ROWS, rows - i);

      ay_matrix_get_f32 (matrix, i, count, block);
      fwrite (block, sizeof (float), count * cols, ay_output_stream (output));
    }
  return ay_output_commit (output, NULL);
}

typedef struct
{
  char *path;
  guint64 size;
  gint64 used;
} Kept;

static void
kept_clear (gpointer data)
{
  g_free (((Kept *) data)->path);
}

static int
compare_newest (const void *a, const void *b)
{
  const Kept *x = a, *y = b;

  return x->used != y->used ? (x->used > y->used ? -1 : 1) : strcmp (x->path, y->path);
}

/* Deletes what does not fit, least recently used first. */
static void
make_room (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (Kept));
  const char *name;
  guint64 total = 0;

  g_array_set_clear_func (kept, kept_clear);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      Kept file = { g_build_filename (folder, name, NULL), 0, 0 };
      GStatBuf info;

      if (g_str_has_suffix (name, ".npy") && g_stat (file.path, &info) == 0)
        {
          file.size = (guint64) info.st_size;
          file.used = info.st_mtime;
          g_array_append_val (kept, file);
        }
      else
        g_free (file.path);
    }
  qsort (kept->data, kept->len, sizeof (Kept), compare_newest);
  for (guint k = 0; k < kept->len; k++)
    {
      Kept *file = &g_array_index (kept, Kept, k);

      total += file->size;
      if (total > MOST_BYTES)
        {
          g_autofree char *stem = g_strndup (file->path, strlen (file->path) - 4);
          g_autofree char *names = g_strconcat (stem, ".names", NULL);

          g_unlink (file->path);
          g_unlink (names);
        }
    }
}

void
ay_feature_cache_keep (const char *key, const AyMatrix *matrix, const char *const *names)
{
  g_autofree char *folder = cache_folder (), *path = NULL, *names_path = NULL, *text = NULL;

  if (folder == NULL
      || ay_matrix_rows (matrix) * ay_matrix_cols (matrix) * sizeof (float) < LEAST_BYTES
      || g_mkdir_with_parents (folder, 0700) != 0)
    return;
  path = file_of (folder, key, ".npy");
  names_path = file_of (folder, key, ".names");
  text = g_strjoinv ("\n", (char **) names);
  /* Names first: a matrix without them would not be found. */
  if (g_file_set_contents (names_path, text, -1, NULL) && write_matrix (path, matrix))
    make_room (folder);
}
