/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Without new labels a recipe's proof is the removal of the what-if, to the last bit. With new ones
 * the head's own solver starts at the head and ends at the optimum of the remaining rows under
 * their new labels. Cost: one refit, and one for each removal at random. */
#include "core/work/prove.h"

#include "core/base/json_text.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/work/accuracy_words.h"
#include "core/work/arms.h"
#include "core/work/removal_test.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

#define KIND "proof"
#define KEPT_FORM "4" /* another one when what is kept changes */
#define CLASSES_SAID 5
#define TOLERANCE 1e-8 /* as the removal's refit */

typedef struct
{
  AyWork *work;
  const AyPlan *plan;
  const AyProofOptions *options;
  AyScoreContext *context;
  const AyProblem *train, *valid;
  AyHead *head;
  AyOwnedProblem *test; /* (nullable) */
  gsize n_relabelled;   /* training rows that stay */
  AyWhatIf what;
  AyJob *job;
} Proof;

static void
proof_clear (Proof *self)
{
  g_clear_pointer (&self->test, ay_owned_problem_free);
  ay_what_if_clear (&self->what);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Proof, proof_clear)

static gboolean
prepare (Proof *self, GError **error)
{
  AyWork *work = self->work;

  self->context = ay_work_context (work, self->job, error);
  self->train = self->context != NULL ? ay_score_context_train (self->context, error) : NULL;
  self->valid = self->train != NULL ? ay_score_context_target (self->context, error) : NULL;
  self->head = self->valid != NULL ? ay_score_context_head (self->context, self->job, error) : NULL;
  if (self->head != NULL && work->data->has_test)
    self->test = ay_target_new (work->data, AY_SPLIT_TEST, work->target_kind, NULL, error);
  if (self->head == NULL || (work->data->has_test && self->test == NULL))
    return FALSE;
  for (gsize i = 0; i < self->train->n; i++)
    {
      guint32 row = self->train->rows[i];

      self->n_relabelled += ay_bitset_get (self->plan->relabelled, row)
                            && !ay_bitset_get (self->plan->dropped, row);
      self->what.n_rows += ay_bitset_get (self->plan->dropped, row);
    }
  if (self->n_relabelled + self->what.n_rows > 0)
    return TRUE;
  g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                       N_ ("nothing to prove: no training row goes or gets another label"));
  return FALSE;
}

/* --- with new labels --- */

