/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_json.h"
#include "cli/cli_list.h"
#include "cli/cli_run.h"
#include "cli/cli_text.h"
#include "core/work/plan_effects.h"
#include "core/work/prove.h"
#include "core/work/update.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* assay-cli curate: what a recipe would take, the proof of it, and the curated data. */

#define IDS_SHOWN 5

static struct
{
  char *recipe, *output, *dropped, *save;
  gint random;
  gboolean apply, prove, compare, no_coverage, strict, effects, list;
} given;

static const GOptionEntry options[] = {
  { "recipe", 0, 0, G_OPTION_ARG_FILENAME, &given.recipe,
    "The steps (default: what was decided, near copies, likely label errors)", "FILE" },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.output,
    "Write the curated data here, and the recipe with the rows it took to FILE.recipe.json",
    "FILE" },
  { "dropped", 0, 0, G_OPTION_ARG_FILENAME, &given.dropped,
    "Write the rows that go to this file", "FILE" },
  { "save", 0, 0, G_OPTION_ARG_FILENAME, &given.save,
    "Write the recipe to this file, to be changed by hand", "FILE" },
  { "apply", 0, 0, G_OPTION_ARG_NONE, &given.apply,
    "Record it as decisions, which decide undo takes back one by one", NULL },
  { "prove", 0, 0, G_OPTION_ARG_NONE, &given.prove,
    "Refit without the rows that go; opens the test part, which is counted", NULL },
  { "random", 0, 0, G_OPTION_ARG_INT, &given.random,
    "With --prove: put so many removals of as many rows at random beside it", "N" },
  { "compare", 0, 0, G_OPTION_ARG_NONE, &given.compare,
    "Plan an applied recipe again and list the rows that differ from what it took", NULL },
  { "effects", 0, 0, G_OPTION_ARG_NONE, &given.effects,
    "Estimate what each step does to the head, on valid: a preview before any proof", NULL },
  { "no-coverage", 0, 0, G_OPTION_ARG_NONE, &given.no_coverage,
    "Do not look how near the rows that stay are to those that go", NULL },
  { "strict", 0, 0, G_OPTION_ARG_NONE, &given.strict,
    "When a step takes a very different share than its recipe recorded, or a decision is missing: "
    "exit status 3, and nothing is written", NULL },
  { "list", 0, 0, G_OPTION_ARG_NONE, &given.list, "List the steps and their parameters", NULL },
  { NULL },
};

static gboolean
list_steps (CmdRun *run)
{
  CmdList *list = cmd_list_new ("steps", "id sentence title");
  guint n;
  const AyStepType *types = ay_step_types (&n);

  for (guint i = 0; i < n; i++)
    {
      cmd_list_add (list, types[i].id, types[i].sentence, types[i].title, NULL);
      for (const AyStepParameter *p = types[i].parameters; p->name != NULL; p++)
        cmd_list_parameter (list, p->name, p->fallback, p->sentence);
    }
  return cmd_list_print (list, run);
}

/* --- the plan --- */

/* effect NULL: not asked for; without a sentence: the step is off. */
static void
add_effect (JsonObject *object, const AyStepEffect *effect)
{
  JsonObject *one;

  if (effect == NULL || effect->sentence == NULL)
    {
      json_object_set_null_member (object, "effect");
      return;
    }
  one = cmd_json_object (object, "effect");
  cmd_json_count (one, "n", effect->n_rows);
  ay_json_put_number (one, "loss", effect->loss);
  ay_json_put_number (one, "band", effect->band);
  ay_json_put_number (one, "accuracy", effect->accuracy);
  cmd_json_bool (one, "rough", effect->rough);
  cmd_json_text (one, "sentence", effect->sentence);
}

static void
add_step (JsonArray *into, const AyStep *step, const AyStepPlan *plan, const AyStepEffect *effect)
{
  JsonObject *one = cmd_json_append (into);

  cmd_json_text (one, "step", ay_step_type (step)->id);
  cmd_json_bool (one, "on", step->on);
  cmd_json_text (one, "why", step->why);
  cmd_json_count (one, "n_alone", plan->n_alone);
  cmd_json_count (one, "n_took", plan->n_took);
  cmd_json_count (one, "n_relabelled", plan->n_relabelled);
  cmd_json_count (one, "n_protected", plan->n_protected);
  cmd_json_count (one, "n_spared", plan->n_spared);
  cmd_json_count (one, "n_left", plan->n_left);
  add_effect (one, effect);
}

