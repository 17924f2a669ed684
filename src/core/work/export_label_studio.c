/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Label Studio's tasks (https://labelstud.io/guide/task_format): a JSON list of objects with id and
 * data; the present label, as corrected, is a prediction of type choices, from_name "label". The
 * text is data.text, to_name "text"; an image data.image, to_name "image"; other rows show their
 * columns as one text. */
#include "core/work/export_form_private.h"

#include "core/base/json_text.h"

#include <math.h>
#include <string.h>

/* "name: value" of every column of the input. */
static char *
all_columns (const AyFormWriter *self, gsize row)
{
  GString *text = g_string_new (NULL);
  const AyTable *table = self->data->table;

  for (guint i = 0; table != NULL && i < ay_table_n_columns (table); i++)
    {
      const AyColumn *column = ay_table_column (table, i);
      g_autofree char *value = ay_column_dup_text (column, row);

      g_string_append_printf (text, "%s%s: %s", i > 0 ? "\n" : "", ay_column_name (column), value);
    }
  return g_string_free (text, FALSE);
}

static const char *
add_data (const AyFormWriter *self, JsonObject *task, gsize row)
{
  JsonObject *data = json_object_new ();
  g_autofree char *id = ay_column_dup_text (self->data->id, row);
  g_autofree char *image = ay_form_image (self, row);
  g_autofree char *text = self->data->text != NULL ? ay_column_dup_text (self->data->text, row)
                          : image == NULL ? all_columns (self, row) : NULL;

  json_object_set_string_member (data, "assay_id", id);
  json_object_set_string_member (data, "part", ay_split_name (self->data->split[row]));
  if (text != NULL)
    json_object_set_string_member (data, "text", text);
  if (image != NULL)
    json_object_set_string_member (data, "image", image);
  json_object_set_object_member (task, "data", data);
  return text != NULL ? "text" : "image";
}

static void
add_prediction (const AyFormWriter *self, JsonObject *task, const char *to, gsize row)
{
  JsonArray *predictions = json_array_new ();
  g_autofree char *label = ay_form_label (self, row);
  double score = ay_form_number (self, "self_confidence", row);

  json_object_set_array_member (task, "predictions", predictions);
  if (*label == '\0')
    return;
  JsonObject *prediction = json_object_new (), *result = json_object_new ();
  JsonObject *value = json_object_new ();
  JsonArray *results = json_array_new (), *choices = json_array_new ();

  json_array_add_string_element (choices, label);
  json_object_set_array_member (value, "choices", choices);
  json_object_set_string_member (result, "from_name", "label");
  json_object_set_string_member (result, "to_name", to);
  json_object_set_string_member (result, "type", "choices");
  json_object_set_object_member (result, "value", value);
  json_array_add_object_element (results, result);
  json_object_set_string_member (prediction, "model_version", "label in the data");
  if (!isnan (score))
    json_object_set_double_member (prediction, "score", score);
  json_object_set_array_member (prediction, "result", results);
  json_array_add_object_element (predictions, prediction);
}

gboolean
ay_form_label_studio (AyFormWriter *self, GError **error)
{
  fputs ("[\n", self->stream);
  for (gsize i = 0; i < self->n; i++)
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      JsonObject *task = json_object_new ();
      g_autofree char *line = NULL;

      if (!ay_job_check (self->job, error))
        return FALSE;
      json_node_take_object (node, task);
      json_object_set_int_member (task, "id", (gint64) self->rows[i] + 1);
      add_prediction (self, task, add_data (self, task, self->rows[i]), self->rows[i]);
      line = ay_json_to_text (node, FALSE);
      fprintf (self->stream, "%s%s\n", line, i + 1 < self->n ? "," : "");
    }
  fputs ("]\n", self->stream);
  return TRUE;
}
