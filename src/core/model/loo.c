/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leave-one-out of a head.
 *
 * Up to the Hessian's dense limit: from the exact inverse (loo_leverage.c), every row at once; rows
 * whose leverage w W K has an eigenvalue above a limit are refitted, largest first. Effects on a
 * target are evaluated at theta without the row; where that is too dear for all rows, all are
 * linearised and the largest evaluated.
 *
 * Above the limit: five stratified folds, refitted from the head with lambda, scaling and classes
 * held; a row's output is the prediction of the head that did not see its fold, and effects are
 * linearised with that head's residual in place of q (for squared loss q is the residual left
 * out). There is no low-rank K in between: to check one on sampled rows by conjugate gradients
 * costs more than the five fits, and a rank-300 Nystroem factor of 650 parameters overstates
 * tr W K by 1.65. */
#include "core/model/loo.h"

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/model/loo_private.h"
#include "core/model/reduced.h"
#include "core/model/refit_steps.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define N_FOLDS 5
#define FOLD_TOLERANCE 1e-6
#define REFIT_STEPS 2
#define REFIT_TOLERANCE 1e-3
#define SOLVE_TOLERANCE 1e-7
#define MAX_CLASSES 512 /* reduced classes up to which each row's C x C matrices are made */

typedef struct
{
  AyLoo *loo;
  const AyProblem *train;
  const AyHead *head;
  AyHessian *hessian;
  const AyLooOptions *options;
  AyTargetLoss *target; /* (nullable) */
  gboolean *only;  /* n: the only row of its class */
  AyJob *job;
} Leave;

void
ay_loo_free (AyLoo *self)
{
  if (self == NULL)
    return;
  g_free (self->output);
  g_free (self->effect);
  g_free (self->error);
  g_free (self->half[0]);
  g_free (self->self);
  g_free (self->leverage);
  g_free (self->refitted);
  g_free (self->method);
  g_free (self);
}

/* q in full coordinates from reduced ones. */
static double *
expand_rows (const Leave *self, const double *q, GError **error)
{
  guint n = self->head->n_outputs, m = ay_reduced_outputs (n);
  double *full = ay_try_alloc (MAX (self->train->n, 1) * n, sizeof (double), "the leave-one-out",
                               error);

  for (gsize i = 0; i < self->train->n && full != NULL; i++)
    ay_expand (n, 1, q + i * m, full + i * n);
  return full;
}

/* All effects linearised; q: n x n_outputs. */
static gboolean
linearise (Leave *self, const double *q, GError **error)
{
  g_autofree double *s = ay_try_alloc (ay_hessian_n_parameters (self->hessian), sizeof (double),
                                       "the target's gradient", error);

  return s != NULL && ay_target_gradient (self->options->target, self->head, NULL, s, self->job,
                                          error)
         && ay_hessian_solve_to (self->hessian, s, 1, SOLVE_TOLERANCE, NULL, self->job, error)
         && ay_loo_linear (self->train, self->head, q, s, self->loo->effect, self->job, error);
}

/* The rows of largest |effect|. (transfer full) */
static guint32 *
largest (const Leave *self, gsize count)
{
  g_autofree double *size = g_new (double, self->train->n);
  guint32 *order;

  for (gsize i = 0; i < self->train->n; i++)
    size[i] = fabs (self->loo->effect[i]);
  order = ay_order (size, self->train->n, TRUE);
  return g_renew (guint32, order, MAX (count, 1));
}

