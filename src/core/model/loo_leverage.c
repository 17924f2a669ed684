/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leave-one-out from the inverse Hessian.
 *
 * In reduced coordinates (m = C - 1), K_i = (I (x) z_i)^T H^-1 (I (x) z_i), W_i the curvature of
 * the row, r_i = U^T (p_i - y_i): q_i = (I - w W K)^-1 r_i, theta without i = theta +
 * w H^-1 (q_i (x) z_i), and the logits of the row itself move by w K q. A block of rows takes H^-1
 * by block rows of classes:
 * Z H^-1[a, b >= a], then K_ab by dot products with z.
 *
 * Effects: H^-1 (q_i (x) z_i) for a block of rows by one product, their outputs on the target by
 * another, the loss at what results.
 *
 * Cost a row: m^2 d^2 flop for K; r^2 (r = m (d + 1)) x 2, 2 m_t r and m_t C exponentials for an
 * effect. Products are in double while they stay below 4e10 flop, else in float. */
#include "core/model/loo_private.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/words.h"
#include "core/model/curvature.h"
#include "core/model/reduced.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#define BLOCK_ROWS 64
#define WIDE_FLOP 4e10
#define MAX_POWER 200
#define MAX_JOIN_STEPS 30
#define JOIN_TOLERANCE 1e-9
#define EXPONENTIAL 60.0 /* flop that one costs */
#define N_FOUND 4

typedef struct
{
  AyLoo *loo;
  const AyProblem *train;
  const AyHead *head;
  const double *inverse;
  const float *narrow; /* (nullable) the inverse rounded: float products */
  double *q;
  const double *q_in;
  const AyTargetLoss *target;
  const guint32 *rows;
  const float *narrow_target;
  const double *s;
  double *effect;
  gsize count, stride, r;
  AyParts parts;       /* blocks of BLOCK_ROWS rows, shared out to the ranks */
  double *found;       /* count x N_FOUND: a row's effect, error and halves */
  guint m, n_outputs;
  gboolean joins;      /* rows are put in, not taken out */
  AyJob *job;
} Pass;

static float *
to_float (const double *from, gsize n, GError **error)
{
  float *to = g_try_new (float, n);

  if (to == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_NOMEM, N_ ("no memory for leave-one-out"));
  for (gsize j = 0; j < n && to != NULL; j++)
    to[j] = (float) from[j];
  return to;
}

/* --- leverage --- */

/* Largest eigenvalue of a W K, W and K positive semidefinite, by the power method. */
static double
largest_eigenvalue (const double *wk, guint m, double *x, double *y)
{
  double value = 0.0;

  for (guint a = 0; a < m; a++)
    x[a] = 1.0 + 0.1 * (a % 7);
  for (guint round = 0; round < MAX_POWER; round++)
    {
      double norm, before = value;

      cblas_dgemv (CblasRowMajor, CblasNoTrans, m, m, 1.0, wk, m, x, 1, 0.0, y, 1);
      norm = cblas_dnrm2 (m, y, 1);
      value = norm / cblas_dnrm2 (m, x, 1);
      if (!(norm > 0.0))
        return 0.0;
      for (guint a = 0; a < m; a++)
        x[a] = y[a] / norm;
      if (round > 2 && fabs (value - before) <= 1e-7 * value)
        break;
    }
  return value;
}

