/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Solves with the Hessian of a head.
 *
 * As a matrix (dense_hessian.h), in the coordinates that leave out the softmax null direction, so
 * that the unpenalised intercept needs no damping: Cholesky in double. It is made when building and
 * factoring take well below a second, and where the limit allows it when the inverse is asked for
 * or so many solves at once that rounds over the rows would cost more.
 * Else conjugate gradients with float products, preconditioned by class blocks or, for ridge and
 * where those would not fit, by a Kronecker product. Both ways the residual is measured with the
 * exact product and the solution refined (x += M^-1 (b - H x)) until the tolerance; below 1e-6 the
 * measuring product is in double.
 *
 * A right-hand side is split: what sums to zero over classes goes through the above; its class
 * mean, along which the Hessian is lambda on features and 0 on intercepts, is divided. */
#include "core/model/hessian.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/words.h"
#include "core/model/class_blocks.h"
#include "core/model/conjugate.h"
#include "core/model/dense_hessian.h"
#include "core/model/kronecker.h"
#include "core/model/reduced.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#define DENSE_LIMIT 6000
#define CHEAP_PARAMETERS 2048 /* reduced ones: 3 GFLOP to factor */
#define CHEAP_FLOP 2e10       /* to build */
#define WIDE_FLOP 4e10        /* to build in double */
#define NARROW_FLOOR 1e-6     /* residual that float products can be trusted to measure */
#define MAX_ROUNDS 12
#define PASSES 40.0           /* flop a solve without the matrix, over n p */
#define FACTOR_WORTH 4.0      /* flop of float products that one of the factor's costs */
#define SOLVED_AT_ONCE 64
#define MEASURED 16           /* solves of many whose residual is measured */
#define BLOCKS_WORTH 9.0      /* rounds that class blocks may cost */

typedef enum { FORM_NONE, FORM_FACTOR, FORM_INVERSE } Form;

struct _AyHessian
{
  const AyProblem *train;
  AyHead *head;
  AyHessianOptions options;
  gsize p, r, stride;
  guint n_outputs;
  Form form;
  double *matrix;         /* r x r: the factor, or the inverse */
  double *given;          /* (nullable) r x r: the Hessian, of more rows than train's */
  AyCurvature *narrow, *wide; /* (nullable) at the head */
  AyHessian *other;       /* (nullable) leant on */
  AyKronecker *kronecker; /* (nullable) a preconditioner, or */
  AyClassBlocks *blocks;  /* (nullable) */
  guint iterations;       /* of the last solve */
  char *description;
};

AyHessian *
ay_hessian_new (const AyProblem *train, const AyHead *head, const AyHessianOptions *options,
                AyJob *job, GError **error)
{
  AyHessian *self;

  if (!(options->tolerance > 0.0))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("tolerance must be above 0, not %g"),
                   options->tolerance);
      return NULL;
    }
  self = g_new0 (AyHessian, 1);
  self->train = train;
  self->head = ay_head_ref ((AyHead *) head);
  self->options = *options;
  if (self->options.dense_limit == 0)
    self->options.dense_limit = DENSE_LIMIT;
  self->n_outputs = head->n_outputs;
  self->stride = head->d + 1;
  self->p = self->stride * head->n_outputs;
  self->r = self->stride * ay_reduced_outputs (head->n_outputs);
  return self;
}

void
ay_hessian_free (AyHessian *self)
{
  if (self == NULL)
    return;
  ay_head_unref (self->head);
  g_free (self->matrix);
  g_free (self->given);
  ay_curvature_free (self->narrow);
  ay_curvature_free (self->wide);
  ay_kronecker_free (self->kronecker);
  ay_class_blocks_free (self->blocks);
  g_free (self->description);
  g_free (self);
}

gboolean
ay_hessian_set_matrix (AyHessian *self, const double *matrix, GError **error)
{
  gsize n = self->r * self->r;

  self->given = ay_try_alloc (n, sizeof (double), "the Hessian", error);
  if (self->given == NULL)
    return FALSE;
  memcpy (self->given, matrix, n * sizeof (double));
  return TRUE;
}

void
ay_hessian_lean_on (AyHessian *self, AyHessian *other)
{
  self->other = other;
}

