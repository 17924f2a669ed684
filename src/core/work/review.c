/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/review.h"

#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/curate/curated_table.h"
#include "core/work/review_private.h"

#include <math.h>
#include <string.h>

#define OFFERED_OUTSIDE 0.5 /* least probability of a wrong label on valid and test, */
#define OFFERED 0.05        /* and on train */
#define SETTING_PACE "review_pace"
#define TOLERANCE 1e-8      /* of the refit, as a proof's */

static const char *const kind_names[AY_N_REVIEW_KINDS] = { "label", "conflict", "harmful" };
static const double usual_seconds[AY_N_REVIEW_KINDS] = { 5.0, 8.0, 8.0 }; /* until measured */

const char *
ay_review_kind_name (AyReviewKind kind)
{
  return (guint) kind < AY_N_REVIEW_KINDS ? kind_names[kind] : "";
}

static void
review_clear (Review *self)
{
  if (self->own_context)
    ay_score_context_free (self->context);
  ay_dataset_unref (self->data);
  ay_bitset_free (self->decided);
  ay_doubt_free (self->doubt);
  g_free (self->gain);
  g_free (self->drawn);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Review, review_clear)

void
ay_review_free (AyReview *self)
{
  if (self == NULL)
    return;
  g_free (self->items);
  g_free (self->sentence);
  g_ptr_array_unref (self->notes);
  g_free (self);
}

/* --- pace --- */

static void
load_pace (AyWork *work, double seconds[AY_N_REVIEW_KINDS])
{
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) root = NULL;

  memcpy (seconds, usual_seconds, sizeof usual_seconds);
  if (ay_workspace_has (work->store, AY_KIND_SETTING, SETTING_PACE))
    json = ay_workspace_get_json (work->store, AY_KIND_SETTING, SETTING_PACE, NULL);
  root = json != NULL ? ay_json_read (json, -1, NULL) : NULL;
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return;
  for (guint k = 0; k < AY_N_REVIEW_KINDS; k++)
    {
      double value = ay_json_number_of (json_node_get_object (root), kind_names[k]);

      if (value > 0.0 && isfinite (value))
        seconds[k] = value;
    }
}

gboolean
ay_work_keep_pace (AyWork *self, const double seconds[AY_N_REVIEW_KINDS], GError **error)
{
  JsonObject *object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *json = NULL;

  json_object_unref (object); /* the node holds it */
  for (guint k = 0; k < AY_N_REVIEW_KINDS; k++)
    json_object_set_double_member (object, kind_names[k], seconds[k]);
  json = ay_json_to_text (node, FALSE);
  return ay_workspace_put_json (self->store, AY_KIND_SETTING, SETTING_PACE, json, error);
}

/* --- the data as decided --- */

static gboolean
has_tag (const AyColumn *tags, gsize row, const char *tag)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) each = NULL;

  if (ay_column_is_missing (tags, row))
    return FALSE;
  text = ay_column_dup_text (tags, row);
  each = g_strsplit (text, ",", -1);
  return g_strv_contains ((const char *const *) each, tag);
}

AyBitset *
ay_work_decided (AyWork *self)
{
  AyBitset *rows = ay_bitset_new (self->data->n);
  g_autoptr (AyColumn) new_label = NULL;
  g_autoptr (AyColumn) tags = NULL;
  const guint8 *decided;

  g_rec_mutex_lock (&self->lock);
  new_label = ay_journal_column_new_label (self->journal);
  tags = ay_journal_column_tags (self->journal);
  decided = ay_journal_decided (self->journal);
  for (gsize i = 0; i < self->data->n; i++)
    if (decided[i] != AY_DECIDED_NONE || !ay_column_is_missing (new_label, i)
        || has_tag (tags, i, AY_REVIEW_TAG))
      ay_bitset_add (rows, i);
  g_rec_mutex_unlock (&self->lock);
  return rows;
}