static void
add_overlap (JsonObject *object, const AyPlan *plan)
{
  JsonArray *rows = cmd_json_array (object, "overlap");

  for (guint s = 0; s < plan->n_steps; s++)
    {
      JsonArray *row = json_array_new ();

      for (guint t = 0; t < plan->n_steps; t++)
        json_array_add_int_element (row, (gint64) plan->overlap[s * plan->n_steps + t]);
      json_array_add_array_element (rows, row);
    }
}

static void
add_kinds (JsonObject *object, const AyPlan *plan, const AyDataset *data)
{
  JsonArray *classes = cmd_json_array (object, "classes");
  JsonArray *clusters = cmd_json_array (object, "clusters");

  for (guint k = 0; k < data->n_classes; k++)
    {
      JsonObject *one = cmd_json_append (classes);

      cmd_json_text (one, "class", data->class_names[k]);
      cmd_json_count (one, "before", plan->class_before[k]);
      cmd_json_count (one, "left", plan->class_left[k]);
    }
  for (gsize k = 0; k < plan->n_clusters; k++)
    {
      JsonObject *one = cmd_json_append (clusters);

      cmd_json_count (one, "cluster", k);
      cmd_json_count (one, "before", plan->cluster_before[k]);
      cmd_json_count (one, "left", plan->cluster_left[k]);
    }
}

/* --- other data than it was applied to --- */

static void
add_ids (JsonObject *into, const char *key, const GPtrArray *ids)
{
  JsonArray *array = cmd_json_array (into, key);

  for (guint i = 0; i < ids->len; i++)
    json_array_add_string_element (array, ids->pdata[i]);
}

static void
add_shares (JsonObject *object, const AyRecipe *recipe, const GPtrArray *shares)
{
  JsonArray *array;

  if (shares == NULL)
    {
      json_object_set_null_member (object, "shares");
      return;
    }
  array = cmd_json_array (object, "shares");
  for (guint s = 0; s < shares->len; s++)
    {
      const AyStepShare *share = shares->pdata[s];
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "step", ay_step_type (recipe->steps->pdata[s])->id);
      cmd_json_count (one, "n_then", share->n_then);
      cmd_json_count (one, "n_now", share->n_now);
      ay_json_put_number (one, "share_then", share->share_then);
      ay_json_put_number (one, "share_now", share->share_now);
      cmd_json_bool (one, "differs", share->differs);
      add_ids (one, "gone", share->gone);
      add_ids (one, "undecided", share->undecided);
    }
}

static void
print_ids (const char *when, const GPtrArray *ids)
{
  printf ("  %s: %u", when, ids->len);
  for (guint i = 0; i < MIN (ids->len, IDS_SHOWN); i++)
    printf ("%s%s", i == 0 ? ": " : ", ", (char *) ids->pdata[i]);
  puts (ids->len > IDS_SHOWN ? " ..." : "");
}

static void
print_shares (const AyRecipe *recipe, const GPtrArray *shares)
{
  for (guint s = 0; shares != NULL && s < shares->len; s++)
    {
      const AyStepShare *share = shares->pdata[s];
      char then[CMD_TEXT_SIZE], now[CMD_TEXT_SIZE];

      printf ("%s took %s of the rows when the recipe was applied, now %s%s\n",
              ay_step_type (recipe->steps->pdata[s])->id,
              cmd_text_percent (share->share_then, then), cmd_text_percent (share->share_now, now),
              share->differs ? ": VERY DIFFERENT" : "");
      if (share->gone->len > 0)
        print_ids ("of its rows no longer in the data", share->gone);
      if (share->undecided->len > 0)
        print_ids ("of its rows no longer decided about", share->undecided);
    }
}

static guint
count_broken (const GPtrArray *shares)
{
  guint n = 0;

  for (guint s = 0; shares != NULL && s < shares->len; s++)
    {
      const AyStepShare *share = shares->pdata[s];

      n += share->differs || share->undecided->len > 0;
    }
  return n;
}

