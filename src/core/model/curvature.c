/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Value, gradient and curvature of the heads' objective.
 *
 * J(theta) = lambda/2 |W|^2 + sum_i w_i l_i. With P the probabilities at theta, the gradient is
 * sum_i w_i (p_i - y_i) (x) z_i + lambda W and H v is
 * sum_i w_i (diag p_i - p_i p_i^T)(v z_i) (x) z_i + lambda v without the intercepts; for ridge
 * p_i - y_i becomes v.z_i - t_i and the matrix 1.
 *
 * Rows are cut into parts (parts.h); a worker reads a part in blocks that stay in its second-level
 * cache, standardises, multiplies, and adds the block's product to the part's sum in double; parts
 * are added along their tree. Several right-hand sides share one reading. Of several ranks each
 * has all probabilities and all results by row in the end. Cost: 4 n d C flop a vector. Memory:
 * n x C probabilities (float unless wide), the parts' sums, a block a worker. */
#include "core/model/curvature.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/model/standardise.h"
#include "core/model/thin.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_VALUES (40 << 10) /* numbers a block of rows */
#define SUM_BYTES (64 << 20)    /* bound of the parts' sums */
#define CHEAP_BYTES (8 << 20)   /* of sums that take no time to clear and to add */
#define MAX_PARTS 64
#define WIDE_PARTS 16           /* of sums that do */
#define THIN_COLUMNS 40         /* up to which the thin kernels beat a general product */
#define WIDE_VALUES 1e7         /* n x p up to which double products are cheap */

struct _AyCurvature
{
  const AyProblem *problem;
  const AyHead *head;
  double *weight;       /* n */
  gboolean wide;
  gsize n, d, stride, p;
  guint n_outputs;
  double *wide_p;       /* n x n_outputs: probabilities (ridge: residuals), or */
  float *narrow_p;
  gsize block_rows;
};

typedef enum { PASS_MOVE, PASS_PRODUCT, PASS_OUTPUTS, PASS_GATHER, PASS_EFFECT } PassKind;

/* One pass: k parameter vectors in (a gather: none), k vectors of sums out (outputs: none). */
typedef struct
{
  AyCurvature *self;
  PassKind kind;
  gsize k;
  AyParts parts;
  gsize step;           /* rows a block, at most self->block_rows: a part's, evenly */
  const double *in;     /* k x p, wide */
  gboolean thin;        /* float products by thin.h */
  gsize columns;        /* multiplied: k n_outputs; thin passes that do not mind a shift of all
                           classes take outputs relative to the last one, k (n_outputs - 1) */
  gsize z_stride;       /* of z, narrow_in and sums: stride, or padded for thin.h */
  gsize sum_size;       /* of a part's sums */
  float *narrow_in;     /* columns x z_stride: the same, rounded */
  const double *rows_in; /* n x n_outputs: a gather's */
  double *rows_out;     /* n x n_outputs: outputs; n x k: effects */
  double *sums;         /* own parts x columns x z_stride */
  double *losses;       /* own parts */
  gboolean want_sums;
  AyJob *job;
} Pass;

/* A worker's block. */
typedef struct
{
  gsize first, count;
  float *z;             /* count x z_stride */
  double *wide_z, *u;   /* count x stride, count x k n_outputs */
  float *narrow_u, *product; /* the same as u, by class when thin; k n_outputs x stride */
} Block;

gboolean
ay_curvature_wide_is_cheap (const AyProblem *problem, const AyHead *head)
{
  return (double) problem->n * head->n_outputs * (head->d + 1) <= WIDE_VALUES;
}

