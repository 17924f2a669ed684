/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_redundancy.h"
#include "cli/cli_run.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

/* assay-cli redundancy: groups of near copies, which of them may go, and what that costs. */

#define GROUPS_SHOWN 10

static struct
{
  char *threshold, *floor, *metric, *linkage, *keep, *score, *sort, *standardise, *agree;
  char **parameters;
  gboolean approximate, curve, refit, no_uniqueness;
  gint groups;
} given = { .groups = GROUPS_SHOWN };

static const GOptionEntry options[] = {
  { "threshold", 0, 0, G_OPTION_ARG_FILENAME, &given.threshold,
    "Least cosine of two copies (default 0.99), or their largest Euclidean distance", "T" },
  { "floor", 0, 0, G_OPTION_ARG_FILENAME, &given.floor,
    "Look at thresholds down to this one (default: the threshold; with --curve ten times as far)",
    "T" },
  { "metric", 0, 0, G_OPTION_ARG_FILENAME, &given.metric, "cosine (default) or euclidean",
    "NAME" },
  { "linkage", 0, 0, G_OPTION_ARG_FILENAME, &given.linkage,
    "single (default): chains hang together; complete: all of a group are that near", "NAME" },
  { "keep", 0, 0, G_OPTION_ARG_FILENAME, &given.keep,
    "Which row of a group stays: central (default), score, first, newest or longest", "RULE" },
  { "score", 0, 0, G_OPTION_ARG_FILENAME, &given.score,
    "keep=score: the column whose highest value stays", "COLUMN" },
  { "standardise", 0, 0, G_OPTION_ARG_FILENAME, &given.standardise,
    "Features to deviation 1 first: yes, no or auto (default: columns of a table, not vectors)",
    "WHEN" },
  { "sort", 0, 0, G_OPTION_ARG_FILENAME, &given.sort,
    "Order of the groups shown: size (default), link (weakest first), conflict or leak", "ORDER" },
  { "groups", 0, 0, G_OPTION_ARG_INT, &given.groups, "How many groups are shown (default 10)",
    "N" },
  { "curve", 0, 0, G_OPTION_ARG_NONE, &given.curve,
    "What each threshold down to the floor would drop and cost, as estimated", NULL },
  { "refit", 0, 0, G_OPTION_ARG_NONE, &given.refit,
    "The same refitted, beside random drops; opens the test part, which is counted", NULL },
  { "approximate", 0, 0, G_OPTION_ARG_NONE, &given.approximate,
    "Above 20000 rows find nearest rows for uniqueness approximately (groups are always exact)",
    NULL },
  { "no-uniqueness", 0, 0, G_OPTION_ARG_NONE, &given.no_uniqueness,
    "Leave the column uniqueness out", NULL },
  { "agree", 0, 0, G_OPTION_ARG_FILENAME, &given.agree,
    "How often a row's nearest row has the same value of this column (default: label)", "COLUMN" },
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.parameters,
    "Set a parameter of the head (score --list names them); may be repeated", "KEY=VALUE" },
  { NULL },
};

static gboolean
read_number (const char *option, const char *text, double *value, GError **error)
{
  if (text == NULL || ay_number_parse (text, strlen (text), value))
    return TRUE;
  return cmd_usage_error (error, "--%s %s: expected a number", option, text);
}

static gboolean
read_names (AyRedundancyOptions *into, CmdGroupsView *view, GError **error)
{
  static const char *const orders[] = { "size", "link", "conflict", "leak" };

  if (given.metric != NULL && !ay_distance_parse (given.metric, &into->distance))
    return cmd_usage_error (error, "--metric %s: expected cosine or euclidean", given.metric);
  if (given.linkage != NULL && !ay_linkage_parse (given.linkage, &into->linkage))
    return cmd_usage_error (error, "--linkage %s: expected single or complete", given.linkage);
  if (given.keep != NULL && !ay_keep_rule_parse (given.keep, &into->keep))
    return cmd_usage_error (error, "--keep %s: expected central, score, first, newest or longest",
                            given.keep);
  if ((into->keep == AY_KEEP_SCORE) != (given.score != NULL))
    return cmd_usage_error (error, "--keep score and --score COLUMN go together");
  for (guint k = 0; given.sort != NULL && k < G_N_ELEMENTS (orders); k++)
    if (strcmp (given.sort, orders[k]) == 0)
      {
        view->order = (AyGroupsOrder) k;
        return TRUE;
      }
  return given.sort == NULL
         || cmd_usage_error (error, "--sort %s: expected size, link, conflict or leak",
                             given.sort);
}

