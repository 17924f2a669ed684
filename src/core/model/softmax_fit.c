/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The softmax head.
 *
 * The objective is smooth and strictly convex (but for a shift of all intercepts, which the sum
 * over classes being zero settles), so that any descent ends at the one minimum; what differs is
 * the number of passes over the data. L-BFGS in a metric that takes out the features' correlation
 * needs few; on large data it runs in float until the gradient is as small as float products let
 * it be, then goes on in double. Where it foresees no end, Newton's method takes over.
 * The certificate is always of a pass in double. */
#include "core/model/softmax_fit.h"

#include "core/model/descent.h"

#include <string.h>

/* Below this many products a pass, double costs nothing worth saving. */
#define EXACT_PRODUCTS 4e6
/* A gradient g leaves the weights |g| / lambda_mean from the minimum at worst: under a penalty
 * smaller than this the solver goes on until that is as small, as far as double allows. */
#define PLAIN_LAMBDA_MEAN 1e-3
#define LEAST_GOAL 1e-13
#define FLOAT_GOAL 5e-9 /* what float passes are not asked to go below */

static void
from_head (const AyHead *head, double *theta)
{
  gsize width = head->d + 1;

  for (gsize j = 0; j < width; j++)
    {
      double mean = 0.0;

      for (guint c = 0; c < head->n_classes; c++)
        mean += (j < head->d ? head->weights[c * head->d + j] : head->intercept[c])
                / head->n_classes;
      for (guint c = 0; c < head->n_classes; c++)
        theta[c * width + j]
            = (j < head->d ? head->weights[c * head->d + j] : head->intercept[c]) - mean;
    }
}

static void
to_head (const AyDescent *descent, AyHead *head)
{
  gsize width = head->d + 1;

  for (guint c = 0; c < head->n_classes; c++)
    {
      memcpy (head->weights + c * head->d, descent->theta + c * width, head->d * sizeof (double));
      head->intercept[c] = descent->theta[c * width + head->d];
    }
  head->loss = descent->value.loss;
  head->objective = descent->value.objective * head->sum_weight;
  head->gradient_norm = descent->norm;
  head->iterations = descent->iterations;
}

static gboolean
run (AyDescent *self, const AyProblem *train, AyHead *head, GError **error)
{
  g_autoptr (AyLbfgs) memory = ay_lbfgs_new (self->p, error);
  gboolean large = (double) train->n * self->p > EXACT_PRODUCTS;
  double share = head->lambda / head->sum_weight / PLAIN_LAMBDA_MEAN;
  double goal = MIN (head->tolerance, MAX (head->tolerance * share, LEAST_GOAL));

  if (memory == NULL)
    return FALSE;
  from_head (head, self->theta);
  self->kind = self->product_kind = large ? AY_PASS_FAST : AY_PASS_EXACT;
  self->refine = large;
  head->solver = "L-BFGS";
  if (!ay_descent_evaluate (self, error)
      || !ay_descent_lbfgs (self, memory, large ? MAX (0.7 * goal, FLOAT_GOAL) : goal, error))
    return FALSE;
  if (large)
    {
      self->kind = AY_PASS_EXACT;
      if (!ay_descent_evaluate (self, error) || !ay_descent_lbfgs (self, memory, goal, error))
        return FALSE;
    }
  if (self->norm > goal && self->iterations < self->max_iterations)
    {
      head->solver = "L-BFGS, then Newton-CG";
      if (!ay_descent_newton (self, goal, error))
        return FALSE;
    }
  to_head (self, head);
  return TRUE;
}

gboolean
ay_softmax_fit (const AyProblem *train, AyHead *head, guint max_iterations, AyJob *job,
                GError **error)
{
  AyDescent descent;
  gboolean done;

  done = ay_descent_init (&descent, train, head, job, error);
  descent.max_iterations = max_iterations;
  done = done && run (&descent, train, head, error);
  ay_descent_clear (&descent);
  return done;
}
