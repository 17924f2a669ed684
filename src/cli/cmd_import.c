/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_describe.h"
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "core/work/own_influence.h"

#include <stdio.h>
#include <string.h>

/* assay-cli import: scores of the user's own. */

static struct
{
  char *by, *influence, *row_ids, *column_ids;
  char **parameters;
} given;

static const GOptionEntry options[] = {
  { "by", 0, 0, G_OPTION_ARG_FILENAME, &given.by,
    "Join by id (default: the file's id column) or by row (same order)", "id|row" },
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.parameters,
    "name= of the score, direction= high, low or none is good, meaning= one sentence; with "
    "--influence name=, meaning= and keep=, so many of a row (100)",
    "KEY=VALUE" },
  { "influence", 0, 0, G_OPTION_ARG_FILENAME, &given.influence,
    "FILE is a matrix, validation x training rows, of influence: above 0 the training row helps, "
    "or hurts", "helps|hurts" },
  { "row-ids", 0, 0, G_OPTION_ARG_FILENAME, &given.row_ids,
    "With --influence: the matrix's rows, an id a line (default: the validation rows in order)",
    "FILE" },
  { "column-ids", 0, 0, G_OPTION_ARG_FILENAME, &given.column_ids,
    "With --influence: its columns, an id a line (default: the training rows in order)", "FILE" },
  { NULL },
};

static gboolean
parse_direction (const char *word, AyDirection *direction, GError **error)
{
  *direction = AY_DIRECTION_NONE;
  if (word == NULL || strcmp (word, "none") == 0)
    return TRUE;
  if (strcmp (word, "high") == 0)
    *direction = AY_DIRECTION_HIGH_GOOD;
  else if (strcmp (word, "low") == 0)
    *direction = AY_DIRECTION_LOW_GOOD;
  else
    return cmd_usage_error (error, "-p direction=%s: expected high, low or none", word);
  return TRUE;
}

static gboolean
check_names (GHashTable *parameters, const char *const *known, GError **error)
{
  g_autofree char *list = g_strjoinv (", ", (char **) known);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, parameters);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_strv_contains (known, key))
      return cmd_usage_error (error, "-p %s: expected one of %s", (char *) key, list);
  return TRUE;
}

/* Borrows the strings of `parameters`. */
static gboolean
parse_options (GHashTable *parameters, AyImportOptions *out, GError **error)
{
  static const char *const known[] = { "name", "direction", "meaning", NULL };

  if (given.by != NULL && strcmp (given.by, "id") != 0 && strcmp (given.by, "row") != 0)
    return cmd_usage_error (error, "--by %s: expected id or row", given.by);
  if (given.row_ids != NULL || given.column_ids != NULL)
    return cmd_usage_error (error, "--row-ids and --column-ids go with --influence");
  if (!check_names (parameters, known, error))
    return FALSE;
  out->by_row = given.by != NULL && strcmp (given.by, "row") == 0;
  out->name = g_hash_table_lookup (parameters, "name");
  out->meaning = g_hash_table_lookup (parameters, "meaning");
  return parse_direction (g_hash_table_lookup (parameters, "direction"), &out->direction, error);
}

static void
add_ids (JsonObject *object, const char *key, const GPtrArray *ids)
{
  JsonArray *array = cmd_json_array (object, key);

  for (guint i = 0; ids != NULL && i < ids->len; i++)
    json_array_add_string_element (array, ids->pdata[i]);
}

static void
note_ids (CmdRun *run, const char *what, gsize count, const GPtrArray *ids)
{
  g_autoptr (GString) list = g_string_new (NULL);

  if (count == 0)
    return;
  for (guint i = 0; ids != NULL && i < MIN (ids->len, 10); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", (char *) ids->pdata[i]);
  cmd_note (run, "note: %" G_GSIZE_FORMAT " %s: %s%s", count, what, list->str,
            count > 10 ? ", ..." : "");
}

static gboolean
print_report (CmdRun *run, AyWork *work, const AyImportReport *report, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; i < report->imported->len; i++)
    g_ptr_array_add (ids, report->imported->pdata[i]);
  g_ptr_array_add (ids, NULL);
  if (run->json)
    {
      g_autoptr (JsonObject) object = json_object_new ();

      cmd_json_count (object, "matched", report->n_matched);
      cmd_json_count (object, "n_missing", report->n_missing);
      cmd_json_count (object, "n_surplus", report->n_surplus);
      add_ids (object, "missing", report->missing);
      add_ids (object, "surplus", report->surplus);
      if (!cmd_describe_scores_json (work, (const char *const *) ids->pdata, object, error))
        return FALSE;
      cmd_json_print (object);
      return TRUE;
    }
  note_ids (run, "ids of the data are not in the file, their score is missing",
            report->n_missing, report->missing);
  note_ids (run, "ids of the file are not in the data, left out", report->n_surplus,
            report->surplus);
  printf ("%" G_GSIZE_FORMAT " rows matched\n", report->n_matched);
  return cmd_describe_scores_text (work, (const char *const *) ids->pdata, error);
}

