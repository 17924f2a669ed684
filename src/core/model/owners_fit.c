/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums of owners and Newton's method with them.
 *
 * A point x is in reduced coordinates (reduced.h), r numbers. A release is: rows, loss, r of
 * gradient, and the r (r + 1) / 2 of the Hessian's upper triangle, without the penalty. Where these
 * would be too many they stay out, and each step is solved for by conjugate gradients, with a
 * release of r numbers a product (owners_products.h), to the residual min(0.1, sqrt |g|) |g|
 * (Nocedal and Wright, Numerical Optimization, 7.1). A step that does not lower the objective is
 * halved. All owners add up the same numbers in the order of
 * owners, and so go the same way.
 *
 * Sensitivity, with rows of length at most 1, which the intercept makes sqrt 2: a softmax row
 * changes the number by 1, the gradient by |p - y| |z| <= 2, the Hessian by
 * |diag p - p p^T|_F |z|^2 <= 1/2 x 2 (the norm's square is S2 - 2 S3 + S2^2 <= S2 - S2^2 <= 1/4,
 * as S3 >= S2^2 by Jensen), and the loss, which has no bound, is not sent; a ridge row at zero,
 * with |t| <= 1, by 1, sqrt 2, 2 and 1/2.
 *
 * Cost: a round is 0.56 (C - 1)^2 n d^2 flop at the owner of n rows, r^3 / 3 everywhere, and
 * 4 r^2 bytes an owner; or 4 n d C flop and 8 r bytes, and as much for each product. */
#include "core/model/owners_fit.h"

#include "core/base/error.h"
#include "core/model/dense_hessian.h"
#include "core/model/owners_products.h"
#include "core/model/reduced.h"
#include "core/model/standardise.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#define FINER 1e-3        /* of the tolerance: Newton's last steps cost little */
#define LEAST_GOAL 1e-12
#define REFINEMENTS 3
#define MOST_HALVINGS 40
#define MOST_PRODUCTS 1000 /* a step */
#define NOISY_PRODUCTS 3   /* a step, each of which costs privacy */
#define EVERYBODY G_MAXUINT64

typedef struct
{
  AyRelease *gate;
  AyReleaseKind kind;
  guint64 members;
  AyHead *head;         /* scaling, lambda; the result */
  AyOwnersProducts products;
  gboolean dense;       /* the Hessian is sent, else products with it */
  gsize stride, p, r, width;
  guint m;
  double *theta;        /* p */
  double *mine, *all;   /* width; size x width */
  double *sum;          /* width: at the trial point */
  double *best;         /* width: at x */
  double *x, *trial, *step, *gradient; /* r */
  double *matrix;       /* r x r, if dense */
  double objective;
  guint rounds;
  double worst;
  AyJob *job;
} Rounds;

/* --- means --- */

gboolean
ay_owners_scaling (AyRelease *gate, const AyHeadOptions *head, float *scaling, AyJob *job,
                   GError **error)
{
  gsize d = ay_matrix_cols (gate->own->features), width = 2 * d + 1;
  g_autofree double *mine = g_new0 (double, width), *all = g_new (double, gate->size * width);
  g_autofree double *sum = g_new0 (double, width), *origin = g_new0 (double, d + 1);
  g_autoptr (AyMoments) moments = NULL;

  if (!ay_moments_sums (gate->own, origin, mine, job, error)
      || !ay_release_sums (gate, AY_RELEASE_MEANS, EVERYBODY, mine, d + 1, 0.0, all, error))
    return FALSE;
  for (guint k = 0; k < gate->size; k++)
    cblas_daxpy (d + 1, 1.0, all + k * (d + 1), 1, sum, 1);
  for (gsize j = 0; j < d; j++)
    origin[j] = sum[1 + j] / sum[0];
  if (!ay_moments_sums (gate->own, origin, mine, job, error)
      || !ay_release_sums (gate, AY_RELEASE_SPREADS, EVERYBODY, mine, width, 0.0, all, error))
    return FALSE;
  memset (sum, 0, width * sizeof *sum);
  for (guint k = 0; k < gate->size; k++)
    cblas_daxpy (width, 1.0, all + k * width, 1, sum, 1);
  moments = ay_moments_from_sums (d, origin, sum);
  return ay_moments_scaling (moments, !head->standardise, head->scale, scaling, scaling + d, error);
}

/* --- sums at a point --- */

