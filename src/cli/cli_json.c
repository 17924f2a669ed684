/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"

#include <stdio.h>

void
cmd_json_count (JsonObject *object, const char *key, guint64 value)
{
  json_object_set_int_member (object, key, (gint64) value);
}

void
cmd_json_text (JsonObject *object, const char *key, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, key, value);
  else
    json_object_set_null_member (object, key);
}

void
cmd_json_bool (JsonObject *object, const char *key, gboolean value)
{
  json_object_set_boolean_member (object, key, value);
}

JsonArray *
cmd_json_array (JsonObject *object, const char *key)
{
  JsonArray *array = json_array_new ();

  json_object_set_array_member (object, key, array);
  return array;
}

JsonObject *
cmd_json_object (JsonObject *object, const char *key)
{
  JsonObject *member = json_object_new ();

  json_object_set_object_member (object, key, member);
  return member;
}

JsonObject *
cmd_json_append (JsonArray *array)
{
  JsonObject *object = json_object_new ();

  json_array_add_object_element (array, object);
  return object;
}

static AyJob *planned; /* kept to the end of the process */

void
cmd_json_set_job (AyJob *job)
{
  planned = ay_job_ref (job);
}

static void
add_plan (JsonObject *object)
{
  AyJobPlan plan = ay_job_get_plan (planned);
  JsonObject *memory;

  if (plan.needed == 0)
    return;
  memory = cmd_json_object (object, "memory");
  cmd_json_count (memory, "needed", plan.needed);
  cmd_json_text (memory, "way", plan.way);
}

void
cmd_json_print (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  add_plan (object);
  json_node_set_object (node, object);
  text = ay_json_to_text (node, TRUE);
  puts (text);
}
