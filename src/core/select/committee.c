/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strategies that ask several heads.
 *
 * qbc: heads fitted with Bayesian bootstrap weights (Rubin 1981), Exp(1) a row, so that no class
 *   vanishes; ranked by the entropy of their votes (Dagan and Engelson 1995), ties by the margin.
 * bald: H(mean p) - mean H(p) over draws of the weights from the Laplace approximation N(W, H^-1)
 *   (Houlsby et al. 2011); H is the curvature of the head's objective, the intercept damped like
 *   the other weights, since a shift of all of them changes nothing. Above MOST_FULL parameters
 *   only H's class blocks are kept. With H = L L^T a draw is W + L^-T e.
 * Time: qbc, a fit a head; bald n p^2 + p^3/3 once, 2 n p a draw. Memory p^2 doubles. */
#include "core/select/strategy_private.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#define MOST_FULL 3000

gboolean
ay_pick_qbc (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  gsize n = pool->n_pool;
  guint k = pool->n_classes, m = pool->options.committee;
  g_autofree double *weight = g_new (double, MAX (pool->n_labelled, 1));
  g_autofree gint32 *label = g_new (gint32, MAX (pool->n_labelled, 1));
  g_autofree double *p = ay_try_alloc (n * k, sizeof (double), "a committee", error);
  g_autofree double *votes = p != NULL ? ay_try_alloc (n * k, sizeof (double), "a committee", error)
                                       : NULL;
  g_autofree double *value = g_new (double, n), *margin = ay_pool_margins (pool);
  AyProblem problem = { .features = pool->features, .rows = pool->labelled, .n = pool->n_labelled,
                        .label = label, .weight = weight, .n_classes = k };
  AyRng rng = ay_pool_rng (pool, 1);

  if (votes == NULL)
    return FALSE;
  memset (votes, 0, n * k * sizeof *votes);
  for (gsize i = 0; i < pool->n_labelled; i++)
    label[i] = pool->label[pool->labelled[i]];
  for (guint member = 0; member < m; member++)
    {
      g_autoptr (AyHead) head = NULL;

      for (gsize i = 0; i < pool->n_labelled; i++)
        weight[i] = -log (1.0 - ay_rng_uniform (&rng));
      head = ay_head_fit (&problem, pool->head_options, pool->head, job, error);
      if (head == NULL
          || !ay_head_predict (head, pool->features, pool->pool, n, p, job, error))
        return FALSE;
      for (gsize i = 0; i < n; i++)
        votes[i * k + cblas_idamax ((int) k, p + i * k, 1)] += 1.0 / m;
    }
  for (gsize i = 0; i < n; i++)
    value[i] = round (ay_entropy (votes + i * k, k) * 1e12) / 1e12; /* the same votes are a tie */
  ay_pick_top (pool, value, margin, count, picks);
  return TRUE;
}

/* The curvature of the head's objective in one piece, or in class blocks; then its factor. */
typedef struct
{
  gsize size, n_blocks; /* numbers a side of each block */
  double *factor;       /* blocks of size x size, lower triangles of rows */
} Laplace;

static void
laplace_clear (Laplace *self)
{
  g_free (self->factor);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Laplace, laplace_clear)

/* z with the intercept's 1 of each labelled point, n x (d + 1). */
static double *
labelled_points (const AyPool *pool)
{
  gsize width = pool->d + 1;
  double *z = g_new (double, MAX (pool->n_labelled * width, 1));

  for (gsize i = 0; i < pool->n_labelled; i++)
    {
      for (gsize j = 0; j < pool->d; j++)
        z[i * width + j] = pool->z[pool->labelled[i] * pool->d + j];
      z[i * width + pool->d] = 1.0;
    }
  return z;
}

/* Classes a and b <= a: into (leading dimension ld) += sum p_a ([a = b] - p_b) z z^T. */
static void
add_block (const AyPool *pool, const double *z, guint a, guint b, double *into, gsize ld)
{
  gsize width = pool->d + 1;
  g_autofree double *scaled = g_new (double, MAX (pool->n_labelled * width, 1));

  for (gsize i = 0; i < pool->n_labelled; i++)
    {
      const double *p = pool->p + (gsize) pool->labelled[i] * pool->n_classes;
      double w = p[a] * ((a == b ? 1.0 : 0.0) - p[b]);

      for (gsize j = 0; j < width; j++)
        scaled[i * width + j] = w * z[i * width + j];
    }
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) width, (int) width,
               (int) pool->n_labelled, 1.0, scaled, (int) width, z, (int) width, 1.0, into,
               (int) ld);
}

