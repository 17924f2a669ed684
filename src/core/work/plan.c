/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/plan_private.h"

#include "core/base/words.h"

#include <math.h>
#include <string.h>

AyPlan *
ay_plan_ref (AyPlan *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_plan_free (AyPlan *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  for (guint i = 0; i < self->n_steps; i++)
    {
      ay_bitset_free (self->steps[i].alone);
      ay_bitset_free (self->steps[i].took);
      ay_new_labels_clear (&self->steps[i].labels);
    }
  g_free (self->steps);
  g_free (self->overlap);
  ay_bitset_free (self->dropped);
  ay_bitset_free (self->relabelled);
  ay_new_labels_clear (&self->labels);
  g_free (self->class_before);
  g_free (self->class_left);
  g_free (self->cluster_before);
  g_free (self->cluster_left);
  g_clear_pointer (&self->warnings, ay_diagnostics_unref);
  g_free (self);
}

/* Their ids, in file order. (transfer full) (element-type char*) */
static GPtrArray *
ids_of (const AyDataset *data, const AyBitset *rows)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = ay_bitset_next (rows, 0); i < rows->n; i = ay_bitset_next (rows, i + 1))
    g_ptr_array_add (ids, ay_column_dup_text (data->id, i));
  return ids;
}

static GPtrArray *
labels_of (const AyPlanning *self, const AyBitset *rows)
{
  const AyDataset *data = self->data;
  GPtrArray *labels = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = ay_bitset_next (rows, 0); i < rows->n; i = ay_bitset_next (rows, i + 1))
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      if (self->plan->labels.label != NULL)
        g_ptr_array_add (labels, g_strdup (data->class_names[self->plan->labels.label[i]]));
      else
        g_ptr_array_add (labels, g_strdup (g_ascii_dtostr (number, sizeof number,
                                                           self->plan->labels.target[i])));
    }
  return labels;
}

/* Rows decided to be kept are not taken while the decisions are part of the recipe. */
static gsize
protect (const AyPlanning *self, AyBitset *rows)
{
  gsize before = ay_bitset_count (rows);

  if (self->kept == NULL)
    return 0;
  ay_bitset_subtract (rows, self->kept);
  return before - ay_bitset_count (rows);
}

/* What it would do alone, then what it does after the others; taken (out): those rows. */
static gboolean
run_step (AyPlanning *self, AyStep *step, AyStepPlan *out, AyBitset **taken, GError **error)
{
  g_autoptr (AyBitset) all = ay_bitset_new (self->data->n);
  g_autoptr (AyBitset) rows = NULL;
  g_autoptr (AyBitset) relabelled = NULL;

  ay_bitset_fill (all);
  ay_job_set_phase (self->job, ay_step_type (step)->title);
  out->alone = ay_plan_step_take (self, step, all, error);
  rows = out->alone != NULL ? ay_plan_step_take (self, step, self->left, error) : NULL;
  if (rows == NULL)
    return FALSE;
  if (step->kind != AY_STEP_DECISIONS)
    out->n_protected = protect (self, rows);
  ay_bitset_subtract (self->left, rows);
  relabelled = ay_plan_step_relabel (self, step, self->left, error);
  if (relabelled == NULL)
    return FALSE;
  out->n_alone = ay_bitset_count (out->alone);
  out->n_relabelled = ay_bitset_count (relabelled);
  ay_bitset_union (self->plan->relabelled, relabelled);
  if (out->n_relabelled > 0)
    {
      ay_new_labels_copy (&out->labels, &self->plan->labels, self->data);
      step->relabelled = ids_of (self->data, relabelled);
      step->labels = labels_of (self, relabelled);
    }
  *taken = g_steal_pointer (&rows);
  return TRUE;
}

/* --- classes and clusters --- */

typedef struct
{
  guint n;
  gint32 *of;      /* n of the data: the class or cluster of a row that may go, or -1 */
  gsize *before, *left;
} Kinds;

static void
count_kinds (const AyPlanning *self, const Kinds *kinds)
{
  for (gsize i = 0; i < self->data->n; i++)
    if (kinds->of[i] >= 0)
      {
        kinds->before[kinds->of[i]]++;
        kinds->left[kinds->of[i]] += ay_bitset_get (self->left, i);
      }
}

