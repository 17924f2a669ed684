/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credits along gradient steps.
 *
 * A step moves theta by D = -rate (sum over rows of w_i grad l_i / sum w + mu W), mu = lambda by
 * weight. The loss of the validation rows changes by the integral of its gradient along D; with g
 * its mean along the step, by Simpson's rule (g (theta) + 4 g (theta + D/2) + g (theta + D)) / 6,
 * row i gets the fall rate w_i / sum w grad l_i . g and the penalty rate mu W . g. TracIn (Pruthi
 * and others 2020) takes g at the step's start instead, and misses the change by percents; loss
 * change allocation (Lan and others 2019) does the same by parameter.
 *
 * Cost a step: one gradient of the training rows, two of the validation rows, one product for the
 * credits of all rows. Memory: a credit a row and round. Threads: those of the passes. */
#include "core/gain/step_credits.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/model/loo_private.h"

#include <math.h>
#include <string.h>

#define ADDS_UP 0.01

typedef struct
{
  const AyLedgerInput *input;
  const AyStepOptions *options;
  AyJob *job;
  AyProblem taken;     /* the rows so far, by weight */
  double *weight;      /* train->n */
  double sum, penalty; /* of the weights; mu */
  AyHead *head, *trial;
  gsize p;
  double *slope;       /* p: of the training loss with its penalty */
  double *g[3];        /* p: of the validation loss at the step's start, middle and end */
  double *q;           /* train->n x n_outputs: residuals */
  double *one;         /* train->n: credits of one step */
} Walk;

static void
walk_clear (Walk *self)
{
  g_free (self->weight);
  g_clear_pointer (&self->head, ay_head_unref);
  g_clear_pointer (&self->trial, ay_head_unref);
  g_free (self->slope);
  g_free (self->q);
  g_free (self->one);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Walk, walk_clear)

void
ay_step_credits_free (AyStepCredits *self)
{
  if (self == NULL)
    return;
  for (guint r = 0; r < self->n_rounds; r++)
    g_free (self->round[r].credit);
  g_free (self->round);
  g_clear_pointer (&self->head, ay_head_unref);
  g_clear_pointer (&self->start, ay_head_unref);
  g_free (self);
}

static gboolean
walk_init (Walk *self, GError **error)
{
  const AyHead *like = self->input->like;
  gsize n = MAX (self->input->train->n, 1);

  self->p = like->n_outputs * (like->d + 1);
  self->taken = *self->input->train;
  self->head = ay_head_copy (like);
  memset (self->head->weights, 0, like->n_outputs * like->d * sizeof (double));
  memset (self->head->intercept, 0, like->n_outputs * sizeof (double));
  self->trial = ay_head_copy (self->head);
  self->penalty = like->lambda / like->sum_weight;
  self->weight = g_new0 (double, n);
  self->taken.weight = self->weight;
  self->slope = ay_try_alloc (4 * self->p, sizeof (double), "the gradients", error);
  self->q = self->slope != NULL
                ? ay_try_alloc (n * like->n_outputs, sizeof (double), "the residuals", error)
                : NULL;
  self->one = self->q != NULL ? ay_try_alloc (n, sizeof (double), "the credits", error) : NULL;
  for (guint k = 0; k < 3; k++)
    self->g[k] = self->slope + (k + 1) * self->p;
  return self->one != NULL;
}

/* Takes the round's rows in. */
static void
take (Walk *self, guint round)
{
  const AyProblem *train = self->input->train;

  for (gsize i = 0; i < train->n; i++)
    if (self->input->round_of[i] == round)
      {
        self->weight[i] = ay_problem_weight (train, i);
        self->sum += self->weight[i];
      }
}

/* slope: the gradient of what the steps descend on. */
static gboolean
find_slope (Walk *self, GError **error)
{
  gsize d = self->head->d;

  if (!ay_target_gradient (&self->taken, self->head, NULL, self->slope, self->job, error))
    return FALSE;
  for (guint c = 0; c < self->head->n_outputs; c++)
    for (gsize j = 0; j < d; j++)
      self->slope[c * (d + 1) + j] += self->penalty * self->head->weights[c * d + j];
  return TRUE;
}

/* trial = head + share of the step, and the validation loss's gradient there. */
static gboolean
look (Walk *self, double share, double *gradient, GError **error)
{
  double length = share * self->options->rate;
  gsize d = self->head->d;

  for (guint c = 0; c < self->head->n_outputs; c++)
    {
      for (gsize j = 0; j < d; j++)
        self->trial->weights[c * d + j]
            = self->head->weights[c * d + j] - length * self->slope[c * (d + 1) + j];
      self->trial->intercept[c]
          = self->head->intercept[c] - length * self->slope[c * (d + 1) + d];
    }
  return ay_target_gradient (self->input->on, self->trial, NULL, gradient, self->job, error);
}

