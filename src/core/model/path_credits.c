/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credits along the weighting path.
 *
 * J_s(W) = lambda/2 |W|^2 + sum over old rows of w l + s sum over new rows of w l has the optimum
 * W(s), and d/ds L(W(s)) = -grad L . H_s^-1 sum over new rows of w grad l: the loss's fall from
 * s = 0 to 1 is a sum of integrals, one a new row. It is the cost sharing of Aumann and Shapley
 * (Values of Non-Atomic Games, 1974) along the diagonal; no order of rows and no optimiser enter.
 *
 * Quadrature. Where the old rows hold the weights weakly W moves fast at small s: over a range of
 * 1/r, r = the rate at which the new rows' outputs set off. In u, s = (e^ku - 1) / (e^k - 1) with
 * k = log (1 + r), that range is as wide as the others, and the integrand is smooth. There
 * Clenshaw and Curtis' rules (1960) with 3, 6, 12, 24 and 48 intervals are nested: each holds the
 * nodes of the last one, and the ends, which the gain needs anyhow. They are refined until two
 * agree to tolerance x |gain| in every credit and the residual is as small. A new node's fit
 * starts at the polynomial through the heads of the last level, which soon is the answer itself.
 *
 * At a node: the head's fit by Newton steps, then H_s^-1 applied to the targets' gradients, or,
 * where they are fewer, to the new rows' gradients (all validation rows are then had for one
 * product). All by conjugate gradients that lean on the Hessian at W(1), factored once; a new
 * node's solves, too, start at the polynomial through those of the last level.
 * Cost: nodes x (some Newton steps and min (new rows, targets) solves). Memory: the heads of all
 * nodes, nodes x targets x new rows credits, and as many solutions where they fit. Threads: those
 * of the fits and solves. */
#include "core/model/path_credits.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/model/curvature.h"
#include "core/model/hessian.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define FIRST_INTERVALS 3
#define MAX_INTERVALS 48
#define SOLVE_TOLERANCE 1e-6
#define MAX_STRETCH 14.0   /* k: rates up to a million */
#define REFUSED 0.01       /* residual, of |gain| */
#define NEWTON_STEPS 12
#define NEWTON_TOLERANCE 1e-3 /* relative residual of their solves */
#define PLAIN_LAMBDA_MEAN 1e-3 /* under a smaller one heads are fitted in proportion (head.h) */
#define LEAST_GOAL 1e-13
#define NEAR_SOLVES 60     /* along a path, a target: what the shared Hessian is made for */
#define KEPT_BYTES (256 << 20) /* of solutions that later ones start from */

typedef struct
{
  AyHead *head;      /* (nullable) fitted */
  double *integrand; /* n_targets x n_new: d credit / d u */
  double *solution;  /* (nullable) n_targets x p: H_s^-1 of the targets' gradients */
} Node;

typedef struct
{
  AyPathCredits *out;
  const AyPathOptions *options;
  const AyProblem *on;
  AyProblem train, fresh;   /* weighted by s; the new rows at their own weight */
  double *weight, *full;    /* train->n: at s; at 1 */
  const guint8 *is_new;
  guint32 *fresh_rows;
  gint32 *fresh_label;
  double *fresh_target, *fresh_weight;
  const double *targets;    /* n_targets x on->n */
  double *mean;             /* (nullable) the one made here */
  double *ones;             /* on->n */
  double stretch;           /* k */
  gsize p;
  AyHessian *near;          /* at W(1) */
  Node node[MAX_INTERVALS + 1]; /* by their place on the finest level */
  AyJob *job;
} Path;

void
ay_path_credits_free (AyPathCredits *self)
{
  if (self == NULL)
    return;
  g_free (self->position);
  g_free (self->credit);
  g_free (self->at_start);
  g_free (self->at_end);
  g_free (self->gain);
  g_free (self->residual);
  g_free (self->absolute);
  g_free (self->change);
  ay_head_unref (self->before);
  ay_head_unref (self->after);
  g_free (self);
}

/* --- the two parts of the training rows --- */

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, why);
  return FALSE;
}

