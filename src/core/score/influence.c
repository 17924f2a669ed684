/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Influence, leave-one-out and self-influence.
 *
 * influence: with g the gradient of the mean target loss, S = H^-1 g and r_i = p_i - y_i, removing
 * row i changes the target loss by w_i r_i^T S z_i to first order (Koh and Liang 2017; > 0 =
 * helpful). One solve for all rows, and one pass. The target's rows are halved at random, and a
 * second, looser solve for the difference of the halves' gradients gives the rank correlation of
 * the two halves' influences, which says how much of the order is noise of the target's rows.
 * Where it is affordable each row's step is also judged on each of the target's rows, which gives
 * standard errors and the number of rows told from zero at a false discovery rate of 10 %
 * (Benjamini and Hochberg 1995).
 *
 * Cost: a few dozen products with the Hessian; n (2 r^2 + ...) flop for the errors. */
#include "core/score/influence.h"
#include "core/base/words.h"
#include "core/score/score_private.h"

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/model/loo_private.h"
#include "core/model/reduced.h"
#include "core/score/noise.h"

#include <math.h>
#include <string.h>

#define SOLVE_TOLERANCE 5e-5 /* errors of some 3e-5 of the largest influence */
#define HALVES_TOLERANCE 3e-3 /* enough for a rank correlation */
#define ERROR_FLOP 2e10   /* up to which standard errors are computed */
#define HALVES_STREAM 11
#define SOLVED "influence-solved"

/* Train rows' values to their places. */
static gboolean
place (AyScoreResult *out, const AyDataset *data, const AyProblem *train, const double *values,
       GError **error)
{
  out->values = ay_score_blank (data->n, error);
  if (out->values == NULL)
    return FALSE;
  for (gsize i = 0; i < train->n; i++)
    out->values[train->rows[i]] = values[i];
  out->missing_because = g_strdup (N_ ("only labelled rows of the train part have one"));
  return TRUE;
}

/* Nothing is said of errors where none is known. */
static gboolean
say_errors (AyScoreContext *context, AyScoreResult *out, const AyNoise *noise, GError **error)
{
  gsize known = 0;

  for (gsize i = 0; i < noise->n; i++)
    known += !isnan (noise->error[i]);
  return known == 0 || ay_noise_say (noise, context, out, error);
}

/* --- the halves --- */

/* Marks a random half of the target's rows (of weight > 0 and without, alike). */
static guint8 *
draw_half (gsize n, guint64 seed, gboolean other)
{
  guint8 *mark = g_new0 (guint8, n + 1);
  g_autofree guint32 *sample = NULL;
  AyRng rng;

  ay_rng_init (&rng, seed, HALVES_STREAM);
  sample = ay_rng_sample (&rng, n, n / 2);
  for (gsize k = 0; k < n / 2; k++)
    mark[sample[k]] = 1;
  for (gsize i = 0; i < n && other; i++)
    mark[i] = !mark[i];
  return mark;
}

typedef struct
{
  const AyProblem *train, *target;
  AyHead *head;
  AyHessian *hessian;
  gsize p;
  double share;          /* of the target's weight in the first half */
  double *s;             /* 2 x p: H^-1 times the mean gradient, and times the halves' difference */
  double *effect;        /* n x 2: by these */
  double *value;         /* n */
  double residual;
} Influence;

/* The gradients of the target's mean loss and of the difference of its halves' means, into s. A
 * target of one row has one half. */
static gboolean
set_gradients (Influence *self, guint64 seed, AyJob *job, GError **error)
{
  double total[2] = { 0.0, 0.0 };
  double *whole = self->s, *difference = self->s + self->p;

  for (guint k = 0; k < 2; k++)
    {
      g_autofree guint8 *mark = draw_half (self->target->n, seed, k == 1);

      for (gsize t = 0; t < self->target->n; t++)
        if (mark[t])
          total[k] += ay_problem_weight (self->target, t);
      if (!ay_target_gradient (self->target, self->head, mark, k == 0 ? difference : whole, job,
                               error))
        return FALSE;
    }
  self->share = total[0] / (total[0] + total[1]);
  for (gsize j = 0; j < self->p; j++)
    {
      double a = difference[j], b = whole[j];

      whole[j] = self->share * a + (1.0 - self->share) * b;
      difference[j] = a - b;
    }
  return TRUE;
}

