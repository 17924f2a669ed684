/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/model/head.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/words.h"
#include "core/model/lambda_folds.h"
#include "core/model/ridge_fit.h"
#include "core/model/softmax_fit.h"
#include "core/model/standardise.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define BLOCK_VALUES (64 << 10) /* numbers a block of rows of a prediction */

static AyHead *
head_new (guint n_classes, gsize d, GError **error)
{
  AyHead *self;
  gsize p;
  guint n_outputs = MAX (n_classes, 1);

  if (!g_size_checked_mul (&p, n_outputs, d + 1))
    p = G_MAXSIZE;
  self = g_new0 (AyHead, 1);
  g_atomic_ref_count_init (&self->ref);
  self->n_classes = n_classes;
  self->n_outputs = n_outputs;
  self->d = d;
  self->solver = "";
  self->weights = ay_try_alloc (p, sizeof (double), "the head's weights", error);
  self->intercept = g_new0 (double, n_outputs);
  self->centre = g_try_new0 (float, MAX (d, 1));
  self->inv_scale = g_try_new0 (float, MAX (d, 1));
  if (self->weights != NULL && self->centre != NULL && self->inv_scale != NULL)
    return self;
  if (self->weights != NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_NOMEM, N_ ("not enough memory for %zu features"), d);
  ay_head_unref (self);
  return NULL;
}

AyHead *
ay_head_ref (AyHead *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

AyHead *
ay_head_copy (const AyHead *from)
{
  AyHead *self = g_memdup2 (from, sizeof *from);

  g_atomic_ref_count_init (&self->ref);
  self->weights = g_memdup2 (from->weights, MAX (from->n_outputs * from->d, 1) * sizeof (double));
  self->intercept = g_memdup2 (from->intercept, from->n_outputs * sizeof (double));
  self->centre = g_memdup2 (from->centre, MAX (from->d, 1) * sizeof (float));
  self->inv_scale = g_memdup2 (from->inv_scale, MAX (from->d, 1) * sizeof (float));
  self->lambda_note = g_strdup (from->lambda_note);
  return self;
}

void
ay_head_unref (AyHead *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  g_free (self->weights);
  g_free (self->intercept);
  g_free (self->centre);
  g_free (self->inv_scale);
  g_free (self->lambda_note);
  g_free (self);
}

static gboolean
check_options (const AyHeadOptions *options, GError **error)
{
  const struct { const char *name; double value; gboolean wrong; } rules[] = {
    { "lambda", options->lambda, !(options->lambda >= 0.0) || isinf (options->lambda) },
    { "lambda_mean", options->lambda_mean,
      !(options->lambda > 0.0) && (!(options->lambda_mean > 0.0) || isinf (options->lambda_mean)) },
    { "scale", options->scale, !(options->scale > 0.0) || isinf (options->scale) },
    { "tolerance", options->tolerance, !(options->tolerance > 0.0) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    if (rules[i].wrong)
      {
        g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s must be above 0, not %g"),
                     rules[i].name, rules[i].value);
        return FALSE;
      }
  return TRUE;
}

/* Labels inside the class list, weights and targets finite; *present = classes with a row. */
static gboolean
check_rows (const AyProblem *train, guint *present, GError **error)
{
  g_autofree guint8 *seen = g_new0 (guint8, train->n_classes + 1);

  *present = 0;
  for (gsize i = 0; i < train->n; i++)
    {
      double weight = ay_problem_weight (train, i);

      if (!(weight >= 0.0) || isinf (weight))
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("row %u: weight %g"), train->rows[i],
                       weight);
          return FALSE;
        }
      if (weight <= 0.0)
        continue;
      if (train->n_classes == 0 && !isfinite (train->target[i]))
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("row %u: target %g"), train->rows[i],
                       train->target[i]);
          return FALSE;
        }
      if (train->n_classes == 0)
        continue;
      if (train->label[i] < 0 || (guint) train->label[i] >= train->n_classes)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("row %u: class %d of %u"),
                       train->rows[i], train->label[i], train->n_classes);
          return FALSE;
        }
      *present += !seen[train->label[i]];
      seen[train->label[i]] = 1;
    }
  return TRUE;
}

