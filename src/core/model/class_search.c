/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line search with a length for every class.
 *
 * When a group of rows is taken out, the classes that lose rows must move far and the others hardly
 * at all: one length for all of theta serves neither. J restricted to the classes' lengths and
 * intercepts is convex in q = (directions + 1) C numbers; a few damped Newton steps find its
 * minimum. Its value, gradient and Hessian come from the n x C outputs alone:
 *   g = sum_i w (p - y) u_a,   H = sum_i w (diag (p u_a u_b) - (p u_a)(p u_b)^T) + lambda D_a.D_b.
 * Above 128 classes all share their lengths, and the intercepts stay.
 *
 * Cost: about 2 n q^2 flop a step. Chunks of rows of a number fixed by the sizes are summed apart
 * and added in order. */
#include "core/model/class_search.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#define MAX_CLASSES 128
#define BLOCK_ROWS 64
#define CHUNKS 12
#define MAX_STEPS 25
#define MAX_HALVINGS 20
#define ENOUGH 1e-10 /* Newton decrement by the sum of weights */

typedef struct
{
  AyClassSearch *task;
  guint n;              /* classes */
  gboolean apart;       /* a length a class */
  guint parts;          /* directions, and the intercepts when apart */
  gsize q, chunk_rows, n_chunks;
  double *a;            /* q: the point; by part, then class */
  double *square;       /* parts x parts x n: lambda D_a.D_b by class */
  double *slope;        /* parts x n: lambda theta.D_a by class */
  gboolean want_hessian;
  double *values, *gradients, *hessians; /* by chunk */
  AyJob *job;
} Search;

/* lengths of class c: t[part] */
static double
length_of (const Search *self, guint part, guint c)
{
  return self->a[self->apart ? part * self->n + c : part];
}

/* Logits of row i at the point, into z. */
static void
logits_at (const Search *self, gsize i, double *z)
{
  const AyClassSearch *task = self->task;
  guint n = self->n;

  for (guint c = 0; c < n; c++)
    {
      double sum = task->logits[i * n + c];

      for (guint part = 0; part < self->parts; part++)
        sum += length_of (self, part, c)
               * (part < task->n_directions ? task->along[part][i * n + c] : 1.0);
      z[c] = sum;
    }
}

/* z to probabilities; the loss of class y. */
static double
probabilities (double *z, guint n, gint32 y)
{
  double top = z[0], sum = 0.0, own = z[y];

  for (guint c = 1; c < n; c++)
    top = MAX (top, z[c]);
  for (guint c = 0; c < n; c++)
    sum += z[c] = exp (z[c] - top);
  for (guint c = 0; c < n; c++)
    z[c] /= sum;
  return top + log (sum) - own;
}

/* One row's share of the gradient, of the Hessian's diagonals, and its rows of p u (v) and w p u
 * (wv), q numbers each. */
static void
add_row (const Search *self, gsize i, const double *p, double *gradient, double *hessian,
         double *v, double *wv)
{
  const AyClassSearch *task = self->task;
  double weight = task->weight[i];
  gint32 y = task->problem->label[i];
  guint n = self->n;

  memset (v, 0, self->q * sizeof (double));
  for (guint a = 0; a < self->parts; a++)
    for (guint c = 0; c < n; c++)
      {
        double u = a < task->n_directions ? task->along[a][i * n + c] : 1.0;
        gsize at = self->apart ? a * n + c : a;

        gradient[at] += weight * (p[c] - (c == (guint) y)) * u;
        v[at] += p[c] * u;
        for (guint b = a; b < self->parts && hessian != NULL; b++)
          {
            double other = b < task->n_directions ? task->along[b][i * n + c] : 1.0;

            hessian[at * self->q + (self->apart ? b * n + c : b)] += weight * p[c] * u * other;
          }
      }
  for (gsize j = 0; j < self->q; j++)
    wv[j] = -weight * v[j];
}