/* What the decisions make of labels and parts. */
static gboolean
apply_decisions (Review *self, gint32 *label, guint8 *split, gboolean *changed, GError **error)
{
  AyWork *work = self->work;
  const AyDataset *data = work->data;
  g_autoptr (AyColumn) new_label = ay_journal_column_new_label (work->journal);
  const guint8 *decided = ay_journal_decided (work->journal);
  AyNewLabels labels;
  gboolean ok = TRUE;

  ay_new_labels_init (&labels, data);
  for (gsize i = 0; ok && i < data->n; i++)
    {
      if (!ay_column_is_missing (new_label, i))
        {
          g_autofree char *text = ay_column_dup_text (new_label, i);

          ok = ay_new_labels_set (&labels, data, i, text, error);
          label[i] = ok ? ay_new_labels_class (&labels, data, i) : label[i];
          *changed |= label[i] != data->label[i];
        }
      if (decided[i] == AY_DECIDED_DROP)
        {
          label[i] = AY_LABEL_MISSING;
          split[i] = AY_SPLIT_POOL;
          *changed |= data->split[i] != AY_SPLIT_POOL;
        }
    }
  ay_new_labels_clear (&labels);
  return ok;
}

static void
count_reviewed (Review *self)
{
  AyJournal *journal = self->work->journal;
  g_autoptr (AyBitset) reviewed = ay_bitset_new (self->work->data->n);
  g_autoptr (AyBitset) changed = ay_bitset_new (self->work->data->n);

  for (gsize k = 0; k < ay_journal_n_entries (journal); k++)
    {
      const AyJournalEntry *entry = ay_journal_entry (journal, k);
      g_autoptr (AyBitset) rows = NULL;

      if (!entry->active || g_strcmp0 (entry->why, AY_REVIEW_WHY) != 0)
        continue;
      rows = ay_journal_entry_rows (journal, k);
      ay_bitset_union (reviewed, rows);
      if (entry->kind == AY_DECISION_RELABEL || entry->kind == AY_DECISION_DROP)
        ay_bitset_union (changed, rows);
    }
  self->out->n_reviewed = ay_bitset_count (reviewed);
  self->out->n_changed = ay_bitset_count (changed);
}

static gboolean
is_class_gone (const AyDataset *before, const gint32 *label, const guint8 *split, GError **error)
{
  g_autofree gsize *had = g_new0 (gsize, before->n_classes + 1);
  g_autofree gsize *has = g_new0 (gsize, before->n_classes + 1);

  for (gsize i = 0; i < before->n; i++)
    {
      if (before->split[i] == AY_SPLIT_TRAIN && before->label[i] >= 0)
        had[before->label[i]]++;
      if (split[i] == AY_SPLIT_TRAIN && label[i] >= 0)
        has[label[i]]++;
    }
  for (guint k = 0; k < before->n_classes; k++)
    if (had[k] > 0 && has[k] == 0)
      {
        g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                     N_ ("class \"%s\" has lost its last training row "
                         "by the decisions: its loss is unbounded"),
                     before->class_names[k]);
        return TRUE;
      }
  return FALSE;
}

/* The head before the decisions stays the work's; the context's is refitted where they change
 * something. */