gsize
ay_hessian_n_parameters (const AyHessian *self)
{
  return self->p;
}

gboolean
ay_hessian_is_dense (const AyHessian *self)
{
  return self->form != FORM_NONE;
}

gboolean
ay_hessian_can_be_dense (const AyHessian *self)
{
  return self->p <= self->options.dense_limit;
}

static double
build_flop (const AyHessian *self)
{
  double m = ay_reduced_outputs (self->n_outputs);

  return m * (m + 1) / 2.0 * 1.15 * self->train->n * (double) self->stride * self->stride;
}

static gboolean
dense_is_cheap (const AyHessian *self)
{
  return ay_hessian_can_be_dense (self) && self->r <= CHEAP_PARAMETERS
         && build_flop (self) <= CHEAP_FLOP;
}

/* Whether k solves at once are worth the matrix. */
static gboolean
dense_is_worth_it (const AyHessian *self, gsize k)
{
  double r = (double) self->r, passes = PASSES * (double) self->train->n * (double) self->p;

  return ay_hessian_can_be_dense (self)
         && (double) k * passes > build_flop (self) + FACTOR_WORTH * r * r * r / 3.0;
}

const char *
ay_hessian_describe (AyHessian *self)
{
  g_free (self->description);
  if (self->form != FORM_NONE)
    self->description = g_strdup_printf ("Cholesky factor of %zu parameters", self->r);
  else
    self->description = g_strdup_printf ("conjugate gradients preconditioned by %s, %zu "
                                         "parameters, %u rounds",
                                         self->other != NULL    ? "a Hessian nearby"
                                         : self->blocks != NULL ? "class blocks"
                                                              : "a Kronecker product",
                                         self->p, self->iterations);
  return self->description;
}

/* --- what a solve needs, made on need --- */

static AyCurvature *
curvature_at_head (AyHessian *self, gboolean wide, AyJob *job, GError **error)
{
  AyCurvature **place = wide ? &self->wide : &self->narrow;
  g_autoptr (AyCurvature) made = NULL;
  g_autofree double *theta = NULL;

  if (*place != NULL)
    return *place;
  made = ay_curvature_new (self->train, self->head, NULL, wide, error);
  if (made == NULL)
    return NULL;
  theta = ay_try_alloc (self->p, sizeof (double), "the head's parameters", error);
  if (theta == NULL)
    return NULL;
  ay_curvature_from_head (self->head, theta);
  if (!ay_curvature_move (made, theta, NULL, NULL, job, error))
    return NULL;
  return *place = g_steal_pointer (&made);
}

/* The curvature that preconditioner and float products use: double where that is cheap. */
AyCurvature *
ay_hessian_curvature (AyHessian *self, AyJob *job, GError **error)
{
  return curvature_at_head (self, ay_curvature_wide_is_cheap (self->train, self->head), job,
                            error);
}

static gboolean
make_factor (AyHessian *self, AyJob *job, GError **error)
{
  gsize n = self->r * self->r;
  gboolean wide = build_flop (self) <= WIDE_FLOP;
  AyCurvature *at = self->given == NULL ? ay_hessian_curvature (self, job, error) : NULL;
  g_autofree double *matrix = NULL;

  if (self->given == NULL && at == NULL)
    return FALSE;
  matrix = ay_try_alloc (n, sizeof (double), "the Hessian", error);
  if (matrix == NULL)
    return FALSE;
  if (self->given != NULL)
    memcpy (matrix, self->given, n * sizeof (double));
  else if (!ay_dense_hessian_build (self->train, self->head, at, wide, matrix, job, error))
    return FALSE;
  if (!ay_dense_factor (matrix, self->r, error) || !ay_job_check (job, error))
    return FALSE;
  self->matrix = g_steal_pointer (&matrix);
  self->form = FORM_FACTOR;
  return TRUE;
}