/* The first row of each kind that would vanish stays, unless a person dropped it. */
static void
spare_kinds (AyPlanning *self, AyRecipe *recipe, AyBitset **taken, const Kinds *kinds)
{
  for (gsize i = 0; i < self->data->n; i++)
    {
      gint32 kind = kinds->of[i];

      if (kind < 0 || kinds->left[kind] > 0)
        continue;
      for (guint s = 0; s < recipe->steps->len; s++)
        {
          const AyStep *step = recipe->steps->pdata[s];

          if (taken[s] == NULL || step->kind == AY_STEP_DECISIONS
              || !ay_bitset_get (taken[s], i))
            continue;
          ay_bitset_remove (taken[s], i);
          ay_bitset_add (self->left, i);
          self->plan->steps[s].n_spared++;
          kinds->left[kind]++;
        }
    }
}

static void
warn_kinds (AyPlanning *self, const Kinds *kinds, const char *word, char *const *names)
{
  for (guint k = 0; k < kinds->n; k++)
    if (kinds->before[k] > 0 && kinds->left[k] == 0)
      {
        g_autofree char *number = g_strdup_printf ("%u", k);

        ay_diagnostics_add (self->plan->warnings, "vanishes",
                            N_ ("no training row of %s %s is left (%zu before)"), word,
                            names != NULL ? names[k] : number, kinds->before[k]);
      }
}

static void
classes_of (AyPlanning *self, Kinds *out)
{
  const AyDataset *data = self->data;

  out->n = data->n_classes;
  out->of = g_new (gint32, MAX (data->n, 1));
  self->plan->class_before = out->before = g_new0 (gsize, MAX (out->n, 1));
  self->plan->class_left = out->left = g_new0 (gsize, MAX (out->n, 1));
  for (gsize i = 0; i < data->n; i++)
    out->of[i] = out->n > 0 && data->split[i] == AY_SPLIT_TRAIN ? data->label[i] : -1;
}

/* Clusters that were made before; the noise of a density clustering is the outlier region. */
static gboolean
clusters_of (AyPlanning *self, Kinds *out, Kinds *outliers, GError **error)
{
  g_autoptr (AyTable) columns = ay_work_columns (self->work, error);
  AyColumn *column = columns != NULL ? ay_table_find (columns, "cluster") : NULL;
  double most = -1.0;
  const double *values;

  if (columns == NULL)
    return FALSE;
  if (column == NULL || ay_column_type (column) != AY_COLUMN_NUMBER)
    return TRUE;
  values = ay_column_numbers (column);
  for (gsize i = 0; i < self->data->n; i++)
    if (values[i] > most && values[i] < 1e6)
      most = values[i];
  out->n = (guint) (most + 1.0);
  out->of = g_new (gint32, MAX (self->data->n, 1));
  self->plan->n_clusters = out->n;
  self->plan->cluster_before = out->before = g_new0 (gsize, MAX (out->n, 1));
  self->plan->cluster_left = out->left = g_new0 (gsize, MAX (out->n, 1));
  outliers->n = 1;
  outliers->of = g_new (gint32, MAX (self->data->n, 1));
  outliers->before = g_new0 (gsize, 1);
  outliers->left = g_new0 (gsize, 1);
  for (gsize i = 0; i < self->data->n; i++)
    {
      gboolean may_go = ay_bitset_get (self->may_go, i);

      out->of[i] = may_go && values[i] >= 0.0 && values[i] < 1e6 ? (gint32) values[i] : -1;
      outliers->of[i] = may_go && values[i] < 0.0 ? 0 : -1;
    }
  return TRUE;
}

static void
count_again (const AyPlanning *self, const Kinds *kinds)
{
  memset (kinds->left, 0, kinds->n * sizeof (gsize));
  memset (kinds->before, 0, kinds->n * sizeof (gsize));
  count_kinds (self, kinds);
}