static void
run_chunk (gsize chunk, guint worker, gpointer data)
{
  Search *self = data;
  const AyClassSearch *task = self->task;
  gsize q = self->q, last = MIN (task->problem->n, (chunk + 1) * self->chunk_rows);
  double *gradient = self->gradients + chunk * q;
  double *hessian = self->want_hessian ? self->hessians + chunk * q * q : NULL;
  g_autofree double *z = g_new (double, self->n);
  g_autofree double *v = g_new (double, BLOCK_ROWS * q);
  g_autofree double *wv = g_new (double, BLOCK_ROWS * q);

  self->values[chunk] = 0.0;
  memset (gradient, 0, q * sizeof (double));
  if (hessian != NULL)
    memset (hessian, 0, q * q * sizeof (double));
  for (gsize first = chunk * self->chunk_rows; first < last; first += BLOCK_ROWS)
    {
      gsize used = 0;

      if (ay_job_is_cancelled (self->job))
        return;
      for (gsize i = first; i < MIN (last, first + BLOCK_ROWS); i++)
        if (task->weight[i] > 0.0)
          {
            logits_at (self, i, z);
            self->values[chunk] += task->weight[i]
                                   * probabilities (z, self->n, task->problem->label[i]);
            if (hessian != NULL)
              add_row (self, i, z, gradient, hessian, v + used * q, wv + used * q);
            used++;
          }
      if (hessian != NULL && used > 0)
        cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, q, q, used, 1.0, wv, q, v, q, 1.0,
                     hessian, q);
    }
}

static void
add_penalty (Search *self, double *value)
{
  gsize q = self->q;
  guint n = self->n;

  for (guint a = 0; a < self->parts; a++)
    for (guint c = 0; c < n; c++)
      {
        gsize at = self->apart ? a * n + c : a;
        double t = length_of (self, a, c);

        *value += t * self->slope[a * n + c];
        self->gradients[at] += self->slope[a * n + c];
        for (guint b = 0; b < self->parts; b++)
          {
            double square = self->square[(a * self->parts + b) * n + c];

            *value += 0.5 * t * length_of (self, b, c) * square;
            self->gradients[at] += length_of (self, b, c) * square;
            if (self->want_hessian && b >= a)
              self->hessians[at * q + (self->apart ? b * n + c : b)] += square;
          }
      }
}

/* J (up to a constant) at the point, and with want_hessian gradients[0..q) and hessians[0..q q),
 * upper triangle. */
static gboolean
evaluate (Search *self, double *value, AyJob *job, GError **error)
{
  gsize q = self->q;

  if (!ay_parallel_for (self->n_chunks, run_chunk, self, job, error))
    return FALSE;
  *value = self->values[0];
  for (gsize chunk = 1; chunk < self->n_chunks; chunk++)
    {
      *value += self->values[chunk];
      cblas_daxpy (q, 1.0, self->gradients + chunk * q, 1, self->gradients, 1);
      if (self->want_hessian)
        cblas_daxpy (q * q, 1.0, self->hessians + chunk * q * q, 1, self->hessians, 1);
    }
  add_penalty (self, value);
  return TRUE;
}

/* step = -H^-1 g; H is scaled to a unit diagonal and damped by 1e-10 against its null direction
 * (all intercepts) and directions that are zero for a class. Returns -g.step, or 0. */
static double
newton_step (Search *self, double *step)
{
  gsize q = self->q;
  double *h = self->hessians;
  g_autofree double *scale = g_new (double, q);
  double fall = 0.0;

  for (gsize j = 0; j < q; j++)
    scale[j] = h[j * q + j] > 0.0 ? 1.0 / sqrt (h[j * q + j]) : 0.0;
  for (gsize i = 0; i < q; i++)
    for (gsize j = i; j < q; j++)
      h[i * q + j] = i == j ? 1.0 + 1e-10 : h[i * q + j] * scale[i] * scale[j];
  for (gsize j = 0; j < q; j++)
    step[j] = -self->gradients[j] * scale[j];
  if (LAPACKE_dpotrf_work (LAPACK_COL_MAJOR, 'L', q, h, q) != 0)
    return 0.0;
  LAPACKE_dpotrs_work (LAPACK_COL_MAJOR, 'L', q, 1, h, q, step, q);
  for (gsize j = 0; j < q; j++)
    {
      step[j] *= scale[j];
      fall -= step[j] * self->gradients[j];
    }
  return fall;
}