static gboolean
check_classes (const Path *self, GError **error)
{
  const AyProblem *train = &self->train;
  g_autofree guint8 *known = g_new0 (guint8, train->n_classes + 1);

  for (gsize i = 0; i < train->n && train->n_classes > 0; i++)
    if (!self->is_new[i] && self->full[i] > 0.0)
      known[train->label[i]] = 1;
  for (gsize i = 0; i < train->n && train->n_classes > 0; i++)
    if (self->is_new[i] && self->full[i] > 0.0 && !known[train->label[i]])
      {
        g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                     N_ ("class %d is first seen among the new rows: its log-loss is not bounded "
                         "before"),
                     train->label[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
take_rows (Path *self, const AyProblem *train, GError **error)
{
  AyPathCredits *out = self->out;
  gsize n = train->n, n_old = 0, k = 0;

  self->train = *train;
  self->weight = ay_try_alloc (2 * MAX (n, 1), sizeof (double), "the weights", error);
  if (self->weight == NULL)
    return FALSE;
  self->full = self->weight + n;
  self->train.weight = self->weight;
  for (gsize i = 0; i < n; i++)
    {
      self->full[i] = ay_problem_weight (train, i);
      out->n_new += self->is_new[i] != 0;
      n_old += !self->is_new[i] && self->full[i] > 0.0;
    }
  if (out->n_new == 0 || n_old == 0)
    return refuse (error, out->n_new == 0 ? N_ ("no row is new: there is no gain to split")
                                          : N_ ("no row is old: there is no head to start from"));
  out->position = g_new (guint32, out->n_new);
  self->fresh_rows = g_new (guint32, out->n_new);
  self->fresh_label = train->label != NULL ? g_new (gint32, out->n_new) : NULL;
  self->fresh_target = train->target != NULL ? g_new (double, out->n_new) : NULL;
  self->fresh_weight = g_new (double, out->n_new);
  for (gsize i = 0; i < n; i++)
    if (self->is_new[i])
      {
        out->position[k] = (guint32) i;
        self->fresh_rows[k] = train->rows[i];
        if (self->fresh_label != NULL)
          self->fresh_label[k] = train->label[i];
        if (self->fresh_target != NULL)
          self->fresh_target[k] = train->target[i];
        self->fresh_weight[k++] = self->full[i];
      }
  self->fresh = (AyProblem) { .features = train->features, .rows = self->fresh_rows,
                              .n = out->n_new, .label = self->fresh_label,
                              .target = self->fresh_target, .weight = self->fresh_weight,
                              .n_classes = train->n_classes };
  return check_classes (self, error);
}

static gboolean
take_targets (Path *self, const double *targets, gsize n_targets, GError **error)
{
  const AyProblem *on = self->on;
  AyPathCredits *out = self->out;
  double sum = 0.0;

  self->ones = ay_try_alloc (MAX (on->n, 1), sizeof (double), "the targets", error);
  if (self->ones == NULL)
    return FALSE;
  for (gsize t = 0; t < on->n; t++)
    {
      self->ones[t] = 1.0;
      sum += ay_problem_weight (on, t);
    }
  out->n_targets = targets != NULL ? n_targets : 1;
  self->targets = targets;
  if (out->n_targets == 0 || on->n == 0 || (targets == NULL && !(sum > 0.0)))
    return refuse (error, N_ ("there is no validation row to judge the gain by"));
  if (targets == NULL)
    {
      self->targets = self->mean = g_new (double, on->n);
      for (gsize t = 0; t < on->n; t++)
        self->mean[t] = ay_problem_weight (on, t) / sum;
    }
  out->gain = g_new0 (double, out->n_targets);
  out->residual = g_new0 (double, out->n_targets);
  out->absolute = g_new0 (double, out->n_targets);
  out->change = g_new0 (double, out->n_targets);
  out->credit = ay_try_alloc (out->n_targets * out->n_new, sizeof (double), "the credits", error);
  return out->credit != NULL;
}

/* --- a node --- */

static double
share_of (const Path *self, double u)
{
  return self->stretch > 1e-9 ? expm1 (self->stretch * u) / expm1 (self->stretch) : u;
}

static double
rate_of (const Path *self, double u)
{
  return self->stretch > 1e-9
             ? self->stretch * exp (self->stretch * u) / expm1 (self->stretch) : 1.0;
}

static double
place_of (guint place)
{
  return 0.5 - 0.5 * cos (G_PI * place / MAX_INTERVALS);
}

static void
weigh (Path *self, double s)
{
  for (gsize i = 0; i < self->train.n; i++)
    self->weight[i] = self->is_new[i] ? s * self->full[i] : self->full[i];
}

static double
max_norm (const double *x, gsize n)
{
  return n > 0 ? fabs (x[cblas_idamax (n, x, 1)]) : 0.0;
}

/* The Hessian at a head for the weights in force. (transfer full) */
static AyHessian *
hessian_at (Path *self, const AyHead *head, GError **error)
{
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
  AyHessian *hessian = ay_hessian_new (&self->train, head, &options, self->job, error);

  if (hessian != NULL && self->near != NULL)
    ay_hessian_lean_on (hessian, self->near);
  return hessian;
}

/* *norm: the gradient's at theta; FALSE on error. */
static gboolean
step_from (Path *self, AyCurvature *exact, AyHead *head, double goal, double *norm, GError **error)
{
  g_autofree double *theta = g_new (double, self->p), *step = g_new (double, self->p);
  g_autoptr (AyHessian) hessian = NULL;

  ay_curvature_from_head (head, theta);
  if (!ay_curvature_move (exact, theta, NULL, step, self->job, error))
    return FALSE;
  *norm = max_norm (step, self->p);
  if (*norm <= goal)
    return TRUE;
  hessian = hessian_at (self, head, error);
  if (hessian == NULL
      || !ay_hessian_solve_to (hessian, step, 1, NEWTON_TOLERANCE, NULL, self->job, error))
    return FALSE;
  cblas_daxpy (self->p, -1.0, step, 1, theta, 1);
  ay_curvature_to_head (theta, head);
  self->out->iterations++;
  return TRUE;
}

/* Plain Newton steps from a head near the optimum, for the weights in force. *head is NULL where
 * they do not lead there. FALSE on error. */
static gboolean
newton_from (Path *self, const AyHead *from, AyHead **head, GError **error)
{
  double sum = cblas_dasum (self->train.n, self->weight, 1), norm = HUGE_VAL, before;
  double share = from->lambda / sum / PLAIN_LAMBDA_MEAN, tolerance = self->options->head_tolerance;
  double goal = sum * MIN (tolerance, MAX (tolerance * share, LEAST_GOAL));
  g_autoptr (AyCurvature) exact = ay_curvature_new (&self->train, from, NULL, TRUE, error);
  g_autoptr (AyHead) at = ay_head_copy (from);
  g_autoptr (GError) failed = NULL;

  if (exact == NULL)
    return FALSE;
  for (guint k = 0; k < NEWTON_STEPS && norm > goal; k++)
    {
      before = norm;
      if (!step_from (self, exact, at, goal, &norm, &failed))
        {
          if (g_error_matches (failed, AY_ERROR, AY_ERROR_NOT_CONVERGED))
            return TRUE;
          g_propagate_error (error, g_steal_pointer (&failed));
          return FALSE;
        }
      if (!(norm < before) || !isfinite (norm))
        return TRUE;
    }
  if (norm <= goal)
    *head = g_steal_pointer (&at);
  return TRUE;
}

static AyHead *
fit_at (Path *self, double s, const AyHead *from, GError **error)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyHead *head = NULL;

  options.tolerance = self->options->head_tolerance;
  weigh (self, s);
  if (self->near != NULL && from->n_classes > 0 && !newton_from (self, from, &head, error))
    return NULL;
  if (head != NULL)
    return head;
  head = ay_head_fit (&self->train, &options, from, self->job, error);
  if (head != NULL)
    self->out->iterations += head->iterations;
  return head;
}

/* out (k x p) = sum over rows of a_kt grad l_t at the head, without the penalty. */
static gboolean
gradients (Path *self, const AyProblem *of, AyCurvature *at, const double *a, gsize k,
           double *out, GError **error)
{
  const AyHead *head = self->out->before;
  gsize stride = head->d + 1, block = 64;
  guint n_outputs = head->n_outputs;
  g_autofree float *z = g_new (float, block * stride);
  g_autofree double *wide = g_new (double, stride), *r = g_new (double, n_outputs);

  memset (out, 0, k * self->p * sizeof (double));
  for (gsize t = 0; t < of->n; t++)
    {
      if (t % block == 0)
        {
          if (!ay_job_check (self->job, error))
            return FALSE;
          ay_curvature_rows (of, head, t, MIN (block, of->n - t), z);
        }
      for (gsize j = 0; j < stride; j++)
        wide[j] = z[(t % block) * stride + j];
      ay_curvature_residual (at, t, r);
      for (gsize v = 0; v < k; v++)
        for (guint c = 0; c < n_outputs && a[v * of->n + t] != 0.0; c++)
          cblas_daxpy (stride, a[v * of->n + t] * r[c], wide, 1,
                       out + v * self->p + c * stride, 1);
    }
  return TRUE;
}

static AyCurvature *
curvature_at (Path *self, const AyProblem *of, const double *weight, const double *theta,
              GError **error)
{
  g_autoptr (AyCurvature) at = ay_curvature_new (of, self->out->before, weight, TRUE, error);

  if (at == NULL || !ay_curvature_move (at, theta, NULL, NULL, self->job, error))
    return NULL;
  return g_steal_pointer (&at);
}

static gboolean
solve (Path *self, const AyHead *head, const double *guess, double *rhs, gsize k, GError **error)
{
  g_autoptr (AyHessian) hessian = hessian_at (self, head, error);
  double residual;

  if (hessian == NULL
      || !ay_hessian_solve_from (hessian, rhs, guess, k, SOLVE_TOLERANCE, &residual, self->job,
                                 error))
    return FALSE;
  self->out->solves += k;
  self->out->solve_residual = MAX (self->out->solve_residual, residual);
  return TRUE;
}

static gboolean
keeps_solutions (const Path *self)
{
  double bytes = (MAX_INTERVALS + 1.0) * self->out->n_targets * self->p * sizeof (double);

  return bytes <= KEPT_BYTES;
}

/* By the targets' gradients: effect n_new x n_targets. node->solution: in a guess, out the
 * solution, where they are kept. */
static gboolean
by_targets (Path *self, Node *node, AyCurvature *fresh, AyCurvature *on, double *result,
            GError **error)
{
  gsize k = self->out->n_targets, n = self->out->n_new;
  g_autofree double *rhs = ay_try_alloc (k * self->p, sizeof (double), "the gradients", error);
  g_autofree double *effect = ay_try_alloc (k * n, sizeof (double), "the credits", error);

  if (rhs == NULL || effect == NULL
      || !gradients (self, self->on, on, self->targets, k, rhs, error)
      || !solve (self, node->head, node->solution, rhs, k, error)
      || !ay_curvature_effect (fresh, rhs, k, effect, self->job, error))
    return FALSE;
  for (gsize v = 0; v < k; v++)
    for (gsize i = 0; i < n; i++)
      result[v * n + i] = effect[i * k + v];
  g_clear_pointer (&node->solution, g_free);
  if (keeps_solutions (self))
    node->solution = g_steal_pointer (&rhs);
  return TRUE;
}

/* By the new rows' gradients: effect m x n_new, then the targets' sums over it. */
static gboolean
by_rows (Path *self, Node *node, AyCurvature *fresh, AyCurvature *on, double *result,
         GError **error)
{
  gsize k = self->out->n_targets, n = self->out->n_new, m = self->on->n;
  g_autofree double *rhs = ay_try_alloc (n * self->p, sizeof (double), "the gradients", error);
  g_autofree double *effect = ay_try_alloc (m * n, sizeof (double), "the credits", error);
  g_autofree double *each = g_new0 (double, n * n);

  for (gsize i = 0; i < n; i++)
    each[i * n + i] = self->fresh_weight[i];
  if (rhs == NULL || effect == NULL
      || !gradients (self, &self->fresh, fresh, each, n, rhs, error)
      || !solve (self, node->head, NULL, rhs, n, error)
      || !ay_curvature_effect (on, rhs, n, effect, self->job, error))
    return FALSE;
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, k, n, m, 1.0, self->targets, m, effect,
               n, 0.0, result, n);
  return TRUE;
}

/* result (n_targets x n_new) = d credit / d s at a fitted head. */
static gboolean
rates (Path *self, Node *node, double s, double *result, GError **error)
{
  g_autofree double *theta = g_new (double, self->p);
  g_autoptr (AyCurvature) fresh = NULL, on = NULL;

  ay_curvature_from_head (node->head, theta);
  weigh (self, s);
  fresh = curvature_at (self, &self->fresh, NULL, theta, error);
  on = fresh != NULL ? curvature_at (self, self->on, self->ones, theta, error) : NULL;
  if (on == NULL)
    return FALSE;
  return (self->out->n_targets <= self->out->n_new ? by_targets : by_rows) (self, node, fresh, on,
                                                                            result, error);
}

/* --- the path --- */

/* k from how fast the new rows' outputs set off at s = 0. */
static gboolean
find_stretch (Path *self, GError **error)
{
  const AyHead *head = self->out->before;
  guint n = head->n_outputs;
  g_autofree double *theta = g_new (double, self->p), *velocity = g_new (double, self->p);
  g_autofree double *moves = ay_try_alloc (self->fresh.n * n, sizeof (double), "the path", error);
  g_autofree double *r = g_new (double, n);
  g_autoptr (AyCurvature) fresh = NULL;
  double rate = 0.0;

  ay_curvature_from_head (head, theta);
  weigh (self, 0.0);
  fresh = moves != NULL ? curvature_at (self, &self->fresh, NULL, theta, error) : NULL;
  if (fresh == NULL
      || !gradients (self, &self->fresh, fresh, self->fresh_weight, 1, velocity, error)
      || !solve (self, head, NULL, velocity, 1, error)
      || !ay_curvature_outputs (fresh, velocity, moves, self->job, error))
    return FALSE;
  for (gsize i = 0; i < self->fresh.n; i++)
    {
      ay_curvature_residual (fresh, i, r);
      for (guint c = 0; c < n; c++)
        rate = MAX (rate, n > 1 ? fabs (moves[i * n + c])
                                : fabs (moves[i]) / MAX (fabs (r[0]), 1e-9));
    }
  self->stretch = MIN (log1p (rate), MAX_STRETCH);
  return TRUE;
}

/* Weights of the polynomial through a level's n + 1 nodes at another place of the finest level, in
 * barycentric form: at these nodes they are 1 with alternating signs, half at the ends. */
static void
through_level (guint place, guint step, double *weight)
{
  guint n = MAX_INTERVALS / step;
  double total = 0.0, u = place_of (place);

  for (guint j = 0; j <= n; j++)
    total += weight[j] = (j % 2 == 0 ? 1.0 : -1.0) * (j == 0 || j == n ? 0.5 : 1.0)
                         / (u - place_of (j * step));
  cblas_dscal (n + 1, 1.0 / total, weight, 1);
}

static AyHead *
guess_head (const Path *self, const double *weight, guint step)
{
  g_autofree double *theta = g_new0 (double, self->p), *one = g_new (double, self->p);
  AyHead *head = ay_head_copy (self->out->before);

  for (guint j = 0; j <= MAX_INTERVALS / step; j++)
    {
      ay_curvature_from_head (self->node[j * step].head, one);
      cblas_daxpy (self->p, weight[j], one, 1, theta, 1);
    }
  ay_curvature_to_head (theta, head);
  return head;
}

/* NULL where solutions are not kept. (transfer full) */
static double *
guess_solution (const Path *self, const double *weight, guint step)
{
  gsize size = self->out->n_targets * self->p;
  double *sum = self->node[0].solution != NULL ? g_new0 (double, size) : NULL;

  for (guint j = 0; j <= MAX_INTERVALS / step && sum != NULL; j++)
    cblas_daxpy (size, weight[j], self->node[j * step].solution, 1, sum, 1);
  return sum;
}

static gboolean
visit (Path *self, guint place, guint known_step, GError **error)
{
  Node *node = &self->node[place];
  double u = place_of (place), s = place == MAX_INTERVALS ? 1.0 : share_of (self, u);
  gsize size = self->out->n_targets * self->out->n_new;
  double weight[MAX_INTERVALS + 1];

  if (known_step > 0)
    through_level (place, known_step, weight);
  if (node->head == NULL)
    {
      g_autoptr (AyHead) from = known_step > 0 ? guess_head (self, weight, known_step)
                                               : ay_head_ref (self->out->before);

      node->head = fit_at (self, s, from, error);
    }
  if (node->head == NULL)
    return FALSE;
  if (known_step > 0)
    node->solution = guess_solution (self, weight, known_step);
  node->integrand = ay_try_alloc (size, sizeof (double), "the credits", error);
  if (node->integrand == NULL || !rates (self, node, s, node->integrand, error))
    return FALSE;
  if (place == 0 || place == MAX_INTERVALS)
    *(place == 0 ? &self->out->at_start : &self->out->at_end)
        = g_memdup2 (node->integrand, size * sizeof (double));
  cblas_dscal (size, rate_of (self, u), node->integrand, 1);
  self->out->nodes++;
  return TRUE;
}

/* Weight of node j of Clenshaw and Curtis' rule with n intervals on 0..1. */
static double
rule_weight (guint n, guint j)
{
  double sum = 1.0;

  for (guint k = 1; 2 * k <= n; k++)
    sum -= (2 * k == n ? 1.0 : 2.0) / (4.0 * k * k - 1.0) * cos (2.0 * G_PI * k * j / n);
  return (j == 0 || j == n ? 0.5 : 1.0) * sum / n;
}

/* Credits by the rule of this step; TRUE when the leading targets agree with the last ones. */
static gboolean
sum_up (Path *self, guint step, gboolean first)
{
  AyPathCredits *out = self->out;
  guint n = MAX_INTERVALS / step, leading = self->options->n_leading;
  gsize size = out->n_targets * out->n_new;
  g_autofree double *sum = g_new0 (double, size);
  gboolean agree = !first;

  for (guint j = 0; j <= n; j++)
    cblas_daxpy (size, rule_weight (n, j), self->node[j * step].integrand, 1, sum, 1);
  for (gsize k = 0; k < out->n_targets; k++)
    {
      double total = 0.0, goal = self->options->tolerance * fabs (out->gain[k]);

      out->absolute[k] = out->change[k] = 0.0;
      for (gsize i = k * out->n_new; i < (k + 1) * out->n_new; i++)
        {
          total += sum[i];
          out->absolute[k] += fabs (sum[i]);
          out->change[k] = MAX (out->change[k], fabs (sum[i] - out->credit[i]));
        }
      out->residual[k] = out->gain[k] - total;
      if (leading == 0 || k < leading)
        agree = agree && fabs (out->residual[k]) <= goal && out->change[k] <= goal;
    }
  memcpy (out->credit, sum, size * sizeof (double));
  return agree;
}

/* Adds factor x the targets' losses at the head to their gains. */
static gboolean
add_losses (Path *self, const AyHead *head, double factor, GError **error)
{
  const AyProblem *on = self->on;
  guint n = head->n_outputs;
  g_autofree double *theta = g_new (double, self->p);
  g_autofree double *logits = ay_try_alloc (on->n * n, sizeof (double), "the outputs", error);
  g_autoptr (AyCurvature) at = NULL;

  ay_curvature_from_head (head, theta);
  at = logits != NULL ? curvature_at (self, on, self->ones, theta, error) : NULL;
  if (at == NULL || !ay_curvature_outputs (at, theta, logits, self->job, error))
    return FALSE;
  for (gsize t = 0; t < on->n; t++)
    {
      const double *z = logits + t * n;
      double top = z[0], sum = 0.0, loss;

      for (guint c = 1; c < n; c++)
        top = MAX (top, z[c]);
      for (guint c = 0; c < n; c++)
        sum += exp (z[c] - top);
      loss = on->n_classes > 0 ? top + log (sum) - z[on->label[t]]
                               : 0.5 * (z[0] - on->target[t]) * (z[0] - on->target[t]);
      for (gsize k = 0; k < self->out->n_targets; k++)
        self->out->gain[k] += factor * self->targets[k * on->n + t] * loss;
    }
  return TRUE;
}

/* The Hessian at W(1), which all others lean on. */
static gboolean
make_near (Path *self, GError **error)
{
  g_autoptr (AyHessian) near = NULL;

  weigh (self, 1.0);
  near = hessian_at (self, self->out->after, error);
  if (near == NULL || !ay_hessian_prepare (near, NEAR_SOLVES, self->job, error))
    return FALSE;
  self->near = g_steal_pointer (&near);
  return TRUE;
}

static gboolean
fit_ends (Path *self, const AyHead *like, GError **error)
{
  AyPathCredits *out = self->out;

  out->before = self->options->before != NULL ? ay_head_ref ((AyHead *) self->options->before)
                                              : fit_at (self, 0.0, like, error);
  if (out->before == NULL)
    return FALSE;
  out->after = self->options->after != NULL ? ay_head_ref ((AyHead *) self->options->after)
                                            : fit_at (self, 1.0, like, error);
  if (out->after == NULL)
    return FALSE;
  self->p = like->n_outputs * (like->d + 1);
  self->node[0].head = ay_head_ref (out->before);
  self->node[MAX_INTERVALS].head = ay_head_ref (out->after);
  return add_losses (self, out->before, 1.0, error) && add_losses (self, out->after, -1.0, error)
         && make_near (self, error) && find_stretch (self, error);
}

static gboolean
walk (Path *self, GError **error)
{
  guint step = MAX_INTERVALS / FIRST_INTERVALS, known = 0;

  ay_job_set_phase (self->job, "following the path of weights");
  for (; step >= 1 && MAX_INTERVALS / step + 1 <= self->options->max_nodes; known = step, step /= 2)
    {
      for (guint place = 0; place <= MAX_INTERVALS; place += step)
        if (self->node[place].integrand == NULL && !visit (self, place, known, error))
          return FALSE;
      self->out->agreed = sum_up (self, step, known == 0);
      if (self->out->agreed)
        break;
      ay_job_set_fraction (self->job, 1.0 - 0.5 * step / MAX_INTERVALS * FIRST_INTERVALS);
    }
  return TRUE;
}

static gboolean
check_options (const AyPathOptions *options, GError **error)
{
  if (!(options->tolerance > 0.0) || !(options->head_tolerance > 0.0))
    return refuse (error, N_ ("tolerances must be above 0"));
  if (options->max_nodes < 2 * FIRST_INTERVALS + 1 || options->max_nodes > 64)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("max_nodes must be %d to 64, not %u"),
                   2 * FIRST_INTERVALS + 1, options->max_nodes);
      return FALSE;
    }
  return TRUE;
}

