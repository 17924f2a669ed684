/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Newton's method with conjugate gradients, preconditioned by metric.c: for problems that
 * L-BFGS finds hard (separable classes under a tiny penalty). Each step solves H s = -g to the
 * residual min(0.1, sqrt |g|) |g| (Nocedal and Wright, Numerical Optimization, 7.1), and no finer
 * than the end needs. An iteration costs a pass of 6 n d (C - 1) flop; memory: four vectors. */
#include "core/model/descent.h"

#include "core/base/error.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define MAX_CG 1000
/* Past the tolerance asked for, towards a goal below it: */
#define EXTRA_STEPS 5
#define EXTRA_CG 100

typedef struct
{
  gsize p;
  double *residual, *scaled, *direction, *product;
} Cg;

static gboolean
cg_init (Cg *self, gsize p, GError **error)
{
  self->p = p;
  self->residual = ay_try_alloc (4 * p, sizeof (double), "Newton's method", error);
  if (self->residual == NULL)
    return FALSE;
  self->scaled = self->residual + p;
  self->direction = self->scaled + p;
  self->product = self->direction + p;
  return TRUE;
}

static gboolean
solve_step (Cg *cg, AyDescent *self, double end, GError **error)
{
  gsize p = cg->p;
  guint most = self->norm <= self->head->tolerance ? EXTRA_CG : MAX_CG;
  double square, goal, rate;

  ay_softmax_set_point (self->passes, self->theta);
  memset (self->step, 0, p * sizeof (double));
  for (gsize j = 0; j < p; j++)
    cg->residual[j] = -self->gradient[j];
  ay_metric_apply (self->metric, cg->residual, cg->scaled);
  memcpy (cg->direction, cg->scaled, p * sizeof (double));
  square = ay_vector_dot (cg->residual, cg->scaled, p);
  rate = MAX (MIN (0.1, sqrt (self->norm)), 0.3 * end / self->norm); /* no finer than the end */
  goal = rate * rate * square;
  for (guint k = 0; k < most && square > goal; k++)
    {
      double curvature, alpha, next;

      if (!ay_softmax_product (self->passes, self->product_kind, cg->direction, cg->product,
                               error))
        return FALSE;
      curvature = ay_vector_dot (cg->direction, cg->product, p);
      if (!(curvature > 0.0))
        break;
      alpha = square / curvature;
      cblas_daxpy (p, alpha, cg->direction, 1, self->step, 1);
      cblas_daxpy (p, -alpha, cg->product, 1, cg->residual, 1);
      ay_metric_apply (self->metric, cg->residual, cg->scaled);
      next = ay_vector_dot (cg->residual, cg->scaled, p);
      cblas_dscal (p, next / square, cg->direction, 1);
      cblas_daxpy (p, 1.0, cg->scaled, 1, cg->direction, 1);
      square = next;
    }
  return TRUE;
}

static gboolean
run (Cg *cg, AyDescent *self, double goal, GError **error)
{
  guint extra = 0;

  while (self->norm > goal && self->iterations < self->max_iterations)
    {
      gboolean moved;

      if (self->norm <= self->head->tolerance && extra++ >= EXTRA_STEPS)
        break;
      if (!solve_step (cg, self, goal, error) || !ay_descent_search (self, &moved, error))
        return FALSE;
      if (!moved)
        break;
      self->iterations++;
    }
  return TRUE;
}

gboolean
ay_descent_newton (AyDescent *self, double goal, GError **error)
{
  Cg cg = { 0 };
  gboolean done = cg_init (&cg, self->p, error) && run (&cg, self, goal, error);

  g_free (cg.residual);
  return done;
}
