/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each kind of step takes, of the rows that the steps before it have left. */
#include "core/work/plan_private.h"

#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/model/scales.h"
#include "core/select/strategy.h"
#include "core/work/work_redundancy.h"

#include <math.h>
#include <string.h>

/* A stored column of numbers; a score that was never computed is computed now. (transfer full) */
static AyColumn *
numbers_of (AyPlanning *self, const char *name, GError **error)
{
  g_autoptr (AyTable) columns = ay_work_columns (self->work, error);
  AyColumn *column = columns != NULL ? ay_table_find (columns, name) : NULL;
  const char *ids[] = { name, NULL };

  if (columns == NULL)
    return NULL;
  if (column == NULL && ay_score_find (name) != NULL
      && !ay_workspace_is_read_only (self->work->store))
    {
      if (!ay_work_score (self->work, ids, NULL, self->seed, self->job, error))
        return NULL;
      g_clear_pointer (&columns, ay_table_unref);
      columns = ay_work_columns (self->work, error);
      column = columns != NULL ? ay_table_find (columns, name) : NULL;
    }
  if (column == NULL || ay_column_type (column) != AY_COLUMN_NUMBER)
    {
      g_clear_error (error);
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   column == NULL ? N_ ("there is no column \"%s\"")
                                  : N_ ("column \"%s\" holds no numbers"),
                   name);
      return NULL;
    }
  return ay_column_ref (column);
}

/* Candidates: rows that may go and are left. (transfer full) */
static AyBitset *
candidates (const AyPlanning *self, const AyBitset *left)
{
  AyBitset *rows = ay_bitset_copy (self->may_go);

  ay_bitset_intersect (rows, left);
  return rows;
}

static AyBitset *
take_by_value (AyPlanning *self, const char *name, double below, double above, const AyBitset *left,
               GError **error)
{
  g_autoptr (AyColumn) column = numbers_of (self, name, error);
  const double *values;
  AyBitset *rows;

  if (column == NULL)
    return NULL;
  values = ay_column_numbers (column);
  rows = candidates (self, left);
  for (gsize i = 0; i < rows->n; i++)
    if (ay_bitset_get (rows, i) && !(values[i] < below) && !(values[i] > above))
      ay_bitset_remove (rows, i);
  return rows;
}

/* --- near copies --- */

static gboolean
read_redundancy (const AyStep *step, AyRedundancyOptions *options, GError **error)
{
  const char *metric = ay_step_text (step, "metric"), *linkage = ay_step_text (step, "linkage");
  const char *keep = ay_step_text (step, "keep"), *wrong = NULL;

  options->threshold = ay_step_number (step, "threshold");
  if (!ay_distance_parse (metric, &options->distance))
    wrong = "metric";
  else if (!ay_linkage_parse (linkage, &options->linkage))
    wrong = "linkage";
  else if (!ay_keep_rule_parse (keep, &options->keep))
    wrong = "keep";
  if (wrong != NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("drop_duplicates: %s \"%s\" is not known"),
                   wrong, ay_step_text (step, wrong));
      return FALSE;
    }
  if (options->keep == AY_KEEP_SCORE)
    options->keep_score = ay_step_text (step, "score");
  return TRUE;
}

gboolean
ay_plan_copies_by_chance (const AyPlanning *self, const AyStep *step)
{
  g_autofree char *by_chance = ay_redundancy_by_chance (self->data, AY_DISTANCE_COSINE);

  return step->kind == AY_STEP_DROP_DUPLICATES
         && strcmp (ay_step_text (step, "metric"), "cosine") == 0 && by_chance != NULL;
}

/* Where the rows of a group that the rule would keep are gone already, the first that is left
 * stays. */
