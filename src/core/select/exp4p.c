/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EXP4.P. Weights are kept as logarithms. With p_min = sqrt (ln N / (K T)):
 *   p_k = (1 - K p_min) w_k / sum w + p_min,
 *   w_k <- w_k exp (p_min / 2 (r q_k / Q + sqrt (ln (N / delta) / (K T)) / p_k)),  Q = sum p_k q_k.
 * Every arm that would have asked for the item shares its reward. */
#include "core/select/exp4p.h"

#include "core/base/stats.h"

#include <math.h>

void
ay_exp4p_init (AyExp4p *self, guint n_arms, double budget, double delta)
{
  self->n_arms = n_arms;
  self->budget = budget;
  self->delta = delta;
  self->floor = MIN (sqrt (log (n_arms) / (n_arms * budget)), 1.0 / n_arms);
  self->log_weight = g_new0 (double, n_arms);
}

void
ay_exp4p_clear (AyExp4p *self)
{
  g_clear_pointer (&self->log_weight, g_free);
}

void
ay_exp4p_probabilities (const AyExp4p *self, double *p)
{
  ay_softmax (self->log_weight, self->n_arms, p);
  for (guint k = 0; k < self->n_arms; k++)
    p[k] = (1.0 - self->n_arms * self->floor) * p[k] + self->floor;
}

void
ay_exp4p_update (AyExp4p *self, const double *advice, double reward)
{
  g_autofree double *p = g_new (double, self->n_arms);
  double chance = 0.0;
  double bonus = sqrt (log (self->n_arms / self->delta) / (self->n_arms * self->budget));

  ay_exp4p_probabilities (self, p);
  for (guint k = 0; k < self->n_arms; k++)
    chance += p[k] * advice[k];
  for (guint k = 0; k < self->n_arms; k++)
    self->log_weight[k] += self->floor / 2.0 * (reward * advice[k] / chance + bonus / p[k]);
}

double
ay_iw_accuracy (const double *weight, const guint8 *right, gsize n_drawn, double total,
                gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n_drawn; i++)
    sum += right[i] ? weight[i] : 0.0;
  return sum / (total * (double) n);
}
