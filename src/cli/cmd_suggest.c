/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_strategies.h"
#include "cli/cli_text.h"
#include "core/work/work_loop.h"

#include <stdio.h>

/* assay-cli suggest: which rows of the pool to label next, and why. */

static struct
{
  char *strategy, *name, *output;
  char **parameters;
  gint count;
  gboolean list, record;
} given = { .count = 10 };

static const GOptionEntry options[] = {
  { "strategy", 0, 0, G_OPTION_ARG_FILENAME, &given.strategy,
    "How they are chosen (default two_phase)", "NAME" },
  { "count", 0, 0, G_OPTION_ARG_INT, &given.count, "How many rows (default 10)", "N" },
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.parameters,
    "Set a parameter of the strategy, or cost=COLUMN; may be repeated", "KEY=VALUE" },
  { "record", 0, 0, G_OPTION_ARG_NONE, &given.record,
    "Open a round of the live loop with them; history label brings the labels back", NULL },
  { "name", 0, 0, G_OPTION_ARG_FILENAME, &given.name, "Of the loop (default loop)", "TEXT" },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.output,
    "With --record: write the rows to label, .csv or .json (Label Studio)", "FILE" },
  { "list", 0, 0, G_OPTION_ARG_NONE, &given.list, "List the strategies and their parameters",
    NULL },
  { NULL },
};

static void
print_json (AyWork *work, const AySuggestions *found, gint64 round)
{
  g_autoptr (JsonObject) object = json_object_new ();
  AyColumn *id = ay_work_data (work)->id;
  JsonArray *rows;

  cmd_json_text (object, "strategy", found->strategy->id);
  cmd_json_text (object, "quantity", found->strategy->quantity);
  cmd_json_count (object, "n_pool", found->n_pool);
  cmd_json_count (object, "n_labelled", found->n_labelled);
  if (round > 0)
    json_object_set_int_member (object, "round", round);
  else
    json_object_set_null_member (object, "round");
  rows = cmd_json_array (object, "rows");
  for (gsize k = 0; k < found->n; k++)
    {
      const AySuggestion *s = &found->each[k];
      JsonObject *one = cmd_json_append (rows);
      g_autofree char *name = ay_column_dup_text (id, s->row);
      JsonArray *examples;

      cmd_json_text (one, "id", name);
      ay_json_put_number (one, "value", s->value);
      ay_json_put_number (one, "cost", s->cost);
      cmd_json_text (one, "predicted", s->predicted);
      ay_json_put_number (one, "probability", s->probability);
      cmd_json_count (one, "stands_for", s->stands_for);
      examples = cmd_json_array (one, "examples");
      for (gsize i = 0; i < s->n_examples; i++)
        {
          g_autofree char *other = ay_column_dup_text (id, s->examples[i]);

          json_array_add_string_element (examples, other);
        }
    }
  cmd_json_print (object);
}

static void
print_text (AyWork *work, const AySuggestions *found)
{
  g_autoptr (CmdTable) table = cmd_table_new ("lrlrrl");
  AyColumn *id = ay_work_data (work)->id;

  printf ("%s: %zu of %zu rows without a label, beside %zu with one; value: %s\n",
          found->strategy->title, found->n, found->n_pool, found->n_labelled,
          found->strategy->quantity);
  cmd_table_row (table, "id", "value", "predicted", "p", "stands for", "such as", NULL);
  for (gsize k = 0; k < found->n; k++)
    {
      const AySuggestion *s = &found->each[k];
      g_autofree char *name = ay_column_dup_text (id, s->row);
      g_autoptr (GString) such = g_string_new (NULL);
      char value[CMD_TEXT_SIZE], p[CMD_TEXT_SIZE], count[CMD_TEXT_SIZE];

      for (gsize i = 0; i < s->n_examples; i++)
        {
          g_autofree char *other = ay_column_dup_text (id, s->examples[i]);

          g_string_append_printf (such, "%s%s", i > 0 ? " " : "", other);
        }
      g_snprintf (count, sizeof count, "%zu", s->stands_for);
      cmd_table_row (table, name, cmd_text_number (s->value, value), s->predicted,
                     cmd_text_percent (s->probability, p), count, such->str, NULL);
    }
  cmd_table_print (table, 0);
}

static gboolean
check_given (const AyStrategy *strategy, GError **error)
{
  if (strategy == NULL)
    return cmd_usage_error (error, "no strategy called %s; suggest --list names them",
                            given.strategy);
  if (given.count < 1)
    return cmd_usage_error (error, "--count %d: at least 1 is wanted", given.count);
  if (given.output != NULL && !given.record)
    return cmd_usage_error (error, "suggest -o goes with --record");
  return given.name == NULL || cmd_is_utf8 (given.name, "--name", error);
}

/* The number of the round that is open now in *round. */
static gboolean
record (CmdRun *run, AyWork *work, const AySuggestions *found, gint64 *round, GError **error)
{
  const char *name = given.name != NULL ? given.name : AY_LOOP_NAME;
  g_autoptr (AyHistory) loop = NULL;

  if (!ay_work_open_round (work, name, found, run->job, error))
    return FALSE;
  loop = ay_work_history (work, name, error);
  if (loop == NULL)
    return FALSE;
  *round = ay_history_open_round (loop)->number;
  return given.output == NULL || ay_work_write_tasks (work, name, given.output, error);
}

static gboolean
run_suggest (CmdRun *run, GError **error)
{
  const AyStrategy *strategy
      = ay_strategy_find (given.strategy != NULL ? given.strategy : "two_phase");
  AySuggestOptions how = { strategy, (gsize) given.count, NULL, run->seed, given.name };
  g_autoptr (GHashTable) parameters = NULL;
  g_autoptr (AyWork) work = NULL;
  g_autoptr (AySuggestions) found = NULL;
  gint64 round = 0;

  if (given.list)
    {
      cmd_list_strategies (run->json);
      return TRUE;
    }
  if (!check_given (strategy, error))
    return FALSE;
  how.parameters = parameters = cmd_parameters (given.parameters, error);
  work = parameters != NULL ? cmd_open (run, run->args[0], given.record ? AY_WORKSPACE_WRITE
                                                                        : AY_WORKSPACE_READ, error)
                            : NULL;
  found = work != NULL ? ay_work_suggest (work, &how, run->job, error) : NULL;
  if (found == NULL || (given.record && !record (run, work, found, &round, error)))
    return FALSE;
  cmd_begin_output (run);
  if (run->json)
    print_json (work, found, round);
  else
    print_text (work, found);
  if (!run->json && round > 0)
    printf ("Round %" G_GINT64_FORMAT " is open\n", round);
  return TRUE;
}

const Cmd cmd_suggest = {
  .name = "suggest",
  .operands = "WORK",
  .summary = "Suggest rows to label next, and say why",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_suggest,
  .list = &given.list,
};
