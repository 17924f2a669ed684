/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training dynamics by running means (Welford 1962), epoch after epoch. Probabilities stand in for
 * logits by their logarithm: margins and softmax are the same. O(n C) an epoch, 49 bytes a row. */
#include "core/score/dynamics.h"

#include "core/base/error.h"

#include <math.h>
#include <string.h>

AyDynamics *
ay_dynamics_new (gsize n, guint n_classes, GError **error)
{
  gsize size = MAX (n, 1);
  double *numbers = ay_try_alloc (size, 4 * sizeof (double) + 3 * sizeof (guint32) + 1,
                                  "the training dynamics", error);
  AyDynamics *self;

  if (numbers == NULL)
    return NULL;
  self = g_new0 (AyDynamics, 1);
  self->n = n;
  self->n_classes = n_classes;
  self->confidence = numbers;
  self->variability = numbers + size;
  self->aum = numbers + 2 * size;
  self->el2n = numbers + 3 * size;
  self->correctness = (guint32 *) (numbers + 4 * size);
  self->forgetting = self->correctness + size;
  self->epochs = self->forgetting + size;
  self->state = (guint8 *) (self->epochs + size);
  return self;
}

void
ay_dynamics_free (AyDynamics *self)
{
  if (self == NULL)
    return;
  g_free (self->confidence); /* one piece */
  g_free (self);
}

/* Logits to probabilities, with the margin of class y and the likeliest class; FALSE where they
 * are no logits. */
static gboolean
soften (double *z, guint n, gint32 y, double *margin, guint *likeliest)
{
  double most = -HUGE_VAL, other = -HUGE_VAL, sum = 0.0;

  *likeliest = 0;
  for (guint k = 0; k < n; k++)
    {
      if (isnan (z[k]) || z[k] == HUGE_VAL)
        return FALSE;
      if (z[k] > z[*likeliest])
        *likeliest = k;
      if (k != (guint) y)
        other = MAX (other, z[k]);
    }
  most = z[*likeliest];
  if (most == -HUGE_VAL)
    return FALSE;
  *margin = n > 1 ? z[y] - other : 0.0;
  for (guint k = 0; k < n; k++)
    sum += z[k] = exp (z[k] - most);
  for (guint k = 0; k < n; k++)
    z[k] /= sum;
  return TRUE;
}

void
ay_dynamics_add (AyDynamics *self, gsize first, gsize count, const gint32 *label, double *logits)
{
  for (gsize i = 0; i < count; i++)
    {
      double *p = logits + i * self->n_classes, margin = 0.0, change, square = 0.0, epochs;
      gsize row = first + i;
      gint32 y = label[i];
      guint likeliest;
      gboolean right;

      if (!soften (p, self->n_classes, y, &margin, &likeliest))
        self->state[row] |= AY_DYNAMICS_BAD;
      if (self->state[row] & AY_DYNAMICS_BAD)
        continue;
      for (guint k = 0; k < self->n_classes; k++)
        square += (p[k] - (k == (guint) y)) * (p[k] - (k == (guint) y));
      right = likeliest == (guint) y;
      epochs = ++self->epochs[row];
      change = p[y] - self->confidence[row];
      self->confidence[row] += change / epochs;
      self->variability[row] += change * (p[y] - self->confidence[row]);
      self->aum[row] = isinf (self->aum[row]) ? self->aum[row]
                                              : self->aum[row] + (margin - self->aum[row]) / epochs;
      self->el2n[row] += (sqrt (square) - self->el2n[row]) / epochs;
      self->correctness[row] += right;
      self->forgetting[row] += !right && (self->state[row] & AY_DYNAMICS_RIGHT);
      self->state[row] = right ? AY_DYNAMICS_RIGHT : 0;
    }
}

void
ay_dynamics_finish (AyDynamics *self)
{
  for (gsize i = 0; i < self->n; i++)
    self->variability[i] = sqrt (self->variability[i] / MAX (self->epochs[i], 1));
}
