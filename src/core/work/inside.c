/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/inside.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/file_watch.h"
#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/data/place.h"
#include "core/data/reader_images.h"
#include "core/work/private_folder.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define KIND_FILE "file"
#define KIND_IMAGE "image" /* of an image column: nothing but the column names it */
#define KIND_FEATURES "features"

typedef struct
{
  char *key;
  AyMatrix *matrix;
  char **names;
} Kept;

struct _AyInside
{
  AyPrivateFolder *folder; /* (nullable) */
  GPtrArray *kept;         /* of Kept */
};

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_free (kept->key);
  ay_matrix_unref (kept->matrix);
  g_strfreev (kept->names);
  g_free (kept);
}

AyInside *
ay_inside_new (void)
{
  AyInside *self = g_new0 (AyInside, 1);

  self->kept = g_ptr_array_new_with_free_func (kept_free);
  return self;
}

void
ay_inside_free (AyInside *self)
{
  if (self == NULL)
    return;
  ay_private_folder_free (self->folder);
  g_ptr_array_unref (self->kept);
  g_free (self);
}

const char *
ay_inside_root (const AyInside *self)
{
  return self->folder != NULL ? ay_private_folder_path (self->folder) : NULL;
}

static AyMatrix *
find_nothing (const char *key, char ***names, gpointer data)
{
  return NULL;
}

static void
collect (const char *key, AyMatrix *matrix, const char *const *names, gpointer data)
{
  AyInside *self = data;
  Kept *kept = g_new0 (Kept, 1);

  kept->key = g_strdup (key);
  kept->matrix = ay_matrix_ref (matrix);
  kept->names = g_strdupv ((char **) names);
  g_ptr_array_add (self->kept, kept);
}

AyFeatureKeeper
ay_inside_collector (AyInside *self)
{
  return (AyFeatureKeeper) { find_nothing, collect, self };
}

/* The columns' names, when they are as many as the JSON says. */
static char **
read_names (JsonObject *object, gsize *rows, gsize *cols)
{
  JsonArray *names = json_object_has_member (object, "names")
                         ? json_object_get_array_member (object, "names") : NULL;
  gint64 n = json_object_get_int_member_with_default (object, "rows", -1);
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();

  if (names == NULL || n < 0)
    return NULL;
  *rows = (gsize) n;
  *cols = json_array_get_length (names);
  for (guint j = 0; j < *cols; j++)
    g_strv_builder_add (list, json_array_get_string_element (names, j));
  return g_strv_builder_end (list);
}

static AyMatrix *
find_stored (const char *key, char ***names, gpointer data)
{
  g_autoptr (AyItem) item = ay_workspace_has (data, KIND_FEATURES, key)
                                ? ay_workspace_get (data, KIND_FEATURES, key, NULL) : NULL;
  g_autoptr (JsonNode) node = item != NULL && item->json != NULL
                                  ? ay_json_read (item->json, -1, NULL) : NULL;
  gsize rows = 0, cols = 0, size = 0, count;
  gconstpointer floats;

  if (node == NULL || item->bytes == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  *names = read_names (json_node_get_object (node), &rows, &cols);
  floats = g_bytes_get_data (item->bytes, &size);
  if (*names == NULL || !g_size_checked_mul (&count, rows, cols)
      || size / sizeof (float) != count || size % sizeof (float) != 0)
    {
      g_clear_pointer (names, g_strfreev);
      return NULL;
    }
  return ay_matrix_wrap (rows, cols, AY_DTYPE_F32, FALSE, G_BYTE_ORDER != G_LITTLE_ENDIAN, floats,
                         g_bytes_ref (item->bytes), (GDestroyNotify) g_bytes_unref);
}

static void
keep_nothing (const char *key, AyMatrix *matrix, const char *const *names, gpointer data)
{
}

AyFeatureKeeper
ay_inside_finder (AyWorkspace *store)
{
  return (AyFeatureKeeper) { find_stored, keep_nothing, store };
}

static gboolean
put_features (AyWorkspace *store, const Kept *kept, GError **error)
{
  gsize rows = ay_matrix_rows (kept->matrix), cols = ay_matrix_cols (kept->matrix);
  const float *whole = ay_matrix_peek_f32 (kept->matrix, 0, rows);
  g_autofree float *copy = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *json = NULL;
  JsonArray *names = json_array_new ();
  AyItem item = { .kind = (char *) KIND_FEATURES, .name = kept->key };

  if (whole == NULL)
    {
      copy = ay_try_alloc (MAX (rows * cols, 1), sizeof (float), "the made features", error);
      if (copy == NULL)
        return FALSE;
      ay_matrix_get_f32 (kept->matrix, 0, rows, copy);
      whole = copy;
    }
  for (char **name = kept->names; *name != NULL; name++)
    json_array_add_string_element (names, *name);
  json_object_set_int_member (object, "rows", (gint64) rows);
  json_object_set_array_member (object, "names", names);
  json_node_set_object (node, object);
  json = ay_json_to_text (node, FALSE);
  bytes = g_bytes_new_static (whole, rows * cols * sizeof (float));
  item.json = json;
  item.bytes = bytes;
  return ay_workspace_put (store, &item, error);
}

static gboolean
put_file (AyWorkspace *store, const char *kind, const char *stored, const char *path,
          GError **error)
{
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, error);
  g_autoptr (GBytes) bytes = NULL;
  AyItem item = { .kind = (char *) kind, .name = (char *) stored };
  const char *data;
  gsize size;

  if (file == NULL)
    return FALSE;
  data = ay_mapped_file_data (file, &size);
  bytes = g_bytes_new_static (data, size);
  item.bytes = bytes;
  return ay_workspace_put (store, &item, error) && ay_mapped_files_check (error);
}

