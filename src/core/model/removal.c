/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The effect of removing a group of rows, or of other labels or weights: two steps
 * (refit_steps.h) for the estimate, further ones while they still move it by much; the head's
 * own solver, started there, for the refit. A class that loses its last row has no finite
 * optimum: its probability is set to nil and only accuracy is judged.
 *
 * The band of the estimate looks one plain Newton step ahead, solved roughly: the change of the
 * target's loss that this step would still bring, and a tenth of the mean of its rows' absolute
 * changes, since those may cancel by chance; up to twice that where the effect is as large as the
 * loss itself, as the steps end further from the optimum there. */
#include "core/model/removal.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/model/curvature.h"
#include "core/model/refit_steps.h"
#include "core/model/target_effect.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <string.h>

#define FIRST_TOLERANCE 1e-4
#define SECOND_TOLERANCE 1e-3
#define ROUGH 0.1 /* of the effect */
#define AHEAD_TOLERANCE 0.1 /* of the step that the band looks ahead by */
#define BAND 0.9 /* settled on digits, clean and with 5 % flips, breast cancer, 15 intents */
#define CANCELLING 0.1 /* of the rows' absolute changes */
#define BAND_FLOOR 1e-8 /* of the loss: what the refit's own tolerance leaves open */

typedef struct
{
  const AyProblem *base;   /* before, */
  const AyProblem *train;  /* and with other labels */
  const AyHead *head;
  const AyProblem *const *targets;
  guint n_targets;
  double *weight;  /* n: removed rows 0 */
  guint8 *lost;    /* by class */
  gboolean unbounded;
  gsize n_removed;
  AyRemoval *out;
  AyJob *job;
} Removal;

static gboolean
differs (const Removal *self, gsize i)
{
  return (self->train->label != self->base->label && self->train->label[i] != self->base->label[i])
         || (self->train->target != self->base->target
             && self->train->target[i] != self->base->target[i]);
}

static gboolean
mark (Removal *self, const guint8 *removed, const double *other, GError **error)
{
  const AyProblem *train = self->train, *base = self->base;
  g_autofree double *had = g_new0 (double, train->n_classes + 1);
  g_autofree double *has = g_new0 (double, train->n_classes + 1);
  double left = 0.0;

  for (gsize i = 0; i < train->n; i++)
    {
      double weight = ay_problem_weight (train, i);
      gboolean goes = removed != NULL && removed[i];

      self->weight[i] = goes ? 0.0 : other != NULL ? other[i] : weight;
      self->n_removed += goes || self->weight[i] != weight || differs (self, i);
      had[train->n_classes > 0 ? base->label[i] : 0] += weight;
      has[train->n_classes > 0 ? train->label[i] : 0] += self->weight[i];
      left += self->weight[i];
    }
  for (guint c = 0; c < train->n_classes; c++)
    {
      self->lost[c] = !(has[c] > 0.0);
      self->unbounded |= self->lost[c] && had[c] > 0.0;
    }
  if (left > 0.0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
               N_ ("no training row would remain: all %zu are removed"), train->n);
  return FALSE;
}

/* Adds the change of the target's loss under `head` to by[target]. */
static gboolean
judge (Removal *self, const AyHead *head, AyFit *fits, GError **error)
{
  for (guint t = 0; t < self->n_targets; t++)
    if (!ay_head_evaluate (head, self->targets[t], &fits[t], self->job, error))
      return FALSE;
  return TRUE;
}

/* First-order change: + g_target . H^-1 (sum of the removed rows' gradients), which at the optimum
 * is minus the gradient of the remaining rows. */
static gboolean
compare_influence (Removal *self, AyHessian *hessian, GError **error)
{
  gsize p = self->head->n_outputs * (self->head->d + 1);
  g_autofree double *move = g_new (double, p), *gradient = g_new (double, p);
  g_autofree double *theta = g_new (double, p);
  g_autoptr (AyCurvature) at = ay_curvature_new (self->train, self->head, self->weight, TRUE,
                                                 error);

  if (at == NULL)
    return FALSE;
  ay_curvature_from_head (self->head, theta);
  if (!ay_curvature_move (at, theta, NULL, move, self->job, error)
      || !ay_hessian_solve_to (hessian, move, 1, 1e-6, NULL, self->job, error))
    return FALSE;
  for (guint t = 0; t < self->n_targets; t++)
    {
      if (!ay_target_gradient (self->targets[t], self->head, NULL, gradient, self->job, error))
        return FALSE;
      self->out[t].influence = -cblas_ddot (p, gradient, 1, move, 1);
    }
  return TRUE;
}

