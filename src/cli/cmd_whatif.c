/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_proofs.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/work/accuracy_words.h"
#include "core/work/removal_test.h"

#include <math.h>
#include <stdio.h>

/* assay-cli whatif: what removing rows, relabelling or duplicating them does to the
 * head, estimated and proved. */

static struct
{
  char *where;
  char **parameters;
  char *relabel, *by;
  gboolean verify, duplicate, pipeline;
  gint random, folds;
} given;

static const GOptionEntry options[] = {
  { "where", 0, 0, G_OPTION_ARG_FILENAME, &given.where, "The rows to remove, as an SQL condition",
    "SQL" },
  { "relabel", 0, 0, G_OPTION_ARG_FILENAME, &given.relabel,
    "Give them this label instead of removing them", "LABEL" },
  { "duplicate", 0, 0, G_OPTION_ARG_NONE, &given.duplicate,
    "Count them twice instead of removing them", NULL },
  { "by", 0, 0, G_OPTION_ARG_FILENAME, &given.by,
    "Also by the values of a column: who wins and who loses (label: by class)", "COLUMN" },
  { "verify", 0, 0, G_OPTION_ARG_NONE, &given.verify,
    "Refit without them and show both; opens the test part, which is counted", NULL },
  { "random", 0, 0, G_OPTION_ARG_INT, &given.random,
    "With --verify: the same beside N removals of as many training rows at random", "N" },
  { "folds", 0, 0, G_OPTION_ARG_INT, &given.folds,
    "With --verify: also over K folds of train and validation, with a band", "K" },
  { "pipeline", 0, 0, G_OPTION_ARG_NONE, &given.pipeline,
    "With --verify: also with features, scaling and lambda done again", NULL },
  { "parameter", 'p', 0, G_OPTION_ARG_FILENAME_ARRAY, &given.parameters,
    "Set a parameter of the head (score --list names them); may be repeated", "KEY=VALUE" },
  { NULL },
};

/* What was asked for of a what-if. */
typedef struct
{
  AyWhatIf what;
  AyRemovalTest random;
  GPtrArray *groups;       /* (nullable) */
  AyFoldTest folds;
  AyPipelineTest pipeline;
} Answer;

static void
answer_clear (Answer *self)
{
  ay_what_if_clear (&self->what);
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  ay_fold_test_clear (&self->folds);
  ay_pipeline_test_clear (&self->pipeline);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

/* Losses of a removal; where a class loses its last row they are not shown. */
typedef struct
{
  double before, predicted, refit, one_step, influence;
} Losses;

static Losses
losses_of (const AyRemoval *r)
{
  Losses l = { r->before.loss, NAN, NAN, NAN, NAN };

  if (r->unbounded)
    return l;
  l.predicted = r->before.loss + r->estimate;
  l.one_step = r->before.loss + r->one_step;
  l.influence = r->before.loss + r->influence;
  if (r->verified)
    l.refit = r->after.loss;
  return l;
}

static void
add_removal (JsonObject *into, const AyRemoval *r)
{
  Losses l = losses_of (r);

  ay_json_put_number (into, "loss_before", l.before);
  ay_json_put_number (into, "loss_predicted", l.predicted);
  ay_json_put_number (into, "loss_refit", l.refit);
  ay_json_put_number (into, "accuracy_before", r->before.accuracy);
  ay_json_put_number (into, "accuracy_predicted", r->accuracy_estimate);
  ay_json_put_number (into, "accuracy_refit", r->verified ? r->after.accuracy : NAN);
  ay_json_put_number (into, "loss_influence", l.influence);
  ay_json_put_number (into, "loss_one_step", l.one_step);
  ay_json_put_number (into, "estimate_error", r->unbounded ? NAN : r->estimate_error);
  ay_json_put_number (into, "loss_predicted_low", l.predicted - r->band);
  ay_json_put_number (into, "loss_predicted_high", l.predicted + r->band);
  cmd_json_bool (into, "rough", r->rough);
  cmd_json_bool (into, "unbounded", r->unbounded);
}

static void
add_random (JsonObject *object, const AyRemovalTest *test)
{
  if (test == NULL)
    json_object_set_null_member (object, "random");
  else
    json_object_set_object_member (object, "random", ay_removal_test_to_json (test));
}

static const char *
change_name (const AyWhatIf *what)
{
  static const char *const names[] = { "remove", "relabel", "duplicate" };

  return names[what->kind];
}

/* groups: (nullable) */
static void
add_groups (JsonObject *object, const GPtrArray *groups)
{
  JsonArray *array;

  cmd_json_text (object, "by", given.by);
  if (groups == NULL)
    {
      json_object_set_null_member (object, "groups");
      return;
    }
  array = cmd_json_array (object, "groups");
  for (guint k = 0; k < groups->len; k++)
    {
      const AyWhatIfGroup *group = g_ptr_array_index (groups, k);
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "name", group->name);
      cmd_json_count (one, "n", group->n);
      ay_json_put_number (one, "loss_before", group->loss_before);
      ay_json_put_number (one, "loss_after", group->loss_after);
      ay_json_put_number (one, "accuracy_before", group->accuracy_before);
      ay_json_put_number (one, "accuracy_after", group->accuracy_after);
    }
}

