/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/error.h"
#include "core/data/round_history.h"

G_BEGIN_DECLS

/* What more labels would buy, read off learning curves that go on as they went so far. */

/* A run: error at ascending numbers of labels. Borrowed. */
typedef struct
{
  guint n;
  const double *labels, *error;
} AyBudgetRun;

typedef struct
{
  double labels;
  double error, low, high; /* predicted, and its 90 % band */
} AyBudgetPoint;

typedef struct
{
  guint n_runs;
  double first, last;      /* labels that the runs begin with, and those of the longest */
  double weight[3];        /* of power law, exponential, inverse logarithm: their mean share */
  double factor;           /* by which the runs' own spread is widened: what an inner back-test
                              needed for 90 % */
  guint n_hidden;          /* points of the back-test: the last third of each run */
  double coverage;         /* share of them inside the band */
  double backtest_error;   /* mean |predicted - seen| there */
  double backtest_bias;    /* mean predicted - seen */
  gboolean refused;        /* the coverage is below 80 %: nothing may be said */
  char *why;               /* (nullable) why it was refused */
} AyBudget;

#define AY_BUDGET_MODELS 3
#define AY_BUDGET_RUN_POINTS 9 /* least points a run needs */

extern const char *const ay_budget_models[AY_BUDGET_MODELS];

typedef struct _AyBudgetFit AyBudgetFit;

/* Fits the runs and back-tests the fit. AY_ERROR_RANGE when no run has points enough. (transfer
 * full): ay_budget_fit_free(). */
AyBudgetFit *ay_budget_fit (const AyBudgetRun *runs, guint n_runs, GError **error);
/* The same of histories (element-type AyHistory) by their metric accuracy. */
AyBudgetFit *ay_budget_fit_histories (GPtrArray *histories, GError **error);
const AyBudget *ay_budget_get (const AyBudgetFit *self); /* (transfer none) */
AyBudgetPoint ay_budget_at (const AyBudgetFit *self, double labels);
/* Labels until the error is at most this: by the prediction, and where the low and the high end of
 * the band get there; INFINITY beyond a hundred times the labels there are. */
void ay_budget_labels_to (const AyBudgetFit *self, double error, double *labels, double *low,
                          double *high);
void ay_budget_fit_free (AyBudgetFit *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyBudgetFit, ay_budget_fit_free)

G_END_DECLS
