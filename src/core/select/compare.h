/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/select/simulate.h"

G_BEGIN_DECLS

/* When a rule would have stopped a strategy's loops. */
typedef struct
{
  const char *id;        /* static */
  char *sentence;
  guint n_fired;         /* loops in which it did */
  double labels;         /* median of where it did; NaN: nowhere */
  double accuracy;       /* mean accuracy there */
} AyStopping;

#define AY_N_STOPPING 4

/* A strategy over its repeats, beside the baseline (paired by repeat). */
typedef struct
{
  const AyStrategy *strategy;
  double *mean, *sd;             /* rounds + 1: accuracy */
  double *difference, *half;     /* rounds + 1: mean difference to the baseline, half-width of its
                                    95 % t interval; NaN without a baseline */
  double auc, auc_sd;            /* area under the curve / (last labels - first) */
  double auc_difference, auc_half;
  double p, p_holm;              /* Wilcoxon signed-rank on paired areas, Holm over strategies */
  double labels_to_target;       /* median over repeats, those that never reach it counted as more
                                    than all; INFINITY when half of them do not */
  guint n_reached;
  double labels_of_mean;         /* where the mean curve reaches it; INFINITY: never */
  double seconds;                /* mean of a loop */
  AyStopping stopping[AY_N_STOPPING];
} AyComparison;

typedef struct
{
  guint n, rounds;
  double target;
  gboolean has_baseline;         /* random is among the strategies */
  double *labels;                /* rounds + 1 */
  AyComparison *each;            /* n */
} AyComparisons;

AyComparisons *ay_compare (const AySimulation *simulation, double target);
void ay_comparisons_free (AyComparisons *self);

/* Mean of a curve from round 0 to `rounds` >= 1, by the trapezoid rule. */
double ay_curve_area (const double *y, guint rounds);
/* Half-width of the 95 % t interval of a mean; NaN for n < 2. */
double ay_half_width (const double *x, guint n);
/* Quantile q (0..1) of Student's t with so many degrees of freedom. */
double ay_t_quantile (double q, double degrees);
/* Two-sided p of the Wilcoxon signed-rank test: exact up to 50 differences, ties by average ranks,
 * zeros left out; NaN when none is left. */
double ay_wilcoxon (const double *difference, gsize n);
/* Holm's step-down adjustment, in place; NaNs are left out. */
void ay_holm (double *p, gsize n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyComparisons, ay_comparisons_free)

G_END_DECLS