static AyBitset *
take_copies (AyPlanning *self, const AyStep *step, const AyBitset *left, GError **error)
{
  AyRedundancyOptions options = AY_REDUNDANCY_OPTIONS_INIT;
  g_autoptr (AyRedundancy) found = NULL;
  g_autoptr (AyRedundancyCut) cut = NULL;
  AyBitset *rows;

  options.seed = self->seed;
  if (!read_redundancy (step, &options, error))
    return NULL;
  if (ay_plan_copies_by_chance (self, step))
    return ay_bitset_new (self->data->n);
  found = ay_work_redundancy (self->work, &options, self->job, error);
  if (found == NULL)
    return NULL;
  cut = ay_redundancy_cut (found, options.threshold);
  rows = ay_bitset_new (self->data->n);
  for (gsize g = 0; g < cut->groups->n_groups; g++)
    {
      guint32 stays = cut->representative[g];
      gboolean has_one = stays != G_MAXUINT32 && ay_bitset_get (left, stays);

      for (gsize m = cut->groups->start[g]; m < cut->groups->start[g + 1]; m++)
        {
          guint32 row = cut->groups->members[m];

          if (!cut->redundant[row] || !ay_bitset_get (left, row))
            continue;
          if (has_one)
            ay_bitset_add (rows, row);
          has_one = TRUE;
        }
    }
  return rows;
}

/* --- label issues --- */

typedef struct
{
  guint32 row;
  double key; /* lowest first */
} Ranked;

static int
by_key (gconstpointer a, gconstpointer b)
{
  const Ranked *x = a, *y = b;

  if (x->key != y->key)
    return x->key < y->key ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Rows in order of sign times a column's value, missing ones last. (transfer full) */
static Ranked *
rank_rows (const AyBitset *rows, const double *values, double sign, gsize *n)
{
  g_autofree guint32 *list = ay_bitset_rows (rows, n);
  Ranked *ranked = g_new (Ranked, MAX (*n, 1));

  for (gsize i = 0; i < *n; i++)
    {
      double value = sign * values[list[i]];

      ranked[i] = (Ranked) { list[i], isnan (value) ? INFINITY : value };
    }
  qsort (ranked, *n, sizeof *ranked, by_key);
  return ranked;
}

/* Whether a step may follow label_issue, which must have been computed. */
static gboolean
may_follow (AyPlanning *self, const AyStep *step, gboolean *may, GError **error)
{
  const char *follow = ay_step_text (step, "follow");

  *may = strcmp (follow, "ranking") == 0;
  if (*may)
    return TRUE;
  if (strcmp (follow, "finding") == 0)
    return ay_plan_score_finds (self->work, "label_issue", may, error);
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
               N_ ("%s: \"follow\" is neither finding nor ranking"), ay_step_type (step)->id);
  return FALSE;
}

static AyBitset *
take_issues (AyPlanning *self, const AyStep *step, const AyBitset *left, GError **error)
{
  g_autoptr (AyBitset) rows
      = self->data->n_classes > 0
            ? take_by_value (self, "label_issue", -INFINITY, 0.5, left, error)
            : ay_bitset_new (self->data->n); /* a number is no label */
  double most = ay_step_number (step, "most");
  g_autoptr (AyColumn) confidence = NULL;
  g_autofree Ranked *ranked = NULL;
  gboolean may;
  gsize n;

  if (rows == NULL || !may_follow (self, step, &may, error))
    return NULL;
  if (!may)
    return ay_bitset_new (self->data->n);
  if (isnan (most) || most < 0 || (double) ay_bitset_count (rows) <= most)
    return g_steal_pointer (&rows);
  confidence = numbers_of (self, "self_confidence", error);
  if (confidence == NULL)
    return NULL;
  ranked = rank_rows (rows, ay_column_numbers (confidence), 1.0, &n);
  for (gsize i = (gsize) most; i < n; i++)
    ay_bitset_remove (rows, ranked[i].row);
  return g_steal_pointer (&rows);
}

