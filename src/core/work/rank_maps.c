/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/rank_maps.h"

#include "core/work/map_make.h"

#include <string.h>

/* --- the PCA map --- */

static void
map_free (gpointer data)
{
  AyMapMade *made = data;

  ay_map_made_clear (made);
  g_free (made);
}

/* Neighbours are compared by who has the workspace, once it is there. */
static gpointer
make_pca (AyWork *work, GHashTable *parameters, guint64 seed, AyJob *job, GError **error)
{
  AyMapRequest request = { .method = "pca", .parameters = parameters, .seed = seed };
  const char *honesty = g_hash_table_lookup (parameters, "honesty");
  AyMapMade made;

  if (honesty != NULL && strcmp (honesty, "no") != 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                           "pca.honesty: neighbours are compared in the workspace, once it is "
                           "there");
      return NULL;
    }
  g_hash_table_insert (parameters, g_strdup ("honesty"), g_strdup ("no"));
  return ay_map_make (work, &request, &made, job, error) ? g_memdup2 (&made, sizeof made) : NULL;
}

static gboolean
keep_pca (AyWork *work, gpointer made, GError **error)
{
  return ay_map_keep (work, "pca", made, error);
}

/* --- all of them --- */

static const AyRankMap maps[] = {
  { "pca", make_pca, keep_pca, map_free, AY_KIND_MAP, "pca.x" },
};

const AyRankMap *
ay_rank_map_find (const char *id)
{
  for (gsize k = 0; k < G_N_ELEMENTS (maps); k++)
    if (strcmp (maps[k].id, id) == 0)
      return maps + k;
  return NULL;
}

/* "NAME" of "ID.NAME", where that map is asked for. (nullable) */
static const char *
name_in (const AyRanksScore *run, const char *key, const char **id)
{
  for (const char *const *asked = run->ids; *asked != NULL; asked++)
    {
      gsize length = strlen (*asked);

      if (ay_rank_map_find (*asked) != NULL && strncmp (key, *asked, length) == 0
          && key[length] == '.')
        {
          *id = *asked;
          return key + length + 1;
        }
    }
  return NULL;
}

GHashTable *
ay_rank_map_parameters (const AyRanksScore *run, const char *id)
{
  GHashTable *own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer key, value;

  if (run->parameters == NULL)
    return own;
  g_hash_table_iter_init (&iter, run->parameters);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const char *of = NULL, *name = name_in (run, key, &of);

      if (g_strcmp0 (of, id) == 0)
        g_hash_table_insert (own, g_strdup (name != NULL ? name : key), g_strdup (value));
    }
  return own;
}
