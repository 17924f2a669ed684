/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/reader_images.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/base/words.h"
#include "core/data/dataset.h"
#include "core/data/image_file.h"
#include "core/data/plain_name.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_DEPTH 64

/* The folder being read and those above it: a link back to one of them is not followed again. */
typedef struct _Folder Folder;
struct _Folder
{
  const Folder *above;
  dev_t device;
  ino_t inode;
  guint depth;
};

typedef struct
{
  const char *base;
  GPtrArray *paths; /* of char*, relative */
  GHashTable *seen; /* of char*: the folders read, by device and number */
  gsize others;     /* files of other kinds */
  AyJob *job;
} Search;

static gboolean
is_inside_itself (const Folder *folder)
{
  for (const Folder *above = folder->above; above != NULL; above = above->above)
    if (above->device == folder->device && above->inode == folder->inode)
      return TRUE;
  return folder->depth > MAX_DEPTH;
}

/* FALSE: by links a folder is reached twice, and its images would be rows twice; with links from
 * each of many folders to all others the ways to go would never end. */
static gboolean
enter_folder (Search *self, const Folder *folder, const char *path, GError **error)
{
  char *id = g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                              (guint64) folder->device, (guint64) folder->inode);

  if (g_hash_table_add (self->seen, id))
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s: a link leads to a folder that was read already: each is read once"), path);
  return FALSE;
}

static gboolean search_folder (Search *self, const char *relative, const Folder *above,
                               GError **error);

static gboolean
search_entry (Search *self, const char *relative, const Folder *folder, GError **error)
{
  g_autofree char *path = g_build_filename (self->base, relative, NULL);
  struct stat st;

  if (stat (path, &st) != 0)
    return TRUE; /* a link to nowhere */
  if (S_ISDIR (st.st_mode))
    return search_folder (self, relative, folder, error);
  if (!S_ISREG (st.st_mode) || !ay_image_has_suffix (relative))
    {
      self->others++;
      return TRUE;
    }
  if (!ay_is_plain_name (relative))
    {
      g_autofree char *plain = ay_plain_name (relative);

      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s/%s: the file's name is no UTF-8 text"),
                   self->base, plain);
      return FALSE;
    }
  g_ptr_array_add (self->paths, g_strdup (relative));
  return TRUE;
}

static gboolean
search_folder (Search *self, const char *relative, const Folder *above, GError **error)
{
  g_autofree char *path = g_build_filename (self->base, relative, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  int code = errno;
  Folder folder = { above, 0, 0, above != NULL ? above->depth + 1 : 0 };
  struct stat st;
  const char *name;

  if (dir == NULL || stat (path, &st) != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: cannot open: %s"), path,
                   g_strerror (dir == NULL ? code : errno));
      return FALSE;
    }
  folder.device = st.st_dev;
  folder.inode = st.st_ino;
  if (is_inside_itself (&folder))
    return TRUE;
  if (!enter_folder (self, &folder, path, error))
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = *relative != '\0' ? g_strconcat (relative, "/", name, NULL)
                                                 : g_strdup (name);

      if (name[0] == '.' || strcmp (name, "__MACOSX") == 0)
        continue;
      if (!ay_job_check (self->job, error) || !search_entry (self, below, &folder, error))
        return FALSE;
    }
  return TRUE;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

gboolean
ay_images_list (const char *folder, GPtrArray *paths, gsize *others, AyJob *job, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Search search = { folder, paths, seen, 0, job };

  if (!search_folder (&search, "", NULL, error))
    return FALSE;
  g_ptr_array_sort (paths, compare_paths);
  if (others != NULL)
    *others = search.others;
  return TRUE;
}

/* Looking through the files, a block of them at a time. */
#define BLOCK_FILES 32

typedef struct
{
  const char *base;
  GPtrArray *paths;
  double *width, *height; /* NaN: unreadable */
  GError **errors;
} Look;

static void
look_block (gsize block, guint worker, gpointer data)
{
  Look *self = data;
  gsize end = MIN ((block + 1) * BLOCK_FILES, self->paths->len);

  for (gsize i = block * BLOCK_FILES; i < end; i++)
    {
      g_autofree char *path = g_build_filename (self->base, self->paths->pdata[i], NULL);
      g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, &self->errors[i]);
      guint width, height;
      gboolean good = file != NULL && ay_image_probe (file, &width, &height, &self->errors[i]);

      self->width[i] = good ? width : NAN;
      self->height[i] = good ? height : NAN;
    }
}

/* Leaves the readable images, in order; or reports the first that is not. */
static gboolean
drop_unreadable (Look *self, gboolean skip, AyDiagnostics *diagnostics, GError **error)
{
  gsize kept = 0, n = self->paths->len;
  const GError *first = NULL;

  for (gsize i = 0; i < n; i++)
    {
      if (self->errors[i] != NULL)
        {
          first = first != NULL ? first : self->errors[i];
          continue;
        }
      self->width[kept] = self->width[i];
      self->height[kept] = self->height[i];
      if (kept != i)
        {
          g_free (self->paths->pdata[kept]);
          self->paths->pdata[kept] = g_steal_pointer (&self->paths->pdata[i]);
        }
      kept++;
    }
  if (first == NULL)
    return TRUE;
  if (!skip || kept == 0)
    {
      g_propagate_error (error, g_error_copy (first));
      return FALSE;
    }
  g_ptr_array_set_size (self->paths, (gint) kept);
  ay_diagnostics_add (diagnostics, "unreadable-images",
                      N_ ("%zu unreadable images were left out, the first: %s"), n - kept,
                      first->message);
  return TRUE;
}