static gboolean
put_folder (AyWorkspace *store, const char *stored, const char *folder, AyJob *job, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (!ay_images_list (folder, names, NULL, job, error))
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
      g_autofree char *name = g_strdup_printf ("%s/%s", stored, (char *) names->pdata[i]);

      if (!ay_job_check (job, error) || !put_file (store, KIND_FILE, name, path, error))
        return FALSE;
    }
  return TRUE;
}

/* Images that a column names and no folder among the inputs holds. */
static gboolean
put_images (AyWorkspace *store, const AyDataset *data, AyJob *job, GError **error)
{
  gsize n_gone = 0;

  for (gsize i = 0; data->image != NULL && i < data->n; i++)
    {
      g_autofree char *name = ay_column_dup_text (data->image, i);
      g_autofree char *path = ay_place_find_image (NULL, data->image_base, name);
      g_autofree char *stored = NULL;

      if (*name == '\0')
        continue;
      stored = ay_workspace_relative_path (store, path);
      if (ay_workspace_has (store, KIND_FILE, stored)
          || ay_workspace_has (store, KIND_IMAGE, stored))
        continue;
      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
        n_gone++;
      else if (!ay_job_check (job, error) || !put_file (store, KIND_IMAGE, stored, path, error))
        return FALSE;
    }
  if (n_gone > 0)
    ay_diagnostics_add (data->diagnostics, "images-not-there",
                        N_ ("%zu images are not there and not kept in the workspace"), n_gone);
  return TRUE;
}

gboolean
ay_inside_put (AyInside *self, AyWorkspace *store, const AyLoadOptions *load, const AyDataset *data,
               AyJob *job, GError **error)
{
  g_auto (GStrv) paths = ay_load_options_files (load);

  ay_job_set_phase (job, "storing the files");
  for (char **path = paths; *path != NULL; path++)
    {
      g_autofree char *stored = ay_workspace_relative_path (store, *path);
      gboolean is_folder = g_file_test (*path, G_FILE_TEST_IS_DIR);

      if (!ay_job_check (job, error)
          || !(is_folder ? put_folder (store, stored, *path, job, error)
                         : put_file (store, KIND_FILE, stored, *path, error)))
        return FALSE;
    }
  for (guint i = 0; i < self->kept->len; i++)
    if (!put_features (store, self->kept->pdata[i], error))
      return FALSE;
  return put_images (store, data, job, error);
}

static gboolean
write_bytes (gconstpointer bytes, gsize size, gpointer stream, GError **error)
{
  if (fwrite (bytes, 1, size, stream) == size)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_IO, "%s", g_strerror (errno));
  return FALSE;
}

/* The item's bytes into a new file. */
static gboolean
write_out (AyInside *self, AyWorkspace *store, const AyItem *item, const char *path, GError **error)
{
  g_autofree char *copy = NULL, *folder = NULL;
  AyBytesSink sink = { write_bytes, NULL };
  gboolean done;
  FILE *file;

  if (self->folder == NULL && (self->folder = ay_private_folder_new (error)) == NULL)
    return FALSE;
  copy = ay_place_below (ay_private_folder_path (self->folder), path);
  folder = g_path_get_dirname (copy);
  file = g_mkdir_with_parents (folder, 0700) == 0 ? g_fopen (copy, "wbe") : NULL;
  if (file == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: cannot be written: %s"), copy,
                   g_strerror (errno));
      return FALSE;
    }
  sink.data = file;
  done = ay_workspace_pour (store, item->kind, item->name, &sink, error);
  if (!done)
    g_prefix_error (error, "%s: ", copy);
  if (fclose (file) != 0 && done)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: cannot be written: %s"), copy,
                   g_strerror (errno));
      done = FALSE;
    }
  return done;
}

gboolean
ay_inside_take (AyInside *self, AyWorkspace *store, const char *stored, const char *path,
                AyJob *job, GError **error)
{
  g_autoptr (GPtrArray) items = ay_workspace_list (store, KIND_FILE, error);
  gsize length = strlen (stored), found = 0;

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      const AyItem *item = items->pdata[i];
      g_autofree char *place = NULL;

      if (strncmp (item->name, stored, length) != 0
          || (item->name[length] != '\0' && item->name[length] != '/'))
        continue;
      place = g_strconcat (path, item->name + length, NULL);
      if (!ay_job_check (job, error) || !write_out (self, store, item, place, error))
        return FALSE;
      found++;
    }
  if (items != NULL && found == 0)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: is damaged: it does not hold %s"),
                 ay_workspace_path (store), stored);
  return found > 0;
}

gboolean
ay_inside_take_images (AyInside *self, AyWorkspace *store, AyJob *job, GError **error)
{
  g_autoptr (GPtrArray) items = ay_workspace_list (store, KIND_IMAGE, error);

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      const AyItem *item = items->pdata[i];
      g_autofree char *path = ay_workspace_absolute_path (store, item->name);

      if (!g_file_test (path, G_FILE_TEST_EXISTS)
          && (!ay_job_check (job, error) || !write_out (self, store, item, path, error)))
        return FALSE;
    }
  return items != NULL;
}
