/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/model/descent.h"

#include "core/base/error.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define N_VECTORS 5
#define ARMIJO 1e-4

double
ay_vector_dot (const double *a, const double *b, gsize n)
{
  return cblas_ddot (n, a, 1, b, 1);
}

double
ay_vector_max_norm (const double *x, gsize n)
{
  double most = 0.0;

  for (gsize i = 0; i < n; i++)
    most = fabs (x[i]) > most ? fabs (x[i]) : most;
  return most;
}

gboolean
ay_descent_init (AyDescent *self, const AyProblem *train, const AyHead *head, AyJob *job,
                 GError **error)
{
  double *memory;

  memset (self, 0, sizeof *self);
  self->head = head;
  self->job = job;
  self->p = (head->d + 1) * head->n_classes;
  memory = ay_try_alloc (N_VECTORS * self->p, sizeof (double), "the head's parameters", error);
  if (memory == NULL)
    return FALSE;
  self->theta = memory;
  self->gradient = memory + self->p;
  self->step = memory + 2 * self->p;
  self->trial = memory + 3 * self->p;
  self->trial_gradient = memory + 4 * self->p;
  self->passes = ay_softmax_new (train, head, job, error);
  if (self->passes == NULL)
    return FALSE;
  self->metric = ay_metric_new (train, head, job, error);
  return self->metric != NULL;
}

void
ay_descent_clear (AyDescent *self)
{
  /* the vectors swap places; the first of their block is the lowest */
  double *first = MIN (MIN (self->theta, self->trial), MIN (self->gradient, self->trial_gradient));

  g_free (first);
  ay_metric_free (self->metric);
  ay_softmax_free (self->passes);
}

gboolean
ay_descent_evaluate (AyDescent *self, GError **error)
{
  ay_softmax_settle (self->passes, self->kind, self->theta);
  if (!ay_softmax_gradient (self->passes, self->kind, self->theta, &self->value, self->gradient,
                            error))
    return FALSE;
  self->norm = ay_vector_max_norm (self->gradient, self->p);
  ay_metric_set_curvature (self->metric, self->value.spread / self->head->n_classes);
  return TRUE;
}

static void
accept (AyDescent *self)
{
  double *swap = self->theta;

  self->theta = self->trial;
  self->trial = swap;
  swap = self->gradient;
  self->gradient = self->trial_gradient;
  self->trial_gradient = swap;
  self->value = self->trial_value;
  self->norm = ay_vector_max_norm (self->gradient, self->p);
  ay_metric_set_curvature (self->metric, self->value.spread / self->head->n_classes);
}

gboolean
ay_descent_search (AyDescent *self, gboolean *moved, GError **error)
{
  double slope = ay_vector_dot (self->step, self->gradient, self->p);
  /* The objective is not below 0: a step from which the parabola expects to fall lower is too long.
   * With separable classes the first one would end where all curvature is gone. */
  double length = slope < 0.0 ? MIN (1.0, -2.0 * self->value.objective / slope) : 1.0;
  double noise = (self->kind == AY_PASS_FAST ? 1e-7 : 1e-14) * fabs (self->value.objective);

  *moved = FALSE;
  if (!(slope < 0.0))
    return TRUE;
  for (guint tries = 0; tries < (self->kind == AY_PASS_FAST ? 12 : 40); tries++)
    {
      double rise, curvature;

      for (gsize j = 0; j < self->p; j++)
        self->trial[j] = self->theta[j] + length * self->step[j];
      ay_softmax_settle (self->passes, self->kind, self->trial);
      if (!ay_softmax_gradient (self->passes, self->kind, self->trial, &self->trial_value,
                                self->trial_gradient, error))
        return FALSE;
      rise = self->trial_value.objective - self->value.objective;
      if (rise <= ARMIJO * length * slope + noise)
        {
          accept (self);
          *moved = TRUE;
          return TRUE;
        }
      /* the minimum of the parabola through both values and the slope */
      curvature = (rise - length * slope) / (length * length);
      length *= isfinite (curvature) ? CLAMP (-0.5 * slope / curvature / length, 0.1, 0.5) : 0.1;
    }
  return TRUE;
}
