/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passes over the data for the softmax head.
 *
 * Rows are cut into chunks whose number depends on the sizes alone; a worker takes a chunk, reads
 * it in blocks of rows that stay in its second-level cache, standardises them, and adds
 * residual^T z into the chunk's own sum; chunks are added in order, so that any number of threads
 * gives the same bytes. 4 n d C flop for a gradient, 6 n d C for a Hessian product, memory: the
 * chunks' sums and a block a worker. */
#include "core/model/softmax_pass.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/standardise.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define BLOCK_VALUES (48 << 10) /* numbers a block of rows */
#define SUM_BYTES (64 << 20)    /* bound of the chunks' sums */
#define MAX_CHUNKS 64

struct _AySoftmax
{
  const AyProblem *problem;
  const AyHead *head;
  gsize d, stride, p; /* stride = d + 1 */
  guint n_classes;
  gsize block_rows, chunk_rows, n_chunks;
  double *sums;       /* n_chunks x (p + 1): gradient, loss */
  double **z;         /* a worker: block_rows x stride, last column 1 */
  float **raw;        /* a worker: block_rows x d */
  double **logits;    /* a worker: block_rows x n_classes, twice */
  guint n_workers;
};

typedef struct
{
  AySoftmax *self;
  const double *theta, *v;
  AyJob *job;
} Pass;

AySoftmax *
ay_softmax_new (const AyProblem *problem, const AyHead *head, GError **error)
{
  g_autoptr (AySoftmax) self = g_new0 (AySoftmax, 1);
  gsize n_chunks;

  self->problem = problem;
  self->head = head;
  self->d = head->d;
  self->stride = head->d + 1;
  self->n_classes = head->n_classes;
  self->p = self->stride * self->n_classes;
  self->block_rows = CLAMP (BLOCK_VALUES / (self->stride + 2 * self->n_classes), 8, 512);
  n_chunks = CLAMP (SUM_BYTES / (self->p * sizeof (double)), 2, MAX_CHUNKS);
  self->chunk_rows = MAX (ay_n_blocks (problem->n, n_chunks), self->block_rows);
  self->n_chunks = ay_n_blocks (problem->n, self->chunk_rows);
  self->n_workers = ay_threads ();
  self->sums = ay_try_alloc (self->n_chunks * (self->p + 1), sizeof (double), "gradient sums",
                             error);
  if (self->sums == NULL)
    return NULL;
  self->z = g_new0 (double *, self->n_workers);
  self->raw = g_new0 (float *, self->n_workers);
  self->logits = g_new0 (double *, self->n_workers);
  for (guint i = 0; i < self->n_workers; i++)
    {
      self->z[i] = g_new (double, self->block_rows * self->stride);
      self->raw[i] = g_new (float, self->block_rows * self->d + 1);
      self->logits[i] = g_new (double, 2 * self->block_rows * self->n_classes);
    }
  return g_steal_pointer (&self);
}

void
ay_softmax_free (AySoftmax *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_workers && self->z != NULL; i++)
    {
      g_free (self->z[i]);
      g_free (self->raw[i]);
      g_free (self->logits[i]);
    }
  g_free (self->z);
  g_free (self->raw);
  g_free (self->logits);
  g_free (self->sums);
  g_free (self);
}

gsize
ay_softmax_n_parameters (const AySoftmax *self)
{
  return self->p;
}

/* Logits to probabilities; returns log sum exp. */
static double
softmax_row (double *z, guint n_classes)
{
  double top = z[0], sum = 0.0;

  for (guint c = 1; c < n_classes; c++)
    top = MAX (top, z[c]);
  for (guint c = 0; c < n_classes; c++)
    sum += z[c] = exp (z[c] - top);
  for (guint c = 0; c < n_classes; c++)
    z[c] /= sum;
  return top + log (sum);
}

static void
load_block (AySoftmax *self, guint worker, gsize first, gsize count)
{
  ay_standardise_block (self->problem->features, self->problem->rows + first, count,
                        self->head->centre, self->head->inv_scale, self->raw[worker]);
  for (gsize i = 0; i < count; i++)
    {
      for (gsize j = 0; j < self->d; j++)
        self->z[worker][i * self->stride + j] = self->raw[worker][i * self->d + j];
      self->z[worker][i * self->stride + self->d] = 1.0;
    }
}

static void
multiply (const AySoftmax *self, const double *z, gsize count, const double *theta, double *out)
{
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, count, self->n_classes, self->stride, 1.0,
               z, self->stride, theta, self->stride, 0.0, out, self->n_classes);
}