/* One row: k is K, m x m; work: 3 m^2 + 5 C doubles. */
static void
leave_out (Pass *self, gsize i, const double *p, const double *k, double *work)
{
  guint m = self->m, n = self->n_outputs;
  double *w = work, *wk = w + m * m, *a = wk + m * m, *r = a + m * m, *move = r + n;
  double *full = move + n, weight = ay_problem_weight (self->train, i), top = -HUGE_VAL, sum = 0.0;
  double *q = self->q + i * m, *out = self->loo->output + i * n;
  g_autofree lapack_int *pivots = g_new (lapack_int, m);

  for (guint c = 0; c < n; c++)
    full[c] = self->head->n_classes > 0 ? p[c] - (c == (guint) self->train->label[i])
                                        : p[0] - self->train->target[i];
  ay_reduce (n, 1, full, r);
  for (guint c = 0; c < m; c++)
    for (guint e = 0; e < m; e++)
      w[c * m + e] = weight * ay_reduced_curvature (n, p, c, e);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, m, m, m, 1.0, w, m, k, m, 0.0, wk, m);
  self->loo->leverage[i] = largest_eigenvalue (wk, m, move, full);
  cblas_dgemv (CblasRowMajor, CblasNoTrans, m, m, weight, k, m, r, 1, 0.0, move, 1);
  self->loo->self[i] = cblas_ddot (m, r, 1, move, 1);
  for (guint c = 0; c < m * m; c++)
    a[c] = (c % (m + 1) == 0 ? 1.0 : 0.0) - wk[c];
  memcpy (q, r, m * sizeof (double));
  /* row-major A is column-major A^T */
  if (LAPACKE_dgetrf_work (LAPACK_COL_MAJOR, m, m, a, m, pivots) != 0)
    q[0] = NAN;
  else
    LAPACKE_dgetrs_work (LAPACK_COL_MAJOR, 'T', m, 1, a, m, pivots, q, m);
  cblas_dgemv (CblasRowMajor, CblasNoTrans, m, m, weight, k, m, q, 1, 0.0, move, 1);
  ay_expand (n, 1, move, full);
  if (self->head->n_classes == 0)
    {
      out[0] = p[0] + full[0];
      return;
    }
  for (guint c = 0; c < n; c++)
    top = MAX (top, out[c] = log (MAX (p[c], 1e-300)) + full[c]);
  for (guint c = 0; c < n; c++)
    sum += out[c] = exp (out[c] - top);
  for (guint c = 0; c < n; c++)
    out[c] /= sum;
}

/* --- joining --- */

/* Where the row's outputs are after q: out = softmax (log p - K q), or p - K q; r = U^T (out - y).
 * Returns q^T K q / 2 + the row's loss, which the right q makes least. move, full: C each. */
static double
after_joining (const Pass *self, gsize i, const double *p, const double *k, const double *q,
               double *out, double *r, double *move, double *full)
{
  guint m = self->m, n = self->n_outputs;
  double top = -HUGE_VAL, sum = 0.0, least, half;

  cblas_dgemv (CblasRowMajor, CblasNoTrans, m, m, 1.0, k, m, q, 1, 0.0, move, 1);
  half = 0.5 * cblas_ddot (m, q, 1, move, 1);
  ay_expand (n, 1, move, full);
  if (self->head->n_classes == 0)
    {
      out[0] = p[0] - full[0];
      r[0] = out[0] - self->train->target[i];
      return half + 0.5 * r[0] * r[0];
    }
  for (guint c = 0; c < n; c++)
    top = MAX (top, out[c] = log (MAX (p[c], 1e-300)) - full[c]);
  least = top - out[self->train->label[i]];
  for (guint c = 0; c < n; c++)
    sum += out[c] = exp (out[c] - top);
  for (guint c = 0; c < n; c++)
    {
      out[c] /= sum;
      full[c] = out[c] - (c == (guint) self->train->label[i]);
    }
  ay_reduce (n, 1, full, r);
  return half + least + log (sum);
}

/* One row put in: q = U^T (p (q) - y) where its outputs are those after q itself, by Newton steps
 * halved until they lower what q makes least. One step is far too long for a row that the head is
 * sure of and wrong: there its curvature is nil. work: 2 m^2 + 5 C doubles. */
