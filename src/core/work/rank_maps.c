/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/rank_maps.h"

#include "core/base/error.h"
#include "core/work/clusters_private.h"
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

/* --- k-means --- */

static void
clustering_free (gpointer data)
{
  ay_clustering_clear (data);
  g_free (data);
}

static gboolean
bad_value (const char *name, const char *value, const char *wanted, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "kmeans.%s=%s: %s", name, value, wanted);
  return FALSE;
}

static gboolean
read_count (const char *name, const char *text, guint *value, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &number, NULL))
    return bad_value (name, text, "a whole number from 1 is wanted", error);
  *value = (guint) number;
  return TRUE;
}

static gboolean
read_cluster_option (AyClusterOptions *options, const char *name, const char *value,
                     GError **error)
{
  static const char *const answers[] = { "auto", "no", "yes" };

  if (strcmp (name, "k") == 0)
    return read_count (name, value, &options->k, error);
  if (strcmp (name, "starts") == 0)
    return read_count (name, value, &options->starts, error);
  if (strcmp (name, "metric") == 0)
    return ay_distance_parse (value, &options->distance)
           || bad_value (name, value, "euclidean or cosine is wanted", error);
  for (int k = 0; k < 3 && strcmp (name, "standardise") == 0; k++)
    if (strcmp (value, answers[k]) == 0)
      {
        options->standardise = k - 1;
        return TRUE;
      }
  return bad_value (name, value, "k, starts, metric or standardise (yes, no, auto) is wanted",
                    error);
}

static gpointer
make_kmeans (AyWork *work, GHashTable *parameters, guint64 seed, AyJob *job, GError **error)
{
  AyClusterOptions options = AY_CLUSTER_OPTIONS_INIT;
  g_auto (AyClustering) found = { 0 };
  AyClustering *made;
  GHashTableIter iter;
  gpointer name, value;

  options.seed = seed;
  g_hash_table_iter_init (&iter, parameters);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!read_cluster_option (&options, name, value, error))
      return NULL;
  if (!ay_clustering_find (&found, work, "kmeans", &options, job, error))
    return NULL;
  made = g_memdup2 (&found, sizeof found);
  found = (AyClustering) { 0 };
  return made;
}

static gboolean
keep_kmeans (AyWork *work, gpointer made, GError **error)
{
  return ay_clustering_keep (made, work, error);
}

/* --- all of them --- */

static const AyRankMap maps[] = {
  { "pca", make_pca, keep_pca, map_free, AY_KIND_MAP, "pca.x" },
  { "kmeans", make_kmeans, keep_kmeans, clustering_free, AY_KIND_CLUSTERS, AY_KIND_CLUSTERS },
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