static gboolean
own_sums (Rounds *self, GError **error)
{
  AyRelease *gate = self->gate;
  gsize r = self->r;
  double *to = self->mine + 2 + r, loss;
  g_autofree double *gradient = g_new (double, self->p);

  memset (self->mine, 0, self->width * sizeof *self->mine);
  if (!ay_owners_products_move (&self->products, self->theta, &loss, gradient, self->job, error))
    return FALSE;
  if (self->products.at == NULL) /* is none of them */
    return TRUE;
  self->mine[0] = (double) gate->n_rows;
  self->mine[1] = gate->rules.noise > 0.0 && self->m > 1 ? 0.0 : loss;
  ay_reduce (self->head->n_outputs, self->stride, gradient, self->mine + 2);
  if (!self->dense)
    return TRUE;
  if (!ay_dense_hessian_build (gate->own, self->products.plain, self->products.at, TRUE,
                               self->matrix, self->job, error))
    return FALSE;
  for (gsize i = 0; i < r; i++)
    {
      memcpy (to, self->matrix + i * r + i, (r - i) * sizeof *to);
      to += r - i;
    }
  return TRUE;
}

static double
sensitivity (const Rounds *self)
{
  if (self->head->n_classes > 0)
    return sqrt (1.0 + 4.0 + (self->dense ? 1.0 : 0.0));
  return sqrt (1.0 + 2.0 + 4.0 + 0.25);
}

/* Everybody's sums at self->trial, into self->sum. */
static gboolean
sums_at_trial (Rounds *self, GError **error)
{
  memset (self->theta, 0, self->p * sizeof *self->theta);
  ay_expand (self->head->n_outputs, self->stride, self->trial, self->theta);
  if (!own_sums (self, error)
      || !ay_release_sums (self->gate, self->kind, self->members, self->mine, self->width,
                           sensitivity (self), self->all, error))
    return FALSE;
  memset (self->sum, 0, self->width * sizeof *self->sum);
  for (guint k = 0; k < self->gate->size; k++)
    if (self->members >> k & 1)
      cblas_daxpy (self->width, 1.0, self->all + k * self->width, 1, self->sum, 1);
  self->rounds++;
  return TRUE;
}

static gboolean
is_penalised (const Rounds *self, gsize j)
{
  return ay_owners_products_is_penalised (&self->products, j);
}

static double
penalty (const Rounds *self, const double *x)
{
  double square = 0.0;

  for (gsize j = 0; j < self->r; j++)
    square += is_penalised (self, j) ? x[j] * x[j] : 0.0;
  return 0.5 * self->head->lambda * square;
}

/* gradient = sums' + lambda x */
static void
gradient_at (Rounds *self, const double *sum, const double *x)
{
  for (gsize j = 0; j < self->r; j++)
    self->gradient[j] = sum[2 + j] + (is_penalised (self, j) ? self->head->lambda * x[j] : 0.0);
}

/* Max norm over the classes' parameters. */
static double
norm_of_gradient (const Rounds *self)
{
  g_autofree double *full = g_new0 (double, self->p);
  double most = 0.0;

  ay_expand (self->head->n_outputs, self->stride, self->gradient, full);
  for (gsize j = 0; j < self->p; j++)
    most = MAX (most, fabs (full[j]));
  return most / self->head->sum_weight;
}

/* The sums' Hessian with the penalty. */
static void
unpack (Rounds *self, const double *sum)
{
  const double *from = sum + 2 + self->r;

  for (gsize i = 0; i < self->r; i++)
    for (gsize j = i; j < self->r; j++)
      self->matrix[i * self->r + j] = self->matrix[j * self->r + i] = *from++;
  for (gsize i = 0; i < self->r; i++)
    if (is_penalised (self, i))
      self->matrix[i * self->r + i] += self->head->lambda;
}

/* Noise may leave eigenvalues below the penalty: they are lifted together. */
static gboolean
lift (Rounds *self, GError **error)
{
  gsize n = self->r * self->r;
  g_autofree double *copy = ay_try_alloc (n, sizeof (double), "the Hessian", error);
  g_autofree double *values = g_new (double, self->r);

  if (copy == NULL)
    return FALSE;
  memcpy (copy, self->matrix, n * sizeof *copy);
  if (LAPACKE_dsyev (LAPACK_ROW_MAJOR, 'N', 'U', self->r, copy, self->r, values) != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED, "no eigenvalues of the noisy Hessian");
      return FALSE;
    }
  self->worst = MIN (self->worst, values[0]);
  for (gsize i = 0; i < self->r && values[0] < self->head->lambda; i++)
    self->matrix[i * self->r + i] += self->head->lambda - values[0];
  return TRUE;
}

