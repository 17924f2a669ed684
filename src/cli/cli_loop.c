/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_loop.h"

#include "cli/cli_json.h"
#include "cli/cli_text.h"
#include "core/work/work_loop.h"

#include <stdio.h>

#define NAMED 5 /* so many ids in a message */

/* Rows that annotators differ on. */
static void
add_disagreements (JsonArray *array, const AyDataset *data, const AyRound *round)
{
  for (guint32 i = 0; i < round->n; i++)
    {
      guint n, agree;
      const char *label = ay_round_label (round, i, &n, &agree);
      g_autofree char *id = ay_column_dup_text (data->id, round->row[i]);
      JsonObject *one;
      JsonArray *labels;

      if (agree == n)
        continue;
      one = cmd_json_append (array);
      cmd_json_text (one, "id", id);
      cmd_json_text (one, "label", label);
      cmd_json_count (one, "agree", agree);
      labels = cmd_json_array (one, "labels");
      for (guint k = 0; k < round->answers->len; k++)
        {
          const AyGivenLabel *given = &g_array_index (round->answers, AyGivenLabel, k);
          JsonObject *said;

          if (given->pick != i)
            continue;
          said = cmd_json_append (labels);
          cmd_json_text (said, "label", given->label);
          cmd_json_text (said, "annotator", given->annotator);
        }
    }
}

static void
print_disagreements (JsonArray *array)
{
  g_autoptr (CmdTable) table = cmd_table_new ("lll");

  if (json_array_get_length (array) == 0)
    return;
  puts ("Annotators differ on");
  cmd_table_row (table, "id", "taken as", "said", NULL);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = json_array_get_object_element (array, i);
      JsonArray *labels = json_object_get_array_member (one, "labels");
      g_autoptr (GString) said = g_string_new (NULL);

      for (guint k = 0; k < json_array_get_length (labels); k++)
        {
          JsonObject *answer = json_array_get_object_element (labels, k);
          const char *who = json_object_get_null_member (answer, "annotator")
                                ? NULL : json_object_get_string_member (answer, "annotator");

          g_string_append_printf (said, "%s%s%s%s%s", k > 0 ? ", " : "",
                                  json_object_get_string_member (answer, "label"),
                                  who != NULL ? " (" : "", who != NULL ? who : "",
                                  who != NULL ? ")" : "");
        }
      cmd_table_row (table, json_object_get_string_member (one, "id"),
                     json_object_get_string_member (one, "label"), said->str, NULL);
    }
  cmd_table_print (table, 2);
}

static void
note_elsewhere (CmdRun *run, const AyAnswered *answered)
{
  g_autoptr (GString) ids = g_string_new (NULL);
  const GPtrArray *elsewhere = answered->elsewhere;

  for (guint i = 0; i < MIN (elsewhere->len, NAMED); i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (elsewhere, i));
  if (elsewhere->len > 0)
    cmd_note (run, "note: %u labels are of rows that the round does not have: %s%s",
              elsewhere->len, ids->str, elsewhere->len > NAMED ? ", ..." : "");
}

static gboolean
take_files (CmdRun *run, AyWork *work, const CmdLoopLabel *given, AyAnswered *sum, GError **error)
{
  for (int i = 0; i < given->n_files; i++)
    {
      AyAnswered one = { 0 };
      g_autoptr (GPtrArray) replies = ay_history_read_replies (ay_work_data (work),
                                                               given->files[i], run->job, error);

      if (replies == NULL)
        return FALSE;
      if (!ay_work_answer (work, given->loop, replies, &one, error))
        {
          g_prefix_error (error, "%s: ", given->files[i]);
          ay_answered_clear (&one);
          return FALSE;
        }
      note_elsewhere (run, &one);
      sum->n_new += one.n_new;
      sum->n_changed += one.n_changed;
      ay_answered_clear (&one);
    }
  return TRUE;
}

static JsonObject *
describe (const AyDataset *data, const AyHistory *loop, const AyRound *round,
          const AyAnswered *sum)
{
  JsonObject *object = json_object_new (), *metrics;

  cmd_json_text (object, "loop", loop->name);
  json_object_set_int_member (object, "round", round->number);
  cmd_json_count (object, "n", round->n);
  cmd_json_count (object, "n_answered", ay_round_n_answered (round));
  cmd_json_count (object, "n_new", sum->n_new);
  cmd_json_count (object, "n_changed", sum->n_changed);
  cmd_json_bool (object, "closed", !round->open);
  add_disagreements (cmd_json_array (object, "disagreements"), data, round);
  metrics = cmd_json_object (object, "metrics");
  for (guint i = 0; i < round->metrics->len; i++)
    {
      const AyMetric *metric = &g_array_index (round->metrics, AyMetric, i);

      ay_json_put_number (metrics, metric->name, metric->value);
    }
  return object;
}

static void
print_text (JsonObject *object, const AyRound *round)
{
  g_autoptr (CmdTable) table = cmd_table_new ("lr");

  printf ("Round %" G_GINT64_FORMAT " of \"%s\": %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
          " rows have a label%s\n",
          round->number, json_object_get_string_member (object, "loop"),
          json_object_get_int_member (object, "n_answered"),
          json_object_get_int_member (object, "n"),
          round->open ? "" : "; it is closed, the head refitted");
  print_disagreements (json_object_get_array_member (object, "disagreements"));
  for (guint i = 0; i < round->metrics->len; i++)
    {
      const AyMetric *metric = &g_array_index (round->metrics, AyMetric, i);
      char value[CMD_TEXT_SIZE];

      cmd_table_row (table, metric->name, cmd_text_number (metric->value, value), NULL);
    }
  if (round->metrics->len > 0)
    cmd_table_print (table, 2);
}

gboolean
cmd_loop_label (CmdRun *run, AyWork *work, const CmdLoopLabel *given, GError **error)
{
  g_autofree char *name = given->loop != NULL ? g_strdup (given->loop) : NULL;
  g_autoptr (GError) failed = NULL;
  g_autoptr (AyHistory) loop = NULL;
  g_autoptr (JsonObject) object = NULL;
  AyAnswered sum = { 0 };
  const AyRound *round;

  if (name == NULL)
    name = ay_work_loop_name (work, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (!take_files (run, work, given, &sum, error))
    return FALSE;
  loop = name != NULL ? ay_work_history (work, name, error) : NULL;
  round = loop != NULL ? ay_history_open_round (loop) : NULL;
  if (round == NULL || given->close || ay_round_n_answered (round) == round->n)
    {
      if (!ay_work_close_round (work, name, run->job, error)) /* says what is missing */
        return FALSE;
      g_clear_pointer (&loop, ay_history_unref);
      loop = ay_work_history (work, name, error);
    }
  if (loop == NULL)
    return FALSE;
  round = ay_history_round (loop, ay_history_n_rounds (loop) - 1);
  object = describe (ay_work_data (work), loop, round, &sum);
  cmd_begin_output (run);
  if (run->json)
    cmd_json_print (object);
  else
    print_text (object, round);
  return TRUE;
}