static void
join (Pass *self, gsize i, const double *p, const double *k, double *work)
{
  guint m = self->m, n = self->n_outputs;
  double *a = work, *w = a + m * m, *r = w + m * m, *step = r + m, *next = step + m;
  double *move = next + m, *full = move + n, *q = self->q + i * m;
  double *out = self->loo->output + i * n, value, size = INFINITY;
  g_autofree lapack_int *pivots = g_new (lapack_int, m);

  memset (q, 0, m * sizeof *q);
  value = after_joining (self, i, p, k, q, out, r, move, full);
  for (guint round = 0; round < MAX_JOIN_STEPS && size > JOIN_TOLERANCE; round++)
    {
      double now = INFINITY, share = 1.0;

      for (guint c = 0; c < m; c++)
        for (guint e = 0; e < m; e++)
          w[c * m + e] = ay_reduced_curvature (n, out, c, e);
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, m, m, m, 1.0, w, m, k, m, 0.0, a, m);
      for (guint c = 0; c < m; c++)
        {
          a[c * m + c] += 1.0;
          step[c] = r[c] - q[c];
        }
      if (LAPACKE_dgetrf_work (LAPACK_COL_MAJOR, m, m, a, m, pivots) != 0)
        break;
      LAPACKE_dgetrs_work (LAPACK_COL_MAJOR, 'T', m, 1, a, m, pivots, step, m);
      for (; !(now <= value) && share > JOIN_TOLERANCE; share *= 0.5)
        {
          for (guint c = 0; c < m; c++)
            next[c] = q[c] + share * step[c];
          now = after_joining (self, i, p, k, next, out, r, move, full);
        }
      if (!(now <= value))
        break;
      memcpy (q, next, m * sizeof *q);
      value = now;
      size = cblas_dnrm2 (m, step, 1);
    }
  after_joining (self, i, p, k, q, out, r, move, full);
}

/* y (count x (m - a) stride) = z H^-1[a, a..m-1] */
static void
multiply_inverse (const Pass *self, const float *z, const double *wide, gsize count, guint a,
                  float *narrow_y, double *y)
{
  gsize width = (self->m - a) * self->stride, at = (gsize) a * self->stride * (self->r + 1);

  if (self->narrow == NULL)
    {
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, count, width, self->stride, 1.0, wide,
                   self->stride, self->inverse + at, self->r, 0.0, y, width);
      return;
    }
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, count, width, self->stride, 1.0f, z,
               self->stride, self->narrow + at, self->r, 0.0f, narrow_y, width);
  for (gsize j = 0; j < count * width; j++)
    y[j] = narrow_y[j];
}

static void
leverage_block (gsize block, guint worker, gpointer data)
{
  Pass *self = data;
  gsize first = block * BLOCK_ROWS, count = MIN (BLOCK_ROWS, self->train->n - first);
  gsize stride = self->stride;
  guint m = self->m, n = self->n_outputs;
  g_autofree float *z = g_new (float, count * stride);
  g_autofree float *narrow_y = g_new (float, self->narrow != NULL ? count * self->r : 1);
  g_autofree double *wide = g_new (double, count * stride), *y = g_new (double, count * self->r);
  g_autofree double *k = g_new (double, count * m * m), *p = g_new (double, count * n);
  g_autofree double *work = g_new (double, 3 * m * m + 6 * n);

  ay_curvature_rows (self->train, self->head, first, count, z);
  for (gsize j = 0; j < count * stride; j++)
    wide[j] = z[j];
  for (guint a = 0; a < m; a++)
    {
      multiply_inverse (self, z, wide, count, a, narrow_y, y);
      for (gsize i = 0; i < count; i++)
        for (guint b = a; b < m; b++)
          k[(i * m + a) * m + b] = k[(i * m + b) * m + a]
              = cblas_ddot (stride, y + (i * (m - a) + b - a) * stride, 1, wide + i * stride, 1);
    }
  if (!ay_head_predict (self->head, self->train->features, self->train->rows + first, count, p,
                        NULL, NULL))
    return;
  for (gsize i = 0; i < count; i++)
    (self->joins ? join : leave_out) (self, first + i, p + i * n, k + i * m * m, work);
}

static Pass
pass_init (AyLoo *loo, const AyProblem *train, const AyHead *head, const double *inverse,
           AyJob *job)
{
  guint m = ay_reduced_outputs (head->n_outputs);

  return (Pass) { .loo = loo, .train = train, .head = head, .inverse = inverse, .m = m,
                  .n_outputs = head->n_outputs, .stride = head->d + 1, .r = m * (head->d + 1),
                  .parts = ay_parts_by (train->ranks, train->n, BLOCK_ROWS), .job = job };
}

