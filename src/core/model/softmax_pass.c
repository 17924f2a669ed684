/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passes over the data for the softmax head.
 *
 * Rows are cut into chunks whose number depends on the sizes alone; a worker takes a chunk, reads
 * it in blocks of rows that stay in its second-level cache, standardises them, takes logits,
 * softmax and gradient there (thin.c), and adds to the chunk's own sum in double. Chunks are added
 * in order, so that any number of threads gives the same bytes.
 *
 * As theta sums to zero over the classes, only n_classes - 1 of them are multiplied. Weights are
 * used relative to their mean. 4 n d (C - 1) flop a gradient, 6 n d (C - 1) a Hessian product,
 * one reading of the rows each; memory: the chunks' sums and a block a worker. */
#include "core/model/softmax_pass.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/standardise.h"
#include "core/model/thin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES (160 << 10) /* of a block and its logits: with the rows that are read ahead
                                   they stay in a second-level cache of 512 KB */
#define SUM_BYTES (64 << 20)    /* bound of the chunks' sums */
#define MAX_CHUNKS 64
#define REDUCE_COLUMNS 4096

typedef struct
{
  void *z;        /* block_rows x stride */
  float *raw;     /* the same in float, for exact passes */
  void *logits;   /* 2 x n_classes x block_rows */
  void *scratch;  /* 4 x block_rows */
  gint32 *label;  /* block_rows */
  double *weight; /* block_rows */
  gboolean exact; /* what z's padding is laid out for */
  gboolean clean; /* the padding is set */
} Worker;

struct _AySoftmax
{
  const AyProblem *problem;
  const AyHead *head;
  AyJob *job;
  gsize d, stride, p; /* stride: d + 1 rounded up */
  guint n_classes, k; /* k = n_classes - 1 */
  double relative;    /* times a weight: its share of the mean weight */
  gsize max_rows, chunk_rows, n_chunks, sum_size;
  double *sums;       /* n_chunks x sum_size: k x stride of gradient, loss, spread, padding */
  double *point;      /* where products are taken */
  void *theta, *v;    /* k x stride, float or double */
  Worker *workers;
  guint n_workers;
};

typedef struct
{
  AySoftmax *self;
  const AyThinKernels *kernels;
  gsize block_rows;
  const void *v; /* (nullable) a product rather than a gradient */
} Pass;

static void *
aligned_new (gsize count, gsize size)
{
  gsize bytes = MAX (count * size, 1);

  return aligned_alloc (AY_THIN_ALIGN, (bytes + AY_THIN_ALIGN - 1) / AY_THIN_ALIGN * AY_THIN_ALIGN);
}

static gsize
rows_a_block (const AySoftmax *self, gsize size)
{
  gsize rows = BLOCK_BYTES / size / (self->stride + 2 * self->n_classes);

  return CLAMP (rows / AY_THIN_ROWS * AY_THIN_ROWS, 64, 256);
}

static gboolean
make_workers (AySoftmax *self, GError **error)
{
  gsize rows = self->max_rows;

  self->n_workers = ay_threads ();
  self->workers = g_new0 (Worker, self->n_workers);
  for (guint i = 0; i < self->n_workers; i++)
    {
      Worker *worker = self->workers + i;

      worker->z = aligned_new (rows * self->stride, sizeof (double));
      worker->raw = aligned_new (rows * self->stride, sizeof (float));
      worker->logits = aligned_new (2 * rows * self->n_classes, sizeof (double));
      worker->scratch = aligned_new (4 * rows, sizeof (double));
      worker->label = g_new (gint32, rows);
      worker->weight = g_new (double, rows);
      if (worker->z == NULL || worker->raw == NULL || worker->logits == NULL
          || worker->scratch == NULL)
        {
          g_set_error_literal (error, AY_ERROR, AY_ERROR_NOMEM,
                               "not enough memory for a block of features");
          return FALSE;
        }
    }
  return TRUE;
}

