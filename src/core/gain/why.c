/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The margin of a row, taken apart.
 *
 * Shares. At the optimum the gradient of J vanishes, so that lambda W = - sum_i w_i r_i (x) z_i,
 * r_i = p_i - y_i (the representer theorem; for networks with such a last layer Yeh et al. 2018).
 * The logit margin of classes a and b at z_t is therefore
 *   b_a - b_b + sum_i (w_i / lambda) (r_ib - r_ia) z_i.z_t,
 * one term a training row, the intercept apart. A number's prediction likewise, with -r_i. What the
 * solver left of the gradient, g.z_t / lambda, would be missing; where that counts, the head is
 * polished first by Newton's steps in double.
 *
 * If removed. The margin is linear in the parameters, so that without row i it is moved by
 * w_i q_i . S z_i, S = H^-1 ((e_a - e_b) (x) z_t), q_i as in leave-one-out (loo_leverage.c): one
 * solve and one pass give it to first order (q = r) for all rows; the largest get their own q from
 * the inverse Hessian, and what is shown is refitted, by two steps from the head: all of it where
 * that is cheap, else the rows of high leverage. Above the dense limit all that is shown too.
 *
 * Cost: a solve, two passes over the training rows (n d C), m^2 d^2 flop a candidate, two Newton
 * steps a refit. Memory: n C doubles. */
#include "core/gain/why.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/model/loo_private.h"
#include "core/model/reduced.h"
#include "core/model/refit_steps.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define BLOCK_ROWS 256
#define SOLVE_TOLERANCE 1e-7
#define REFIT_STEPS 2
#define REFIT_TOLERANCE 1e-4
#define CANDIDATES 200     /* rows at least that get a q of their own */
#define LEFT_OVER 1e-8     /* of a margin: what the solver may leave */
#define MAX_POLISH 3
#define CHEAP_REFIT 5e6    /* rows x parameters up to which all that is shown is refitted */

typedef struct
{
  AyWhy *why;
  const AyProblem *train;
  AyHead *head;        /* polished */
  AyHessian *hessian;
  AyCurvature *at;     /* at the head */
  gboolean own;        /* at is ours, not the Hessian's */
  const AyWhyOptions *options;
  double refit_above;  /* leverage */
  double *z;           /* the row */
  gsize stride, p;
  guint n_outputs;
  AyJob *job;
} Why;

void
ay_why_free (AyWhy *self)
{
  if (self == NULL)
    return;
  g_free (self->slope);
  g_free (self->share);
  g_free (self->rows);
  g_free (self->method);
  g_free (self);
}

void
ay_why_row (const AyHead *head, const AyMatrix *features, guint32 row, double *z)
{
  AyProblem one = { .features = features, .rows = &row, .n = 1 };
  g_autofree float *narrow = g_new (float, head->d + 1);

  ay_curvature_rows (&one, head, 0, 1, narrow);
  for (gsize j = 0; j <= head->d; j++)
    z[j] = narrow[j];
}

void
ay_why_outputs (const AyHead *head, const double *z, double *out)
{
  for (guint c = 0; c < head->n_outputs; c++)
    out[c] = cblas_ddot (head->d, head->weights + c * head->d, 1, z, 1) + head->intercept[c];
}

/* What of the margin moves with class c. */
static double
sign_of (const AyWhy *why, guint c)
{
  if (why->predicted < 0)
    return 1.0;
  return (c == (guint) why->predicted) - (double) (c == (guint) why->against);
}

static double
margin_of (const Why *self, const AyHead *head)
{
  g_autofree double *out = g_new (double, self->n_outputs);
  double margin = 0.0;

  ay_why_outputs (head, self->z, out);
  for (guint c = 0; c < self->n_outputs; c++)
    margin += sign_of (self->why, c) * out[c];
  return margin;
}

/* --- the two classes --- */

static gboolean
choose_classes (Why *self, GError **error)
{
  const AyWhyOptions *options = self->options;
  AyWhy *why = self->why;
  guint n = self->n_outputs;
  g_autofree double *out = g_new (double, n);
  gint32 wanted = options->against;

  why->predicted = why->against = -1;
  if (self->head->n_classes == 0)
    return TRUE;
  ay_why_outputs (self->head, self->z, out);
  why->predicted = (gint32) ay_argmax (out, n);
  if (wanted == why->predicted || wanted >= (gint32) n)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   wanted >= (gint32) n ? N_ ("there is no class number %d")
                                        : N_ ("class number %d is what the head says: it cannot be "
                                              "held against itself"),
                   wanted);
      return FALSE;
    }
  if (wanted < 0 && options->label >= 0 && options->label != why->predicted)
    wanted = options->label;
  out[why->predicted] = -HUGE_VAL;
  why->against = wanted >= 0 ? wanted : (gint32) ay_argmax (out, n);
  return TRUE;
}