static gboolean
compare (Removal *self, AyHessian *hessian, AyRefitSteps *steps, GError **error)
{
  g_autofree AyFit *fits = g_new0 (AyFit, self->n_targets);
  g_autoptr (AyHead) plain = ay_refit_steps_plain (steps, FIRST_TOLERANCE, self->job, error);

  if (plain == NULL || !judge (self, plain, fits, error)
      || !compare_influence (self, hessian, error))
    return FALSE;
  for (guint t = 0; t < self->n_targets; t++)
    self->out[t].one_step = fits[t].loss - self->out[t].before.loss;
  return TRUE;
}

/* One step more. *rough: it still moved the first target's estimate by much. */
static gboolean
sharpen (Removal *self, AyRefitSteps *steps, guint step, gboolean *rough, GError **error)
{
  g_autofree AyFit *fits = g_new0 (AyFit, self->n_targets);
  g_autoptr (AyHead) head = NULL;

  if (!ay_refit_steps_take (steps, step == 0 ? FIRST_TOLERANCE : SECOND_TOLERANCE, self->job,
                            error))
    return FALSE;
  head = ay_refit_steps_head (steps);
  if (!judge (self, head, fits, error))
    return FALSE;
  for (guint t = 0; t < self->n_targets; t++)
    {
      AyRemoval *out = &self->out[t];
      double before = step > 0 ? out->estimate : 0.0;

      out->steps = step + 1;
      out->estimate = fits[t].loss - out->before.loss;
      out->accuracy_estimate = fits[t].accuracy;
      out->estimate_error = fabs (out->estimate - before);
      out->rough = !(out->estimate_error <= ROUGH * fabs (out->estimate));
      g_clear_pointer (&out->estimated, ay_head_unref);
      out->estimated = ay_head_ref (head);
    }
  *rough = self->out[0].rough;
  return TRUE;
}

/* Loss of row t given the outputs of a head. */
static double
row_loss (const AyProblem *on, const double *out, gsize t)
{
  double e;

  if (on->n_classes > 0)
    return -log (MAX (out[on->label[t]], DBL_MIN));
  e = out[0] - on->target[t];
  return 0.5 * e * e;
}

/* The mean change of a loss from head to head, and the mean of its rows' absolute changes. */
static gboolean
compare_heads (const AyHead *a, const AyHead *b, const AyProblem *on, double *change,
               double *absolute, AyJob *job, GError **error)
{
  guint k = a->n_outputs;
  g_autofree double *before = ay_try_alloc (2 * MAX (on->n, 1) * k, sizeof (double),
                                            "the outputs of the judged rows", error);
  double *after = before + on->n * k, sum = 0.0;

  *change = *absolute = 0.0;
  if (before == NULL || !ay_head_predict (a, on->features, on->rows, on->n, before, job, error)
      || !ay_head_predict (b, on->features, on->rows, on->n, after, job, error))
    return FALSE;
  for (gsize t = 0; t < on->n; t++)
    {
      double w = ay_problem_weight (on, t);
      double d = w * (row_loss (on, after + t * k, t) - row_loss (on, before + t * k, t));

      sum += w;
      *change += d;
      *absolute += fabs (d);
    }
  *change /= sum;
  *absolute /= sum;
  return TRUE;
}

static gboolean
find_bands (Removal *self, AyRefitSteps *steps, GError **error)
{
  g_autoptr (AyHead) ahead = ay_refit_steps_plain (steps, AHEAD_TOLERANCE, self->job, error);

  if (ahead == NULL)
    return FALSE;
  for (guint t = 0; t < self->n_targets; t++)
    {
      AyRemoval *out = &self->out[t];
      double change, absolute, loss = fabs (out->before.loss);
      double far = fabs (out->estimate) < loss ? fabs (out->estimate) / loss : 1.0;

      if (!compare_heads (out->estimated, ahead, self->targets[t], &change, &absolute, self->job,
                          error))
        return FALSE;
      out->band = MAX (BAND * (1.0 + far) * (fabs (change) + CANCELLING * absolute),
                       BAND_FLOOR * loss);
    }
  return TRUE;
}

static gboolean
estimate (Removal *self, AyRefitSteps *steps, guint max_steps, GError **error)
{
  gboolean rough = TRUE;

  for (guint step = 0; step < 2 || (rough && step < max_steps); step++)
    if (!sharpen (self, steps, step, &rough, error))
      return FALSE;
  return self->unbounded || find_bands (self, steps, error);
}

