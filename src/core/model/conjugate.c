/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conjugate gradients (Hestenes and Stiefel 1952; preconditioned as in Saad, Iterative Methods,
 * algorithm 9.1). Vectors are double; right-hand sides that are done leave the block, so that the
 * operator's cost falls with them. Memory: 4 k p doubles. */
#include "core/model/conjugate.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

typedef struct
{
  const AyConjugate *cg;
  gsize k, active;     /* right-hand sides; those not done, their columns packed first */
  gsize *which;        /* active: index of the right-hand side */
  double *r, *z, *direction, *product; /* active x p each */
  double *rz, *goal, *norm, *square;   /* by right-hand side */
} Block;

static gboolean
precondition (Block *self, AyJob *job, GError **error)
{
  const AyConjugate *cg = self->cg;

  if (cg->precondition != NULL)
    return cg->precondition (cg->precondition_data, self->r, self->active, self->z, job, error);
  memcpy (self->z, self->r, self->active * cg->p * sizeof (double));
  return TRUE;
}

/* Takes the finished vectors out of the block. */
static void
pack (Block *self)
{
  gsize p = self->cg->p, to = 0;

  for (gsize a = 0; a < self->active; a++)
    {
      gsize v = self->which[a];

      if (!(self->square[v] > self->goal[v]))
        continue;
      if (to != a)
        {
          memcpy (self->r + to * p, self->r + a * p, p * sizeof (double));
          memcpy (self->direction + to * p, self->direction + a * p, p * sizeof (double));
          self->which[to] = v;
        }
      to++;
    }
  self->active = to;
}

static gboolean
advance (Block *self, double *x, AyJob *job, GError **error)
{
  gsize p = self->cg->p;

  if (!self->cg->product (self->cg->product_data, self->direction, self->active, self->product,
                          job, error))
    return FALSE;
  for (gsize a = 0; a < self->active; a++)
    {
      gsize v = self->which[a];
      double *direction = self->direction + a * p, *product = self->product + a * p;
      double curvature = cblas_ddot (p, direction, 1, product, 1), alpha;

      if (!(curvature > 0.0)) /* rounding has used the direction up */
        {
          self->goal[v] = self->square[v];
          continue;
        }
      alpha = self->rz[v] / curvature;
      cblas_daxpy (p, alpha, direction, 1, x + v * p, 1);
      cblas_daxpy (p, -alpha, product, 1, self->r + a * p, 1);
      self->square[v] = cblas_ddot (p, self->r + a * p, 1, self->r + a * p, 1);
    }
  pack (self);
  return TRUE;
}

static gboolean
turn (Block *self, AyJob *job, GError **error)
{
  gsize p = self->cg->p;

  if (!precondition (self, job, error))
    return FALSE;
  for (gsize a = 0; a < self->active; a++)
    {
      gsize v = self->which[a];
      double next = cblas_ddot (p, self->r + a * p, 1, self->z + a * p, 1);

      cblas_dscal (p, next / self->rz[v], self->direction + a * p, 1);
      cblas_daxpy (p, 1.0, self->z + a * p, 1, self->direction + a * p, 1);
      self->rz[v] = next;
    }
  return TRUE;
}

static gboolean
begin (Block *self, const double *rhs, AyJob *job, GError **error)
{
  gsize p = self->cg->p;

  for (gsize v = 0; v < self->k; v++)
    {
      self->which[v] = v;
      self->norm[v] = self->square[v] = cblas_ddot (p, rhs + v * p, 1, rhs + v * p, 1);
      self->goal[v] = self->cg->tolerance * self->cg->tolerance * self->norm[v];
    }
  self->active = self->k;
  memcpy (self->r, rhs, self->k * p * sizeof (double));
  pack (self);
  if (!precondition (self, job, error))
    return FALSE;
  for (gsize a = 0; a < self->active; a++)
    self->rz[self->which[a]] = cblas_ddot (p, self->r + a * p, 1, self->z + a * p, 1);
  memcpy (self->direction, self->z, self->active * p * sizeof (double));
  return TRUE;
}

gboolean
ay_conjugate_solve (const AyConjugate *self, const double *rhs, gsize k, double *x,
                    double *residual, guint *iterations, AyJob *job, GError **error)
{
  g_autofree double *memory = g_try_new (double, 4 * k * self->p + 4 * k);
  g_autofree gsize *which = g_new (gsize, MAX (k, 1));
  Block block = { .cg = self, .k = k, .which = which };
  double worst = 0.0;
  guint round = 0;

  if (memory == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_NOMEM, N_ ("no memory to solve for %zu vectors"), k);
      return FALSE;
    }
  block.r = memory;
  block.z = block.r + k * self->p;
  block.direction = block.z + k * self->p;
  block.product = block.direction + k * self->p;
  block.rz = block.product + k * self->p;
  block.goal = block.rz + k;
  block.norm = block.goal + k;
  block.square = block.norm + k;
  memset (x, 0, k * self->p * sizeof (double));
  if (!begin (&block, rhs, job, error))
    return FALSE;
  for (; block.active > 0 && round < self->max_iterations; round++)
    {
      if (!advance (&block, x, job, error))
        return FALSE;
      if (block.active > 0 && !turn (&block, job, error))
        return FALSE;
    }
  for (gsize v = 0; v < k; v++)
    if (block.norm[v] > 0.0)
      worst = MAX (worst, sqrt (block.square[v] / block.norm[v]));
  if (residual != NULL)
    *residual = worst;
  if (iterations != NULL)
    *iterations = round;
  return TRUE;
}