AySoftmax *
ay_softmax_new (const AyProblem *problem, const AyHead *head, AyJob *job, GError **error)
{
  g_autoptr (AySoftmax) self = g_new0 (AySoftmax, 1);
  gsize n_chunks, theta_size;

  self->problem = problem;
  self->head = head;
  self->job = job;
  self->d = head->d;
  self->stride = (head->d + 1 + 15) / 16 * 16;
  self->n_classes = head->n_classes;
  self->k = head->n_classes - 1;
  self->p = (self->d + 1) * self->n_classes;
  self->relative = problem->n / head->sum_weight;
  theta_size = self->k * self->stride;
  self->sum_size = theta_size + 8;
  self->max_rows = rows_a_block (self, sizeof (float));
  n_chunks = CLAMP (SUM_BYTES / (self->sum_size * sizeof (double)), 2, MAX_CHUNKS);
  self->chunk_rows = MAX (ay_n_blocks (problem->n, n_chunks), 64);
  self->n_chunks = ay_n_blocks (problem->n, self->chunk_rows);
  self->sums = ay_try_alloc (self->n_chunks * self->sum_size, sizeof (double), "gradients", error);
  if (self->sums == NULL)
    return NULL;
  self->point = ay_try_alloc (self->p, sizeof (double), "gradients", error);
  if (self->point == NULL || !make_workers (self, error))
    return NULL;
  self->theta = aligned_new (theta_size, sizeof (double));
  self->v = aligned_new (theta_size, sizeof (double));
  if (self->theta != NULL && self->v != NULL)
    return g_steal_pointer (&self);
  g_set_error_literal (error, AY_ERROR, AY_ERROR_NOMEM, "not enough memory for the head's weights");
  return NULL;
}

void
ay_softmax_free (AySoftmax *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_workers; i++)
    {
      free (self->workers[i].z);
      free (self->workers[i].raw);
      free (self->workers[i].logits);
      free (self->workers[i].scratch);
      g_free (self->workers[i].label);
      g_free (self->workers[i].weight);
    }
  g_free (self->workers);
  g_free (self->sums);
  g_free (self->point);
  free (self->theta);
  free (self->v);
  g_free (self);
}

gsize
ay_softmax_n_parameters (const AySoftmax *self)
{
  return self->p;
}

/* Zeros behind the features and the 1 of the intercept, which loading never overwrites; rows that
 * are not loaded at once must hold finite numbers. */
static void
clean_worker (const AySoftmax *self, Worker *worker, gboolean exact)
{
  gsize n = self->max_rows * self->stride;

  if (worker->clean && worker->exact == exact)
    return;
  memset (worker->z, 0, n * (exact ? sizeof (double) : sizeof (float)));
  memset (worker->raw, 0, n * sizeof (float));
  for (gsize i = 0; i < self->max_rows; i++)
    if (exact)
      worker->raw[i * self->stride + self->d] = 1.0f;
    else
      ((float *) worker->z)[i * self->stride + self->d] = 1.0f;
  worker->clean = TRUE;
  worker->exact = exact;
}

static AyThinBlock
load_block (const Pass *pass, Worker *worker, gsize first, gsize count)
{
  const AySoftmax *self = pass->self;
  const AyProblem *problem = self->problem;
  gboolean exact = pass->kernels->size == sizeof (double);
  gsize rows = (count + AY_THIN_ROWS - 1) / AY_THIN_ROWS * AY_THIN_ROWS;
  AyScaling scaling = { self->head->centre, self->head->inv_scale, self->stride };

  clean_worker (self, worker, exact);
  ay_standardise_rows (problem->features, problem->rows + first, count, &scaling,
                       exact ? worker->raw : worker->z);
  if (exact)
    pass->kernels->load (worker->raw, rows * self->stride, worker->z);
  for (gsize i = 0; i < rows; i++)
    {
      double weight = i >= count ? 0.0
                                 : problem->weight != NULL ? problem->weight[first + i] : 1.0;

      worker->weight[i] = weight * self->relative;
      worker->label[i] = weight > 0.0 ? problem->label[first + i] : 0;
    }
  return (AyThinBlock) { worker->z, self->stride, rows, count, pass->block_rows, worker->label,
                         worker->weight };
}

/* Has the rows after a block fetched from memory while the block is worked on. */
static void
read_ahead (const AySoftmax *self, gsize first, gsize last, AyThinBlock *block)
{
  const guint32 *rows = self->problem->rows + first;
  gsize count = MIN (block->out_stride, last - first);
  const float *plain;

  if (first >= last || rows[count - 1] - rows[0] != count - 1)
    return;
  plain = ay_matrix_peek_f32 (self->problem->features, rows[0], count);
  if (plain == NULL)
    return;
  block->ahead = (const char *) plain;
  block->ahead_bytes = count * self->d * sizeof (float);
}

