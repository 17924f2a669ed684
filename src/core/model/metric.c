/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The metric in which head solvers step.
 *
 * Boehning (1992) bounds the Hessian of multinomial logistic regression by
 * 1/2 (I - 11^T / C) (x) Z^T Z / n + lambda. With the mean curvature h of a class in place of the
 * bound's 1/2, and on directions that sum to zero over the classes, the inverse is one d x d
 * matrix for every class. It takes the correlation of the features out of the problem, which is
 * most of its condition number. Sample: SAMPLE_VALUES / d rows at most; products, Cholesky and
 * inverse in float, as only the speed of convergence hangs on them. Cost: rows x d^2 once, d^3
 * each time h moves, 2 C d^2 an application.
 *
 * Near the minimum the classes differ, each curved by the rows at its own border: refined, the
 * metric is a block for each class. L-BFGS steps to a gradient of 2.5e-7 on mixtures of
 * 60000 x 512: 10 classes 33, refined after six steps 17; 100 classes 43 and 20. The blocks are
 * of the sum over rows, and of every k-th row where n C probabilities would be many. */
#include "core/model/metric.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/model/class_blocks.h"
#include "core/model/standardise.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_VALUES (4 << 20)
#define TILE 128
#define STRIP 128
#define MAX_D 4096
#define REFINE_WORTH 4.5        /* passes that blocks may cost */
#define REFINE_VALUES (6 << 20) /* probabilities held for them */
#define REFINE_WIDE 16.0        /* d^2 / n up to which they pay */
#define FLOOR 1e-6f /* of the largest diagonal: keeps a float Cholesky definite */

struct _AyMetric
{
  const AyProblem *problem;
  const AyHead *head;
  gsize d, width, n_tiles;
  gboolean use_matrix; /* else the diagonal */
  float *square;   /* (nullable) d x d: Z^T Z / n of the sample */
  float *inverse;  /* (nullable) d x d */
  double *diagonal; /* d: of square, 1 where none is kept */
  double h, ridge;
  AyClassBlocks *blocks; /* (nullable) of the refined metric */
  float *in, *out; /* n_classes x d */
};

typedef struct
{
  AyMetric *self;
  const AyProblem *problem;
  const guint32 *positions;
  gsize n_rows;
  float *z; /* n_rows x d, each row times the root of its relative weight */
} Sampling;

static void
load_strip (gsize strip, guint worker, gpointer data)
{
  Sampling *sampling = data;
  const AyProblem *problem = sampling->problem;
  const AyHead *head = sampling->self->head;
  gsize first = strip * STRIP, count = MIN (STRIP, sampling->n_rows - first);
  gsize d = sampling->self->d;
  float *z = sampling->z + first * d;
  guint32 rows[STRIP] = { 0 };

  for (gsize i = 0; i < count; i++)
    rows[i] = problem->rows[sampling->positions[first + i]];
  ay_standardise_block (problem->features, rows, count, head->centre, head->inv_scale, z);
  if (problem->weight == NULL)
    return;
  for (gsize i = 0; i < count; i++)
    cblas_sscal (d, (float) sqrt (problem->weight[sampling->positions[first + i]]), z + i * d, 1);
}

static void
multiply_tile (gsize tile, guint worker, gpointer data)
{
  Sampling *sampling = data;
  AyMetric *self = sampling->self;
  gsize row = 0, d = self->d, i, j;

  while (tile >= self->n_tiles - row)
    tile -= self->n_tiles - row++;
  i = row * TILE;
  j = (row + tile) * TILE;
  cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, MIN (TILE, d - i), MIN (TILE, d - j),
               sampling->n_rows, 1.0f, sampling->z + i, d, sampling->z + j, d, 0.0f,
               self->square + i * d + j, d);
}

