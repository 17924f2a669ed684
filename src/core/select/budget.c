/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Learning curves that are extrapolated, and how far to believe it.
 *
 * Each run of error e over labels n gets three curves by least squares, points weighted by n:
 *   power law            c + a n^-b        (Hestness et al. 2017)
 *   exponential          c + a exp(-b n)
 *   inverse logarithm    c + a / log(n + 1)
 * with a, c >= 0; b from a grid, a and c in closed form. They are averaged with the weights of
 * their small-sample Akaike criterion. A run's spread at n is the root of its residual variance
 * plus that of the curves about their average.
 *
 * How wide a 90 % band has to be is not taken from a formula but from hiding: the last third of
 * what is seen is predicted from the rest, and the band is widened by the factor that would have
 * held 90 % of it. To judge that, the whole procedure, the choice of the factor with it, is run on
 * the first two thirds of each run and held against the last: coverage and error of this back-test
 * are given, and below 80 % nothing is predicted.
 *
 * Time: runs x points x the grid. Source of the idea of judging extrapolations by hiding: Figueroa
 * et al. 2012. */
#include "core/select/budget.h"

#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/select/strategy_curves.h"

#include <math.h>

#define GRID 60
#define LEVEL 0.9
#define LEAST_COVERAGE 0.8
#define FARTHEST 100.0

const char *const ay_budget_models[AY_BUDGET_MODELS] = { "power law", "exponential",
                                                         "inverse logarithm" };

typedef struct
{
  double a, b, c, weight;
} Curve;

/* A run's curves. */
typedef struct
{
  Curve each[AY_BUDGET_MODELS];
  double variance; /* of the residuals about their average */
} RunFit;

struct _AyBudgetFit
{
  AyBudget told;
  RunFit *runs;    /* told.n_runs */
};

static double
shape_of (guint model, double b, double n)
{
  switch (model)
    {
    case 0:
      return pow (n, -b);
    case 1:
      return exp (-b * n);
    default:
      return 1.0 / log (n + 1.0);
    }
}

static double
value_of (const Curve *curve, guint model, double n)
{
  return curve->c + curve->a * shape_of (model, curve->b, n);
}

/* a, c >= 0 for a given b; the weighted sum of squares. */
static double
fit_linear (const AyBudgetRun *run, guint model, double b, Curve *out)
{
  double w = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0, sum = 0.0, across;

  for (guint i = 0; i < run->n; i++)
    {
      double weight = run->labels[i], s = shape_of (model, b, run->labels[i]);

      w += weight;
      x += weight * s;
      y += weight * run->error[i];
      xx += weight * s * s;
      xy += weight * s * run->error[i];
    }
  across = xx - x * x / w;
  out->b = b;
  out->a = across > 1e-12 * xx ? (xy - x * y / w) / across : 0.0;
  out->c = (y - out->a * x) / w;
  if (out->c < 0.0)
    {
      out->c = 0.0;
      out->a = xx > 0.0 ? xy / xx : 0.0;
    }
  if (out->a < 0.0)
    {
      out->a = 0.0;
      out->c = y / w;
    }
  for (guint i = 0; i < run->n; i++)
    {
      double gap = run->error[i] - value_of (out, model, run->labels[i]);

      sum += run->labels[i] * gap * gap;
    }
  return sum / w;
}

static double
fit_curve (const AyBudgetRun *run, guint model, Curve *out)
{
  double low = model == 0 ? 0.05 : 0.05 / run->labels[run->n - 1];
  double high = model == 0 ? 3.0 : 50.0 / run->labels[run->n - 1];
  double best = INFINITY;

  for (guint k = 0; k < (model == 2 ? 1 : GRID); k++)
    {
      Curve curve;
      double sum = fit_linear (run, model, low * pow (high / low, k / (GRID - 1.0)), &curve);

      if (sum < best)
        {
          best = sum;
          *out = curve;
        }
    }
  return best;
}

static double
mean_of (const RunFit *self, double n)
{
  double mean = 0.0;

  for (guint m = 0; m < AY_BUDGET_MODELS; m++)
    mean += self->each[m].weight * value_of (&self->each[m], m, n);
  return mean;
}

