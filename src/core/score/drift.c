/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drift of the worth of rows, against chance.
 *
 * Rows of one time are added to a head (path credits along the weighting path, path_credits.h):
 * c_i (own) is what row i did for held-out rows of its own time, c_i (latest) for the latest ones.
 * A row matters most to rows like it, so that chance in how many of each kind there
 * are would drown the rest: held-out rows are divided into strata by what the head without the new
 * rows predicts for them (the class; of a number the eighth of its range), both means are taken
 * with the strata's shares in all held-out rows, and strata that one side lacks are left out. Were
 * the labels' relation to the features the same at all times, the held-out rows of a stratum would
 * be exchangeable. So the null of the difference d_i = latest - own is had by shuffling, within
 * strata, which held-out rows are called latest, the fits untouched. Credits are linear in the
 * target, but `shuffles` more targets on every node of the path would cost as many solves each; the
 * test is on the first-order effect at the path's start instead, d_i = grad l_i . H^-1 (g_latest -
 * g_own), where one solve a shuffle does for all rows, and where rows have not yet contradicted
 * each other. z_i = d_i / s_i with s_i^2 = mean over shuffles of d_i^2 (the mean of d_i is 0 by
 * symmetry), which puts all rows on one scale.
 *
 * Cost: the path with two targets, then `shuffles` solves, VECTORS at a time, and as many passes
 * over the held-out rows. Memory: shuffles x new rows floats. Threads: those of fits and solves. */
#include "core/score/drift.h"

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/model/hessian.h"
#include "core/model/path_credits.h"

#include <math.h>
#include <string.h>

#define EIGHTHS 8           /* strata of a number */
#define VECTORS 32          /* shuffles solved together */
#define SOLVE_TOLERANCE 1e-4
#define PATH_TOLERANCE 1e-3 /* of the gain */
#define HEAD_TOLERANCE 1e-8

typedef struct
{
  const AyDriftTask *task;
  AyDrift *out;
  AyCurvature *on, *fresh; /* (nullable) at the path's start */
  AyHessian *hessian;      /* (nullable) */
  double *weight;          /* train->n: as the head with the new rows has them */
  double *old_weight;      /* as the head without them has */
  double *fresh_weight;    /* of the new rows alone */
  guint32 *stratum;        /* on->n */
  guint32 *by_stratum;     /* on->n: places in on, stratum by stratum */
  gsize *first;            /* n_strata + 1: into by_stratum */
  guint n_strata;
  gsize p;
} Drift;

void
ay_drift_free (AyDrift *self)
{
  if (self == NULL)
    return;
  g_free (self->position);
  g_free (self->own);
  g_free (self->latest);
  g_free (self->z);
  g_free (self->null);
  g_free (self);
}

/* --- the strata --- */

/* Eighths of the predicted numbers. */
static void
cut_numbers (Drift *self, const double *predicted)
{
  gsize n = self->task->on->n;
  g_autofree guint32 *order = ay_order (predicted, n, FALSE);

  self->n_strata = EIGHTHS;
  for (gsize k = 0; k < n; k++)
    self->stratum[order[k]] = (guint32) (k * EIGHTHS / n);
}

static gboolean
make_strata (Drift *self, const AyHead *before, AyJob *job, GError **error)
{
  const AyProblem *on = self->task->on;
  guint n = before->n_outputs;
  g_autofree double *predicted = ay_try_alloc (on->n * n, sizeof (double), "predictions", error);
  gsize to = 0;

  if (predicted == NULL
      || !ay_head_predict (before, on->features, on->rows, on->n, predicted, job, error))
    return FALSE;
  self->stratum = g_new (guint32, on->n + 1);
  self->by_stratum = g_new (guint32, on->n + 1);
  self->n_strata = n;
  for (gsize t = 0; t < on->n && before->n_classes > 0; t++)
    self->stratum[t] = (guint32) ay_argmax (predicted + t * n, n);
  if (before->n_classes == 0)
    cut_numbers (self, predicted);
  self->first = g_new0 (gsize, self->n_strata + 1);
  for (guint s = 0; s < self->n_strata; s++)
    {
      self->first[s] = to;
      for (gsize t = 0; t < on->n; t++)
        if (self->stratum[t] == s)
          self->by_stratum[to++] = (guint32) t;
    }
  self->first[self->n_strata] = to;
  return TRUE;
}

static double
weight_of (const AyProblem *on, gsize t)
{
  return on->weight != NULL ? on->weight[t] : 1.0;
}