/* --- shares --- */

typedef struct
{
  Why *why;
  double *share;
} Shares;

static void
share_block (gsize block, guint worker, gpointer data)
{
  const Shares *shares = data;
  Why *self = shares->why;
  gsize first = block * BLOCK_ROWS, count = MIN (BLOCK_ROWS, self->train->n - first);
  gsize stride = self->stride;
  g_autofree float *narrow = g_new (float, count * stride);
  g_autofree double *z = g_new (double, count * stride), *r = g_new (double, self->n_outputs);
  double *share = shares->share + first;

  ay_curvature_rows (self->train, self->head, first, count, narrow);
  for (gsize j = 0; j < count * stride; j++)
    z[j] = narrow[j];
  cblas_dgemv (CblasRowMajor, CblasNoTrans, count, self->head->d, 1.0 / self->head->lambda, z,
               stride, self->z, 1, 0.0, share, 1);
  for (gsize i = 0; i < count; i++)
    {
      double pull = 0.0;

      ay_curvature_residual (self->at, first + i, r);
      for (guint c = 0; c < self->n_outputs; c++)
        pull -= sign_of (self->why, c) * r[c];
      share[i] *= pull * ay_problem_weight (self->train, first + i);
    }
}

static gboolean
take_shares (Why *self, GError **error)
{
  AyWhy *why = self->why;
  Shares shares = { self, why->share };
  double sum = 0.0, intercept = 0.0;

  if (!ay_parallel_for (ay_n_blocks (self->train->n, BLOCK_ROWS), share_block, &shares, self->job,
                        error))
    return FALSE;
  for (gsize i = 0; i < self->train->n; i++)
    sum += why->share[i];
  for (guint c = 0; c < self->n_outputs; c++)
    intercept += sign_of (why, c) * self->head->intercept[c];
  why->margin = margin_of (self, self->head);
  why->intercept = intercept;
  why->share_sum = sum;
  why->residual = why->margin - intercept - sum;
  return TRUE;
}

/* One Newton step in double from the head, which then is our own copy. */
static gboolean
polish (Why *self, GError **error)
{
  g_autofree double *theta = g_new (double, self->p), *gradient = g_new (double, self->p);
  g_autoptr (AyHead) head = ay_head_copy (self->head);

  if (!self->own)
    {
      self->at = ay_curvature_new (self->train, self->head, NULL, TRUE, error);
      self->own = self->at != NULL;
    }
  ay_curvature_from_head (self->head, theta);
  if (!self->own || !ay_curvature_move (self->at, theta, NULL, gradient, self->job, error)
      || !ay_hessian_solve (self->hessian, gradient, 1, NULL, self->job, error))
    return FALSE;
  cblas_daxpy (self->p, -1.0, gradient, 1, theta, 1);
  ay_curvature_to_head (theta, head);
  ay_head_unref (self->head);
  self->head = g_steal_pointer (&head);
  return ay_curvature_move (self->at, theta, NULL, NULL, self->job, error);
}

static gboolean
shares (Why *self, GError **error)
{
  for (guint round = 0; round <= MAX_POLISH; round++)
    {
      if ((round > 0 && !polish (self, error)) || !take_shares (self, error))
        return FALSE;
      if (fabs (self->why->residual) <= LEFT_OVER * MAX (fabs (self->why->margin), 1.0))
        break;
    }
  return TRUE;
}

/* Of the polished head. */
static void
keep_slope (const Why *self)
{
  const AyHead *head = self->head;

  self->why->slope = g_new0 (double, head->d + 1);
  for (guint c = 0; c < self->n_outputs; c++)
    {
      double sign = sign_of (self->why, c);

      cblas_daxpy (head->d, sign, head->weights + c * head->d, 1, self->why->slope, 1);
      self->why->slope[head->d] += sign * head->intercept[c];
    }
}

/* --- if removed --- */

/* The functional v with v.theta = margin. (transfer full) */
static double *
functional (const Why *self)
{
  double *v = g_new (double, self->p);

  for (guint c = 0; c < self->n_outputs; c++)
    for (gsize j = 0; j < self->stride; j++)
      v[c * self->stride + j] = sign_of (self->why, c) * self->z[j];
  return v;
}

