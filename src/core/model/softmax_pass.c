/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passes over the data for the softmax head.
 *
 * Rows are cut into parts (parts.h); a worker takes a part, reads it in blocks of rows that stay in
 * its second-level cache, standardises them, takes logits, softmax and gradient there (thin.c), and
 * adds to the part's own sum in double. Parts are added along their tree, so that any number of
 * threads and of ranks gives the same bytes.
 *
 * As theta sums to zero over the classes, only n_classes - 1 of them are multiplied. Weights are
 * used relative to their mean.
 *
 * Fast passes read plain float rows where they lie, if their means are of the size of their spread:
 * w.z + b = (w inv_scale).x + (b - w.(centre inv_scale)), and the gradient by w is
 * inv_scale (r^T x - centre r^T 1). That saves the standardised copy, a quarter of a pass at ten
 * classes; theta is then rounded so that w inv_scale is a float.
 * 4 n d (C - 1) flop a gradient, 6 n d (C - 1) a Hessian product,
 * one reading of the rows each; memory: the parts' sums and a block a worker. */
#include "core/model/softmax_pass.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/words.h"
#include "core/model/standardise.h"
#include "core/model/thin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES (160 << 10) /* of a block and its logits: with the rows that are read ahead
                                   they stay in a second-level cache of 512 KB */
#define SUM_BYTES (64 << 20)    /* bound of the parts' sums */
#define MAX_PARTS 64
#define IN_PLACE_MEAN 4.0 /* means up to so many spreads lose little when not subtracted */
#define IN_PLACE_SAMPLE 256
#define IN_PLACE_CLASSES 32 /* with more, a copy is cheap and its padded rows suit the cache */

typedef enum { LAYOUT_NONE, LAYOUT_FAST, LAYOUT_EXACT, LAYOUT_RAW } Layout;

typedef struct
{
  void *z;        /* block_rows x stride */
  float *raw;     /* the same in float, for exact passes */
  void *logits;   /* 2 x n_classes x block_rows */
  void *scratch;  /* 4 x block_rows */
  gint32 *label;  /* block_rows */
  double *weight; /* block_rows */
  Layout layout;  /* what z's padding is set for */
} Worker;

struct _AySoftmax
{
  const AyProblem *problem;
  const AyHead *head;
  AyJob *job;
  gsize d, stride, p; /* stride: d + 1 rounded up */
  guint n_classes, k; /* k = n_classes - 1 */
  double relative;    /* times a weight: its share of the mean weight */
  gsize max_rows, sum_size;
  AyParts parts;
  double *sums;       /* own parts x sum_size: k x stride of gradient, loss, spread, padding */
  double *point;      /* where products are taken */
  void *theta, *v;    /* k x stride, float or double */
  gboolean in_place;  /* fast passes read the rows as they are */
  float *shift[2];    /* k: what in-place logits of theta and v lack */
  Worker *workers;
  guint n_workers;
};

typedef struct
{
  AySoftmax *self;
  const AyThinKernels *kernels;
  gsize block_rows;
  Layout layout;
  gsize stride;
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
                               N_ ("not enough memory for a block of features"));
          return FALSE;
        }
    }
  return TRUE;
}

/* Whether rows are whole vectors and the means of z without its centre small beside its spread, by
 * a sample. */
static gboolean
may_read_in_place (const AySoftmax *self)
{
  const AyProblem *problem = self->problem;
  const AyHead *head = self->head;
  gsize d = self->d, n = MIN (problem->n, IN_PLACE_SAMPLE);
  g_autofree float *z = g_new (float, MAX (d, 1));
  g_autofree double *square = g_new0 (double, MAX (d, 1));

  if (d == 0 || d % 16 != 0 || self->k > IN_PLACE_CLASSES
      || ay_matrix_dtype (problem->features) != AY_DTYPE_F32)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      ay_standardise_block (problem->features, problem->rows + i * problem->n / n, 1, head->centre,
                            head->inv_scale, z);
      for (gsize j = 0; j < d; j++)
        square[j] += (double) z[j] * z[j] / n;
    }
  for (gsize j = 0; j < d; j++)
    if (fabs ((double) head->centre[j] * head->inv_scale[j]) > IN_PLACE_MEAN * sqrt (square[j]))
      return FALSE;
  return TRUE;
}