static gboolean
effects (Leave *self, const double *inverse, const double *q, GError **error)
{
  gsize n = self->train->n, count = MIN (n, self->options->n_evaluated);
  g_autofree double *full = NULL;
  g_autofree guint32 *rows = NULL;

  if (n * ay_loo_evaluation_flop (self->head, self->options->target->n) <= self->options->max_flop)
    return ay_loo_evaluate (self->loo, self->train, self->head, inverse, q, self->target, NULL, n,
                            self->job, error);
  full = expand_rows (self, q, error);
  if (full == NULL || !linearise (self, full, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    self->loo->error[i] = NAN;
  rows = largest (self, count);
  self->loo->n_linear = n - count;
  return ay_loo_evaluate (self->loo, self->train, self->head, inverse, q, self->target, rows, count,
                          self->job, error);
}

/* --- refits --- */

static gboolean
refit_row (Leave *self, gsize i, double *weight, double loss_before, GError **error)
{
  const AyProblem *train = self->train;
  g_autoptr (AyRefitSteps) steps = NULL;
  g_autoptr (AyHead) head = NULL;
  AyFit fit;

  weight[i] = 0.0;
  steps = ay_refit_steps_new (train, self->head, self->hessian, weight, NULL, error);
  weight[i] = ay_problem_weight (train, i);
  if (steps == NULL)
    return FALSE;
  for (guint step = 0; step < REFIT_STEPS; step++)
    if (!ay_refit_steps_take (steps, REFIT_TOLERANCE, self->job, error))
      return FALSE;
  head = ay_refit_steps_head (steps);
  if (self->options->refit_outputs
      && !ay_head_predict (head, train->features, train->rows + i, 1,
                           self->loo->output + i * head->n_outputs, self->job, error))
    return FALSE;
  self->loo->refitted[i] = 1;
  self->loo->n_refitted++;
  if (self->target == NULL)
    return TRUE;
  if (!ay_head_evaluate (head, self->options->target, &fit, self->job, error))
    return FALSE;
  self->loo->effect[i] = fit.loss - loss_before;
  return TRUE;
}

static gboolean
refit_rows (Leave *self, GError **error)
{
  const AyProblem *train = self->train;
  AyLoo *loo = self->loo;
  g_autofree guint32 *order = ay_order (loo->leverage, train->n, TRUE);
  g_autofree double *weight = g_new (double, MAX (train->n, 1));
  AyFit before = { 0 };

  if (self->head->n_classes == 0 /* exact as it is */
      || (self->target == NULL && !self->options->refit_outputs))
    return TRUE;
  for (gsize i = 0; i < train->n; i++)
    {
      weight[i] = ay_problem_weight (train, i);
      if (loo->effect != NULL && !isfinite (loo->effect[i])) /* a step out of all bounds */
        loo->leverage[i] = INFINITY;
      loo->n_above += !(loo->leverage[i] <= self->options->refit_above) && !self->only[i];
    }
  if (loo->n_above > 0 && self->target != NULL
      && !ay_head_evaluate (self->head, self->options->target, &before, self->job, error))
    return FALSE;
  for (gsize k = 0; k < train->n && loo->n_refitted < self->options->max_refits; k++)
    {
      gsize i = order[k];

      if (loo->leverage[i] <= self->options->refit_above)
        break;
      if (self->only[i])
        continue;
      if (!refit_row (self, i, weight, before.loss, error))
        return FALSE;
      ay_job_set_fraction (self->job, (double) loo->n_refitted
                                          / MIN (loo->n_above, self->options->max_refits));
    }
  for (gsize i = 0; i < train->n && loo->effect != NULL; i++)
    if (!isfinite (loo->effect[i]))
      loo->effect[i] = NAN;
  return TRUE;
}

static gboolean
by_inverse (Leave *self, GError **error)
{
  AyLoo *loo = self->loo;
  const double *inverse = ay_hessian_inverse (self->hessian, self->job, error);
  guint m = ay_reduced_outputs (self->head->n_outputs);
  g_autofree double *q = NULL;
  gsize n = MAX (self->train->n, 1);

  if (inverse == NULL)
    return FALSE;
  loo->leverage = ay_try_alloc (n, sizeof (double), "the leverage", error);
  loo->self = loo->leverage != NULL ? ay_try_alloc (n, sizeof (double), "the leverage", error)
                                    : NULL;
  q = loo->self != NULL ? ay_try_alloc (n * m, sizeof (double), "the leave-one-out", error) : NULL;
  if (q == NULL
      || !ay_loo_leverage (loo, self->train, self->head, inverse, q, self->job, error)
      || (self->target != NULL && !effects (self, inverse, q, error)))
    return FALSE;
  ay_job_set_phase (self->job, "refitting rows of high leverage");
  return refit_rows (self, error);
}

/* --- folds --- */

/* Each row's fold: rows of a class, in random order, take turns. (transfer full) */
static guint8 *
draw_folds (const Leave *self)
{
  const AyProblem *train = self->train;
  guint8 *fold = g_new (guint8, MAX (train->n, 1));
  g_autofree guint32 *order = g_new (guint32, MAX (train->n, 1));
  g_autofree gsize *turn = g_new0 (gsize, train->n_classes + 1);
  AyRng rng;

  for (gsize i = 0; i < train->n; i++)
    order[i] = (guint32) i;
  ay_rng_init (&rng, self->options->seed, 5);
  ay_rng_shuffle (&rng, order, train->n);
  for (guint c = 0; c < train->n_classes; c++)
    turn[c] = c;
  for (gsize k = 0; k < train->n; k++)
    fold[order[k]] = turn[train->n_classes > 0 ? train->label[order[k]] : 0]++ % N_FOLDS;
  return fold;
}

static gboolean
predict_fold (Leave *self, const AyHead *head, const guint8 *fold, guint which, GError **error)
{
  const AyProblem *train = self->train;
  guint n = head->n_outputs;
  g_autofree guint32 *rows = g_new (guint32, MAX (train->n, 1));
  g_autofree gsize *place = g_new (gsize, MAX (train->n, 1));
  g_autofree double *out = NULL;
  gsize count = 0;

  for (gsize i = 0; i < train->n; i++)
    if (fold[i] == which)
      {
        place[count] = i;
        rows[count++] = train->rows[i];
      }
  out = ay_try_alloc (MAX (count, 1) * n, sizeof (double), "a fold's outputs", error);
  if (out == NULL
      || !ay_head_predict_shared (head, train, rows, count, out, self->job, error))
    return FALSE;
  for (gsize k = 0; k < count; k++)
    memcpy (self->loo->output + place[k] * n, out + k * n, n * sizeof (double));
  return TRUE;
}

static gboolean
by_folds (Leave *self, GError **error)
{
  const AyProblem *train = self->train;
  guint n = self->head->n_outputs;
  g_autofree guint8 *fold = draw_folds (self);
  g_autofree double *weight = g_new (double, MAX (train->n, 1));
  g_autofree double *q = NULL;

  self->loo->by_folds = TRUE;
  ay_job_set_phase (self->job, "refitting without each fold");
  for (guint which = 0; which < N_FOLDS; which++)
    {
      AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
      AyProblem rest = *train;
      g_autoptr (AyHead) head = NULL;

      for (gsize i = 0; i < train->n; i++)
        weight[i] = fold[i] == which ? 0.0 : ay_problem_weight (train, i);
      rest.weight = weight;
      options.tolerance = MAX (FOLD_TOLERANCE, self->head->tolerance);
      head = ay_head_fit (&rest, &options, self->head, self->job, error);
      if (head == NULL || !predict_fold (self, head, fold, which, error))
        return FALSE;
      ay_job_set_fraction (self->job, (which + 1.0) / N_FOLDS);
    }
  if (self->target == NULL)
    return TRUE;
  q = g_memdup2 (self->loo->output, train->n * n * sizeof (double));
  for (gsize i = 0; i < train->n; i++)
    q[train->n_classes > 0 ? i * n + train->label[i] : i]
        -= train->n_classes > 0 ? 1.0 : train->target[i];
  self->loo->n_linear = train->n;
  for (gsize i = 0; i < train->n; i++)
    self->loo->error[i] = NAN;
  return linearise (self, q, error);
}

/* --- the whole --- */

static void
mark_only (Leave *self)
{
  const AyProblem *train = self->train;
  g_autofree gsize *count = g_new0 (gsize, train->n_classes + 1);

  for (gsize i = 0; i < train->n && train->n_classes > 0; i++)
    count[train->label[i]] += ay_problem_weight (train, i) > 0.0;
  for (gsize i = 0; i < train->n && train->n_classes > 0; i++)
    {
      self->only[i] = count[train->label[i]] == 1 && ay_problem_weight (train, i) > 0.0;
      self->loo->n_only += self->only[i];
    }
}

static void
blank_only (Leave *self)
{
  AyLoo *loo = self->loo;

  for (gsize i = 0; i < loo->n; i++)
    if (self->only[i])
      {
        for (guint c = 0; c < loo->n_outputs; c++)
          loo->output[i * loo->n_outputs + c] = NAN;
        if (loo->effect != NULL)
          loo->effect[i] = loo->error[i] = loo->half[0][i] = loo->half[1][i] = NAN;
      }
}

static char *
describe (const Leave *self)
{
  const AyLoo *loo = self->loo;
  GString *text = g_string_new (NULL);

  if (loo->by_folds)
    g_string_append_printf (text, "%u stratified folds, heads refitted with all else held: %zu "
                            "parameters are too many for exact leverage", N_FOLDS,
                            ay_hessian_n_parameters (self->hessian));
  else if (self->head->n_classes == 0)
    g_string_append (text, "exact leave-one-out of ridge regression");
  else
    {
      g_string_append (text, "one Newton step with the row's own curvature taken out");
      if (loo->n_above > 0)
        g_string_append_printf (text, "; %zu of the %zu rows (%.2g %%) with an eigenvalue of W K "
                                "above %g refitted", loo->n_refitted, loo->n_above,
                                100.0 * loo->n_above / MAX (loo->n, 1),
                                self->options->refit_above);
    }
  if (self->target != NULL && loo->by_folds)
    g_string_append (text, "; effects linearised with the out-of-fold residuals");
  else if (self->target != NULL && loo->n_linear > 0)
    g_string_append_printf (text, "; effects linearised, the %zu largest evaluated without the "
                            "row", loo->n - loo->n_linear);
  else if (self->target != NULL)
    g_string_append (text, "; effects evaluated without the row");
  return g_string_free (text, FALSE);
}

static gboolean
run (Leave *self, GError **error)
{
  AyLoo *loo = self->loo;

  if (self->options->target != NULL)
    {
      self->target = ay_target_loss_new (self->options->target, self->head, self->job, error);
      if (self->target == NULL)
        return FALSE;
      loo->effect = ay_try_alloc (MAX (loo->n, 1), sizeof (double), "the effects", error);
      loo->error = loo->effect != NULL
                       ? ay_try_alloc (MAX (loo->n, 1), sizeof (double), "the effects", error)
                       : NULL;
      loo->half[0] = loo->error != NULL
                         ? ay_try_alloc (2 * MAX (loo->n, 1), sizeof (double), "the effects", error)
                         : NULL;
      if (loo->half[0] == NULL)
        return FALSE;
      loo->half[1] = loo->half[0] + loo->n;
      for (gsize i = 0; i < 2 * loo->n; i++)
        loo->half[0][i] = NAN;
    }
  mark_only (self);
  ay_job_set_phase (self->job, "leaving out each row");
  if (!(!self->options->folds && ay_hessian_can_be_dense (self->hessian)
                && self->head->n_outputs <= MAX_CLASSES
            ? by_inverse (self, error)
            : by_folds (self, error)))
    return FALSE;
  blank_only (self);
  loo->method = describe (self);
  return TRUE;
}

AyLoo *
ay_loo_new (const AyProblem *train, const AyHead *head, AyHessian *hessian,
            const AyLooOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyLoo) loo = g_new0 (AyLoo, 1);
  g_autofree gboolean *only = g_new0 (gboolean, MAX (train->n, 1));
  Leave self = { .loo = loo, .train = train, .head = head, .hessian = hessian,
                 .options = options, .only = only, .job = job };
  gboolean done;

  loo->n = train->n;
  loo->n_outputs = head->n_outputs;
  loo->refitted = g_new0 (guint8, MAX (train->n, 1));
  loo->output = ay_try_alloc (MAX (train->n, 1) * head->n_outputs, sizeof (double),
                              "left-out outputs", error);
  if (loo->output == NULL)
    return NULL;
  done = run (&self, error);
  ay_target_loss_free (self.target);
  return done ? g_steal_pointer (&loo) : NULL;
}