static double
spread_of (const RunFit *self, double n)
{
  double mean = mean_of (self, n), between = 0.0;

  for (guint m = 0; m < AY_BUDGET_MODELS; m++)
    {
      double gap = value_of (&self->each[m], m, n) - mean;

      between += self->each[m].weight * gap * gap;
    }
  return sqrt (self->variance + between);
}

static void
fit_run (const AyBudgetRun *run, RunFit *out)
{
  static const double parameters[AY_BUDGET_MODELS] = { 3.0, 3.0, 2.0 };
  double criterion[AY_BUDGET_MODELS], least = INFINITY, sum = 0.0, squares = 0.0;

  for (guint m = 0; m < AY_BUDGET_MODELS; m++)
    {
      double k = parameters[m] + 1.0, n = run->n;
      double s = MAX (fit_curve (run, m, &out->each[m]), 1e-12);

      criterion[m] = n * log (s) + 2.0 * k + 2.0 * k * (k + 1.0) / MAX (n - k - 1.0, 1.0);
      least = MIN (least, criterion[m]);
    }
  for (guint m = 0; m < AY_BUDGET_MODELS; m++)
    sum += out->each[m].weight = exp (-0.5 * (criterion[m] - least));
  for (guint m = 0; m < AY_BUDGET_MODELS; m++)
    out->each[m].weight /= sum;
  for (guint i = 0; i < run->n; i++)
    {
      double gap = run->error[i] - mean_of (out, run->labels[i]);

      squares += gap * gap;
    }
  out->variance = MAX (squares / MAX (run->n - 3.0, 1.0), 1e-10);
}

/* The first points of a run: all but the last third. */
static AyBudgetRun
without_last (const AyBudgetRun *run)
{
  AyBudgetRun part = *run;

  part.n = run->n - run->n / 3;
  return part;
}

/* Of hidden points: gap / spread, signed, in the order of runs. */
static GArray *
hide_last (const AyBudgetRun *runs, guint n_runs, GArray *gaps)
{
  GArray *scaled = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint r = 0; r < n_runs; r++)
    {
      AyBudgetRun part = without_last (&runs[r]);
      RunFit fit;

      fit_run (&part, &fit);
      for (guint i = part.n; i < runs[r].n; i++)
        {
          double n = runs[r].labels[i], gap = mean_of (&fit, n) - runs[r].error[i];
          double ratio = fabs (gap) / spread_of (&fit, n);

          g_array_append_val (scaled, ratio);
          if (gaps != NULL)
            g_array_append_val (gaps, gap);
        }
    }
  return scaled;
}

static double
factor_of (const AyBudgetRun *runs, guint n_runs)
{
  g_autoptr (GArray) scaled = hide_last (runs, n_runs, NULL);
  double n = scaled->len;

  return ay_quantile ((const double *) scaled->data, scaled->len,
                      MIN (LEVEL * (n + 1.0) / n, 1.0));
}

static void
back_test (AyBudget *self, const AyBudgetRun *runs)
{
  g_autofree AyBudgetRun *first = g_new (AyBudgetRun, self->n_runs);
  g_autoptr (GArray) gaps = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) scaled = hide_last (runs, self->n_runs, gaps);
  double factor;

  for (guint r = 0; r < self->n_runs; r++)
    first[r] = without_last (&runs[r]);
  factor = factor_of (first, self->n_runs);
  self->n_hidden = gaps->len;
  for (guint i = 0; i < gaps->len; i++)
    {
      double gap = g_array_index (gaps, double, i);

      self->coverage += (g_array_index (scaled, double, i) <= factor) / (double) gaps->len;
      self->backtest_error += fabs (gap) / gaps->len;
      self->backtest_bias += gap / gaps->len;
    }
  self->refused = self->coverage < LEAST_COVERAGE;
  if (self->refused)
    self->why = g_strdup_printf ("predicting the last third of %u runs from the rest, the 90 %% "
                                 "band held only %.0f %% of it: the curve cannot be trusted to go "
                                 "on as it went", self->n_runs, 100.0 * self->coverage);
}

