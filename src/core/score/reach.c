/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far out a row lies of the rows that a ridge head is fitted to.
 *
 * The variance of the head's answer at z is in proportion to the leverage h(z) = (z, 1)^T H^-1
 * (z, 1), H = sum (z, 1)(z, 1)^T + lambda I (not on the intercept): small amid the rows, and as
 * large as it likes where there are none, in a winter for a head of summers. For a row that is
 * fitted itself, h / (1 - h) is what it would be without that row, so that both are on one scale
 * (Cook and Weisberg, Residuals and Influence in Regression, 1982, 2.2). Within is a row whose h is
 * at most the quantile `inner` of that: of rows like the fitted ones about that share is within.
 *
 * Cost: one inverse, d^3, and 2 d^2 a row. Memory: 8 d^2, and a block of rows a worker. Threads:
 * over blocks of rows. */
#include "core/score/reach.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/stats.h"
#include "core/model/hessian.h"
#include "core/model/standardise.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define BLOCK 64

typedef struct
{
  const AyProblem *problem;
  const AyHead *like;
  const double *inverse; /* (d + 1) x (d + 1) */
  double *h;             /* problem->n */
} Leverage;

static void
block_leverage (gsize block, guint worker, gpointer data)
{
  Leverage *self = data;
  gsize from = block * BLOCK, count = MIN (BLOCK, self->problem->n - from), d = self->like->d;
  gsize r = d + 1;
  g_autofree float *z = g_new (float, count * d + 1);
  g_autofree double *row = g_new (double, count * r), *product = g_new (double, count * r);

  ay_standardise_block (self->problem->features, self->problem->rows + from, count,
                        self->like->centre, self->like->inv_scale, z);
  for (gsize i = 0; i < count; i++)
    {
      for (gsize j = 0; j < d; j++)
        row[i * r + j] = z[i * d + j];
      row[i * r + d] = 1.0;
    }
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, count, r, r, 1.0, row, r, self->inverse,
               r, 0.0, product, r);
  for (gsize i = 0; i < count; i++)
    self->h[from + i] = cblas_ddot (r, row + i * r, 1, product + i * r, 1);
}

static double *
leverages (const AyReachTask *task, const AyProblem *of, const double *inverse, AyJob *job,
           GError **error)
{
  g_autofree double *h = ay_try_alloc (of->n, sizeof *h, "the leverages", error);
  Leverage leverage = { of, task->like, inverse, h };

  if (h == NULL
      || !ay_parallel_for (ay_n_blocks (of->n, BLOCK), block_leverage, &leverage, job, error))
    return NULL;
  return g_steal_pointer (&h);
}

/* As of a row that is not among those fitted. */
static double
limit_of (const double *fitted, gsize n, double inner)
{
  g_autofree double *out = g_new (double, n + 1);
  g_autofree guint32 *order = NULL;

  for (gsize i = 0; i < n; i++)
    out[i] = fitted[i] < 1.0 ? fitted[i] / (1.0 - fitted[i]) : INFINITY;
  order = ay_order (out, n, FALSE);
  return n > 0 ? out[order[MIN (n - 1, (gsize) (inner * (double) n))]] : INFINITY;
}

guint8 *
ay_reach_within (const AyReachTask *task, AyJob *job, GError **error)
{
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
  g_autoptr (AyHead) head = ay_head_copy (task->like);
  g_autoptr (AyHessian) hessian = NULL;
  g_autofree double *fitted = NULL, *h = NULL;
  guint8 *within;
  const double *inverse;
  double limit;

  head->lambda = task->lambda;
  hessian = ay_hessian_new (task->from, head, &options, job, error);
  if (hessian == NULL)
    return NULL;
  within = g_new (guint8, task->of->n + 1);
  memset (within, 1, task->of->n + 1);
  if (!ay_hessian_can_be_dense (hessian))
    return within;
  inverse = ay_hessian_inverse (hessian, job, error);
  fitted = inverse != NULL ? leverages (task, task->from, inverse, job, error) : NULL;
  h = fitted != NULL ? leverages (task, task->of, inverse, job, error) : NULL;
  if (h == NULL)
    {
      g_free (within);
      return NULL;
    }
  limit = limit_of (fitted, task->from->n, task->inner);
  for (gsize i = 0; i < task->of->n; i++)
    within[i] = h[i] <= limit;
  return within;
}
