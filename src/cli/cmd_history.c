/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_audit.h"
#include "cli/cli_json.h"
#include "cli/cli_loop.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/base/error.h"
#include "core/select/history_import.h"
#include "core/select/strategy_curves.h"
#include "core/work/work_loop.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* assay-cli history: histories of selection, of this program and of others. */

static gboolean want_list, want_close;
static char *format, *name, *output;

static const GOptionEntry options[] = {
  { "format", 0, 0, G_OPTION_ARG_FILENAME, &format,
    "import: what the files are (default: seen by their names and contents)", "F" },
  { "name", 0, 0, G_OPTION_ARG_FILENAME, &name,
    "import: what to call it (default: as the first file); label, tasks: of the loop", "TEXT" },
  { "close", 0, 0, G_OPTION_ARG_NONE, &want_close,
    "label: close the round even if rows have no label; they go back to the pool", NULL },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
    "export: .csv or .jsonl, NAME.loops.ENDING gets a line a round; tasks: .csv or .json",
    "FILE" },
  { "list", 0, 0, G_OPTION_ARG_NONE, &want_list, "List the formats that import reads", NULL },
  { NULL },
};

static gsize
n_taken (const AyHistory *history)
{
  gsize n = 0;

  for (guint r = 0; r < ay_history_n_rounds (history); r++)
    n += ay_history_round (history, r)->n;
  return n;
}

static void
describe (JsonObject *object, const AyHistory *history)
{
  const AyDiagnostics *notes = history->notes;
  JsonArray *array;

  cmd_json_text (object, "name", history->name);
  cmd_json_text (object, "source", history->source);
  cmd_json_text (object, "strategy", ay_history_strategy (history));
  cmd_json_count (object, "n_rounds", ay_history_n_rounds (history));
  cmd_json_count (object, "n_start", history->n_start);
  cmd_json_count (object, "n_taken", n_taken (history));
  cmd_json_bool (object, "open", ay_history_open_round (history) != NULL);
  array = cmd_json_array (object, "notes");
  for (gsize i = 0; i < ay_diagnostics_count (notes); i++)
    {
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "id", ay_diagnostics_get (notes, i)->id);
      cmd_json_text (one, "text", ay_diagnostics_get (notes, i)->text);
    }
}

static void
print_list (JsonArray *histories)
{
  g_autoptr (CmdTable) table = cmd_table_new ("llrrl");

  cmd_table_row (table, "name", "source", "rounds", "rows", "strategy", NULL);
  for (guint i = 0; i < json_array_get_length (histories); i++)
    {
      JsonObject *one = json_array_get_object_element (histories, i);
      char rounds[CMD_TEXT_SIZE], rows[CMD_TEXT_SIZE];

      g_snprintf (rounds, sizeof rounds, "%" G_GINT64_FORMAT,
                  json_object_get_int_member (one, "n_rounds"));
      g_snprintf (rows, sizeof rows, "%" G_GINT64_FORMAT,
                  json_object_get_int_member (one, "n_taken"));
      cmd_table_row (table, json_object_get_string_member (one, "name"),
                     json_object_get_string_member (one, "source"), rounds, rows,
                     json_object_get_null_member (one, "strategy")
                         ? "" : json_object_get_string_member (one, "strategy"),
                     NULL);
    }
  cmd_table_print (table, 0);
}

static void
print_notes (JsonArray *histories)
{
  for (guint i = 0; i < json_array_get_length (histories); i++)
    {
      JsonObject *one = json_array_get_object_element (histories, i);
      JsonArray *notes = json_object_get_array_member (one, "notes");

      for (guint k = 0; k < json_array_get_length (notes); k++)
        printf ("%s: %s\n", json_object_get_string_member (one, "name"),
                json_object_get_string_member (json_array_get_object_element (notes, k), "text"));
    }
}

static void
print_histories (CmdRun *run, GPtrArray *histories, gboolean notes)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = cmd_json_array (object, "histories");

  for (guint i = 0; i < histories->len; i++)
    describe (cmd_json_append (array), g_ptr_array_index (histories, i));
  cmd_begin_output (run);
  if (run->json)
    cmd_json_print (object);
  else
    print_list (array);
  if (!run->json && notes)
    print_notes (array);
}

/* Names that the workspace does not have yet. */
static void
rename_known (AyWork *work, GPtrArray *histories)
{
  for (guint i = 0; i < histories->len; i++)
    {
      AyHistory *history = g_ptr_array_index (histories, i);
      char *unused = ay_work_free_history_name (work, history->name);

      g_free (history->name);
      history->name = unused;
    }
}

static gboolean
run_import (CmdRun *run, AyWork *work, GError **error)
{
  AyHistoryImport how = { format, name };
  g_autoptr (GPtrArray) histories = NULL;

  if (run->n_args < 3)
    return cmd_usage_error (error, "history import: expected a file");
  histories = ay_history_import (ay_work_data (work), (const char *const *) run->args + 2, &how,
                                 run->job, error);
  if (histories == NULL)
    return FALSE;
  rename_known (work, histories);
  if (!ay_work_put_histories (work, histories, error))
    return FALSE;
  print_histories (run, histories, TRUE);
  return TRUE;
}

