/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/work/accuracy_words.h"
#include "core/work/arms.h"
#include "core/work/job_memory.h"
#include "core/work/what_if_change.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

/* What removing rows does, and what may be said of it.
 *
 * The estimate is on the validation part: a preview, since rows are chosen by it. A refit is also
 * judged on the test part, where there is one; each such look is counted in the workspace. */

void
ay_what_if_clear (AyWhatIf *self)
{
  ay_removal_clear (&self->valid);
  ay_removal_clear (&self->test);
  g_clear_pointer (&self->target, g_free);
  g_clear_pointer (&self->solver, g_free);
  g_clear_pointer (&self->sentence, g_free);
}

/* Rows that exactly one of the two heads gets right. */
static gboolean
count_changed (const AyHead *a, const AyHead *b, const AyProblem *on, gsize *changed, AyJob *job,
               GError **error)
{
  guint k = a->n_outputs;
  g_autofree double *before = g_new (double, MAX (on->n * k, 1));
  g_autofree double *after = g_new (double, MAX (on->n * k, 1));

  if (!ay_head_predict (a, on->features, on->rows, on->n, before, job, error)
      || !ay_head_predict (b, on->features, on->rows, on->n, after, job, error))
    return FALSE;
  *changed = 0;
  for (gsize i = 0; i < on->n; i++)
    {
      gboolean was = ay_argmax (before + i * k, k) == (gsize) on->label[i];
      gboolean is = ay_argmax (after + i * k, k) == (gsize) on->label[i];

      *changed += was != is;
    }
  return TRUE;
}

static char *
describe_accuracy (AyWhatIf *out, gsize m, gsize changed, const char *part)
{
  const AyRemoval *judged = out->has_test ? &out->test : &out->valid;
  AyAccuracyChange found;

  ay_accuracy_judge (&found, judged->after.accuracy - judged->before.accuracy, m, changed);
  out->interval_low = found.low;
  out->interval_high = found.high;
  out->verdict = found.verdict;
  out->needed = found.needed;
  return ay_accuracy_say (&found, part);
}

#define NO_TEST N_ ("; a preview: there is no test part")

static char *
describe_estimate (const AyWhatIf *out)
{
  const AyRemoval *r = &out->valid;

  if (r->unbounded)
    return g_strdup (N_ ("a class would lose its last training row: its log-loss is unbounded, "
                         "only accuracy is shown"));
  return g_strdup_printf (
      N_ ("estimated for the head on your features: validation loss changes by %+.6g%s (a refit "
          "within %.2g of it, 95 %% band of the approximation); a preview, since rows are chosen "
          "by this part"),
      r->estimate, r->rough ? N_ (" (rough)") : "", r->band);
}

/* NULL: cancelled. */
static char *
describe_refit (AyWhatIf *out, const AyHead *head, const AyProblem *judged, AyJob *job,
                GError **error)
{
  const AyRemoval *r = out->has_test ? &out->test : &out->valid;
  const char *part = out->has_test ? N_ ("test") : N_ ("validation");
  gsize changed;
  g_autofree char *accuracy = NULL;

  if (judged->n_classes == 0)
    {
      out->interval_low = out->interval_high = NAN;
      return g_strdup_printf (N_ ("refitted head: loss on %zu %s rows changes by %+.6g%s"),
                              judged->n, part, r->refit, out->has_test ? "" : NO_TEST);
    }
  if (!count_changed (head, r->head, judged, &changed, job, error))
    return NULL;
  accuracy = describe_accuracy (out, judged->n, changed, part);
  return g_strdup_printf (N_ ("refitted head: %s%s"), accuracy, out->has_test ? "" : NO_TEST);
}

gboolean
ay_what_if_say (AyWhatIf *self, const AyHead *head, const AyProblem *judged, AyJob *job,
                GError **error)
{
  self->sentence = describe_refit (self, head, judged, job, error);
  return self->sentence != NULL;
}

gboolean
ay_work_openings (AyWork *self, guint *openings, GError **error)
{
  g_autoptr (GPtrArray) settings = ay_workspace_list (self->store, AY_KIND_SETTING, error);

  *openings = 0;
  for (guint i = 0; settings != NULL && i < settings->len; i++)
    {
      const AyItem *item = settings->pdata[i];

      if (g_str_equal (item->name, AY_SETTING_OPENINGS) && item->json != NULL)
        *openings = (guint) g_ascii_strtoull (item->json, NULL, 10);
    }
  return settings != NULL;
}