AySoftmax *
ay_softmax_new (const AyProblem *problem, const AyHead *head, AyJob *job, GError **error)
{
  g_autoptr (AySoftmax) self = g_new0 (AySoftmax, 1);
  gsize theta_size;

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
  self->parts = ay_parts (problem->ranks, problem->n, 1,
                          CLAMP (SUM_BYTES / (self->sum_size * sizeof (double)), 2, MAX_PARTS));
  self->parts.what = "loss and gradient";
  self->sums = ay_try_alloc (ay_parts_own (&self->parts) * self->sum_size, sizeof (double),
                             "the gradients", error);
  if (self->sums == NULL)
    return NULL;
  self->point = ay_try_alloc (self->p, sizeof (double), "the gradients", error);
  if (self->point == NULL || !make_workers (self, error))
    return NULL;
  self->theta = aligned_new (theta_size, sizeof (double));
  self->v = aligned_new (theta_size, sizeof (double));
  self->shift[0] = g_new0 (float, 2 * head->n_classes);
  self->shift[1] = self->shift[0] + head->n_classes;
  self->in_place = may_read_in_place (self);
  if (self->theta != NULL && self->v != NULL)
    return g_steal_pointer (&self);
  g_set_error_literal (error, AY_ERROR, AY_ERROR_NOMEM,
                       N_ ("not enough memory for the head's weights"));
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
  g_free (self->shift[0]);
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
clean_worker (const AySoftmax *self, Worker *worker, Layout layout)
{
  gsize n = self->max_rows * self->stride;

  if (worker->layout == layout)
    return;
  memset (worker->z, 0, n * (layout == LAYOUT_EXACT ? sizeof (double) : sizeof (float)));
  memset (worker->raw, 0, n * sizeof (float));
  for (gsize i = 0; i < self->max_rows && layout != LAYOUT_RAW; i++)
    if (layout == LAYOUT_EXACT)
      worker->raw[i * self->stride + self->d] = 1.0f;
    else
      ((float *) worker->z)[i * self->stride + self->d] = 1.0f;
  worker->layout = layout;
}

/* Where `count` plain float rows of the problem lie together, or NULL. */
static const float *
plain_rows (const AySoftmax *self, gsize first, gsize count)
{
  const guint32 *rows = self->problem->rows + first;

  return rows[count - 1] - rows[0] == count - 1
             ? ay_matrix_peek_f32 (self->problem->features, rows[0], count)
             : NULL;
}

/* The block's features: where they lie, or loaded into the worker's buffer. */
static const void *
load_features (const Pass *pass, Worker *worker, gsize first, gsize count)
{
  const AySoftmax *self = pass->self;
  const AyProblem *problem = self->problem;
  AyScaling scaling = { self->head->centre, self->head->inv_scale, self->stride };
  const float *plain;

  if (pass->layout == LAYOUT_RAW)
    {
      plain = count % AY_THIN_ROWS == 0 ? plain_rows (self, first, count) : NULL;
      if (plain != NULL && GPOINTER_TO_SIZE (plain) % AY_THIN_ALIGN == 0)
        return plain;
      ay_matrix_gather_f32 (problem->features, problem->rows + first, count, worker->z);
      return worker->z;
    }
  ay_standardise_rows (problem->features, problem->rows + first, count, &scaling,
                       pass->layout == LAYOUT_EXACT ? worker->raw : worker->z);
  if (pass->layout == LAYOUT_EXACT)
    pass->kernels->load (worker->raw, (count + AY_THIN_ROWS - 1) / AY_THIN_ROWS * AY_THIN_ROWS
                                          * self->stride, worker->z);
  return worker->z;
}

static AyThinBlock
load_block (const Pass *pass, Worker *worker, gsize first, gsize count)
{
  const AySoftmax *self = pass->self;
  const AyProblem *problem = self->problem;
  gsize rows = (count + AY_THIN_ROWS - 1) / AY_THIN_ROWS * AY_THIN_ROWS;

  clean_worker (self, worker, pass->layout);
  for (gsize i = 0; i < rows; i++)
    {
      double weight = i >= count ? 0.0
                                 : ay_problem_weight (problem, first + i);

      worker->weight[i] = weight * self->relative;
      worker->label[i] = weight > 0.0 ? problem->label[first + i] : 0;
    }
  return (AyThinBlock) { .z = load_features (pass, worker, first, count), .stride = pass->stride,
                         .rows = rows, .count = count, .out_stride = pass->block_rows,
                         .label = worker->label, .weight = worker->weight };
}

/* Has the rows after a block fetched from memory while the block is worked on. */
static void
read_ahead (const AySoftmax *self, gsize first, gsize last, AyThinBlock *block)
{
  gsize count = first < last ? MIN (block->out_stride, last - first) : 0;
  const float *plain = count > 0 ? plain_rows (self, first, count) : NULL;

  if (plain == NULL)
    return;
  block->ahead = (const char *) plain;
  block->ahead_bytes = count * self->d * sizeof (float);
}

static void
logits_of (const Pass *pass, const AyThinBlock *block, const void *theta, void *out)
{
  AySoftmax *self = pass->self;
  const float *shift = self->shift[theta == self->theta ? 0 : 1];

  pass->kernels->logits (block, theta, self->k, out);
  if (pass->layout == LAYOUT_RAW)
    for (guint c = 0; c < self->k; c++)
      for (gsize i = 0; i < block->rows; i++)
        ((float *) out)[c * block->out_stride + i] += shift[c];
}

/* The sums of r itself, which raw rows have no column of ones for. */
static void
add_ones (const Pass *pass, const AyThinBlock *block, const float *r, double *sum)
{
  for (guint c = 0; c < pass->self->k; c++)
    for (gsize i = 0; i < block->count; i++)
      sum[c] += r[c * block->out_stride + i];
}

static void
pass_part (gsize part, guint worker_index, gpointer data)
{
  const Pass *pass = data;
  const AyThinKernels *kernels = pass->kernels;
  AySoftmax *self = pass->self;
  Worker *worker = self->workers + worker_index;
  double *sum = self->sums + (part - self->parts.first) * self->sum_size;
  gsize last = MIN (self->problem->n, (part + 1) * self->parts.rows);
  char *u = (char *) worker->logits + self->n_classes * pass->block_rows * kernels->size;
  AyThinSums sums = { 0.0, 0.0 };

  memset (sum, 0, self->sum_size * sizeof (double));
  for (gsize first = part * self->parts.rows; first < last; first += pass->block_rows)
    {
      AyThinBlock block;
      void *r;

      if (ay_job_is_cancelled (self->job))
        return;
      block = load_block (pass, worker, first, MIN (pass->block_rows, last - first));
      read_ahead (self, first + pass->block_rows, last, &block);
      logits_of (pass, &block, self->theta, worker->logits);
      if (pass->v != NULL)
        {
          logits_of (pass, &block, pass->v, u);
          kernels->curvatures (&block, self->n_classes, worker->logits, worker->scratch, u);
        }
      else
        kernels->residuals (&block, self->n_classes, worker->logits, worker->scratch, &sums);
      r = pass->v != NULL ? (void *) u : worker->logits;
      kernels->gradient (&block, r, self->k, sum);
      if (pass->layout == LAYOUT_RAW)
        add_ones (pass, &block, r, sum + self->k * self->d);
    }
  sum[self->k * self->stride] = sums.loss;
  sum[self->k * self->stride + 1] = sums.spread;
}

/* theta's classes but the last as the kernels read them; which: 0 for theta, 1 for v. */
static void
pack (const AySoftmax *self, const double *theta, Layout layout, guint which)
{
  gsize width = self->d + 1;
  void *to = which == 0 ? self->theta : self->v;
  const AyHead *head = self->head;

  memset (to, 0, self->k * self->stride
                     * (layout == LAYOUT_EXACT ? sizeof (double) : sizeof (float)));
  for (guint c = 0; c < self->k; c++)
    {
      const double *from = theta + c * width;
      double shift = from[self->d];

      for (gsize j = 0; j < width; j++)
        if (layout == LAYOUT_EXACT)
          ((double *) to)[c * self->stride + j] = from[j];
        else if (layout == LAYOUT_FAST)
          ((float *) to)[c * self->stride + j] = (float) from[j];
        else if (j < self->d)
          {
            float scaled = (float) (from[j] * head->inv_scale[j]);

            ((float *) to)[c * self->d + j] = scaled;
            shift -= (double) scaled * head->centre[j];
          }
      self->shift[which][c] = (float) shift;
    }
}

static Layout
layout_of (const AySoftmax *self, AyPassKind kind)
{
  if (kind == AY_PASS_EXACT)
    return LAYOUT_EXACT;
  return self->in_place ? LAYOUT_RAW : LAYOUT_FAST;
}

static gboolean
run_pass (AySoftmax *self, AyPassKind kind, const void *v, GError **error)
{
  const AyThinKernels *kernels = ay_thin_kernels (kind == AY_PASS_EXACT);
  Layout layout = layout_of (self, kind);
  Pass pass = { self, kernels, rows_a_block (self, kernels->size), layout,
                layout == LAYOUT_RAW ? self->d : self->stride, v };

  return ay_parts_for (&self->parts, pass_part, &pass, self->job, error)
         && ay_parts_sum (&self->parts, self->sums, self->sum_size, self->job, error);
}

/* The summed gradient of class c by feature j, or by its intercept (j = d). */
static double
sum_at (const AySoftmax *self, Layout layout, guint c, gsize j)
{
  const AyHead *head = self->head;
  const double *ones = self->sums + self->k * self->d;

  if (layout != LAYOUT_RAW)
    return self->sums[c * self->stride + j];
  if (j == self->d)
    return ones[c];
  return head->inv_scale[j] * (self->sums[c * self->d + j] - head->centre[j] * ones[c]);
}

/* The sums of all classes: divided by n, the last class as minus the others, plus the penalty's
 * lambda / sw x at. */
static void
unpack (const AySoftmax *self, AyPassKind kind, const double *at, double *out)
{
  gsize width = self->d + 1;
  Layout layout = layout_of (self, kind);
  double scale = 1.0 / self->problem->n, penalty = self->head->lambda / self->head->sum_weight;
  double *last = out + self->k * width;

  memset (last, 0, width * sizeof (double));
  for (guint c = 0; c < self->k; c++)
    for (gsize j = 0; j < width; j++)
      {
        out[c * width + j] = scale * sum_at (self, layout, c, j);
        last[j] -= out[c * width + j];
      }
  for (guint c = 0; c < self->n_classes; c++)
    for (gsize j = 0; j < self->d; j++)
      out[c * width + j] += penalty * at[c * width + j];
}

void
ay_softmax_settle (const AySoftmax *self, AyPassKind kind, double *theta)
{
  gsize width = self->d + 1;
  const float *unit = self->head->inv_scale;
  double *last = theta + self->k * width;
  Layout layout = layout_of (self, kind);

  memset (last, 0, width * sizeof (double));
  for (guint c = 0; c < self->k; c++)
    for (gsize j = 0; j < width; j++)
      {
        double *at = theta + c * width + j;

        if (layout == LAYOUT_RAW && j < self->d && unit[j] > 0.0f)
          *at = (float) (*at * unit[j]) / (double) unit[j];
        else if (layout == LAYOUT_FAST)
          *at = (float) *at;
        last[j] -= *at;
      }
}

gboolean
ay_softmax_gradient (AySoftmax *self, AyPassKind kind, const double *theta,
                     AySoftmaxValue *value, double *gradient, GError **error)
{
  const double *sums = self->sums + self->k * self->stride;
  double square = 0.0;

  pack (self, theta, layout_of (self, kind), 0);
  if (!run_pass (self, kind, NULL, error))
    return FALSE;
  unpack (self, kind, theta, gradient);
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
  pack (self, self->point, layout_of (self, kind), 0);
  pack (self, v, layout_of (self, kind), 1);
  if (!run_pass (self, kind, self->v, error))
    return FALSE;
  unpack (self, kind, v, product);
  return TRUE;
}
