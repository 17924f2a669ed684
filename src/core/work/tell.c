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
  g_clear_pointer (&self->plan, ay_plan_free);
  g_clear_pointer (&self->proof, json_object_unref);
  g_clear_pointer (&self->scores, g_ptr_array_unref);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_clear_pointer (&self->story, ay_story_free);
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
  self->n_redundant = cut->n_redundant;
  self->n_leaks = leaks.n_rows;
  ay_leaks_clear (&leaks);
  return TRUE;
}

/* Labels that are doubted, and whether that is a finding; a target that is a number has none. */
static gboolean
count_issues (AyTelling *self, GError **error)
{
  const char *ids[] = { "label_issue", NULL };
  g_autofree double *values = NULL;

  if (self->data->n_classes == 0)
    return TRUE;
  if (!ay_workspace_has (self->work->store, AY_KIND_SCORE, ids[0])
      && !ay_work_score (self->work, ids, NULL, self->options->seed, self->job, error))
    return FALSE;
  values = ay_work_score_values (self->work, ids[0], error);
  if (values == NULL)
    return FALSE;
  for (gsize i = 0; i < self->data->n; i++)
    {
      self->n_judged += !isnan (values[i]);
      self->n_flagged += values[i] > 0.5;
    }
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

static gboolean
gather (AyTelling *self, GError **error)
{
  AyPlanOptions how = AY_PLAN_OPTIONS_INIT;
  AyProofOptions proof = { self->options->repeats, self->options->seed };

  self->plan = ay_work_plan (self->work, self->recipe, &how, self->job, error);
  if (self->plan == NULL)
    return FALSE;
  if (ay_bitset_count (self->plan->dropped) + ay_bitset_count (self->plan->relabelled) > 0)
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
  ay_tell_front (&self);
  ay_story_add (self.story, AY_BLOCK_BREAK, NULL);
  ay_tell_samples (&self, FALSE);
  ay_tell_findings (&self);
  if (!ay_tell_pictures (&self, error) || !ay_tell_appendix (&self, error))
    return NULL;
  return g_steal_pointer (&self.story);
}