/* --- all of it --- */

/* What is shown. */
typedef struct
{
  const AyRecipe *recipe;
  const AyPlan *plan;
  const AyDataset *data;
  JsonObject *proof;        /* (nullable) */
  const GPtrArray *shares;  /* (nullable) */
  JsonObject *update;       /* (nullable) */
  const AyStepEffect *effects; /* (nullable) */
} Outcome;

static void
print_json (const Outcome *self)
{
  const AyRecipe *recipe = self->recipe;
  const AyPlan *plan = self->plan;
  gboolean stopped = given.strict && count_broken (self->shares) > 0;
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *steps, *warnings;

  cmd_json_text (object, "file", stopped ? NULL : given.output);
  cmd_json_bool (object, "applied", given.apply && !stopped);
  cmd_json_count (object, "n_before", plan->n_before);
  cmd_json_count (object, "n_left", plan->n_left);
  cmd_json_count (object, "n_dropped", ay_bitset_count (plan->dropped));
  cmd_json_count (object, "n_relabelled", ay_bitset_count (plan->relabelled));
  steps = cmd_json_array (object, "steps");
  for (guint s = 0; s < plan->n_steps; s++)
    add_step (steps, recipe->steps->pdata[s], &plan->steps[s],
              self->effects != NULL ? &self->effects[s] : NULL);
  add_overlap (object, plan);
  add_kinds (object, plan, self->data);
  if (self->update != NULL)
    json_object_set_object_member (object, "update", json_object_ref (self->update));
  else
    json_object_set_null_member (object, "update");
  add_shares (object, recipe, self->shares);
  if (plan->coverage.k > 0)
    {
      JsonObject *coverage = cmd_json_object (object, "coverage");

      cmd_json_count (coverage, "k", plan->coverage.k);
      ay_json_put_number (coverage, "radius", plan->coverage.radius);
      ay_json_put_number (coverage, "share", plan->coverage.share);
      cmd_json_count (coverage, "n_uncovered", plan->coverage.n_uncovered);
    }
  else
    json_object_set_null_member (object, "coverage");
  if (self->proof != NULL)
    json_object_set_object_member (object, "proof", json_object_ref (self->proof));
  else
    json_object_set_null_member (object, "proof");
  warnings = cmd_json_array (object, "warnings");
  for (gsize i = 0; i < ay_diagnostics_count (plan->warnings); i++)
    {
      const AyDiagnostic *warning = ay_diagnostics_get (plan->warnings, i);
      JsonObject *one = cmd_json_append (warnings);

      cmd_json_text (one, "id", warning->id);
      cmd_json_text (one, "text", warning->text);
    }
  cmd_json_print (object);
}

static void
count_cell (gsize count, char cell[CMD_TEXT_SIZE])
{
  g_snprintf (cell, CMD_TEXT_SIZE, "%" G_GSIZE_FORMAT, count);
}

static void
print_steps (const AyRecipe *recipe, const AyPlan *plan)
{
  g_autoptr (CmdTable) table = cmd_table_new ("lrrrr");

  cmd_table_row (table, "step", "alone", "takes", "relabels", "left", NULL);
  for (guint s = 0; s < plan->n_steps; s++)
    {
      const AyStep *step = recipe->steps->pdata[s];
      const AyStepPlan *p = &plan->steps[s];
      char cells[4][CMD_TEXT_SIZE];

      count_cell (p->n_alone, cells[0]);
      count_cell (p->n_took, cells[1]);
      count_cell (p->n_relabelled, cells[2]);
      count_cell (p->n_left, cells[3]);
      if (step->on)
        cmd_table_row (table, ay_step_type (step)->id, cells[0], cells[1], cells[2], cells[3],
                       NULL);
      else
        cmd_table_row (table, ay_step_type (step)->id, "off", "", "", "", NULL);
    }
  cmd_table_print (table, 0);
  for (guint s = 0; s < plan->n_steps; s++)
    for (guint t = s + 1; t < plan->n_steps; t++)
      if (plan->overlap[s * plan->n_steps + t] > 0)
        printf ("%s and %s would both take %" G_GSIZE_FORMAT " rows\n",
                ay_step_type (recipe->steps->pdata[s])->id,
                ay_step_type (recipe->steps->pdata[t])->id,
                plan->overlap[s * plan->n_steps + t]);
}

