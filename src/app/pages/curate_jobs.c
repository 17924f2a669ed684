/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/curate_jobs.h"

#include "core/work/tell.h"
#include "report/report.h"

#include <glib/gi18n.h>

#define RANDOM_DROPS 20 /* beside the proof */

typedef struct
{
  gpointer page;      /* (nullable) */
  AyRecipe *recipe;
  AyPlan *plan;
  char *path;
  AyStepEffect *effects;
  JsonObject *proof;
  AyReportFormat format;
  AyStory *story;
  AssayPlanDone plan_done;
  AssayEffectsDone effects_done;
  AssayProofDone proof_done;
  AssayStoryDone story_done;
} Work;

static void
work_free (gpointer data)
{
  Work *self = data;

  g_clear_object (&self->page);
  ay_recipe_free (self->recipe);
  if (self->effects != NULL)
    ay_step_effects_free (self->effects, self->plan->n_steps);
  ay_plan_free (self->plan);
  g_clear_pointer (&self->proof, json_object_unref);
  ay_story_unref (self->story);
  g_free (self->path);
  g_free (self);
}

static Work *
work_new (const AyRecipe *recipe, gpointer page)
{
  Work *self = g_new0 (Work, 1);

  self->page = page != NULL ? g_object_ref (page) : NULL;
  if (recipe != NULL)
    {
      g_autofree char *text = ay_recipe_to_text (recipe);

      self->recipe = ay_recipe_parse (text, "", NULL);
    }
  return self;
}

/* --- planning --- */

static gboolean
plan_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Work *self = data;

  self->plan = ay_work_plan (work, self->recipe, NULL, job, error);
  return self->plan != NULL;
}

static void
plan_done (GObject *session, gpointer data, const GError *error)
{
  Work *self = data;

  assay_session_check_columns (ASSAY_SESSION (session)); /* a step may have made its score */
  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  self->plan_done (self->page, error == NULL ? g_steal_pointer (&self->recipe) : NULL,
                   g_steal_pointer (&self->plan));
}

AssayTask *
assay_curate_jobs_plan (AssaySession *session, const AyRecipe *recipe, AssayPlanDone done,
                        gpointer page)
{
  Work *self = work_new (recipe, page);

  self->plan_done = done;
  return assay_session_run (session, _ ("Planning the recipe"), plan_in_thread, plan_done, self,
                            work_free);
}

/* --- what its steps would do --- */

static gboolean
estimate_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Work *self = data;

  self->effects = ay_plan_effects (work, self->plan, job, error);
  return self->effects != NULL;
}

static void
estimate_done (GObject *session, gpointer data, const GError *error)
{
  Work *self = data;

  self->effects_done (self->page, self->plan, error == NULL ? self->effects : NULL);
}

AssayTask *
assay_curate_jobs_estimate (AssaySession *session, AyPlan *plan, AssayEffectsDone done,
                            gpointer page)
{
  Work *self = work_new (NULL, page);

  self->plan = ay_plan_ref (plan);
  self->effects_done = done;
  return assay_session_run (session, _ ("Estimating the steps"), estimate_in_thread,
                            estimate_done, self, work_free);
}

/* --- the proof --- */

static gboolean
prove_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Work *self = data;
  AyPlanOptions how = { FALSE };
  AyProofOptions options = { RANDOM_DROPS, 0 };

  self->plan = ay_work_plan (work, self->recipe, &how, job, error);
  self->proof = self->plan != NULL ? ay_work_prove (work, self->plan, &options, job, error) : NULL;
  return self->proof != NULL;
}

static void
prove_done (GObject *session, gpointer data, const GError *error)
{
  Work *self = data;

  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  else
    self->proof_done (self->page, self->proof);
}

void
assay_curate_jobs_prove (AssaySession *session, const AyRecipe *recipe, AssayProofDone done,
                         gpointer page)
{
  Work *self = work_new (recipe, page);

  self->proof_done = done;
  assay_session_run (session, _ ("Proving the recipe"), prove_in_thread, prove_done, self,
                     work_free);
}

/* --- the report --- */

static gboolean
report_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Work *self = data;
  AyTellOptions options = AY_TELL_OPTIONS_INIT;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d");
  AyPaper paper;

  ay_report_locale (&options.numbers, &paper);
  options.date = date;
  options.repeats = RANDOM_DROPS;
  self->story = ay_work_tell (work, self->recipe, &options, job, error);
  return self->story != NULL && ay_job_commit (job, error)
         && (self->path == NULL
             || ay_report_write (self->story, self->format, paper, self->path, error));
}

static void
report_done (GObject *session, gpointer data, const GError *error)
{
  Work *self = data;
  g_autofree char *name = NULL, *text = NULL;

  assay_session_check_columns (ASSAY_SESSION (session)); /* a score may have been made for it */
  if (error != NULL)
    {
      assay_session_fail (ASSAY_SESSION (session), error);
      return;
    }
  assay_session_take_story (ASSAY_SESSION (session), ay_story_ref (self->story));
  if (self->path == NULL)
    {
      self->story_done (self->page, self->story);
      return;
    }
  name = g_path_get_basename (self->path);
  text = g_strdup_printf (_ ("The report %s is written; the Report page leads from its numbers to "
                             "their rows"), name);
  assay_session_tell (ASSAY_SESSION (session), text, FALSE);
}

void
assay_curate_jobs_report (AssaySession *session, const AyRecipe *recipe, const char *path)
{
  Work *self = work_new (recipe, NULL);
  g_autoptr (GError) error = NULL;

  self->path = g_strdup (path);
  if (ay_report_format_of_path (path, &self->format, &error))
    {
      assay_session_run (session, _ ("Writing the report"), report_in_thread, report_done, self,
                         work_free);
      return;
    }
  assay_session_fail (session, error);
  work_free (self);
}

void
assay_curate_jobs_tell (AssaySession *session, const AyRecipe *recipe, AssayStoryDone done,
                        gpointer page)
{
  Work *self = work_new (recipe, page);

  self->story_done = done;
  assay_session_run (session, _ ("Writing the report"), report_in_thread, report_done, self,
                     work_free);
}

/* --- the file --- */

static gboolean
write_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Work *self = data;
  AyPlanOptions options = { FALSE };

  self->plan = ay_work_plan (work, self->recipe, &options, job, error);
  return self->plan != NULL
         && ay_work_curate (work, self->recipe, self->plan, &(AyCurateFiles) { self->path, NULL },
                            job, error);
}

static void
write_done (GObject *session, gpointer data, const GError *error)
{
  Work *self = data;
  g_autofree char *name = g_path_get_basename (self->path), *text = NULL;

  if (error != NULL)
    {
      assay_session_fail (ASSAY_SESSION (session), error);
      return;
    }
  text = g_strdup_printf (_ ("%s and its recipe are written"), name);
  assay_session_tell (ASSAY_SESSION (session), text, FALSE);
}

void
assay_curate_jobs_write (AssaySession *session, const AyRecipe *recipe, const char *path)
{
  Work *self = work_new (recipe, NULL);

  self->path = g_strdup (path);
  assay_session_run (session, _ ("Writing the curated data"), write_in_thread, write_done, self,
                     work_free);
}
