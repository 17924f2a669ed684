/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assay-config.h"
#include "core/work/export_form_private.h"

#include "core/base/json_text.h"

static gboolean
add_files (JsonObject *into, AyWork *work, GError **error)
{
  g_autofree char *text
      = ay_workspace_get_json (work->store, AY_KIND_SETTING, AY_SETTING_FILES, error);
  g_autoptr (JsonNode) stored = text != NULL ? ay_json_read (text, -1, error) : NULL;
  JsonArray *from, *to = json_array_new ();

  json_object_set_array_member (into, "files", to);
  if (stored == NULL)
    return FALSE;
  from = json_node_get_array (stored);
  for (guint i = 0; i < json_array_get_length (from); i++)
    {
      JsonObject *file = json_array_get_object_element (from, i), *out = json_object_new ();
      g_autofree char *name
          = g_path_get_basename (json_object_get_string_member (file, "path"));

      json_object_set_string_member (out, "name", name);
      json_object_set_int_member (out, "size", json_object_get_int_member (file, "size"));
      json_object_set_string_member (out, "sha256",
                                     json_object_get_string_member (file, "sha256"));
      json_array_add_object_element (to, out);
    }
  return TRUE;
}

static void
add_decisions (JsonObject *into, AyWork *work)
{
  AyJournal *journal = work->journal;
  JsonArray *array = json_array_new ();

  for (gsize i = 0; i < ay_journal_n_entries (journal); i++)
    {
      const AyJournalEntry *entry = ay_journal_entry (journal, i);
      JsonObject *one;

      if (!entry->active || entry->kind == AY_DECISION_COLUMN)
        continue;
      one = json_object_new ();
      json_object_set_string_member (one, "decision", ay_decision_kind_name (entry->kind));
      json_object_set_string_member (one, "value", entry->value);
      json_object_set_string_member (one, "why", entry->why);
      json_object_set_string_member (one, "time", entry->time);
      json_object_set_int_member (one, "n", (gint64) entry->count);
      json_array_add_object_element (array, one);
    }
  json_object_set_array_member (into, "decisions", array);
}

static gboolean
add_scores (JsonObject *into, AyWork *work, GError **error)
{
  g_autoptr (GPtrArray) scores = ay_work_scores (work, error);
  JsonObject *all = json_object_new ();

  json_object_set_object_member (into, "scores", all);
  for (guint i = 0; scores != NULL && i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];

      if (info->certificate != NULL)
        json_object_set_object_member (all, info->id, json_object_ref (info->certificate));
    }
  return scores != NULL;
}

AyOutput *
ay_work_certify_export (AyWork *self, const AyExportFacts *facts, const char *path, GError **error)
{
  g_autofree char *place = g_strconcat (path, ".certificate.json", NULL);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autoptr (AyOutput) output = NULL;
  g_autofree char *text = NULL;
  guint openings;

  json_node_take_object (node, object);
  json_object_set_int_member (object, "assay_certificate", 1);
  json_object_set_string_member (object, "version", AY_VERSION);
  json_object_set_string_member (object, "form", facts->what);
  json_object_set_string_member (object, "where", facts->where);
  json_object_set_int_member (object, "rows", (gint64) facts->n);
  json_object_set_int_member (object, "rows_of_data", (gint64) self->data->n);
  if (!ay_work_openings (self, &openings, error))
    return NULL;
  json_object_set_int_member (object, "test_openings", openings);
  add_decisions (object, self);
  if (!add_files (object, self, error) || !add_scores (object, self, error))
    return NULL;
  text = ay_json_to_text (node, TRUE);
  output = ay_output_new (place, error);
  if (output == NULL)
    return NULL;
  fprintf (ay_output_stream (output), "%s\n", text);
  return ay_output_finish (output, error) ? g_steal_pointer (&output) : NULL;
}
