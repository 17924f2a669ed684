/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The softmax head by Newton's method with conjugate gradients.
 *
 * Each step solves H s = -g by CG to the relative residual min(0.1, sqrt |g|) (Nocedal and Wright,
 * Numerical Optimization, 7.1), then halves the step until the objective falls enough (Armijo).
 * The objective is strictly convex but for the shift of all intercepts together, along which the
 * gradient is zero, so that CG never moves there. */
#include "core/model/softmax_fit.h"

#include "core/base/error.h"
#include "core/model/softmax_pass.h"

#include <math.h>
#include <string.h>

#define MAX_CG 500

typedef struct
{
  AySoftmax *passes;
  gsize p;
  double *theta, *gradient, *step, *trial, *trial_gradient, *residual, *direction, *product;
  AySoftmaxValue value;
  AyJob *job;
} Newton;

static double
dot (const double *a, const double *b, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static double
max_norm (const double *x, gsize n)
{
  double most = 0.0;

  for (gsize i = 0; i < n; i++)
    most = MAX (most, fabs (x[i]));
  return most;
}

static gboolean
solve_step (Newton *self, GError **error)
{
  double square = dot (self->gradient, self->gradient, self->p);
  double goal = MIN (0.01, sqrt (square)) * square;

  memset (self->step, 0, self->p * sizeof (double));
  for (gsize j = 0; j < self->p; j++)
    self->direction[j] = self->residual[j] = -self->gradient[j];
  for (guint k = 0; k < MAX_CG && square > goal; k++)
    {
      double curvature, alpha, next;

      if (!ay_softmax_product (self->passes, self->theta, self->direction, self->product, self->job,
                               error))
        return FALSE;
      curvature = dot (self->direction, self->product, self->p);
      if (!(curvature > 0.0))
        break;
      alpha = square / curvature;
      for (gsize j = 0; j < self->p; j++)
        {
          self->step[j] += alpha * self->direction[j];
          self->residual[j] -= alpha * self->product[j];
        }
      next = dot (self->residual, self->residual, self->p);
      for (gsize j = 0; j < self->p; j++)
        self->direction[j] = self->residual[j] + next / square * self->direction[j];
      square = next;
    }
  return TRUE;
}

/* Takes the step, halved as often as needed. *moved is FALSE when nothing is gained any more. */
static gboolean
take_step (Newton *self, gboolean *moved, GError **error)
{
  double slope = dot (self->step, self->gradient, self->p);
  double noise = 1e-15 * fabs (self->value.objective);

  *moved = FALSE;
  for (double length = 1.0; length > 1e-8; length *= 0.5)
    {
      AySoftmaxValue value;

      for (gsize j = 0; j < self->p; j++)
        self->trial[j] = self->theta[j] + length * self->step[j];
      if (!ay_softmax_gradient (self->passes, self->trial, &value, self->trial_gradient, self->job,
                                error))
        return FALSE;
      if (value.objective <= self->value.objective + 1e-4 * length * slope + noise
          && (value.objective < self->value.objective - noise
              || max_norm (self->trial_gradient, self->p) < max_norm (self->gradient, self->p)))
        {
          double *swap = self->theta;

          self->theta = self->trial;
          self->trial = swap;
          swap = self->gradient;
          self->gradient = self->trial_gradient;
          self->trial_gradient = swap;
          self->value = value;
          *moved = TRUE;
          return TRUE;
        }
    }
  return TRUE;
}

static gboolean
newton_run (Newton *self, AyHead *head, guint max_iterations, GError **error)
{
  if (!ay_softmax_gradient (self->passes, self->theta, &self->value, self->gradient, self->job,
                            error))
    return FALSE;
  for (head->iterations = 0; head->iterations < max_iterations; head->iterations++)
    {
      gboolean moved;

      if (max_norm (self->gradient, self->p) <= head->tolerance)
        break;
      if (!solve_step (self, error) || !take_step (self, &moved, error))
        return FALSE;
      if (!moved)
        break;
    }
  return TRUE;
}

static void
to_head (const Newton *self, AyHead *head)
{
  double mean = 0.0;

  for (guint c = 0; c < head->n_classes; c++)
    {
      memcpy (head->weights + c * head->d, self->theta + c * (head->d + 1),
              head->d * sizeof (double));
      head->intercept[c] = self->theta[c * (head->d + 1) + head->d];
      mean += head->intercept[c] / head->n_classes;
    }
  for (guint c = 0; c < head->n_classes; c++)
    head->intercept[c] -= mean;
  head->loss = self->value.loss;
  head->objective = self->value.objective * head->sum_weight;
  head->gradient_norm = max_norm (self->gradient, self->p);
  head->solver = "Newton-CG";
}

gboolean
ay_softmax_fit (const AyProblem *train, AyHead *head, guint max_iterations, AyJob *job,
                GError **error)
{
  g_autoptr (AySoftmax) passes = ay_softmax_new (train, head, error);
  g_autofree double *memory = NULL;
  Newton self = { .passes = passes, .job = job };

  if (passes == NULL)
    return FALSE;
  self.p = ay_softmax_n_parameters (passes);
  memory = ay_try_alloc (8 * self.p, sizeof (double), "the head's parameters", error);
  if (memory == NULL)
    return FALSE;
  for (guint k = 0; k < 8; k++)
    (&self.theta)[k] = memory + k * self.p;
  for (guint c = 0; c < head->n_classes; c++)
    {
      memcpy (self.theta + c * (head->d + 1), head->weights + c * head->d,
              head->d * sizeof (double));
      self.theta[c * (head->d + 1) + head->d] = head->intercept[c];
    }
  if (!newton_run (&self, head, max_iterations, error))
    return FALSE;
  to_head (&self, head);
  return TRUE;
}
