/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/hessian.h"
#include "core/model/kronecker.h"
#include "core/model/reduced.h"
#include "core/model/standardise.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

/* The whole Hessian of J at the head, row by row in double, with nothing of the solver: p x p. */
static double *
whole_hessian (const AyProblem *on, const AyHead *head)
{
  gsize d = head->d, stride = d + 1, n = head->n_outputs, p = n * stride;
  double *h = g_new0 (double, p * p);
  g_autofree float *z = g_new (float, stride);
  g_autofree double *prob = g_new (double, n);

  for (gsize i = 0; i < on->n; i++)
    {
      double weight = on->weight != NULL ? on->weight[i] : 1.0;

      ay_standardise_block (on->features, on->rows + i, 1, head->centre, head->inv_scale, z);
      z[d] = 1.0f;
      g_assert_true (ay_head_predict (head, on->features, on->rows + i, 1, prob, NULL, NULL));
      for (gsize r = 0; r < p; r++)
        for (gsize c = 0; c < p; c++)
          {
            gsize a = r / stride, b = c / stride;
            double w = on->n_classes == 0 ? 1.0 : (a == b ? prob[a] : 0.0) - prob[a] * prob[b];

            h[r * p + c] += weight * w * z[r % stride] * z[c % stride];
          }
    }
  for (gsize r = 0; r < p; r++)
    if (r % stride != d)
      h[r * p + r] += head->lambda;
  return h;
}

/* Pseudo-inverse by eigenvectors. */
static double *
pseudo_inverse (double *h, gsize p)
{
  g_autofree double *values = g_new (double, p);
  double *inverse = g_new0 (double, p * p);

  g_assert_cmpint (LAPACKE_dsyevd (LAPACK_COL_MAJOR, 'V', 'U', p, h, p, values), ==, 0);
  for (gsize k = 0; k < p; k++)
    if (values[k] > 1e-9 * values[p - 1])
      for (gsize r = 0; r < p; r++)
        for (gsize c = 0; c < p; c++)
          inverse[r * p + c] += h[k * p + r] * h[k * p + c] / values[k];
  return inverse;
}

static AyHead *
fit (const Made *made, double lambda_mean)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  AyHead *head;

  options.lambda_mean = lambda_mean;
  head = ay_head_fit (&made->problem, &options, NULL, NULL, NULL);
  g_assert_nonnull (head);
  return head;
}

/* Solves for random right-hand sides of class sum zero equal the pseudo-inverse's. */
static void
check_against_pseudo_inverse (guint n_classes, gboolean dense, gboolean inverse)
{
  g_auto (Made) made = made_new (120, 7, n_classes, 1.5, 3 + n_classes);
  g_autoptr (AyHead) head = NULL;
  g_autoptr (AyHessian) hessian = NULL;
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
  g_autofree double *h = NULL, *pinv = NULL, *x = NULL;
  double residual, want, largest = 0.0, off = 0.0;
  gsize p, k = 3;
  AyRng rng;

  for (gsize i = 0; i < made.problem.n; i++)
    made.weight[i] = i % 7 == 0 ? 0.0 : 0.5 + i % 3;
  head = fit (&made, 1e-3);
  options.dense_limit = dense ? 0 : 1;
  options.tolerance = 1e-10;
  hessian = ay_hessian_new (&made.problem, head, &options, NULL, NULL);
  p = ay_hessian_n_parameters (hessian);
  h = whole_hessian (&made.problem, head);
  pinv = pseudo_inverse (h, p);
  x = g_new0 (double, 2 * k * p);
  ay_rng_init (&rng, 9, 0);
  for (gsize v = 0; v < k; v++)
    for (gsize j = 0; j < p; j++)
      {
        double by = ay_rng_normal (&rng);

        /* any right-hand side but for the null direction: intercepts sum to zero */
        x[v * p + j] += by;
        if (n_classes > 0 && j % (head->d + 1) == head->d)
          x[v * p + (j + head->d + 1) % p] -= by;
      }
  memcpy (x + k * p, x, k * p * sizeof (double));
  if (inverse)
    g_assert_nonnull (ay_hessian_inverse (hessian, NULL, NULL));
  g_assert_true (ay_hessian_solve (hessian, x, k, &residual, NULL, NULL));
  g_assert_cmpfloat (residual, <=, 1e-10);
  g_assert_true (ay_hessian_is_dense (hessian) == dense);
  for (gsize v = 0; v < k; v++)
    for (gsize r = 0; r < p; r++)
      {
        want = 0.0;
        for (gsize c = 0; c < p; c++)
          want += pinv[r * p + c] * x[k * p + v * p + c];
        largest = MAX (largest, fabs (want));
        off = MAX (off, fabs (want - x[v * p + r]));
      }
  g_assert_cmpfloat (off, <=, 1e-8 * largest);
}

