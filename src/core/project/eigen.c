/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A block of l > k vectors is filtered by a Chebyshev polynomial in A that is small on [0, b] and
 * grows fast above b, b being the smallest Ritz value of the block; then it is made orthonormal,
 * and the best vectors inside its span are found (Rayleigh-Ritz). With degree m the error of an
 * eigenvector falls as if plain subspace iteration had taken about m^2 steps near b. The degree is
 * held where the growth of the largest eigenvalue would drown the smaller ones.
 *
 * Only the sum of the k eigenvalues matters to a projection ("energy"): it is a lower bound that
 * rises to the true one, and the rise left over is estimated from the last two. Cost a round: m
 * products with A and 3 d l^2. Threads: inside the products; the rest is small. */
#include "core/project/eigen.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/words.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#define MAX_DEGREE 12
#define MAX_GROWTH 1e7 /* of the largest over the smallest vector in one filter */

typedef struct
{
  const AyEigenProblem *problem;
  guint l;
  double *q;     /* l x d: orthonormal */
  double *aq;    /* l x d: A q */
  double *spare; /* l x d */
  double *other; /* l x d */
  double *ritz;  /* l, descending */
  double *small; /* l x l */
} Block;

static gboolean
lapack_failed (lapack_int info, const char *routine, GError **error)
{
  if (info == 0)
    return FALSE;
  g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED, N_ ("eigenvalues: %s stopped with %d"),
               routine, (int) info);
  return TRUE;
}

/* Rows of q orthonormal: Householder QR of the d x l matrix whose columns they are. */
static gboolean
orthonormalise (Block *self, GError **error)
{
  lapack_int d = (lapack_int) self->problem->d, l = (lapack_int) self->l;
  g_autofree double *tau = g_new (double, l);

  return !lapack_failed (LAPACKE_dgeqrf (LAPACK_COL_MAJOR, d, l, self->q, d, tau), "dgeqrf", error)
         && !lapack_failed (LAPACKE_dorgqr (LAPACK_COL_MAJOR, d, l, l, self->q, d, tau), "dorgqr",
                            error);
}

/* Turns q and A q to the Ritz vectors, largest first. */
static gboolean
rayleigh_ritz (Block *self, AyJob *job, GError **error)
{
  const AyEigenProblem *problem = self->problem;
  int d = (int) problem->d, l = (int) self->l;

  if (!problem->apply (problem->data, self->q, self->l, self->aq, job, error))
    return FALSE;
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, l, l, d, 1.0, self->q, d, self->aq, d, 0.0,
               self->small, l);
  if (lapack_failed (LAPACKE_dsyevd (LAPACK_COL_MAJOR, 'V', 'U', l, self->small, l, self->ritz),
                     "dsyevd", error))
    return FALSE;
  for (int i = 0; i < l / 2; i++) /* ascending to descending */
    {
      double value = self->ritz[i];

      self->ritz[i] = self->ritz[l - 1 - i];
      self->ritz[l - 1 - i] = value;
      cblas_dswap (l, self->small + (gsize) i * l, 1, self->small + (gsize) (l - 1 - i) * l, 1);
    }
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, l, d, l, 1.0, self->small, l, self->q, d,
               0.0, self->spare, d);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, l, d, l, 1.0, self->small, l, self->aq,
               d, 0.0, self->other, d);
  memcpy (self->q, self->spare, (gsize) l * (gsize) d * sizeof (double));
  memcpy (self->aq, self->other, (gsize) l * (gsize) d * sizeof (double));
  return TRUE;
}

static guint
degree_for (const Block *self, double half)
{
  double t = self->ritz[0] / half - 1.0; /* the largest, on the axis where [0, b] is [-1, 1] */
  double growth = t + sqrt (MAX (t * t - 1.0, 0.0));

  if (!(growth > 1.0))
    return 1;
  return (guint) CLAMP (log (MAX_GROWTH) / log (growth), 1.0, (double) MAX_DEGREE);
}

/* q := T_m ((A - half) / half) q by the three-term recurrence; A q is known. */
static gboolean
filter (Block *self, AyJob *job, GError **error)
{
  const AyEigenProblem *problem = self->problem;
  gsize size = (gsize) self->l * problem->d;
  double half = 0.5 * self->ritz[self->l - 1];
  guint degree;

  if (!(half > 1e-14 * self->ritz[0])) /* the block holds all there is: A q spans it */
    {
      memcpy (self->q, self->aq, size * sizeof (double));
      return TRUE;
    }
  degree = degree_for (self, half);
  for (gsize i = 0; i < size; i++)
    self->aq[i] = self->aq[i] / half - self->q[i];
  for (guint m = 1; m < degree; m++)
    {
      double *swap = self->q;

      if (!problem->apply (problem->data, self->aq, self->l, self->spare, job, error))
        return FALSE;
      for (gsize i = 0; i < size; i++)
        self->q[i] = 2.0 * (self->spare[i] / half - self->aq[i]) - self->q[i];
      self->q = self->aq; /* T_m */
      self->aq = swap;    /* T_m+1 */
    }
  memcpy (self->q, self->aq, size * sizeof (double));
  return TRUE;
}

