/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Hedge (Freund and Schapire 1997) over arms, a credit an item: an item's advantage (its credit
 * minus the mean of all so far, over their standard deviation, within +-3) goes to every arm whose
 * batch held it, divided by the probability that the item was taken. */
typedef struct
{
  guint n_arms;
  double rate;        /* eta */
  double floor;       /* gamma: share that is spread evenly */
  double *log_weight; /* n_arms */
  double mean, squares; /* of the credits so far: mean and summed squared deviations */
  gsize n_seen;
} AyHedge;

void ay_hedge_init (AyHedge *self, guint n_arms, double rate, double floor);
void ay_hedge_clear (AyHedge *self);
/* p, n_arms: adds up to 1, each >= floor / n_arms. */
void ay_hedge_probabilities (const AyHedge *self, double *p);
/* Items of a round. credit: n_items. held: n_items x n_arms, 1 = the arm's batch held the item.
 * p: the probabilities they were drawn by. */
void ay_hedge_update (AyHedge *self, const double *p, const double *credit, const guint8 *held,
                      gsize n_items);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyHedge, ay_hedge_clear)

G_END_DECLS
