/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_run.h"
#include "cli/cli_strategies.h"
#include "cli/cli_text.h"
#include "core/base/json_text.h"
#include "core/select/teaching.h"
#include "core/work/work_select.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* assay-cli simulate: what strategies would have been worth on rows whose labels are known. */

static struct
{
  char *strategies;
  char **parameters;
  gint start, batch, rounds, repeats;
  gdouble target;
  gboolean list, keep;
} given = { .batch = 10, .rounds = 28, .repeats = 20, .target = 0.9 };

static const GOptionEntry options[] = {
  { "strategy", 0, 0, G_OPTION_ARG_FILENAME, &given.strategies,
    "Strategies to play (default random,two_phase); random is always among them", "A,B,..." },
  { "start", 0, 0, G_OPTION_ARG_INT, &given.start,
    "Labelled rows to start from (default: two a class)", "N" },
  { "batch", 0, 0, G_OPTION_ARG_INT, &given.batch, "Rows a round (default 10)", "N" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &given.rounds, "Rounds (default 28)", "N" },
  { "repeats", 0, 0, G_OPTION_ARG_INT, &given.repeats,
    "Repeats with parts and starts of their own (default 20)", "N" },
  { "target", 0, 0, G_OPTION_ARG_DOUBLE, &given.target,
    "Accuracy that labels are counted to (default 0.9)", "SHARE" },
  { "keep-scores", 0, 0, G_OPTION_ARG_NONE, &given.keep,
    "Keep in the histories what the head said of the pool before each round", NULL },
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.parameters,
    "Set a parameter of a strategy or of the head; may be repeated", "KEY=VALUE" },
  { "list", 0, 0, G_OPTION_ARG_NONE, &given.list, "List the strategies and their parameters",
    NULL },
  { NULL },
};

/* (transfer full) (nullable): pointers to AyStrategy, random first; with a teacher its arms and
 * their even mixture, which it is held against. */
static GPtrArray *
read_strategies (GError **error)
{
  g_auto (GStrv) names = g_strsplit (given.strategies != NULL ? given.strategies : "two_phase",
                                     ",", -1);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  g_ptr_array_add (found, (gpointer) ay_strategy_find ("random"));
  for (guint k = 0; names[k] != NULL; k++)
    {
      const AyStrategy *one = ay_strategy_find (names[k]);

      if (one == NULL)
        {
          cmd_usage_error (error, "no strategy called %s; simulate --list names them", names[k]);
          return NULL;
        }
      ay_strategies_add (found, one);
    }
  return g_steal_pointer (&found);
}

/* Those of strategies into *into; the others, which must be the head's, are remembered. */
static gboolean
take_parameters (AyWork *work, AySimulateOptions *into, GError **error)
{
  g_autoptr (GHashTable) parameters = cmd_parameters (given.parameters, error);
  static const char *const head[] = { "lambda",    "lambda_mean", "standardise", "scale",
                                      "tolerance", "target",      "slice",       NULL };
  GHashTableIter iter;
  gpointer name, value;

  if (parameters == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, parameters);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (strcmp (name, "head") == 0)
      {
        if (strcmp (value, "distilled") != 0 && strcmp (value, "plain") != 0)
          return cmd_usage_error (error, "-p head=%s: plain or distilled", (char *) value);
        into->distil = strcmp (value, "distilled") == 0;
        g_hash_table_iter_remove (&iter);
      }
    else if (!g_strv_contains (head, name))
      {
        if (!ay_strategy_options_set (&into->strategy, name, value, error))
          return FALSE;
        g_hash_table_iter_remove (&iter);
      }
  return g_hash_table_size (parameters) == 0
         || ay_work_set_parameters (work, parameters, error);
}

static void
add_row (CmdTable *table, JsonObject *one, guint n_repeats, double most)
{
  char auc[CMD_TEXT_SIZE], sd[CMD_TEXT_SIZE], gain[CMD_TEXT_SIZE], half[CMD_TEXT_SIZE];
  char p[CMD_TEXT_SIZE], labels[CMD_TEXT_SIZE], reached[CMD_TEXT_SIZE], seconds[CMD_TEXT_SIZE];
  gboolean baseline = strcmp (json_object_get_string_member (one, "strategy"), "random") == 0;
  double to = ay_json_number_of (one, "labels_to_target");

  g_snprintf (auc, sizeof auc, "%.4f", ay_json_number_of (one, "auc"));
  g_snprintf (sd, sizeof sd, "%.4f", ay_json_number_of (one, "auc_sd"));
  g_snprintf (gain, sizeof gain, "%+.4f", ay_json_number_of (one, "auc_difference"));
  g_snprintf (half, sizeof half, "%.4f", ay_json_number_of (one, "auc_half"));
  g_snprintf (p, sizeof p, "%.2g", ay_json_number_of (one, "p_holm"));
  if (isnan (to))
    g_snprintf (labels, sizeof labels, "> %.0f", most);
  else
    g_snprintf (labels, sizeof labels, "%.0f", to);
  g_snprintf (reached, sizeof reached, "%" G_GINT64_FORMAT " of %u",
              json_object_get_int_member (one, "reached"), n_repeats);
  g_snprintf (seconds, sizeof seconds, "%.2f", ay_json_number_of (one, "seconds"));
  cmd_table_row (table, json_object_get_string_member (one, "strategy"), auc, sd,
                 baseline ? "" : gain, baseline ? "" : half,
                 baseline || isnan (ay_json_number_of (one, "p_holm")) ? "" : p, labels, reached,
                 seconds, NULL);
}