static gboolean
run_leverage (Pass *pass, GError **error)
{
  g_autofree float *narrow = NULL;

  if ((double) pass->train->n * pass->r * (pass->r + pass->stride) > WIDE_FLOP)
    {
      narrow = to_float (pass->inverse, pass->r * pass->r, error);
      if (narrow == NULL)
        return FALSE;
      pass->narrow = narrow;
    }
  return ay_parts_for (&pass->parts, leverage_block, pass, pass->job, error)
         && ay_parts_gather (&pass->parts, pass->q, pass->m * sizeof (double), error)
         && ay_parts_gather (&pass->parts, pass->loo->output, pass->n_outputs * sizeof (double),
                             error)
         && (pass->joins
             || (ay_parts_gather (&pass->parts, pass->loo->leverage, sizeof (double), error)
                 && ay_parts_gather (&pass->parts, pass->loo->self, sizeof (double), error)));
}

gboolean
ay_loo_leverage (AyLoo *self, const AyProblem *train, const AyHead *head, const double *inverse,
                 double *q, AyJob *job, GError **error)
{
  Pass pass = pass_init (self, train, head, inverse, job);

  pass.q = q;
  return run_leverage (&pass, error);
}

gboolean
ay_loo_join (AyLoo *self, const AyProblem *joining, const AyHead *head, const double *inverse,
             double *q, AyJob *job, GError **error)
{
  Pass pass = pass_init (self, joining, head, inverse, job);

  pass.q = q;
  pass.joins = TRUE;
  return run_leverage (&pass, error);
}

/* --- effects --- */

double
ay_loo_evaluation_flop (const AyHead *head, gsize rows)
{
  double r = (double) ay_reduced_outputs (head->n_outputs) * (head->d + 1);

  return 2.0 * r * r + rows * (2.0 * r + EXPONENTIAL * head->n_outputs);
}

/* moves (target rows x count m) of the target's outputs without each of the block's rows */
static void
target_moves (const Pass *self, const double *q_z, gsize count, double *moves)
{
  gsize r = self->r, stride = self->stride, rows = ay_target_loss_rows (self->target);
  gsize width = count * self->m;
  g_autofree double *step = NULL;
  g_autofree float *narrow_in = NULL, *narrow_step = NULL, *narrow_moves = NULL;

  if (self->narrow == NULL)
    {
      step = g_new (double, count * r);
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, count, r, r, 1.0, q_z, r,
                   self->inverse, r, 0.0, step, r);
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, rows, width, stride, 1.0,
                   ay_target_loss_features (self->target), stride, step, stride, 0.0, moves, width);
      return;
    }
  narrow_in = g_new (float, count * r);
  narrow_step = g_new (float, count * r);
  narrow_moves = g_new (float, rows * width);
  for (gsize j = 0; j < count * r; j++)
    narrow_in[j] = (float) q_z[j];
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, count, r, r, 1.0f, narrow_in, r,
               self->narrow, r, 0.0f, narrow_step, r);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, rows, width, stride, 1.0f,
               self->narrow_target, stride, narrow_step, stride, 0.0f, narrow_moves, width);
  for (gsize j = 0; j < rows * width; j++)
    moves[j] = narrow_moves[j];
}

static void
evaluate_block (gsize block, guint worker, gpointer data)
{
  Pass *self = data;
  gsize first = block * BLOCK_ROWS, count = MIN (BLOCK_ROWS, self->count - first);
  gsize stride = self->stride, r = self->r;
  guint m = self->m;
  g_autofree float *z = g_new (float, stride);
  g_autofree double *q_z = g_new (double, count * r), *scratch = g_new (double, self->n_outputs);
  g_autofree double *moves = g_new (double, ay_target_loss_rows (self->target) * count * m);

  for (gsize k = 0; k < count; k++)
    {
      gsize i = self->rows != NULL ? self->rows[first + k] : first + k;
      double weight = ay_problem_weight (self->train, i);

      ay_curvature_rows (self->train, self->head, i, 1, z);
      for (guint a = 0; a < m; a++)
        for (gsize j = 0; j < stride; j++)
          q_z[k * r + a * stride + j] = weight * self->q_in[i * m + a] * z[j];
    }
  target_moves (self, q_z, count, moves);
  for (gsize k = 0; k < count; k++)
    {
      double *found = self->found + (first + k) * N_FOUND;
      AyTargetChange change;

      ay_target_loss_change (self->target, moves + k * m, count * m, scratch, &change);
      found[0] = change.mean;
      found[1] = change.error;
      found[2] = change.half[0];
      found[3] = change.half[1];
    }
}