AyCurvature *
ay_curvature_new (const AyProblem *problem, const AyHead *head, const double *weight,
                  gboolean wide, GError **error)
{
  g_autoptr (AyCurvature) self = g_new0 (AyCurvature, 1);
  gpointer p;

  self->problem = problem;
  self->head = head;
  self->wide = wide;
  self->n = problem->n;
  self->d = head->d;
  self->stride = head->d + 1;
  self->n_outputs = head->n_outputs;
  self->p = self->stride * self->n_outputs;
  self->block_rows = CLAMP (BLOCK_VALUES / (self->stride + 2 * self->n_outputs)
                                / AY_THIN_ROWS * AY_THIN_ROWS, AY_THIN_ROWS, 512);
  self->weight = ay_try_alloc (MAX (self->n, 1), sizeof (double), "the weights", error);
  if (self->weight == NULL)
    return NULL;
  for (gsize i = 0; i < self->n; i++)
    self->weight[i] = weight != NULL            ? weight[i]
                      : problem->weight != NULL ? problem->weight[i]
                                                : 1.0;
  p = ay_try_alloc (MAX (self->n, 1) * self->n_outputs, wide ? sizeof (double) : sizeof (float),
                    "the probabilities", error);
  if (p == NULL)
    return NULL;
  self->wide_p = wide ? p : NULL;
  self->narrow_p = wide ? NULL : p;
  return g_steal_pointer (&self);
}

void
ay_curvature_free (AyCurvature *self)
{
  if (self == NULL)
    return;
  g_free (self->weight);
  g_free (self->wide_p);
  g_free (self->narrow_p);
  g_free (self);
}

gsize
ay_curvature_n_parameters (const AyCurvature *self)
{
  return self->p;
}

const double *
ay_curvature_weight (const AyCurvature *self)
{
  return self->weight;
}

static void
read_rows (const AyProblem *problem, const AyHead *head, gsize first, gsize count, gsize stride,
           float *z)
{
  AyScaling scaling = { head->centre, head->inv_scale, stride };

  ay_standardise_rows (problem->features, problem->rows + first, count, &scaling, z);
  for (gsize i = 0; i < count; i++)
    z[i * stride + head->d] = 1.0f;
}

void
ay_curvature_rows (const AyProblem *problem, const AyHead *head, gsize first, gsize count,
                   float *z)
{
  read_rows (problem, head, first, count, head->d + 1, z);
}

void
ay_curvature_from_head (const AyHead *head, double *theta)
{
  for (guint c = 0; c < head->n_outputs; c++)
    {
      memcpy (theta + c * (head->d + 1), head->weights + c * head->d, head->d * sizeof (double));
      theta[c * (head->d + 1) + head->d] = head->intercept[c];
    }
}

void
ay_curvature_to_head (const double *theta, AyHead *head)
{
  for (guint c = 0; c < head->n_outputs; c++)
    {
      memcpy (head->weights + c * head->d, theta + c * (head->d + 1), head->d * sizeof (double));
      head->intercept[c] = theta[c * (head->d + 1) + head->d];
    }
}

/* --- one block of rows --- */

static void
load_block (const Pass *pass, Block *block)
{
  const AyCurvature *self = pass->self;

  read_rows (self->problem, self->head, block->first, block->count, pass->z_stride, block->z);
  if (!self->wide)
    return;
  for (gsize i = 0; i < block->count * self->stride; i++)
    block->wide_z[i] = block->z[i];
}

/* The block as thin.h wants it; rows past count are what an earlier block left, or zero. */
static AyThinBlock
thin_block (const Pass *pass, const Block *block)
{
  gsize rows = (block->count + AY_THIN_ROWS - 1) / AY_THIN_ROWS * AY_THIN_ROWS;

  return (AyThinBlock) { .z = block->z, .stride = pass->z_stride, .rows = rows,
                         .count = block->count, .out_stride = pass->self->block_rows };
}

static void
forward_thin (const Pass *pass, Block *block)
{
  const AyCurvature *self = pass->self;
  gsize n = self->n_outputs, m = pass->columns / pass->k, width = pass->k * n;
  AyThinBlock thin = thin_block (pass, block);

  ay_thin_kernels (FALSE)->logits (&thin, pass->narrow_in, (guint) pass->columns,
                                   block->narrow_u);
  for (gsize v = 0; v < pass->k; v++)
    for (gsize c = 0; c < n; c++)
      for (gsize i = 0; i < block->count; i++)
        block->u[i * width + v * n + c]
            = c < m ? block->narrow_u[(v * m + c) * self->block_rows + i] : 0.0;
}