static void
print_stopping (JsonArray *strategies)
{
  g_autoptr (CmdTable) table = cmd_table_new ("llrrr");

  puts ("\nRules to stop by, which depend on the head's penalty: where they would have stopped");
  cmd_table_row (table, "strategy", "rule", "fired", "labels", "accuracy there", NULL);
  for (guint k = 0; k < json_array_get_length (strategies); k++)
    {
      JsonObject *one = json_array_get_object_element (strategies, k);
      JsonArray *rules = json_object_get_array_member (one, "stopping");

      for (guint r = 0; r < json_array_get_length (rules); r++)
        {
          JsonObject *rule = json_array_get_object_element (rules, r);
          char fired[CMD_TEXT_SIZE], labels[CMD_TEXT_SIZE], accuracy[CMD_TEXT_SIZE];
          double at = ay_json_number_of (rule, "labels");
          double there = ay_json_number_of (rule, "accuracy");

          g_snprintf (fired, sizeof fired, "%" G_GINT64_FORMAT,
                      json_object_get_int_member (rule, "fired"));
          cmd_table_row (table, json_object_get_string_member (one, "strategy"),
                         json_object_get_string_member (rule, "rule"), fired,
                         isnan (at) ? "" : cmd_text_number (at, labels),
                         isnan (at) ? "" : cmd_text_percent (there, accuracy), NULL);
        }
    }
  cmd_table_print (table, 0);
}

static void
last_regret (JsonObject *teaching, const char *name, char text[CMD_TEXT_SIZE])
{
  JsonObject *beside = json_object_get_object_member (teaching, name);
  JsonArray *regret = json_object_get_array_member (beside, "regret");
  JsonArray *half = json_object_get_array_member (beside, "half");
  guint last = json_array_get_length (regret) - 1;

  if (json_array_get_null_element (half, last))
    g_snprintf (text, CMD_TEXT_SIZE, "%+.4f", json_array_get_double_element (regret, last));
  else
    g_snprintf (text, CMD_TEXT_SIZE, "%+.4f +- %.4f", json_array_get_double_element (regret, last),
                json_array_get_double_element (half, last));
}

/* Mean probability of each arm over the rounds. */
static void
mean_weights (JsonArray *arms, char *text, gsize size)
{
  gsize used = 0;

  for (guint k = 0; k < json_array_get_length (arms); k++)
    {
      JsonObject *arm = json_array_get_object_element (arms, k);
      JsonArray *weight = json_object_get_array_member (arm, "weight");
      guint n = json_array_get_length (weight);
      double mean = 0.0;

      for (guint r = 0; r < n; r++)
        mean += json_array_get_double_element (weight, r) / n;
      used += (gsize) g_snprintf (text + used, size - used, "%s%s %.2f", k > 0 ? ", " : "",
                                  json_object_get_string_member (arm, "strategy"), mean);
    }
}