static void
print_json (const Answer *answer)
{
  const AyWhatIf *what = &answer->what;
  g_autoptr (JsonObject) object = json_object_new ();

  cmd_json_count (object, "n", what->n_rows);
  cmd_json_count (object, "n_outside_train", what->n_outside_train);
  cmd_json_text (object, "change", change_name (what));
  cmd_json_text (object, "label", given.relabel);
  cmd_json_text (object, "where", given.where);
  cmd_json_text (object, "target", what->target);
  cmd_json_text (object, "solver", what->solver);
  cmd_json_count (object, "n_valid", what->valid.before.n);
  add_removal (object, &what->valid);
  if (isfinite (what->interval_low))
    {
      JsonArray *interval = cmd_json_array (object, "interval");

      json_array_add_double_element (interval, what->interval_low);
      json_array_add_double_element (interval, what->interval_high);
    }
  else
    json_object_set_null_member (object, "interval");
  cmd_json_text (object, "verdict", what->verdict);
  ay_json_put_number (object, "needed", what->verdict != NULL ? what->needed : NAN);
  cmd_json_bool (object, "verified", what->valid.verified);
  cmd_json_count (object, "steps", what->valid.steps);
  ay_json_put_number (object, "gradient_norm",
                      what->valid.verified ? what->valid.gradient_norm : NAN);
  if (what->has_test)
    {
      JsonObject *test = cmd_json_object (object, "test");

      cmd_json_count (test, "n", what->test.before.n);
      add_removal (test, &what->test);
    }
  else
    json_object_set_null_member (object, "test");
  cmd_json_count (object, "test_openings", what->test_openings);
  add_random (object, given.random > 0 ? &answer->random : NULL);
  cmd_add_folds (object, given.folds > 0 ? &answer->folds : NULL);
  cmd_add_pipeline (object, given.pipeline ? &answer->pipeline : NULL);
  add_groups (object, answer->groups);
  cmd_json_text (object, "sentence", what->sentence);
  cmd_json_print (object);
}

/* accuracy NaN: an empty cell. */
static void
add_line (CmdTable *table, const char *name, double loss, double before, double accuracy)
{
  char cells[3][CMD_TEXT_SIZE];

  cmd_table_row (table, name, cmd_text_number (loss, cells[0]),
                 loss == before ? "" : cmd_text_change (loss - before, cells[1]),
                 isnan (accuracy) ? "" : cmd_text_percent (accuracy, cells[2]), NULL);
}

