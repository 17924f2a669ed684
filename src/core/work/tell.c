/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/tell_private.h"

#include "core/work/work_redundancy.h"

#include <math.h>
#include <string.h>

double
ay_tell_proof (const AyTelling *self, const char *name)
{
  if (self->proof == NULL || !json_object_has_member (self->proof, name)
      || json_object_get_null_member (self->proof, name))
    return NAN;
  return json_object_get_double_member (self->proof, name);
}

const char *
ay_tell_figure (AyTelling *self, const char *id, double value)
{
  double size = value != 0.0 && isfinite (value) ? floor (log10 (fabs (value))) : 0.0;

  return ay_story_number (self->story, id, value, (guint) CLAMP (2.0 - size, 0.0, 5.0));
}

static void
telling_clear (AyTelling *self)
{
  g_clear_pointer (&self->copies, ay_bitset_free);
  g_clear_pointer (&self->leaks, ay_bitset_free);
  g_clear_pointer (&self->doubted, ay_bitset_free);
  g_clear_pointer (&self->plan, ay_plan_free);
  g_clear_pointer (&self->proof, json_object_unref);
  g_clear_pointer (&self->scores, g_ptr_array_unref);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_clear_pointer (&self->story, ay_story_unref);
  ay_savings_inputs_clear (&self->inputs);
  ay_savings_clear (&self->savings);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyTelling, telling_clear)

static gboolean
count_copies (AyTelling *self, GError **error)
{
  AyRedundancyOptions options = AY_REDUNDANCY_OPTIONS_INIT;
  g_autoptr (AyRedundancy) found = NULL;
  g_autoptr (AyRedundancyCut) cut = NULL;
  AyLeaks leaks;

  options.threshold = 0.99;
  options.seed = self->options->seed;
  found = ay_work_redundancy (self->work, &options, self->job, error);
  if (found == NULL)
    return FALSE;
  cut = ay_redundancy_cut (found, options.threshold);
  if (!ay_redundancy_leaks (self->work, cut, FALSE, &leaks, self->job, error))
    return FALSE;
  self->copies = ay_bitset_new (self->data->n);
  for (gsize i = 0; i < self->data->n; i++)
    if (cut->redundant[i])
      ay_bitset_add (self->copies, i);
  self->leaks = ay_bitset_new (self->data->n);
  for (gsize i = 0; i < leaks.n_rows; i++)
    ay_bitset_add (self->leaks, leaks.rows[i]);
  ay_leaks_clear (&leaks);
  return TRUE;
}

/* Labels that are doubted, and whether that is a finding; a target that is a number has none. */
static gboolean
count_issues (AyTelling *self, GError **error)
{
  const char *ids[] = { "label_issue", NULL };
  g_autofree double *values = NULL;

  self->doubted = ay_bitset_new (self->data->n);
  if (self->data->n_classes == 0)
    return TRUE;
  if (!ay_workspace_has (self->work->store, AY_KIND_SCORE, ids[0])
      && !ay_work_score (self->work, ids, NULL, self->options->seed, self->job, error))
    return FALSE;
  values = ay_work_score_values (self->work, ids[0], error);
  if (values == NULL)
    return FALSE;
  for (gsize i = 0; i < self->data->n; i++)
    if (values[i] > 0.5)
      ay_bitset_add (self->doubted, i);
  return TRUE;
}

static gboolean
read_scores (AyTelling *self, GError **error)
{
  self->scores = ay_work_scores (self->work, error);
  for (guint i = 0; self->scores != NULL && i < self->scores->len; i++)
    {
      const AyScoreInfo *info = self->scores->pdata[i];

      if (strcmp (info->id, "label_issue") == 0)
        self->issues_are_findings
            = info->certificate == NULL
              || json_object_get_boolean_member_with_default (info->certificate, "finding", TRUE);
    }
  self->findings = self->scores != NULL ? ay_work_findings (self->work, error) : NULL;
  return self->findings != NULL;
}

/* Whether a training row goes or gets another label: else there is nothing to prove. */
static gboolean
changes_training (const AyTelling *self)
{
  for (gsize i = 0; i < self->data->n; i++)
    if (self->data->split[i] == AY_SPLIT_TRAIN
        && (ay_bitset_get (self->plan->dropped, i) || ay_bitset_get (self->plan->relabelled, i)))
      return TRUE;
  return FALSE;
}

static gboolean
gather (AyTelling *self, GError **error)
{
  AyPlanOptions how = AY_PLAN_OPTIONS_INIT;
  AyProofOptions proof = { self->options->repeats, self->options->seed };

  self->plan = ay_work_plan (self->work, self->recipe, &how, self->job, error);
  if (self->plan == NULL)
    return FALSE;
  if (changes_training (self))
    {
      self->proof = ay_work_prove (self->work, self->plan, &proof, self->job, error);
      if (self->proof == NULL)
        return FALSE;
    }
  self->fitness = ay_work_fitness (self->work, self->job, error);
  if (self->fitness == NULL || !count_copies (self, error) || !count_issues (self, error)
      || !read_scores (self, error)
      || !ay_work_savings_inputs (self->work, self->plan, NULL, &self->inputs, error))
    return FALSE;
  ay_savings_compute (&self->inputs, &self->savings);
  return TRUE;
}