static void
test_pseudo_inverse (void)
{
  const guint classes[] = { 0, 2, 3, 6, 26 };

  for (gsize k = 0; k < G_N_ELEMENTS (classes); k++)
    {
      check_against_pseudo_inverse (classes[k], TRUE, FALSE);
      check_against_pseudo_inverse (classes[k], TRUE, TRUE);
      check_against_pseudo_inverse (classes[k], FALSE, FALSE);
    }
}

/* Float products and refinement reach 1e-8 too, and both ways agree. n x p is above the size where
 * double products are used throughout. */
static void
test_ways_agree (void)
{
  g_auto (Made) made = made_new (10000, 120, 9, 2.0, 4);
  g_autoptr (AyHead) head = fit (&made, 1e-4);
  AyHessianOptions dense_options = AY_HESSIAN_OPTIONS_INIT, options = AY_HESSIAN_OPTIONS_INIT;
  g_autoptr (AyHessian) dense = NULL, iterative = NULL;
  g_autofree double *x = NULL;
  double residual[2], off = 0.0, largest = 0.0;
  gsize p;

  options.dense_limit = 1;
  dense = ay_hessian_new (&made.problem, head, &dense_options, NULL, NULL);
  iterative = ay_hessian_new (&made.problem, head, &options, NULL, NULL);
  p = ay_hessian_n_parameters (dense);
  x = g_new (double, 2 * p);
  for (gsize j = 0; j < p; j++)
    x[j] = x[p + j] = sin (3.0 * j) * (j / (head->d + 1) == 0 ? 0.0 : 1.0);
  for (gsize c = 1; c < 9; c++) /* class sums zero */
    for (gsize j = 0; j <= head->d; j++)
      {
        x[j] -= x[c * (head->d + 1) + j];
        x[p + j] -= x[c * (head->d + 1) + j];
      }
  g_assert_nonnull (ay_hessian_inverse (dense, NULL, NULL));
  g_assert_true (ay_hessian_solve (dense, x, 1, &residual[0], NULL, NULL));
  g_assert_true (ay_hessian_solve (iterative, x + p, 1, &residual[1], NULL, NULL));
  g_assert_cmpfloat (residual[0], <=, 1e-8);
  g_assert_cmpfloat (residual[1], <=, 1e-8);
  for (gsize j = 0; j < p; j++)
    {
      largest = MAX (largest, fabs (x[j]));
      off = MAX (off, fabs (x[j] - x[p + j]));
    }
  g_assert_cmpfloat (off, <=, 1e-6 * largest);
  g_test_message ("%s", ay_hessian_describe (iterative));
}

/* Many solves at once are worth a matrix, of float products, that one is not; to a loose tolerance
 * they agree with conjugate gradients. */
static void
test_many (void)
{
  g_auto (Made) made = made_new (10000, 500, 6, 1.0, 12);
  g_autoptr (AyHead) head = fit (&made, 1e-2);
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT, by_rounds = AY_HESSIAN_OPTIONS_INIT;
  g_autoptr (AyHessian) hessian = NULL, iterative = NULL;
  g_autofree double *x = NULL, *one = NULL;
  gsize p, k = 70;
  double residual;
  AyRng rng;

  by_rounds.dense_limit = 1;
  by_rounds.tolerance = 1e-10;
  hessian = ay_hessian_new (&made.problem, head, &options, NULL, NULL);
  iterative = ay_hessian_new (&made.problem, head, &by_rounds, NULL, NULL);
  p = ay_hessian_n_parameters (hessian);
  x = g_new (double, k * p);
  one = g_new (double, 3 * p);
  ay_rng_init (&rng, 4, 0);
  for (gsize j = 0; j < k * p; j++)
    x[j] = ay_rng_normal (&rng);
  for (gsize v = 0; v < k; v++)
    ay_drop_class_mean (head->n_outputs, head->d + 1, 1, x + v * p);
  for (gsize v = 0; v < 3; v++)
    memcpy (one + v * p, x + (v == 2 ? k - 1 : v * 37) * p, p * sizeof (double));
  g_assert_true (ay_hessian_solve_to (hessian, one, 1, 1e-6, NULL, NULL, NULL));
  g_assert_false (ay_hessian_is_dense (hessian));
  memcpy (one, x, p * sizeof (double)); /* it was solved in place */
  g_assert_true (ay_hessian_solve_to (hessian, x, k, 1e-6, &residual, NULL, NULL));
  g_assert_true (ay_hessian_is_dense (hessian));
  g_assert_cmpfloat (residual, <=, 1e-6);
  g_assert_true (ay_hessian_solve (iterative, one, 3, NULL, NULL, NULL));
  for (gsize v = 0; v < 3; v++)
    {
      double norm = cblas_dnrm2 (p, one + v * p, 1);

      cblas_daxpy (p, -1.0, x + (v == 2 ? k - 1 : v * 37) * p, 1, one + v * p, 1);
      g_assert_cmpfloat (cblas_dnrm2 (p, one + v * p, 1), <=, 1e-5 * norm);
    }
}