static void
print_removal (const AyRemoval *r, const char *part, gboolean classes)
{
  g_autoptr (CmdTable) table = cmd_table_new ("lrrr");
  g_autofree char *title = g_strdup_printf ("%s (%" G_GSIZE_FORMAT " rows)", part, r->before.n);
  Losses l = losses_of (r);

  cmd_table_row (table, title, "loss", "change", classes ? "accuracy" : "R2", NULL);
  add_line (table, "  before", l.before, l.before, r->before.accuracy);
  add_line (table, r->rough ? "  estimate (rough)" : "  estimate", l.predicted, l.before,
            r->accuracy_estimate);
  if (!r->unbounded)
    {
      char band[CMD_TEXT_SIZE];
      g_autofree char *within = g_strdup_printf ("+-%s", cmd_text_number (r->band, band));

      cmd_table_row (table, "    a refit within (95 %)", "", within, "", NULL);
    }
  if (r->verified)
    add_line (table, "  refitted", l.refit, l.before, r->after.accuracy);
  if (!r->unbounded)
    {
      add_line (table, "  compare: one Newton step", l.one_step, l.before, NAN);
      add_line (table, "  compare: influence", l.influence, l.before, NAN);
    }
  cmd_table_print (table, 0);
}

static void
print_random (const AyRemovalTest *test)
{
  printf ("as many rows dropped at random, %u times: accuracy on %s changes by %+.2f points (95 %% "
          "band of the mean %+.2f to %+.2f)\n",
          test->repeats, test->on_test ? "test" : "validation", 100 * test->accuracy.mean,
          100 * test->accuracy.low, 100 * test->accuracy.high);
  printf ("these rows rather than random ones: %+.2f points (band over the draws %+.2f to %+.2f): "
          "%s\n",
          100 * test->difference.mean, 100 * test->difference.low, 100 * test->difference.high,
          ay_accuracy_beside_chance (&test->difference));
}

static void
print_groups (const GPtrArray *groups, const AyWhatIf *what)
{
  g_autoptr (CmdTable) table = cmd_table_new ("lrrrrr");

  cmd_table_row (table, given.by, "rows", what->has_test ? "test loss" : "validation loss",
                 "change", "accuracy", "change", NULL);
  for (guint k = 0; k < groups->len; k++)
    {
      const AyWhatIfGroup *group = g_ptr_array_index (groups, k);
      double accuracy = group->accuracy_after - group->accuracy_before;
      g_autofree char *n = g_strdup_printf ("%" G_GSIZE_FORMAT, group->n);
      g_autofree char *points = g_strdup_printf ("%+.2f", 100.0 * accuracy);
      char cells[3][CMD_TEXT_SIZE];

      cmd_table_row (table, group->name, n, cmd_text_number (group->loss_before, cells[0]),
                     cmd_text_change (group->loss_after - group->loss_before, cells[1]),
                     isnan (accuracy) ? "" : cmd_text_percent (group->accuracy_before, cells[2]),
                     isnan (accuracy) ? "" : points, NULL);
    }
  cmd_table_print (table, 0);
}

static void
print_text (const Answer *answer, gboolean classes)
{
  const AyWhatIf *what = &answer->what;
  static const char *const done[] = { "removed", "with another label", "counted twice" };

  printf ("%" G_GSIZE_FORMAT " training rows %s", what->n_rows, done[what->kind]);
  if (what->n_outside_train > 0)
    printf (" (%" G_GSIZE_FORMAT " more rows are outside train and change nothing)",
            what->n_outside_train);
  printf ("\non the %s (solver: %s)\n", what->target, what->solver);
  print_removal (&what->valid, "validation", classes);
  if (what->has_test)
    {
      print_removal (&what->test, "test", classes);
      printf ("the test part has been opened %u time%s\n", what->test_openings,
              what->test_openings == 1 ? "" : "s");
    }
  if (given.random > 0)
    print_random (&answer->random);
  puts (what->sentence);
  if (given.folds > 0)
    puts (answer->folds.sentence);
  if (given.pipeline)
    puts (answer->pipeline.sentence);
  if (answer->groups != NULL)
    print_groups (answer->groups, what);
}

