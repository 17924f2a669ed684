/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FiftyOneDataset on disk (https://docs.voxel51.com/user_guide/export_datasets.html): metadata.json
 * with the fields, samples.json with a list of samples, images under data. A sample has filepath,
 * tags, and fields; a class is a Classification. */
#include "core/work/export_form_private.h"

#include "core/base/json_text.h"
#include "core/base/words.h"

#include <math.h>
#include <string.h>

static void
set_text (JsonObject *object, const char *name, const char *value)
{
  json_object_set_string_member (object, name, value);
}

static void
add_classification (JsonObject *sample, const AyFormWriter *self, gsize row)
{
  g_autofree char *label = ay_form_label (self, row);
  double confidence = ay_form_number (self, "self_confidence", row);
  JsonObject *out;

  if (*label == '\0')
    {
      json_object_set_null_member (sample, "ground_truth");
      return;
    }
  out = json_object_new ();
  set_text (out, "_cls", "Classification");
  json_object_set_array_member (out, "tags", json_array_new ());
  set_text (out, "label", label);
  if (isnan (confidence))
    json_object_set_null_member (out, "confidence");
  else
    json_object_set_double_member (out, "confidence", confidence);
  json_object_set_object_member (sample, "ground_truth", out);
}

/* Part, decision and tags of a row. */
static JsonArray *
tags_of (const AyFormWriter *self, gsize row)
{
  JsonArray *tags = json_array_new ();
  AyColumn *column = ay_table_find (self->columns, "tags");

  json_array_add_string_element (tags, ay_split_name (self->data->split[row]));
  if (column != NULL && !ay_column_is_missing (column, row))
    {
      g_autofree char *text = ay_column_dup_text (column, row);
      g_auto (GStrv) each = g_strsplit (text, ",", -1);

      for (char **tag = each; *tag != NULL; tag++)
        json_array_add_string_element (tags, *tag);
    }
  return tags;
}

/* Stored scores of the row, by their names. */
static void
add_scores (JsonObject *sample, const AyFormWriter *self, const GPtrArray *scores, gsize row)
{
  for (guint i = 0; i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];
      double value = ay_form_number (self, info->id, row);

      if (isnan (value))
        json_object_set_null_member (sample, info->id);
      else
        json_object_set_double_member (sample, info->id, value);
    }
}

static gboolean
write_samples (const AyFormWriter *self, const GPtrArray *scores, GError **error)
{
  g_autoptr (GString) text = g_string_new ("{\"samples\": [\n");

  for (gsize i = 0; i < self->n; i++)
    {
      gsize row = self->rows[i];
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      JsonObject *sample = json_object_new ();
      g_autofree char *id = ay_column_dup_text (self->data->id, row);
      g_autofree char *image = ay_form_image (self, row);
      g_autofree char *base = image != NULL ? g_path_get_basename (image) : g_strdup ("");
      g_autofree char *relative = g_strdup_printf ("data/%" G_GSIZE_FORMAT "-%s", row, base);
      g_autofree char *line = NULL;

      if (!ay_job_check (self->job, error) || !ay_form_put_image (self, row, relative, error))
        return FALSE;
      json_node_take_object (node, sample);
      set_text (sample, "filepath", relative);
      json_object_set_array_member (sample, "tags", tags_of (self, row));
      json_object_set_null_member (sample, "metadata");
      set_text (sample, "assay_id", id);
      add_classification (sample, self, row);
      add_scores (sample, self, scores, row);
      line = ay_json_to_text (node, FALSE);
      g_string_append_printf (text, "%s%s\n", line, i + 1 < self->n ? "," : "");
    }
  g_string_append (text, "]}\n");
  return ay_form_write_text (self, "samples.json", text->str, error);
}

static void
add_field (JsonObject *fields, const char *name, const char *type)
{
  set_text (fields, name, type);
}

static gboolean
write_metadata (const AyFormWriter *self, const GPtrArray *scores, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new (), *fields = json_object_new ();
  JsonObject *info = json_object_new ();
  g_autofree char *name = g_path_get_basename (self->path);
  g_autofree char *text = NULL;

  json_node_take_object (node, object);
  set_text (object, "name", name);
  set_text (object, "media_type", "image");
  json_object_set_object_member (object, "sample_fields", fields);
  add_field (fields, "filepath", "fiftyone.core.fields.StringField");
  add_field (fields, "tags", "fiftyone.core.fields.ListField(fiftyone.core.fields.StringField)");
  add_field (fields, "metadata",
             "fiftyone.core.fields.EmbeddedDocumentField(fiftyone.core.metadata.ImageMetadata)");
  add_field (fields, "assay_id", "fiftyone.core.fields.StringField");
  add_field (fields, "ground_truth",
             "fiftyone.core.fields.EmbeddedDocumentField(fiftyone.core.labels.Classification)");
  for (guint i = 0; i < scores->len; i++)
    add_field (fields, ((const AyScoreInfo *) scores->pdata[i])->id,
               "fiftyone.core.fields.FloatField");
  set_text (info, "made_by", "Assay");
  json_object_set_object_member (object, "info", info);
  text = ay_json_to_text (node, TRUE);
  return ay_form_write_text (self, "metadata.json", text, error);
}

gboolean
ay_form_fiftyone (AyFormWriter *self, GError **error)
{
  g_autoptr (GPtrArray) scores = NULL;

  if (self->data->image == NULL)
    return ay_form_refuse (self, error, N_ ("the data has no image files"));
  scores = ay_work_scores (self->work, error);
  return scores != NULL && write_samples (self, scores, error)
         && write_metadata (self, scores, error);
}