static void
put_found (const Pass *self)
{
  for (gsize k = 0; k < self->count; k++)
    {
      gsize i = self->rows != NULL ? self->rows[k] : k;
      const double *found = self->found + k * N_FOUND;

      self->loo->effect[i] = found[0];
      self->loo->error[i] = found[1];
      for (guint h = 0; h < 2 && self->loo->half[h] != NULL; h++)
        self->loo->half[h][i] = found[2 + h];
    }
}

gboolean
ay_loo_evaluate (AyLoo *self, const AyProblem *train, const AyHead *head, const double *inverse,
                 const double *q, const AyTargetLoss *target, const guint32 *rows, gsize count,
                 AyJob *job, GError **error)
{
  Pass pass = pass_init (self, train, head, inverse, job);
  g_autofree float *narrow = NULL, *narrow_target = NULL;
  g_autofree double *found = ay_try_alloc (MAX (count, 1) * N_FOUND, sizeof (double), "the effects",
                                           error);

  if (found == NULL)
    return FALSE;
  pass.q_in = q;
  pass.target = target;
  pass.rows = rows;
  pass.count = count;
  pass.found = found;
  pass.parts = ay_parts_by (train->ranks, count, BLOCK_ROWS);
  if (count * ay_loo_evaluation_flop (head, ay_target_loss_rows (target)) > WIDE_FLOP)
    {
      narrow = to_float (inverse, pass.r * pass.r, error);
      narrow_target = to_float (ay_target_loss_features (target),
                                ay_target_loss_rows (target) * pass.stride,
                                narrow != NULL ? error : NULL);
      if (narrow == NULL || narrow_target == NULL)
        return FALSE;
      pass.narrow = narrow;
      pass.narrow_target = narrow_target;
    }
  if (!ay_parts_for (&pass.parts, evaluate_block, &pass, job, error)
      || !ay_parts_gather (&pass.parts, found, N_FOUND * sizeof (double), error))
    return FALSE;
  put_found (&pass);
  return TRUE;
}

static void
linear_block (gsize block, guint worker, gpointer data)
{
  Pass *self = data;
  gsize first = block * BLOCK_ROWS, count = MIN (BLOCK_ROWS, self->train->n - first);
  gsize stride = self->stride;
  guint n = self->n_outputs;
  g_autofree float *z = g_new (float, count * stride);
  g_autofree double *wide = g_new (double, count * stride), *u = g_new (double, count * n);

  ay_curvature_rows (self->train, self->head, first, count, z);
  for (gsize j = 0; j < count * stride; j++)
    wide[j] = z[j];
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, count, n, stride, 1.0, wide, stride,
               self->s, stride, 0.0, u, n);
  for (gsize i = 0; i < count; i++)
    self->effect[first + i] = ay_problem_weight (self->train, first + i)
                              * cblas_ddot (n, u + i * n, 1, self->q_in + (first + i) * n, 1);
}

gboolean
ay_loo_linear (const AyProblem *train, const AyHead *head, const double *q, const double *s,
               double *effect, AyJob *job, GError **error)
{
  Pass pass = pass_init (NULL, train, head, NULL, job);

  pass.q_in = q;
  pass.s = s;
  pass.effect = effect;
  return ay_parts_for (&pass.parts, linear_block, &pass, job, error)
         && ay_parts_gather (&pass.parts, effect, sizeof (double), error);
}