const double ay_influence_tolerances[2] = { SOLVE_TOLERANCE, HALVES_TOLERANCE };

gboolean
ay_influence_gradients (AyScoreContext *context, double *s, AyJob *job, GError **error)
{
  Influence self = { .target = ay_score_context_target (context, error), .s = s };

  self.head = self.target != NULL ? ay_score_context_head (context, job, error) : NULL;
  if (self.head == NULL)
    return FALSE;
  self.p = (self.head->d + 1) * self.head->n_outputs;
  return set_gradients (&self, ay_score_context_seed (context), job, error);
}

/* Both, solved elsewhere. */
typedef struct
{
  double residual;
  guint rounds;
  double s[];
} Solved;

void
ay_influence_set_solved (AyScoreContext *context, const double *s, gsize p, double residual,
                         guint rounds)
{
  Solved *solved = g_malloc (sizeof *solved + 2 * p * sizeof *s);

  solved->residual = residual;
  solved->rounds = rounds;
  memcpy (solved->s, s, 2 * p * sizeof *s);
  ay_score_context_keep (context, SOLVED, solved, g_free);
}

/* s becomes H^-1 s. */
static gboolean
solve (Influence *self, AyScoreContext *context, AyJob *job, GError **error)
{
  const Solved *solved = ay_score_context_kept (context, SOLVED);

  if (solved == NULL)
    return ay_hessian_solve_to (self->hessian, self->s, 1, SOLVE_TOLERANCE, &self->residual, job,
                                error)
           && ay_hessian_solve_to (self->hessian, self->s + self->p, 1, HALVES_TOLERANCE, NULL,
                                   job, error);
  memcpy (self->s, solved->s, 2 * self->p * sizeof *self->s);
  self->residual = solved->residual;
  return TRUE;
}

static gboolean
compute (Influence *self, AyScoreContext *context, AyJob *job, GError **error)
{
  AyCurvature *at;

  ay_job_set_phase (job, "influence");
  if (!set_gradients (self, ay_score_context_seed (context), job, error)
      || !solve (self, context, job, error))
    return FALSE;
  at = ay_hessian_curvature (self->hessian, job, error);
  if (at == NULL || !ay_curvature_effect (at, self->s, 2, self->effect, job, error))
    return FALSE;
  for (gsize i = 0; i < self->train->n; i++)
    self->value[i] = self->effect[2 * i];
  return TRUE;
}

double *
ay_influence_direction (AyScoreContext *context, AyJob *job, GError **error)
{
  Influence self = { 0 };
  g_autofree double *s = NULL;

  self.hessian = ay_score_context_hessian (context, job, error);
  self.target = self.hessian != NULL ? ay_score_context_target (context, error) : NULL;
  if (self.target == NULL)
    return NULL;
  self.head = ay_score_context_head (context, job, error);
  self.p = ay_hessian_n_parameters (self.hessian);
  self.s = s = ay_try_alloc (2 * self.p, sizeof (double), "the solution", error);
  if (s == NULL || !set_gradients (&self, ay_score_context_seed (context), job, error)
      || !ay_hessian_solve_to (self.hessian, s, 1, SOLVE_TOLERANCE, NULL, job, error))
    return NULL;
  return g_steal_pointer (&s);
}

static void
say_stability (const Influence *self, AyScoreContext *context, AyScoreResult *out)
{
  gsize n = self->train->n;
  g_autofree double *a = g_new (double, n + 1), *b = g_new (double, n + 1);
  double rank;

  for (gsize i = 0; i < n; i++)
    {
      a[i] = self->effect[2 * i] + (1.0 - self->share) * self->effect[2 * i + 1];
      b[i] = self->effect[2 * i] - self->share * self->effect[2 * i + 1];
    }
  rank = self->target->n > 1 && n > 2 ? ay_spearman (a, b, n) : NAN;
  ay_score_number (out, "split_half_rank_correlation", rank);
  if (!(rank >= AY_NOISE_STABLE))
    ay_score_flag (context, out, "unstable-ranking",
                   N_ ("unstable: the order by halves of the %zu validation rows%s agrees with a "
                       "rank correlation of only %.2f"),
                   self->target->n, "", rank);
}