/* a (on->n) takes high x the mean over the rows with the mark plus low x that over the others. */
static void
contrast (const Drift *self, const guint8 *mark, double high, double low, double *a)
{
  const AyProblem *on = self->task->on;
  g_autofree double *sum = g_new0 (double, 2 * self->n_strata);
  double total = 0.0;

  for (gsize t = 0; t < on->n; t++)
    sum[2 * self->stratum[t] + mark[t]] += weight_of (on, t);
  for (guint s = 0; s < self->n_strata; s++)
    if (sum[2 * s] > 0.0 && sum[2 * s + 1] > 0.0)
      total += sum[2 * s] + sum[2 * s + 1];
  for (gsize t = 0; t < on->n; t++)
    {
      const double *of = sum + 2 * self->stratum[t];

      a[t] = of[0] > 0.0 && of[1] > 0.0
                 ? (mark[t] ? high : low) * (of[0] + of[1]) / total * weight_of (on, t)
                       / of[mark[t]]
                 : 0.0;
    }
}

static void
shuffle_marks (const Drift *self, AyRng *rng, guint8 *mark)
{
  const guint8 *latest = self->task->latest;
  g_autofree guint32 *place = g_memdup2 (self->by_stratum, self->task->on->n * sizeof *place);

  for (guint s = 0; s < self->n_strata; s++)
    ay_rng_shuffle (rng, place + self->first[s], self->first[s + 1] - self->first[s]);
  for (gsize k = 0; k < self->task->on->n; k++)
    mark[self->by_stratum[k]] = latest[place[k]];
}

/* --- the path --- */

static double
share_missed (const AyPathCredits *path, gsize k)
{
  return path->gain[k] != 0.0 ? fabs (path->residual[k] / path->gain[k]) : 0.0;
}

static AyHead *
head_without (Drift *self, AyJob *job, GError **error)
{
  AyProblem train = *self->task->train;
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;

  train.weight = self->old_weight;
  options.tolerance = HEAD_TOLERANCE;
  return ay_head_fit (&train, &options, self->task->like, job, error);
}

static AyPathCredits *
follow (Drift *self, AyJob *job, GError **error)
{
  const AyDriftTask *task = self->task;
  AyDrift *out = self->out;
  AyProblem train = *task->train;
  AyPathOptions options = AY_PATH_OPTIONS_INIT;
  g_autofree guint8 *is_new = g_new (guint8, train.n + 1);
  g_autofree double *targets = g_new (double, 2 * task->on->n + 1);
  g_autoptr (AyHead) before = NULL;
  AyPathCredits *path;

  for (gsize i = 0; i < train.n; i++)
    is_new[i] = task->role[i] == AY_DRIFT_NEW;
  before = head_without (self, job, error);
  if (before == NULL || !make_strata (self, before, job, error))
    return NULL;
  contrast (self, task->latest, 0.0, 1.0, targets);
  contrast (self, task->latest, 1.0, 0.0, targets + task->on->n);
  train.weight = self->weight;
  options.before = before;
  options.tolerance = PATH_TOLERANCE;
  options.head_tolerance = HEAD_TOLERANCE;
  path = ay_path_credits_new (&train, is_new, task->like, task->on, targets, 2, &options, job,
                              error);
  if (path == NULL)
    return NULL;
  out->n = path->n_new;
  out->position = g_memdup2 (path->position, out->n * sizeof *out->position);
  out->own = g_memdup2 (path->credit, out->n * sizeof (double));
  out->latest = g_memdup2 (path->credit + out->n, out->n * sizeof (double));
  out->nodes = path->nodes;
  out->residual = MAX (share_missed (path, 0), share_missed (path, 1));
  return path;
}

static AyCurvature *
at_start (const AyProblem *of, const AyHead *head, const double *weight, const double *theta,
          AyJob *job, GError **error)
{
  g_autoptr (AyCurvature) at = ay_curvature_new (of, head, weight, TRUE, error);

  if (at == NULL || !ay_curvature_move (at, theta, NULL, NULL, job, error))
    return NULL;
  return g_steal_pointer (&at);
}

/* effect (train->n x k) of every new row on k contrasts of the held-out rows. */
static gboolean
effects (Drift *self, const double *a, gsize k, double *effect, AyJob *job, GError **error)
{
  const AyProblem *on = self->task->on;
  guint n = self->task->like->n_outputs;
  g_autofree double *rhs = ay_try_alloc (k * self->p, sizeof (double), "the gradients", error);
  g_autofree double *q = ay_try_alloc (on->n * n, sizeof (double), "the residuals", error);

  if (rhs == NULL || q == NULL)
    return FALSE;
  for (gsize v = 0; v < k; v++)
    {
      for (gsize t = 0; t < on->n; t++)
        {
          ay_curvature_residual (self->on, t, q + t * n);
          for (guint c = 0; c < n; c++)
            q[t * n + c] *= a[v * on->n + t];
        }
      if (!ay_curvature_gather (self->on, q, rhs + v * self->p, job, error))
        return FALSE;
    }
  return ay_hessian_solve_to (self->hessian, rhs, k, SOLVE_TOLERANCE, NULL, job, error)
         && ay_curvature_effect (self->fresh, rhs, k, effect, job, error);
}