static AyBitset *
relabel_issues (AyPlanning *self, const AyStep *step, const AyBitset *left, GError **error)
{
  g_autoptr (AyBitset) rows = take_issues (self, step, left, error);
  AyScoreContext *context = rows != NULL ? ay_work_context (self->work, self->job, error) : NULL;
  const AyProblem *train = context != NULL ? ay_score_context_train (context, error) : NULL;
  const AyLoo *loo
      = train != NULL ? ay_score_context_loo (context, FALSE, self->job, error) : NULL;
  g_autoptr (AyBitset) changed = NULL;

  if (loo == NULL)
    return NULL;
  changed = ay_bitset_new (self->data->n);
  for (gsize i = 0; i < train->n; i++)
    {
      const double *p = loo->output + i * loo->n_outputs;
      gsize best = ay_argmax (p, loo->n_outputs);

      if (!ay_bitset_get (rows, train->rows[i]) || isnan (p[best])
          || (gint32) best == self->data->label[train->rows[i]])
        continue;
      self->plan->labels.label[train->rows[i]] = (gint32) best;
      ay_bitset_add (changed, train->rows[i]);
    }
  return g_steal_pointer (&changed);
}

/* --- balance and budget --- */

/* Rows by which of them stay, first to stay first: at random, or by a column, with sign -1 its
 * highest values. */
static Ranked *
rank_to_stay (AyPlanning *self, const AyStep *step, double sign, const AyBitset *rows, gsize *n,
              GError **error)
{
  const char *by = ay_step_text (step, "by");
  g_autoptr (AyColumn) column = NULL;
  g_autofree double *drawn = NULL;
  AyRng rng;

  if (strcmp (by, "random") != 0)
    {
      column = numbers_of (self, by, error);
      return column != NULL ? rank_rows (rows, ay_column_numbers (column), sign, n) : NULL;
    }
  drawn = g_new (double, MAX (rows->n, 1));
  ay_rng_init (&rng, self->seed, 0);
  for (gsize i = 0; i < rows->n; i++)
    drawn[i] = ay_rng_uniform (&rng); /* one for each row, whatever is left of them */
  return rank_rows (rows, drawn, 1.0, n);
}

static AyBitset *
take_balance (AyPlanning *self, const AyStep *step, const AyBitset *left, GError **error)
{
  const AyDataset *data = self->data;
  g_autoptr (AyBitset) rows = candidates (self, left);
  g_autofree gsize *count = g_new0 (gsize, MAX (data->n_classes, 1));
  g_autofree Ranked *ranked = NULL;
  double ratio = ay_step_number (step, "ratio");
  gsize n, smallest = G_MAXSIZE, most;

  if (data->n_classes == 0 || !(ratio >= 1.0))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "balance: %s",
                   data->n_classes == 0 ? N_ ("a number is predicted, there are no classes")
                                        : N_ ("ratio is below 1"));
      return NULL;
    }
  ranked = rank_to_stay (self, step, -1.0, rows, &n, error);
  if (ranked == NULL)
    return NULL;
  for (gsize i = 0; i < n; i++)
    if (data->label[ranked[i].row] != AY_LABEL_MISSING)
      count[ay_new_labels_class (&self->plan->labels, data, ranked[i].row)]++;
  for (guint k = 0; k < data->n_classes; k++)
    if (count[k] > 0)
      smallest = MIN (smallest, count[k]);
  most = smallest == G_MAXSIZE ? 0 : (gsize) floor (ratio * (double) smallest);
  memset (count, 0, data->n_classes * sizeof *count);
  for (gsize i = 0; i < n; i++)
    if (data->label[ranked[i].row] == AY_LABEL_MISSING
        || count[ay_new_labels_class (&self->plan->labels, data, ranked[i].row)]++ < most)
      ay_bitset_remove (rows, ranked[i].row);
  return g_steal_pointer (&rows);
}

/* The rows as points of a pool without labels: n x d floats, scaled, their mean taken off.
 * (transfer full) */
static float *
pool_points (AyPlanning *self, const guint32 *rows, gsize n, GError **error)
{
  gsize d = ay_matrix_cols (self->data->features);
  g_auto (AyScales) scales = { 0 };
  AyPoints points = { .features = self->data->features, .rows = rows, .n = n };
  g_autoptr (AyPointSet) set = NULL;
  float *z = NULL;

  if (!ay_scales_init_as_asked (&scales, self->data, -1, self->job, error))
    return NULL;
  ay_scales_apply (&scales, &points);
  set = ay_point_set_new (&points, NULL, self->job, error);
  if (set != NULL)
    z = ay_try_alloc (MAX (n * d, 1), sizeof (float), "the points", error);
  if (z != NULL)
    ay_point_set_load (set, NULL, 0, n, z);
  return z;
}

