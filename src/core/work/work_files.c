/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/file_hash.h"
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

static char *
to_present (const char *path, gpointer data)
{
  Places *places = data;
  g_autofree char *absolute = ay_workspace_absolute_path (places->store, path);
  const char *now = NULL;

  if (places->moved != NULL)
    {
      now = g_hash_table_lookup (places->moved, path);
      if (now == NULL)
        now = g_hash_table_lookup (places->moved, absolute);
    }
  return now != NULL ? g_canonicalize_filename (now, NULL) : g_steal_pointer (&absolute);
}

static gboolean
hash_path (const char *path, gboolean full, AyFileHash *hash, AyJob *job, GError **error)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return ay_folder_hash (path, full, hash, job, error);
  return full ? ay_file_hash_full (path, hash, job, error) : ay_file_hash_quick (path, hash, error);
}

JsonNode *
ay_work_files_describe (AyWorkspace *store, const AyLoadOptions *load, AyJob *job, GError **error)
{
  g_auto (GStrv) paths = ay_load_options_files (load);
  g_autoptr (JsonArray) files = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  ay_job_set_phase (job, "hashing the files");
  for (char **path = paths; *path != NULL; path++)
    {
      g_autofree char *stored = ay_workspace_relative_path (store, *path);
      JsonObject *file = json_object_new ();
      AyFileHash hash;

      json_array_add_object_element (files, file);
      if (!hash_path (*path, TRUE, &hash, job, error))
        {
          json_node_unref (node);
          return NULL;
        }
      json_object_set_string_member (file, "path", stored);
      json_object_set_int_member (file, "size", (gint64) hash.size);
      json_object_set_int_member (file, "mtime_ns", hash.mtime_ns);
      json_object_set_string_member (file, "quick", hash.quick);
      json_object_set_string_member (file, "sha256", hash.full);
    }
  json_node_set_array (node, files);
  return node;
}

static const char *
text_of (JsonObject *file, const char *name)
{
  return json_object_get_string_member_with_default (file, name, "");
}

static gboolean
check_file (Places *places, JsonObject *file, AyJob *job, GError **error)
{
  const char *stored = text_of (file, "path");
  g_autofree char *path = to_present (stored, places);
  gint64 size = json_object_get_int_member_with_default (file, "size", -1);
  gint64 time = json_object_get_int_member_with_default (file, "mtime_ns", 0);
  AyFileHash hash;
  gboolean same;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO,
                   "%s: not found; say where it is now with --moved", path);
      return FALSE;
    }
  if (!hash_path (path, FALSE, &hash, job, error))
    return FALSE;
  same = (gint64) hash.size == size && strcmp (hash.quick, text_of (file, "quick")) == 0;
  if (!same && (gint64) hash.size != size)
    g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
                 "%s: has changed since the workspace was made (%" G_GINT64_FORMAT
                 " bytes then, %" G_GUINT64_FORMAT " now)", path, size, hash.size);
  if (same && hash.mtime_ns != time)
    {
      /* Touched or copied: the blocks looked at are the same, only the whole can tell. */
      if (!hash_path (path, TRUE, &hash, job, error))
        return FALSE;
      same = strcmp (hash.full, text_of (file, "sha256")) == 0;
    }
  if (!same && (gint64) hash.size == size)
    g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
                 "%s: has changed since the workspace was made (same size, other content)", path);
  return same;
}

gboolean
ay_work_files_check (AyWorkspace *store, JsonNode *files, GHashTable *moved, AyLoadOptions *load,
                     AyJob *job, GError **error)
{
  Places places = { store, moved };
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (files))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: the list of files is damaged",
                   ay_workspace_path (store));
      return FALSE;
    }
  array = json_node_get_array (files);
  ay_job_set_phase (job, "checking the files");
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!check_file (&places, json_array_get_object_element (array, i), job, error))
      return FALSE;
  ay_load_options_map_paths (load, to_present, &places);
  return TRUE;
}
