/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/what_if_pipeline.h"

#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/data/remake_features.h"
#include "core/model/lambda_folds.h"
#include "core/work/accuracy_words.h"
#include "core/work/what_if_change.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

/* A removal's proof holds everything but the rows, so that the change is theirs alone. What a
 * user's own run would do is this: each step learned again from the rows that are left. The two
 * heads then differ by more than the rows, and a row may matter by the lambda that it tips. */

typedef struct
{
  AyMatrix *features;
  AyHead *head;
  double lambda_mean;
} Way;

static void
way_clear (Way *self)
{
  g_clear_pointer (&self->features, ay_matrix_unref);
  g_clear_pointer (&self->head, ay_head_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Way, way_clear)

/* From the features on. */
static gboolean
go (Way *self, AyWork *work, AyProblem train, AyJob *job, GError **error)
{
  AyHeadOptions options = work->head_options;
  g_autofree char *note = NULL;

  train.features = self->features;
  options.lambda = 0.0;
  if (!ay_lambda_by_folds (&train, &options, &options.lambda_mean, &note, job, error))
    return FALSE;
  options.lambda_auto = FALSE;
  self->lambda_mean = options.lambda_mean;
  ay_job_set_phase (job, "refitting all of it");
  self->head = ay_head_fit (&train, &options, NULL, job, error);
  return self->head != NULL;
}

/* The training problem after the change; *weight is the caller's. */
static gboolean
problem_after (const AyDataset *data, const AyProblem *train, const AyWhatIfChange *change,
               double *weight, AyProblem *out, GError **error)
{
  g_autofree double *left = g_new0 (double, data->n_classes + 1);
  g_autofree double *had = g_new0 (double, data->n_classes + 1);

  *out = *train;
  out->weight = weight;
  if (change->label != NULL)
    out->label = change->label;
  if (change->target != NULL)
    out->target = change->target;
  for (gsize i = 0; i < train->n; i++)
    {
      double w = ay_problem_weight (train, i);

      weight[i] = change->removed != NULL && change->removed[i] ? 0.0
                  : change->weight != NULL                      ? change->weight[i]
                                                                : w;
      if (data->n_classes == 0)
        continue;
      had[train->label[i]] += w;
      left[out->label[i]] += weight[i];
    }
  for (guint c = 0; c < data->n_classes; c++)
    if (had[c] > 0.0 && !(left[c] > 0.0))
      {
        g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                     N_ ("full pipeline: class \"%s\" would lose its last training row"),
                     data->class_names[c]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
judge (const Way *way, AyProblem on, AyFit *fit, AyJob *job, GError **error)
{
  on.features = way->features;
  return ay_head_evaluate (way->head, &on, fit, job, error);
}

/* Rows that exactly one of the two gets right. */
static gboolean
count_changed (const Way *a, const Way *b, const AyProblem *on, gsize *changed, AyJob *job,
               GError **error)
{
  guint k = a->head->n_outputs;
  g_autofree double *before = g_new (double, MAX (on->n * k, 1));
  g_autofree double *after = g_new (double, MAX (on->n * k, 1));

  *changed = 0;
  if (!ay_head_predict (a->head, a->features, on->rows, on->n, before, job, error)
      || !ay_head_predict (b->head, b->features, on->rows, on->n, after, job, error))
    return FALSE;
  for (gsize i = 0; i < on->n; i++)
    *changed += (ay_argmax (before + i * k, k) == (gsize) on->label[i])
                != (ay_argmax (after + i * k, k) == (gsize) on->label[i]);
  return TRUE;
}

static gboolean
find_interval (const Way *before, const Way *after, const AyProblem *on, double change,
               AyPipelineTest *out, AyJob *job, GError **error)
{
  AyAccuracyChange found;
  gsize changed;

  out->interval_low = out->interval_high = NAN;
  if (on->n_classes == 0)
    return TRUE;
  if (!count_changed (before, after, on, &changed, job, error))
    return FALSE;
  ay_accuracy_judge (&found, change, on->n, changed);
  out->interval_low = found.low;
  out->interval_high = found.high;
  out->said = ay_accuracy_say (&found, out->has_test ? "test" : "validation");
  return TRUE;
}

static char *
say (const AyPipelineTest *out)
{
  const AyFit *before = out->has_test ? &out->test_before : &out->valid_before;
  const AyFit *after = out->has_test ? &out->test_after : &out->valid_after;
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "full pipeline, all done again: %s loss changes by %+.4g",
                          out->has_test ? "test" : "validation", after->loss - before->loss);
  if (out->said != NULL)
    g_string_append_printf (text, "; %s", out->said);
  g_string_append_printf (text, "; done again: %s", out->recomputed);
  return g_string_free (text, FALSE);
}

static gboolean
make_ways (AyWork *work, const AyProblem *train, const AyWhatIfChange *change, Way *before,
           Way *after, AyPipelineTest *out, AyJob *job, GError **error)
{
  AyDataset *data = work->data;
  g_autofree guint8 *without = g_new0 (guint8, MAX (data->n, 1));
  g_autofree double *weight = g_new (double, MAX (train->n, 1));
  g_autofree char *made = NULL;
  AyProblem rest;

  if (!problem_after (data, train, change, weight, &rest, error))
    return FALSE;
  for (gsize i = 0; i < train->n && change->removed != NULL; i++)
    without[train->rows[i]] = change->removed[i];
  before->features = ay_matrix_ref (data->features);
  ay_job_set_phase (job, "making the features again");
  after->features = ay_dataset_remake_features (data, without, &made, job, error);
  if (after->features == NULL || !go (before, work, *train, job, error)
      || !go (after, work, rest, job, error))
    return FALSE;
  out->lambda_before = before->lambda_mean;
  out->lambda_after = after->lambda_mean;
  out->recomputed
      = g_strdup_printf ("%s%s%slambda_mean by folds inside train (%g before, %g after)", made,
                         *made != '\0' ? "; " : "",
                         work->head_options.standardise ? "centre and scale; " : "",
                         out->lambda_before, out->lambda_after);
  return TRUE;
}

static gboolean
run (AyWork *work, const AyProblem *train, const AyProblem *valid, const AyProblem *test,
     const AyWhatIfChange *change, AyPipelineTest *out, AyJob *job, GError **error)
{
  g_auto (Way) before = { 0 }, after = { 0 };
  const AyProblem *on = test != NULL ? test : valid;

  if (!make_ways (work, train, change, &before, &after, out, job, error)
      || !judge (&before, *valid, &out->valid_before, job, error)
      || !judge (&after, *valid, &out->valid_after, job, error))
    return FALSE;
  out->has_test = test != NULL;
  if (test != NULL
      && (!judge (&before, *test, &out->test_before, job, error)
          || !judge (&after, *test, &out->test_after, job, error)))
    return FALSE;
  return find_interval (&before, &after, on,
                        test != NULL ? out->test_after.accuracy - out->test_before.accuracy
                                     : out->valid_after.accuracy - out->valid_before.accuracy,
                        out, job, error);
}

gboolean
ay_work_whatif_pipeline (AyWork *self, const AyWhatIf *what, const AyBitset *rows,
                         const AyWhatIfOptions *options, AyPipelineTest *out, AyJob *job,
                         GError **error)
{
  AyScoreContext *context = ay_work_context (self, job, error);
  const AyProblem *train = context != NULL ? ay_score_context_train (context, error) : NULL;
  const AyProblem *valid = train != NULL ? ay_score_context_target (context, error) : NULL;
  g_autoptr (AyOwnedProblem) test = NULL;
  g_auto (AyWhatIfChange) change = { 0 };

  memset (out, 0, sizeof *out);
  if (valid == NULL
      || !ay_what_if_change_make (self->data, train, rows, options, &change, error))
    return FALSE;
  if (what->has_test)
    {
      test = ay_target_new (self->data, AY_SPLIT_TEST, self->target_kind, NULL, error);
      if (test == NULL)
        return FALSE;
    }
  if (run (self, train, valid, test != NULL ? &test->problem : NULL, &change, out, job, error))
    {
      out->sentence = say (out);
      return TRUE;
    }
  ay_pipeline_test_clear (out);
  return FALSE;
}

void
ay_pipeline_test_clear (AyPipelineTest *self)
{
  g_clear_pointer (&self->said, g_free);
  g_clear_pointer (&self->recomputed, g_free);
  g_clear_pointer (&self->sentence, g_free);
}