/* q = the training rows' outputs minus what they should be, at the head. */
static gboolean
find_residuals (Walk *self, GError **error)
{
  const AyProblem *train = self->input->train;
  guint k = self->head->n_outputs;

  if (!ay_head_predict (self->head, train->features, train->rows, train->n, self->q, self->job,
                        error))
    return FALSE;
  for (gsize i = 0; i < train->n; i++)
    if (train->n_classes > 0)
      self->q[i * k + (gsize) train->label[i]] -= 1.0;
    else
      self->q[i] -= train->target[i];
  return TRUE;
}

/* The penalty's part of the fall: rate mu W . g. */
static double
penalty_part (const Walk *self, const double *g)
{
  gsize d = self->head->d;
  double sum = 0.0;

  for (guint c = 0; c < self->head->n_outputs; c++)
    for (gsize j = 0; j < d; j++)
      sum += self->head->weights[c * d + j] * g[c * (d + 1) + j];
  return self->options->rate * self->penalty * sum;
}

/* One step and its credits; g[0] is known, and known again after it. */
static gboolean
step (Walk *self, AyStepRound *out, GError **error)
{
  double *mean = self->g[1], *last = self->g[2];
  AyHead *moved = self->trial;

  if (!find_slope (self, error) || !find_residuals (self, error)
      || !look (self, 0.5, self->g[1], error) || !look (self, 1.0, last, error))
    return FALSE;
  for (gsize j = 0; j < self->p; j++)
    mean[j] = (self->g[0][j] + 4.0 * mean[j] + last[j]) / 6.0;
  if (!ay_loo_linear (&self->taken, self->head, self->q, mean, self->one, self->job, error))
    return FALSE;
  for (gsize i = 0; i < self->input->train->n; i++)
    out->credit[i] += self->weight[i] > 0.0 ? self->options->rate / self->sum * self->one[i] : 0.0;
  out->by_penalty += penalty_part (self, mean);
  memcpy (self->g[0], last, self->p * sizeof (double));
  self->trial = self->head;
  self->head = moved;
  return TRUE;
}

/* Sums by where rows come from. */
static void
finish (const Walk *self, guint round, AyStepRound *out)
{
  for (gsize i = 0; i < self->input->train->n; i++)
    if (self->weight[i] > 0.0)
      {
        gboolean is_new = self->input->round_of[i] == round;

        *(is_new ? &out->by_new : &out->by_old) += out->credit[i];
        *(is_new ? &out->n_new : &out->n_old) += 1;
      }
  out->gain = out->loss_before - out->loss_after;
  out->residual = out->gain - out->by_new - out->by_old - out->by_penalty;
  out->adds_up = fabs (out->residual) <= ADDS_UP * fabs (out->gain);
}

static gboolean
walk_round (Walk *self, guint round, AyStepRound *out, GError **error)
{
  AyFit before, after;

  out->credit = g_new0 (double, MAX (self->input->train->n, 1));
  take (self, round);
  if (!ay_head_evaluate (self->head, self->input->on, &before, self->job, error))
    return FALSE;
  for (guint k = 0; k < self->options->steps && self->sum > 0.0; k++)
    if (!step (self, out, error))
      return FALSE;
  if (!ay_head_evaluate (self->head, self->input->on, &after, self->job, error))
    return FALSE;
  if (!isfinite (after.loss))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("after %u steps of round %u the loss is not "
                       "finite: a rate of %g is too large"),
                   self->options->steps, round, self->options->rate);
      return FALSE;
    }
  out->loss_before = before.loss;
  out->loss_after = after.loss;
  out->accuracy_before = before.accuracy;
  out->accuracy_after = after.accuracy;
  finish (self, round, out);
  return TRUE;
}

AyStepCredits *
ay_step_credits_new (const AyLedgerInput *input, const AyStepOptions *options, AyJob *job,
                     GError **error)
{
  g_autoptr (AyStepCredits) self = g_new0 (AyStepCredits, 1);
  g_auto (Walk) walk = { .input = input, .options = options, .job = job };

  if (options->steps < 1 || !(options->rate > 0.0) || !isfinite (options->rate))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("gradient steps: at least 1, of a rate above "
                       "0: %u of %g"),
                   options->steps, options->rate);
      return NULL;
    }
  if (!walk_init (&walk, error)
      || !ay_target_gradient (input->on, walk.head, NULL, walk.g[0], job, error))
    return NULL;
  self->start = ay_head_copy (walk.head);
  self->n_rounds = input->n_rounds + 1;
  self->round = g_new0 (AyStepRound, self->n_rounds);
  for (guint r = 0; r < self->n_rounds; r++)
    {
      if (!walk_round (&walk, r, &self->round[r], error))
        return NULL;
      self->gain += self->round[r].gain;
      self->residual += self->round[r].residual;
      ay_job_set_fraction (job, (r + 1.0) / self->n_rounds);
    }
  self->head = ay_head_ref (walk.head);
  if (walk.sum > 0.0)
    return g_steal_pointer (&self);
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no row of the history is a training row"));
  return NULL;
}
