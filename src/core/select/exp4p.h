/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* EXP4.P (Beygelzimer, Langford, Li, Reyzin and Schapire, AISTATS 2011) over arms that each advise
 * a distribution over items, as active learning by learning uses it (Hsu and Lin, AAAI 2015):
 * K = N = the number of arms. Holds with probability 1 - delta: regret <= 6 sqrt (K T ln (N /
 * delta)). Rewards are in [0, 1]. */
typedef struct
{
  guint n_arms;
  double budget;     /* T: rewards that will be seen */
  double delta;
  double floor;      /* p_min: every arm's probability is at least this */
  double *log_weight; /* n_arms */
} AyExp4p;

/* n_arms >= 2, budget >= 1, 0 < delta < 1. */
void ay_exp4p_init (AyExp4p *self, guint n_arms, double budget, double delta);
void ay_exp4p_clear (AyExp4p *self);
/* p, n_arms: adds up to 1, each >= floor. */
void ay_exp4p_probabilities (const AyExp4p *self, double *p);
/* An item was drawn. advice: n_arms, q_k of the item. Its chance was sum p_k q_k at the
 * probabilities of the moment. */
void ay_exp4p_update (AyExp4p *self, const double *advice, double reward);

/* Importance-weighted accuracy over a pool of n: sum of weight [right] / (n total), weight: 1 /
 * chance of each draw, total: draws of the whole run. Once all are in it is unbiased for the share
 * of the pool that is right. */
double ay_iw_accuracy (const double *weight, const guint8 *right, gsize n_drawn, double total,
                       gsize n);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyExp4p, ay_exp4p_clear)

G_END_DECLS