static double
sum_of_weights (const AyProblem *problem)
{
  double sum = 0.0;

  for (gsize i = 0; i < problem->n; i++)
    sum += ay_problem_weight (problem, i);
  return sum;
}

static gboolean
choose_lambda (AyHead *self, const AyProblem *train, const AyHeadOptions *options, AyJob *job,
               GError **error)
{
  double lambda_mean = options->lambda_mean;

  if (options->lambda > 0.0)
    {
      self->lambda = options->lambda;
      self->lambda_note = g_strdup_printf ("lambda %g, given", self->lambda);
      return TRUE;
    }
  if (!options->lambda_auto)
    self->lambda_note = g_strdup_printf ("lambda_mean %g, given", lambda_mean);
  else if (!ay_lambda_by_folds (train, options, &lambda_mean, &self->lambda_note, job, error))
    return FALSE;
  self->lambda = lambda_mean * self->sum_weight;
  return TRUE;
}

/* A head with its scaling and lambda set, weights zero. */
static AyHead *
prepare_cold (const AyProblem *train, const AyHeadOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyMoments) moments = ay_moments_of (train, job, error);
  g_autoptr (AyHead) self = NULL;

  if (moments == NULL)
    return NULL;
  self = head_new (train->n_classes, moments->d, error);
  if (self == NULL)
    return NULL;
  self->sum_weight = moments->sum_weight;
  if (!ay_moments_scaling (moments, !options->standardise, options->scale, self->centre,
                           self->inv_scale, error)
      || !choose_lambda (self, train, options, job, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* A head that starts at another's solution and keeps what a refit holds fixed. */
static AyHead *
prepare_warm (const AyProblem *train, const AyHead *warm, GError **error)
{
  AyHead *self;

  if (warm->n_classes != train->n_classes || warm->d != ay_matrix_cols (train->features))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("the head to start from has %u classes and %zu features, the data %u and "
                       "%zu"),
                   warm->n_classes, warm->d, train->n_classes, ay_matrix_cols (train->features));
      return NULL;
    }
  self = head_new (warm->n_classes, warm->d, error);
  if (self == NULL)
    return NULL;
  memcpy (self->weights, warm->weights, warm->n_outputs * warm->d * sizeof (double));
  memcpy (self->intercept, warm->intercept, warm->n_outputs * sizeof (double));
  memcpy (self->centre, warm->centre, warm->d * sizeof (float));
  memcpy (self->inv_scale, warm->inv_scale, warm->d * sizeof (float));
  self->lambda = warm->lambda;
  self->lambda_note = g_strdup (warm->lambda_note);
  self->sum_weight = sum_of_weights (train);
  return self;
}

/* Weighted standard deviation of the target, 1 when it is constant: the unit of ridge gradients. */
static double
target_spread (const AyProblem *train)
{
  double sum = sum_of_weights (train), mean = 0.0, square = 0.0;

  for (gsize i = 0; i < train->n; i++)
    mean += ay_problem_weight (train, i) / sum * train->target[i];
  for (gsize i = 0; i < train->n; i++)
    square += ay_problem_weight (train, i) / sum
              * (train->target[i] - mean) * (train->target[i] - mean);
  return square > 0.0 ? sqrt (square) : 1.0;
}

static gboolean
check_present (const AyProblem *train, guint present, const AyHead *warm, GError **error)
{
  if (train->n == 0 || !(sum_of_weights (train) > 0.0))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("no training row has a weight above 0 (%zu rows)"), train->n);
      return FALSE;
    }
  if (train->n_classes > 0 && present < 2 && warm == NULL)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                           N_ ("the training rows are all of one class: nothing to tell apart"));
      return FALSE;
    }
  return TRUE;
}