static void
start (Block *self)
{
  gsize d = self->problem->d;

  for (guint i = 0; i < self->l; i++)
    {
      AyRng rng;

      ay_rng_init (&rng, self->problem->seed, i);
      for (gsize j = 0; j < d; j++)
        self->q[i * d + j] = ay_rng_normal (&rng);
    }
}

static double
sum_of (const double *values, guint k)
{
  double sum = 0.0;

  for (guint i = 0; i < k; i++)
    sum += values[i];
  return sum;
}

static gboolean
iterate (Block *self, gboolean *converged, AyJob *job, GError **error)
{
  const AyEigenProblem *problem = self->problem;
  double sum = 0.0, rise = INFINITY;

  start (self);
  for (guint round = 0; round < problem->max_rounds && !*converged; round++)
    {
      double before = sum, rise_before = rise, ratio;

      if ((round > 0 && !filter (self, job, error)) || !orthonormalise (self, error)
          || !rayleigh_ritz (self, job, error))
        return FALSE;
      sum = sum_of (self->ritz, problem->k);
      rise = sum - before;
      ratio = CLAMP (rise / rise_before, 0.0, 0.95);
      *converged = round > 1 && rise * ratio / (1.0 - ratio) <= problem->tolerance * sum
                   && rise <= 100.0 * problem->tolerance * sum;
    }
  return TRUE;
}

gboolean
ay_eigen_top (const AyEigenProblem *problem, double *values, double *vectors, gboolean *converged,
              AyJob *job, GError **error)
{
  gsize d = problem->d;
  Block self = { .problem = problem };
  g_autofree double *room = NULL, *ritz = NULL, *small = NULL;
  gboolean done = FALSE;
  gsize size;

  self.l = (guint) MIN ((gsize) problem->k + MAX (problem->k / 2, 16), d);
  size = self.l * d;
  room = ay_try_alloc (4 * size, sizeof (double), "the eigenvectors", error);
  if (room == NULL)
    return FALSE;
  self.q = room;
  self.aq = room + size;
  self.spare = room + 2 * size;
  self.other = room + 3 * size;
  self.ritz = ritz = g_new (double, self.l);
  self.small = small = g_new (double, (gsize) self.l * self.l);
  if (!iterate (&self, &done, job, error))
    return FALSE;
  memcpy (values, self.ritz, problem->k * sizeof (double));
  memcpy (vectors, self.q, problem->k * d * sizeof (double));
  if (converged != NULL)
    *converged = done;
  return TRUE;
}

/* ---- dense ---- */

#define DENSE_ROWS 128

typedef struct
{
  const double *matrix;
  gsize d;
  guint l;
  const double *in;
  double *out;
} Dense;

static void
apply_dense_rows (gsize block, guint worker, gpointer data)
{
  Dense *self = data;
  gsize first = block * DENSE_ROWS, d = self->d;

  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) self->l,
               (int) MIN (DENSE_ROWS, d - first), (int) d, 1.0, self->in, (int) d,
               self->matrix + first * d, (int) d, 0.0, self->out + first, (int) d);
}

static gboolean
apply_dense (gpointer data, const double *in, guint l, double *out, AyJob *job, GError **error)
{
  Dense *self = data;

  self->l = l;
  self->in = in;
  self->out = out;
  return ay_parallel_for (ay_n_blocks (self->d, DENSE_ROWS), apply_dense_rows, self, job, error);
}

static gboolean
solve_direct (double *matrix, gsize d, guint k, double *values, double *vectors, GError **error)
{
  lapack_int n = (lapack_int) d, found;
  g_autofree double *ascending = g_new (double, d), *columns = NULL;
  g_autofree lapack_int *support = g_new (lapack_int, 2 * (gsize) k);

  columns = ay_try_alloc (d * k, sizeof (double), "the eigenvectors", error);
  if (columns == NULL
      || lapack_failed (LAPACKE_dsyevr (LAPACK_COL_MAJOR, 'V', 'I', 'L', n, matrix, n, 0.0, 0.0,
                                        n - (lapack_int) k + 1, n, 0.0, &found, ascending, columns,
                                        n, support),
                        "dsyevr", error))
    return FALSE;
  for (guint i = 0; i < k; i++)
    {
      values[i] = ascending[k - 1 - i];
      memcpy (vectors + i * d, columns + (k - 1 - i) * d, d * sizeof (double));
    }
  return TRUE;
}

gboolean
ay_eigen_top_dense (double *matrix, gsize d, guint k, guint64 seed, double *values,
                    double *vectors, gboolean *converged, AyJob *job, GError **error)
{
  Dense dense = { .matrix = matrix, .d = d };
  AyEigenProblem problem = { d, k, seed, apply_dense, &dense, 1e-8, 300 };

  if (d > AY_EIGEN_DIRECT && k < d / 4)
    return ay_eigen_top (&problem, values, vectors, converged, job, error);
  if (converged != NULL)
    *converged = TRUE;
  return solve_direct (matrix, d, k, values, vectors, error);
}