/* What rows stay by, where it is a strategy: one that needs no head, the pool being all there is.
 * (nullable) */
static const AyStrategy *
strategy_to_stay_by (const char *by)
{
  const AyStrategy *found = ay_strategy_find (strcmp (by, "coverage") == 0 ? "k_center" : by);

  if (found == NULL || found->needs_head || strcmp (found->id, "random") == 0)
    return NULL;
  return found;
}

/* All but the wanted number of rows that a strategy picks, none of them labelled before. */
static AyBitset *
take_unpicked (AyPlanning *self, const AyStrategy *strategy, const AyBitset *rows, gsize wanted,
               GError **error)
{
  gsize n;
  g_autofree guint32 *list = ay_bitset_rows (rows, &n);
  g_autofree guint32 *all = g_new (guint32, MAX (n, 1));
  g_autoptr (AyBitset) goes = ay_bitset_copy (rows);
  g_autoptr (AyMatrix) features = NULL;
  g_autofree AyPick *picks = NULL;
  AyPool pool = { .n = n, .d = ay_matrix_cols (self->data->features), .pool = all, .n_pool = n,
                  .n_classes = self->data->n_classes, .seed = self->seed,
                  .options = AY_STRATEGY_OPTIONS_INIT };
  float *z;

  wanted = MIN (wanted, n);
  if (wanted == 0)
    return g_steal_pointer (&goes);
  z = pool_points (self, list, n, error);
  if (z == NULL)
    return NULL;
  features = ay_matrix_take_f32 (n, pool.d, z);
  for (gsize i = 0; i < n; i++)
    all[i] = (guint32) i;
  pool.z = z;
  pool.features = features;
  picks = g_new (AyPick, wanted);
  if (!strategy->run (&pool, wanted, picks, self->job, error))
    return NULL;
  for (gsize k = 0; k < wanted; k++)
    ay_bitset_remove (goes, list[picks[k].position]);
  return g_steal_pointer (&goes);
}

/* Brings the first training row of each class to the front, the order within and after kept, as
 * the retention curve does: the rows of its point are those of the budget. */
static void
classes_first (AyPlanning *self, Ranked *ranked, gsize n)
{
  const AyDataset *data = self->data;
  g_autofree guint8 *seen = g_new0 (guint8, MAX (data->n_classes, 1));
  g_autofree Ranked *rest = g_new (Ranked, MAX (n, 1));
  gsize front = 0, back = 0;

  for (gsize i = 0; i < n && data->n_classes > 0; i++)
    {
      guint32 row = ranked[i].row;
      gboolean known = data->split[row] == AY_SPLIT_TRAIN
                       && data->label[row] != AY_LABEL_MISSING;
      gint32 class = known ? ay_new_labels_class (&self->plan->labels, data, row) : 0;

      if (known && !seen[class])
        {
          seen[class] = 1;
          ranked[front++] = ranked[i];
        }
      else
        rest[back++] = ranked[i];
    }
  memcpy (ranked + front, rest, back * sizeof *rest);
}

static AyBitset *
take_budget (AyPlanning *self, const AyStep *step, const AyBitset *left, GError **error)
{
  g_autoptr (AyBitset) rows = candidates (self, left);
  double wanted = ay_step_number (step, "rows");
  const char *by = ay_step_text (step, "by"), *stay = ay_step_text (step, "stay");
  gboolean lowest = strcmp (stay, "lowest") == 0;
  const AyStrategy *strategy = strategy_to_stay_by (by);
  g_autofree Ranked *ranked = NULL;
  gsize n;

  if (!(wanted >= 1.0))
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                           N_ ("budget: \"rows\" says how many stay: expected a number from 1"));
      return NULL;
    }
  if (!lowest && strcmp (stay, "highest") != 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                           N_ ("budget: \"stay\" is neither highest nor lowest"));
      return NULL;
    }
  if (strategy != NULL)
    return take_unpicked (self, strategy, rows, (gsize) wanted, error);
  ranked = rank_to_stay (self, step, lowest ? 1.0 : -1.0, rows, &n, error);
  if (ranked == NULL)
    return NULL;
  if (strcmp (by, "random") != 0)
    classes_first (self, ranked, n);
  for (gsize i = 0; i < MIN (n, (gsize) wanted); i++)
    ay_bitset_remove (rows, ranked[i].row);
  return g_steal_pointer (&rows);
}