gboolean
ay_work_count_opening (AyWork *self, guint *openings, GError **error)
{
  g_autofree char *text = NULL;

  if (!ay_work_openings (self, openings, error))
    return FALSE; /* or the count would begin anew */
  *openings += 1;
  if (ay_workspace_is_read_only (self->store))
    return TRUE; /* looked at all the same: the number printed says so, only here */
  text = g_strdup_printf ("%u", *openings);
  return ay_workspace_put_json (self->store, AY_KIND_SETTING, AY_SETTING_OPENINGS, text, error);
}

/* The targets, the run and the words; the caller clears *out on failure. */
static gboolean
run_whatif (AyWork *self, AyScoreContext *context, const AyWhatIfChange *change, gboolean verify,
            AyWhatIf *out, AyJob *job, GError **error)
{
  const AyProblem *train = ay_score_context_train (context, error);
  const AyProblem *valid = train != NULL ? ay_score_context_target (context, error) : NULL;
  AyHead *head = valid != NULL ? ay_score_context_head (context, job, error) : NULL;
  AyHessian *hessian = NULL;
  g_autoptr (AyOwnedProblem) test = NULL;
  const AyProblem *targets[2] = { valid, NULL };
  AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;
  AyRemoval results[2];
  guint n_targets = 1;

  if (head == NULL)
    return FALSE;
  hessian = ay_score_context_hessian (context, job, error);
  if (hessian == NULL)
    return FALSE;
  if (verify && self->data->has_test)
    {
      test = ay_target_new (self->data, AY_SPLIT_TEST, self->target_kind, NULL, error);
      if (test == NULL)
        return FALSE;
      targets[n_targets++] = &test->problem;
    }
  options.verify = verify;
  options.label = change->label;
  options.target = change->target;
  options.weight = change->weight;
  memset (results, 0, sizeof results);
  if (!ay_removal_run (train, head, hessian, change->removed, targets, n_targets, &options,
                       results, job, error))
    return FALSE;
  out->solver = g_strdup (ay_hessian_describe (hessian));
  out->valid = results[0];
  out->has_test = n_targets == 2;
  if (out->has_test)
    out->test = results[1];
  out->target
      = ay_target_describe (valid, AY_SPLIT_VALID, self->target_kind, self->slice);
  out->sentence = verify && !out->valid.unbounded
                      ? describe_refit (out, head, targets[n_targets - 1], job, error)
                      : describe_estimate (out);
  if (out->sentence == NULL
      || !ay_work_agreement (self, &out->agreement, &out->n_agreement, job, error))
    return FALSE;
  ay_agreement_append (out->agreement, out->n_agreement, &out->sentence);
  return TRUE;
}

/* Before anyone sees a number of the test part, and not when none will be seen. */
gboolean
ay_work_whatif_count (AyWork *self, AyWhatIf *what, AyJob *job, GError **error)
{
  return !what->has_test
         || (ay_job_commit (job, error)
             && ay_work_count_opening (self, &what->test_openings, error));
}

gboolean
ay_work_whatif (AyWork *self, const AyBitset *rows, gboolean verify, AyWhatIf *out, AyJob *job,
                GError **error)
{
  AyWhatIfOptions options = AY_WHAT_IF_OPTIONS_INIT;

  options.verify = verify;
  return ay_work_whatif_of (self, rows, &options, out, job, error);
}

gboolean
ay_work_whatif_of (AyWork *self, const AyBitset *rows, const AyWhatIfOptions *options,
                   AyWhatIf *out, AyJob *job, GError **error)
{
  AyScoreContext *context = ay_work_context (self, job, error);
  const AyProblem *train = context != NULL ? ay_score_context_train (context, error) : NULL;
  g_auto (AyWhatIfChange) change = { 0 };

  memset (out, 0, sizeof *out);
  out->kind = options->kind;
  out->interval_low = out->interval_high = out->agreement = NAN;
  if (train == NULL || !ay_work_plan_one (self, "whatif", job, error))
    return FALSE;
  if (!ay_what_if_change_make (self->data, train, rows, options, &change, error))
    return FALSE;
  out->n_rows = change.n_rows;
  out->n_outside_train = ay_bitset_count (rows) - out->n_rows;
  if (run_whatif (self, context, &change, options->verify, out, job, error)
      && (options->count_later || ay_work_whatif_count (self, out, job, error)))
    return TRUE;
  ay_what_if_clear (out);
  return FALSE;
}
