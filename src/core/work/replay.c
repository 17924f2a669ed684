/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe's recorded ids and its files give the curated data again. Nothing is computed: a replay
 * does not depend on what a score would say today. */
#include "core/work/plan_private.h"

#include "core/base/json_text.h"
#include "core/data/file_hash.h"
#include "core/work/export.h"

#include <string.h>

typedef struct
{
  const char *recipe_path;
  char *folder;
  GHashTable *moved; /* (nullable) */
} Origin;

/* NULL, for those who return it. */
static gpointer
never_applied (const Origin *origin, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               "%s: was never applied: it has no recorded rows (assay-cli curate applies one)",
               origin->recipe_path);
  return NULL;
}

static char *
to_present (const char *path, gpointer data)
{
  const Origin *origin = data;
  char *absolute = g_canonicalize_filename (path, origin->folder);
  const char *now = NULL;

  if (origin->moved != NULL)
    now = g_hash_table_lookup (origin->moved, path);
  if (now == NULL && origin->moved != NULL)
    now = g_hash_table_lookup (origin->moved, absolute);
  if (now == NULL)
    return absolute;
  g_free (absolute);
  return g_canonicalize_filename (now, NULL);
}

static gboolean
check_file (const Origin *origin, JsonObject *file, AyJob *job, GError **error)
{
  const char *stored = json_object_get_string_member_with_default (file, "path", "");
  const char *sha256 = json_object_get_string_member_with_default (file, "sha256", "");
  g_autofree char *path = to_present (stored, (gpointer) origin);
  gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  AyFileHash hash;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO,
                   "%s: not found; say where it is now with --moved", path);
      return FALSE;
    }
  if (!(is_folder ? ay_folder_hash (path, TRUE, &hash, job, error)
                  : ay_file_hash_full (path, &hash, job, error)))
    return FALSE;
  if (strcmp (hash.full, sha256) == 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
               "%s: is not the file that %s was applied to (another content)", path,
               origin->recipe_path);
  return FALSE;
}

static AyDataset *
load_inputs (const Origin *origin, JsonObject *applied, AyLoadOptions **roles, AyJob *job,
             GError **error)
{
  JsonNode *load = json_object_get_member (applied, "load");
  JsonNode *files = json_object_get_member (applied, "files");
  g_autofree char *text = NULL;

  if (load == NULL || files == NULL || !JSON_NODE_HOLDS_ARRAY (files))
    return never_applied (origin, error);
  for (guint i = 0; i < json_array_get_length (json_node_get_array (files)); i++)
    {
      JsonNode *file = json_array_get_element (json_node_get_array (files), i);

      if (!JSON_NODE_HOLDS_OBJECT (file))
        return never_applied (origin, error);
      if (!check_file (origin, json_node_get_object (file), job, error))
        return NULL;
    }
  text = ay_json_to_text (load, FALSE);
  *roles = ay_load_options_from_json (text, error);
  if (*roles == NULL)
    return NULL;
  ay_load_options_map_paths (*roles, to_present, (gpointer) origin);
  return ay_dataset_load (*roles, job, error);
}

static gboolean
find_row (const Origin *origin, GHashTable *row_of, const char *id, gsize *row, GError **error)
{
  gsize found = GPOINTER_TO_SIZE (g_hash_table_lookup (row_of, id));

  *row = found - 1;
  if (found > 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: there is no row with the id \"%s\"",
               origin->recipe_path, id);
  return FALSE;
}

static gboolean
replay_step (const Origin *origin, const AyStep *step, const AyDataset *data, GHashTable *row_of,
             AyNewLabels *labels, AyBitset *left, GError **error)
{
  gsize row;

  for (guint i = 0; step->took != NULL && i < step->took->len; i++)
    {
      if (!find_row (origin, row_of, step->took->pdata[i], &row, error))
        return FALSE;
      ay_bitset_remove (left, row);
    }
  for (guint i = 0; step->relabelled != NULL && i < step->relabelled->len; i++)
    if (!find_row (origin, row_of, step->relabelled->pdata[i], &row, error)
        || !ay_new_labels_set (labels, data, row, step->labels->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
replay_steps (const Origin *origin, const AyRecipe *recipe, const AyDataset *data,
              AyNewLabels *labels, AyBitset *left, GError **error)
{
  g_autoptr (GHashTable) row_of = ay_dataset_index_ids (data);

  for (guint s = 0; s < recipe->steps->len; s++)
    {
      const AyStep *step = recipe->steps->pdata[s];

      if (step->on && !replay_step (origin, step, data, row_of, labels, left, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
replay (const Origin *origin, const AyRecipe *recipe, const char *path, gsize *n_rows, AyJob *job,
        GError **error)
{
  AyExportOptions options = AY_EXPORT_OPTIONS_INIT;
  g_autoptr (AyLoadOptions) roles = NULL;
  g_autoptr (AyDataset) data = NULL;
  g_autoptr (AyTable) table = NULL;
  g_autoptr (AyBitset) left = NULL;
  AyNewLabels labels = { NULL, NULL };
  gboolean ok;

  if (!ay_export_format_of_path (path, &options.format, error))
    return FALSE;
  if (recipe->applied == NULL)
    return never_applied (origin, error) != NULL;
  data = load_inputs (origin, json_node_get_object (recipe->applied), &roles, job, error);
  if (data == NULL)
    return FALSE;
  left = ay_bitset_new (data->n);
  ay_bitset_fill (left);
  ay_new_labels_init (&labels, data);
  ok = replay_steps (origin, recipe, data, &labels, left, error);
  if (ok)
    {
      table = ay_curated_table (data, roles, &labels);
      *n_rows = ay_bitset_count (left);
      ok = ay_export_table (table, left, &options, path, job, error);
    }
  ay_new_labels_clear (&labels);
  return ok;
}

gboolean
ay_replay (const char *recipe_path, GHashTable *moved, const char *path, gsize *n_rows, AyJob *job,
           GError **error)
{
  g_autoptr (AyRecipe) recipe = ay_recipe_read (recipe_path, error);
  g_autofree char *absolute = g_canonicalize_filename (recipe_path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  Origin origin = { recipe_path, folder, moved };

  return recipe != NULL && replay (&origin, recipe, path, n_rows, job, error);
}