AyBudgetFit *
ay_budget_fit (const AyBudgetRun *runs, guint n_runs, GError **error)
{
  g_autofree AyBudgetRun *used = g_new (AyBudgetRun, n_runs + 1);
  AyBudgetFit *self;
  guint n = 0;

  for (guint r = 0; r < n_runs; r++)
    if (runs[r].n >= AY_BUDGET_RUN_POINTS)
      used[n++] = runs[r];
  if (n == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("a learning curve needs a run of at least %d rounds with an accuracy"),
                   AY_BUDGET_RUN_POINTS);
      return NULL;
    }
  self = g_new0 (AyBudgetFit, 1);
  self->told.n_runs = n;
  self->told.first = INFINITY;
  self->runs = g_new0 (RunFit, n);
  for (guint r = 0; r < n; r++)
    {
      fit_run (&used[r], &self->runs[r]);
      self->told.first = MIN (self->told.first, used[r].labels[0]);
      self->told.last = MAX (self->told.last, used[r].labels[used[r].n - 1]);
      for (guint m = 0; m < AY_BUDGET_MODELS; m++)
        self->told.weight[m] += self->runs[r].each[m].weight / n;
    }
  self->told.factor = factor_of (used, n);
  back_test (&self->told, used);
  return self;
}

AyBudgetFit *
ay_budget_fit_histories (GPtrArray *histories, GError **error)
{
  g_autofree AyBudgetRun *runs = g_new0 (AyBudgetRun, histories->len + 1);
  AyBudgetFit *self;

  for (guint h = 0; h < histories->len; h++)
    {
      const AyHistory *history = g_ptr_array_index (histories, h);
      gint n_rounds = (gint) ay_history_n_rounds (history);
      double *labels = g_new (double, n_rounds + 1), *gap = g_new (double, n_rounds + 1);

      runs[h].labels = labels;
      runs[h].error = gap;
      for (gint r = -1; r < n_rounds; r++)
        {
          double accuracy = ay_metrics_get (r < 0 ? history->start_metrics
                                                  : ay_history_round (history, (guint) r)->metrics,
                                            "accuracy");
          double at = ay_history_labels_at (history, r);

          if (isnan (accuracy) || !(at > 0.0) || (runs[h].n > 0 && at <= labels[runs[h].n - 1]))
            continue;
          labels[runs[h].n] = at;
          gap[runs[h].n++] = 1.0 - accuracy;
        }
    }
  self = ay_budget_fit (runs, histories->len, error);
  for (guint h = 0; h < histories->len; h++)
    {
      g_free ((gpointer) runs[h].labels);
      g_free ((gpointer) runs[h].error);
    }
  return self;
}

const AyBudget *
ay_budget_get (const AyBudgetFit *self)
{
  return &self->told;
}

AyBudgetPoint
ay_budget_at (const AyBudgetFit *self, double labels)
{
  AyBudgetPoint point = { .labels = labels };
  double spread = 0.0;

  for (guint r = 0; r < self->told.n_runs; r++)
    {
      point.error += mean_of (&self->runs[r], labels) / self->told.n_runs;
      spread += spread_of (&self->runs[r], labels) / self->told.n_runs;
    }
  point.low = MAX (point.error - self->told.factor * spread, 0.0);
  point.high = MIN (point.error + self->told.factor * spread, 1.0);
  return point;
}

void
ay_budget_labels_to (const AyBudgetFit *self, double error, double *labels, double *low,
                     double *high)
{
  const double most = FARTHEST * self->told.last, step = pow (FARTHEST * self->told.last, 1e-4);

  *labels = *low = *high = INFINITY;
  for (double n = self->told.first; n <= most; n = MAX (floor (n * step), n + 1.0))
    {
      AyBudgetPoint at = ay_budget_at (self, n);

      if (isinf (*low) && at.low <= error)
        *low = n;
      if (isinf (*labels) && at.error <= error)
        *labels = n;
      if (at.high <= error)
        {
          *high = n;
          return;
        }
    }
}

void
ay_budget_fit_free (AyBudgetFit *self)
{
  if (self == NULL)
    return;
  g_free (self->told.why);
  g_free (self->runs);
  g_free (self);
}
