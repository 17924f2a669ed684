/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sets.h"

#include "core/base/stats.h"
#include "core/model/loo.h"

/* Planted label errors, and how well p of the given label finds them: by leave-one-out, by five
 * folds, and by the head that has seen the row. */
typedef enum { PLANT_UNIFORM, PLANT_PAIR, PLANT_FEATURES, N_PLANTS } Plant;

static const char *const plant_names[] = { "uniform", "class pairs", "by features" };

typedef struct
{
  double area[3];      /* AUPRC: leave-one-out, folds, in sample */
  double precision[3]; /* at k = number of errors */
  gboolean by_folds;   /* leave-one-out is itself by folds at this size */
  gsize n_errors;
} Found;

/* Rows by the margin of a head fitted to the true labels, and each row's second class. */
static inline double *
planted_margins (const AyProblem *train, gint32 *second)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyHead) head = ay_head_fit (train, &options, NULL, NULL, NULL);
  guint n = train->n_classes;
  g_autofree double *p = g_new (double, train->n * n);
  double *margin = g_new (double, train->n);

  g_assert_true (ay_head_predict (head, train->features, train->rows, train->n, p, NULL, NULL));
  for (gsize i = 0; i < train->n; i++)
    {
      gint32 y = train->label[i];

      second[i] = y == 0 ? 1 : 0;
      for (guint c = 0; c < n; c++)
        if (c != (guint) y && p[i * n + c] > p[i * n + second[i]])
          second[i] = (gint32) c;
      margin[i] = p[i * n + y] - p[i * n + second[i]];
    }
  return margin;
}

/* Flips a tenth of the labels; marks them. By features: a third of the 30 % rows nearest to another
 * class get that class. */
static inline void
plant (AyOwnedProblem *part, Plant kind, guint64 seed, guint8 *wrong)
{
  gsize n = part->problem.n;
  guint n_classes = part->problem.n_classes;
  g_autofree gint32 *second = g_new (gint32, n);
  g_autofree double *margin = NULL;
  g_autofree guint32 *order = NULL;
  AyRng rng;

  memset (wrong, 0, n);
  ay_rng_init (&rng, seed, 100 + kind);
  if (kind == PLANT_UNIFORM)
    {
      set_flip (part, 0.1, seed, wrong);
      return;
    }
  if (kind == PLANT_PAIR)
    {
      for (gsize i = 0; i < n; i++)
        if (ay_rng_uniform (&rng) < 0.1)
          {
            wrong[i] = 1;
            part->label[i] = (gint32) ((part->label[i] + 1) % n_classes);
          }
      return;
    }
  margin = planted_margins (&part->problem, second);
  order = ay_order (margin, n, FALSE);
  for (gsize k = 0; k < 3 * n / 10; k++)
    if (ay_rng_uniform (&rng) < 1.0 / 3.0)
      {
        wrong[order[k]] = 1;
        part->label[order[k]] = second[order[k]];
      }
}

/* 1 - p of the given label */
static inline void
planted_judge (const AyProblem *train, const double *p, const guint8 *wrong, guint which,
               Found *found)
{
  g_autofree double *doubt = g_new (double, train->n);

  for (gsize i = 0; i < train->n; i++)
    doubt[i] = 1.0 - p[i * train->n_classes + train->label[i]];
  found->area[which] = ay_average_precision (doubt, wrong, train->n);
  found->precision[which] = ay_precision_at (doubt, wrong, train->n, found->n_errors);
}

static inline Found
planted_find (const AyOwnedProblem *part, const guint8 *wrong, double lambda_mean, guint64 seed)
{
  const AyProblem *train = &part->problem;
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  g_autoptr (AyHead) head = NULL;
  g_autofree double *p = g_new (double, train->n * train->n_classes);
  Found found = { { 0 } };

  options.lambda_mean = lambda_mean;
  head = ay_head_fit (train, &options, NULL, NULL, NULL);
  for (gsize i = 0; i < train->n; i++)
    found.n_errors += wrong[i];
  for (guint which = 0; which < 2; which++)
    {
      AyHessianOptions hessian_options = AY_HESSIAN_OPTIONS_INIT;
      AyLooOptions loo_options = AY_LOO_OPTIONS_INIT;
      g_autoptr (AyHessian) hessian = NULL;
      g_autoptr (AyLoo) loo = NULL;

      hessian_options.dense_limit = which;
      loo_options.seed = seed + which;
      hessian = ay_hessian_new (train, head, &hessian_options, NULL, NULL);
      loo = ay_loo_new (train, head, hessian, &loo_options, NULL, NULL);
      g_assert_nonnull (loo);
      planted_judge (train, loo->output, wrong, which, &found);
      if (which == 0)
        found.by_folds = loo->by_folds;
    }
  g_assert_true (ay_head_predict (head, train->features, train->rows, train->n, p, NULL, NULL));
  planted_judge (train, p, wrong, 2, &found);
  return found;
}