static void
backward_thin (const Pass *pass, Block *block, double *sum)
{
  const AyCurvature *self = pass->self;
  gsize n = self->n_outputs, m = pass->columns / pass->k, width = pass->k * n;
  AyThinBlock thin = thin_block (pass, block);

  for (gsize column = 0; column < pass->columns; column++)
    {
      float *to = block->narrow_u + column * self->block_rows;
      gsize from = column / m * n + column % m;

      for (gsize i = 0; i < block->count; i++)
        to[i] = (float) block->u[i * width + from];
      for (gsize i = block->count; i < thin.rows; i++)
        to[i] = 0.0f;
    }
  ay_thin_kernels (FALSE)->gradient (&thin, block->narrow_u, (guint) pass->columns, sum);
}

/* u = z in^T */
static void
forward (const Pass *pass, Block *block)
{
  const AyCurvature *self = pass->self;
  gsize columns = pass->k * self->n_outputs;

  if (self->wide)
    {
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, block->count, columns, self->stride,
                   1.0, block->wide_z, self->stride, pass->in, self->stride, 0.0, block->u,
                   columns);
      return;
    }
  if (pass->thin)
    {
      forward_thin (pass, block);
      return;
    }
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, block->count, columns, self->stride, 1.0f,
               block->z, self->stride, pass->narrow_in, self->stride, 0.0f, block->narrow_u,
               columns);
  for (gsize i = 0; i < block->count * columns; i++)
    block->u[i] = block->narrow_u[i];
}

/* sum += u^T z */
static void
backward (const Pass *pass, Block *block, double *sum)
{
  const AyCurvature *self = pass->self;
  gsize columns = pass->k * self->n_outputs;

  if (self->wide)
    {
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, columns, self->stride, block->count,
                   1.0, block->u, columns, block->wide_z, self->stride, 1.0, sum, self->stride);
      return;
    }
  if (pass->thin)
    {
      backward_thin (pass, block, sum);
      return;
    }
  for (gsize i = 0; i < block->count * columns; i++)
    block->narrow_u[i] = (float) block->u[i];
  cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, columns, self->stride, block->count, 1.0f,
               block->narrow_u, columns, block->z, self->stride, 0.0f, block->product,
               self->stride);
  for (gsize j = 0; j < columns * self->stride; j++)
    sum[j] += block->product[j];
}

/* Logits to probabilities, kept; u becomes w (p - y). Returns the weighted loss. */
static double
move_row (AyCurvature *self, gsize i, double *u)
{
  guint n = self->n_outputs;
  double weight = self->weight[i], top = u[0], sum = 0.0, own;
  gint32 y;

  if (self->head->n_classes == 0)
    {
      double e = u[0] - self->problem->target[i];

      if (self->wide)
        self->wide_p[i] = e;
      else
        self->narrow_p[i] = (float) e;
      u[0] = weight > 0.0 ? weight * e : 0.0;
      return weight > 0.0 ? 0.5 * weight * e * e : 0.0;
    }
  y = self->problem->label[i];
  own = u[y];
  for (guint c = 1; c < n; c++)
    top = MAX (top, u[c]);
  for (guint c = 0; c < n; c++)
    sum += u[c] = exp (u[c] - top);
  for (guint c = 0; c < n; c++)
    {
      u[c] /= sum;
      if (self->wide)
        self->wide_p[i * n + c] = u[c];
      else
        self->narrow_p[i * n + c] = (float) u[c];
      u[c] = weight > 0.0 ? weight * (u[c] - (c == (guint) y)) : 0.0;
    }
  return weight > 0.0 ? weight * (top + log (sum) - own) : 0.0;
}