static void
free_history (gpointer history)
{
  ay_history_unref (history);
}

static gboolean
run_list (CmdRun *run, AyWork *work, GError **error)
{
  g_autoptr (GPtrArray) names = ay_work_history_names (work, error);
  g_autoptr (GPtrArray) histories = g_ptr_array_new_with_free_func (free_history);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      AyHistory *history = ay_work_history (work, g_ptr_array_index (names, i), error);

      if (history == NULL)
        return FALSE;
      g_ptr_array_add (histories, history);
    }
  if (names != NULL)
    print_histories (run, histories, FALSE);
  return names != NULL;
}

/* --- show --- */

static void
add_ids (JsonArray *ids, const AyDataset *data, const guint32 *rows, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *id = rows[i] < data->n ? ay_column_dup_text (data->id, rows[i]) : NULL;

      if (id != NULL)
        json_array_add_string_element (ids, id);
    }
}

static void
add_metrics (JsonObject *into, const GArray *metrics)
{
  for (guint i = 0; i < metrics->len; i++)
    {
      const AyMetric *metric = &g_array_index (metrics, AyMetric, i);

      ay_json_put_number (into, metric->name, metric->value);
    }
}

/* What it starts from, and the rows that it was judged on, where it says so. */
static void
add_start (JsonObject *object, const AyDataset *data, const AyHistory *history)
{
  gsize n = 0;
  g_autofree guint32 *judged = ay_history_judged (history, &n);

  add_ids (cmd_json_array (object, "start_ids"), data, history->start, history->n_start);
  add_ids (cmd_json_array (object, "judged_ids"), data, judged, n);
  add_metrics (cmd_json_object (object, "start_metrics"), history->start_metrics);
}

static void
add_rows (JsonObject *object, const AyDataset *data, const AyRound *round)
{
  JsonArray *ids = cmd_json_array (object, "ids");

  for (gsize i = 0; i < round->n; i++)
    {
      g_autofree char *id = round->row[i] != AY_ROW_NONE
                                ? ay_column_dup_text (data->id, round->row[i])
                                : g_strdup (round->id != NULL ? round->id[i] : NULL);

      if (id != NULL)
        json_array_add_string_element (ids, id);
      else
        json_array_add_null_element (ids);
    }
}

static void
add_round (JsonObject *object, const AyDataset *data, const AyHistory *history, guint r)
{
  const AyRound *round = ay_history_round (history, r);

  json_object_set_int_member (object, "number", round->number);
  cmd_json_text (object, "strategy", round->strategy);
  cmd_json_bool (object, "open", round->open);
  cmd_json_count (object, "n", round->n);
  cmd_json_count (object, "n_labelled", ay_history_n_labelled (history, (gint) r));
  cmd_json_count (object, "n_scored", round->scored != NULL ? round->scored->n : 0);
  cmd_json_count (object, "n_answered", ay_round_n_answered (round));
  add_metrics (cmd_json_object (object, "metrics"), round->metrics);
  add_rows (object, data, round);
}

static void
print_rounds (const AyHistory *history)
{
  g_autoptr (GPtrArray) metrics = ay_history_metric_names (history);
  guint shown = MIN (metrics->len, 6);
  g_autofree char *align = g_strnfill (4 + shown, 'r');
  g_autoptr (CmdTable) table = NULL;

  align[1] = 'l';
  table = cmd_table_new (align);
  for (gint r = -1; r < (gint) ay_history_n_rounds (history); r++)
    {
      const AyRound *round = r >= 0 ? ay_history_round (history, (guint) r) : NULL;
      char **cells = g_new0 (char *, 5 + shown);
      char text[CMD_TEXT_SIZE];

      cells[0] = round == NULL ? g_strdup ("round")
                               : g_strdup_printf ("%" G_GINT64_FORMAT, round->number);
      cells[1] = g_strdup (round == NULL ? "strategy" : round->strategy != NULL ? round->strategy
                                                                                : "");
      cells[2] = round == NULL ? g_strdup ("rows")
                               : g_strdup_printf ("%" G_GSIZE_FORMAT, round->n);
      cells[3] = round == NULL ? g_strdup ("taken")
                               : g_strdup_printf ("%" G_GSIZE_FORMAT,
                                                  ay_history_n_labelled (history, r));
      for (guint k = 0; k < shown; k++)
        {
          const char *metric = g_ptr_array_index (metrics, k);

          cells[4 + k] = g_strdup (round == NULL ? metric
                                                 : cmd_text_number (
                                                       ay_metrics_get (round->metrics, metric),
                                                       text));
        }
      cmd_table_take_row (table, cells);
    }
  cmd_table_print (table, 0);
}