static gboolean
make_context (Review *self, GError **error)
{
  AyWork *work = self->work;
  const AyDataset *data = work->data;
  AyScoreContext *of_work = ay_work_context (work, self->job, error);
  AyHead *before = of_work != NULL ? ay_score_context_head (of_work, self->job, error) : NULL;
  g_autofree gint32 *label = g_memdup2 (data->label, MAX (data->n, 1) * sizeof (gint32));
  g_autofree guint8 *split = g_memdup2 (data->split, MAX (data->n, 1));
  g_autoptr (AyOwnedProblem) train = NULL;
  g_autoptr (AyBitset) slice = NULL;
  g_autoptr (AyHead) now = NULL;
  AyHeadOptions options = work->head_options;
  gboolean changed = FALSE, ok;

  if (before == NULL)
    return FALSE;
  g_rec_mutex_lock (&work->lock);
  self->decided = ay_work_decided (work);
  ok = apply_decisions (self, label, split, &changed, error);
  if (ok)
    count_reviewed (self);
  g_rec_mutex_unlock (&work->lock);
  if (!ok)
    return FALSE;
  if (!changed)
    {
      self->data = ay_dataset_ref (work->data);
      self->context = of_work;
      return TRUE;
    }
  if (is_class_gone (data, label, split, error))
    return FALSE;
  self->data = ay_dataset_relabelled (work->data, label, split);
  train = ay_problem_of_split (self->data, AY_SPLIT_TRAIN);
  options.tolerance = MIN (options.tolerance, TOLERANCE);
  ay_job_set_phase (self->job, "refitting");
  now = ay_head_fit (&train->problem, &options, before, self->job, error);
  if (now == NULL)
    return FALSE;
  self->context = ay_score_context_new (self->data, &options, now);
  self->own_context = TRUE;
  if (work->slice != NULL)
    {
      slice = ay_work_select (work, work->slice, self->job, error);
      if (slice == NULL)
        return FALSE;
    }
  ay_score_context_set_target (self->context, work->target_kind, slice, work->slice);
  return TRUE;
}

/* What the decisions brought so far, on valid as decided. */
static gboolean
judge_heads (Review *self, GError **error)
{
  const AyProblem *target = ay_score_context_target (self->context, error);
  AyHead *now = target != NULL ? ay_score_context_head (self->context, self->job, error) : NULL;
  AyHead *before = now != NULL ? ay_work_head (self->work, self->job, error) : NULL;
  AyFit fit[2];

  if (before == NULL || !ay_head_evaluate (before, target, &fit[0], self->job, error)
      || !ay_head_evaluate (now, target, &fit[1], self->job, error))
    return FALSE;
  self->out->loss_before = fit[0].loss;
  self->out->loss_now = fit[1].loss;
  self->out->accuracy_before = fit[0].accuracy;
  self->out->accuracy_now = fit[1].accuracy;
  return TRUE;
}

/* --- conflicts --- */

static void
note (Review *self, const char *text)
{
  g_ptr_array_add (self->out->notes, g_strdup (text));
}

/* One group of near copies: their true label is taken to be one of those there are. P(k) goes as
 * the mean belief in label k of the rows that have it, times the odds of n_k right labels. */
static void
judge_group (Review *self, const guint32 *rows, gsize n, guint8 *conflict)
{
  const gint32 *label = self->data->label;
  double rate = MIN (MAX (self->doubt->rate, 1e-3), 0.5);
  double odds = log ((1.0 - rate) / rate * MAX (self->data->n_classes - 1, 1)), sum = 0.0, top;
  g_autoptr (GHashTable) at = g_hash_table_new (NULL, NULL);
  g_autofree double *belief = g_new0 (double, n), *count = g_new0 (double, n);
  g_autofree gint32 *which = g_new (gint32, n);
  gsize n_labels = 0, best = 0;

  for (gsize k = 0; k < n; k++)
    {
      gpointer key = GINT_TO_POINTER (label[rows[k]]), found;
      gsize place;

      if (!g_hash_table_lookup_extended (at, key, NULL, &found))
        {
          which[n_labels] = label[rows[k]];
          found = GSIZE_TO_POINTER (n_labels++);
          g_hash_table_insert (at, key, found);
        }
      place = GPOINTER_TO_SIZE (found);
      belief[place] += 1.0 - self->doubt->wrong[rows[k]];
      count[place] += 1.0;
    }
  if (n_labels < 2)
    return;
  for (gsize l = 0; l < n_labels; l++)
    {
      belief[l] = log (MAX (belief[l] / count[l], 1e-12)) + odds * count[l];
      best = belief[l] > belief[best] ? l : best;
    }
  top = belief[best];
  for (gsize l = 0; l < n_labels; l++)
    {
      belief[l] = exp (belief[l] - top);
      sum += belief[l];
    }
  for (gsize k = 0; k < n; k++)
    {
      gsize place
          = GPOINTER_TO_SIZE (g_hash_table_lookup (at, GINT_TO_POINTER (label[rows[k]])));
      double wrong = 1.0 - belief[place] / sum;

      conflict[rows[k]] = 1;
      if (place != best && wrong > self->doubt->wrong[rows[k]])
        {
          self->doubt->wrong[rows[k]] = wrong;
          self->doubt->instead[rows[k]] = which[best];
        }
    }
}