/* step = H^-1 gradient, with the sums at hand. */
static gboolean
solve_dense (Rounds *self, const double *sum, GError **error)
{
  unpack (self, sum);
  if (self->gate->rules.noise > 0.0 && !lift (self, error))
    return FALSE;
  if (!ay_dense_factor (self->matrix, self->r, error))
    return FALSE;
  memcpy (self->step, self->gradient, self->r * sizeof *self->step);
  LAPACKE_dpotrs_work (LAPACK_COL_MAJOR, 'L', self->r, 1, self->matrix, self->r, self->step,
                       self->r);
  return TRUE;
}

/* end: the gradient's norm that is wanted. */
static gboolean
solve (Rounds *self, const double *sum, double end, GError **error)
{
  double norm = self->head->gradient_norm;
  double rate = MAX (MIN (0.1, sqrt (norm)), 0.3 * end / norm);

  self->products.lambda = self->head->lambda;
  return self->dense ? solve_dense (self, sum, error)
                     : ay_owners_products_solve (&self->products, self->gradient, rate,
                                                 self->gate->rules.noise > 0.0 ? NOISY_PRODUCTS
                                                                               : MOST_PRODUCTS,
                                                 self->step, NULL, self->job, error);
}

/* --- the two heads --- */

/* The sums at zero say all: J(x) = loss + g.x + x.H x / 2. What rounding leaves is solved for
 * again. */
static gboolean
solve_numbers (Rounds *self, GError **error)
{
  const double *sum = self->sum;
  g_autofree double *whole = g_new (double, self->r * self->r + 1);

  memset (self->x, 0, self->r * sizeof *self->x);
  unpack (self, sum);
  if (self->gate->rules.noise > 0.0 && !lift (self, error))
    return FALSE;
  memcpy (whole, self->matrix, self->r * self->r * sizeof *whole);
  if (!ay_dense_factor (self->matrix, self->r, error))
    return FALSE;
  for (guint k = 0; k < 1 + REFINEMENTS; k++)
    {
      cblas_dsymv (CblasRowMajor, CblasUpper, self->r, 1.0, whole, self->r, self->x, 1, 0.0,
                   self->step, 1);
      cblas_daxpy (self->r, 1.0, sum + 2, 1, self->step, 1);
      memcpy (self->gradient, self->step, self->r * sizeof *self->step);
      LAPACKE_dpotrs_work (LAPACK_COL_MAJOR, 'L', self->r, 1, self->matrix, self->r, self->step,
                           self->r);
      cblas_daxpy (self->r, -1.0, self->step, 1, self->x, 1);
    }
  cblas_dsymv (CblasRowMajor, CblasUpper, self->r, 1.0, whole, self->r, self->x, 1, 0.0,
               self->step, 1);
  self->objective = sum[1] + cblas_ddot (self->r, sum + 2, 1, self->x, 1)
                    + 0.5 * cblas_ddot (self->r, self->step, 1, self->x, 1);
  memcpy (self->matrix, whole, self->r * self->r * sizeof *whole);
  return TRUE;
}

static gboolean
fail (Rounds *self, guint rounds, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
               "the head did not converge: gradient norm %.3g after %u rounds of sums, tolerance "
               "%g", self->head->gradient_norm, rounds, self->head->tolerance);
  return FALSE;
}

/* x to where the sums are now. */
static void
accept (Rounds *self, double objective)
{
  memcpy (self->x, self->trial, self->r * sizeof *self->x);
  memcpy (self->best, self->sum, self->width * sizeof *self->best);
  self->objective = objective;
  gradient_at (self, self->best, self->x);
  self->head->gradient_norm = norm_of_gradient (self);
}

static void
try_at (Rounds *self, double length)
{
  for (gsize j = 0; j < self->r; j++)
    self->trial[j] = self->x[j] - length * self->step[j];
}

/* The sums at the first point are at hand. */
static gboolean
descend (Rounds *self, guint max_rounds, GError **error)
{
  AyHead *head = self->head;
  double goal = MAX (head->tolerance * FINER, LEAST_GOAL), length = 1.0;

  accept (self, self->sum[1] + penalty (self, self->x));
  while (head->gradient_norm > goal)
    {
      double objective, before = head->gradient_norm;

      if (!solve (self, self->best, goal, error))
        return FALSE;
      for (length = 1.0;; length *= 0.5)
        {
          if (self->rounds >= max_rounds)
            return head->gradient_norm <= head->tolerance || fail (self, max_rounds, error);
          try_at (self, length);
          if (!sums_at_trial (self, error) || !ay_job_check (self->job, error))
            return FALSE;
          objective = self->sum[1] + penalty (self, self->trial);
          if (objective <= self->objective + 1e-12 * fabs (self->objective))
            break;
          if (length < 1.0 / MOST_HALVINGS / MOST_HALVINGS)
            return head->gradient_norm <= head->tolerance || fail (self, self->rounds, error);
        }
      accept (self, objective);
      if (head->gradient_norm <= head->tolerance && head->gradient_norm > 0.5 * before)
        break; /* rounding has the rest */
    }
  if (self->dense)
    unpack (self, self->best);
  return TRUE;
}

