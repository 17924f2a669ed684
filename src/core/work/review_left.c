/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What correcting labels brings, row by row and in all.
 *
 * Row by row: relabelling row i from g to k moves its residual by e_g - e_k, so the target loss
 * falls, to first order, by w_i (e_g - e_k)^T S z_i with S = H^-1 times the target's gradient (as
 * influence has it). On a few hundred rows most of that is noise of the target: with r the
 * correlation of the gains by two halves of it, weighted by how doubted rows are, a gain is drawn
 * to the mean of all by the factor rho = 2 r / (1 + r) (Spearman 1910, Brown 1910), so that where
 * nothing is told of single rows the order is that of the doubt.
 *
 * In all: with P_i the probability that label i is wrong, independent of each other,
 *
 *   left = sum P_i gain_i,    sd^2 = sum P_i (1 - P_i) gain_i^2,
 *   left_most = left + 1.645 sd + |step|,
 *
 * step being how far the first order is from the estimate by Newton steps (removal.h) when all
 * labels more likely wrong than right are changed at once (held in 19 of 20 draws of digits with a
 * tenth of the labels changed, after 100 answers: test cli_review_claim). */
#include "core/work/review_private.h"

#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/model/loo_private.h"

#include <math.h>
#include <string.h>

#define Z_95 1.645
#define SOLVE_TOLERANCE 1e-4
#define LEAST_SHARE 0.1 /* of the mean gain: no row is worth less than that */
#define LIKELY 0.5

/* S by the rows at even and at odd positions of the target, and the first one's share of weight. */
static gboolean
solve_halves (Review *self, double *s, gsize p, double *share, GError **error)
{
  const AyProblem *target = ay_score_context_target (self->context, error);
  AyHead *head = target != NULL ? ay_score_context_head (self->context, self->job, error) : NULL;
  AyHessian *hessian
      = head != NULL ? ay_score_context_hessian (self->context, self->job, error) : NULL;
  double weight[2] = { 0.0, 0.0 };

  if (hessian == NULL)
    return FALSE;
  for (gsize half = 0; half < 2; half++)
    {
      g_autofree guint8 *mark = g_new0 (guint8, target->n + 1);

      for (gsize t = half; t < target->n; t += 2)
        {
          mark[t] = 1;
          weight[half] += ay_problem_weight (target, t);
        }
      if (!ay_target_gradient (target, head, mark, s + half * p, self->job, error))
        return FALSE;
    }
  *share = weight[0] / (weight[0] + weight[1]);
  return ay_hessian_solve_to (hessian, s, 2, SOLVE_TOLERANCE, NULL, self->job, error);
}

/* Weighted mean of x; of squares about it in *variance. */
static double
mean_of (const double *x, const double *weight, gsize n, double *variance)
{
  double sum = 0.0, total = 0.0, square = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      sum += weight[i] * x[i];
      total += weight[i];
    }
  sum /= total;
  for (gsize i = 0; i < n; i++)
    square += weight[i] * (x[i] - sum) * (x[i] - sum);
  *variance = square / total;
  return sum;
}

/* The factor rho of the essay. */
static double
reliability_of (double *const half[2], const double *weight, gsize n)
{
  double variance[2], mean[2], together = 0.0, total = 0.0, r;

  for (guint k = 0; k < 2; k++)
    mean[k] = mean_of (half[k], weight, n, &variance[k]);
  for (gsize i = 0; i < n; i++)
    {
      together += weight[i] * (half[0][i] - mean[0]) * (half[1][i] - mean[1]);
      total += weight[i];
    }
  r = together / total / sqrt (variance[0] * variance[1]);
  return r > 0.0 ? 2.0 * r / (1.0 + r) : 0.0; /* also where r is NaN */
}

static void
draw_to_mean (Review *self, const AyProblem *train, double *const half[2], double share,
              const double *weight)
{
  g_autofree double *gain = g_new (double, train->n + 1);
  double variance, mean, base, rho = reliability_of (half, weight, train->n);

  for (gsize i = 0; i < train->n; i++)
    gain[i] = share * half[0][i] + (1.0 - share) * half[1][i];
  mean = mean_of (gain, weight, train->n, &variance);
  base = MAX (mean, sqrt (variance));
  self->out->reliability = rho;
  if (isnan (base)) /* nothing is doubted any more */
    return;
  for (gsize i = 0; i < train->n; i++)
    {
      self->gain[train->rows[i]] = gain[i];
      self->drawn[train->rows[i]] = MAX (base + rho * (gain[i] - mean), LEAST_SHARE * base);
    }
}