static gboolean
minimise (Search *self, AyJob *job, GError **error)
{
  gsize q = self->q;
  g_autofree double *step = g_new (double, q), *start = g_new (double, q);
  double total = cblas_dasum (self->task->problem->n, self->task->weight, 1);

  for (guint round = 0; round < MAX_STEPS; round++)
    {
      double value, trial, fall, length = 1.0;

      self->want_hessian = TRUE;
      if (!evaluate (self, &value, job, error))
        return FALSE;
      fall = newton_step (self, step);
      if (!(fall > ENOUGH * total))
        return TRUE;
      memcpy (start, self->a, q * sizeof (double));
      self->want_hessian = FALSE;
      for (guint halving = 0;; halving++, length *= 0.5)
        {
          for (gsize j = 0; j < q; j++)
            self->a[j] = start[j] + length * step[j];
          if (!evaluate (self, &trial, job, error))
            return FALSE;
          if (trial <= value - 1e-4 * length * fall)
            break;
          if (halving == MAX_HALVINGS)
            {
              memcpy (self->a, start, q * sizeof (double));
              return TRUE;
            }
        }
    }
  return TRUE;
}

static void
prepare (Search *self)
{
  const AyClassSearch *task = self->task;
  gsize d = task->head->d, stride = d + 1;
  double lambda = task->head->lambda;

  for (guint a = 0; a < task->n_directions; a++)
    for (guint c = 0; c < self->n; c++)
      {
        const double *of_a = task->direction[a] + c * stride;

        self->slope[a * self->n + c]
            = lambda * cblas_ddot (d, of_a, 1, task->theta + c * stride, 1);
        for (guint b = 0; b < task->n_directions; b++)
          self->square[(a * self->parts + b) * self->n + c]
              = lambda * cblas_ddot (d, of_a, 1, task->direction[b] + c * stride, 1);
      }
}

/* Starts from the full first direction when that is no worse than standing still. */
static gboolean
choose_start (Search *self, AyJob *job, GError **error)
{
  double still, moved;

  if (self->task->n_directions == 0)
    return TRUE;
  self->want_hessian = FALSE;
  if (!evaluate (self, &still, job, error))
    return FALSE;
  for (guint c = 0; c < (self->apart ? self->n : 1); c++)
    self->a[c] = 1.0;
  if (!evaluate (self, &moved, job, error))
    return FALSE;
  if (!(moved <= still))
    memset (self->a, 0, self->q * sizeof (double));
  return TRUE;
}

static void
take (const Search *self)
{
  AyClassSearch *task = self->task;
  gsize stride = task->head->d + 1;

  for (gsize i = 0; i < task->problem->n; i++)
    logits_at (self, i, task->logits + i * self->n);
  for (guint c = 0; c < self->n; c++)
    for (guint part = 0; part < self->parts; part++)
      if (part < task->n_directions)
        cblas_daxpy (stride, length_of (self, part, c), task->direction[part] + c * stride, 1,
                     task->theta + c * stride, 1);
      else
        task->theta[c * stride + stride - 1] += length_of (self, part, c);
}

gboolean
ay_class_search (AyClassSearch *task, AyJob *job, GError **error)
{
  guint n = task->head->n_classes;
  Search self = { .task = task, .n = n, .apart = n <= MAX_CLASSES, .job = job };
  g_autofree double *memory = NULL;
  gsize q;

  self.parts = task->n_directions + self.apart;
  self.q = q = self.apart ? (gsize) self.parts * n : self.parts;
  if (q == 0)
    return TRUE;
  self.chunk_rows = MAX (ay_n_blocks (task->problem->n, CHUNKS), BLOCK_ROWS);
  self.n_chunks = ay_n_blocks (task->problem->n, self.chunk_rows);
  memory = ay_try_alloc (q + self.parts * (self.parts + 1) * n + self.n_chunks * (1 + q + q * q),
                         sizeof (double), "a line search", error);
  if (memory == NULL)
    return FALSE;
  self.a = memory;
  self.slope = self.a + q;
  self.square = self.slope + self.parts * n;
  self.values = self.square + self.parts * self.parts * n;
  self.gradients = self.values + self.n_chunks;
  self.hessians = self.gradients + self.n_chunks * q;
  prepare (&self);
  if (!choose_start (&self, job, error) || !minimise (&self, job, error))
    return FALSE;
  take (&self);
  return TRUE;
}