static gboolean
refit (Removal *self, AyRefitSteps *steps, double tolerance, GError **error)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyProblem rest = *self->train;
  g_autoptr (AyHead) warm = ay_refit_steps_head (steps), head = NULL;
  g_autofree AyFit *fits = g_new0 (AyFit, self->n_targets);

  options.tolerance = tolerance;
  rest.weight = self->weight;
  head = ay_head_fit (&rest, &options, warm, self->job, error);
  if (head == NULL || !judge (self, head, fits, error))
    return FALSE;
  for (guint t = 0; t < self->n_targets; t++)
    {
      AyRemoval *out = &self->out[t];

      out->verified = TRUE;
      out->after = fits[t];
      out->refit = fits[t].loss - out->before.loss;
      out->steps += head->iterations;
      out->gradient_norm = head->gradient_norm;
      out->head = ay_head_ref (head);
    }
  return TRUE;
}

static void
refuse_losses (AyRemoval *out)
{
  out->influence = out->one_step = out->estimate = out->estimate_error = out->band = NAN;
  out->rough = FALSE;
  out->refit = NAN;
  out->after.loss = NAN;
}

/* Without a row to remove the head stays what it is: no step is taken, every change is 0. */
static void
change_nothing (Removal *self, const AyRemovalOptions *options)
{
  for (guint t = 0; t < self->n_targets; t++)
    {
      AyRemoval *out = &self->out[t];

      out->influence = out->one_step = 0.0;
      out->accuracy_estimate = out->before.accuracy;
      if (!options->verify)
        continue;
      out->verified = TRUE;
      out->after = out->before;
      out->refit = 0.0;
      out->gradient_norm = self->head->gradient_norm;
      out->head = ay_head_ref ((AyHead *) self->head);
    }
}

static gboolean
run (Removal *self, AyHessian *hessian, const AyRemovalOptions *options, GError **error)
{
  g_autofree AyFit *fits = g_new0 (AyFit, self->n_targets);
  g_autoptr (AyRefitSteps) steps
      = ay_refit_steps_new (self->train, self->head, hessian, self->weight,
                            self->unbounded ? self->lost : NULL, error);

  if (steps == NULL || !judge (self, self->head, fits, error))
    return FALSE;
  for (guint t = 0; t < self->n_targets; t++)
    {
      self->out[t].before = fits[t];
      self->out[t].n_removed = self->n_removed;
      self->out[t].unbounded = self->unbounded;
      self->out[t].influence = self->out[t].one_step = NAN;
      self->out[t].refit = self->out[t].gradient_norm = NAN;
      self->out[t].after = (AyFit) { fits[t].n, NAN, NAN };
    }
  if (self->n_removed == 0)
    {
      change_nothing (self, options);
      return TRUE;
    }
  if (options->compare && !self->unbounded && !compare (self, hessian, steps, error))
    return FALSE;
  if (!estimate (self, steps, options->max_steps, error)
      || (options->verify && !refit (self, steps, options->tolerance, error)))
    return FALSE;
  for (guint t = 0; t < self->n_targets && self->unbounded; t++)
    refuse_losses (&self->out[t]);
  return TRUE;
}

gboolean
ay_removal_run (const AyProblem *train, const AyHead *head, AyHessian *hessian,
                const guint8 *removed, const AyProblem *const *targets, guint n_targets,
                const AyRemovalOptions *options, AyRemoval *out, AyJob *job, GError **error)
{
  AyHessianOptions hessian_options = AY_HESSIAN_OPTIONS_INIT;
  g_autoptr (AyHessian) own = NULL;
  g_autofree double *weight = ay_try_alloc (MAX (train->n, 1), sizeof (double), "the weights",
                                            error);
  g_autofree guint8 *lost = g_new0 (guint8, train->n_classes + 1);
  AyProblem changed = *train;
  Removal self = { .base = train, .train = &changed, .head = head, .targets = targets,
                   .n_targets = n_targets,
                   .weight = weight, .lost = lost, .out = out, .job = job };

  memset (out, 0, n_targets * sizeof *out);
  if (options->label != NULL)
    changed.label = options->label;
  if (options->target != NULL)
    changed.target = options->target;
  if (weight == NULL || !mark (&self, removed, options->weight, error))
    return FALSE;
  if (hessian == NULL)
    {
      own = ay_hessian_new (train, head, &hessian_options, job, error);
      if (own == NULL)
        return FALSE;
    }
  if (run (&self, hessian != NULL ? hessian : own, options, error))
    return TRUE;
  for (guint t = 0; t < n_targets; t++)
    ay_removal_clear (&out[t]);
  return FALSE;
}

void
ay_removal_clear (AyRemoval *self)
{
  g_clear_pointer (&self->head, ay_head_unref);
  g_clear_pointer (&self->estimated, ay_head_unref);
}
