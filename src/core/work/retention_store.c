/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last retention curve stays in the workspace, with what it depends on: asked again it is read
 * and the test part is not looked at; once the head or a score that was tried is another one it is
 * out of date and counts as none. */
#include "core/work/retention_private.h"

#include "core/base/json_text.h"

#include <math.h>
#include <string.h>

#define KIND "retention"
#define NAME "curve"
#define KEPT_FORM "2" /* another one when what is kept changes */

static void
add_item (GChecksum *sum, AyWork *work, const char *kind, const char *name)
{
  g_autofree char *json = ay_workspace_has (work->store, kind, name)
                              ? ay_workspace_get_json (work->store, kind, name, NULL) : NULL;

  g_checksum_update (sum, (const guchar *) name, -1);
  g_checksum_update (sum, (const guchar *) (json != NULL ? json : ""), -1);
}

/* What every refit depends on. */
static void
add_fit (GChecksum *sum, AyWork *work)
{
  const AyDataset *data = work->data;

  add_item (sum, work, AY_KIND_SETTING, AY_SETTING_HEAD);
  for (gsize i = 0; i < data->n; i++)
    {
      gint32 row[2] = { (gint32) data->split[i], data->n_classes > 0 ? data->label[i] : 0 };

      g_checksum_update (sum, (const guchar *) row, sizeof row);
    }
}

char *
ay_work_dup_fit_key (AyWork *work)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  add_fit (sum, work);
  return g_strdup (g_checksum_get_string (sum));
}

char *
ay_retention_key (AyWork *work, const AyRetentionOptions *options, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GPtrArray) scores = ay_work_scores (work, error);
  g_autofree char *head = g_strdup_printf (KEPT_FORM " %s %u %" G_GUINT64_FORMAT,
                                           options->score != NULL ? options->score : "",
                                           options->repeats, options->seed);

  if (scores == NULL)
    return NULL;
  g_checksum_update (sum, (const guchar *) head, -1);
  add_fit (sum, work);
  for (guint k = 0; k < scores->len; k++)
    {
      const AyScoreInfo *info = scores->pdata[k];

      if (options->score == NULL || strcmp (info->id, options->score) == 0)
        add_item (sum, work, AY_KIND_SCORE, info->id);
    }
  return g_strdup (g_checksum_get_string (sum));
}

/* --- written --- */

static void
put_band (JsonObject *into, const char *name, const AyMeanBand *band)
{
  JsonObject *one = json_object_new ();

  ay_json_put_number (one, "mean", band->mean);
  ay_json_put_number (one, "low", band->low);
  ay_json_put_number (one, "high", band->high);
  json_object_set_object_member (into, name, one);
}

static JsonArray *
points_of (const AyRetention *of)
{
  JsonArray *array = json_array_new ();

  for (guint k = 0; k < of->n_points; k++)
    {
      const AyRetentionPoint *point = &of->points[k];
      JsonObject *one = json_object_new ();

      ay_json_put_number (one, "share", point->share);
      json_object_set_int_member (one, "n", (gint64) point->n);
      ay_json_put_number (one, "valid", point->valid);
      ay_json_put_number (one, "test", point->test);
      put_band (one, "random", &point->random);
      put_band (one, "difference", &point->difference);
      json_array_add_object_element (array, one);
    }
  return array;
}