static gboolean
laplace_init (Laplace *self, const AyPool *pool, GError **error)
{
  gsize width = pool->d + 1, p = width * pool->n_classes;
  gboolean full = p <= MOST_FULL;
  g_autofree double *z = labelled_points (pool);

  self->size = full ? p : width;
  self->n_blocks = full ? 1 : pool->n_classes;
  self->factor = ay_try_alloc (self->n_blocks * self->size, self->size * sizeof (double),
                               "the curvature", error);
  if (self->factor == NULL)
    return FALSE;
  memset (self->factor, 0, self->n_blocks * self->size * self->size * sizeof (double));
  for (guint a = 0; a < pool->n_classes; a++)
    for (guint b = full ? 0 : a; b <= a; b++)
      add_block (pool, z, a, b,
                 full ? self->factor + (a * self->size + b) * width
                      : self->factor + a * self->size * self->size, self->size);
  for (gsize block = 0; block < self->n_blocks; block++)
    {
      double *h = self->factor + block * self->size * self->size;

      for (gsize j = 0; j < self->size; j++)
        h[j * self->size + j] += pool->head->lambda;
      if (LAPACKE_dpotrf (LAPACK_ROW_MAJOR, 'L', (int) self->size, h, (int) self->size) != 0)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_NOT_CONVERGED,
                       N_ ("bald: the curvature of the head is not positive"));
          return FALSE;
        }
    }
  return TRUE;
}

/* logits (n_pool x k) of a draw of the weights; theta is scratch of p. */
static void
drawn_logits (const Laplace *self, const AyPool *pool, AyRng *rng, double *theta, double *logits)
{
  gsize width = pool->d + 1, p = width * pool->n_classes;
  guint k = pool->n_classes;

  for (gsize j = 0; j < p; j++)
    theta[j] = ay_rng_normal (rng);
  for (gsize block = 0; block < self->n_blocks; block++)
    cblas_dtrsv (CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, (int) self->size,
                 self->factor + block * self->size * self->size, (int) self->size,
                 theta + block * self->size, 1);
  for (gsize i = 0; i < pool->n_pool; i++)
    {
      const float *z = pool->z + pool->pool[i] * pool->d;
      const double *mean = pool->p + (gsize) pool->pool[i] * k;

      for (guint c = 0; c < k; c++)
        {
          const double *w = theta + c * width;
          double sum = log (MAX (mean[c], 1e-300)) + w[pool->d];

          for (gsize j = 0; j < pool->d; j++)
            sum += w[j] * z[j];
          logits[i * k + c] = sum;
        }
    }
}

static void
soften (double *x, guint k)
{
  double top = x[0], sum = 0.0;

  for (guint c = 1; c < k; c++)
    top = MAX (top, x[c]);
  for (guint c = 0; c < k; c++)
    sum += x[c] = exp (x[c] - top);
  for (guint c = 0; c < k; c++)
    x[c] /= sum;
}

gboolean
ay_pick_bald (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  gsize n = pool->n_pool;
  guint k = pool->n_classes, draws = pool->options.draws;
  g_auto (Laplace) laplace = { 0 };
  g_autofree double *theta = g_new (double, (pool->d + 1) * k);
  g_autofree double *p = ay_try_alloc (n * k, sizeof (double), "the draws", error);
  g_autofree double *mean = p != NULL ? ay_try_alloc (n * k, sizeof (double), "the draws", error)
                                      : NULL;
  g_autofree double *value = g_new0 (double, n);
  AyRng rng = ay_pool_rng (pool, 2);

  if (mean == NULL || !laplace_init (&laplace, pool, error))
    return FALSE;
  memset (mean, 0, n * k * sizeof *mean);
  for (guint s = 0; s < draws; s++)
    {
      if (!ay_job_check (job, error))
        return FALSE;
      drawn_logits (&laplace, pool, &rng, theta, p);
      for (gsize i = 0; i < n; i++)
        {
          soften (p + i * k, k);
          value[i] -= ay_entropy (p + i * k, k) / draws;
          for (guint c = 0; c < k; c++)
            mean[i * k + c] += p[i * k + c] / draws;
        }
    }
  for (gsize i = 0; i < n; i++)
    value[i] = MAX (value[i] + ay_entropy (mean + i * k, k), 0.0);
  ay_pick_top (pool, value, NULL, count, picks);
  return TRUE;
}