/* Noisy sums say nothing of whether a step helped: so many whole ones. */
static gboolean
walk (Rounds *self, guint max_rounds, GError **error)
{
  accept (self, NAN);
  for (guint k = 0; k < max_rounds; k++)
    {
      if (k > 0 && !sums_at_trial (self, error))
        return FALSE;
      accept (self, NAN);
      if (!solve (self, self->best, 0.0, error))
        return FALSE;
      try_at (self, 1.0);
    }
  memcpy (self->x, self->trial, self->r * sizeof *self->x);
  if (!self->dense)
    return TRUE;
  unpack (self, self->best);
  return lift (self, error);
}

/* --- the whole --- */

static gboolean
rounds_init (Rounds *self, AyRelease *gate, AyHead *head, gboolean dense, guint64 members,
             AyJob *job, GError **error)
{
  *self = (Rounds) { .gate = gate, .kind = dense ? AY_RELEASE_FIT : AY_RELEASE_GRADIENT,
                     .members = members, .head = head, .dense = dense, .job = job,
                     .m = ay_reduced_outputs (head->n_outputs), .stride = head->d + 1 };
  self->p = self->stride * head->n_outputs;
  self->r = self->stride * self->m;
  self->width = 2 + self->r + (dense ? self->r * (self->r + 1) / 2 : 0);
  self->theta = g_new0 (double, self->p);
  self->x = g_new0 (double, 4 * self->r);
  self->trial = self->x + self->r;
  self->step = self->trial + self->r;
  self->gradient = self->step + self->r;
  if (!ay_owners_products_init (&self->products, gate, members, head, error))
    return FALSE;
  self->mine = ay_try_alloc (3 * self->width, sizeof (double), "the sums", error);
  if (self->mine == NULL)
    return FALSE;
  self->sum = self->mine + self->width;
  self->best = self->sum + self->width;
  self->all = ay_try_alloc (gate->size * self->width, sizeof (double), "the owners' sums", error);
  if (dense && self->all != NULL)
    self->matrix = ay_try_alloc (self->r * self->r, sizeof (double), "the Hessian", error);
  return self->all != NULL && (!dense || self->matrix != NULL);
}

static void
rounds_clear (Rounds *self)
{
  ay_owners_products_clear (&self->products);
  g_free (self->theta);
  g_free (self->x);
  g_free (self->mine);
  g_free (self->all);
  g_free (self->matrix);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rounds, rounds_clear)

static void
to_head (Rounds *self)
{
  AyHead *head = self->head;

  memset (self->theta, 0, self->p * sizeof *self->theta);
  ay_expand (head->n_outputs, self->stride, self->x, self->theta);
  ay_curvature_to_head (self->theta, head);
  head->iterations = self->rounds;
  head->objective = self->objective;
  head->loss = (self->objective - penalty (self, self->x)) / head->sum_weight;
}

static AyHead *
head_of (const AyProblem *own, const float *scaling)
{
  guint n_outputs = MAX (own->n_classes, 1);
  gsize d = ay_matrix_cols (own->features);
  g_autofree double *zeros = g_new0 (double, n_outputs * (d + 1) + 1);
  AyHead head = { .n_classes = own->n_classes, .n_outputs = n_outputs, .d = d, .weights = zeros,
                  .intercept = zeros, .centre = (float *) scaling,
                  .inv_scale = (float *) scaling + d, .solver = "" };

  return ay_head_copy (&head);
}

/* Spread of the targets, by the sums at zero: the unit of their gradients. */
static double
target_spread (const Rounds *self)
{
  double n = self->sum[0], mean = self->sum[2 + self->r - 1] / n;
  double square = 2.0 * self->sum[1] / n - mean * mean;

  return square > 0.0 ? sqrt (square) : 1.0;
}