static gboolean
look_at_kinds (AyPlanning *self, AyRecipe *recipe, AyBitset **taken, GError **error)
{
  enum { CLASSES, CLUSTERS, OUTLIERS, N };
  static char *const region[] = { (char *) "of a density clustering" };
  Kinds kinds[N] = { { 0 }, { 0 }, { 0 } };
  gboolean ok;

  classes_of (self, &kinds[CLASSES]);
  ok = clusters_of (self, &kinds[CLUSTERS], &kinds[OUTLIERS], error);
  for (guint k = 0; ok && k < N; k++)
    if (kinds[k].n > 0)
      count_kinds (self, &kinds[k]);
  for (guint k = 0; ok && recipe->keep_representatives && k < N; k++)
    if (kinds[k].n > 0)
      {
        spare_kinds (self, recipe, taken, &kinds[k]);
        for (guint other = 0; other < N; other++) /* what is spared is of the others too */
          if (kinds[other].n > 0)
            count_again (self, &kinds[other]);
      }
  warn_kinds (self, &kinds[CLASSES], "class", self->data->class_names);
  warn_kinds (self, &kinds[CLUSTERS], "cluster", NULL);
  warn_kinds (self, &kinds[OUTLIERS], "the outlier region", region);
  for (guint k = 0; k < N; k++)
    g_free (kinds[k].of);
  g_free (kinds[OUTLIERS].before);
  g_free (kinds[OUTLIERS].left);
  return ok;
}

/* --- warnings from the scores --- */

gboolean
ay_plan_score_finds (AyWork *work, const char *id, gboolean *finds, GError **error)
{
  g_autoptr (GPtrArray) scores = ay_work_scores (work, error);

  *finds = TRUE;
  for (guint i = 0; scores != NULL && i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];

      if (strcmp (info->id, id) == 0 && info->certificate != NULL)
        *finds = json_object_get_boolean_member_with_default (info->certificate, "finding", TRUE);
    }
  return scores != NULL;
}

/* A score that makes no finding is not followed, or only because that was asked for: it is said. */
static gboolean
warn_of_score (AyPlanning *self, const char *id, gboolean followed, GError **error)
{
  gboolean finds;

  if (!ay_plan_score_finds (self->work, id, &finds, error))
    return FALSE;
  if (!finds)
    ay_diagnostics_add (self->plan->warnings, "no-finding",
                        followed ? N_ ("%s makes no finding on this data: its step follows a "
                                       "ranking only")
                                 : N_ ("%s makes no finding on this data: its step takes no row"),
                        id);
  return TRUE;
}

static gboolean
warn_of_steps (AyPlanning *self, const AyRecipe *recipe, GError **error)
{
  for (guint s = 0; s < recipe->steps->len; s++)
    {
      const AyStep *step = recipe->steps->pdata[s];
      gboolean issues = step->kind == AY_STEP_DROP_LABEL_ISSUES
                        || step->kind == AY_STEP_RELABEL_ISSUES;
      const char *id = issues                               ? "label_issue"
                       : step->kind == AY_STEP_DROP_FLAGGED ? ay_step_text (step, "flag")
                                                            : NULL;

      if (step->on && ay_plan_copies_by_chance (self, step))
        ay_diagnostics_add (self->plan->warnings, "few-columns",
                            N_ ("with %zu columns of features rows point the same way by chance: "
                                "the step on near copies takes no row (by metric=euclidean and a "
                                "threshold it takes those that lie close)"),
                            ay_matrix_cols (self->data->features));
      else if (step->on && issues && self->data->n_classes == 0)
        ay_diagnostics_add (self->plan->warnings, "no-finding",
                            N_ ("the target is a number, and no label is doubtful: the step on "
                                "label errors takes no row"));
      else if (step->on && id != NULL
               && !warn_of_score (self, id,
                                  !issues || strcmp (ay_step_text (step, "follow"), "ranking") == 0,
                                  error))
        return FALSE;
    }
  return TRUE;
}

/* --- the whole --- */

static gboolean
run_steps (AyPlanning *self, AyRecipe *recipe, AyBitset **taken, GError **error)
{
  for (guint s = 0; s < recipe->steps->len; s++)
    {
      AyStep *step = recipe->steps->pdata[s];

      if (step->on && step->kind == AY_STEP_DECISIONS && self->kept == NULL)
        self->kept = ay_journal_rows_decided (self->work->journal, AY_DECIDED_KEEP);
    }
  for (guint s = 0; s < recipe->steps->len; s++)
    {
      AyStep *step = recipe->steps->pdata[s];

      if (step->on && !run_step (self, step, &self->plan->steps[s], &taken[s], error))
        return FALSE;
    }
  return look_at_kinds (self, recipe, taken, error) && warn_of_steps (self, recipe, error);
}