/* --- the rows behind the numbers --- */

void
ay_tell_about (AyTelling *self, AyTellSet set)
{
  ay_story_about_again (self->story, set);
}

void
ay_tell_about_step (AyTelling *self, guint step, gboolean left)
{
  AyBitset *rows = ay_bitset_new (self->data->n);
  const char *title = self->plan->steps[step].title;
  g_autofree char *words = NULL;

  for (guint s = left ? 0 : step; s <= step; s++)
    if (self->plan->steps[s].took != NULL)
      ay_bitset_union (rows, self->plan->steps[s].took);
  if (left)
    {
      ay_bitset_invert (rows);
      ay_bitset_intersect (rows, ay_story_set (self->story, AY_TELL_MAY_GO));
    }
  words = g_strdup_printf (left ? "what is left after: %s" : "what goes by: %s", title);
  ay_story_about (self->story, words, rows);
}

static AyBitset *
rows_of_parts (const AyDataset *data, AySplit a, AySplit b)
{
  AyBitset *rows = ay_bitset_new (data->n);

  for (gsize i = 0; i < data->n; i++)
    if (data->split[i] == a || data->split[i] == b)
      ay_bitset_add (rows, i);
  return rows;
}

/* In the order of AyTellSet. */
static void
name_sets (AyTelling *self)
{
  const AyDataset *data = self->data;
  AySplit judge = data->has_test ? AY_SPLIT_TEST : AY_SPLIT_VALID;
  AyBitset *all = ay_bitset_new (data->n);
  AyBitset *stay = rows_of_parts (data, AY_SPLIT_TRAIN, AY_SPLIT_POOL);
  AyStory *story = self->story;

  ay_bitset_fill (all);
  ay_bitset_subtract (stay, self->plan->dropped);
  ay_story_about (story, "all examples", all);
  ay_story_about (story, "training examples",
                  rows_of_parts (data, AY_SPLIT_TRAIN, AY_SPLIT_TRAIN));
  ay_story_about (story, "examples without a label",
                  rows_of_parts (data, AY_SPLIT_POOL, AY_SPLIT_POOL));
  ay_story_about (story, "examples by which rows are chosen",
                  rows_of_parts (data, AY_SPLIT_VALID, AY_SPLIT_VALID));
  ay_story_about (story, data->has_test ? "test examples" : "examples by which rows are chosen",
                  rows_of_parts (data, judge, judge));
  ay_story_about (story, "examples that may go",
                  rows_of_parts (data, AY_SPLIT_TRAIN, AY_SPLIT_POOL));
  ay_story_about (story, "examples that go", ay_bitset_copy (self->plan->dropped));
  ay_story_about (story, "examples that stay", stay);
  ay_story_about (story, "examples with a new label", ay_bitset_copy (self->plan->relabelled));
  ay_story_about (story, "near copies, which could go", g_steal_pointer (&self->copies));
  ay_story_about (story, "held-out examples with a near copy", g_steal_pointer (&self->leaks));
  ay_story_about (story, "examples whose label is doubted", g_steal_pointer (&self->doubted));
  g_return_if_fail (story->rows->len == AY_TELL_N_SETS);
}

static void
name_it (AyTelling *self)
{
  g_autofree char *file = g_path_get_basename (ay_work_path (self->work));

  if (g_str_has_suffix (file, ".assay"))
    file[strlen (file) - strlen (".assay")] = '\0';
  self->story->title = self->options->title != NULL
                           ? g_strdup (self->options->title)
                           : g_strdup_printf ("Curating %s", file);
  self->story->date = g_strdup (self->options->date);
  self->story->language = g_strdup ("en");
}

AyStory *
ay_work_tell (AyWork *work, AyRecipe *recipe, const AyTellOptions *options, AyJob *job,
              GError **error)
{
  g_auto (AyTelling) self = { .work = work, .data = work->data, .options = options,
                              .recipe = recipe, .job = job };

  ay_savings_inputs_init (&self.inputs);
  ay_savings_inputs_clear (&self.inputs); /* filled by gather (); clear in any case */
  self.story = ay_story_new (&options->numbers);
  if (!gather (&self, error))
    return NULL;
  name_it (&self);
  name_sets (&self);
  ay_tell_front (&self);
  ay_story_add (self.story, AY_BLOCK_BREAK, NULL);
  ay_tell_samples (&self, FALSE);
  ay_tell_findings (&self);
  if (!ay_tell_pictures (&self, error) || !ay_tell_appendix (&self, error))
    return NULL;
  return g_steal_pointer (&self.story);
}