const double *
ay_hessian_inverse (AyHessian *self, AyJob *job, GError **error)
{
  if (!ay_hessian_can_be_dense (self))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                   N_ ("%zu parameters: the inverse Hessian is made up to %zu"), self->p,
                   self->options.dense_limit);
      return NULL;
    }
  if (self->form == FORM_NONE && !make_factor (self, job, error))
    return NULL;
  if (self->form == FORM_FACTOR)
    {
      if (!ay_dense_invert (self->matrix, self->r, error))
        {
          g_clear_pointer (&self->matrix, g_free);
          self->form = FORM_NONE;
          return NULL;
        }
      self->form = FORM_INVERSE;
    }
  return self->matrix;
}

static gboolean
prepare (AyHessian *self, gsize k, AyJob *job, GError **error)
{
  AyCurvature *at;

  if (self->form != FORM_NONE || self->other != NULL)
    return TRUE;
  if (self->given != NULL || dense_is_worth_it (self, k))
    return make_factor (self, job, error);
  if (self->kronecker != NULL || self->blocks != NULL)
    return TRUE;
  if (dense_is_cheap (self))
    return make_factor (self, job, error);
  at = ay_hessian_curvature (self, job, error);
  if (at == NULL)
    return FALSE;
  if (ay_class_blocks_suit (self->head))
    {
      self->blocks = ay_class_blocks_new (self->train, self->head, at, BLOCKS_WORTH, job, NULL);
      if (self->blocks != NULL)
        return TRUE; /* else float was too short for it */
      if (!ay_job_check (job, error))
        return FALSE;
    }
  self->kronecker = ay_kronecker_new (self->train, self->head, at, job, error);
  return self->kronecker != NULL;
}

gboolean
ay_hessian_prepare (AyHessian *self, gsize solves, AyJob *job, GError **error)
{
  return prepare (self, solves, job, error);
}

/* --- solves --- */

typedef struct
{
  const AyHessian *self;
  const double *in;
  gsize k;
  double *out;
} Solve;

static void
solve_some (gsize block, guint worker, gpointer data)
{
  const Solve *solve = data;
  const AyHessian *self = solve->self;
  gsize first = block * SOLVED_AT_ONCE, k = MIN (SOLVED_AT_ONCE, solve->k - first);
  const double *in = solve->in + first * self->p;
  double *out = solve->out + first * self->p;
  g_autofree double *x = g_new (double, k * self->r), *y = NULL;

  for (gsize v = 0; v < k; v++)
    ay_reduce (self->n_outputs, self->stride, in + v * self->p, x + v * self->r);
  if (self->form == FORM_FACTOR)
    LAPACKE_dpotrs_work (LAPACK_COL_MAJOR, 'L', self->r, k, self->matrix, self->r, x, self->r);
  else
    {
      y = g_new (double, k * self->r);
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, k, self->r, self->r, 1.0, x, self->r,
                   self->matrix, self->r, 0.0, y, self->r);
    }
  for (gsize v = 0; v < k; v++)
    ay_expand (self->n_outputs, self->stride, (y != NULL ? y : x) + v * self->r,
               out + v * self->p);
}

/* out = H^-1 in through the matrix; in sums to zero over classes. */
static gboolean
solve_dense (const AyHessian *self, const double *in, gsize k, double *out, AyJob *job,
             GError **error)
{
  Solve solve = { self, in, k, out };

  return ay_parallel_for (ay_n_blocks (k, SOLVED_AT_ONCE), solve_some, &solve, job, error);
}

gboolean
ay_hessian_precondition (gpointer data, const double *in, gsize k, double *out, AyJob *job,
                         GError **error)
{
  AyHessian *self = data;

  if (self->other != NULL)
    return ay_hessian_precondition (self->other, in, k, out, job, error);
  if (!prepare (self, k, job, error))
    return FALSE;
  if (self->form != FORM_NONE)
    return solve_dense (self, in, k, out, job, error);
  return self->blocks != NULL ? ay_class_blocks_apply (self->blocks, in, k, out, job, error)
                              : ay_kronecker_apply (self->kronecker, in, k, out, job, error);
}

