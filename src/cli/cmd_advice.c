/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/base/json_text.h"
#include "core/work/work_advice.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* assay-cli advice: of what kind of rows more would help most, and on what kind they are wasted. */

static struct
{
  char *by;
  char **parameters;
  gint more;
} given = { .more = 50 };

static const GOptionEntry options[] = {
  { "by", 0, 0, G_OPTION_ARG_FILENAME, &given.by,
    "Kinds of rows: class (the default), cluster, or the values of a column (numbers of many "
    "values in fifths)", "COLUMN" },
  { "more", 0, 0, G_OPTION_ARG_INT, &given.more,
    "How many more rows there could be (default 50)", "N" },
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.parameters,
    "Set a parameter of the head (score --list names them); may be repeated", "KEY=VALUE" },
  { NULL },
};

static const char *
say_verdict (const char *verdict)
{
  if (strcmp (verdict, "more") == 0)
    return "more than at random";
  return strcmp (verdict, "less") == 0 ? "less: wasted" : "";
}

static const char *
change_of (JsonObject *object, const char *key, char buffer[CMD_TEXT_SIZE])
{
  double value = ay_json_number_of (object, key);

  return isnan (value) ? "" : cmd_text_change (value, buffer);
}

static void
add_group (CmdTable *table, JsonObject *one)
{
  char cells[7][CMD_TEXT_SIZE];

  g_snprintf (cells[0], CMD_TEXT_SIZE, "%" G_GINT64_FORMAT, json_object_get_int_member (one, "n"));
  cmd_table_row (table, json_object_get_string_member (one, "value"), cells[0],
                 change_of (one, "gain", cells[1]), change_of (one, "gain_low", cells[2]),
                 change_of (one, "gain_high", cells[3]), change_of (one, "gain_more", cells[4]),
                 change_of (one, "predicted", cells[5]), change_of (one, "realised", cells[6]),
                 say_verdict (json_object_get_string_member (one, "verdict")), NULL);
}

static void
print_check (JsonObject *advice)
{
  double rank = ay_json_number_of (advice, "rank_correlation");
  char cell[CMD_TEXT_SIZE];

  printf ("hidden: the same without %.0f %% of each kind, and the fall of the loss when they were "
          "added again; typically off by %s",
          100.0 * ay_json_number_of (advice, "hidden_share"),
          cmd_text_number (ay_json_number_of (advice, "typical_error"), cell));
  if (isnan (rank))
    puts (", too few kinds to rank");
  else
    printf (", rank correlation %.2f%s\n", rank,
            rank < 0.5 ? ": below .5, trust the order little" : "");
}

/* Of a numeric target the kinds are no classes. */
static const char *
kinds_title (JsonObject *advice)
{
  const char *by = json_object_get_string_member (advice, "by");
  JsonArray *groups = json_object_get_array_member (advice, "groups");
  gboolean bands = json_array_get_length (groups) > 0
                   && json_object_has_member (json_array_get_object_element (groups, 0), "above");

  return bands && strcmp (by, "class") == 0 ? "target" : by;
}

static void
print_text (JsonObject *advice)
{
  g_autoptr (CmdTable) table = cmd_table_new ("lrrrrrrrl");
  g_autofree char *more = g_strdup_printf ("%d more", given.more);
  JsonArray *groups = json_object_get_array_member (advice, "groups");

  puts (json_object_get_string_member (advice, "sentence"));
  if (!json_object_get_null_member (advice, "wasted"))
    puts (json_object_get_string_member (advice, "wasted"));
  cmd_table_row (table, kinds_title (advice), "rows", "one more", "from",
                 "to", more, "hidden: predicted", "realised", "", NULL);
  for (guint k = 0; k < json_array_get_length (groups); k++)
    add_group (table, json_array_get_object_element (groups, k));
  cmd_table_print (table, 0);
  print_check (advice);
}

static gboolean
run_advice (CmdRun *run, GError **error)
{
  g_autoptr (GHashTable) parameters = cmd_parameters (given.parameters, error);
  g_autoptr (AyWork) work = NULL;
  g_autoptr (JsonObject) advice = NULL;

  if (parameters == NULL || (given.by != NULL && !cmd_is_utf8 (given.by, "--by", error)))
    return FALSE;
  if (given.more < 1)
    return cmd_usage_error (error, "--more %d: from 1", given.more);
  /* A workspace that can only be read will do: nothing is stored. */
  work = ay_work_open (run->args[0], AY_WORKSPACE_WRITE, run->moved, run->job, error);
  if (work == NULL
      || (g_hash_table_size (parameters) > 0
          && !ay_work_set_parameters (work, parameters, error)))
    return FALSE;
  advice = ay_work_advice (work, given.by != NULL ? given.by : "class", (gsize) given.more,
                           run->seed, run->job, error);
  if (advice == NULL)
    return FALSE;
  cmd_print_answer (run, advice, print_text);
  return TRUE;
}

const Cmd cmd_advice = {
  .name = "advice",
  .operands = "WORK",
  .summary = "Of what kind of rows more would lower the loss most, and where they are wasted",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_advice,
};
