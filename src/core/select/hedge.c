/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/select/hedge.h"

#include "core/base/stats.h"

#include <math.h>

#define MOST 3.0 /* standard deviations that one item may count */

void
ay_hedge_init (AyHedge *self, guint n_arms, double rate, double floor)
{
  self->n_arms = n_arms;
  self->rate = rate;
  self->floor = floor;
  self->log_weight = g_new0 (double, n_arms);
  self->mean = self->squares = 0.0;
  self->n_seen = 0;
}

void
ay_hedge_clear (AyHedge *self)
{
  g_clear_pointer (&self->log_weight, g_free);
}

void
ay_hedge_probabilities (const AyHedge *self, double *p)
{
  ay_softmax (self->log_weight, self->n_arms, p);
  for (guint k = 0; k < self->n_arms; k++)
    p[k] = (1.0 - self->floor) * p[k] + self->floor / self->n_arms;
}

/* Credits enter the mean and the deviation before they are judged by them (Welford 1962). */
static void
see (AyHedge *self, double credit)
{
  double from = credit - self->mean;

  self->n_seen++;
  self->mean += from / (double) self->n_seen;
  self->squares += from * (credit - self->mean);
}

void
ay_hedge_update (AyHedge *self, const double *p, const double *credit, const guint8 *held,
                 gsize n_items)
{
  double deviation;

  for (gsize i = 0; i < n_items; i++)
    see (self, credit[i]);
  deviation = self->n_seen > 1 ? sqrt (self->squares / (double) (self->n_seen - 1)) : 0.0;
  if (!(deviation > 0.0))
    return;
  for (gsize i = 0; i < n_items; i++)
    {
      double advantage = CLAMP ((credit[i] - self->mean) / deviation, -MOST, MOST), chance = 0.0;

      for (guint k = 0; k < self->n_arms; k++)
        chance += held[i * self->n_arms + k] ? p[k] : 0.0;
      for (guint k = 0; k < self->n_arms; k++)
        if (held[i * self->n_arms + k])
          self->log_weight[k] += self->rate * advantage / chance;
    }
}