/* k products with the Hessian; what lies along the class mean is for the caller to drop. */
static gboolean
product (AyHessian *self, AyCurvature *at, const double *in, gsize k, double *out, AyJob *job,
         GError **error)
{
  g_autofree double *x = NULL;

  if (self->given == NULL)
    return ay_curvature_product (at, in, k, out, job, error);
  x = g_new (double, 2 * self->r);
  for (gsize v = 0; v < k; v++)
    {
      ay_reduce (self->n_outputs, self->stride, in + v * self->p, x);
      cblas_dsymv (CblasRowMajor, CblasUpper, self->r, 1.0, self->given, self->r, x, 1, 0.0,
                   x + self->r, 1);
      ay_expand (self->n_outputs, self->stride, x + self->r, out + v * self->p);
    }
  return TRUE;
}

/* The Hessian where class sums are zero. What rounding leaves along the class mean the
 * preconditioner does not see, and the recursion would not end. */
static gboolean
multiply (gpointer data, const double *in, gsize k, double *out, AyJob *job, GError **error)
{
  AyHessian *self = data;
  AyCurvature *at = ay_hessian_curvature (self, job, error);

  if (at == NULL || !product (self, at, in, k, out, job, error))
    return FALSE;
  ay_drop_class_mean (self->n_outputs, self->stride, k, out);
  return TRUE;
}

/* Takes the class mean out of the k vectors; mean: k x stride. */
static void
split_mean (const AyHessian *self, double *rhs, gsize k, double *mean)
{
  for (gsize v = 0; v < k && self->head->n_classes > 0; v++)
    for (gsize j = 0; j < self->stride; j++)
      {
        double sum = 0.0;

        for (guint c = 0; c < self->n_outputs; c++)
          sum += rhs[v * self->p + c * self->stride + j];
        mean[v * self->stride + j] = sum /= self->n_outputs;
        for (guint c = 0; c < self->n_outputs; c++)
          rhs[v * self->p + c * self->stride + j] -= sum;
      }
}

static void
join_mean (const AyHessian *self, double *x, gsize k, const double *mean)
{
  for (gsize v = 0; v < k && self->head->n_classes > 0; v++)
    for (gsize j = 0; j < self->stride; j++)
      {
        double sum = 0.0, add;

        /* rounding may have left a trace of the null direction */
        for (guint c = 0; c < self->n_outputs; c++)
          sum += x[v * self->p + c * self->stride + j];
        add = -sum / self->n_outputs;
        if (j + 1 < self->stride)
          add += mean[v * self->stride + j] / self->head->lambda;
        for (guint c = 0; c < self->n_outputs; c++)
          x[v * self->p + c * self->stride + j] += add;
      }
}

static gboolean
correct (AyHessian *self, const double *residual, gsize k, double tolerance, double *step,
         AyJob *job, GError **error)
{
  AyConjugate cg = { .p = self->p, .product = multiply, .product_data = self,
                     .precondition = ay_hessian_precondition, .precondition_data = self,
                     .tolerance = tolerance,
                     .max_iterations = self->options.max_iterations };
  guint iterations;

  if (self->form != FORM_NONE)
    return solve_dense (self, residual, k, step, job, error);
  if (!ay_conjugate_solve (&cg, residual, k, step, NULL, &iterations, job, error))
    return FALSE;
  self->iterations += iterations;
  return TRUE;
}

/* residual = b - H x; the largest norm relative to b's. */
static gboolean
measure (AyHessian *self, AyCurvature *at, const double *b, const double *x, gsize k,
         double *residual, double *worst, AyJob *job, GError **error)
{
  if (!product (self, at, x, k, residual, job, error))
    return FALSE;
  ay_drop_class_mean (self->n_outputs, self->stride, k, residual);
  *worst = 0.0;
  for (gsize v = 0; v < k; v++)
    {
      double norm = cblas_dnrm2 (self->p, b + v * self->p, 1);

      for (gsize j = v * self->p; j < (v + 1) * self->p; j++)
        residual[j] = b[j] - residual[j];
      if (norm > 0.0)
        *worst = MAX (*worst, cblas_dnrm2 (self->p, residual + v * self->p, 1) / norm);
    }
  return TRUE;
}