/* The class that is smallest before, and the one that is smallest after. */
static void
print_smallest (const AyPlan *plan, const AyDataset *data)
{
  guint before = 0, left = 0;

  if (data->n_classes == 0)
    return;
  for (guint k = 1; k < data->n_classes; k++)
    {
      before = plan->class_before[k] < plan->class_before[before] ? k : before;
      left = plan->class_left[k] < plan->class_left[left] ? k : left;
    }
  printf ("smallest class of train: %s (%" G_GSIZE_FORMAT ") before, %s (%" G_GSIZE_FORMAT
          ") after\n", data->class_names[before], plan->class_before[before],
          data->class_names[left], plan->class_left[left]);
}

static void
print_text (const Outcome *self)
{
  const AyPlan *plan = self->plan;

  printf ("%" G_GSIZE_FORMAT " rows that may go (train and pool), %" G_GSIZE_FORMAT
          " left, %" G_GSIZE_FORMAT " relabelled\n", plan->n_before, plan->n_left,
          ay_bitset_count (plan->relabelled));
  print_steps (self->recipe, plan);
  for (guint s = 0; self->effects != NULL && s < plan->n_steps; s++)
    if (self->effects[s].sentence != NULL)
      printf ("%s alone: %s\n", ay_step_type (self->recipe->steps->pdata[s])->id,
              self->effects[s].sentence);
  if (self->effects != NULL)
    puts (AY_STEP_EFFECTS_NOTE);
  if (self->update != NULL)
    printf ("new version of %s: %" G_GINT64_FORMAT " rows added, %" G_GINT64_FORMAT " gone, %"
            G_GINT64_FORMAT " changed, %" G_GINT64_FORMAT " decisions no longer match\n",
            json_object_get_string_member (self->update, "earlier"),
            json_object_get_int_member (self->update, "n_added"),
            json_object_get_int_member (self->update, "n_gone"),
            json_object_get_int_member (self->update, "n_changed"),
            json_object_get_int_member (self->update, "n_unmatched"));
  print_shares (self->recipe, self->shares);
  print_smallest (plan, self->data);
  if (plan->coverage.k > 0)
    {
      char share[CMD_TEXT_SIZE];

      printf ("coverage: %s of the rows stay or have one that stays among their %u nearest\n",
              cmd_text_percent (plan->coverage.share, share), plan->coverage.k);
    }
  for (gsize i = 0; i < ay_diagnostics_count (plan->warnings); i++)
    printf ("warning: %s\n", ay_diagnostics_get (plan->warnings, i)->text);
  if (self->proof != NULL)
    {
      g_autofree char *words = ay_proof_to_text (self->proof);

      printf ("proof: %s\n", words);
    }
  if (count_broken (self->shares) > 0 && given.strict)
    return;
  if (given.apply)
    puts ("recorded as decisions");
  if (given.output != NULL)
    printf ("%s, its .recipe.json and .certificate.json written\n", given.output);
  if (given.dropped != NULL)
    printf ("%s: the rows that go\n", given.dropped);
}

/* --- comparing --- */

static gboolean
compare (CmdRun *run, AyWork *work, const AyRecipe *recipe, GError **error)
{
  g_autoptr (GPtrArray) differences = ay_work_plan_compare (work, recipe, run->job, error);
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array;

  if (differences == NULL)
    return FALSE;
  array = cmd_json_array (object, "differences");
  cmd_begin_output (run);
  for (guint i = 0; i < differences->len; i++)
    {
      const AyStepDifference *one = differences->pdata[i];
      const AyStepType *type = ay_step_type (recipe->steps->pdata[one->step]);
      JsonObject *into = cmd_json_append (array);

      cmd_json_text (into, "step", type->id);
      add_ids (into, "only_then", one->only_then);
      add_ids (into, "only_now", one->only_now);
      if (run->json)
        continue;
      printf ("%s takes other rows now\n", type->id);
      print_ids ("only then", one->only_then);
      print_ids ("only now", one->only_now);
    }
  if (run->json)
    cmd_json_print (object);
  else if (differences->len == 0)
    puts ("every step takes the rows that it took");
  return TRUE;
}

