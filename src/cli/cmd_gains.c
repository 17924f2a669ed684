/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/work/work_gains.h"
#include "core/work/work_history.h"

#include <math.h>
#include <stdio.h>

/* assay-cli gains: which rows drove the gains of a history's rounds. */

static struct
{
  char *by;
  char **parameters;
  gint rows, random, steps;
  double rate;
  gboolean shapley;
} given = { .rows = 5, .rate = 0.1 };

static const GOptionEntry options[] = {
  { "by", 0, 0, G_OPTION_ARG_FILENAME, &given.by,
    "Sum the credits by a column, or by strategy, reason, annotator, day (of the answer) or round",
    "COLUMN" },
  { "rows", 0, 0, G_OPTION_ARG_INT, &given.rows,
    "Rows of most and of least credit to print (default 5)", "N" },
  { "shapley", 0, 0, G_OPTION_ARG_NONE, &given.shapley,
    "Also the Shapley values of the rounds, which do not depend on their order (up to 10)", NULL },
  { "random", 0, 0, G_OPTION_ARG_INT, &given.random,
    "Also each round beside N random batches of as many rows from the same state", "N" },
  { "steps", 0, 0, G_OPTION_ARG_INT, &given.steps,
    "Also for a model that is stopped early: N full-batch gradient steps a round, from zeroes",
    "N" },
  { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &given.rate,
    "With --steps: their rate, on the mean loss (default 0.1)", "R" },
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.parameters,
    "Set a parameter of the head (score --list names them); may be repeated", "KEY=VALUE" },
  { NULL },
};

static const char *
change_of (JsonObject *object, const char *name, char buffer[CMD_TEXT_SIZE])
{
  double value = ay_json_number_of (object, name);

  return isnan (value) ? "" : cmd_text_change (value, buffer);
}

/* A change of accuracy in points. */
static const char *
points (double value, char buffer[CMD_TEXT_SIZE])
{
  if (isnan (value))
    return "";
  g_snprintf (buffer, CMD_TEXT_SIZE, "%+.2f", 100.0 * value);
  return buffer;
}

static void
print_rounds (JsonArray *rounds)
{
  g_autoptr (CmdTable) table = cmd_table_new ("rlrrrrrrrr");

  cmd_table_row (table, "round", "strategy", "rows", "gain", "helped by", "hurt by", "residual",
                 "accuracy", "not split", "influence says", NULL);
  for (guint r = 0; r < json_array_get_length (rounds); r++)
    {
      JsonObject *round = json_array_get_object_element (rounds, r);
      char cells[9][CMD_TEXT_SIZE];
      double change = ay_json_number_of (round, "accuracy_after")
                      - ay_json_number_of (round, "accuracy_before");

      g_snprintf (cells[0], CMD_TEXT_SIZE, "%" G_GINT64_FORMAT,
                  json_object_get_int_member (round, "round"));
      g_snprintf (cells[1], CMD_TEXT_SIZE, "%" G_GINT64_FORMAT,
                  json_object_get_int_member (round, "n"));
      cmd_table_row (table, cells[0], json_object_get_string_member (round, "strategy"), cells[1],
                     change_of (round, "gain", cells[2]), change_of (round, "positive", cells[3]),
                     change_of (round, "negative", cells[4]),
                     change_of (round, "residual", cells[5]), points (change, cells[6]),
                     points (ay_json_number_of (round, "accuracy_rest"), cells[7]),
                     change_of (round, "influence_before", cells[8]), NULL);
    }
  cmd_table_print (table, 0);
}

static void
add_view (CmdTable *table, JsonObject *round)
{
  JsonObject *random = json_object_has_member (round, "random")
                           ? json_object_get_object_member (round, "random") : NULL;
  char cells[7][CMD_TEXT_SIZE];

  g_snprintf (cells[0], CMD_TEXT_SIZE, "%" G_GINT64_FORMAT,
              json_object_get_int_member (round, "round"));
  if (random != NULL && !json_object_get_null_member (random, "beaten"))
    cmd_text_percent (ay_json_number_of (random, "beaten"), cells[6]);
  else
    *cells[6] = '\0';
  cmd_table_row (table, cells[0], change_of (round, "gain", cells[1]),
                 given.shapley ? change_of (round, "shapley", cells[2]) : "",
                 random != NULL ? change_of (random, "gain", cells[3]) : "",
                 random != NULL ? change_of (random, "selection", cells[4]) : "",
                 random != NULL ? change_of (random, "selection_low", cells[5]) : "", cells[6],
                 NULL);
}

static void
print_views (JsonObject *gains, JsonArray *rounds)
{
  g_autoptr (CmdTable) table = cmd_table_new ("rrrrrrr");

  if (!given.shapley && given.random == 0)
    return;
  puts ("\nRounds whatever their order (Shapley), and beside random batches of as many rows");
  if (given.shapley && !json_object_get_null_member (gains, "shapley_why"))
    printf ("no Shapley values: %s\n", json_object_get_string_member (gains, "shapley_why"));
  cmd_table_row (table, "round", "gain", "Shapley", "random", "selection", "at least", "beaten",
                 NULL);
  for (guint r = 0; r < json_array_get_length (rounds); r++)
    add_view (table, json_array_get_object_element (rounds, r));
  cmd_table_print (table, 0);
}