/* The training problem as the recipe leaves it; the arrays are the caller's. */
static gboolean
problem_after (const Proof *self, gint32 *label, double *target, double *weight, AyProblem *out,
               GError **error)
{
  const AyDataset *data = self->work->data;
  g_autofree double *left = g_new0 (double, data->n_classes + 1);
  g_autofree double *had = g_new0 (double, data->n_classes + 1);

  *out = *self->train;
  for (gsize i = 0; i < self->train->n; i++)
    {
      guint32 row = self->train->rows[i];
      double w = ay_problem_weight (self->train, i);

      weight[i] = ay_bitset_get (self->plan->dropped, row) ? 0.0 : w;
      if (data->n_classes == 0)
        {
          double now = self->plan->labels.target[row];

          target[i] = isnan (now) ? self->train->target[i] : now;
          continue;
        }
      label[i] = ay_new_labels_class (&self->plan->labels, data, row);
      left[label[i]] += weight[i];
      had[self->train->label[i]] += w;
    }
  out->label = data->n_classes > 0 ? label : NULL;
  out->target = data->n_classes > 0 ? NULL : target;
  out->weight = weight;
  for (guint k = 0; k < data->n_classes; k++)
    if (had[k] > 0.0 && !(left[k] > 0.0))
      {
        g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                     N_ ("class \"%s\" would lose its last training row: its loss is unbounded"),
                     data->class_names[k]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
judge (Proof *self, const AyHead *after, const AyProblem *on, AyRemoval *out, GError **error)
{
  out->verified = TRUE;
  out->n_removed = self->what.n_rows;
  if (!ay_head_evaluate (self->head, on, &out->before, self->job, error)
      || !ay_head_evaluate (after, on, &out->after, self->job, error))
    return FALSE;
  out->refit = out->after.loss - out->before.loss;
  out->head = ay_head_ref ((AyHead *) after);
  return TRUE;
}

static gboolean
refit (Proof *self, GError **error)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  gsize n = MAX (self->train->n, 1);
  g_autofree gint32 *label = g_new (gint32, n);
  g_autofree double *target = g_new (double, n);
  g_autofree double *weight = g_new (double, n);
  g_autoptr (AyHead) after = NULL;
  AyProblem rest;

  options.tolerance = TOLERANCE;
  if (!problem_after (self, label, target, weight, &rest, error))
    return FALSE;
  ay_job_set_phase (self->job, "refitting");
  after = ay_head_fit (&rest, &options, self->head, self->job, error);
  if (after == NULL || !judge (self, after, self->valid, &self->what.valid, error))
    return FALSE;
  self->what.has_test = self->test != NULL;
  if (self->test != NULL
      && !judge (self, after, &self->test->problem, &self->what.test, error))
    return FALSE;
  return ay_what_if_say (&self->what, self->head, self->test != NULL ? &self->test->problem
                                                                     : self->valid,
                         self->job, error)
         && ay_work_append_agreement (self->work, &self->what.sentence, self->job, error)
         && ay_work_whatif_count (self->work, &self->what, self->job, error);
}

static gboolean
run (Proof *self, GError **error)
{
  AyWhatIf what;

  if (self->n_relabelled > 0)
    return refit (self, error);
  if (!ay_work_whatif (self->work, self->plan->dropped, TRUE, &what, self->job, error))
    return FALSE;
  self->what = what;
  return TRUE;
}

/* --- by class --- */

typedef struct
{
  guint k;
  gsize n;
  double before, after; /* recall */
} ClassProof;

static int
by_loss (gconstpointer a, gconstpointer b)
{
  const ClassProof *x = a, *y = b;
  double p = x->after - x->before, q = y->after - y->before;

  if (p != q)
    return p < q ? -1 : 1;
  return x->k < y->k ? -1 : x->k > y->k;
}

static gboolean
count_right (const AyHead *head, const AyProblem *on, double *right, AyJob *job, GError **error)
{
  guint k = head->n_outputs;
  g_autofree double *p = g_new (double, MAX (on->n * k, 1));

  if (!ay_head_predict (head, on->features, on->rows, on->n, p, job, error))
    return FALSE;
  for (gsize i = 0; i < on->n; i++)
    right[on->label[i]] += ay_argmax (p + i * k, k) == (gsize) on->label[i];
  return TRUE;
}

static gboolean
add_classes (const Proof *self, const AyProblem *on, const AyHead *after, JsonObject *into,
             GError **error)
{
  guint k = self->work->data->n_classes;
  g_autofree double *before = g_new0 (double, MAX (k, 1));
  g_autofree double *now = g_new0 (double, MAX (k, 1));
  g_autofree ClassProof *each = g_new0 (ClassProof, MAX (k, 1));
  JsonArray *array = json_array_new ();

  json_object_set_array_member (into, "classes", array);
  if (k == 0 || after == NULL)
    return TRUE;
  if (!count_right (self->head, on, before, self->job, error)
      || !count_right (after, on, now, self->job, error))
    return FALSE;
  for (gsize i = 0; i < on->n; i++)
    each[on->label[i]].n++;
  for (guint c = 0; c < k; c++)
    each[c] = (ClassProof) { c, each[c].n, before[c] / (double) MAX (each[c].n, 1),
                             now[c] / (double) MAX (each[c].n, 1) };
  qsort (each, k, sizeof *each, by_loss);
  for (guint c = 0; c < k; c++)
    if (each[c].n > 0)
      {
        JsonObject *one = json_object_new ();

        json_object_set_string_member (one, "class", self->work->data->class_names[each[c].k]);
        json_object_set_int_member (one, "n", (gint64) each[c].n);
        json_object_set_double_member (one, "recall_before", each[c].before);
        json_object_set_double_member (one, "recall_refit", each[c].after);
        json_array_add_object_element (array, one);
      }
  return TRUE;
}

/* --- step by step --- */

static gboolean
acts (const AyStepPlan *step)
{
  return step->took != NULL && (step->n_took > 0 || step->n_relabelled > 0);
}

/* Accuracy of a head refitted on what the plan leaves so far, on valid and on test. */
static gboolean
judge_part (const Proof *self, const AyPlan *so_far, JsonObject *into, GError **error)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  Proof part = *self;
  gsize n = MAX (self->train->n, 1);
  g_autofree gint32 *label = g_new (gint32, n);
  g_autofree double *target = g_new (double, n);
  g_autofree double *weight = g_new (double, n);
  g_autoptr (AyHead) head = NULL;
  AyProblem rest;
  AyFit on;

  part.plan = so_far;
  options.tolerance = TOLERANCE;
  if (!problem_after (&part, label, target, weight, &rest, NULL)) /* a class would be unknown */
    return TRUE;
  head = ay_head_fit (&rest, &options, self->head, self->job, error);
  if (head == NULL || !ay_head_evaluate (head, self->valid, &on, self->job, error))
    return FALSE;
  ay_json_put_number (into, "accuracy", on.accuracy);
  if (self->test == NULL)
    return TRUE;
  if (!ay_head_evaluate (head, &self->test->problem, &on, self->job, error))
    return FALSE;
  ay_json_put_number (into, "test_accuracy", on.accuracy);
  return TRUE;
}