/* --- conditions and decisions --- */

static AyBitset *
take_where (AyPlanning *self, const AyStep *step, const AyBitset *left, GError **error)
{
  const char *where = ay_step_text (step, "where"), *which = ay_step_text (step, "rows");
  g_autoptr (AyBitset) rows = NULL;

  if (*where == '\0' || (strcmp (which, "drop") != 0 && strcmp (which, "keep") != 0))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "drop_where: %s",
                   *where == '\0' ? N_ ("there is no condition \"where\"")
                                  : N_ ("\"rows\" is neither drop nor keep"));
      return NULL;
    }
  rows = ay_work_select (self->work, where, self->job, error);
  if (rows == NULL)
    return NULL;
  if (strcmp (which, "keep") == 0)
    ay_bitset_invert (rows);
  ay_bitset_intersect (rows, self->may_go);
  ay_bitset_intersect (rows, left);
  return g_steal_pointer (&rows);
}

static AyBitset *
take_decided (AyPlanning *self, const AyBitset *left)
{
  AyBitset *rows = ay_journal_rows_decided (self->work->journal, AY_DECIDED_DROP);

  ay_bitset_intersect (rows, self->may_go);
  ay_bitset_intersect (rows, left);
  return rows;
}

static AyBitset *
relabel_decided (AyPlanning *self, const AyBitset *left, GError **error)
{
  g_autoptr (AyColumn) labels = ay_journal_column_new_label (self->work->journal);
  g_autoptr (AyBitset) rows = ay_bitset_new (self->data->n);

  for (gsize i = 0; i < self->data->n; i++)
    {
      g_autofree char *text = NULL;

      if (ay_column_is_missing (labels, i) || !ay_bitset_get (left, i))
        continue;
      text = ay_column_dup_text (labels, i);
      if (!ay_new_labels_set (&self->plan->labels, self->data, i, text, error))
        return NULL;
      ay_bitset_add (rows, i);
    }
  return g_steal_pointer (&rows);
}

AyBitset *
ay_plan_step_take (AyPlanning *self, const AyStep *step, const AyBitset *left, GError **error)
{
  double below, above;

  switch (step->kind)
    {
    case AY_STEP_DROP_DUPLICATES: return take_copies (self, step, left, error);
    case AY_STEP_DROP_LABEL_ISSUES: return take_issues (self, step, left, error);
    case AY_STEP_RELABEL_ISSUES: return ay_bitset_new (self->data->n);
    case AY_STEP_DROP_FLAGGED:
      return take_by_value (self, ay_step_text (step, "flag"), -INFINITY, 0.5, left, error);
    case AY_STEP_DROP_SCORE:
      below = ay_step_number (step, "below");
      above = ay_step_number (step, "above");
      if (isnan (below) == isnan (above))
        {
          g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                               N_ ("drop_score: expected \"below\" or \"above\", one of them"));
          return NULL;
        }
      return take_by_value (self, ay_step_text (step, "score"), isnan (below) ? -INFINITY : below,
                            isnan (above) ? INFINITY : above, left, error);
    case AY_STEP_DROP_WHERE: return take_where (self, step, left, error);
    case AY_STEP_BALANCE: return take_balance (self, step, left, error);
    case AY_STEP_BUDGET: return take_budget (self, step, left, error);
    case AY_STEP_DECISIONS: return take_decided (self, left);
    default: g_return_val_if_reached (NULL);
    }
}

AyBitset *
ay_plan_step_relabel (AyPlanning *self, const AyStep *step, const AyBitset *left, GError **error)
{
  if (step->kind == AY_STEP_DECISIONS)
    return relabel_decided (self, left, error);
  if (step->kind == AY_STEP_RELABEL_ISSUES)
    return relabel_issues (self, step, left, error);
  return ay_bitset_new (self->data->n);
}
