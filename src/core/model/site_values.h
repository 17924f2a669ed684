/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/owners_fit.h"

G_BEGIN_DECLS

/* What each owner's rows are worth to all: the exact Shapley value of each owner in the game whose
 * value of some owners is minus the mean loss, on rows that all know, of the head of these owners'
 * rows (ay_owners_coalition()). All coalitions are tried: of numbers from the Gram matrices that
 * are at hand, up to 12 owners; of classes by rounds of sums, up to 6. */
#define AY_SITES_MOST_NUMBERS 12
#define AY_SITES_MOST_CLASSES 6

typedef struct
{
  guint n;        /* owners */
  double *value;  /* n: in the loss's unit, above 0 it helps; NaN where it does not take part; they
                     add up to none - all */
  double none, all; /* the loss without anyone, and with all that take part */
  guint n_heads;  /* fitted */
} AySiteValues;

/* Errors: UNSUPPORTED (too many owners; classes with noise, which every coalition would cost);
 * those of fits. All owners call it. (transfer full) */
AySiteValues *ay_site_values_new (AyRelease *gate, const AyOwnersFit *whole, const AyProblem *valid,
                                  guint max_rounds, AyJob *job, GError **error);
void ay_site_values_free (AySiteValues *self);
/* Shapley values of n <= 20 players from the value of every coalition, 2^n, by its bits. */
void ay_shapley_exact (const double *value, guint n, double *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AySiteValues, ay_site_values_free)

G_END_DECLS