static gboolean
read_options (CmdRun *run, AyRedundancyOptions *into, CmdGroupsView *view, GError **error)
{
  if (!read_number ("threshold", given.threshold, &into->threshold, error)
      || !read_number ("floor", given.floor, &into->floor, error)
      || !read_names (into, view, error)
      || !cmd_read_standardise (given.standardise, &into->standardise, error))
    return FALSE;
  if (given.groups < 0)
    return cmd_usage_error (error, "--groups %d: expected a number from 0", given.groups);
  if (into->distance == AY_DISTANCE_EUCLIDEAN && given.threshold == NULL)
    return cmd_usage_error (error, "--metric euclidean: expected --threshold DISTANCE");
  into->keep_score = given.score;
  into->seed = run->seed;
  view->shown = (gsize) given.groups;
  if (isnan (into->floor) && (given.curve || given.refit))
    {
      double threshold = isnan (into->threshold) ? 0.99 : into->threshold;

      into->floor = into->distance == AY_DISTANCE_COSINE ? MAX (-1.0, 10.0 * threshold - 9.0)
                                                         : 2.0 * threshold;
    }
  return TRUE;
}

/* How alone each row stands, and how often its nearest row is of its kind. */
static gboolean
find_nearest (CmdRun *run, AyWork *work, CmdGroupsView *view, AyNeighbours **nearest,
              GError **error)
{
  g_autoptr (AyTable) columns = NULL;
  AyColumn *column = NULL;

  view->agree = given.agree != NULL ? given.agree
                : view->uniqueness && view->found->data->n_classes > 0 ? "label" : NULL;
  if (view->agree != NULL)
    {
      columns = ay_work_columns (work, error);
      if (columns == NULL)
        return FALSE;
      column = ay_table_find (columns, view->agree);
      if (column == NULL)
        return cmd_usage_error (error, "--agree %s: there is no such column", view->agree);
    }
  if (!view->uniqueness && column == NULL)
    return TRUE;
  *nearest = ay_redundancy_nearest (view->found, given.approximate ? CMD_APPROXIMATE_ABOVE : 0,
                                    run->job, error);
  if (*nearest == NULL)
    return FALSE;
  if (column != NULL)
    view->agreement = ay_agreement_of (*nearest, column);
  return TRUE;
}

static gboolean
find_all (CmdRun *run, AyWork *work, const AyRedundancyOptions *into, CmdGroupsView *view,
          GError **error)
{
  g_autoptr (AyNeighbours) nearest = NULL;

  view->work = work;
  view->found = ay_work_redundancy (work, into, run->job, error);
  if (view->found == NULL)
    return FALSE;
  view->cut = ay_redundancy_cut (view->found, view->found->options.threshold);
  if (!ay_redundancy_leaks (work, view->cut, given.refit, &view->leaks, run->job, error))
    return FALSE;
  if (given.curve || given.refit)
    {
      AyOutcomeOptions curve = AY_OUTCOME_OPTIONS_INIT;

      curve.refit = given.refit;
      curve.seed = run->seed;
      view->curve = ay_redundancy_curve (work, view->found, &curve, view->before, run->job, error);
      if (view->curve == NULL)
        return FALSE;
    }
  return find_nearest (run, work, view, &nearest, error)
         && ay_redundancy_store (work, view->found, view->cut, view->uniqueness ? nearest : NULL,
                                 run->job, error);
}

static gboolean
run_redundancy (CmdRun *run, GError **error)
{
  AyRedundancyOptions into = AY_REDUNDANCY_OPTIONS_INIT;
  CmdGroupsView view = { .uniqueness = !given.no_uniqueness };
  g_autoptr (GHashTable) parameters = NULL;
  g_autoptr (AyWork) work = NULL;
  gsize n_before;
  gboolean done;

  if (!read_options (run, &into, &view, error))
    return FALSE;
  parameters = cmd_parameters (given.parameters, error);
  work = parameters != NULL ? cmd_open (run, run->args[0], AY_WORKSPACE_WRITE, error) : NULL;
  if (work == NULL || !ay_work_set_parameters (work, parameters, error))
    return FALSE;
  n_before = ay_diagnostics_count (ay_work_data (work)->diagnostics);
  done = find_all (run, work, &into, &view, error);
  if (done)
    {
      cmd_begin_output (run);
      cmd_note_diagnostics (run, ay_work_data (work)->diagnostics, n_before);
      if (run->json)
        cmd_redundancy_json (&view);
      else
        cmd_redundancy_text (&view);
    }
  cmd_groups_view_clear (&view);
  return done;
}

const Cmd cmd_redundancy = {
  .name = "redundancy",
  .operands = "WORK",
  .summary = "Find groups of near copies (columns group, redundant, uniqueness)",
  .description = "Copies up to case and punctuation among texts stand together whatever their\n"
                 "features say. Only training and pool rows are ever marked redundant; copies\n"
                 "across train, valid and test are listed as leaks.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_redundancy,
};