void
ay_curvature_probability (const AyCurvature *self, gsize i, double *p)
{
  guint n = self->n_outputs;

  if (self->head->n_classes == 0)
    p[0] = 1.0;
  else if (self->wide)
    memcpy (p, self->wide_p + i * n, n * sizeof (double));
  else
    for (guint c = 0; c < n; c++)
      p[c] = self->narrow_p[i * n + c];
}

double
ay_curvature_probability_of (const AyCurvature *self, gsize i, guint c)
{
  return self->wide ? self->wide_p[i * self->n_outputs + c]
                    : self->narrow_p[i * self->n_outputs + c];
}

/* u becomes w (diag p - p p^T) u for each of the k vectors. */
static void
curve_row (const AyCurvature *self, gsize i, gsize k, double *u, double *p)
{
  guint n = self->n_outputs;
  double weight = self->weight[i];

  if (!(weight > 0.0))
    {
      memset (u, 0, k * n * sizeof (double));
      return;
    }
  ay_curvature_probability (self, i, p);
  for (gsize v = 0; v < k; v++, u += n)
    {
      double dot = 0.0;

      if (self->head->n_classes == 0)
        {
          u[0] *= weight;
          continue;
        }
      for (guint c = 0; c < n; c++)
        dot += p[c] * u[c];
      for (guint c = 0; c < n; c++)
        u[c] = weight * p[c] * (u[c] - dot);
    }
}

void
ay_curvature_residual (const AyCurvature *self, gsize i, double *r)
{
  if (self->head->n_classes == 0)
    {
      r[0] = self->wide ? self->wide_p[i] : self->narrow_p[i];
      return;
    }
  ay_curvature_probability (self, i, r);
  r[self->problem->label[i]] -= 1.0;
}

static void
effect_row (const AyCurvature *self, gsize i, gsize k, const double *u, double *p, double *out)
{
  guint n = self->n_outputs;

  ay_curvature_residual (self, i, p);
  for (gsize v = 0; v < k; v++)
    out[v] = self->weight[i] * cblas_ddot (n, p, 1, u + v * n, 1);
}

static void
run_block (Pass *pass, Block *block, gsize place, double *p)
{
  AyCurvature *self = pass->self;
  gsize columns = pass->k * self->n_outputs, n = self->n_outputs;

  load_block (pass, block);
  if (pass->kind == PASS_GATHER)
    memcpy (block->u, pass->rows_in + block->first * n, block->count * n * sizeof (double));
  else
    forward (pass, block);
  if (pass->kind == PASS_OUTPUTS)
    memcpy (pass->rows_out + block->first * n, block->u, block->count * n * sizeof (double));
  for (gsize i = 0; i < block->count; i++)
    if (pass->kind == PASS_MOVE)
      pass->losses[place] += move_row (self, block->first + i, block->u + i * columns);
    else if (pass->kind == PASS_PRODUCT)
      curve_row (self, block->first + i, pass->k, block->u + i * columns, p);
    else if (pass->kind == PASS_EFFECT)
      effect_row (self, block->first + i, pass->k, block->u + i * columns, p,
                  pass->rows_out + (block->first + i) * pass->k);
  if (pass->want_sums)
    backward (pass, block, pass->sums + place * pass->sum_size);
}

/* n zeroed floats on a cache line; never NULL, as g_new() */
static float *
aligned_new (gsize n)
{
  gsize bytes = (n * sizeof (float) + AY_THIN_ALIGN) / AY_THIN_ALIGN * AY_THIN_ALIGN;
  float *memory = aligned_alloc (AY_THIN_ALIGN, bytes);

  if (memory == NULL)
    g_error ("no memory for a block of %zu numbers", n);
  memset (memory, 0, bytes);
  return memory;
}