/* The rows of largest first-order effect as a problem of their own. */
static AyOwnedProblem *
choose_candidates (const Why *self, const double *effect, gsize count)
{
  const AyProblem *train = self->train;
  AyOwnedProblem *chosen = g_new0 (AyOwnedProblem, 1);
  g_autofree double *size = g_new (double, MAX (train->n, 1));
  g_autofree guint32 *order = NULL;
  g_autofree guint8 *taken = g_new0 (guint8, MAX (train->n, 1));
  gsize k = 0;

  for (gsize i = 0; i < train->n; i++)
    size[i] = fabs (effect[i]);
  order = ay_order (size, train->n, TRUE);
  for (gsize i = 0; i < count; i++)
    taken[order[i]] = 1;
  chosen->rows = g_new (guint32, MAX (count, 1));
  chosen->label = train->label != NULL ? g_new (gint32, MAX (count, 1)) : NULL;
  chosen->target = train->target != NULL ? g_new (double, MAX (count, 1)) : NULL;
  chosen->weight = g_new (double, MAX (count, 1));
  for (gsize i = 0; i < train->n; i++)
    if (taken[i])
      {
        self->why->rows[k].position = (guint32) i;
        chosen->rows[k] = train->rows[i];
        if (train->label != NULL)
          chosen->label[k] = train->label[i];
        else
          chosen->target[k] = train->target[i];
        chosen->weight[k++] = ay_problem_weight (train, i);
      }
  chosen->problem = (AyProblem) { .features = train->features, .rows = chosen->rows, .n = count,
                                  .label = chosen->label, .target = chosen->target,
                                  .weight = chosen->weight, .n_classes = train->n_classes };
  return chosen;
}

/* s: H^-1 v */
static gboolean
leave_out (Why *self, const AyProblem *chosen, const double *s, GError **error)
{
  const double *inverse = ay_hessian_inverse (self->hessian, self->job, error);
  guint m = ay_reduced_outputs (self->n_outputs), n = self->n_outputs;
  g_autofree double *output = g_new (double, chosen->n * n), *own = g_new (double, chosen->n);
  g_autofree double *leverage = g_new (double, chosen->n), *q = g_new (double, chosen->n * m);
  g_autofree double *full = g_new (double, chosen->n * n), *effect = g_new (double, chosen->n);
  AyLoo loo = { .n = chosen->n, .n_outputs = n, .output = output, .self = own,
                .leverage = leverage };

  if (inverse == NULL
      || !ay_loo_leverage (&loo, chosen, self->head, inverse, q, self->job, error))
    return FALSE;
  for (gsize k = 0; k < chosen->n; k++)
    ay_expand (n, 1, q + k * m, full + k * n);
  if (!ay_loo_linear (chosen, self->head, full, s, effect, self->job, error))
    return FALSE;
  for (gsize k = 0; k < chosen->n; k++)
    {
      self->why->rows[k].if_removed = effect[k];
      self->why->rows[k].leverage = leverage[k];
    }
  return TRUE;
}

static gboolean
refit_row (Why *self, AyWhyRow *row, double *weight, GError **error)
{
  g_autoptr (AyRefitSteps) steps = NULL;
  g_autoptr (AyHead) head = NULL;

  weight[row->position] = 0.0;
  steps = ay_refit_steps_new (self->train, self->head, self->hessian, weight, NULL, error);
  weight[row->position] = ay_problem_weight (self->train, row->position);
  for (guint k = 0; k < REFIT_STEPS; k++)
    if (steps == NULL || !ay_refit_steps_take (steps, REFIT_TOLERANCE, self->job, error))
      return FALSE;
  head = ay_refit_steps_head (steps);
  row->if_removed = margin_of (self, head) - self->why->margin;
  row->refitted = TRUE;
  return TRUE;
}

/* Largest |if_removed| first, what is missing last, ties by position. */
static int
compare_rows (gconstpointer a, gconstpointer b)
{
  const AyWhyRow *x = a, *y = b;
  double size_x = isnan (x->if_removed) ? -1.0 : fabs (x->if_removed);
  double size_y = isnan (y->if_removed) ? -1.0 : fabs (y->if_removed);

  if (size_x != size_y)
    return size_x < size_y ? 1 : -1;
  return (x->position > y->position) - (x->position < y->position);
}