/* The same bytes with 1 and 2 threads, whichever way. */
static void
test_threads (void)
{
  g_auto (Made) made = made_new (700, 40, 5, 2.0, 8);
  g_autoptr (AyHead) head = fit (&made, 1e-3);

  for (guint way = 0; way < 3; way++)
    {
      double *x[2] = { NULL, NULL };
      gsize p = 0;

      for (guint threads = 1; threads <= 2; threads++)
        {
          AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
          g_autoptr (AyHessian) hessian = NULL;

          ay_set_threads (threads);
          options.dense_limit = way == 2 ? 1 : 0;
          hessian = ay_hessian_new (&made.problem, head, &options, NULL, NULL);
          p = ay_hessian_n_parameters (hessian);
          x[threads - 1] = g_new (double, 2 * p);
          for (gsize j = 0; j < 2 * p; j++)
            x[threads - 1][j] = cos (j);
          if (way == 1)
            g_assert_nonnull (ay_hessian_inverse (hessian, NULL, NULL));
          g_assert_true (ay_hessian_solve (hessian, x[threads - 1], 2, NULL, NULL, NULL));
        }
      g_assert_cmpmem (x[0], 2 * p * sizeof (double), x[1], 2 * p * sizeof (double));
      g_free (x[0]);
      g_free (x[1]);
    }
  ay_set_threads (0);
}

/* Where every row has the same probabilities, or the head is ridge, the Hessian is a Kronecker
 * product, and the preconditioner its inverse. */
static void
test_kronecker_exact (void)
{
  for (guint n_classes = 0; n_classes <= 5; n_classes += 5)
    {
      g_auto (Made) made = made_new (300, 12, n_classes, 1.0, 5);
      g_autoptr (AyHead) head = fit (&made, 1e-2);
      g_autoptr (AyCurvature) at = ay_curvature_new (&made.problem, head, NULL, TRUE, NULL);
      gsize p = ay_curvature_n_parameters (at), stride = head->d + 1;
      g_autofree double *theta = g_new0 (double, p), *b = g_new (double, 3 * p);
      g_autoptr (AyKronecker) kronecker = NULL;
      double *x = b + p, *product = x + p;

      for (gsize c = 0; c < n_classes; c++)
        theta[c * stride + head->d] = 0.3 * c;
      g_assert_true (ay_curvature_move (at, theta, NULL, NULL, NULL, NULL));
      kronecker = ay_kronecker_new (&made.problem, head, at, NULL, NULL);
      g_assert_nonnull (kronecker);
      for (gsize j = 0; j < p; j++)
        b[j] = cos (5.0 * j);
      ay_drop_class_mean (head->n_outputs, stride, 1, b);
      g_assert_true (ay_kronecker_apply (kronecker, b, 1, x, NULL, NULL));
      ay_drop_class_mean (head->n_outputs, stride, 1, x);
      g_assert_true (ay_curvature_product (at, x, 1, product, NULL, NULL));
      for (gsize j = 0; j < p; j++)
        g_assert_cmpfloat (fabs (product[j] - b[j]), <, 1e-3);
    }
}

static void
test_refusals (void)
{
  g_auto (Made) made = made_new (60, 4, 3, 2.0, 8);
  g_autoptr (AyHead) head = fit (&made, 1e-3);
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
  g_autoptr (AyHessian) hessian = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AyJob) job = ay_job_new ();
  double x[15] = { 1.0 };

  options.tolerance = 0.0;
  g_assert_null (ay_hessian_new (&made.problem, head, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  options.tolerance = 1e-8;
  options.dense_limit = 2;
  hessian = ay_hessian_new (&made.problem, head, &options, NULL, NULL);
  g_assert_null (ay_hessian_inverse (hessian, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  ay_job_cancel (job);
  g_assert_false (ay_hessian_solve (hessian, x, 1, NULL, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hessian/pseudo-inverse", test_pseudo_inverse);
  g_test_add_func ("/hessian/ways-agree", test_ways_agree);
  g_test_add_func ("/hessian/threads", test_threads);
  g_test_add_func ("/hessian/many", test_many);
  g_test_add_func ("/hessian/kronecker-exact", test_kronecker_exact);
  g_test_add_func ("/hessian/refusals", test_refusals);
  return g_test_run ();
}
