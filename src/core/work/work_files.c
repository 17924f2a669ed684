/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/file_hash.h"
#include "core/base/words.h"
#include "core/work/work_private.h"

#include <string.h>

/* The user's files stay where they are. The workspace keeps where each is (relative to its own
 * folder), its size, time and hashes. */

static char *
to_stored (const char *path, gpointer workspace)
{
  return ay_workspace_relative_path (workspace, path);
}

char *
ay_work_stored_options (AyWorkspace *store, const AyLoadOptions *load)
{
  g_autoptr (AyLoadOptions) copy = ay_load_options_copy (load);

  ay_load_options_map_paths (copy, to_stored, store);
  return ay_load_options_to_json (copy);
}

typedef struct
{
  AyWorkspace *store;
  GHashTable *moved; /* (nullable) stored or absolute path -> present path */
} Places;

/* What --moved says of a stored path: (nullable) */
static const char *
named_place (const Places *places, const char *path)
{
  g_autofree char *absolute = ay_workspace_absolute_path (places->store, path);
  const char *now = NULL;

  if (places->moved == NULL)
    return NULL;
  now = g_hash_table_lookup (places->moved, path);
  return now != NULL ? now : g_hash_table_lookup (places->moved, absolute);
}

static gboolean
is_named (const Places *places, const char *path)
{
  return named_place (places, path) != NULL;
}

/* NULL: the copy inside is meant, wherever it was. */
static char *
to_present (const char *path, Places *places)
{
  const char *now = named_place (places, path);

  if (now == NULL)
    return ay_workspace_absolute_path (places->store, path);
  return *now != '\0' ? g_canonicalize_filename (now, NULL) : NULL;
}

static gboolean
hash_path (const char *path, gboolean full, AyFileHash *hash, AyJob *job, GError **error)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return ay_folder_hash (path, full, hash, job, error);
  return full ? ay_file_hash_full (path, hash, job, error) : ay_file_hash_quick (path, hash, error);
}

static void
describe_file (AyWorkspace *store, const char *path, const AyFileHash *hash, JsonObject *file)
{
  g_autofree char *stored = ay_workspace_relative_path (store, path);

  json_object_set_string_member (file, "path", stored);
  json_object_set_int_member (file, "size", (gint64) hash->size);
  json_object_set_int_member (file, "mtime_ns", hash->mtime_ns);
  json_object_set_string_member (file, "quick", hash->quick);
  json_object_set_string_member (file, "sha256", hash->full);
}

/* What a file is now. */
static gboolean
describe_now (AyWorkspace *store, const char *path, JsonObject *file, AyJob *job, GError **error)
{
  AyFileHash hash;

  if (!hash_path (path, TRUE, &hash, job, error))
    return FALSE;
  describe_file (store, path, &hash, file);
  return TRUE;
}

gboolean
ay_work_files_share (AyWork *self, AyRanks *ranks, AyJob *job, GError **error)
{
  g_auto (GStrv) paths = ay_load_options_files (self->load);
  gsize n = g_strv_length (paths), at = 0, size = ranks->size;
  g_autofree AyFileHash *mine = g_new0 (AyFileHash, n / size + 1);
  g_autofree AyFileHash *all = g_new0 (AyFileHash, n + 1);
  g_autofree gsize *bytes = g_new (gsize, size);

  ay_job_set_phase (job, "hashing the files");
  for (gsize k = ranks->rank; k < n; k += size)
    if (!hash_path (paths[k], TRUE, mine + k / size, job, error))
      return FALSE;
  for (gsize r = 0; r < size; r++)
    bytes[r] = (n + size - 1 - r) / size * sizeof *mine;
  if (!ay_ranks_gather (ranks, "hashes of files", mine, bytes, all, error))
    return FALSE;
  self->files = g_new0 (AyFileHash, n + 1);
  for (gsize r = 0; r < size; r++)
    for (gsize k = r; k < n; k += size)
      self->files[k] = all[at++];
  return TRUE;
}