static void
blank_only (Why *self, gsize count)
{
  const AyProblem *train = self->train;
  g_autofree gsize *rows = g_new0 (gsize, train->n_classes + 1);

  for (gsize i = 0; i < train->n && train->n_classes > 0; i++)
    rows[train->label[i]] += ay_problem_weight (train, i) > 0.0;
  for (gsize k = 0; k < count && train->n_classes > 0; k++)
    if (rows[train->label[self->why->rows[k].position]] == 1)
      {
        self->why->rows[k].if_removed = NAN;
        self->why->rows[k].refitted = TRUE; /* nothing better is to be had */
      }
}

/* Refits what is shown and not to be trusted, until that changes nothing of what is shown. */
static gboolean
refit_shown (Why *self, gsize count, GError **error)
{
  AyWhyRow *rows = self->why->rows;
  g_autofree double *weight = g_new (double, MAX (self->train->n, 1));
  gsize shown = MIN (self->options->n_rows, count);
  gboolean again = TRUE;

  for (gsize i = 0; i < self->train->n; i++)
    weight[i] = ay_problem_weight (self->train, i);
  blank_only (self, count);
  while (again)
    {
      again = FALSE;
      qsort (rows, count, sizeof *rows, compare_rows);
      for (gsize k = 0; k < shown; k++)
        if (!rows[k].refitted && !(rows[k].leverage <= self->refit_above))
          {
            if (!refit_row (self, &rows[k], weight, error))
              return FALSE;
            again = TRUE;
            ay_job_set_fraction (self->job, (k + 1.0) / shown);
          }
    }
  self->why->n_rows = shown;
  return TRUE;
}

static gboolean
removals (Why *self, GError **error)
{
  AyWhy *why = self->why;
  gsize n = self->train->n, count;
  gboolean exact = ay_hessian_can_be_dense (self->hessian);
  g_autofree double *s = functional (self), *effect = g_new (double, MAX (n, 1));
  g_autoptr (AyOwnedProblem) chosen = NULL;

  if (self->options->n_rows == 0)
    return TRUE;
  if (!ay_hessian_solve_to (self->hessian, s, 1, SOLVE_TOLERANCE, NULL, self->job, error)
      || !ay_curvature_effect (self->at, s, 1, effect, self->job, error))
    return FALSE;
  count = MIN (n, exact ? MAX (CANDIDATES, 4 * self->options->n_rows) : self->options->n_rows);
  why->rows = g_new0 (AyWhyRow, MAX (count, 1));
  chosen = choose_candidates (self, effect, count);
  for (gsize k = 0; k < count; k++)
    {
      why->rows[k].share = why->share[why->rows[k].position];
      why->rows[k].if_removed = effect[why->rows[k].position];
      why->rows[k].leverage = NAN;
    }
  if (exact && count > 0 && !leave_out (self, &chosen->problem, s, error))
    return FALSE;
  if (!exact || self->refit_above < 0.0)
    why->method = g_strdup (exact ? "the rows of largest one-step effect, each refitted"
                                  : "the rows of largest first-order effect, each refitted");
  else
    why->method = g_strdup_printf ("one Newton step with the row's own curvature taken out; "
                                   "refitted where the row's leverage is above %g",
                                   self->refit_above);
  return refit_shown (self, count, error);
}

AyWhy *
ay_why_new (const AyProblem *train, const AyHead *head, AyHessian *hessian, guint32 row,
            const AyWhyOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyWhy) why = g_new0 (AyWhy, 1);
  g_autofree double *z = g_new (double, head->d + 1);
  Why self = { .why = why, .train = train, .head = ay_head_ref ((AyHead *) head),
               .hessian = hessian, .options = options, .z = z, .stride = head->d + 1,
               .p = head->n_outputs * (head->d + 1), .n_outputs = head->n_outputs, .job = job };
  gboolean done;

  self.refit_above = (double) train->n * (double) self.p <= CHEAP_REFIT ? -1.0
                                                                        : options->refit_above;
  why->n_train = train->n;
  why->share = g_new0 (double, MAX (train->n, 1));
  ay_why_row (head, train->features, row, z);
  self.at = ay_hessian_curvature (hessian, job, error);
  done = self.at != NULL && choose_classes (&self, error) && shares (&self, error)
         && removals (&self, error);
  if (done)
    keep_slope (&self);
  ay_head_unref (self.head);
  if (self.own)
    ay_curvature_free (self.at);
  return done ? g_steal_pointer (&why) : NULL;
}
