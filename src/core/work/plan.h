/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/curate/curated_table.h"
#include "core/curate/recipe.h"
#include "core/work/work.h"

G_BEGIN_DECLS

/* What a recipe would do to a workspace's data, before anything is done. Only training and pool
 * rows ever go: what rows are chosen or reported by stays. */

typedef struct
{
  const char *title;    /* of its type */
  AyBitset *alone;      /* what the step would take were it the only one; NULL: it is off */
  AyBitset *took;       /* what it took in the end, beyond the steps before it; NULL: it is off */
  AyNewLabels labels;   /* all new labels after it, where it gives some; else empty */
  gsize n_alone;
  gsize n_took;         /* beyond the steps before it */
  gsize n_relabelled;
  gsize n_protected;    /* it would have taken, but they were decided to be kept */
  gsize n_spared;       /* it took first, but they represent a class, a cluster or the outlier
                         * region of a density clustering that would vanish */
  gsize n_left;         /* training and pool rows after it */
} AyStepPlan;

/* Rows that stay, by how near they are to all of them. */
typedef struct
{
  guint k;             /* neighbours looked at */
  double radius;       /* median distance to the k-th nearest */
  double share;        /* of training and pool rows: stay, or have one that stays among their k
                          nearest within the radius */
  gsize n_uncovered;
} AyCoverage;

typedef struct
{
  gatomicrefcount ref;
  guint n_steps;
  AyStepPlan *steps;
  gsize *overlap;      /* n_steps x n_steps: rows that both would take alone; 0 where one is off */
  AyBitset *dropped;   /* n */
  AyBitset *relabelled;
  AyNewLabels labels;
  gsize n_before, n_left; /* training and pool rows */
  gsize *class_before, *class_left; /* (nullable) n_classes: training rows */
  gsize n_clusters;       /* 0: no clusters were made */
  gsize *cluster_before, *cluster_left; /* training and pool rows */
  AyCoverage coverage; /* k 0: not looked at */
  AyDiagnostics *warnings;
} AyPlan;

typedef struct
{
  gboolean coverage;   /* looks for neighbours: seconds for 60000 rows */
} AyPlanOptions;
#define AY_PLAN_OPTIONS_INIT { TRUE }

/* Runs the steps in order and writes into the recipe what each took and what it was applied to.
 * Scores that a step needs and that were never computed are computed and stored first, where the
 * workspace can be written. Errors: RANGE (no such column, no such flag, a parameter that the data
 * does not allow), those of scores. (transfer full) */
AyPlan *ay_work_plan (AyWork *work, AyRecipe *recipe, const AyPlanOptions *options, AyJob *job,
                      GError **error);
/* Another holder of a plan, which nobody changes any more; each frees it. */
AyPlan *ay_plan_ref (AyPlan *self);
void ay_plan_free (AyPlan *self);

/* The decisions that a planned recipe amounts to, one for each step and new label, in order. The
 * decision and its rows are lent for the call; FALSE ends it. */
typedef gboolean (*AyDecisionFunc) (const AyDecision *decision, gpointer data, GError **error);

gboolean ay_plan_each_decision (AyWork *work, const AyRecipe *recipe, AyDecisionFunc func,
                                gpointer data, GError **error);
/* Records them; undo takes them back one by one. */
gboolean ay_work_plan_apply (AyWork *work, const AyRecipe *recipe, GError **error);

typedef struct
{
  const char *kept;
  const char *dropped; /* (nullable): as ay_work_curate_inverse() writes them */
} AyCurateFiles;

/* Writes the curated data to files->kept, in the format that its ending names, the applied recipe
 * to KEPT.recipe.json and its certificate to KEPT.certificate.json. Test and validation rows are
 * part of it. All files are written before the first gets its name. */
gboolean ay_work_curate (AyWork *work, AyRecipe *recipe, const AyPlan *plan,
                         const AyCurateFiles *files, AyJob *job, GError **error);

/* The rows that go, with the same columns: what is left of the data beside the curated set. */
gboolean ay_work_curate_inverse (AyWork *work, const AyPlan *plan, const char *path, AyJob *job,
                                 GError **error);

/* Writes the curated data again from the ids in an applied recipe and the files that it names
 * (relative to the recipe's folder, unless `moved` (nullable) says where they are now): the same
 * bytes, for the same ending of path. AY_ERROR_CHANGED names an input that is another one; INPUT a
 * recipe that was never applied, or an id that the data has not; IO a file that is not there. */
gboolean ay_replay (const char *recipe_path, GHashTable *moved, const char *path, gsize *n_rows,
                    AyJob *job, GError **error);

/* A step whose rows are not those that the recipe recorded, when it is planned again. */
typedef struct
{
  guint step;
  GPtrArray *only_then, *only_now; /* of char*: ids */
} AyStepDifference;

/* Plans the recipe's steps anew and compares with what it recorded. (transfer full) (element-type
 * AyStepDifference): the steps that differ. */
GPtrArray *ay_work_plan_compare (AyWork *work, const AyRecipe *recorded, AyJob *job,
                                 GError **error);

/* What a step took when its recipe was applied, perhaps to other data, and what it takes now. */
typedef struct
{
  gsize n_then, n_now;            /* rows dropped or relabelled */
  double share_then, share_now;   /* of training and pool rows */
  gboolean differs;               /* very different: ay_shares_differ() */
  GPtrArray *gone;                /* of char*: ids that it took and that the data has no more */
  GPtrArray *undecided;           /* of char*: of decisions: ids that none is about any more */
} AyStepShare;

/* recorded: as it was read, planned: the same after ay_work_plan(). NULL where it was never
 * applied. (transfer full) (element-type AyStepShare): a step each. */
GPtrArray *ay_work_plan_shares (AyWork *work, const AyRecipe *recorded, const AyRecipe *planned,
                                const AyPlan *plan);
/* x of a rows and y of b: more than half of the larger share and 3 standard errors apart. */
gboolean ay_shares_differ (gsize x, gsize a, gsize y, gsize b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyPlan, ay_plan_free)

G_END_DECLS