AyHead *
ay_head_fit (const AyProblem *train, const AyHeadOptions *options, const AyHead *warm, AyJob *job,
             GError **error)
{
  g_autoptr (AyHead) self = NULL;
  guint present;
  gboolean fitted;

  if (!check_options (options, error) || !check_rows (train, &present, error)
      || !check_present (train, present, warm, error))
    return NULL;
  self = warm != NULL ? prepare_warm (train, warm, error)
                      : prepare_cold (train, options, job, error);
  if (self == NULL)
    return NULL;
  self->tolerance = options->tolerance;
  if (train->n_classes == 0)
    self->tolerance *= target_spread (train);
  ay_job_set_phase (job, "fitting the head");
  if (train->n_classes > 0)
    fitted = ay_softmax_fit (train, self, options->max_iterations, job, error);
  else
    fitted = ay_ridge_fit (train, self, options->max_iterations, job, error);
  if (!fitted)
    return NULL;
  if (self->gradient_norm <= self->tolerance)
    return g_steal_pointer (&self);
  g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
               N_ ("the head did not converge: gradient norm %.3g after %u iterations, tolerance "
                   "%g"),
               self->gradient_norm, self->iterations, self->tolerance);
  return NULL;
}

/* Called with outputs (count x n_outputs) of rows first..first+count-1. */
typedef struct _Outputs Outputs;
typedef void (*OutputFunc) (Outputs *self, gsize block, gsize first, gsize count,
                            const double *logits);
struct _Outputs
{
  const AyHead *head;
  const AyMatrix *features;
  const guint32 *rows;
  gsize count, block_rows;
  OutputFunc func;
  double *out;             /* predictions */
  const AyProblem *on;     /* evaluation */
  AyParts parts;           /* of evaluation */
  double *sums;            /* per own part: weight, loss, right; or weight, loss, w t, w t^2 */
};

#define N_SUMS 4
#define MAX_PARTS 1024     /* of an evaluation */

/* Rows first .. first+count-1, which are of a block or a part. */
static void
output_rows (Outputs *self, gsize block, gsize first, gsize count)
{
  const AyHead *head = self->head;
  gsize d = head->d, n_outputs = head->n_outputs;
  g_autofree float *z = g_new (float, count * d + 1);
  g_autofree double *wide = g_new (double, count * d + 1);
  g_autofree double *logits = g_new (double, count * n_outputs);

  ay_standardise_block (self->features, self->rows + first, count, head->centre,
                        head->inv_scale, z);
  for (gsize i = 0; i < count * d; i++)
    wide[i] = z[i];
  for (gsize i = 0; i < count; i++)
    memcpy (logits + i * n_outputs, head->intercept, n_outputs * sizeof (double));
  if (d > 0)
    cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, count, n_outputs, d, 1.0, wide, d,
                 head->weights, d, 1.0, logits, n_outputs);
  self->func (self, block, first, count, logits);
}

static void
output_block (gsize block, guint worker, gpointer data)
{
  Outputs *self = data;
  gsize first = block * self->block_rows;

  output_rows (self, block, first, MIN (self->block_rows, self->count - first));
}

static void
evaluate_part (gsize part, guint worker, gpointer data)
{
  Outputs *self = data;
  gsize last = MIN (self->count, (part + 1) * self->parts.rows);

  for (gsize first = part * self->parts.rows; first < last; first += self->block_rows)
    output_rows (self, part, first, MIN (self->block_rows, last - first));
}

/* log sum exp of the logits */
static double
log_sum (const double *z, guint n)
{
  double top = z[0], sum = 0.0;

  for (guint c = 1; c < n; c++)
    top = MAX (top, z[c]);
  for (guint c = 0; c < n; c++)
    sum += exp (z[c] - top);
  return top + log (sum);
}

static void
write_outputs (Outputs *self, gsize block, gsize first, gsize count, const double *logits)
{
  guint n = self->head->n_outputs;
  double *out = self->out + first * n;

  for (gsize i = 0; i < count; i++)
    {
      double total = self->head->n_classes > 0 ? log_sum (logits + i * n, n) : 0.0;

      for (guint c = 0; c < n; c++)
        out[i * n + c] = self->head->n_classes > 0 ? exp (logits[i * n + c] - total)
                                                   : logits[i * n + c];
    }
}

