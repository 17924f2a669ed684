/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strategies by the variance that a label takes away.
 *
 * The information of a row about the head is (diag p - p p^T) (x) z z^T; here its trace over the
 * classes stands for the first factor, g = 1 - sum p^2, so that matrices are (d + 1)^2 whatever the
 * number of classes. A = (lambda I + sum over labelled g z z^T)^-1, F = sum over the pool g z z^T.
 *
 * bait (after Ash et al. 2021): what is left of tr (A F), greedily: twice as many rows as wanted
 *   are taken, each the one that takes most away, g z'AFAz / (1 + g z'Az), then those that give
 *   least are put back, one by one.
 * expected_influence: the expected influence of a label is zero when labels come as the head
 *   expects; its expected square is not: g z' A F A z, the squared change of the pool's outputs
 *   over the labels that the head expects.
 * Time n d^2 once, then n d a pick. Memory 3 d^2 + n d doubles. */
#include "core/select/strategy_private.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <cblas.h>
#include <lapacke.h>
#include <string.h>

typedef struct
{
  const AyPool *pool;
  gsize width;
  double *a, *f, *afa;  /* width x width */
  double *z;            /* n_pool x width */
  double *g, *q, *r;    /* n_pool: g, z'Az, z'AFAz */
} Variance;

static void
variance_clear (Variance *self)
{
  g_free (self->a);
  g_free (self->f);
  g_free (self->afa);
  g_free (self->z);
  g_free (self->g);
  g_free (self->q);
  g_free (self->r);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Variance, variance_clear)

static double
spread (const AyPool *pool, guint32 at)
{
  const double *p = pool->p + (gsize) at * pool->n_classes;
  double sum = 1.0;

  for (guint c = 0; c < pool->n_classes; c++)
    sum -= p[c] * p[c];
  return MAX (sum, 0.0);
}

static void
point_of (const AyPool *pool, guint32 at, double *out)
{
  for (gsize j = 0; j < pool->d; j++)
    out[j] = pool->z[at * pool->d + j];
  out[pool->d] = 1.0;
}

/* into = A x for all rows x of z: q or r by products with the rows. */
static void
quadratic (const Variance *self, const double *matrix, double *out)
{
  gsize n = self->pool->n_pool, w = self->width;
  g_autofree double *product = g_new (double, n * w);

  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) n, (int) w, (int) w, 1.0, self->z,
               (int) w, matrix, (int) w, 0.0, product, (int) w);
  for (gsize i = 0; i < n; i++)
    out[i] = cblas_ddot ((int) w, product + i * w, 1, self->z + i * w, 1);
}

static void
set_afa (Variance *self)
{
  int w = (int) self->width;
  g_autofree double *half = g_new (double, self->width * self->width);

  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, w, w, w, 1.0, self->a, w, self->f, w, 0.0,
               half, w);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, w, w, w, 1.0, half, w, self->a, w, 0.0,
               self->afa, w);
}

static gboolean
invert (Variance *self, GError **error)
{
  gsize w = self->width;

  if (LAPACKE_dpotrf (LAPACK_ROW_MAJOR, 'L', (int) w, self->a, (int) w) != 0
      || LAPACKE_dpotri (LAPACK_ROW_MAJOR, 'L', (int) w, self->a, (int) w) != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
                   N_ ("the information of the labelled rows cannot be inverted"));
      return FALSE;
    }
  for (gsize i = 0; i < w; i++)
    for (gsize j = i + 1; j < w; j++)
      self->a[i * w + j] = self->a[j * w + i];
  return TRUE;
}

static gboolean
variance_init (Variance *self, const AyPool *pool, GError **error)
{
  gsize w = pool->d + 1, n = pool->n_pool;
  g_autofree double *x = g_new (double, w);

  self->pool = pool;
  self->width = w;
  self->z = ay_try_alloc (n, w * sizeof (double), "the information of the pool", error);
  self->a = self->z != NULL ? ay_try_alloc (w, w * sizeof (double), "the information", error)
                            : NULL;
  if (self->a == NULL)
    return FALSE;
  self->f = g_new0 (double, w * w);
  self->afa = g_new0 (double, w * w);
  self->g = g_new (double, n);
  self->q = g_new (double, n);
  self->r = g_new (double, n);
  memset (self->a, 0, w * w * sizeof (double));
  for (gsize j = 0; j < w; j++)
    self->a[j * w + j] = pool->head->lambda;
  for (gsize i = 0; i < pool->n_labelled; i++)
    {
      point_of (pool, pool->labelled[i], x);
      cblas_dger (CblasRowMajor, (int) w, (int) w, spread (pool, pool->labelled[i]), x, 1, x, 1,
                  self->a, (int) w);
    }
  for (gsize i = 0; i < n; i++)
    {
      point_of (pool, pool->pool[i], self->z + i * w);
      self->g[i] = spread (pool, pool->pool[i]);
      cblas_dger (CblasRowMajor, (int) w, (int) w, self->g[i], self->z + i * w, 1,
                  self->z + i * w, 1, self->f, (int) w);
    }
  if (!invert (self, error))
    return FALSE;
  set_afa (self);
  quadratic (self, self->a, self->q);
  quadratic (self, self->afa, self->r);
  return TRUE;
}