static void
run_part (gsize part, guint worker, gpointer data)
{
  Pass *pass = data;
  const AyCurvature *self = pass->self;
  gsize columns = pass->k * self->n_outputs;
  gsize last = MIN (self->n, (part + 1) * pass->parts.rows), rows = self->block_rows;
  float *z = aligned_new (rows * pass->z_stride);
  g_autofree double *wide_z = g_new (double, self->wide ? rows * self->stride : 1);
  g_autofree double *u = g_new (double, rows * columns);
  float *narrow_u = aligned_new (self->wide ? 1 : rows * columns);
  g_autofree float *product = g_new (float, self->wide ? 1 : columns * self->stride);
  g_autofree double *p = g_new (double, self->n_outputs);
  Block block = { 0, 0, z, wide_z, u, narrow_u, product };

  for (block.first = part * pass->parts.rows; block.first < last; block.first += pass->step)
    {
      if (ay_job_is_cancelled (pass->job))
        break;
      block.count = MIN (pass->step, last - block.first);
      run_block (pass, &block, part - pass->parts.first, p);
    }
  free (z);
  free (narrow_u);
}

/* --- a pass --- */

static void
choose_layout (Pass *pass)
{
  const AyCurvature *self = pass->self;
  gsize wanted, blocks;

  pass->columns = pass->k * self->n_outputs;
  pass->thin = !self->wide && pass->columns <= THIN_COLUMNS;
  if (pass->thin && self->head->n_classes > 1 && pass->kind != PASS_OUTPUTS
      && pass->kind != PASS_GATHER)
    pass->columns -= pass->k;
  pass->z_stride = pass->thin ? (self->stride + 15) / 16 * 16 : self->stride;
  pass->sum_size = (pass->columns * pass->z_stride + 7) / 8 * 8;
  wanted = CLAMP (CHEAP_BYTES / (pass->sum_size * sizeof (double)), WIDE_PARTS, MAX_PARTS);
  wanted = CLAMP (SUM_BYTES / (pass->sum_size * sizeof (double)), 4, wanted);
  pass->parts = ay_parts (self->problem->ranks, self->n, self->block_rows, wanted);
  blocks = ay_n_blocks (pass->parts.rows, self->block_rows);
  pass->step = (ay_n_blocks (pass->parts.rows, blocks) + AY_THIN_ROWS - 1) / AY_THIN_ROWS
               * AY_THIN_ROWS;
}

/* The vectors in float, relative to the last class where the columns are. */
static void
round_in (const Pass *pass, float *to)
{
  const AyCurvature *self = pass->self;
  gsize n = self->n_outputs, m = pass->columns / pass->k, stride = self->stride;

  for (gsize v = 0; v < pass->k; v++)
    for (gsize c = 0; c < m; c++)
      for (gsize j = 0; j < stride; j++)
        to[(v * m + c) * pass->z_stride + j]
            = (float) (pass->in[(v * n + c) * stride + j]
                       - (m < n ? pass->in[(v * n + m) * stride + j] : 0.0));
}

/* The first part's sums, which hold all of them by now, to k x p; rows that sum to zero over the
 * classes give the last class by the others. */
static void
take_sums (const Pass *pass, double *out)
{
  const AyCurvature *self = pass->self;
  gsize n = self->n_outputs, m = pass->columns / pass->k, stride = self->stride;

  for (gsize v = 0; v < pass->k; v++)
    {
      double *last = out + (v * n + m) * stride;

      if (m < n)
        memset (last, 0, stride * sizeof (double));
      for (gsize c = 0; c < m; c++)
        {
          double *to = out + (v * n + c) * stride;

          memcpy (to, pass->sums + (v * m + c) * pass->z_stride, stride * sizeof (double));
          if (m < n)
            cblas_daxpy (stride, -1.0, to, 1, last, 1);
        }
    }
}