static void
path_clear (Path *self)
{
  g_free (self->weight);
  g_free (self->fresh_rows);
  g_free (self->fresh_label);
  g_free (self->fresh_target);
  g_free (self->fresh_weight);
  g_free (self->mean);
  g_free (self->ones);
  ay_hessian_free (self->near);
  for (guint j = 0; j <= MAX_INTERVALS; j++)
    {
      ay_head_unref (self->node[j].head);
      g_free (self->node[j].integrand);
      g_free (self->node[j].solution);
    }
}

AyPathCredits *
ay_path_credits_new (const AyProblem *train, const guint8 *is_new, const AyHead *like,
                     const AyProblem *on, const double *targets, gsize n_targets,
                     const AyPathOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyPathCredits) out = g_new0 (AyPathCredits, 1);
  Path self = { .out = out, .options = options, .on = on, .is_new = is_new, .job = job };
  gboolean done = check_options (options, error) && take_rows (&self, train, error)
                  && take_targets (&self, targets, n_targets, error)
                  && fit_ends (&self, like, error) && walk (&self, error);

  path_clear (&self);
  return done ? g_steal_pointer (&out) : NULL;
}

gboolean
ay_path_credits_add_up (const AyPathCredits *self, gsize k)
{
  return fabs (self->residual[k]) <= REFUSED * fabs (self->gain[k]);
}

char *
ay_path_credits_refused (const AyPathCredits *self, gsize k)
{
  if (ay_path_credits_add_up (self, k))
    return NULL;
  return g_strdup_printf ("the credits miss the gain of %.3g by %.3g, more than 1 %% of it, with "
                          "%u heads along the path", self->gain[k], self->residual[k],
                          self->nodes);
}

double
ay_path_credits_floor (const AyPathCredits *self, gsize k)
{
  return MAX (fabs (self->residual[k]), self->change[k]);
}