static gboolean
run_show (CmdRun *run, AyWork *work, GError **error)
{
  g_autoptr (AyHistory) history = NULL;
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *rounds;

  if (run->n_args != 3)
    return cmd_usage_error (error, "history show: expected one NAME");
  history = ay_work_history (work, run->args[2], error);
  if (history == NULL)
    return FALSE;
  describe (object, history);
  add_start (object, ay_work_data (work), history);
  rounds = cmd_json_array (object, "rounds");
  for (guint r = 0; r < ay_history_n_rounds (history); r++)
    add_round (cmd_json_append (rounds), ay_work_data (work), history, r);
  cmd_begin_output (run);
  if (run->json)
    {
      cmd_json_print (object);
      return TRUE;
    }
  print_rounds (history);
  for (gsize i = 0; i < ay_diagnostics_count (history->notes); i++)
    printf ("%s\n", ay_diagnostics_get (history->notes, i)->text);
  return TRUE;
}

static gboolean
run_export (CmdRun *run, AyWork *work, GError **error)
{
  g_autoptr (AyHistory) history = NULL;

  if (run->n_args != 3 || output == NULL)
    return cmd_usage_error (error, "history export: expected one NAME and -o FILE");
  history = ay_work_history (work, run->args[2], error);
  return history != NULL && ay_history_export (ay_work_data (work), history, output, error);
}

static gboolean
run_audit (CmdRun *run, AyWork *work, GError **error)
{
  g_autoptr (AyHistory) history = NULL;
  g_autoptr (AyAudit) audit = NULL;

  if (run->n_args != 3)
    return cmd_usage_error (error, "history audit: expected one NAME");
  history = ay_work_history (work, run->args[2], error);
  audit = history != NULL ? ay_audit_new (ay_work_data (work), history,
                                          ay_work_head_options (work), run->job, error)
                          : NULL;
  if (audit == NULL)
    return FALSE;
  cmd_begin_output (run);
  cmd_audit_print (run, history, audit);
  return TRUE;
}

static gboolean
run_label (CmdRun *run, AyWork *work, GError **error)
{
  CmdLoopLabel label = { name, run->args + 2, run->n_args - 2, want_close };

  return cmd_loop_label (run, work, &label, error);
}

static gboolean
run_tasks (CmdRun *run, AyWork *work, GError **error)
{
  if (run->n_args != 2 || output == NULL)
    return cmd_usage_error (error, "history tasks: expected -o FILE");
  return ay_work_write_tasks (work, name, output, error);
}

static gboolean
print_formats (CmdRun *run)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = cmd_json_array (object, "formats");
  const AyHistoryFormat *formats;
  guint n;

  formats = ay_history_formats (&n);
  cmd_begin_output (run);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "format", formats[i].id);
      cmd_json_text (one, "title", formats[i].title);
      cmd_json_bool (one, "seen", formats[i].seen);
      if (!run->json)
        printf ("%s: %s%s\n", formats[i].id, formats[i].title,
                formats[i].seen ? "" : " (after its sources; no real file was seen)");
    }
  if (run->json)
    cmd_json_print (object);
  return TRUE;
}

static gboolean
run_history (CmdRun *run, GError **error)
{
  static const struct
  {
    const char *word;
    AyWorkspaceMode mode;
    gboolean (*run) (CmdRun *run, AyWork *work, GError **error);
  } words[] = {
    { "import", AY_WORKSPACE_WRITE, run_import },
    { "list", AY_WORKSPACE_READ, run_list },
    { "show", AY_WORKSPACE_READ, run_show },
    { "export", AY_WORKSPACE_READ, run_export },
    { "audit", AY_WORKSPACE_READ, run_audit },
    { "label", AY_WORKSPACE_WRITE, run_label },
    { "tasks", AY_WORKSPACE_READ, run_tasks },
  };

  if (want_list)
    return print_formats (run);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (run->args[1], words[i].word) == 0)
      {
        g_autoptr (AyWork) work = NULL;

        if (name != NULL && !cmd_is_utf8 (name, "--name", error))
          return FALSE;
        work = cmd_open (run, run->args[0], words[i].mode, error);
        return work != NULL && words[i].run (run, work, error);
      }
  return cmd_usage_error (error, "history %s: expected import, list, show, export, audit, "
                          "label or tasks", run->args[1]);
}

const Cmd cmd_history = {
  .name = "history",
  .operands = "WORK import FILE...|list|show NAME|export NAME|audit NAME|label [FILE...]|tasks",
  .summary = "Histories of selection: bring in those of other tools, look at them",
  .description = "import reads rounds of selection of other tools, or the neutral form, and says\n"
                 "what is wrong with them; export writes the neutral form.\n"
                 "label brings labels back for the round that suggest --record opened, by id,\n"
                 "part at a time; tasks writes the rows that still have none.",
  .min_args = 2,
  .max_args = -1,
  .options = options,
  .run = run_history,
  .list = &want_list,
};