static void
set_lambda (AyHead *head, const AyHeadOptions *options, double n)
{
  head->sum_weight = n;
  head->lambda = options->lambda > 0.0 ? options->lambda : options->lambda_mean * n;
  head->lambda_note = options->lambda > 0.0
                          ? g_strdup_printf ("lambda %g, given", head->lambda)
                          : g_strdup_printf ("lambda_mean %g, given", options->lambda_mean);
}

static gboolean
run (Rounds *self, const AyOwnersOptions *options, GError **error)
{
  AyHead *head = self->head;
  gboolean noisy = self->gate->rules.noise > 0.0;

  if (!sums_at_trial (self, error))
    return FALSE;
  if (!(self->sum[0] > 0.0))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "the noise leaves no rows: less of it, or more "
                   "rows");
      return FALSE;
    }
  set_lambda (head, options->head, self->sum[0]);
  head->tolerance = options->head->tolerance;
  if (head->n_classes > 0)
    {
      head->solver = !self->dense ? noisy ? "Newton-CG, by the owners' noisy sums"
                                          : "Newton-CG, by the owners' sums"
                     : noisy      ? "Newton, by the owners' noisy sums"
                                  : "Newton, by the owners' sums";
      return noisy ? walk (self, options->max_rounds, error)
                   : descend (self, options->max_rounds, error);
    }
  head->solver = noisy ? "Cholesky of the owners' noisy Gram matrices"
                       : "Cholesky of the owners' Gram matrices";
  head->tolerance *= target_spread (self);
  if (!solve_numbers (self, error))
    return FALSE;
  head->gradient_norm = norm_of_gradient (self);
  if (noisy)
    self->objective = NAN; /* not known */
  return TRUE;
}

AyOwnersFit *
ay_owners_fit (AyRelease *gate, const AyOwnersOptions *options, AyJob *job, GError **error)
{
  gsize d = ay_matrix_cols (gate->own->features), p = (d + 1) * MAX (gate->own->n_classes, 1);
  gboolean dense = p <= ay_owners_most_dense (options->most_dense);
  g_autofree float *scaling = g_new (float, 2 * d + 1);
  g_autoptr (AyOwnersFit) out = g_new0 (AyOwnersFit, 1);
  g_auto (Rounds) self = { 0 };

  if (options->head->lambda_auto)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                           "lambda_mean=auto needs folds of all rows: owners apart have none");
      return NULL;
    }
  if (!dense && gate->own->n_classes == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                   "%zu features: owners apart fit a number by their Gram matrices, up to %d", d,
                   AY_OWNERS_MOST_DENSE - 1);
      return NULL;
    }
  ay_job_set_phase (job, "fitting the head");
  if (options->scaling != NULL)
    memcpy (scaling, options->scaling, 2 * d * sizeof *scaling);
  else if (!ay_owners_scaling (gate, options->head, scaling, job, error))
    return NULL;
  out->head = head_of (gate->own, scaling);
  if (!rounds_init (&self, gate, out->head, dense, EVERYBODY, job, error)
      || !run (&self, options, error))
    return NULL;
  to_head (&self);
  out->r = self.r;
  out->width = self.width;
  out->rounds = self.rounds;
  out->products = self.products.rounds;
  out->worst = self.worst;
  out->hessian = g_steal_pointer (&self.matrix);
  if (out->head->n_classes == 0)
    out->sums = g_steal_pointer (&self.all);
  return g_steal_pointer (&out);
}

void
ay_owners_fit_free (AyOwnersFit *self)
{
  if (self == NULL)
    return;
  ay_head_unref (self->head);
  g_free (self->hessian);
  g_free (self->sums);
  g_free (self);
}

AyHead *
ay_owners_coalition (AyRelease *gate, const AyOwnersFit *whole, guint64 members, guint max_rounds,
                     AyJob *job, GError **error)
{
  g_autoptr (AyHead) head = ay_head_copy (whole->head);
  g_auto (Rounds) self = { 0 };

  if (!rounds_init (&self, gate, head, whole->hessian != NULL, members, job, error))
    return NULL;
  self.kind = AY_RELEASE_SITES;
  self.products.all_penalised = head->n_classes > 0;
  for (guint k = 0; k < gate->size && whole->sums != NULL; k++)
    if (members >> k & 1)
      cblas_daxpy (self.width, 1.0, whole->sums + k * self.width, 1, self.sum, 1);
  if (members != 0 && whole->sums != NULL)
    {
      if (!solve_numbers (&self, error))
        return NULL;
    }
  else if (members != 0
           && (!sums_at_trial (&self, error) || !descend (&self, max_rounds, error)))
    return NULL;
  to_head (&self);
  return g_steal_pointer (&head);
}