typedef struct
{
  double group;
  guint32 row;
} Member;

static int
by_group (gconstpointer a, gconstpointer b)
{
  const Member *x = a, *y = b;

  if (x->group != y->group)
    return x->group < y->group ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Marks rows whose near copies have another label, where near copies were looked for. */
static gboolean
find_conflicts (Review *self, guint8 *conflict, GError **error)
{
  g_autofree double *group = ay_work_score_values (self->work, "group", NULL);
  g_autofree Member *members = g_new (Member, self->data->n + 1);
  g_autofree guint32 *rows = g_new (guint32, self->data->n + 1);
  gsize n = 0;

  if (group == NULL)
    {
      note (self, "near copies were not looked for: conflicting labels among them are not in the "
                  "queue (assay-cli redundancy, or the Redundancy page)");
      return TRUE;
    }
  for (gsize i = 0; i < self->data->n; i++)
    if (!isnan (group[i]) && self->data->label[i] != AY_LABEL_MISSING
        && !isnan (self->doubt->wrong[i]))
      members[n++] = (Member) { group[i], (guint32) i };
  qsort (members, n, sizeof *members, by_group);
  for (gsize first = 0, next; first < n; first = next)
    {
      if (!ay_job_check (self->job, error))
        return FALSE;
      for (next = first; next < n && members[next].group == members[first].group; next++)
        rows[next - first] = members[next].row;
      if (next - first > 1)
        judge_group (self, rows, next - first, conflict);
    }
  return TRUE;
}

/* --- the queue --- */

/* Training rows whose influence is below 0 and told from it. (nullable): not known */
static AyBitset *
find_harmful (Review *self, const double *influence, GError **error)
{
  g_autoptr (AyTable) columns = ay_work_columns (self->work, error);
  g_autoptr (AyBitset) uncertain = NULL;
  AyBitset *harmful;

  if (columns == NULL)
    return NULL;
  uncertain = ay_uncertain_rows (columns, "influence");
  harmful = ay_bitset_new (self->data->n);
  for (gsize i = 0; uncertain != NULL && i < self->data->n; i++)
    if (influence[i] < 0.0 && !ay_bitset_get (uncertain, i))
      ay_bitset_add (harmful, i);
  return harmful;
}

static int
by_worth (gconstpointer a, gconstpointer b)
{
  const AyReviewItem *x = a, *y = b;

  if (x->worth != y->worth)
    return x->worth > y->worth ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

static void
add_item (Review *self, AyReviewItem item)
{
  AyReview *out = self->out;

  item.worth = isnan (item.gain) ? item.wrong
                                 : item.wrong * item.gain * 60.0 / out->seconds[item.kind];
  out->items[out->n++] = item;
}

/* Rows of one part, in their order. */
static gsize
add_part (Review *self, AySplit part, const guint8 *conflict, const AyBitset *harmful,
          const double *influence)
{
  const AyDoubt *doubt = self->doubt;
  gsize first = self->out->n;
  double least = part == AY_SPLIT_TRAIN ? OFFERED : OFFERED_OUTSIDE;

  for (gsize i = 0; i < self->data->n; i++)
    {
      AyReviewItem item = { .row = (guint32) i, .instead = doubt->instead[i],
                            .wrong = doubt->wrong[i], .gain = self->drawn[i] };

      if (self->data->split[i] != part || isnan (item.wrong)
          || ay_bitset_get (self->decided, i))
        continue;
      if (item.wrong >= least)
        item.kind = conflict[i] ? AY_REVIEW_CONFLICT : AY_REVIEW_LABEL;
      else if (harmful != NULL && ay_bitset_get (harmful, i))
        {
          item.kind = AY_REVIEW_HARMFUL;
          item.instead = AY_LABEL_MISSING;
          item.gain = -influence[i];
        }
      else
        continue;
      add_item (self, item);
    }
  if (self->out->n > first)
    qsort (self->out->items + first, self->out->n - first, sizeof (AyReviewItem), by_worth);
  return self->out->n - first;
}

static gboolean
make_queue (Review *self, const guint8 *conflict, const AyReviewOptions *options, GError **error)
{
  g_autofree double *influence = ay_work_score_values (self->work, "influence", NULL);
  g_autoptr (AyBitset) harmful = NULL;
  AyReview *out = self->out;

  if (influence != NULL)
    {
      harmful = find_harmful (self, influence, error);
      if (harmful == NULL)
        return FALSE;
    }
  else
    note (self, "influence was not computed: harmful rows are not in the queue");
  out->items = g_new (AyReviewItem, self->data->n + 1);
  out->n_valid = add_part (self, AY_SPLIT_VALID, conflict, NULL, NULL);
  if (!options->leave_test)
    out->n_test = add_part (self, AY_SPLIT_TEST, conflict, NULL, NULL);
  add_part (self, AY_SPLIT_TRAIN, conflict, harmful, influence);
  return TRUE;
}

static gboolean
add_notes (Review *self, GError **error)
{
  const AyFitness *fitness = ay_work_fitness (self->work, self->job, error);

  if (fitness == NULL)
    return FALSE;
  if (fitness->weak)
    note (self, N_ ("this head is too weak to judge labels: an order to look in, no finding"));
  if (fitness->may_have_seen && !self->doubt->given)
    note (self, N_ ("features have seen the labels, or the head has learned them by heart: errors "
                    "are hidden"));
  if (self->out->n_test > 0)
    note (self, N_ ("test rows are offered where the head doubts their label; figures on test stay "
                    "with the labels as they came, the corrected ones are in what is exported"));
  return TRUE;
}

static gboolean
run (Review *self, const AyReviewOptions *options, GError **error)
{
  g_autofree guint8 *conflict = g_new0 (guint8, self->work->data->n + 1);
  gsize n = self->work->data->n;

  if (!make_context (self, error) || !judge_heads (self, error))
    return FALSE;
  ay_job_set_phase (self->job, "doubting labels");
  self->doubt = ay_doubt_new (self->context, self->work->data->label, self->job, error);
  if (self->doubt == NULL || !find_conflicts (self, conflict, error))
    return FALSE;
  self->gain = g_new (double, n + 1);
  self->drawn = g_new (double, n + 1);
  for (gsize i = 0; i < n; i++)
    self->gain[i] = self->drawn[i] = NAN;
  load_pace (self->work, self->out->seconds);
  return ay_review_gains (self, error) && ay_review_left (self, error)
         && make_queue (self, conflict, options, error) && ay_review_near (self, error)
         && add_notes (self, error);
}

AyReview *
ay_work_review (AyWork *self, const AyReviewOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyReview) out = g_new0 (AyReview, 1);
  g_auto (Review) review = { .work = self, .out = out, .job = job };

  out->notes = g_ptr_array_new_with_free_func (g_free);
  if (self->data->n_classes < 2)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("%s: labels are reviewed where there are "
                       "classes; this data set has %s"),
                   ay_work_path (self),
                   self->data->n_classes == 0 ? N_ ("a numeric target") : N_ ("one class"));
      return NULL;
    }
  return run (&review, options, error) ? g_steal_pointer (&out) : NULL;
}
