/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a simulation says, by the rules for learning curves: bands are of the difference to random,
 * paired by repeat; labels to a target are counted in each repeat, those that never reach it as
 * more than all; areas are compared by rank and adjusted for the number of strategies.
 *
 * Stopping rules, each by what a loop knows without a test part: agreement of successive heads
 * (kappa, mean of three rounds, at least .99; Bloodgood and Vijay-Shanker 2009), the share of
 * predictions that change (at most .5 %), the mean entropy of the rest of the pool (below .05 of
 * its most), and what the head itself expects still to be wrong there (below 2 %). Their thresholds
 * depend on the head's penalty: they are marked on the curve, not obeyed. */
#include "core/select/compare.h"

#include "core/base/stats.h"

#include <math.h>
#include <string.h>

#define KAPPA 0.99
#define KAPPA_ROUNDS 3
#define CHANGE 0.005
#define ENTROPY 0.05
#define REMAINING 0.02

double
ay_curve_area (const double *y, guint rounds)
{
  double sum = 0.0;

  for (guint r = 0; r < rounds; r++)
    sum += 0.5 * (y[r] + y[r + 1]);
  return sum / rounds;
}

double
ay_half_width (const double *x, guint n)
{
  return n < 2 ? NAN : ay_t_quantile (0.975, n - 1) * sqrt (ay_variance (x, n) / n);
}

static double
labels_to (const AySimulation *simulation, const double *accuracy, double target)
{
  for (guint r = 0; r <= simulation->rounds; r++)
    if (accuracy[r] >= target)
      return ay_simulation_labels (simulation, r);
  return INFINITY;
}

static double
median (const double *x, guint n)
{
  g_autofree guint32 *order = ay_order (x, n, FALSE);

  return n % 2 == 1 ? x[order[n / 2]] : 0.5 * (x[order[n / 2 - 1]] + x[order[n / 2]]);
}

static gboolean
fires (const AyLoop *loop, guint rule, guint r)
{
  double kappa = 0.0;

  switch (rule)
    {
    case 0:
      for (guint k = 0; k < KAPPA_ROUNDS && r >= KAPPA_ROUNDS; k++)
        kappa += loop->kappa[r - k] / KAPPA_ROUNDS;
      return kappa >= KAPPA;
    case 1:
      return r > 0 && loop->change[r] <= CHANGE;
    case 2:
      return loop->entropy[r] < ENTROPY;
    default:
      return loop->remaining[r] < REMAINING;
    }
}

static void
find_stopping (AyComparison *self, const AySimulation *simulation, guint strategy)
{
  static const char *const ids[] = { "kappa", "change", "entropy", "remaining_gain" };
  static const char *const sentences[] = {
    "successive heads agree: mean kappa of three rounds at least 0.99",
    "at most 0.5 % of the predictions change in a round",
    "mean entropy of the rest of the pool below 0.05 of its most",
    "the head expects to be wrong on less than 2 % of the rest of the pool",
  };
  g_autofree double *labels = g_new (double, simulation->repeats);

  for (guint rule = 0; rule < AY_N_STOPPING; rule++)
    {
      AyStopping *out = &self->stopping[rule];
      double accuracy = 0.0;

      for (guint k = 0; k < simulation->repeats; k++)
        {
          const AyLoop *loop = ay_simulation_loop (simulation, strategy, k);
          guint r = 0;

          while (r <= simulation->rounds && !fires (loop, rule, r))
            r++;
          if (r > simulation->rounds)
            continue;
          accuracy += loop->accuracy[r];
          labels[out->n_fired++] = ay_simulation_labels (simulation, r);
        }
      out->id = ids[rule];
      out->sentence = g_strdup (sentences[rule]);
      out->labels = out->n_fired > 0 ? median (labels, out->n_fired) : NAN;
      out->accuracy = out->n_fired > 0 ? accuracy / out->n_fired : NAN;
    }
}