static gboolean
check_usage (GError **error)
{
  if (given.where == NULL)
    return cmd_usage_error (error, "whatif: expected --where SQL");
  if (given.random != 0 && (given.random < 2 || !given.verify))
    return cmd_usage_error (error, "whatif: --random goes with --verify and is at least 2");
  if (given.folds != 0 && (given.folds < 2 || given.folds > AY_FOLDS_MOST || !given.verify))
    return cmd_usage_error (error, "whatif: --folds goes with --verify and is 2 to 20");
  if (given.pipeline && !given.verify)
    return cmd_usage_error (error, "whatif: --pipeline goes with --verify");
  if ((given.relabel != NULL) + given.duplicate + (given.random != 0) > 1)
    return cmd_usage_error (error, "whatif: one of --relabel, --duplicate and --random");
  return cmd_is_utf8 (given.where, "--where", error)
         && (given.relabel == NULL || cmd_is_utf8 (given.relabel, "--relabel", error))
         && (given.by == NULL || cmd_is_utf8 (given.by, "--by", error));
}

static gboolean
find_answer (CmdRun *run, AyWork *work, const AyBitset *rows, Answer *out, GError **error)
{
  AyWhatIfOptions change = AY_WHAT_IF_OPTIONS_INIT;

  change.kind = given.relabel != NULL ? AY_WHAT_IF_RELABEL
                : given.duplicate     ? AY_WHAT_IF_DUPLICATE
                                      : AY_WHAT_IF_REMOVE;
  change.label = given.relabel;
  change.verify = given.verify;
  change.count_later = TRUE;
  if (given.folds > 0
      && !ay_work_whatif_folds (work, rows, &change, (guint) given.folds, run->seed, &out->folds,
                                run->job, error))
    return FALSE;
  if (!ay_work_whatif_of (work, rows, &change, &out->what, run->job, error))
    return FALSE;
  if (given.by != NULL)
    out->groups = ay_work_whatif_groups (work, &out->what, given.by, run->job, error);
  return (given.by == NULL || out->groups != NULL)
         && (given.random == 0
             || ay_work_removal_test (work, &out->what, (guint) given.random, run->seed,
                                      &out->random, run->job, error))
         && (!given.pipeline
             || ay_work_whatif_pipeline (work, &out->what, rows, &change, &out->pipeline, run->job,
                                         error))
         && ay_work_whatif_count (work, &out->what, run->job, error);
}

static gboolean
run_whatif (CmdRun *run, GError **error)
{
  g_autoptr (GHashTable) parameters = NULL;
  g_autoptr (AyWork) work = NULL;
  g_autoptr (AyBitset) rows = NULL;
  g_auto (Answer) answer = { 0 };

  if (!check_usage (error))
    return FALSE;
  parameters = cmd_parameters (given.parameters, error);
  /* A workspace that can only be read will do: nothing is stored but the count of openings. */
  work = parameters != NULL
             ? ay_work_open (run->args[0], AY_WORKSPACE_WRITE, run->moved, run->job, error)
             : NULL;
  if (work == NULL
      || (g_hash_table_size (parameters) > 0
          && !ay_work_set_parameters (work, parameters, error)))
    return FALSE;
  rows = ay_work_select (work, given.where, run->job, error);
  if (rows == NULL || !find_answer (run, work, rows, &answer, error))
    return FALSE;
  cmd_begin_output (run);
  if (run->json)
    print_json (&answer);
  else
    print_text (&answer, ay_work_data (work)->n_classes > 0);
  return TRUE;
}

const Cmd cmd_whatif = {
  .name = "whatif",
  .operands = "WORK --where SQL",
  .summary = "What removing or changing rows does: an estimate, and with --verify the proof",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_whatif,
};