/* What rounds say that is no number: why one is not split, classes first seen. */
static void
print_remarks (JsonArray *rounds)
{
  for (guint r = 0; r < json_array_get_length (rounds); r++)
    {
      JsonObject *round = json_array_get_object_element (rounds, r);
      JsonArray *opened = json_object_get_array_member (round, "opened");
      gint64 number = json_object_get_int_member (round, "round");
      char cell[CMD_TEXT_SIZE];

      if (!json_object_get_null_member (round, "why"))
        printf ("round %" G_GINT64_FORMAT " is not split: %s\n", number,
                json_object_get_string_member (round, "why"));
      for (guint k = 0; k < json_array_get_length (opened); k++)
        {
          JsonObject *one = json_array_get_object_element (opened, k);
          double recall = ay_json_number_of (one, "recall");

          printf ("round %" G_GINT64_FORMAT ": class %s became known by %" G_GINT64_FORMAT
                  " rows, whose log-loss before was not bounded; recall of it %s\n",
                  number, json_object_get_string_member (one, "class"),
                  json_object_get_int_member (one, "n"),
                  isnan (recall) ? "unknown" : cmd_text_percent (recall, cell));
        }
    }
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  double x = ay_json_number_of (*(JsonObject *const *) a, "credit");
  double y = ay_json_number_of (*(JsonObject *const *) b, "credit");

  return (x < y) - (x > y);
}

/* Rows with a credit above their round's floor, most first. (transfer container) */
static GPtrArray *
rank_rows (JsonArray *rounds)
{
  GPtrArray *ranked = g_ptr_array_new ();

  for (guint r = 0; r < json_array_get_length (rounds); r++)
    {
      JsonObject *round = json_array_get_object_element (rounds, r);
      JsonArray *rows = json_object_get_array_member (round, "rows");

      for (guint i = 0; i < json_array_get_length (rows); i++)
        {
          JsonObject *row = json_array_get_object_element (rows, i);

          if (fabs (ay_json_number_of (row, "credit")) > ay_json_number_of (round, "floor"))
            g_ptr_array_add (ranked, row);
        }
    }
  g_ptr_array_sort (ranked, compare_rows);
  return ranked;
}

static void
print_rows (JsonArray *rounds)
{
  g_autoptr (GPtrArray) ranked = rank_rows (rounds);
  g_autoptr (CmdTable) table = cmd_table_new ("lrrr");
  guint n = (guint) given.rows;

  if (n == 0 || ranked->len == 0)
    return;
  puts ("\nRows of most credit, and of least");
  cmd_table_row (table, "id", "credit", "accuracy", "influence says", NULL);
  for (guint k = 0; k < ranked->len; k++)
    {
      JsonObject *row = g_ptr_array_index (ranked, k);
      char cells[3][CMD_TEXT_SIZE];

      if (k < n || k + n >= ranked->len)
        cmd_table_row (table, json_object_get_string_member (row, "id"),
                       change_of (row, "credit", cells[0]),
                       points (ay_json_number_of (row, "accuracy"), cells[1]),
                       change_of (row, "influence_before", cells[2]), NULL);
    }
  cmd_table_print (table, 0);
}

/* The same history for a model that does not reach the optimum. */
static void
print_steps (JsonObject *gains)
{
  g_autoptr (CmdTable) table = cmd_table_new ("rrrrrrrl");
  JsonObject *steps;
  JsonArray *rounds;
  char cells[7][CMD_TEXT_SIZE];

  if (given.steps == 0)
    return;
  steps = json_object_get_object_member (gains, "stopped_early");
  rounds = json_object_get_array_member (steps, "rounds");
  printf ("\nA head stopped early: %d gradient steps of rate %s a round, each going on from the "
          "last; round 0 is the training before\n",
          given.steps, cmd_text_number (given.rate, cells[0]));
  cmd_table_row (table, "round", "new rows", "gain", "by them", "by the others", "by the penalty",
                 "residual", "", NULL);
  for (guint r = 0; r < json_array_get_length (rounds); r++)
    {
      JsonObject *one = json_array_get_object_element (rounds, r);

      g_snprintf (cells[0], CMD_TEXT_SIZE, "%" G_GINT64_FORMAT,
                  json_object_get_int_member (one, "round"));
      g_snprintf (cells[1], CMD_TEXT_SIZE, "%" G_GINT64_FORMAT,
                  json_object_get_int_member (one, "n_new"));
      cmd_table_row (table, cells[0], cells[1], change_of (one, "gain", cells[2]),
                     change_of (one, "by_new", cells[3]), change_of (one, "by_old", cells[4]),
                     change_of (one, "by_penalty", cells[5]), change_of (one, "residual", cells[6]),
                     json_object_get_boolean_member (one, "adds_up")
                         ? "" : "does not add up: take a smaller rate", NULL);
    }
  cmd_table_print (table, 0);
}