static void
describe (AyComparison *self, const AySimulation *s, guint strategy, double target)
{
  g_autofree double *x = g_new (double, s->repeats), *labels = g_new (double, s->repeats);
  guint m = s->rounds + 1;

  self->strategy = s->strategies[strategy];
  self->mean = g_new (double, m);
  self->sd = g_new (double, m);
  self->difference = g_new (double, m);
  self->half = g_new (double, m);
  for (guint r = 0; r < m; r++)
    {
      for (guint k = 0; k < s->repeats; k++)
        x[k] = ay_simulation_loop (s, strategy, k)->accuracy[r];
      self->mean[r] = ay_mean (x, s->repeats);
      self->sd[r] = sqrt (ay_variance (x, s->repeats));
      self->difference[r] = self->half[r] = NAN;
    }
  for (guint k = 0; k < s->repeats; k++)
    {
      const AyLoop *loop = ay_simulation_loop (s, strategy, k);

      x[k] = ay_curve_area (loop->accuracy, s->rounds);
      labels[k] = labels_to (s, loop->accuracy, target);
      self->n_reached += !isinf (labels[k]);
      self->seconds += loop->seconds / s->repeats;
    }
  self->auc = ay_mean (x, s->repeats);
  self->auc_sd = sqrt (ay_variance (x, s->repeats));
  self->labels_to_target = median (labels, s->repeats);
  self->labels_of_mean = labels_to (s, self->mean, target);
  self->auc_difference = self->auc_half = self->p = self->p_holm = NAN;
  find_stopping (self, s, strategy);
}

static void
set_beside (AyComparison *self, const AySimulation *s, guint strategy, guint baseline)
{
  g_autofree double *x = g_new (double, s->repeats);

  for (guint r = 0; r <= s->rounds; r++)
    {
      for (guint k = 0; k < s->repeats; k++)
        x[k] = ay_simulation_loop (s, strategy, k)->accuracy[r]
               - ay_simulation_loop (s, baseline, k)->accuracy[r];
      self->difference[r] = ay_mean (x, s->repeats);
      self->half[r] = ay_half_width (x, s->repeats);
    }
  for (guint k = 0; k < s->repeats; k++)
    x[k] = ay_curve_area (ay_simulation_loop (s, strategy, k)->accuracy, s->rounds)
           - ay_curve_area (ay_simulation_loop (s, baseline, k)->accuracy, s->rounds);
  self->auc_difference = ay_mean (x, s->repeats);
  self->auc_half = ay_half_width (x, s->repeats);
  self->p = strategy == baseline ? NAN : ay_wilcoxon (x, s->repeats);
}

AyComparisons *
ay_compare (const AySimulation *simulation, double target)
{
  AyComparisons *self = g_new0 (AyComparisons, 1);
  g_autofree double *p = g_new (double, simulation->n_strategies);
  guint baseline = simulation->n_strategies;

  self->n = simulation->n_strategies;
  self->rounds = simulation->rounds;
  self->target = target;
  self->labels = g_new (double, simulation->rounds + 1);
  self->each = g_new0 (AyComparison, self->n);
  for (guint r = 0; r <= simulation->rounds; r++)
    self->labels[r] = ay_simulation_labels (simulation, r);
  for (guint s = 0; s < self->n; s++)
    {
      describe (&self->each[s], simulation, s, target);
      if (strcmp (simulation->strategies[s]->id, "random") == 0)
        baseline = s;
    }
  self->has_baseline = baseline < self->n;
  for (guint s = 0; s < self->n && self->has_baseline; s++)
    set_beside (&self->each[s], simulation, s, baseline);
  for (guint s = 0; s < self->n; s++)
    p[s] = self->each[s].p;
  ay_holm (p, self->n);
  for (guint s = 0; s < self->n; s++)
    self->each[s].p_holm = p[s];
  return self;
}

void
ay_comparisons_free (AyComparisons *self)
{
  if (self == NULL)
    return;
  for (guint s = 0; s < self->n; s++)
    {
      AyComparison *one = &self->each[s];

      g_free (one->mean);
      g_free (one->sd);
      g_free (one->difference);
      g_free (one->half);
      for (guint k = 0; k < AY_N_STOPPING; k++)
        g_free (one->stopping[k].sentence);
    }
  g_free (self->each);
  g_free (self->labels);
  g_free (self);
}