JsonNode *
ay_work_files_describe (const AyWork *self, AyWorkspace *store, AyJob *job, GError **error)
{
  g_auto (GStrv) paths = ay_load_options_files (self->load);
  g_autoptr (JsonArray) files = json_array_new ();
  JsonNode *node;

  ay_job_set_phase (job, "hashing the files");
  for (char **path = paths; *path != NULL; path++)
    {
      JsonObject *file = json_object_new ();

      json_array_add_object_element (files, file);
      if (self->files != NULL)
        describe_file (store, *path, self->files + (path - paths), file);
      else if (!describe_now (store, *path, file, job, error))
        return NULL;
      if (self->load->embed)
        json_object_set_string_member (file, "inside",
                                       json_object_get_string_member (file, "path"));
    }
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_set_array (node, files);
  return node;
}

static const char *
text_of (JsonObject *file, const char *name)
{
  return json_object_get_string_member_with_default (file, name, "");
}

static gboolean
fail_changed (const char *path, gint64 then, const AyFileHash *now, gboolean inside,
              GError **error)
{
  const char *advice = inside ? "; --moved FILE= takes the copy inside the workspace" : "";

  if ((gint64) now->size != then)
    g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
                 N_ ("%s: has changed since the workspace was made (%zu bytes then, %zu now)%s"),
                 path, (gsize) then, (gsize) now->size, advice);
  else
    g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
                 N_ ("%s: has changed since the workspace was made (same size, other content)%s"),
                 path, advice);
  return FALSE;
}

/* Whether the file that is at path now is the one that was. */
static gboolean
check_content (const char *path, JsonObject *file, AyJob *job, GError **error)
{
  gint64 size = json_object_get_int_member_with_default (file, "size", -1);
  gint64 time = json_object_get_int_member_with_default (file, "mtime_ns", 0);
  gboolean same;
  AyFileHash hash;

  if (!hash_path (path, FALSE, &hash, job, error))
    return FALSE;
  same = (gint64) hash.size == size && strcmp (hash.quick, text_of (file, "quick")) == 0;
  if (same && hash.mtime_ns != time)
    {
      /* Touched or copied: the blocks looked at are the same, only the whole can tell. */
      if (!hash_path (path, TRUE, &hash, job, error))
        return FALSE;
      same = strcmp (hash.full, text_of (file, "sha256")) == 0;
    }
  return same || fail_changed (path, size, &hash, *text_of (file, "inside") != '\0', error);
}

/* One file of the list: it is what it was, or its copy inside is laid out for it. */
static gboolean
check_file (AyWork *self, Places *places, JsonObject *file, AyJob *job, GError **error)
{
  const char *stored = text_of (file, "path"), *inside = text_of (file, "inside");
  g_autofree char *path = to_present (stored, places);
  gboolean is_moved = is_named (places, stored), take = path == NULL;

  if (take)
    path = ay_workspace_absolute_path (places->store, stored);
  if (take && *inside == '\0')
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s: the workspace holds no copy of it"),
                   path);
      return FALSE;
    }
  if (!take && g_file_test (path, G_FILE_TEST_EXISTS))
    return check_content (path, file, job, error)
           && (!is_moved || describe_now (places->store, path, file, job, error));
  if (*inside != '\0' && (take || !is_moved))
    return ay_inside_take (self->inside, places->store, inside, path, job, error);
  g_set_error (error, AY_ERROR, AY_ERROR_IO, N_ ("%s: not found; say where it is now with --moved"),
               path);
  return FALSE;
}

static char *
to_place (const char *path, gpointer data)
{
  Places *places = data;
  char *present = to_present (path, places);

  return present != NULL ? present : ay_workspace_absolute_path (places->store, path);
}

gboolean
ay_work_files_check (AyWork *self, JsonNode *files, GHashTable *moved, AyJob *job, GError **error)
{
  Places places = { self->store, moved };
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (files))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: the list of files is damaged"),
                   ay_workspace_path (self->store));
      return FALSE;
    }
  array = json_node_get_array (files);
  ay_job_set_phase (job, "checking the files");
  if (self->load->embed && self->inside == NULL)
    self->inside = ay_inside_new ();
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!check_file (self, &places, json_array_get_object_element (array, i), job, error))
      return FALSE;
  ay_load_options_map_paths (self->load, to_place, &places);
  return !self->load->embed || ay_inside_take_images (self->inside, self->store, job, error);
}
