/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/work/findings.h"

#include <stdio.h>
#include <string.h>

/* assay-cli finding: what somebody pinned for the report. */

static struct
{
  char *where, *sentence;
} given;

static const GOptionEntry options[] = {
  { "where", 0, 0, G_OPTION_ARG_FILENAME, &given.where,
    "pin: the rows behind it, as an SQL condition (default: all)", "SQL" },
  { "sentence", 0, 0, G_OPTION_ARG_FILENAME, &given.sentence, "pin: what is to be said", "TEXT" },
  { NULL },
};

static gboolean
pin (CmdRun *run, GError **error)
{
  g_autoptr (AyWork) work = NULL;
  g_autoptr (JsonObject) object = NULL;
  AyFinding finding = { .view = (char *) "cli" };
  guint number = 0;
  gboolean ok;

  if (given.sentence == NULL)
    return cmd_usage_error (error, "finding pin: expected --sentence TEXT");
  if (!cmd_is_utf8 (given.sentence, "--sentence", error)
      || (given.where != NULL && !cmd_is_utf8 (given.where, "--where", error)))
    return FALSE;
  work = cmd_open (run, run->args[0], AY_WORKSPACE_WRITE, error);
  finding.sentence = given.sentence;
  finding.state = given.where;
  finding.rows = work != NULL ? ay_work_select (work, given.where, run->job, error) : NULL;
  ok = finding.rows != NULL && ay_work_pin (work, &finding, &number, error);
  if (ok)
    {
      cmd_begin_output (run);
      object = json_object_new ();
      cmd_json_count (object, "number", number);
      cmd_json_count (object, "n", ay_bitset_count (finding.rows));
      if (run->json)
        cmd_json_print (object);
      else
        printf ("finding %u: %" G_GSIZE_FORMAT " rows\n", number, ay_bitset_count (finding.rows));
    }
  ay_bitset_free (finding.rows);
  return ok;
}

static gboolean
unpin (CmdRun *run, GError **error)
{
  g_autoptr (AyWork) work = NULL;
  g_autoptr (JsonObject) object = NULL;
  guint64 number = 0;

  if (run->n_args != 3 || !g_ascii_string_to_unsigned (run->args[2], 10, 1, G_MAXUINT, &number,
                                                       NULL))
    return cmd_usage_error (error, "finding unpin: expected the number of a finding");
  work = cmd_open (run, run->args[0], AY_WORKSPACE_WRITE, error);
  if (work == NULL || !ay_work_unpin (work, (guint) number, error))
    return FALSE;
  cmd_begin_output (run);
  object = json_object_new ();
  cmd_json_count (object, "number", number);
  if (run->json)
    cmd_json_print (object);
  else
    printf ("finding %s is gone\n", run->args[2]);
  return TRUE;
}

static void
add_finding (JsonArray *into, const AyFinding *finding, const AyDataset *data)
{
  JsonObject *one = cmd_json_append (into);
  JsonArray *ids;

  cmd_json_count (one, "number", finding->number);
  cmd_json_text (one, "sentence", finding->sentence);
  cmd_json_text (one, "view", finding->view);
  cmd_json_text (one, "state", finding->state);
  cmd_json_text (one, "time", finding->time);
  cmd_json_count (one, "n", ay_bitset_count (finding->rows));
  ids = cmd_json_array (one, "ids");
  for (gsize i = ay_bitset_next (finding->rows, 0); i < finding->rows->n;
       i = ay_bitset_next (finding->rows, i + 1))
    {
      g_autofree char *id = ay_column_dup_text (data->id, i);

      json_array_add_string_element (ids, id);
    }
}

static gboolean
list (CmdRun *run, GError **error)
{
  g_autoptr (AyWork) work = cmd_open (run, run->args[0], AY_WORKSPACE_READ, error);
  g_autoptr (GPtrArray) findings = work != NULL ? ay_work_findings (work, error) : NULL;
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (CmdTable) table = cmd_table_new ("rrl");
  JsonArray *array = cmd_json_array (object, "findings");

  if (findings == NULL)
    return FALSE;
  cmd_table_row (table, "number", "rows", "sentence", NULL);
  for (guint i = 0; i < findings->len; i++)
    {
      const AyFinding *one = findings->pdata[i];
      char number[CMD_TEXT_SIZE], rows[CMD_TEXT_SIZE];

      add_finding (array, one, ay_work_data (work));
      cmd_table_row (table, cmd_text_number (one->number, number),
                     cmd_text_number ((double) ay_bitset_count (one->rows), rows), one->sentence,
                     NULL);
    }
  cmd_begin_output (run);
  if (run->json)
    cmd_json_print (object);
  else
    cmd_table_print (table, 0);
  return TRUE;
}

static gboolean
run_finding (CmdRun *run, GError **error)
{
  if (strcmp (run->args[1], "pin") == 0)
    return pin (run, error);
  if (strcmp (run->args[1], "unpin") == 0)
    return unpin (run, error);
  if (strcmp (run->args[1], "list") == 0)
    return list (run, error);
  return cmd_usage_error (error, "finding %s: expected pin, unpin or list", run->args[1]);
}

const Cmd cmd_finding = {
  .name = "finding",
  .operands = "WORK pin|unpin|list [NUMBER]",
  .summary = "Pin a sentence and the rows behind it for the report, or list what was pinned",
  .min_args = 2,
  .max_args = 3,
  .options = options,
  .run = run_finding,
};
