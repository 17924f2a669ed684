/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_list.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/work/check.h"

#include <stdio.h>

/* assay-cli check: a gate for pipelines. */

#define IDS_SHOWN 20

static struct
{
  gboolean list;
} given;

static const GOptionEntry options[] = {
  { "list", 0, 0, G_OPTION_ARG_NONE, &given.list, "List the rules there are", NULL },
  { NULL },
};

static gboolean
list_rules (CmdRun *run)
{
  CmdList *list = cmd_list_new ("rules", "id sentence limit members");
  guint n;
  const AyRuleType *types = ay_rule_types (&n);

  for (guint i = 0; i < n; i++)
    {
      cmd_list_add (list, types[i].id, types[i].sentence, types[i].at_most ? "most" : "least",
                    types[i].members, NULL);
      cmd_list_number (list, "default", types[i].limit);
    }
  return cmd_list_print (list, run);
}

static void
add_rows (JsonObject *into, const AyDataset *data, const AyBitset *rows)
{
  JsonArray *ids = cmd_json_array (into, "ids");

  for (gsize i = ay_bitset_next (rows, 0); i < rows->n; i = ay_bitset_next (rows, i + 1))
    {
      g_autofree char *id = ay_column_dup_text (data->id, i);

      json_array_add_string_element (ids, id);
    }
}

static void
print_json (const GPtrArray *results, const AyDataset *data, guint broken)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array;

  cmd_json_count (object, "n", results->len);
  cmd_json_count (object, "n_broken", broken);
  array = cmd_json_array (object, "rules");
  for (guint i = 0; i < results->len; i++)
    {
      const AyRuleResult *result = results->pdata[i];
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "rule", result->type->id);
      cmd_json_text (one, "why", result->why);
      ay_json_put_number (one, "found", result->found);
      ay_json_put_number (one, result->type->at_most ? "most" : "least", result->limit);
      cmd_json_bool (one, "holds", result->holds);
      cmd_json_text (one, "sentence", result->sentence);
      if (result->holds)
        cmd_json_array (one, "ids");
      else
        add_rows (one, data, result->rows);
    }
  cmd_json_print (object);
}

static void
print_ids (const AyDataset *data, const AyBitset *rows)
{
  gsize shown = 0, count = ay_bitset_count (rows);

  for (gsize i = ay_bitset_next (rows, 0); i < rows->n && shown < IDS_SHOWN;
       i = ay_bitset_next (rows, i + 1))
    {
      g_autofree char *id = ay_column_dup_text (data->id, i);

      printf ("%s%s", shown++ == 0 ? "  rows: " : " ", id);
    }
  if (count > 0)
    puts (count > IDS_SHOWN ? " ..." : "");
}

static void
print_text (const GPtrArray *results, const AyDataset *data)
{
  for (guint i = 0; i < results->len; i++)
    {
      const AyRuleResult *result = results->pdata[i];
      char limit[CMD_TEXT_SIZE];

      printf ("%s %s: %s (%s %s)\n", result->holds ? "holds " : "BROKEN", result->type->id,
              result->sentence, result->type->at_most ? "at most" : "at least",
              cmd_text_number (result->limit, limit));
      if (!result->holds)
        print_ids (data, result->rows);
    }
}

static gboolean
run_check (CmdRun *run, GError **error)
{
  g_autoptr (AyWork) work = NULL;
  g_autoptr (GPtrArray) results = NULL;
  guint broken = 0;

  if (given.list)
    return list_rules (run);
  work = ay_work_open (run->args[0], AY_WORKSPACE_WRITE, run->moved, run->job, error);
  results = work != NULL ? ay_work_check (work, run->args[1], run->seed, run->job, error) : NULL;
  if (results == NULL)
    return FALSE;
  for (guint i = 0; i < results->len; i++)
    broken += !((const AyRuleResult *) results->pdata[i])->holds;
  cmd_begin_output (run);
  if (run->json)
    print_json (results, ay_work_data (work), broken);
  else
    print_text (results, ay_work_data (work));
  if (broken == 0)
    return TRUE;
  g_set_error (error, CMD_ERROR, CMD_ERROR_RULE, "%s: %u of %u rules broken", run->args[1], broken,
               results->len);
  return FALSE;
}

const Cmd cmd_check = {
  .name = "check",
  .operands = "WORK RULES",
  .summary = "Hold the data to rules; exit status 3 and the rows when one is broken",
  .min_args = 2,
  .max_args = 2,
  .options = options,
  .run = run_check,
  .list = &given.list,
};
