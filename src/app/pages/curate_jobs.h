/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "core/work/plan_effects.h"
#include "core/work/prove.h"

G_BEGIN_DECLS

/* The long work of the Curate page, as tasks of the session. What comes back is handed to the page,
 * which is kept alive until then; faults are told by the session. */

/* recipe with the rows that each step took, and the plan: (transfer full) to `done`. */
typedef void (*AssayPlanDone) (gpointer page, AyRecipe *recipe, AyPlan *plan);
/* effects (transfer none), one for each step of the plan; NULL: stopped. */
typedef void (*AssayEffectsDone) (gpointer page, const AyPlan *plan, const AyStepEffect *effects);
/* As ay_work_prove() describes it. */
typedef void (*AssayProofDone) (gpointer page, JsonObject *proof);

/* The report that was told; the session holds it, too. */
typedef void (*AssayStoryDone) (gpointer page, AyStory *story);

/* Plans a copy of the recipe. */
AssayTask *assay_curate_jobs_plan (AssaySession *session, const AyRecipe *recipe,
                                   AssayPlanDone done, gpointer page);
/* What each step of the plan would do to the head. */
AssayTask *assay_curate_jobs_estimate (AssaySession *session, AyPlan *plan, AssayEffectsDone done,
                                       gpointer page);
/* Proves a copy of the recipe, beside removals at random. */
void assay_curate_jobs_prove (AssaySession *session, const AyRecipe *recipe, AssayProofDone done,
                              gpointer page);
/* Writes the report on a copy of the recipe; the path's ending says the format. */
void assay_curate_jobs_report (AssaySession *session, const AyRecipe *recipe, const char *path);
/* The report on a copy of the recipe, for who shows it. */
void assay_curate_jobs_tell (AssaySession *session, const AyRecipe *recipe, AssayStoryDone done,
                             gpointer page);
/* Plans a copy of the recipe once more and writes the curated data with it. */
void assay_curate_jobs_write (AssaySession *session, const AyRecipe *recipe, const char *path);

G_END_DECLS