static gboolean
parse_influence (GHashTable *parameters, AyOwnInfluenceOptions *out, GError **error)
{
  static const char *const known[] = { "name", "meaning", "keep", NULL };
  const char *keep = g_hash_table_lookup (parameters, "keep");
  guint64 count = 0;

  out->above_hurts = strcmp (given.influence, "hurts") == 0;
  if (!out->above_hurts && strcmp (given.influence, "helps") != 0)
    return cmd_usage_error (error, "--influence %s: expected helps or hurts", given.influence);
  if (given.by != NULL)
    return cmd_usage_error (error, "--by does not go with --influence: see --row-ids");
  if (!check_names (parameters, known, error))
    return FALSE;
  if (keep != NULL && !g_ascii_string_to_unsigned (keep, 10, 1, 1000000, &count, NULL))
    return cmd_usage_error (error, "-p keep=%s: expected 1 to 1000000", keep);
  if (keep != NULL)
    out->keep = (guint) count;
  out->name = g_hash_table_lookup (parameters, "name");
  out->meaning = g_hash_table_lookup (parameters, "meaning");
  out->row_ids = given.row_ids;
  out->column_ids = given.column_ids;
  return TRUE;
}

static void
print_influence (CmdRun *run, const AyOwnInfluenceReport *report)
{
  g_autoptr (JsonObject) object = json_object_new ();

  cmd_begin_output (run);
  if (!run->json)
    {
      printf ("influence \"%s\": %" G_GSIZE_FORMAT " rows judged by %" G_GSIZE_FORMAT
              " training rows, %" G_GSIZE_FORMAT " values%s; the %u strongest for and against each "
              "are kept\n", report->name, report->rows, report->columns, report->n_values,
              report->sparse ? " (sparse)" : "", report->keep);
      return;
    }
  cmd_json_text (object, "influence", report->name);
  cmd_json_count (object, "rows", report->rows);
  cmd_json_count (object, "columns", report->columns);
  cmd_json_count (object, "values", report->n_values);
  cmd_json_bool (object, "sparse", report->sparse);
  cmd_json_count (object, "keep", report->keep);
  cmd_json_print (object);
}

static gboolean
run_influence_import (CmdRun *run, GHashTable *parameters, GError **error)
{
  AyOwnInfluenceOptions import = AY_OWN_INFLUENCE_OPTIONS_INIT;
  g_autoptr (AyWork) work = NULL;
  AyOwnInfluenceReport report = { 0 };

  if (!parse_influence (parameters, &import, error))
    return FALSE;
  work = cmd_open (run, run->args[0], AY_WORKSPACE_WRITE, error);
  if (work == NULL
      || !ay_work_import_influence (work, run->args[1], &import, &report, run->job, error))
    return FALSE;
  print_influence (run, &report);
  ay_own_influence_report_clear (&report);
  return TRUE;
}

static gboolean
run_import (CmdRun *run, GError **error)
{
  g_autoptr (GHashTable) parameters = cmd_parameters (given.parameters, error);
  g_autoptr (AyWork) work = NULL;
  AyImportOptions import = { 0 };
  AyImportReport report = { 0 };
  gboolean ok;

  if (parameters != NULL && given.influence != NULL)
    return run_influence_import (run, parameters, error);
  if (parameters == NULL || !parse_options (parameters, &import, error))
    return FALSE;
  work = cmd_open (run, run->args[0], AY_WORKSPACE_WRITE, error);
  if (work == NULL || !ay_work_import (work, run->args[1], &import, &report, run->job, error))
    return FALSE;
  cmd_begin_output (run);
  ok = print_report (run, work, &report, error);
  ay_import_report_clear (&report);
  return ok;
}

const Cmd cmd_import = {
  .name = "import",
  .operands = "WORK FILE",
  .summary = "Store scores of your own: CSV, TSV, NPY or JSON lines; or a matrix of influence",
  .min_args = 2,
  .max_args = 2,
  .options = options,
  .run = run_import,
};
