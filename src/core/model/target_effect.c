/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The target's loss around a fitted head.
 *
 * When the logits of row t change by u its log-loss changes by log (sum_c p_c e^u_c) - u_y, taken
 * as log1p (sum_c p_c expm1 (u_c)) - u_y, which keeps its digits however small u is; half the
 * squared error by e u + u^2 / 2. Standard error of the weighted mean v of changes v_t over rows:
 * sqrt (m/(m - 1) sum w_t^2 (v_t - v)^2) / sum w_t. Memory: the target's rows in double. */
#include "core/model/target_effect.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/words.h"
#include "core/model/curvature.h"
#include "core/model/reduced.h"

#include <cblas.h>
#include <math.h>

#define BLOCK_ROWS 256

struct _AyTargetLoss
{
  const AyProblem *target;
  const AyHead *head;
  gsize n, stride, p;
  guint n_outputs;
  double *z;      /* n x stride */
  double *output; /* n x n_outputs: probabilities, or prediction minus target */
  double total;   /* of weights */
};

static double
weight_of (const AyTargetLoss *self, gsize t)
{
  return ay_problem_weight (self->target, t);
}

static void
load_block (gsize block, guint worker, gpointer data)
{
  AyTargetLoss *self = data;
  gsize first = block * BLOCK_ROWS, count = MIN (BLOCK_ROWS, self->n - first);
  g_autofree float *z = g_new (float, count * self->stride);

  ay_curvature_rows (self->target, self->head, first, count, z);
  for (gsize j = 0; j < count * self->stride; j++)
    self->z[first * self->stride + j] = z[j];
}

AyTargetLoss *
ay_target_loss_new (const AyProblem *target, const AyHead *head, AyJob *job, GError **error)
{
  g_autoptr (AyTargetLoss) self = g_new0 (AyTargetLoss, 1);

  self->target = target;
  self->head = head;
  self->n = target->n;
  self->stride = head->d + 1;
  self->n_outputs = head->n_outputs;
  self->p = self->stride * self->n_outputs;
  for (gsize t = 0; t < target->n; t++)
    self->total += weight_of (self, t);
  if (!(self->total > 0.0))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("the target has no row of a weight above 0"));
      return NULL;
    }
  self->z = ay_try_alloc (self->n * self->stride, sizeof (double), "the target's rows", error);
  if (self->z == NULL)
    return NULL;
  self->output = ay_try_alloc (self->n * self->n_outputs, sizeof (double), "the target's outputs",
                               error);
  if (self->output == NULL
      || !ay_parallel_for (ay_n_blocks (self->n, BLOCK_ROWS), load_block, self, job, error)
      || !ay_head_predict (head, target->features, target->rows, self->n, self->output, job,
                           error))
    return NULL;
  for (gsize t = 0; t < self->n && head->n_classes == 0; t++)
    self->output[t] -= target->target[t];
  return g_steal_pointer (&self);
}

void
ay_target_loss_free (AyTargetLoss *self)
{
  if (self == NULL)
    return;
  g_free (self->z);
  g_free (self->output);
  g_free (self);
}

gsize
ay_target_loss_rows (const AyTargetLoss *self)
{
  return self->n;
}

const double *
ay_target_loss_features (const AyTargetLoss *self)
{
  return self->z;
}

gboolean
ay_target_gradient (const AyProblem *target, const AyHead *head, const guint8 *mark,
                    double *gradient, AyJob *job, GError **error)
{
  gsize stride = head->d + 1, p = stride * head->n_outputs;
  g_autofree double *theta = ay_try_alloc (p, sizeof (double), "the head's parameters", error);
  g_autofree double *weight = NULL;
  g_autoptr (AyCurvature) at = NULL;
  double total = 0.0;

  weight = theta != NULL ? ay_try_alloc (MAX (target->n, 1), sizeof (double), "the weights", error)
                         : NULL;
  if (weight == NULL)
    return FALSE;
  for (gsize t = 0; t < target->n; t++)
    if (mark == NULL || mark[t])
      total += weight[t] = ay_problem_weight (target, t);
  at = ay_curvature_new (target, head, weight, TRUE, error);
  ay_curvature_from_head (head, theta);
  if (at == NULL || !ay_curvature_move (at, theta, NULL, gradient, job, error))
    return FALSE;
  for (gsize j = 0; j < p; j++)
    {
      if (j % stride != head->d) /* the penalty is no part of it */
        gradient[j] -= head->lambda * theta[j];
      gradient[j] = total > 0.0 ? gradient[j] / total : 0.0;
    }
  return TRUE;
}

static double
row_change (const AyTargetLoss *self, gsize t, const double *move, double *u)
{
  guint n = self->n_outputs;
  const double *p = self->output + t * n;
  double sum = 0.0;

  if (self->head->n_classes == 0)
    return p[0] * move[0] + 0.5 * move[0] * move[0];
  ay_expand (n, 1, move, u);
  for (guint c = 0; c < n; c++)
    sum += p[c] * expm1 (u[c]);
  return log1p (sum) - u[self->target->label[t]];
}

void
ay_target_loss_change (const AyTargetLoss *self, const double *move, gsize stride, double *scratch,
                       AyTargetChange *out)
{
  double sum[2] = { 0.0, 0.0 }, total[2] = { 0.0, 0.0 };
  double square = 0.0, cross = 0.0, weights = 0.0, spread;

  for (gsize t = 0; t < self->n; t++)
    {
      double w = weight_of (self, t), v = row_change (self, t, move + t * stride, scratch);

      sum[t % 2] += w * v;
      total[t % 2] += w;
      square += w * w * v * v;
      cross += w * w * v;
      weights += w * w;
    }
  out->mean = (sum[0] + sum[1]) / self->total;
  spread = MAX (square - 2.0 * out->mean * cross + out->mean * out->mean * weights, 0.0);
  out->error = self->n > 1 ? sqrt (spread * self->n / (self->n - 1.0)) / self->total : NAN;
  for (guint h = 0; h < 2; h++)
    out->half[h] = total[h] > 0.0 ? sum[h] / total[h] : NAN;
}