/* Fills square, upper triangle. */
static gboolean
sample_square (AyMetric *self, const AyProblem *problem, AyJob *job, GError **error)
{
  gsize n_rows = MIN (problem->n, SAMPLE_VALUES / self->d);
  g_autofree guint32 *positions = NULL;
  g_autofree float *z = NULL;
  double weight = 0.0;
  Sampling sampling;
  AyRng rng;

  ay_rng_init (&rng, 0, 0);
  positions = ay_rng_sample (&rng, problem->n, n_rows);
  qsort (positions, n_rows, sizeof *positions, ay_compare_u32);
  z = ay_try_alloc (n_rows * self->d, sizeof (float), "a sample of features", error);
  if (z == NULL)
    return FALSE;
  sampling = (Sampling) { self, problem, positions, n_rows, z };
  if (!ay_parallel_for (ay_n_blocks (n_rows, STRIP), load_strip, &sampling, job, error)
      || !ay_parallel_for (self->n_tiles * (self->n_tiles + 1) / 2, multiply_tile, &sampling, job,
                           error))
    return FALSE;
  for (gsize i = 0; i < n_rows; i++)
    weight += ay_problem_weight (problem, positions[i]);
  cblas_sscal (self->d * self->d, weight > 0.0 ? (float) (1.0 / weight) : 0.0f, self->square, 1);
  for (gsize j = 0; j < self->d; j++)
    self->diagonal[j] = self->square[j * self->d + j];
  return TRUE;
}

AyMetric *
ay_metric_new (const AyProblem *problem, const AyHead *head, AyJob *job, GError **error)
{
  g_autoptr (AyMetric) self = g_new0 (AyMetric, 1);
  double d = head->d;
  gboolean pays = head->d <= MAX_D && d * d <= 16.0 * problem->n * (head->n_classes - 1.0);

  self->problem = problem;
  self->head = head;
  self->d = head->d;
  self->width = head->d + 1;
  self->n_tiles = ay_n_blocks (self->d, TILE);
  self->ridge = head->lambda / head->sum_weight;
  self->diagonal = g_new (double, MAX (self->d, 1));
  for (gsize j = 0; j < self->d; j++)
    self->diagonal[j] = head->inv_scale[j] != 0.0f ? 1.0 : 0.0;
  if (!pays || self->d == 0)
    return g_steal_pointer (&self);
  self->square = ay_try_alloc (2 * self->d * self->d, sizeof (float), "feature products", error);
  if (self->square == NULL)
    return NULL;
  self->inverse = self->square + self->d * self->d;
  self->in = g_new (float, 2 * head->n_classes * self->d);
  self->out = self->in + head->n_classes * self->d;
  if (!sample_square (self, problem, job, error))
    return NULL;
  self->use_matrix = TRUE;
  return g_steal_pointer (&self);
}

void
ay_metric_free (AyMetric *self)
{
  if (self == NULL)
    return;
  ay_class_blocks_free (self->blocks);
  g_free (self->square);
  g_free (self->diagonal);
  g_free (self->in);
  g_free (self);
}

/* inverse = (h square + ridge)^-1, both triangles. FALSE when it is not definite. */
static gboolean
invert (AyMetric *self, float h, float ridge)
{
  gsize d = self->d;

  for (gsize i = 0; i < d; i++)
    for (gsize j = i; j < d; j++)
      self->inverse[i * d + j] = h * self->square[i * d + j] + (i == j ? ridge : 0.0f);
  /* the upper triangle by rows is the lower by columns */
  if (LAPACKE_spotrf (LAPACK_COL_MAJOR, 'L', d, self->inverse, d) != 0
      || LAPACKE_spotri (LAPACK_COL_MAJOR, 'L', d, self->inverse, d) != 0)
    return FALSE;
  for (gsize i = 0; i < d; i++)
    for (gsize j = i + 1; j < d; j++)
      self->inverse[j * d + i] = self->inverse[i * d + j];
  return TRUE;
}

void
ay_metric_set_curvature (AyMetric *self, double h)
{
  double largest = 0.0, ridge;

  h = MAX (h, 1e-12);
  if (self->h > 0.0 && h < 1.5 * self->h && self->h < 1.5 * h)
    return;
  self->h = h;
  if (!self->use_matrix || self->blocks != NULL)
    return;
  for (gsize j = 0; j < self->d; j++)
    largest = MAX (largest, self->diagonal[j]);
  ridge = MAX (self->ridge, FLOOR * h * largest);
  for (guint tries = 0; tries < 8; tries++, ridge *= 10.0)
    if (invert (self, (float) (h / ridge), 1.0f))
      {
        cblas_sscal (self->d * self->d, (float) (1.0 / ridge), self->inverse, 1);
        return;
      }
  self->use_matrix = FALSE;
}

/* Every k-th row of a problem, k times as heavy. */
typedef struct
{
  AyProblem problem;
  guint32 *rows;
  gint32 *label;
  double *weight;
} Thinned;

