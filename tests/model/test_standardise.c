/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/model_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/standardise.h"

#include <math.h>
#include <string.h>

/* Mean and spread by the definition, in two passes. */
static void
check_moments (const AyProblem *problem, double loose)
{
  g_autoptr (AyMoments) moments = ay_moments_of (problem, NULL, NULL);

  g_assert_nonnull (moments);
  for (gsize j = 0; j < moments->d; j++)
    {
      double sum = 0.0, mean = 0.0, square = 0.0;

      for (gsize i = 0; i < problem->n; i++)
        {
          double w = problem->weight != NULL ? problem->weight[i] : 1.0;

          sum += w;
          mean += w * ay_matrix_value (problem->features, problem->rows[i], j);
        }
      mean /= sum;
      for (gsize i = 0; i < problem->n; i++)
        {
          double w = problem->weight != NULL ? problem->weight[i] : 1.0;
          double t = ay_matrix_value (problem->features, problem->rows[i], j) - mean;

          square += w * t * t;
        }
      g_assert_cmpfloat (fabs (moments->sum_weight - sum), <, 1e-9 * sum);
      g_assert_cmpfloat (fabs (moments->mean[j] - mean), <=, loose * (fabs (mean) + 1.0));
      g_assert_cmpfloat (fabs (moments->sd[j] - sqrt (square / sum)), <=,
                         loose * sqrt (square / sum));
    }
}

static void
test_moments (void)
{
  g_auto (Made) made = made_new (5000, 37, 3, 1.0, 1);

  check_moments (&made.problem, 1e-10);
  made.problem.weight = NULL;
  check_moments (&made.problem, 1e-10);
  made.problem.weight = made.weight;
  for (gsize i = 0; i < 5000; i++)
    made.weight[i] = i % 5 == 0 ? 0.0 : i % 7;
  check_moments (&made.problem, 1e-10);
  for (gsize i = 0; i < 2500; i++)
    made.rows[i] = 2 * i + 1;
  made.problem.n = 2500;
  check_moments (&made.problem, 1e-10);
}

/* Far from zero, where a sum of squares would lose all of the spread; and a constant column. */
static void
test_far_and_constant (void)
{
  gsize n = 3000;
  double *x = g_new (double, 2 * n);
  g_autofree guint32 *rows = g_new (guint32, n);
  g_autoptr (AyMatrix) matrix = NULL;
  g_autoptr (AyMoments) moments = NULL;
  AyProblem problem;
  float centre[2], inv_scale[2], z[2];

  for (gsize i = 0; i < n; i++)
    {
      rows[i] = i;
      x[2 * i] = 1.6e9 + (double) (i % 3);
      x[2 * i + 1] = 0.1;
    }
  matrix = ay_matrix_take_f64 (n, 2, x);
  problem = (AyProblem) { .features = matrix, .rows = rows, .n = n };
  moments = ay_moments_of (&problem, NULL, NULL);
  g_assert_cmpfloat (fabs (moments->mean[0] - 1600000001.0), <, 1e-6);
  g_assert_cmpfloat (fabs (moments->sd[0] - sqrt (2.0 / 3.0)), <, 1e-9);
  g_assert_cmpfloat (moments->sd[1], ==, 0.0);
  g_assert_true (ay_moments_scaling (moments, FALSE, 1.0, centre, inv_scale, NULL));
  g_assert_cmpfloat (inv_scale[1], ==, 0.0f);
  /* the neighbouring values stay one spread apart although a float near 1.6e9 steps by 128 */
  ay_standardise_block (matrix, rows, 1, centre, inv_scale, z);
  for (gsize i = 1; i < 3; i++)
    {
      float next[2];

      ay_standardise_block (matrix, rows + i, 1, centre, inv_scale, next);
      g_assert_cmpfloat (fabs (next[0] - z[0] - i / moments->sd[0]), <, 1e-4);
      g_assert_cmpfloat (next[1], ==, 0.0f);
    }
}

/* Blocks hold (x - centre) * inv_scale whatever the type and layout, in runs or scattered. */
static void
test_blocks (void)
{
  enum { N = 50, D = 19 };
  float *x = g_new (float, N * D), centre[D], inv_scale[D], out[N * D], wide[N * (D + 5)];
  double *y = g_new (double, N * D);
  guint32 rows[N];
  g_autoptr (AyMatrix) plain = NULL, doubles = NULL, columns = NULL;
  AyScaling scaling = { centre, inv_scale, D + 5 };
  const AyMatrix *all[3];
  AyRng rng;

  ay_rng_init (&rng, 5, 0);
  for (gsize k = 0; k < N * D; k++)
    y[k] = x[k] = (float) ay_rng_normal (&rng);
  for (gsize j = 0; j < D; j++)
    {
      centre[j] = 0.1f * j;
      inv_scale[j] = 1.0f + j;
    }
  for (gsize i = 0; i < N; i++)
    rows[i] = i < 20 ? i : (i * 7) % N;
  plain = ay_matrix_take_f32 (N, D, x);
  doubles = ay_matrix_take_f64 (N, D, y);
  columns = ay_matrix_wrap (N, D, AY_DTYPE_F32, TRUE, FALSE, x, NULL, NULL);
  all[0] = plain;
  all[1] = doubles;
  all[2] = columns;
  for (gsize m = 0; m < 3; m++)
    {
      memset (wide, 0x41, sizeof wide);
      ay_standardise_block (all[m], rows, N, centre, inv_scale, out);
      ay_standardise_rows (all[m], rows, N, &scaling, wide);
      for (gsize i = 0; i < N; i++)
        for (gsize j = 0; j < D; j++)
          {
            double want = (ay_matrix_value (all[m], rows[i], j) - centre[j]) * inv_scale[j];

            g_assert_cmpfloat (fabs (out[i * D + j] - want), <=, 3e-7 * fabs (want));
            g_assert_true (out[i * D + j] == wide[i * (D + 5) + j]);
          }
      g_assert_cmpint (((guint8 *) wide)[D * sizeof (float)], ==, 0x41);
    }
}

static void
test_threads (void)
{
  g_auto (Made) made = made_new (40000, 33, 3, 1.0, 7);
  g_autoptr (AyMoments) one = NULL, two = NULL;

  ay_set_threads (1);
  one = ay_moments_of (&made.problem, NULL, NULL);
  ay_set_threads (2);
  two = ay_moments_of (&made.problem, NULL, NULL);
  ay_set_threads (0);
  g_assert_cmpmem (one->mean, 33 * sizeof (double), two->mean, 33 * sizeof (double));
  g_assert_cmpmem (one->sd, 33 * sizeof (double), two->sd, 33 * sizeof (double));
}

static void
test_errors (void)
{
  g_auto (Made) made = made_new (10, 2, 2, 1.0, 9);
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;
  AyMoments huge = { 1, 1.0, (double[]) { 1e300 }, (double[]) { 1.0 } };
  float centre, inv_scale;

  ay_job_cancel (job);
  g_assert_null (ay_moments_of (&made.problem, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  g_clear_error (&error);
  memset (made.weight, 0, 10 * sizeof (double));
  g_assert_null (ay_moments_of (&made.problem, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  g_assert_false (ay_moments_scaling (&huge, FALSE, 1.0, &centre, &inv_scale, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, "feature column 0"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/standardise/moments", test_moments);
  g_test_add_func ("/standardise/far-and-constant", test_far_and_constant);
  g_test_add_func ("/standardise/blocks", test_blocks);
  g_test_add_func ("/standardise/threads", test_threads);
  g_test_add_func ("/standardise/errors", test_errors);
  return g_test_run ();
}