/* After representatives were spared: what was taken in the end, in counts and ids. */
static void
settle (AyPlanning *self, AyRecipe *recipe, AyBitset **taken)
{
  AyPlan *plan = self->plan;
  gsize left = plan->n_before;

  for (guint s = 0; s < recipe->steps->len; s++)
    {
      AyStep *step = recipe->steps->pdata[s];

      if (taken[s] != NULL)
        {
          plan->steps[s].n_took = ay_bitset_count (taken[s]);
          step->took = ids_of (self->data, taken[s]);
          ay_bitset_union (plan->dropped, taken[s]);
          left -= plan->steps[s].n_took;
        }
      plan->steps[s].title = ay_step_type (step)->title;
      plan->steps[s].took = g_steal_pointer (&taken[s]);
      plan->steps[s].n_left = left;
      for (guint t = 0; t < recipe->steps->len; t++)
        if (plan->steps[s].alone != NULL && plan->steps[t].alone != NULL)
          {
            g_autoptr (AyBitset) both = ay_bitset_copy (plan->steps[s].alone);

            ay_bitset_intersect (both, plan->steps[t].alone);
            plan->overlap[s * recipe->steps->len + t] = ay_bitset_count (both);
          }
    }
  plan->n_left = left;
}

static void
start (AyPlanning *self, const AyRecipe *recipe)
{
  const AyDataset *data = self->data;
  AyPlan *plan = self->plan;

  g_atomic_ref_count_init (&plan->ref);
  plan->n_steps = recipe->steps->len;
  plan->steps = g_new0 (AyStepPlan, MAX (plan->n_steps, 1));
  plan->overlap = g_new0 (gsize, MAX ((gsize) plan->n_steps * plan->n_steps, 1));
  plan->dropped = ay_bitset_new (data->n);
  plan->relabelled = ay_bitset_new (data->n);
  plan->warnings = ay_diagnostics_new ();
  ay_new_labels_init (&plan->labels, data);
  self->may_go = ay_bitset_new (data->n);
  self->left = ay_bitset_new (data->n);
  ay_bitset_fill (self->left);
  for (gsize i = 0; i < data->n; i++)
    if (data->split[i] == AY_SPLIT_TRAIN || data->split[i] == AY_SPLIT_POOL)
      ay_bitset_add (self->may_go, i);
  plan->n_before = ay_bitset_count (self->may_go);
}

AyPlan *
ay_work_plan (AyWork *work, AyRecipe *recipe, const AyPlanOptions *options, AyJob *job,
              GError **error)
{
  AyPlanOptions defaults = AY_PLAN_OPTIONS_INIT;
  g_autoptr (AyPlan) plan = g_new0 (AyPlan, 1);
  AyPlanning planning = { work, work->data, plan, recipe->seed, NULL, NULL, NULL, job };
  g_autofree AyBitset **taken = g_new0 (AyBitset *, MAX (recipe->steps->len, 1));
  gboolean ok;

  options = options != NULL ? options : &defaults;
  ay_recipe_forget (recipe);
  start (&planning, recipe);
  ok = run_steps (&planning, recipe, taken, error);
  if (ok)
    settle (&planning, recipe, taken);
  if (ok && options->coverage)
    ok = ay_plan_cover (&planning, error);
  if (ok && plan->coverage.k > 0 && plan->coverage.n_uncovered > 0)
    ay_diagnostics_add (plan->warnings, "uncovered",
                        N_ ("%zu rows have no row left among their %u nearest within the usual "
                            "distance"),
                        plan->coverage.n_uncovered, plan->coverage.k);
  for (guint s = 0; s < recipe->steps->len; s++)
    ay_bitset_free (taken[s]);
  ay_bitset_free (planning.may_go);
  ay_bitset_free (planning.left);
  ay_bitset_free (planning.kept);
  return ok ? g_steal_pointer (&plan) : NULL;
}