/* --- the command --- */

static gboolean
write_all (CmdRun *run, AyWork *work, AyRecipe *recipe, AyPlan *plan, GError **error)
{
  AyCurateFiles files = { given.output, given.dropped };

  return (given.output == NULL || ay_work_curate (work, recipe, plan, &files, run->job, error))
         && (given.output != NULL || given.dropped == NULL
             || ay_work_curate_inverse (work, plan, given.dropped, run->job, error))
         && (given.save == NULL || ay_recipe_write (recipe, given.save, error))
         && (!given.apply || ay_work_plan_apply (work, recipe, error));
}

/* recorded: the recipe as it was read. */
static gboolean
carry_out (CmdRun *run, AyWork *work, AyRecipe *recipe, const AyRecipe *recorded, AyPlan *plan,
           GError **error)
{
  g_autoptr (GPtrArray) shares = ay_work_plan_shares (work, recorded, recipe, plan);
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonObject) update = ay_work_update_counts (work, &local);
  guint broken = given.strict ? count_broken (shares) : 0;
  AyProofOptions how = { (guint) given.random, run->seed };
  g_autoptr (JsonObject) proof = NULL;
  AyStepEffect *effects = NULL;
  Outcome outcome = { recipe, plan, ay_work_data (work), NULL, shares, update, NULL };
  gboolean ok = local == NULL;

  if (!ok)
    g_propagate_error (error, g_steal_pointer (&local));
  if (ok && given.effects)
    {
      outcome.effects = effects = ay_plan_effects (work, plan, run->job, error);
      ok = effects != NULL;
    }
  if (ok && given.prove
      && ay_bitset_count (plan->dropped) + ay_bitset_count (plan->relabelled) > 0)
    {
      outcome.proof = proof = ay_work_prove (work, plan, &how, run->job, error);
      ok = proof != NULL;
    }
  if (ok && broken == 0)
    ok = write_all (run, work, recipe, plan, error);
  if (ok)
    {
      cmd_begin_output (run);
      (run->json ? print_json : print_text) (&outcome);
    }
  if (ok && broken > 0)
    g_set_error (error, CMD_ERROR, CMD_ERROR_RULE,
                 "%u steps differ from what the recipe recorded; nothing was written", broken);
  ay_step_effects_free (effects, plan->n_steps);
  return ok && broken == 0;
}

static gboolean
run_curate (CmdRun *run, GError **error)
{
  AyPlanOptions how = { !given.no_coverage };
  g_autoptr (AyRecipe) recipe = NULL;
  g_autoptr (AyRecipe) recorded = NULL;
  g_autoptr (AyWork) work = NULL;
  g_autoptr (AyPlan) plan = NULL;

  if (given.list)
    return list_steps (run);
  if (given.random != 0 && (given.random < 2 || !given.prove))
    return cmd_usage_error (error, "curate: --random goes with --prove, from 2");
  if (given.compare && (given.recipe == NULL || given.output != NULL || given.apply))
    return cmd_usage_error (error, "curate: --compare goes with --recipe alone");
  recipe = given.recipe != NULL ? ay_recipe_read (given.recipe, error) : ay_recipe_new_default ();
  recorded = recipe != NULL ? ay_recipe_copy (recipe) : NULL;
  if (recorded == NULL)
    return FALSE;
  if (given.recipe == NULL)
    recipe->seed = run->seed;
  work = given.apply ? cmd_open (run, run->args[0], AY_WORKSPACE_WRITE, error)
                     : ay_work_open (run->args[0], AY_WORKSPACE_WRITE, run->moved, run->job, error);
  if (work == NULL)
    return FALSE;
  if (given.compare)
    return compare (run, work, recipe, error);
  plan = ay_work_plan (work, recipe, &how, run->job, error);
  return plan != NULL && carry_out (run, work, recipe, recorded, plan, error);
}

const Cmd cmd_curate = {
  .name = "curate",
  .operands = "WORK [-o FILE]",
  .summary = "Plan a recipe: what each step takes; prove it, write the curated data",
  .description = "Only training and pool rows go. Without -o and --apply nothing is changed but "
                 "the scores\nthat a step needs, which are computed.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run_curate,
  .list = &given.list,
};