static void
thinned_clear (Thinned *self)
{
  g_free (self->rows);
  g_free (self->label);
  g_free (self->weight);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Thinned, thinned_clear)

static void
thin_out (const AyProblem *problem, gsize step, Thinned *thinned)
{
  gsize n = ay_n_blocks (problem->n, step);

  thinned->rows = g_new (guint32, n + 1);
  thinned->label = g_new (gint32, n + 1);
  thinned->weight = g_new (double, n + 1);
  for (gsize i = 0; i < n; i++)
    {
      double weight = ay_problem_weight (problem, i * step);

      thinned->rows[i] = problem->rows[i * step];
      thinned->label[i] = weight > 0.0 ? problem->label[i * step] : 0; /* may be none */
      thinned->weight[i] = step * weight;
    }
  thinned->problem = *problem;
  thinned->problem.n = n;
  thinned->problem.rows = thinned->rows;
  thinned->problem.label = thinned->label;
  thinned->problem.weight = thinned->weight;
}

gboolean
ay_metric_refine (AyMetric *self, const double *theta, AyJob *job, GError **error)
{
  gsize n_values = self->problem->n * self->head->n_classes;
  g_autoptr (AyCurvature) at = NULL;
  g_auto (Thinned) thinned = { 0 };
  AyClassBlocks *blocks;

  if (!self->use_matrix || !ay_class_blocks_suit (self->head)
      || (double) self->d * self->d > REFINE_WIDE * self->problem->n)
    return TRUE;
  thin_out (self->problem, ay_n_blocks (n_values, REFINE_VALUES), &thinned);
  at = ay_curvature_new (&thinned.problem, self->head, NULL, FALSE, error);
  if (at == NULL || !ay_curvature_move (at, theta, NULL, NULL, job, error))
    return FALSE;
  blocks = ay_class_blocks_new (&thinned.problem, self->head, at, REFINE_WORTH, job, NULL);
  if (!ay_job_check (job, error))
    {
      ay_class_blocks_free (blocks);
      return FALSE;
    }
  if (blocks == NULL) /* float is too short for them */
    return TRUE;
  ay_class_blocks_free (self->blocks);
  self->blocks = blocks;
  return TRUE;
}

static void
apply_diagonal (const AyMetric *self, const double *in, double *out)
{
  for (guint c = 0; c < self->head->n_classes; c++)
    for (gsize j = 0; j < self->d; j++)
      out[c * self->width + j]
          = in[c * self->width + j] / (self->h * self->diagonal[j] + self->ridge);
}

static void
apply_tile (gsize tile, guint worker, gpointer data)
{
  AyMetric *self = data;
  gsize j = tile * TILE, d = self->d;

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, self->head->n_classes, MIN (TILE, d - j),
               d, 1.0f, self->in, d, self->inverse + j, d, 0.0f, self->out + j, d);
}

/* In float, with the vector's size taken out so that a small one does not underflow. */
static void
apply_matrix (AyMetric *self, const double *in, double *out)
{
  gsize d = self->d;
  double largest = 0.0;

  for (guint c = 0; c < self->head->n_classes; c++)
    for (gsize j = 0; j < d; j++)
      largest = MAX (largest, fabs (in[c * self->width + j]));
  largest = largest > 0.0 ? largest : 1.0;
  for (guint c = 0; c < self->head->n_classes; c++)
    for (gsize j = 0; j < d; j++)
      self->in[c * d + j] = (float) (in[c * self->width + j] / largest);
  ay_parallel_for (self->n_tiles, apply_tile, self, NULL, NULL);
  for (guint c = 0; c < self->head->n_classes; c++)
    for (gsize j = 0; j < d; j++)
      out[c * self->width + j] = largest * self->out[c * d + j];
}

void
ay_metric_apply (AyMetric *self, const double *in, double *out)
{
  if (self->blocks != NULL)
    {
      ay_class_blocks_apply (self->blocks, in, 1, out, NULL, NULL);
      cblas_dscal (self->width * self->head->n_classes, self->head->sum_weight, out, 1);
      return;
    }
  for (guint c = 0; c < self->head->n_classes; c++)
    out[c * self->width + self->d] = in[c * self->width + self->d] / self->h;
  if (self->use_matrix)
    apply_matrix (self, in, out);
  else
    apply_diagonal (self, in, out);
}