/* Rows of P - Y times the weight, in place of the logits; returns the weighted loss. */
static double
residuals (const AySoftmax *self, gsize first, gsize count, double *logits)
{
  const AyProblem *problem = self->problem;
  double loss = 0.0;

  for (gsize i = 0; i < count; i++)
    {
      double *row = logits + i * self->n_classes;
      double weight = problem->weight != NULL ? problem->weight[first + i] : 1.0;
      gint32 y = problem->label[first + i];
      double own = row[y];

      loss += weight > 0.0 ? weight * (softmax_row (row, self->n_classes) - own) : 0.0;
      row[y] -= 1.0;
      for (guint c = 0; c < self->n_classes; c++)
        row[c] = weight > 0.0 ? row[c] * weight : 0.0;
    }
  return loss;
}

/* Rows of weight (diag p - p p^T) u in place of u. */
static void
curvatures (const AySoftmax *self, gsize first, gsize count, double *logits, double *u)
{
  const double *weights = self->problem->weight;

  for (gsize i = 0; i < count; i++)
    {
      double *p = logits + i * self->n_classes, *row = u + i * self->n_classes, dot = 0.0;
      double weight = weights != NULL ? weights[first + i] : 1.0;

      softmax_row (p, self->n_classes);
      for (guint c = 0; c < self->n_classes; c++)
        dot += p[c] * row[c];
      for (guint c = 0; c < self->n_classes; c++)
        row[c] = weight > 0.0 ? weight * p[c] * (row[c] - dot) : 0.0;
    }
}

static void
pass_chunk (gsize chunk, guint worker, gpointer data)
{
  Pass *pass = data;
  AySoftmax *self = pass->self;
  double *sum = self->sums + chunk * (self->p + 1);
  double *logits = self->logits[worker], *u = logits + self->block_rows * self->n_classes;
  gsize last = MIN (self->problem->n, (chunk + 1) * self->chunk_rows);

  memset (sum, 0, (self->p + 1) * sizeof (double));
  for (gsize first = chunk * self->chunk_rows; first < last; first += self->block_rows)
    {
      gsize count = MIN (self->block_rows, last - first);
      double *z = self->z[worker];

      if (ay_job_is_cancelled (pass->job))
        return;
      load_block (self, worker, first, count);
      multiply (self, z, count, pass->theta, logits);
      if (pass->v != NULL)
        {
          multiply (self, z, count, pass->v, u);
          curvatures (self, first, count, logits, u);
        }
      else
        sum[self->p] += residuals (self, first, count, logits);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, self->n_classes, self->stride, count,
                   1.0, pass->v != NULL ? u : logits, self->n_classes, z, self->stride, 1.0, sum,
                   self->stride);
    }
}

/* Adds the chunks in order into the first, divides by the sum of weights, adds the penalty's
 * lambda/sw x at. */
static void
reduce (AySoftmax *self, const double *at, double *out)
{
  double scale = 1.0 / self->head->sum_weight;

  for (gsize chunk = 1; chunk < self->n_chunks; chunk++)
    for (gsize j = 0; j <= self->p; j++)
      self->sums[j] += self->sums[chunk * (self->p + 1) + j];
  if (out == NULL)
    return;
  for (gsize j = 0; j < self->p; j++)
    {
      gboolean intercept = j % self->stride == self->d;

      out[j] = scale * (self->sums[j] + (intercept ? 0.0 : self->head->lambda * at[j]));
    }
}

gboolean
ay_softmax_gradient (AySoftmax *self, const double *theta, AySoftmaxValue *value,
                     double *gradient, AyJob *job, GError **error)
{
  Pass pass = { self, theta, NULL, job };
  double square = 0.0;

  if (!ay_parallel_for (self->n_chunks, pass_chunk, &pass, job, error))
    return FALSE;
  reduce (self, theta, gradient);
  for (gsize j = 0; j < self->p; j++)
    square += j % self->stride == self->d ? 0.0 : theta[j] * theta[j];
  value->loss = self->sums[self->p] / self->head->sum_weight;
  value->objective = value->loss + 0.5 * self->head->lambda / self->head->sum_weight * square;
  return TRUE;
}

gboolean
ay_softmax_product (AySoftmax *self, const double *theta, const double *v, double *product,
                    AyJob *job, GError **error)
{
  Pass pass = { self, theta, v, job };

  if (!ay_parallel_for (self->n_chunks, pass_chunk, &pass, job, error))
    return FALSE;
  reduce (self, v, product);
  return TRUE;
}