/* Each row's first-order step judged on every row of the target. */
static gboolean
add_errors (const Influence *self, AyScoreContext *context, AyScoreResult *out, AyJob *job,
            GError **error)
{
  const AyProblem *train = self->train;
  guint n_outputs = self->head->n_outputs, m = ay_reduced_outputs (n_outputs);
  g_autofree double *q = NULL, *p = g_new (double, n_outputs), *memory = NULL;
  g_autoptr (AyTargetLoss) loss = NULL;
  const double *inverse;
  AyCurvature *at;
  AyLoo steps = { 0 };
  AyNoise noise = { .rows = train->rows, .n = train->n, .value = self->value };

  if (!ay_hessian_is_dense (self->hessian)
      || train->n * ay_loo_evaluation_flop (self->head, self->target->n) > ERROR_FLOP)
    {
      ay_score_text (out, "standard_errors", "not computed: too dear at this size");
      return TRUE;
    }
  inverse = ay_hessian_inverse (self->hessian, job, error);
  at = inverse != NULL ? ay_hessian_curvature (self->hessian, job, error) : NULL;
  q = at != NULL ? ay_try_alloc (train->n * m, sizeof (double), "the residuals", error) : NULL;
  memory = q != NULL ? ay_try_alloc (2 * train->n, sizeof (double), "standard errors", error)
                     : NULL;
  loss = memory != NULL ? ay_target_loss_new (self->target, self->head, job, error) : NULL;
  if (loss == NULL)
    return FALSE;
  for (gsize i = 0; i < train->n; i++)
    {
      ay_curvature_residual (at, i, p);
      ay_reduce (n_outputs, 1, p, q + i * m);
    }
  steps.effect = memory;
  noise.error = steps.error = memory + train->n;
  return ay_loo_evaluate (&steps, train, self->head, inverse, q, loss, NULL, train->n, job,
                          error)
         && say_errors (context, out, &noise, error);
}

static void
say_solver (const Influence *self, AyScoreContext *context, AyScoreResult *out)
{
  const Solved *solved = ay_score_context_kept (context, SOLVED);
  g_autofree char *text
      = solved != NULL ? g_strdup_printf ("conjugate gradients by the owners' sums, %zu "
                                          "parameters, %u products", self->p, solved->rounds)
                       : NULL;

  ay_score_text (out, "solver", text != NULL ? text : ay_hessian_describe (self->hessian));
  ay_score_number (out, "solver_residual", self->residual);
  ay_score_number (out, "damping", 0.0);
}

static gboolean
run_influence (Influence *self, AyScoreContext *context, AyScoreResult *out, AyJob *job,
               GError **error)
{
  gsize n = self->train->n;
  g_autofree double *s = ay_try_alloc (2 * self->p, sizeof (double), "the solution", error);
  g_autofree double *effect = NULL;

  effect = s != NULL ? ay_try_alloc (3 * n, sizeof (double), "the influences", error) : NULL;
  if (effect == NULL)
    return FALSE;
  self->s = s;
  self->effect = effect;
  self->value = effect + 2 * n;
  if (!compute (self, context, job, error)
      || !place (out, ay_score_context_data (context), self->train, self->value, error))
    return FALSE;
  ay_score_text (out, "quantity", "first-order change of the target loss if the row were removed "
                 "and the head refitted with all else held");
  say_solver (self, context, out);
  say_stability (self, context, out);
  return add_errors (self, context, out, job, error);
}

gboolean
ay_run_influence (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  Influence self = { 0 };

  self.hessian = ay_score_context_hessian (context, job, error);
  self.target = self.hessian != NULL ? ay_score_context_target (context, error) : NULL;
  if (self.target == NULL)
    return FALSE;
  self.train = ay_score_context_train (context, error);
  self.head = ay_score_context_head (context, job, error);
  self.p = ay_hessian_n_parameters (self.hessian);
  return run_influence (&self, context, out, job, error);
}

