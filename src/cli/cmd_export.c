/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_columns.h"
#include "cli/cli_json.h"
#include "cli/cli_list.h"
#include "cli/cli_run.h"
#include "core/work/export_form.h"

#include <stdio.h>

/* assay-cli export: columns of rows into a file. */

static struct
{
  char *where, *columns, *output, *form, *sort;
  gboolean link, keep_exif, list, descending;
} given;

static const GOptionEntry options[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.output,
    "The file; its ending says the format: csv tsv jsonl json npy npz", "FILE" },
  { "where", 0, 0, G_OPTION_ARG_FILENAME, &given.where,
    "The rows, as an SQL condition (default: all)", "SQL" },
  { "columns", 0, 0, G_OPTION_ARG_FILENAME, &given.columns,
    "These columns, in this order (default: all)", "A,B,..." },
  { "form", 0, 0, G_OPTION_ARG_FILENAME, &given.form,
    "Another tool's form, labels as corrected; see --list", "FORM" },
  { "link", 0, 0, G_OPTION_ARG_NONE, &given.link,
    "Link images instead of copying them", NULL },
  { "keep-exif", 0, 0, G_OPTION_ARG_NONE, &given.keep_exif,
    "Copy images byte for byte, with what a camera noted (place, time)", NULL },
  { "list", 0, 0, G_OPTION_ARG_NONE, &given.list, "List the forms", NULL },
  { "sort", 0, 0, G_OPTION_ARG_FILENAME, &given.sort,
    "Order the rows by this column, smallest first, missing last", "COLUMN" },
  { "descending", 0, 0, G_OPTION_ARG_NONE, &given.descending, "Largest first", NULL },
  { NULL },
};

static gboolean
list_forms (CmdRun *run)
{
  guint n;
  const AyExportForm *forms = ay_export_forms (&n);
  CmdList *list = cmd_list_new ("forms", "id sentence");

  for (guint i = 0; i < n; i++)
    cmd_list_add (list, forms[i].id, forms[i].sentence, NULL);
  return cmd_list_print (list, run);
}

static gboolean
write_rows (CmdRun *run, AyWork *work, const AyBitset *rows, GError **error)
{
  g_auto (GStrv) columns = given.columns != NULL ? g_strsplit (given.columns, ",", -1) : NULL;
  AyExportFacts facts = { "table", given.where, ay_bitset_count (rows) };
  const AyWorkExport what = { (const char *const *) columns, rows, given.sort, given.descending };
  AyFormExport form = { given.form != NULL ? ay_export_form_find (given.form) : NULL, rows,
                        given.where, given.link, given.keep_exif };
  g_autoptr (AyOutput) certificate = NULL;

  if (given.form != NULL && form.form == NULL)
    return cmd_usage_error (error, "--form %s: not known; see export --list", given.form);
  if (form.form != NULL)
    return ay_work_export_form (work, &form, given.output, run->job, error);
  certificate = ay_work_certify_export (work, &facts, given.output, error);
  return certificate != NULL && ay_work_export (work, &what, given.output, run->job, error)
         && ay_output_commit (certificate, error);
}

static gboolean
run_export (CmdRun *run, GError **error)
{
  g_autoptr (AyWork) work = NULL;
  g_autoptr (AyBitset) rows = NULL;

  if (given.list)
    return list_forms (run);
  if (given.output == NULL)
    return cmd_usage_error (error, "export: expected -o FILE");
  if (given.form != NULL && given.columns != NULL)
    return cmd_usage_error (error, "--form and --columns exclude each other");
  if (given.form != NULL && given.sort != NULL)
    return cmd_usage_error (error, "--form and --sort exclude each other");
  if (given.descending && given.sort == NULL)
    return cmd_usage_error (error, "--descending goes with --sort COLUMN");
  if (given.where != NULL && !cmd_is_utf8 (given.where, "--where", error))
    return FALSE;
  work = cmd_open (run, run->args[0], AY_WORKSPACE_READ, error);
  rows = work != NULL ? ay_work_select (work, given.where, run->job, error) : NULL;
  if (rows == NULL || !write_rows (run, work, rows, error))
    return FALSE;
  cmd_print_written (run, given.output, ay_bitset_count (rows));
  return TRUE;
}

const Cmd cmd_export = {
  .name = "export",
  .operands = "WORK -o FILE",
  .summary = "Write columns of rows to a file",
  .description = "Rows are in the input's order unless sorted. A missing value is an empty cell,\n"
                 "null in JSON.\n"
                 "FILE.certificate.json says what they are of and how they were chosen.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_export,
  .list = &given.list,
};
