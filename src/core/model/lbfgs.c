/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limited-memory BFGS (Liu and Nocedal 1989) in the metric of metric.c: the two-loop recursion
 * with gamma M^-1 as its first matrix, gamma from the newest pair. */
#include "core/model/descent.h"

#include "core/base/error.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define MEMORY 10
#define MEMORY_BYTES (256 << 20)
#define WINDOW 15 /* iterations over which progress is judged */
#define EXTRA 40 /* iterations past the tolerance asked for, towards a goal below it */
#define PATIENCE 400 /* iterations still foreseen from which Newton's method is the better one */
#define FLOAT_NORM 1e-5 /* gradients below which float may be at its end */
#define REFINE_AT 6  /* iterations after which the metric is refined, */
#define REFINE_EVERY 30 /* and again */
#define STALLED 6 /* iterations without a new least norm after which float has no more to give */

struct _AyLbfgs
{
  gsize p;
  guint size, count, next; /* pairs there may be, are; place of the next one */
  double *s, *y;           /* size x p */
  double *product;         /* s.y of each */
  double *scaled;          /* p */
  double gamma;
};

AyLbfgs *
ay_lbfgs_new (gsize p, GError **error)
{
  g_autoptr (AyLbfgs) self = g_new0 (AyLbfgs, 1);

  self->p = p;
  self->size = CLAMP (MEMORY_BYTES / (2 * p * sizeof (double)), 3, MEMORY);
  self->gamma = 1.0;
  self->product = g_new0 (double, self->size);
  self->s = ay_try_alloc ((2 * self->size + 1) * p, sizeof (double), "past steps", error);
  if (self->s == NULL)
    return NULL;
  self->y = self->s + self->size * p;
  self->scaled = self->y + self->size * p;
  return g_steal_pointer (&self);
}

void
ay_lbfgs_free (AyLbfgs *self)
{
  if (self == NULL)
    return;
  g_free (self->s);
  g_free (self->product);
  g_free (self);
}

/* k = 0: the newest pair. */
static guint
place_of (const AyLbfgs *self, guint k)
{
  return (self->next + 2 * self->size - 1 - k) % self->size;
}

/* The pair from the point left (trial) to the present one. */
static void
remember (AyLbfgs *self, const AyDescent *at)
{
  double *s = self->s + self->next * self->p, *y = self->y + self->next * self->p;
  double product, scale;

  for (gsize j = 0; j < self->p; j++)
    {
      s[j] = at->theta[j] - at->trial[j];
      y[j] = at->gradient[j] - at->trial_gradient[j];
    }
  product = ay_vector_dot (s, y, self->p);
  scale = ay_vector_dot (s, s, self->p) * ay_vector_dot (y, y, self->p);
  if (!(product > 1e-10 * sqrt (scale)))
    return;
  ay_metric_apply (at->metric, y, self->scaled);
  self->gamma = product / ay_vector_dot (y, self->scaled, self->p);
  self->product[self->next] = product;
  self->next = (self->next + 1) % self->size;
  self->count = MIN (self->count + 1, self->size);
}

/* step = -H gradient */
static void
direction (AyLbfgs *self, AyDescent *at)
{
  double alpha[MEMORY], *q = at->step;
  gsize p = self->p;

  for (gsize j = 0; j < p; j++)
    q[j] = -at->gradient[j];
  for (guint k = 0; k < self->count; k++)
    {
      guint i = place_of (self, k);

      alpha[k] = ay_vector_dot (self->s + i * p, q, p) / self->product[i];
      cblas_daxpy (p, -alpha[k], self->y + i * p, 1, q, 1);
    }
  ay_metric_apply (at->metric, q, q);
  cblas_dscal (p, self->count > 0 ? self->gamma : 1.0, q, 1);
  for (guint k = self->count; k-- > 0;)
    {
      guint i = place_of (self, k);
      double beta = ay_vector_dot (self->y + i * p, q, p) / self->product[i];

      cblas_daxpy (p, alpha[k] - beta, self->s + i * p, 1, q, 1);
    }
}

/* Whether the norm falls fast enough to end within PATIENCE iterations, by the last WINDOW. */
static gboolean
pays (double before, double norm, double goal)
{
  return log (before / norm) * PATIENCE > WINDOW * log (norm / goal);
}

gboolean
ay_descent_lbfgs (AyDescent *self, AyLbfgs *memory, double goal, GError **error)
{
  double norms[WINDOW] = { self->norm }, least = self->norm, before;

  for (guint k = 0, extra = 0, stalled = 0;
       self->norm > goal && self->iterations < self->max_iterations; k++)
    {
      gboolean moved;

      if (self->norm <= self->head->tolerance && extra++ >= EXTRA)
        break;
      direction (memory, self);
      if (!ay_descent_search (self, &moved, error))
        return FALSE;
      if (!moved && (memory->count == 0 || self->kind == AY_PASS_FAST))
        break;
      self->iterations++;
      if (self->refine && self->iterations % REFINE_EVERY == REFINE_AT
          && !ay_metric_refine (self->metric, self->theta, self->job, error))
        return FALSE;
      if (moved)
        remember (memory, self);
      else
        memory->count = 0;
      stalled = self->norm < least ? 0 : stalled + 1;
      least = MIN (least, self->norm);
      if (self->kind == AY_PASS_FAST && stalled >= STALLED && self->norm < FLOAT_NORM)
        break;
      before = norms[k % WINDOW];
      norms[k % WINDOW] = self->norm;
      if (k >= WINDOW && k % 5 == 0 && !pays (before, self->norm, goal))
        break;
    }
  return TRUE;
}