/* Contrasts first..first+count-1: 0 is the times as they are, the others are shuffles. */
static gboolean
test_block (Drift *self, gsize first, gsize count, double *effect, AyJob *job, GError **error)
{
  const AyDriftTask *task = self->task;
  AyDrift *out = self->out;
  gsize m = task->on->n;
  g_autofree double *a = ay_try_alloc (count * m, sizeof (double), "the shuffles", error);
  g_autofree guint8 *mark = g_new (guint8, m + 1);

  if (a == NULL)
    return FALSE;
  for (gsize v = 0; v < count; v++)
    {
      AyRng rng;

      ay_rng_init (&rng, task->seed, task->stream << 32 | (first + v));
      memcpy (mark, task->latest, m);
      if (first + v > 0)
        shuffle_marks (self, &rng, mark);
      contrast (self, mark, 1.0, -1.0, a + v * m);
    }
  if (!effects (self, a, count, effect, job, error))
    return FALSE;
  for (gsize v = 0; v < count; v++)
    {
      float *to = first + v == 0 ? out->z : out->null + (first + v - 1) * out->n;

      for (gsize i = 0; i < out->n; i++)
        to[i] = (float) effect[out->position[i] * count + v];
    }
  return TRUE;
}

/* Divides all by each row's deviation over the shuffles. */
static void
standardise (AyDrift *out)
{
  for (gsize i = 0; i < out->n; i++)
    {
      double square = 0.0, scale;

      for (gsize b = 0; b < out->shuffles; b++)
        square += (double) out->null[b * out->n + i] * out->null[b * out->n + i];
      scale = square > 0.0 ? 1.0 / sqrt (square / out->shuffles) : 0.0;
      out->z[i] = (float) (out->z[i] * scale);
      for (gsize b = 0; b < out->shuffles; b++)
        out->null[b * out->n + i] = (float) (out->null[b * out->n + i] * scale);
    }
}

static gboolean
compare (Drift *self, const AyHead *before, AyJob *job, GError **error)
{
  const AyDriftTask *task = self->task;
  AyDrift *out = self->out;
  AyProblem train = *task->train;
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
  g_autofree double *theta = g_new (double, self->p), *effect = NULL;
  gsize all = (gsize) task->shuffles + 1;

  ay_curvature_from_head (before, theta);
  train.weight = self->old_weight;
  effect = ay_try_alloc (train.n * VECTORS, sizeof (double), "the effects", error);
  out->z = ay_try_alloc (out->n, sizeof (float), "the differences", error);
  out->null = ay_try_alloc (out->n * task->shuffles, sizeof (float), "the shuffles", error);
  if (effect == NULL || out->z == NULL || out->null == NULL)
    return FALSE;
  self->on = at_start (task->on, before, NULL, theta, job, error);
  self->fresh = self->on != NULL
                    ? at_start (task->train, before, self->fresh_weight, theta, job, error)
                    : NULL;
  self->hessian = self->fresh != NULL ? ay_hessian_new (&train, before, &options, job, error)
                                      : NULL;
  if (self->hessian == NULL)
    return FALSE;
  for (gsize first = 0; first < all; first += VECTORS)
    if (!test_block (self, first, MIN (VECTORS, all - first), effect, job, error))
      return FALSE;
  standardise (out);
  return TRUE;
}

static gboolean
run (Drift *self, AyJob *job, GError **error)
{
  const AyDriftTask *task = self->task;
  gsize n = task->train->n;
  g_autoptr (AyPathCredits) path = NULL;

  self->p = (gsize) task->like->n_outputs * (task->like->d + 1);
  self->weight = g_new (double, 3 * n + 1);
  self->old_weight = self->weight + n;
  self->fresh_weight = self->weight + 2 * n;
  for (gsize i = 0; i < n; i++)
    {
      double w = task->train->weight != NULL ? task->train->weight[i] : 1.0;

      self->weight[i] = task->role[i] != AY_DRIFT_OUT ? w : 0.0;
      self->old_weight[i] = task->role[i] == AY_DRIFT_OLD ? w : 0.0;
      self->fresh_weight[i] = task->role[i] == AY_DRIFT_NEW ? w : 0.0;
    }
  path = follow (self, job, error);
  return path != NULL && compare (self, path->before, job, error);
}

AyDrift *
ay_drift_new (const AyDriftTask *task, AyJob *job, GError **error)
{
  g_autoptr (AyDrift) out = g_new0 (AyDrift, 1);
  Drift self = { .task = task, .out = out };
  gboolean done;

  out->shuffles = task->shuffles;
  done = run (&self, job, error);
  ay_curvature_free (self.on);
  ay_curvature_free (self.fresh);
  ay_hessian_free (self.hessian);
  g_free (self.weight);
  g_free (self.stratum);
  g_free (self.by_stratum);
  g_free (self.first);
  return done ? g_steal_pointer (&out) : NULL;
}