gboolean
ay_retention_keep (AyWork *work, const AyRetention *of, const AyRetentionOptions *options,
                   const char *key, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *json = NULL;
  JsonArray *rows = json_array_new ();

  json_node_take_object (node, object);
  json_object_set_string_member (object, "key", key);
  json_object_set_string_member (object, "asked", options->score);
  json_object_set_int_member (object, "seed", (gint64) options->seed);
  json_object_set_int_member (object, "repeats", of->repeats);
  json_object_set_string_member (object, "score", of->score);
  json_object_set_boolean_member (object, "low_first", of->low_first);
  json_object_set_boolean_member (object, "on_test", of->on_test);
  ay_json_put_number (object, "full_valid", of->full_valid);
  ay_json_put_number (object, "full_test", of->full_test);
  json_object_set_array_member (object, "points", points_of (of));
  json_object_set_int_member (object, "minimal", of->minimal);
  json_object_set_string_member (object, "sentence", of->minimal_sentence);
  json_object_set_int_member (object, "test_openings", of->test_openings);
  for (gsize i = of->minimal_rows != NULL ? ay_bitset_next (of->minimal_rows, 0) : work->data->n;
       i < work->data->n; i = ay_bitset_next (of->minimal_rows, i + 1))
    json_array_add_int_element (rows, (gint64) i);
  json_object_set_array_member (object, "rows", rows);
  json_object_set_object_member (object, "certificate", json_object_ref (of->certificate));
  json = ay_json_to_text (node, FALSE);
  return ay_workspace_is_read_only (work->store)
         || ay_workspace_put_json (work->store, KIND, NAME, json, error);
}

/* --- read --- */

static AyMeanBand
band_of (JsonObject *from, const char *name)
{
  JsonObject *one = json_object_get_object_member (from, name);

  return (AyMeanBand) { ay_json_number_of (one, "mean"), ay_json_number_of (one, "low"),
                        ay_json_number_of (one, "high") };
}

static AyRetention *
parse (JsonObject *object, gsize n)
{
  AyRetention *out = g_new0 (AyRetention, 1);
  JsonArray *points = json_object_get_array_member (object, "points");
  JsonArray *rows = json_object_get_array_member (object, "rows");

  out->score = g_strdup (json_object_get_string_member (object, "score"));
  out->low_first = json_object_get_boolean_member (object, "low_first");
  out->on_test = json_object_get_boolean_member (object, "on_test");
  out->full_valid = ay_json_number_of (object, "full_valid");
  out->full_test = ay_json_number_of (object, "full_test");
  out->repeats = (guint) json_object_get_int_member (object, "repeats");
  out->minimal = (guint) json_object_get_int_member (object, "minimal");
  out->minimal_sentence = g_strdup (json_object_get_string_member (object, "sentence"));
  out->test_openings = (guint) json_object_get_int_member (object, "test_openings");
  out->certificate = json_object_ref (json_object_get_object_member (object, "certificate"));
  out->n_points = json_array_get_length (points);
  out->points = g_new0 (AyRetentionPoint, MAX (out->n_points, 1));
  for (guint k = 0; k < out->n_points; k++)
    {
      JsonObject *one = json_array_get_object_element (points, k);

      out->points[k] = (AyRetentionPoint) {
        ay_json_number_of (one, "share"), (gsize) json_object_get_int_member (one, "n"),
        ay_json_number_of (one, "valid"), ay_json_number_of (one, "test"),
        band_of (one, "random"), band_of (one, "difference"),
      };
    }
  if (json_array_get_length (rows) > 0)
    out->minimal_rows = ay_bitset_new (n);
  for (guint i = 0; i < json_array_get_length (rows); i++)
    if ((gsize) json_array_get_int_element (rows, i) < n)
      ay_bitset_add (out->minimal_rows, (gsize) json_array_get_int_element (rows, i));
  return out;
}

AyRetention *
ay_retention_read (AyWork *work, const char *key)
{
  g_autofree char *json = ay_workspace_has (work->store, KIND, NAME)
                              ? ay_workspace_get_json (work->store, KIND, NAME, NULL) : NULL;
  g_autoptr (JsonNode) node = json != NULL ? ay_json_read (json, -1, NULL) : NULL;
  g_autofree char *now = NULL;
  JsonObject *object;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  object = json_node_get_object (node);
  if (key == NULL)
    {
      AyRetentionOptions asked = { json_object_get_string_member (object, "asked"),
                                   (guint) json_object_get_int_member (object, "repeats"),
                                   (guint64) json_object_get_int_member (object, "seed") };

      key = now = ay_retention_key (work, &asked, NULL);
    }
  return g_strcmp0 (key, json_object_get_string_member (object, "key")) == 0
             ? parse (object, work->data->n) : NULL;
}

AyRetention *
ay_work_kept_retention (AyWork *work)
{
  return ay_retention_read (work, NULL);
}
