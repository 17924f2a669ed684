/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/base/error.h"

#include <stdio.h>
#include <string.h>

/* assay-cli decide: records what a person decides about rows, and takes it back. */

static struct
{
  char *where, *value, *why;
} given;

static const GOptionEntry options[] = {
  { "where", 0, 0, G_OPTION_ARG_FILENAME, &given.where, "The rows, as an SQL condition", "SQL" },
  { "value", 0, 0, G_OPTION_ARG_FILENAME, &given.value,
    "relabel: the new label; tag, untag: the tag", "V" },
  { "why", 0, 0, G_OPTION_ARG_FILENAME, &given.why, "The reason, kept in the log", "TEXT" },
  { NULL },
};

static void
add_entry (JsonObject *into, const AyJournalEntry *entry)
{
  cmd_json_count (into, "seq", entry->seq);
  cmd_json_text (into, "time", entry->time);
  cmd_json_text (into, "decision", ay_decision_kind_name (entry->kind));
  cmd_json_text (into, "value", entry->value);
  cmd_json_text (into, "why", entry->why);
  cmd_json_count (into, "n", entry->count);
  cmd_json_bool (into, "active", entry->active);
}

static void
print_entry (CmdRun *run, const char *done, const AyJournalEntry *entry)
{
  cmd_begin_output (run);
  if (run->json)
    {
      g_autoptr (JsonObject) object = json_object_new ();

      cmd_json_text (object, "done", done);
      add_entry (object, entry);
      cmd_json_print (object);
      return;
    }
  printf ("%s: %s%s%s for %" G_GSIZE_FORMAT " row%s (number %" G_GINT64_FORMAT ")\n", done,
          ay_decision_kind_name (entry->kind), entry->value != NULL ? " " : "",
          entry->value != NULL ? entry->value : "", entry->count, entry->count == 1 ? "" : "s",
          entry->seq);
}

static void
print_log (CmdRun *run, AyJournal *journal)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = cmd_json_array (object, "decisions");
  g_autoptr (CmdTable) table = cmd_table_new ("rlllrll");

  cmd_begin_output (run);
  for (gsize i = 0; i < ay_journal_n_entries (journal); i++)
    {
      const AyJournalEntry *entry = ay_journal_entry (journal, i);
      char seq[CMD_TEXT_SIZE], count[CMD_TEXT_SIZE];

      add_entry (cmd_json_append (array), entry);
      g_snprintf (seq, sizeof seq, "%" G_GINT64_FORMAT, entry->seq);
      g_snprintf (count, sizeof count, "%" G_GSIZE_FORMAT, entry->count);
      cmd_table_row (table, seq, entry->time, ay_decision_kind_name (entry->kind),
                     entry->value != NULL ? entry->value : "", count,
                     entry->active ? "" : "undone", entry->why != NULL ? entry->why : "", NULL);
    }
  if (run->json)
    cmd_json_print (object);
  else
    cmd_table_print (table, 0);
}

static gboolean
run_undo (CmdRun *run, AyWork *work, gboolean redo, GError **error)
{
  AyJournal *journal = ay_work_journal (work);

  /* What the next redo is about after an undo is what was undone, and the other way round. */
  if (!(redo ? ay_work_redo : ay_work_undo) (work, error))
    return FALSE;
  print_entry (run, redo ? "redone" : "undone",
               redo ? ay_journal_peek_undo (journal) : ay_journal_peek_redo (journal));
  return TRUE;
}

static gboolean
run_kind (CmdRun *run, AyWork *work, AyDecisionKind kind, GError **error)
{
  g_autoptr (AyBitset) rows = NULL;
  AyJournal *journal = ay_work_journal (work);
  AyDecision decision = { kind, NULL, given.value, given.why };

  rows = ay_work_select (work, given.where, run->job, error);
  if (rows == NULL)
    return FALSE;
  if (ay_bitset_count (rows) == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "no row meets %s: nothing decided",
                   given.where);
      return FALSE;
    }
  decision.rows = rows;
  if (!ay_work_decide (work, &decision, error))
    return FALSE;
  print_entry (run, "decided", ay_journal_entry (journal, ay_journal_n_entries (journal) - 1));
  return TRUE;
}

static gboolean
check_given (const char *word, gboolean is_kind, AyDecisionKind kind, GError **error)
{
  if (!is_kind && strcmp (word, "undo") != 0 && strcmp (word, "redo") != 0
      && strcmp (word, "log") != 0)
    return cmd_usage_error (error, "decide %s: expected keep, drop, relabel, tag, untag, clear, "
                                   "undo, redo or log", word);
  if (is_kind && given.where == NULL)
    return cmd_usage_error (error, "decide %s: expected --where SQL (all rows: --where 1)", word);
  if (!is_kind && (given.where != NULL || given.value != NULL || given.why != NULL))
    return cmd_usage_error (error, "decide %s takes no option", word);
  if (is_kind && ay_decision_kind_takes_value (kind) != (given.value != NULL))
    return cmd_usage_error (error, "decide %s: %s", word,
                            given.value == NULL ? "expected --value" : "takes no --value");
  return (given.where == NULL || cmd_is_utf8 (given.where, "--where", error))
         && (given.value == NULL || cmd_is_utf8 (given.value, "--value", error))
         && (given.why == NULL || cmd_is_utf8 (given.why, "--why", error));
}

static gboolean
run_decide (CmdRun *run, GError **error)
{
  const char *word = run->args[1];
  AyDecisionKind kind = AY_DECISION_KEEP;
  gboolean is_kind = ay_decision_kind_parse (word, &kind) && kind != AY_DECISION_COLUMN;
  gboolean is_log = strcmp (word, "log") == 0;
  g_autoptr (AyWork) work = NULL;

  if (!check_given (word, is_kind, kind, error))
    return FALSE;
  work = cmd_open (run, run->args[0], is_log ? AY_WORKSPACE_READ : AY_WORKSPACE_WRITE, error);
  if (work == NULL)
    return FALSE;
  if (is_kind)
    return run_kind (run, work, kind, error);
  if (!is_log)
    return run_undo (run, work, strcmp (word, "redo") == 0, error);
  print_log (run, ay_work_journal (work));
  return TRUE;
}

const Cmd cmd_decide = {
  .name = "decide",
  .operands = "WORK keep|drop|relabel|tag|untag|clear|undo|redo|log",
  .summary = "Record decisions about rows; undo, redo and list them",
  .description = "Nothing is erased: undo and redo move a pointer over the log. Columns that\n"
                 "were imported, or asked of a slice or a row, are steps of it too.",
  .min_args = 2,
  .max_args = 2,
  .options = options,
  .run = run_decide,
};
