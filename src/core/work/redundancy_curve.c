/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outcome curve: what each threshold would drop and cost.
 *
 * Thresholds are taken from the merges, so that the rows dropped rise in about equal steps. The
 * change on valid is predicted by at most two Newton steps (core/model/removal); refitted it is
 * shown on valid, a preview, and on test, beside dropping as many rows at random. */
#include "core/work/work_redundancy.h"

#include "core/model/random_drops.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

typedef struct
{
  AyWork *work;
  const AyRedundancy *redundancy;
  const AyOutcomeOptions *options;
  const AyProblem *train;
  AyHead *head;
  AyHessian *hessian;
  const AyProblem *targets[2];
  guint n_targets;
  AyFit *before; /* (nullable) 2 */
} Curve;

static gboolean
remove_rows (Curve *self, const guint8 *removed, gboolean verify, AyRemoval out[2], AyJob *job,
             GError **error)
{
  AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;

  options.verify = verify;
  options.compare = FALSE;
  memset (out, 0, 2 * sizeof *out);
  return ay_removal_run (self->train, self->head, self->hessian, removed, self->targets,
                         self->n_targets, &options, out, job, error);
}

static gsize
mark (const Curve *self, const AyRedundancyCut *cut, guint8 *removed)
{
  gsize n = 0;

  for (gsize i = 0; i < self->train->n; i++)
    n += removed[i] = cut->redundant[self->train->rows[i]];
  return n;
}

static void
take_refit (Curve *self, const AyRemoval *results, AyOutcome *out)
{
  const AyRemoval *valid = &results[0];

  out->refitted = TRUE;
  out->loss_valid = valid->unbounded ? NAN : valid->refit;
  out->accuracy_valid = valid->after.accuracy - valid->before.accuracy;
  if (self->n_targets < 2)
    return;
  out->loss_test = results[1].unbounded ? NAN : results[1].refit;
  out->accuracy_test = results[1].after.accuracy - results[1].before.accuracy;
}

/* Drops as many rows at random, n_random times. */
static gboolean
random_band (Curve *self, gsize n, AyOutcome *out, AyJob *job, GError **error)
{
  AyRandomDrops drops = { self->train, self->head, self->hessian,
                          self->targets[self->n_targets - 1], n,
                          MAX (self->options->n_random, 2), self->options->seed };
  g_autofree double *accuracy = g_new (double, drops.repeats);
  AyMeanBand band;

  if (!ay_random_drops_run (&drops, accuracy, NULL, job, error))
    return FALSE;
  band = ay_mean_band (accuracy, drops.repeats);
  out->random_mean = band.mean;
  out->random_low = band.low;
  out->random_high = band.high;
  return TRUE;
}

static gboolean
predict (Curve *self, const AyRedundancyCut *cut, AyOutcome *out, AyJob *job, GError **error)
{
  g_autofree guint8 *removed = g_new0 (guint8, MAX (self->train->n, 1));
  gsize n = mark (self, cut, removed);
  AyRemoval results[2];

  if (n == self->train->n)
    return TRUE; /* nothing left to fit to: no figures */
  if (!remove_rows (self, removed, self->options->refit, results, job, error))
    return FALSE;
  out->loss = results[0].unbounded ? NAN : results[0].estimate;
  out->accuracy = results[0].accuracy_estimate - results[0].before.accuracy;
  out->rough = results[0].rough;
  if (self->options->refit)
    take_refit (self, results, out);
  for (guint k = 0; k < self->n_targets; k++)
    {
      if (self->before != NULL)
        self->before[k] = results[k].before;
      ay_removal_clear (&results[k]);
    }
  return !self->options->refit || n == 0 || random_band (self, n, out, job, error);
}

static gboolean
run_points (Curve *self, GArray *points, AyJob *job, GError **error)
{
  gsize n;
  double present = isnan (self->options->threshold) ? self->redundancy->options.threshold
                                                    : self->options->threshold;
  g_autofree double *cuts = ay_redundancy_distances (self->redundancy, present,
                                                     self->options->n_points, &n);

  for (gsize k = 0; k < n; k++)
    {
      AyOutcome one = { .loss = NAN, .accuracy = NAN, .loss_valid = NAN, .accuracy_valid = NAN,
                        .loss_test = NAN, .accuracy_test = NAN, .random_low = NAN,
                        .random_high = NAN, .random_mean = NAN };
      g_autoptr (AyRedundancyCut) cut = NULL;

      one.threshold = ay_redundancy_threshold_at (self->redundancy, present, cuts[k]);
      cut = self->head != NULL ? ay_redundancy_cut (self->redundancy, one.threshold)
                               : ay_redundancy_count (self->redundancy, one.threshold);
      one.n_groups = cut->groups->n_groups;
      one.n_dropped = cut->n_redundant;
      one.n_conflicts = cut->n_conflicts;
      if (self->head != NULL && !predict (self, cut, &one, job, error))
        return FALSE;
      g_array_append_val (points, one);
      ay_job_set_fraction (job, (double) (k + 1) / (double) n);
    }
  return TRUE;
}

GArray *
ay_redundancy_curve (AyWork *work, const AyRedundancy *self, const AyOutcomeOptions *options,
                     AyFit before[2], AyJob *job, GError **error)
{
  Curve curve = { .work = work, .redundancy = self, .options = options, .before = before };
  g_autoptr (AyOwnedProblem) test = NULL;
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (AyOutcome));
  guint openings;

  if (options->predict || options->refit)
    {
      AyScoreContext *context = ay_work_context (work, job, error);

      curve.train = context != NULL ? ay_score_context_train (context, error) : NULL;
      curve.targets[0]
          = curve.train != NULL ? ay_score_context_target (context, error) : NULL;
      curve.head = curve.targets[0] != NULL ? ay_score_context_head (context, job, error) : NULL;
      curve.hessian
          = curve.head != NULL ? ay_score_context_hessian (context, job, error) : NULL;
      if (curve.hessian == NULL)
        return NULL;
      curve.n_targets = 1;
      if (options->refit && self->data->has_test)
        {
          test = ay_target_new (self->data, AY_SPLIT_TEST, work->target_kind, NULL, error);
          if (test == NULL)
            return NULL;
          curve.targets[curve.n_targets++] = &test->problem;
        }
    }
  ay_job_set_phase (job, "trying thresholds");
  if (!run_points (&curve, points, job, error)
      || (test != NULL && !ay_work_count_opening (work, &openings, error)))
    return NULL;
  return g_steal_pointer (&points);
}