static void
print_cut (JsonArray *cut)
{
  g_autoptr (CmdTable) table = cmd_table_new ("lrrrrr");

  printf ("\nCredits by %s\n", given.by);
  cmd_table_row (table, given.by, "rows", "credit", "helped by", "hurt by", "accuracy", NULL);
  for (guint k = 0; k < json_array_get_length (cut); k++)
    {
      JsonObject *one = json_array_get_object_element (cut, k);
      char cells[5][CMD_TEXT_SIZE];

      g_snprintf (cells[0], CMD_TEXT_SIZE, "%" G_GINT64_FORMAT,
                  json_object_get_int_member (one, "n"));
      cmd_table_row (table, json_object_get_string_member (one, "value"), cells[0],
                     change_of (one, "credit", cells[1]), change_of (one, "positive", cells[2]),
                     change_of (one, "negative", cells[3]),
                     points (ay_json_number_of (one, "accuracy"), cells[4]), NULL);
    }
  cmd_table_print (table, 0);
}

static void
print_text (JsonObject *gains, JsonArray *cut)
{
  JsonArray *notes = json_object_get_array_member (gains, "notes");
  JsonArray *rounds = json_object_get_array_member (gains, "rounds");
  char cells[3][CMD_TEXT_SIZE];

  printf ("Gains of \"%s\": %s; estimated for the head on your features\n",
          json_object_get_string_member (gains, "history"),
          json_object_get_string_member (gains, "target"));
  for (guint k = 0; k < json_array_get_length (notes); k++)
    printf ("note: %s\n", json_array_get_string_element (notes, k));
  print_rounds (rounds);
  print_remarks (rounds);
  printf ("Whole gain %s of %s that moved up and down, residual %s\n",
          cmd_text_change (ay_json_number_of (gains, "gain"), cells[0]),
          cmd_text_number (ay_json_number_of (gains, "absolute"), cells[1]),
          cmd_text_change (ay_json_number_of (gains, "residual"), cells[2]));
  print_views (gains, rounds);
  print_steps (gains);
  print_rows (rounds);
  if (cut != NULL)
    print_cut (cut);
}

/* The history named, or the only one, or the last of several. (transfer full) */
static char *
choose_history (const CmdRun *run, AyWork *work, GError **error)
{
  g_autoptr (GPtrArray) names = NULL;

  if (run->n_args > 1)
    return g_strdup (run->args[1]);
  names = ay_work_history_names (work, error);
  if (names == NULL)
    return NULL;
  if (names->len == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "%s: there is no history: import one by "
                   "assay-cli history, or make some by assay-cli simulate", ay_work_path (work));
      return NULL;
    }
  return g_strdup (g_ptr_array_index (names, names->len - 1));
}

static gboolean
run_gains (CmdRun *run, GError **error)
{
  g_autoptr (GHashTable) parameters = cmd_parameters (given.parameters, error);
  g_autoptr (AyWork) work = NULL;
  g_autoptr (JsonObject) gains = NULL;
  g_autoptr (JsonArray) cut = NULL;
  g_autofree char *history = NULL;
  AyGainsOptions views = { given.shapley, (guint) given.random, run->seed,
                           (guint) given.steps, given.rate };

  if (parameters == NULL)
    return FALSE;
  if (given.random < 0 || given.random == 1)
    return cmd_usage_error (error, "--random %d: at least 2 batches make a band", given.random);
  if (given.steps < 0)
    return cmd_usage_error (error, "--steps %d: from 1", given.steps);
  if (given.rows < 0)
    return cmd_usage_error (error, "--rows %d: from 0", given.rows);
  /* A workspace that can only be read will do: then nothing is stored. */
  work = ay_work_open (run->args[0], AY_WORKSPACE_WRITE, run->moved, run->job, error);
  if (work == NULL || !ay_work_set_parameters (work, parameters, error))
    return FALSE;
  if (ay_workspace_is_read_only (ay_work_store (work)))
    cmd_note (run, "note: not stored: %s",
              ay_workspace_read_only_reason (ay_work_store (work)));
  history = choose_history (run, work, error);
  gains = history != NULL ? ay_work_gains (work, history, &views, run->job, error) : NULL;
  if (gains == NULL)
    return FALSE;
  if (given.by != NULL)
    {
      cut = ay_work_gains_by (work, gains, given.by, error);
      if (cut == NULL)
        return FALSE;
    }
  cmd_begin_output (run);
  if (!run->json)
    {
      print_text (gains, cut);
      return TRUE;
    }
  if (cut != NULL)
    json_object_set_array_member (gains, "by", json_array_ref (cut));
  cmd_json_print (gains);
  return TRUE;
}

const Cmd cmd_gains = {
  .name = "gains",
  .operands = "WORK [HISTORY]",
  .summary = "Split the gain of each round of a history over its rows",
  .min_args = 1,
  .max_args = 2,
  .options = options,
  .run = run_gains,
};