/* After the last step that changes something it is the whole proof's. */
static gboolean
add_steps (const Proof *self, JsonObject *into, GError **error)
{
  const AyPlan *plan = self->plan;
  JsonArray *array = json_array_new ();
  g_autoptr (AyBitset) dropped = ay_bitset_new (self->work->data->n);
  AyPlan so_far = { .dropped = dropped };
  guint last = plan->n_steps;
  gboolean ok = TRUE;

  json_object_set_array_member (into, "steps", array);
  ay_new_labels_init (&so_far.labels, self->work->data);
  for (guint s = 0; s < plan->n_steps; s++)
    last = acts (&plan->steps[s]) ? s : last;
  for (guint s = 0; ok && s < plan->n_steps; s++)
    {
      const AyStepPlan *step = &plan->steps[s];
      JsonObject *one = json_object_new ();

      json_array_add_object_element (array, one);
      json_object_set_string_member (one, "title", step->title);
      json_object_set_null_member (one, "accuracy");
      json_object_set_null_member (one, "test_accuracy");
      if (!acts (step))
        continue;
      ay_bitset_union (dropped, step->took);
      if (step->n_relabelled > 0)
        ay_new_labels_copy (&so_far.labels, &step->labels, self->work->data);
      if (s < last)
        ok = judge_part (self, &so_far, one, error);
      else
        {
          ay_json_put_number (one, "accuracy", self->what.valid.after.accuracy);
          if (self->what.has_test)
            ay_json_put_number (one, "test_accuracy", self->what.test.after.accuracy);
        }
    }
  ay_new_labels_clear (&so_far.labels);
  return ok;
}

/* --- as JSON --- */

static void
add_fit (JsonObject *into, const char *prefix, const AyRemoval *of)
{
  const struct { const char *name; double value; } each[]
      = { { "loss_before", of->before.loss }, { "loss_refit", of->after.loss },
          { "accuracy_before", of->before.accuracy }, { "accuracy_refit", of->after.accuracy } };

  for (gsize i = 0; i < G_N_ELEMENTS (each); i++)
    {
      g_autofree char *name = g_strconcat (prefix, each[i].name, NULL);

      ay_json_put_number (into, name, each[i].value);
    }
}

static gboolean
add_random (Proof *self, JsonObject *into, GError **error)
{
  AyRemovalTest test;

  if (self->options->repeats == 0 || self->what.n_rows == 0)
    {
      json_object_set_null_member (into, "random");
      return TRUE;
    }
  if (!ay_work_removal_test (self->work, &self->what, self->options->repeats, self->options->seed,
                             &test, self->job, error))
    return FALSE;
  json_object_set_object_member (into, "random", ay_removal_test_to_json (&test));
  return TRUE;
}

static gboolean
describe (Proof *self, JsonObject *into, GError **error)
{
  const AyWhatIf *what = &self->what;
  const AyRemoval *judged = what->has_test ? &what->test : &what->valid;
  const AyProblem *on = what->has_test ? &self->test->problem : self->valid;

  json_object_set_int_member (into, "n", (gint64) what->n_rows);
  json_object_set_int_member (into, "n_relabelled", (gint64) self->n_relabelled);
  add_fit (into, "", &what->valid);
  if (what->has_test)
    add_fit (into, "test_", &what->test);
  json_object_set_string_member (into, "part", what->has_test ? "test" : "valid");
  json_object_set_int_member (into, "n_part", (gint64) on->n);
  ay_json_put_number (into, "interval_low", what->interval_low);
  ay_json_put_number (into, "interval_high", what->interval_high);
  if (self->work->data->n_classes > 0)
    {
      json_object_set_string_member (into, "verdict", what->verdict);
      ay_json_put_number (into, "needed", what->needed);
    }
  json_object_set_int_member (into, "test_openings", what->test_openings);
  json_object_set_string_member (into, "sentence", what->sentence);
  return add_classes (self, on, judged->head, into, error) && add_steps (self, into, error)
         && add_random (self, into, error);
}

/* --- kept --- */

/* What a step took, and the new labels after it. */
static void
add_step_to_key (GChecksum *sum, const AyStepPlan *step, const AyDataset *data)
{
  g_checksum_update (sum, (const guchar *) step->title, -1);
  for (gsize i = 0; step->took != NULL && i < data->n; i++)
    {
      guint8 gone = ay_bitset_get (step->took, i);

      g_checksum_update (sum, &gone, 1);
    }
  if (step->labels.label != NULL)
    g_checksum_update (sum, (const guchar *) step->labels.label,
                       (gssize) (data->n * sizeof (gint32)));
  if (step->labels.target != NULL)
    g_checksum_update (sum, (const guchar *) step->labels.target,
                       (gssize) (data->n * sizeof (double)));
}

