/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of clusters are a person's, and so steps of the journal; the clusters themselves are
 * computed. The names are an item of their own for that, which says of which clusters they are:
 * where others were found since, undo and redo bring back names that belong to none. */
#include "core/work/clusters_private.h"

#include "core/base/json_text.h"
#include "core/base/words.h"

#include <string.h>

#define KIND_NAMES "cluster names"
#define NAME "cluster" /* as the column: what the journal says was changed */

static const char *
fingerprint_of (JsonObject *clusters)
{
  return json_object_get_string_member_with_default (clusters, AY_CLUSTERS_FINGERPRINT, "");
}

static void
set_name (JsonArray *clusters, guint number, const char *name)
{
  JsonObject *one = json_array_get_object_element (clusters, number);

  if (*name != '\0')
    json_object_set_string_member (one, "name", name);
  else
    json_object_set_null_member (one, "name");
}

void
ay_clusters_add_names (AyWork *self, JsonObject *clusters)
{
  JsonArray *array = json_object_get_array_member (clusters, "clusters"), *names;
  g_autofree char *json = ay_workspace_has (self->store, KIND_NAMES, NAME)
                              ? ay_workspace_get_json (self->store, KIND_NAMES, NAME, NULL)
                              : NULL;
  g_autoptr (JsonNode) node = json != NULL ? ay_json_read (json, -1, NULL) : NULL;
  JsonObject *given = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node)
                                                                    : NULL;

  if (given == NULL || !json_object_has_member (given, "names")
      || strcmp (fingerprint_of (given), fingerprint_of (clusters)) != 0)
    return;
  names = json_object_get_array_member (given, "names");
  for (guint c = 0; c < MIN (json_array_get_length (array), json_array_get_length (names)); c++)
    set_name (array, c, json_array_get_string_element (names, c));
}

static char **
names_of (JsonObject *clusters)
{
  JsonArray *array = json_object_get_array_member (clusters, "clusters");
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint c = 0; c < json_array_get_length (array); c++)
    {
      JsonObject *one = json_array_get_object_element (array, c);

      g_strv_builder_add (names, json_object_get_null_member (one, "name")
                                     ? "" : json_object_get_string_member (one, "name"));
    }
  return g_strv_builder_end (names);
}

char **
ay_work_cluster_names (AyWork *self, GError **error)
{
  g_autoptr (JsonObject) clusters = ay_clusters_read (self, error);

  if (clusters == NULL)
    return NULL;
  ay_clusters_add_names (self, clusters);
  return names_of (clusters);
}

static gboolean
put (AyWork *self, JsonObject *clusters, const char *const *names, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = json_array_new ();
  g_autofree char *json = NULL;

  json_object_set_string_member (object, AY_CLUSTERS_FINGERPRINT, fingerprint_of (clusters));
  for (guint c = 0; names[c] != NULL; c++)
    json_array_add_string_element (array, names[c]);
  json_object_set_array_member (object, "names", array);
  json_node_set_object (node, object);
  json = ay_json_to_text (node, FALSE);
  return ay_workspace_put_json (self->store, KIND_NAMES, NAME, json, error);
}

static AyBitset *
rows_of (AyWork *self, guint number, GError **error)
{
  g_autofree double *cluster = ay_work_score_values (self, "cluster", error);
  AyBitset *rows = cluster != NULL ? ay_bitset_new (self->data->n) : NULL;

  for (gsize i = 0; rows != NULL && i < self->data->n; i++)
    if (cluster[i] == number)
      ay_bitset_add (rows, i);
  return rows;
}

static gboolean
record (AyWork *self, JsonObject *clusters, guint number, const char *const *names,
        GError **error)
{
  g_autoptr (AyBitset) rows = rows_of (self, number, error);
  g_autofree char *why
      = *names[number] != '\0' ? g_strdup_printf ("cluster %u is called %s", number, names[number])
                               : g_strdup_printf ("cluster %u has no name", number);
  AyColumnStep step;
  gboolean ok;

  if (rows == NULL || !ay_column_step_begin (&step, self, error))
    return FALSE;
  ok = ay_column_step_add (&step, KIND_NAMES, NAME, error) && put (self, clusters, names, error);
  return ay_column_step_end (&step, ok, rows, why, error);
}

gboolean
ay_work_name_cluster (AyWork *self, guint number, const char *name, GError **error)
{
  g_autoptr (JsonObject) clusters = ay_clusters_read (self, error);
  g_auto (GStrv) names = NULL;

  if (clusters == NULL)
    return FALSE;
  ay_clusters_add_names (self, clusters);
  names = names_of (clusters);
  if (number >= g_strv_length (names))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no cluster %u; there are %u, from 0"),
                   number, g_strv_length (names));
      return FALSE;
    }
  if (strcmp (names[number], name) == 0)
    return TRUE;
  g_free (names[number]);
  names[number] = g_strdup (name);
  return record (self, clusters, number, (const char *const *) names, error);
}
