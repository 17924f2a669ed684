/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/review_jobs.h"

#include "core/work/prove.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  gpointer page;
  gboolean has_pace;
  double seconds[AY_N_REVIEW_KINDS];
  AyReview *review;
  char *text;
  AssayReviewDone found;
  AssayReviewProved proved;
} Work;

static void
work_free (gpointer data)
{
  Work *self = data;

  g_object_unref (self->page);
  ay_review_free (self->review);
  g_free (self->text);
  g_free (self);
}

/* --- the queue --- */

static gboolean
find_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Work *self = data;
  AyReviewOptions options = AY_REVIEW_OPTIONS_INIT;

  if (self->has_pace && !ay_workspace_is_read_only (ay_work_store (work))
      && !ay_work_keep_pace (work, self->seconds, error))
    return FALSE;
  self->review = ay_work_review (work, &options, job, error);
  return self->review != NULL;
}

static void
find_done (GObject *session, gpointer data, const GError *error)
{
  Work *self = data;

  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  self->found (self->page, error == NULL ? g_steal_pointer (&self->review) : NULL);
}

AssayTask *
assay_review_jobs_find (AssaySession *session, const double *seconds, AssayReviewDone done,
                        gpointer page)
{
  Work *self = g_new0 (Work, 1);

  self->page = g_object_ref (page);
  self->found = done;
  self->has_pace = seconds != NULL;
  if (seconds != NULL)
    memcpy (self->seconds, seconds, sizeof self->seconds);
  return assay_session_run (session, _ ("Finding labels to look at"), find_in_thread, find_done,
                            self, work_free);
}

/* --- the proof --- */

static gboolean
prove_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Work *self = data;
  g_autoptr (AyRecipe) recipe = ay_recipe_new ();
  g_autoptr (AyPlan) plan = NULL;
  g_autoptr (JsonObject) proof = NULL;
  AyPlanOptions how = { FALSE };
  AyProofOptions options = AY_PROOF_OPTIONS_INIT;

  ay_recipe_add (recipe, AY_STEP_DECISIONS);
  plan = ay_work_plan (work, recipe, &how, job, error);
  proof = plan != NULL ? ay_work_prove (work, plan, &options, job, error) : NULL;
  self->text = proof != NULL ? ay_proof_to_text (proof) : NULL;
  return proof != NULL;
}

static void
prove_done (GObject *session, gpointer data, const GError *error)
{
  Work *self = data;

  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  self->proved (self->page, error == NULL ? self->text : NULL);
}

AssayTask *
assay_review_jobs_prove (AssaySession *session, AssayReviewProved done, gpointer page)
{
  Work *self = g_new0 (Work, 1);

  self->page = g_object_ref (page);
  self->proved = done;
  return assay_session_run (session, _ ("Proving the answers"), prove_in_thread, prove_done, self,
                            work_free);
}
