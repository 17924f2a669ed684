/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_columns.h"
#include "cli/cli_json.h"
#include "cli/cli_run.h"

#include <stdio.h>

/* assay-cli export: columns of rows into a file. */

static struct
{
  char *where, *columns, *output;
} given;

static const GOptionEntry options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.output,
    "The file; its ending says the format: csv tsv jsonl json npy npz", "FILE" },
  { "where", 0, 0, G_OPTION_ARG_FILENAME, &given.where,
    "The rows, as an SQL condition (default: all)", "SQL" },
  { "columns", 0, 0, G_OPTION_ARG_FILENAME, &given.columns,
    "These columns, in this order (default: all)", "A,B,..." },
  { NULL },
};

static gboolean
run_export (CmdRun *run, GError **error)
{
  g_autoptr (AyWork) work = NULL;
  g_autoptr (AyBitset) rows = NULL;
  g_autoptr (JsonObject) object = NULL;
  g_auto (GStrv) columns = given.columns != NULL ? g_strsplit (given.columns, ",", -1) : NULL;
  gsize count;

  if (given.output == NULL)
    return cmd_usage_error (error, "export: expected -o FILE");
  if (given.where != NULL && !cmd_is_utf8 (given.where, "--where", error))
    return FALSE;
  work = cmd_open (run, run->args[0], AY_WORKSPACE_READ, error);
  rows = work != NULL ? ay_work_select (work, given.where, run->job, error) : NULL;
  if (rows == NULL)
    return FALSE;
  if (!ay_work_export (work, (const char *const *) columns, rows, given.output, run->job, error))
    return FALSE;
  count = ay_bitset_count (rows);
  cmd_begin_output (run);
  if (!run->json)
    {
      printf ("%s: %" G_GSIZE_FORMAT " rows\n", given.output, count);
      return TRUE;
    }
  object = json_object_new ();
  cmd_json_text (object, "file", given.output);
  cmd_json_count (object, "n", count);
  cmd_json_print (object);
  return TRUE;
}

const Cmd cmd_export = {
  .name = "export",
  .operands = "WORK -o FILE",
  .summary = "Write columns of rows to a file",
  .description = "Rows are in the input's order. A missing value is an empty cell, null in JSON.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_export,
};