/* What the ranks found by row, to all of them. */
static gboolean
gather_rows (const Pass *pass, GError **error)
{
  const AyCurvature *self = pass->self;
  gsize n = self->n_outputs;

  if (pass->kind == PASS_MOVE && self->wide)
    return ay_parts_gather (&pass->parts, self->wide_p, n * sizeof (double), error);
  if (pass->kind == PASS_MOVE)
    return ay_parts_gather (&pass->parts, self->narrow_p, n * sizeof (float), error);
  if (pass->kind == PASS_OUTPUTS)
    return ay_parts_gather (&pass->parts, pass->rows_out, n * sizeof (double), error);
  return pass->kind != PASS_EFFECT
         || ay_parts_gather (&pass->parts, pass->rows_out, pass->k * sizeof (double), error);
}

/* Runs the pass; out (nullable): the k p sums. */
static gboolean
run_pass (Pass *pass, double *out, double *loss, GError **error)
{
  AyCurvature *self = pass->self;
  g_autofree double *sums = NULL, *losses = NULL;
  float *narrow = NULL;
  gboolean done;

  choose_layout (pass);
  pass->want_sums = out != NULL;
  sums = ay_try_alloc (ay_parts_own (&pass->parts) * (out != NULL ? pass->sum_size : 1),
                       sizeof (double), "sums over the rows", error);
  if (sums == NULL)
    return FALSE;
  losses = g_new0 (double, ay_parts_own (&pass->parts));
  pass->sums = sums;
  pass->losses = losses;
  if (!self->wide && pass->in != NULL)
    {
      narrow = aligned_new (pass->columns * pass->z_stride);
      round_in (pass, narrow);
      pass->narrow_in = narrow;
    }
  done = ay_parts_for (&pass->parts, run_part, pass, pass->job, error);
  free (narrow);
  if (!done || !gather_rows (pass, error)
      || (loss != NULL && !ay_parts_sum (&pass->parts, losses, 1, pass->job, error))
      || (out != NULL && !ay_parts_sum (&pass->parts, sums, pass->sum_size, pass->job, error)))
    return FALSE;
  if (out != NULL)
    take_sums (pass, out);
  if (loss != NULL)
    *loss = losses[0];
  return TRUE;
}

/* out += lambda v, intercepts apart */
static void
add_penalty (const AyCurvature *self, const double *v, gsize k, double *out)
{
  for (gsize r = 0; r < k * self->n_outputs; r++)
    cblas_daxpy (self->d, self->head->lambda, v + r * self->stride, 1, out + r * self->stride, 1);
}

gboolean
ay_curvature_move (AyCurvature *self, const double *theta, double *loss, double *gradient,
                   AyJob *job, GError **error)
{
  Pass pass = { .self = self, .kind = PASS_MOVE, .k = 1, .in = theta, .job = job };

  if (!run_pass (&pass, gradient, loss, error))
    return FALSE;
  if (gradient != NULL)
    add_penalty (self, theta, 1, gradient);
  return TRUE;
}

gboolean
ay_curvature_product (AyCurvature *self, const double *v, gsize k, double *out, AyJob *job,
                      GError **error)
{
  Pass pass = { .self = self, .kind = PASS_PRODUCT, .k = k, .in = v, .job = job };

  if (!run_pass (&pass, out, NULL, error))
    return FALSE;
  add_penalty (self, v, k, out);
  return TRUE;
}

gboolean
ay_curvature_outputs (AyCurvature *self, const double *v, double *out, AyJob *job, GError **error)
{
  Pass pass = { .self = self, .kind = PASS_OUTPUTS, .k = 1, .in = v, .rows_out = out, .job = job };

  return run_pass (&pass, NULL, NULL, error);
}

gboolean
ay_curvature_gather (AyCurvature *self, const double *q, double *out, AyJob *job, GError **error)
{
  Pass pass = { .self = self, .kind = PASS_GATHER, .k = 1, .rows_in = q, .job = job };

  return run_pass (&pass, out, NULL, error);
}

gboolean
ay_curvature_effect (AyCurvature *self, const double *s, gsize k, double *out, AyJob *job,
                     GError **error)
{
  Pass pass = { .self = self, .kind = PASS_EFFECT, .k = k, .in = s, .rows_out = out, .job = job };

  return run_pass (&pass, NULL, NULL, error);
}