/* q: n x C, what each row's residual moves by. */
static double *
moves_of (const Review *self, const AyProblem *train, double *weight, GError **error)
{
  guint n_classes = train->n_classes;
  double *q = ay_try_alloc (train->n * n_classes, sizeof (double), "the gains", error);

  if (q == NULL)
    return NULL;
  memset (q, 0, train->n * n_classes * sizeof (double));
  for (gsize i = 0; i < train->n; i++)
    {
      guint32 row = train->rows[i];
      gint32 instead = self->doubt->instead[row];
      gboolean open = instead >= 0 && !ay_bitset_get (self->decided, row);

      weight[i] = open ? self->doubt->wrong[row] : 0.0;
      if (!open)
        continue;
      q[i * n_classes + (gsize) train->label[i]] += 1.0;
      q[i * n_classes + (gsize) instead] -= 1.0;
    }
  return q;
}

gboolean
ay_review_gains (Review *self, GError **error)
{
  const AyProblem *train = ay_score_context_train (self->context, error);
  AyHead *head = train != NULL ? ay_score_context_head (self->context, self->job, error) : NULL;
  gsize p = head != NULL ? head->n_outputs * (head->d + 1) : 0;
  g_autofree double *s = NULL, *q = NULL, *weight = NULL, *first = NULL, *second = NULL;
  double share;

  if (head == NULL)
    return FALSE;
  ay_job_set_phase (self->job, "what corrections bring");
  s = g_new (double, 2 * p);
  weight = g_new (double, train->n + 1);
  first = g_new (double, train->n + 1);
  second = g_new (double, train->n + 1);
  q = moves_of (self, train, weight, error);
  if (q == NULL || !solve_halves (self, s, p, &share, error)
      || !ay_loo_linear (train, head, q, s, first, self->job, error)
      || !ay_loo_linear (train, head, q, s + p, second, self->job, error))
    return FALSE;
  draw_to_mean (self, train, (double *const[]) { first, second }, share, weight);
  return TRUE;
}

/* --- in all --- */

/* How far first order and Newton steps are apart for what is more likely wrong than right. */
static gboolean
measure_step (Review *self, const AyProblem *train, double *step, GError **error)
{
  const AyProblem *target = ay_score_context_target (self->context, error);
  AyHead *head = ay_score_context_head (self->context, self->job, error);
  AyHessian *hessian = ay_score_context_hessian (self->context, self->job, error);
  g_autofree gint32 *label = g_memdup2 (train->label, MAX (train->n, 1) * sizeof (gint32));
  AyRemovalOptions options = AY_REMOVAL_OPTIONS_INIT;
  AyRemoval removal = { 0 };
  double sum = 0.0;
  gsize n = 0;

  *step = 0.0;
  if (target == NULL || head == NULL || hessian == NULL)
    return FALSE;
  for (gsize i = 0; i < train->n; i++)
    {
      guint32 row = train->rows[i];

      if (ay_bitset_get (self->decided, row) || !(self->doubt->wrong[row] > LIKELY))
        continue;
      label[i] = self->doubt->instead[row];
      sum += self->gain[row];
      n++;
    }
  if (n == 0)
    return TRUE;
  options.compare = FALSE;
  options.label = label;
  if (!ay_removal_run (train, head, hessian, NULL, &target, 1, &options, &removal, self->job,
                       error))
    return FALSE;
  if (isfinite (removal.estimate))
    *step = fabs (sum + removal.estimate); /* a fall of the loss, and a rise */
  ay_removal_clear (&removal);
  return TRUE;
}

gboolean
ay_review_left (Review *self, GError **error)
{
  const AyProblem *train = ay_score_context_train (self->context, error);
  AyReview *out = self->out;
  double square = 0.0, step;

  for (gsize i = 0; i < train->n; i++)
    {
      guint32 row = train->rows[i];
      double wrong = self->doubt->wrong[row];

      if (ay_bitset_get (self->decided, row) || isnan (wrong))
        continue;
      out->expected_wrong += wrong;
      out->left += wrong * self->gain[row];
      square += wrong * (1.0 - wrong) * self->gain[row] * self->gain[row];
    }
  if (!measure_step (self, train, &step, error))
    return FALSE;
  out->left_most = MAX (out->left + Z_95 * sqrt (square) + step, 0.0);
  out->sentence = g_strdup_printf (
      N_ ("what is left is worth less than %.2g of the validation loss of %.4g (about %.0f %s of "
          "training rows may still be wrong); estimated for the head on your features"),
      out->left_most, out->loss_now, out->expected_wrong,
      round (out->expected_wrong) == 1.0 ? N_ ("label") : N_ ("labels"));
  return TRUE;
}