static void
pass_chunk (gsize chunk, guint worker_index, gpointer data)
{
  const Pass *pass = data;
  const AyThinKernels *kernels = pass->kernels;
  AySoftmax *self = pass->self;
  Worker *worker = self->workers + worker_index;
  double *sum = self->sums + chunk * self->sum_size;
  gsize last = MIN (self->problem->n, (chunk + 1) * self->chunk_rows);
  char *u = (char *) worker->logits + self->n_classes * pass->block_rows * kernels->size;
  AyThinSums sums = { 0.0, 0.0 };

  memset (sum, 0, self->sum_size * sizeof (double));
  for (gsize first = chunk * self->chunk_rows; first < last; first += pass->block_rows)
    {
      AyThinBlock block;

      if (ay_job_is_cancelled (self->job))
        return;
      block = load_block (pass, worker, first, MIN (pass->block_rows, last - first));
      read_ahead (self, first + pass->block_rows, last, &block);
      kernels->logits (&block, self->theta, self->k, worker->logits);
      if (pass->v != NULL)
        {
          kernels->logits (&block, pass->v, self->k, u);
          kernels->curvatures (&block, self->n_classes, worker->logits, worker->scratch, u);
        }
      else
        kernels->residuals (&block, self->n_classes, worker->logits, worker->scratch, &sums);
      kernels->gradient (&block, pass->v != NULL ? u : worker->logits, self->k, sum);
    }
  sum[self->k * self->stride] = sums.loss;
  sum[self->k * self->stride + 1] = sums.spread;
}

static void
reduce_columns (gsize block, guint worker, gpointer data)
{
  AySoftmax *self = data;
  gsize first = block * REDUCE_COLUMNS, last = MIN (self->sum_size, first + REDUCE_COLUMNS);

  for (gsize chunk = 1; chunk < self->n_chunks; chunk++)
    {
      const double *sum = self->sums + chunk * self->sum_size;

      for (gsize j = first; j < last; j++)
        self->sums[j] += sum[j];
    }
}

/* theta's classes but the last as the kernels read them. */
static void
pack (const AySoftmax *self, const double *theta, gboolean exact, void *to)
{
  gsize width = self->d + 1;

  memset (to, 0, self->k * self->stride * (exact ? sizeof (double) : sizeof (float)));
  for (guint c = 0; c < self->k; c++)
    for (gsize j = 0; j < width; j++)
      if (exact)
        ((double *) to)[c * self->stride + j] = theta[c * width + j];
      else
        ((float *) to)[c * self->stride + j] = (float) theta[c * width + j];
}

static gboolean
run_pass (AySoftmax *self, AyPassKind kind, const void *v, GError **error)
{
  const AyThinKernels *kernels = ay_thin_kernels (kind == AY_PASS_EXACT);
  Pass pass = { self, kernels, rows_a_block (self, kernels->size), v };

  return ay_parallel_for (self->n_chunks, pass_chunk, &pass, self->job, error)
         && ay_parallel_for (ay_n_blocks (self->sum_size, REDUCE_COLUMNS), reduce_columns, self,
                             self->job, error);
}

/* The sums of all classes: divided by n, the last class as minus the others, plus the penalty's
 * lambda / sw x at. */
static void
unpack (const AySoftmax *self, const double *at, double *out)
{
  gsize width = self->d + 1;
  double scale = 1.0 / self->problem->n, penalty = self->head->lambda / self->head->sum_weight;
  double *last = out + self->k * width;

  memset (last, 0, width * sizeof (double));
  for (guint c = 0; c < self->k; c++)
    for (gsize j = 0; j < width; j++)
      {
        out[c * width + j] = scale * self->sums[c * self->stride + j];
        last[j] -= out[c * width + j];
      }
  for (guint c = 0; c < self->n_classes; c++)
    for (gsize j = 0; j < self->d; j++)
      out[c * width + j] += penalty * at[c * width + j];
}

gboolean
ay_softmax_gradient (AySoftmax *self, AyPassKind kind, const double *theta,
                     AySoftmaxValue *value, double *gradient, GError **error)
{
  const double *sums = self->sums + self->k * self->stride;
  double square = 0.0;

  pack (self, theta, kind == AY_PASS_EXACT, self->theta);
  if (!run_pass (self, kind, NULL, error))
    return FALSE;
  unpack (self, theta, gradient);
  for (guint c = 0; c < self->n_classes; c++)
    for (gsize j = 0; j < self->d; j++)
      square += theta[c * (self->d + 1) + j] * theta[c * (self->d + 1) + j];
  value->loss = sums[0] / self->problem->n;
  value->spread = sums[1] / self->problem->n;
  value->objective = value->loss + 0.5 * self->head->lambda / self->head->sum_weight * square;
  return TRUE;
}

void
ay_softmax_set_point (AySoftmax *self, const double *theta)
{
  memcpy (self->point, theta, self->p * sizeof (double));
}

gboolean
ay_softmax_product (AySoftmax *self, AyPassKind kind, const double *v, double *product,
                    GError **error)
{
  pack (self, self->point, kind == AY_PASS_EXACT, self->theta);
  pack (self, v, kind == AY_PASS_EXACT, self->v);
  if (!run_pass (self, kind, self->v, error))
    return FALSE;
  unpack (self, v, product);
  return TRUE;
}
