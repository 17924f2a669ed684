/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The estimate of a removal (core/model/removal.h: damped warm Newton steps on what remains), asked
 * of the rows of each step of a plan. Steps are judged one by one, each against the full training
 * set, so that switching one off does not change what is said of the others; they do not add up. */
#include "core/work/plan_effects.h"

#include "core/base/words.h"
#include "core/work/work_private.h"

#include <math.h>

typedef struct
{
  AyWork *work;
  const AyProblem *train, *valid;
  AyHead *head;
  AyHessian *hessian;
  const AyNewLabels *labels; /* after the steps so far that relabelled */
  AyJob *job;
} Effects;

void
ay_step_effects_free (AyStepEffect *self, guint n)
{
  for (guint s = 0; self != NULL && s < n; s++)
    g_free (self[s].sentence);
  g_free (self);
}

static gboolean
prepare (Effects *self, GError **error)
{
  AyScoreContext *context = ay_work_context (self->work, self->job, error);

  self->train = context != NULL ? ay_score_context_train (context, error) : NULL;
  self->valid = self->train != NULL ? ay_score_context_target (context, error) : NULL;
  self->head = self->valid != NULL ? ay_score_context_head (context, self->job, error) : NULL;
  self->hessian
      = self->head != NULL ? ay_score_context_hessian (context, self->job, error) : NULL;
  return self->hessian != NULL;
}

/* The label of a training row after a step, where that step gave it another one. */
static gboolean
relabels (const Effects *self, const AyStepPlan *step, guint32 row, gint32 *label, double *target)
{
  const AyDataset *data = self->work->data;

  if (step->n_relabelled == 0)
    return FALSE;
  if (data->n_classes > 0)
    {
      gint32 before = ay_new_labels_class (self->labels, data, row);

      *label = ay_new_labels_class (&step->labels, data, row);
      return *label != before;
    }
  *target = step->labels.target[row];
  return !isnan (*target)
         && !(self->labels->target != NULL && self->labels->target[row] == *target);
}

static void
say (AyStepEffect *self, const AyRemoval *of, gboolean is_class)
{
  self->rough = of->rough;
  self->accuracy = of->accuracy_estimate - of->before.accuracy;
  if (of->unbounded)
    {
      self->sentence = g_strdup_printf (
          N_ ("a class would lose its last training row: loss unbounded, accuracy on valid "
              "estimated %+.2f points"),
          100.0 * self->accuracy);
      return;
    }
  self->loss = of->estimate;
  self->band = of->band;
  self->sentence = g_strdup_printf (
      N_ ("estimated%s: loss on valid %+.3g ±%.2g, %s %+.2f points"),
      of->rough ? N_ (" (rough)") : "", of->estimate, of->band, is_class ? N_ ("accuracy") : "R2",
      100.0 * self->accuracy);
}

/* The training problem changed by one step; *out is filled where it can be told. */
static gboolean
estimate (const Effects *self, const AyStepPlan *step, AyStepEffect *out, GError **error)
{
  const AyProblem *train = self->train;
  gsize n = MAX (train->n, 1), gone = 0;
  g_autofree guint8 *removed = g_new0 (guint8, n);
  g_autofree gint32 *label
      = train->label != NULL ? g_memdup2 (train->label, n * sizeof (gint32)) : NULL;
  g_autofree double *target
      = train->target != NULL ? g_memdup2 (train->target, n * sizeof (double)) : NULL;
  AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;
  AyRemoval result;

  for (gsize i = 0; i < train->n; i++)
    {
      gint32 class = AY_LABEL_MISSING;
      double value = NAN;

      removed[i] = ay_bitset_get (step->took, train->rows[i]);
      gone += removed[i];
      if (removed[i] || !relabels (self, step, train->rows[i], &class, &value))
        {
          out->n_rows += removed[i];
          continue;
        }
      out->n_rows++;
      if (label != NULL)
        label[i] = class;
      else
        target[i] = value;
    }
  if (out->n_rows == 0 || gone == train->n)
    {
      out->sentence = g_strdup (gone > 0 ? N_ ("no training row would be left")
                                         : N_ ("no training row changes"));
      return TRUE;
    }
  options.compare = FALSE;
  options.label = label;
  options.target = target;
  if (!ay_removal_run (train, self->head, self->hessian, removed, &self->valid, 1, &options,
                       &result, self->job, error))
    return FALSE;
  say (out, &result, train->label != NULL);
  ay_removal_clear (&result);
  return TRUE;
}

AyStepEffect *
ay_plan_effects (AyWork *work, const AyPlan *plan, AyJob *job, GError **error)
{
  Effects self = { .work = work, .job = job };
  AyStepEffect *out = g_new0 (AyStepEffect, MAX (plan->n_steps, 1));
  g_autoptr (GError) fault = NULL;
  AyNewLabels none;
  gboolean ready = prepare (&self, &fault);

  ay_job_set_phase (job, "estimating the steps");
  ay_new_labels_init (&none, work->data);
  self.labels = &none;
  for (guint s = 0; s < plan->n_steps; s++)
    {
      const AyStepPlan *step = &plan->steps[s];
      g_autoptr (GError) own = NULL;

      out[s].loss = out[s].band = out[s].accuracy = NAN;
      if (step->took == NULL)
        continue;
      if (!ready || !estimate (&self, step, &out[s], &own))
        out[s].sentence = g_strdup_printf (N_ ("effect not known: %s"),
                                           own != NULL ? own->message : fault->message);
      self.labels = step->n_relabelled > 0 ? &step->labels : self.labels;
    }
  ay_new_labels_clear (&none);
  if (ay_job_check (job, error))
    return out;
  ay_step_effects_free (out, plan->n_steps);
  return NULL;
}