/* The largest residual of MEASURED of the k solutions x. */
static gboolean
measure_sample (AyHessian *self, AyCurvature *at, const double *b, const double *x, gsize k,
                double *worst, AyJob *job, GError **error)
{
  gsize p = self->p;
  g_autofree double *some = ay_try_alloc (3 * MEASURED * p, sizeof (double), "a sample", error);
  double *some_x = some + MEASURED * p;

  if (some == NULL)
    return FALSE;
  for (gsize v = 0; v < MEASURED; v++)
    {
      memcpy (some + v * p, b + v * k / MEASURED * p, p * sizeof (double));
      memcpy (some_x + v * p, x + v * k / MEASURED * p, p * sizeof (double));
    }
  return measure (self, at, some, some_x, MEASURED, some_x + MEASURED * p, worst, job, error);
}

/* Starts at x, whose class mean is not to be trusted; where that is farther off than nothing, at
 * nothing. r: in rhs, out what is left. */
static gboolean
start_at (AyHessian *self, AyCurvature *at, const double *rhs, double *x, gsize k, double *r,
          double *worst, AyJob *job, GError **error)
{
  ay_drop_class_mean (self->n_outputs, self->stride, k, x);
  if (!measure (self, at, rhs, x, k, r, worst, job, error))
    return FALSE;
  if (*worst < 1.0)
    return TRUE;
  memset (x, 0, k * self->p * sizeof (double));
  memcpy (r, rhs, k * self->p * sizeof (double));
  *worst = 1.0;
  return TRUE;
}

gboolean
ay_hessian_solve_from (AyHessian *self, double *rhs, const double *guess, gsize k,
                       double tolerance, double *residual, AyJob *job, GError **error)
{
  g_autofree double *memory = ay_try_alloc (3 * k * self->p + k * self->stride, sizeof (double),
                                            "the solution", error);
  double *x = memory, *r = memory + k * self->p, *step = r + k * self->p;
  double worst = 1.0, before = HUGE_VAL;
  gboolean many;
  AyCurvature *at;

  if (memory == NULL || !prepare (self, k, job, error))
    return FALSE;
  many = self->form != FORM_NONE && k > MEASURED && tolerance >= NARROW_FLOOR;
  at = curvature_at_head (self, tolerance < NARROW_FLOOR
                          || ay_curvature_wide_is_cheap (self->train, self->head), job, error);
  if (at == NULL)
    return FALSE;
  self->iterations = 0;
  split_mean (self, rhs, k, step + k * self->p);
  memcpy (r, rhs, k * self->p * sizeof (double));
  if (guess != NULL)
    {
      memcpy (x, guess, k * self->p * sizeof (double));
      if (!start_at (self, at, rhs, x, k, r, &worst, job, error))
        return FALSE;
    }
  for (guint round = 0; round < MAX_ROUNDS && worst > tolerance && worst < 0.9 * before; round++)
    {
      double goal = CLAMP (0.5 * tolerance / worst, 1e-6, 0.1);

      before = round > 0 ? worst : HUGE_VAL;
      if (!correct (self, r, k, goal, step, job, error))
        return FALSE;
      cblas_daxpy (k * self->p, 1.0, step, 1, x, 1);
      if (many && round == 0)
        {
          if (!measure_sample (self, at, rhs, x, k, &worst, job, error))
            return FALSE;
          if (worst <= tolerance)
            break;
        }
      if (!measure (self, at, rhs, x, k, r, &worst, job, error))
        return FALSE;
    }
  join_mean (self, x, k, memory + 3 * k * self->p);
  memcpy (rhs, x, k * self->p * sizeof (double));
  if (residual != NULL)
    *residual = worst;
  if (worst <= tolerance)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
               N_ ("the solve with the Hessian stopped at the relative residual %.3g, tolerance "
                   "%g"),
               worst, tolerance);
  return FALSE;
}

gboolean
ay_hessian_solve_to (AyHessian *self, double *rhs, gsize k, double tolerance, double *residual,
                     AyJob *job, GError **error)
{
  return ay_hessian_solve_from (self, rhs, NULL, k, tolerance, residual, job, error);
}

gboolean
ay_hessian_solve (AyHessian *self, double *rhs, gsize k, double *residual, AyJob *job,
                  GError **error)
{
  return ay_hessian_solve_to (self, rhs, k, self->options.tolerance, residual, job, error);
}