/* --- leave-one-out --- */

static void
say_loo (AyScoreResult *out, const AyLoo *loo)
{
  ay_score_text (out, "quantity", "change of the target loss if the row were removed and the head "
                 "refitted with all else held");
  ay_score_text (out, "computed_by", loo->method);
  ay_score_count (out, "rows_of_high_leverage", loo->n_above);
  ay_score_count (out, "rows_refitted", loo->n_refitted);
  ay_score_count (out, "rows_linearised", loo->n_linear);
  ay_score_number (out, "share_refitted", loo->n > 0 ? (double) loo->n_refitted / loo->n : 0.0);
}

static void
say_missing (AyScoreResult *out, const AyLoo *loo)
{
  if (loo->n_only == 0)
    return;
  g_free (out->missing_because);
  out->missing_because = g_strdup_printf ("only labelled rows of the train part have one; %zu rows "
                                          "are the only one of their class: without it there is "
                                          "no optimum", loo->n_only);
}

gboolean
ay_run_loo (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  const AyLoo *loo = ay_score_context_loo (context, TRUE, job, error);
  AyDataset *data = ay_score_context_data (context);
  AyNoise noise = { 0 };
  const AyProblem *train;

  if (loo == NULL)
    return FALSE;
  train = ay_score_context_train (context, error);
  if (!place (out, data, train, loo->effect, error))
    return FALSE;
  say_loo (out, loo);
  say_missing (out, loo);
  if (loo->n_above > loo->n_refitted)
    ay_score_flag (context, out, "high-leverage",
                   "%zu rows of high leverage keep the value of one step (max_refits)",
                   loo->n_above - loo->n_refitted);
  noise = (AyNoise) { .rows = train->rows, .n = train->n, .value = loo->effect,
                      .error = loo->error, .half = { loo->half[0], loo->half[1] },
                      .n_judging = ay_score_context_target (context, error)->n };
  return say_errors (context, out, &noise, error);
}

/* --- self-influence --- */

/* Own loss left out minus own loss. */
static double
own_change (const AyLoo *loo, const AyProblem *train, gsize i, const double *p)
{
  if (train->n_classes > 0)
    {
      gsize y = train->label[i];

      return log (p[y]) - log (loo->output[i * loo->n_outputs + y]);
    }
  return 0.5 * (pow (loo->output[i] - train->target[i], 2.0)
                - pow (p[0] - train->target[i], 2.0));
}

gboolean
ay_run_self_influence (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error)
{
  const AyLoo *loo = ay_score_context_loo (context, FALSE, job, error);
  const AyProblem *train;
  AyHead *head;
  g_autofree double *value = NULL, *p = NULL;

  if (loo == NULL)
    return FALSE;
  train = ay_score_context_train (context, error);
  head = ay_score_context_head (context, job, error);
  if (loo->self != NULL)
    {
      ay_score_text (out, "quantity", "first-order change of the row's own loss if it were "
                     "removed: w r^T K r with the exact leverage K");
      return place (out, ay_score_context_data (context), train, loo->self, error);
    }
  value = ay_try_alloc (MAX (train->n, 1), sizeof (double), "the self-influence", error);
  p = value != NULL ? ay_try_alloc (MAX (train->n, 1) * head->n_outputs, sizeof (double),
                                    "the outputs", error)
                    : NULL;
  if (p == NULL
      || !ay_head_predict_shared (head, train, train->rows, train->n, p, job, error))
    return FALSE;
  for (gsize i = 0; i < train->n; i++)
    value[i] = own_change (loo, train, i, p + i * head->n_outputs);
  ay_score_text (out, "quantity", "change of the row's own loss when its fold is left out");
  ay_score_text (out, "computed_by", loo->method);
  if (!place (out, ay_score_context_data (context), train, value, error))
    return FALSE;
  say_missing (out, loo);
  return TRUE;
}
