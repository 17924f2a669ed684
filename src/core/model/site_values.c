/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shapley (1953): phi_k = sum over S without k of |S|! (n - |S| - 1)! / n! (v(S + k) - v(S)).
 * Cost: 2^n heads; of numbers r^3 / 3 flop each, of classes some ten rounds of sums each. */
#include "core/model/site_values.h"

#include "core/base/error.h"

#include <math.h>

void
ay_shapley_exact (const double *value, guint n, double *out)
{
  g_autofree double *weight = g_new (double, n + 1);

  weight[0] = 1.0 / MAX (n, 1); /* of a coalition of s others: 1 / (n binomial (n - 1, s)) */
  for (guint s = 0; s + 1 < n; s++)
    weight[s + 1] = weight[s] * (s + 1.0) / (n - 1.0 - s);
  for (guint k = 0; k < n; k++)
    {
      out[k] = 0.0;
      for (guint s = 0; s < 1u << n; s++)
        if ((s >> k & 1) == 0)
          out[k] += weight[__builtin_popcount (s)] * (value[s | 1u << k] - value[s]);
    }
}

/* The bits of the owners that take part, in a coalition numbered by those alone. */
static guint64
members_of (const guint *owner, guint n, guint coalition)
{
  guint64 members = 0;

  for (guint k = 0; k < n; k++)
    if (coalition >> k & 1)
      members |= (guint64) 1 << owner[k];
  return members;
}

static gboolean
check (const AyRelease *gate, const AyOwnersFit *whole, guint n, GError **error)
{
  gboolean classes = whole->head->n_classes > 0;
  guint most = classes ? AY_SITES_MOST_CLASSES : AY_SITES_MOST_NUMBERS;

  if (classes && gate->rules.noise > 0.0)
    g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                         "site values of classes need sums of every group of owners, each of which "
                         "would cost privacy: not with noise");
  else if (n > most)
    g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                 "site values are exact, over all groups of owners: up to %u owners, not %u", most,
                 n);
  else
    return TRUE;
  return FALSE;
}

AySiteValues *
ay_site_values_new (AyRelease *gate, const AyOwnersFit *whole, const AyProblem *valid,
                    guint max_rounds, AyJob *job, GError **error)
{
  g_autoptr (AySiteValues) self = g_new0 (AySiteValues, 1);
  g_autofree guint *owner = g_new (guint, gate->size);
  g_autofree double *value = NULL, *shapley = NULL;
  guint n = 0;

  self->n = gate->size;
  self->value = g_new (double, gate->size);
  for (guint k = 0; k < gate->size; k++)
    {
      self->value[k] = NAN;
      if (ay_release_takes_part (gate, k))
        owner[n++] = k;
    }
  if (!check (gate, whole, n, error))
    return NULL;
  value = g_new (double, (gsize) 1 << n);
  shapley = g_new (double, n);
  ay_job_set_phase (job, "heads of groups of owners");
  for (guint s = 0; s < 1u << n; s++)
    {
      g_autoptr (AyHead) head = ay_owners_coalition (gate, whole, members_of (owner, n, s),
                                                     max_rounds, job, error);
      AyFit fit;

      if (head == NULL || !ay_head_evaluate (head, valid, &fit, job, error))
        return NULL;
      value[s] = -fit.loss;
      ay_job_set_fraction (job, (s + 1.0) / (1u << n));
    }
  ay_shapley_exact (value, n, shapley);
  for (guint k = 0; k < n; k++)
    self->value[owner[k]] = shapley[k];
  self->none = -value[0];
  self->all = -value[(1u << n) - 1];
  self->n_heads = 1u << n;
  return g_steal_pointer (&self);
}

void
ay_site_values_free (AySiteValues *self)
{
  if (self == NULL)
    return;
  g_free (self->value);
  g_free (self);
}
