/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SGD on a linear head: for a batch B of rows z (standardised, with a last 1), theta -= step / |B|
 * sum r z^T, r = p - y. One thread: batches depend on each other. 4 C d flop a row and epoch. */
#include "core/score/sgd_run.h"

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/model/standardise.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define RUN_STREAM 51

struct _AySgdRun
{
  const AyProblem *train;
  AyRunOptions options;
  float *centre, *inv_scale; /* one piece */
  gsize p;           /* d + 1 */
  double step;
  double *theta;     /* n_classes x p */
  guint32 *order;    /* n */
  guint done;        /* epochs */
  float *z;          /* batch x d */
  double *wide, *r;  /* batch x p, batch x n_classes */
};

static void
read_rows (const AySgdRun *self, const AyMatrix *features, const guint32 *rows, gsize count,
           float *z, double *wide)
{
  gsize d = self->p - 1;

  ay_standardise_block (features, rows, count, self->centre, self->inv_scale, z);
  for (gsize i = 0; i < count; i++)
    {
      for (gsize j = 0; j < d; j++)
        wide[i * self->p + j] = z[i * d + j];
      wide[i * self->p + d] = 1.0;
    }
}

/* Of standardised features the mean square of a varying column is 1. */
static double
mean_square (const AySgdRun *self)
{
  double sum = 0.0;

  for (gsize j = 0; j + 1 < self->p; j++)
    sum += self->inv_scale[j] > 0.0f;
  return sum;
}

AySgdRun *
ay_sgd_run_new (const AyProblem *train, const AyRunOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AySgdRun) self = g_new0 (AySgdRun, 1);
  g_autoptr (AyMoments) moments = ay_moments_of (train, job, error);
  gsize batch = MAX (options->batch, 1);

  if (moments == NULL)
    return NULL;
  self->train = train;
  self->options = *options;
  self->options.batch = (guint) batch;
  self->p = moments->d + 1;
  self->centre = g_new (float, 2 * moments->d + 1);
  self->inv_scale = self->centre + moments->d;
  if (!ay_moments_scaling (moments, FALSE, 1.0, self->centre, self->inv_scale, error))
    return NULL;
  self->step = options->step * 2.0 / (mean_square (self) + 1.0);
  self->theta = ay_try_alloc (train->n_classes * self->p, sizeof (double), "the run", error);
  self->wide = self->theta != NULL ? ay_try_alloc (batch * self->p, sizeof (double), "a batch",
                                                   error)
                                   : NULL;
  if (self->wide == NULL)
    return NULL;
  self->r = g_new (double, batch * train->n_classes);
  self->z = g_new (float, batch * self->p);
  self->order = g_new (guint32, train->n);
  return g_steal_pointer (&self);
}

void
ay_sgd_run_free (AySgdRun *self)
{
  if (self == NULL)
    return;
  g_free (self->centre);
  g_free (self->theta);
  g_free (self->wide);
  g_free (self->r);
  g_free (self->z);
  g_free (self->order);
  g_free (self);
}

static void
multiply (const AySgdRun *self, const double *wide, gsize count, double *out)
{
  guint n_classes = self->train->n_classes;

  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, count, n_classes, self->p, 1.0, wide,
               self->p, self->theta, self->p, 0.0, out, n_classes);
}

/* Logits to p - y. */
static void
to_residual (double *z, guint n, gint32 y)
{
  double most = -HUGE_VAL, sum = 0.0;

  for (guint k = 0; k < n; k++)
    most = MAX (most, z[k]);
  for (guint k = 0; k < n; k++)
    sum += z[k] = exp (z[k] - most);
  for (guint k = 0; k < n; k++)
    z[k] = z[k] / sum - (k == (guint) y);
}

static void
step (AySgdRun *self, const guint32 *positions, gsize count)
{
  const AyProblem *train = self->train;
  guint n_classes = train->n_classes;
  g_autofree guint32 *rows = g_new (guint32, count);

  for (gsize i = 0; i < count; i++)
    rows[i] = train->rows[positions[i]];
  read_rows (self, train->features, rows, count, self->z, self->wide);
  multiply (self, self->wide, count, self->r);
  for (gsize i = 0; i < count; i++)
    to_residual (self->r + i * n_classes, n_classes, train->label[positions[i]]);
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, n_classes, self->p, count,
               -self->step / count, self->r, n_classes, self->wide, self->p, 1.0, self->theta,
               self->p);
}

gboolean
ay_sgd_run_epoch (AySgdRun *self, guint epoch, AyJob *job, GError **error)
{
  gsize n = self->train->n, batch = self->options.batch;

  if (epoch + 1 < self->done)
    {
      memset (self->theta, 0, self->train->n_classes * self->p * sizeof (double));
      self->done = 0;
    }
  for (; self->done <= epoch; self->done++)
    {
      AyRng rng;

      ay_rng_init (&rng, self->options.seed, RUN_STREAM + self->done);
      for (gsize i = 0; i < n; i++)
        self->order[i] = (guint32) i;
      ay_rng_shuffle (&rng, self->order, n);
      for (gsize first = 0; first < n; first += batch)
        {
          if (!ay_job_check (job, error))
            return FALSE;
          step (self, self->order + first, MIN (batch, n - first));
        }
    }
  return TRUE;
}

double
ay_sgd_run_step (const AySgdRun *self)
{
  return self->step;
}

guint
ay_sgd_run_batch (const AySgdRun *self)
{
  return self->options.batch;
}

void
ay_sgd_run_logits (const AySgdRun *self, const AyMatrix *features, const guint32 *rows,
                   gsize count, double *out)
{
  g_autofree float *z = g_new (float, count * self->p);
  g_autofree double *wide = g_new (double, count * self->p);

  read_rows (self, features, rows, count, z, wide);
  multiply (self, wide, count, out);
}