static AyColumn *
path_column (GPtrArray *paths)
{
  GString *arena = g_string_new (NULL);
  guint64 *offset = g_new (guint64, paths->len);
  guint32 *length = g_new (guint32, paths->len);
  char *base;

  for (guint i = 0; i < paths->len; i++)
    {
      offset[i] = arena->len;
      length[i] = (guint32) strlen (paths->pdata[i]);
      g_string_append (arena, paths->pdata[i]);
    }
  base = g_string_free (arena, FALSE);
  return ay_column_take_text ("path", paths->len, offset, length, base, base, g_free);
}

/* The part of a path up to the next slash; 0 when there is none: a file. */
static gsize
component (const char *path)
{
  const char *slash = strchr (path, '/');

  return slash != NULL ? (gsize) (slash - path) : 0;
}

/* Whether all rest[] lie in sub-folders whose name is the same (or, split: names a part). */
static gboolean
all_inside (const char *const *rest, gsize n, gboolean split)
{
  gsize k = component (rest[0]);

  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *name = g_strndup (rest[i], component (rest[i]));
      AySplit part;

      if (*name == '\0')
        return FALSE;
      if (split ? !ay_split_parse (name, &part)
                : component (rest[i]) != k || strncmp (rest[i], rest[0], k) != 0)
        return FALSE;
    }
  return TRUE;
}

/* A column of the first components; rows without are missing. NULL when none has one. */
static AyColumn *
component_column (const char *name, const char *const *rest, gsize n)
{
  g_autoptr (GHashTable) codes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *names = g_ptr_array_new ();
  guint32 *code = g_new (guint32, n);

  for (gsize i = 0; i < n; i++)
    {
      char *word = g_strndup (rest[i], component (rest[i]));
      gpointer known;

      code[i] = AY_CODE_MISSING;
      if (*word != '\0' && g_hash_table_lookup_extended (codes, word, NULL, &known))
        code[i] = GPOINTER_TO_UINT (known);
      else if (*word != '\0')
        {
          code[i] = names->len;
          g_hash_table_insert (codes, g_strdup (word), GUINT_TO_POINTER (names->len));
          g_ptr_array_add (names, g_strdup (word));
        }
      g_free (word);
    }
  g_ptr_array_add (names, NULL);
  return ay_column_take_category (name, n, code, (char **) g_ptr_array_free (names, FALSE));
}

static void
step_down (const char **rest, gsize n)
{
  for (gsize i = 0; i < n; i++)
    rest[i] += component (rest[i]) + 1;
}

/* Folders that hold everything say nothing; then perhaps the parts, then the classes. */
static void
take_folders (AyTable *table, GPtrArray *paths)
{
  gsize n = paths->len;
  g_autofree const char **rest = g_memdup2 (paths->pdata, n * sizeof *rest);
  AyColumn *split = NULL;
  gboolean any = FALSE;

  while (all_inside (rest, n, FALSE) && !all_inside (rest, n, TRUE))
    step_down (rest, n);
  if (all_inside (rest, n, TRUE))
    {
      split = component_column ("split", rest, n);
      step_down (rest, n);
      while (all_inside (rest, n, FALSE))
        step_down (rest, n);
    }
  for (gsize i = 0; i < n; i++)
    any = any || component (rest[i]) > 0;
  if (any)
    ay_table_take (table, component_column ("label", rest, n));
  if (split != NULL)
    ay_table_take (table, split);
}

static AyTable *
make_table (Look *look)
{
  gsize n = look->paths->len;
  AyTable *table = ay_table_new (n);

  ay_table_take (table, path_column (look->paths));
  take_folders (table, look->paths);
  ay_table_take (table, ay_column_take_number ("width", n, g_steal_pointer (&look->width), TRUE));
  ay_table_take (table, ay_column_take_number ("height", n, g_steal_pointer (&look->height), TRUE));
  return table;
}

static AyTable *
look_through (Look *look, gboolean skip, AyDiagnostics *diagnostics, AyJob *job, GError **error)
{
  if (!ay_parallel_for (ay_n_blocks (look->paths->len, BLOCK_FILES), look_block, look, job, error)
      || !drop_unreadable (look, skip, diagnostics, error))
    return NULL;
  return make_table (look);
}

AyTable *
ay_images_read (const char *folder, const AySourceOptions *options, AyDiagnostics *diagnostics,
                AyJob *job, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  Look look = { folder, paths, NULL, NULL, NULL };
  gsize others, n;
  AyTable *table;

  if (!ay_images_list (folder, paths, &others, job, error))
    return NULL;
  n = paths->len;
  if (n == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: the folder holds no PNG or JPEG images (%zu other files)"),
                   folder, others);
      return NULL;
    }
  if (others > 0)
    ay_diagnostics_add (diagnostics, "other-files",
                        N_ ("%s: %zu files that are not PNG or JPEG were left out"), folder,
                        others);
  look.width = g_new (double, n);
  look.height = g_new (double, n);
  look.errors = g_new0 (GError *, n);
  table = look_through (&look, options != NULL && options->ragged == AY_RAGGED_SKIP, diagnostics,
                        job, error);
  for (gsize i = 0; i < n; i++)
    g_clear_error (&look.errors[i]);
  g_free (look.errors);
  g_free (look.width);
  g_free (look.height);
  return table;
}