static void
print_teaching (JsonObject *object)
{
  JsonArray *strategies = json_object_get_array_member (object, "strategies");
  gint64 n_valid = json_object_get_int_member (object, "n_valid");
  g_autoptr (CmdTable) table = cmd_table_new ("lrrrl");
  gboolean any = FALSE;

  cmd_table_row (table, "teacher", "regret beside the mixture", "p", "beside its best arm",
                 "arms, mean weight", NULL);
  for (guint k = 0; k < json_array_get_length (strategies); k++)
    {
      JsonObject *one = json_array_get_object_element (strategies, k), *teaching;
      char mixture[CMD_TEXT_SIZE], best[CMD_TEXT_SIZE], p[CMD_TEXT_SIZE], arms[200];
      g_autofree char *beside = NULL;

      if (!json_object_has_member (one, "teaching"))
        continue;
      teaching = json_object_get_object_member (one, "teaching");
      last_regret (teaching, "beside_mixture", mixture);
      last_regret (teaching, "beside_best_arm", best);
      beside = g_strdup_printf ("%s (%s)", best, json_object_get_string_member (
          json_object_get_object_member (teaching, "beside_best_arm"), "strategy"));
      g_snprintf (p, sizeof p, "%.2g", ay_json_number_of (teaching, "p_mixture"));
      mean_weights (json_object_get_array_member (teaching, "arms"), arms, sizeof arms);
      cmd_table_row (table, json_object_get_string_member (one, "strategy"), mixture,
                     isnan (ay_json_number_of (teaching, "p_mixture")) ? "" : p, beside, arms,
                     NULL);
      any = TRUE;
    }
  if (!any)
    return;
  puts ("\nTeachers: mean accuracy that the yardstick is ahead by (below 0: the teacher is)");
  cmd_table_print (table, 0);
  if (n_valid > 0)
    printf ("Hedge judges, and the reward of the policy is measured, by %" G_GINT64_FORMAT
            " labelled rows more, whose labels the curves do not count.\n", n_valid);
}

static void
print_text (JsonObject *object)
{
  JsonArray *strategies = json_object_get_array_member (object, "strategies");
  JsonArray *labels = json_object_get_array_member (object, "labels");
  guint n_repeats = (guint) json_object_get_int_member (object, "repeats");
  double most = json_array_get_double_element (labels, json_array_get_length (labels) - 1);
  g_autoptr (CmdTable) table = cmd_table_new ("lrrrrrrrr");
  g_autofree char *to
      = g_strdup_printf ("to %.4g %%", 100.0 * ay_json_number_of (object, "target"));

  printf ("Simulated on %" G_GINT64_FORMAT " rows, judged on %" G_GINT64_FORMAT " others; %u "
          "repeats of %" G_GINT64_FORMAT " rounds of %" G_GINT64_FORMAT " from %" G_GINT64_FORMAT
          " labels\n",
          json_object_get_int_member (object, "n_pool"),
          json_object_get_int_member (object, "n_test"), n_repeats,
          json_object_get_int_member (object, "rounds"),
          json_object_get_int_member (object, "batch"),
          json_object_get_int_member (object, "start"));
  cmd_table_row (table, "strategy", "mean accuracy", "sd", "beside random", "95 %", "p", to,
                 "reached", "s a loop", NULL);
  for (guint k = 0; k < json_array_get_length (strategies); k++)
    add_row (table, json_array_get_object_element (strategies, k), n_repeats, most);
  cmd_table_print (table, 0);
  print_teaching (object);
  print_stopping (strategies);
}

static gboolean
read_options (const CmdRun *run, AySimulateOptions *into, GError **error)
{
  if (given.start < 0 || given.batch < 1 || given.rounds < 1 || given.repeats < 1)
    return cmd_usage_error (error, "simulate: --start, --batch, --rounds, --repeats from 1");
  if (!(given.target > 0.0) || given.target > 1.0)
    return cmd_usage_error (error, "--target %g: above 0, at most 1", given.target);
  into->start = (guint) given.start;
  into->batch = (guint) given.batch;
  into->rounds = (guint) given.rounds;
  into->repeats = (guint) given.repeats;
  into->seed = run->seed;
  into->keep_scores = given.keep;
  return TRUE;
}

static gboolean
run_simulate (CmdRun *run, GError **error)
{
  AySimulateOptions into = AY_SIMULATE_OPTIONS_INIT;
  g_autoptr (GPtrArray) strategies = NULL;
  g_autoptr (AyWork) work = NULL;
  g_autoptr (AySimulation) simulation = NULL;
  g_autoptr (JsonObject) object = NULL;

  if (given.list)
    {
      cmd_list_strategies (run->json);
      return TRUE;
    }
  strategies = read_strategies (error);
  if (strategies == NULL || !read_options (run, &into, error))
    return FALSE;
  work = cmd_open (run, run->args[0], AY_WORKSPACE_WRITE, error);
  if (work == NULL || !take_parameters (work, &into, error))
    return FALSE;
  simulation = ay_work_simulate (work, (const AyStrategy *const *) strategies->pdata,
                                 strategies->len, &into, given.target, run->job, error);
  object = simulation != NULL ? ay_work_comparison (work, error) : NULL;
  if (object == NULL)
    return FALSE;
  cmd_print_answer (run, object, print_text);
  return TRUE;
}

const Cmd cmd_simulate = {
  .name = "simulate",
  .operands = "WORK",
  .summary = "Play strategies of selection on labelled rows and compare them",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_simulate,
  .list = &given.list,
};