/* The row at this place joins (sign 1) or leaves (-1) the labelled ones: A, q and r follow by the
 * rank-one formula, c = g / (1 + g q) for joining. */
static void
change (Variance *self, gsize place, double sign)
{
  gsize n = self->pool->n_pool, w = self->width;
  double g = sign * self->g[place], c = g / (1.0 + g * self->q[place]), square;
  g_autofree double *v = g_new (double, w), *fv = g_new (double, w), *u = g_new (double, w);
  g_autofree double *by_v = g_new (double, n), *by_u = g_new (double, n);
  int iw = (int) w;

  cblas_dgemv (CblasRowMajor, CblasNoTrans, iw, iw, 1.0, self->a, iw, self->z + place * w, 1, 0.0,
               v, 1);
  cblas_dgemv (CblasRowMajor, CblasNoTrans, iw, iw, 1.0, self->f, iw, v, 1, 0.0, fv, 1);
  cblas_dgemv (CblasRowMajor, CblasNoTrans, iw, iw, 1.0, self->a, iw, fv, 1, 0.0, u, 1);
  square = cblas_ddot (iw, v, 1, fv, 1);
  cblas_dgemv (CblasRowMajor, CblasNoTrans, (int) n, iw, 1.0, self->z, iw, v, 1, 0.0, by_v, 1);
  cblas_dgemv (CblasRowMajor, CblasNoTrans, (int) n, iw, 1.0, self->z, iw, u, 1, 0.0, by_u, 1);
  for (gsize i = 0; i < n; i++)
    {
      self->q[i] -= c * by_v[i] * by_v[i];
      self->r[i] += -2.0 * c * by_v[i] * by_u[i] + c * c * by_v[i] * by_v[i] * square;
    }
  cblas_dger (CblasRowMajor, iw, iw, -c, v, 1, v, 1, self->a, iw);
}

static double
worth (const Variance *self, gsize i, double sign)
{
  double cost = self->pool->cost != NULL ? self->pool->cost[self->pool->pool[i]] : 1.0;

  return self->g[i] * self->r[i] / (1.0 + sign * self->g[i] * self->q[i]) / cost;
}

gboolean
ay_pick_bait (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  gsize wide = MIN (2 * count, pool->n_pool), n_taken = 0;
  g_auto (Variance) self = { 0 };
  g_autofree guint8 *in = g_new0 (guint8, pool->n_pool);
  g_autofree gsize *taken = g_new (gsize, wide);
  g_autofree double *value = g_new (double, wide);

  if (!variance_init (&self, pool, error))
    return FALSE;
  while (n_taken < wide)
    {
      gsize best = G_MAXSIZE;

      if (!ay_job_check (job, error))
        return FALSE;
      for (gsize i = 0; i < pool->n_pool; i++)
        if (!in[i] && (best == G_MAXSIZE || worth (&self, i, 1.0) > worth (&self, best, 1.0)))
          best = i;
      in[best] = 1;
      value[n_taken] = worth (&self, best, 1.0);
      taken[n_taken++] = best;
      change (&self, best, 1.0);
    }
  while (n_taken > count)
    {
      gsize least = 0;

      for (gsize k = 1; k < n_taken; k++)
        if (worth (&self, taken[k], -1.0) < worth (&self, taken[least], -1.0))
          least = k;
      change (&self, taken[least], -1.0);
      n_taken--;
      memmove (taken + least, taken + least + 1, (n_taken - least) * sizeof *taken);
      memmove (value + least, value + least + 1, (n_taken - least) * sizeof *value);
    }
  for (gsize k = 0; k < count; k++)
    picks[k] = (AyPick) { pool->pool[taken[k]], value[k] };
  return TRUE;
}

gboolean
ay_pick_expected_influence (const AyPool *pool, gsize count, AyPick *picks, AyJob *job,
                            GError **error)
{
  g_auto (Variance) self = { 0 };

  if (!variance_init (&self, pool, error))
    return FALSE;
  for (gsize i = 0; i < pool->n_pool; i++)
    self.r[i] = MAX (self.g[i] * self.r[i], 0.0);
  ay_pick_top (pool, self.r, NULL, count, picks);
  return TRUE;
}