static gsize
rows_a_block (const AyHead *self)
{
  return CLAMP (BLOCK_VALUES / (self->d + self->n_outputs), 4, 1024);
}

gboolean
ay_head_predict (const AyHead *self, const AyMatrix *features, const guint32 *rows, gsize count,
                 double *out, AyJob *job, GError **error)
{
  Outputs work = { .head = self, .features = features, .rows = rows, .count = count,
                   .block_rows = rows_a_block (self), .func = write_outputs, .out = out };

  return ay_parallel_for (ay_n_blocks (count, work.block_rows), output_block, &work, job, error);
}

gboolean
ay_head_predict_shared (const AyHead *self, const AyProblem *on, const guint32 *rows, gsize count,
                        double *out, AyJob *job, GError **error)
{
  AyParts parts = ay_parts_by (on->ranks, count, rows_a_block (self));
  gsize first, own = ay_parts_rows_of_rank (&parts, ay_ranks_own (on->ranks), &first);

  parts.what = "outputs of the head";
  return ay_head_predict (self, on->features, rows + first, own, out + first * self->n_outputs, job,
                          error)
         && ay_parts_gather (&parts, out, self->n_outputs * sizeof (double), error);
}

static guint
arg_max (const double *x, guint n)
{
  guint best = 0;

  for (guint c = 1; c < n; c++)
    if (x[c] > x[best])
      best = c;
  return best;
}

static void
sum_fit (Outputs *self, gsize block, gsize first, gsize count, const double *logits)
{
  const AyProblem *on = self->on;
  double *sums = self->sums + (block - self->parts.first) * N_SUMS;
  guint n = self->head->n_outputs;

  for (gsize i = 0; i < count; i++)
    {
      const double *z = logits + i * n;
      double weight = ay_problem_weight (on, first + i);

      if (!(weight > 0.0))
        continue;
      sums[0] += weight;
      if (on->n_classes > 0)
        {
          gint32 y = on->label[first + i];

          sums[1] += weight * (log_sum (z, n) - z[y]);
          sums[2] += arg_max (z, n) == (guint) y ? weight : 0.0;
        }
      else
        {
          double t = on->target[first + i] - self->head->intercept[0],
                 e = *z - on->target[first + i];

          sums[1] += 0.5 * weight * e * e;
          sums[2] += weight * t;
          sums[3] += weight * t * t;
        }
    }
}

gboolean
ay_head_evaluate (const AyHead *self, const AyProblem *on, AyFit *fit, AyJob *job, GError **error)
{
  gsize block_rows = rows_a_block (self);
  AyParts parts = ay_parts (on->ranks, on->n, block_rows, MAX_PARTS);
  g_autofree double *sums = g_new0 (double, ay_parts_own (&parts) * N_SUMS);
  Outputs work = { .head = self, .features = on->features, .rows = on->rows, .count = on->n,
                   .block_rows = block_rows, .func = sum_fit, .on = on, .parts = parts,
                   .sums = sums };

  *fit = (AyFit) { 0, NAN, NAN };
  parts.what = "fit of the head";
  if (!ay_parts_for (&parts, evaluate_part, &work, job, error)
      || !ay_parts_sum (&parts, sums, N_SUMS, job, error))
    return FALSE;
  for (gsize i = 0; i < on->n; i++)
    fit->n += ay_problem_weight (on, i) > 0.0;
  if (!(sums[0] > 0.0))
    return TRUE;
  fit->loss = sums[1] / sums[0];
  if (on->n_classes > 0)
    fit->accuracy = sums[2] / sums[0];
  else
    {
      double spread = sums[3] - sums[2] * sums[2] / sums[0];

      fit->accuracy = spread > 0.0 ? 1.0 - 2.0 * sums[1] / spread : NAN;
    }
  return TRUE;
}