/* What a proof depends on: rows and new labels by step, head and target parameters, random
 * removals. */
static char *
key_of (const Proof *self)
{
  const AyDataset *data = self->work->data;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *head = NULL;
  g_autofree char *more = g_strdup_printf (KEPT_FORM " %u %" G_GUINT64_FORMAT,
                                           self->options->repeats, self->options->seed);

  if (ay_workspace_has (self->work->store, AY_KIND_SETTING, AY_SETTING_HEAD))
    head = ay_workspace_get_json (self->work->store, AY_KIND_SETTING, AY_SETTING_HEAD, NULL);
  for (guint s = 0; s < self->plan->n_steps; s++)
    add_step_to_key (sum, &self->plan->steps[s], data);
  g_checksum_update (sum, (const guchar *) (head != NULL ? head : ""), -1);
  g_checksum_update (sum, (const guchar *) more, -1);
  return g_strdup (g_checksum_get_string (sum));
}

static JsonObject *
read_kept (AyWork *work, const char *key)
{
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!ay_workspace_has (work->store, KIND, key))
    return NULL;
  json = ay_workspace_get_json (work->store, KIND, key, NULL);
  node = json != NULL ? ay_json_read (json, -1, NULL) : NULL;
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_dup_object (node) : NULL;
}

static gboolean
keep (AyWork *work, const char *key, JsonObject *proof, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *json = NULL;

  if (ay_workspace_is_read_only (work->store))
    return TRUE;
  json_node_set_object (node, proof);
  json = ay_json_to_text (node, FALSE);
  return ay_workspace_put_json (work->store, KIND, key, json, error);
}

JsonObject *
ay_work_prove (AyWork *self, const AyPlan *plan, const AyProofOptions *options, AyJob *job,
               GError **error)
{
  g_auto (Proof) proof = { .work = self, .plan = plan, .options = options, .job = job };
  g_autofree char *key = key_of (&proof);
  g_autoptr (JsonObject) object = read_kept (self, key);

  if (object != NULL)
    return g_steal_pointer (&object);
  object = json_object_new ();
  if (!prepare (&proof, error) || !run (&proof, error) || !describe (&proof, object, error)
      || !keep (self, key, object, error))
    return NULL;
  return g_steal_pointer (&object);
}

/* --- in words --- */

static void
say_classes (JsonArray *classes, GString *out)
{
  for (guint k = 0; k < MIN (json_array_get_length (classes), CLASSES_SAID); k++)
    {
      JsonObject *one = json_array_get_object_element (classes, k);
      double before = ay_json_number_of (one, "recall_before");
      double after = ay_json_number_of (one, "recall_refit");

      if (after < before)
        g_string_append_printf (out, "\n  class %s: %.1f %% right before, %.1f %% after",
                                json_object_get_string_member (one, "class"), 100 * before,
                                100 * after);
    }
}

static void
say_steps (JsonArray *steps, const char *part, GString *out)
{
  const char *name = strcmp (part, "test") == 0 ? "test_accuracy" : "accuracy";

  for (guint s = 0; s < json_array_get_length (steps); s++)
    {
      JsonObject *one = json_array_get_object_element (steps, s);
      double accuracy = ay_json_number_of (one, name);

      if (!isnan (accuracy))
        g_string_append_printf (out, "\n  after %s: accuracy %.5f on %s",
                                json_object_get_string_member (one, "title"), accuracy, part);
    }
}

char *
ay_proof_to_text (JsonObject *proof)
{
  gint64 openings = json_object_get_int_member (proof, "test_openings");
  GString *out = g_string_new (json_object_get_string_member (proof, "sentence"));

  g_string_append (out, "; ");
  g_string_append_printf (out,
                          openings == 1 ? N_ ("the test part has been opened %lld time")
                                        : N_ ("the test part has been opened %lld times"),
                          (long long) openings);
  say_steps (json_object_get_array_member (proof, "steps"),
             json_object_get_string_member (proof, "part"), out);
  say_classes (json_object_get_array_member (proof, "classes"), out);
  if (!json_object_get_null_member (proof, "random"))
    {
      JsonObject *random = json_object_get_object_member (proof, "random");
      AyMeanBand difference = { ay_json_number_of (random, "difference"),
                                ay_json_number_of (random, "difference_low"),
                                ay_json_number_of (random, "difference_high") };

      g_string_append_printf (
          out, "\nbeside dropping as many at random, %" G_GINT64_FORMAT " times: %+.2f points of "
          "accuracy (95 %% paired band %+.2f to %+.2f): %s",
          json_object_get_int_member (random, "repeats"),
          100 * difference.mean, 100 * difference.low, 100 * difference.high,
          ay_accuracy_beside_chance (&difference));
    }
  return g_string_free (out, FALSE);
}
