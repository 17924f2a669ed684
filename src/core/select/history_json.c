/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Histories that are one JSON value: tables of W&B, the log of a Hugging Face trainer, and tasks of
 * Label Studio. */
#include "core/select/history_private.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/shim/number.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* A plain value as text; NULL for others. (transfer full) */
static char *
text_of (JsonNode *node)
{
  char number[AY_NUMBER_SIZE];

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  ay_number_format (json_node_get_double (node), number);
  return g_strdup (number);
}

static JsonArray *
array_of (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonObject *
object_at (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonObject *
object_of (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* --- W&B: {"columns": [...], "data": [[...], ...]} --- */

static void
free_line (gpointer line)
{
  char **cells = line;

  for (guint i = 0; cells[i] != NULL; i++)
    g_free (cells[i]);
  g_free (cells);
}

static gboolean
read_wandb (AyHistoryFiles *self, const char *path, JsonObject *root, GError **error)
{
  JsonArray *columns = array_of (root, "columns"), *data = array_of (root, "data");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (free_line);

  for (guint c = 0; c < json_array_get_length (columns); c++)
    {
      char *name = text_of (json_array_get_element (columns, c));

      g_ptr_array_add (names, name != NULL ? name : g_strdup (""));
    }
  for (guint i = 0; i < json_array_get_length (data); i++)
    {
      JsonNode *node = json_array_get_element (data, i);
      JsonArray *row = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      char **cells = g_new0 (char *, names->len + 1);

      for (guint c = 0; c < names->len; c++)
        {
          cells[c] = row != NULL && c < json_array_get_length (row)
                         ? text_of (json_array_get_element (row, c)) : NULL;
          if (cells[c] == NULL)
            cells[c] = g_strdup ("");
        }
      g_ptr_array_add (lines, cells);
    }
  return ay_history_take_table (self, path, names, lines, error);
}

/* --- Hugging Face: trainer_state.json, "log_history" --- */

/* Lines with eval_ numbers are rounds by epoch; no rows are named in them. */
static gboolean
read_trainer (AyHistoryFiles *self, const char *path, JsonArray *log, GError **error)
{
  AyDraft *draft = ay_history_files_draft (self, "", "trainer_state", FALSE);
  gint64 number = 0;

  for (guint i = 0; i < json_array_get_length (log); i++)
    {
      JsonObject *line = object_at (log, i);
      AyDraftRound *round = NULL;
      JsonObjectIter iter;
      JsonNode *node;
      const char *name;

      if (line == NULL)
        continue;
      json_object_iter_init_ordered (&iter, line);
      while (json_object_iter_next_ordered (&iter, &name, &node))
        if (g_str_has_prefix (name, "eval_") && !isnan (ay_json_number (node)))
          {
            if (round == NULL)
              round = ay_draft_round (draft, number++);
            ay_metrics_set (round->head->metrics, name + strlen ("eval_"), ay_json_number (node));
          }
      if (round != NULL && !isnan (ay_json_number_of (line, "epoch")))
        ay_metrics_set (round->head->metrics, "epoch",
                        ay_json_number_of (line, "epoch"));
    }
  ay_diagnostics_add (draft->scratch->notes, "unread",
                      N_ ("a trainer's log: epochs of training stand as rounds, and no rows are "
                          "in it"));
  if (number > 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: no evaluation in \"log_history\""), path);
  return FALSE;
}

/* --- Label Studio: tasks with annotations --- */

/* The first choice of an annotation's results. (transfer full) (nullable) */
static char *
choice_of (JsonObject *annotation)
{
  JsonArray *results = array_of (annotation, "result");

  for (guint i = 0; results != NULL && i < json_array_get_length (results); i++)
    {
      JsonArray *choices = array_of (object_of (object_at (results, i), "value"), "choices");

      if (choices != NULL && json_array_get_length (choices) > 0)
        return text_of (json_array_get_element (choices, 0));
    }
  return NULL;
}

static char *
task_id (JsonObject *task)
{
  static const char *const names[] = { "id", "index", "row" };
  JsonObject *data = object_of (task, "data");

  for (gsize i = 0; data != NULL && i < G_N_ELEMENTS (names); i++)
    if (json_object_has_member (data, names[i]))
      return text_of (json_object_get_member (data, names[i]));
  return text_of (json_object_get_member (task, "id"));
}

static void
take_annotation (AyDraftRound *round, const char *id, JsonObject *annotation)
{
  double seconds = ay_json_number_of (annotation, "lead_time");
  char *who = text_of (json_object_get_member (annotation, "completed_by"));
  guint last;

  ay_draft_take (round, id);
  last = round->ids->len - 1;
  g_array_index (round->seconds, double, last) = seconds;
  g_ptr_array_index (round->labels, last) = choice_of (annotation);
  g_ptr_array_index (round->annotators, last) = who;
  g_ptr_array_index (round->times, last)
      = text_of (json_object_get_member (annotation, "created_at"));
}

static gboolean
read_tasks (AyHistoryFiles *self, JsonArray *tasks)
{
  AyDraft *draft = ay_history_files_draft (self, "", "label_studio", FALSE);
  AyDraftRound *round = ay_draft_round (draft, 0);
  guint cancelled = 0, silent = 0;

  for (guint i = 0; i < json_array_get_length (tasks); i++)
    {
      JsonObject *task = object_at (tasks, i);
      JsonArray *given = array_of (task, "annotations");
      g_autofree char *id = task != NULL ? task_id (task) : NULL;
      guint n = given != NULL ? json_array_get_length (given) : 0;

      silent += n == 0;
      for (guint k = 0; id != NULL && k < n; k++)
        {
          JsonObject *one = object_at (given, k);
          JsonNode *off = one != NULL ? json_object_get_member (one, "was_cancelled") : NULL;

          if (one == NULL || (off != NULL && JSON_NODE_HOLDS_VALUE (off)
                              && json_node_get_boolean (off)))
            cancelled++;
          else
            take_annotation (round, id, one);
        }
    }
  if (cancelled > 0)
    ay_diagnostics_add (draft->scratch->notes, "unread",
                        N_ ("%u annotations were cancelled"), cancelled);
  if (silent > 0)
    ay_diagnostics_add (draft->scratch->notes, "unread",
                        N_ ("%u tasks have no annotation"), silent);
  return TRUE;
}

static JsonNode *
load (const char *path)
{
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);
  gsize size = 0;
  const char *text = file != NULL ? ay_mapped_file_data (file, &size) : NULL;

  if (text == NULL || !g_utf8_validate (text, (gssize) size, NULL))
    return NULL;
  return ay_json_read (text, (gssize) size, NULL);
}

gboolean
ay_history_read_json (AyHistoryFiles *self, const char *path, gboolean *known, GError **error)
{
  g_autoptr (JsonNode) node = load (path);
  JsonObject *object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node)
                                                                     : NULL;
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node)
                                                                  : NULL;
  JsonObject *first = array != NULL && json_array_get_length (array) > 0 ? object_at (array, 0)
                                                                         : NULL;

  *known = TRUE;
  if (array_of (object, "columns") != NULL && array_of (object, "data") != NULL)
    return read_wandb (self, path, object, error);
  if (array_of (object, "log_history") != NULL)
    return read_trainer (self, path, array_of (object, "log_history"), error);
  if (object_of (first, "data") != NULL && array_of (first, "annotations") != NULL)
    return read_tasks (self, array);
  if (array_of (object, "samples") != NULL
      && ay_history_take_samples (self, array_of (object, "samples")))
    return TRUE;
  if (object != NULL && ay_history_take_meta (self, object))
    return TRUE;
  *known = FALSE;
  return TRUE;
}
