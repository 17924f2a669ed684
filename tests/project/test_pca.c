/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Principal components against numpy's SVD (tests/reference/pca_reference.py) and by properties. */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/ranks.h"
#include "core/base/rng.h"
#include "core/project/covariance.h"
#include "core/project/eigen.h"
#include "core/project/pca.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* The generator of pca_reference.py. */
static guint64 state;

static double
draw (void)
{
  state = state * G_GUINT64_CONSTANT (6364136223846793005)
          + G_GUINT64_CONSTANT (1442695040888963407);
  return (double) (state >> 11) / 9007199254740992.0 - 0.5;
}

static double *
make_values (gsize n, gsize d, guint64 seed)
{
  double *x = g_new (double, n * d);
  g_autofree double *left = g_new (double, n * 5), *right = g_new (double, 5 * d);

  state = seed;
  for (gsize i = 0; i < n * 5; i++)
    left[i] = draw ();
  for (gsize i = 0; i < 5 * d; i++)
    right[i] = draw ();
  for (gsize i = 0; i < n * d; i++)
    {
      gsize column = i % d;

      x[i] = draw ();
      for (gsize r = 0; r < 5; r++)
        x[i] += left[i / d * 5 + r] * (10.0 / (1.0 + (double) r)) * right[r * d + column];
      x[i] = x[i] * (1.0 + (double) (column % 7)) + 3.0 * (double) column;
    }
  return x;
}

static AyMatrix *
make_matrix (gsize n, gsize d, guint64 seed, gboolean floats)
{
  g_autofree double *values = make_values (n, d, seed);
  float *out;

  if (!floats)
    return ay_matrix_take_f64 (n, d, g_steal_pointer (&values));
  out = g_new (float, n * d);
  for (gsize i = 0; i < n * d; i++)
    out[i] = (float) values[i];
  return ay_matrix_take_f32 (n, d, out);
}

static AyPca *
fit (const AyMatrix *matrix, guint k, gboolean standardise)
{
  AyPcaOptions options = AY_PCA_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyPca *pca;

  options.components = k;
  options.standardise = standardise;
  pca = ay_pca_fit (matrix, NULL, ay_matrix_rows (matrix), &options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (pca);
  return pca;
}

static void
check_orthonormal (const AyPca *pca, double tolerance)
{
  for (guint a = 0; a < pca->k; a++)
    {
      double largest = 0.0, at = 0.0;

      for (guint b = 0; b <= a; b++)
        {
          double dot = 0.0;

          for (gsize j = 0; j < pca->d; j++)
            dot += pca->components[a * pca->d + j] * pca->components[b * pca->d + j];
          g_assert_cmpfloat (fabs (dot - (a == b)), <, tolerance);
        }
      for (gsize j = 0; j < pca->d; j++)
        if (fabs (pca->components[a * pca->d + j]) > largest * (1.0 + 1e-6))
          {
            at = pca->components[a * pca->d + j];
            largest = fabs (at);
          }
      g_assert_cmpfloat (at, >, 0.0); /* the largest loading is positive */
    }
}

/* The projection's columns have mean 0, the variances that are reported, and no correlation. */
static void
check_projection (const AyPca *pca, double tolerance)
{
  for (guint a = 0; a < pca->k; a++)
    for (guint b = 0; b <= a; b++)
      {
        double sum = 0.0, moment = 0.0;

        for (gsize i = 0; i < pca->n; i++)
          {
            sum += pca->projection[i * pca->k + a];
            moment += (double) pca->projection[i * pca->k + a] * pca->projection[i * pca->k + b];
          }
        g_assert_cmpfloat (fabs (sum / (double) pca->n), <, tolerance * sqrt (pca->variance[0]));
        g_assert_cmpfloat (
            fabs (moment / (double) (pca->n - 1) - (a == b ? pca->variance[a] : 0.0)), <,
            tolerance * pca->variance[0]);
      }
}

static double
member (JsonObject *object, const char *name, guint i)
{
  return json_array_get_double_element (json_object_get_array_member (object, name), i);
}

static double
member2 (JsonObject *object, const char *name, guint i, guint j)
{
  JsonArray *rows = json_object_get_array_member (object, name);

  return json_array_get_double_element (json_array_get_array_element (rows, i), j);
}

static void
check_case (JsonObject *c, gboolean floats)
{
  gsize n = (gsize) json_object_get_int_member (c, "n");
  gsize d = (gsize) json_object_get_int_member (c, "d");
  guint k = (guint) json_object_get_int_member (c, "k");
  g_autoptr (AyMatrix) matrix
      = make_matrix (n, d, (guint64) json_object_get_int_member (c, "seed"), floats);
  g_autoptr (AyPca) pca = fit (matrix, k, json_object_get_boolean_member (c, "standardise"));
  double first = member (c, "variance", 0), loose = floats ? 2e-5 : 1e-9;

  g_assert_cmpstr (pca->solver, ==, n < d ? "gram" : "covariance");
  for (guint i = 0; i < k; i++)
    {
      g_assert_cmpfloat (fabs (pca->variance[i] - member (c, "variance", i)), <, loose * first);
      g_assert_cmpfloat (fabs (pca->ratio[i] - member (c, "ratio", i)), <, loose);
      for (guint j = 0; j < MIN (d, 8); j++)
        g_assert_cmpfloat (fabs (pca->components[i * d + j] - member2 (c, "components", i, j)), <,
                           50 * loose);
      for (guint row = 0; row < 5; row++)
        g_assert_cmpfloat (
            fabs (pca->projection[row * k + i] - member2 (c, "projection", row, i)), <,
            MAX (50 * loose, 1e-6) * sqrt (first));
    }
  check_orthonormal (pca, 1e-10);
  check_projection (pca, 1e-5);
}

static void
test_against_numpy (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "reference", "pca.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases;

  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  cases = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                        "cases");
  g_assert_cmpuint (json_array_get_length (cases), >=, 5);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    for (int floats = 0; floats < 2; floats++)
      check_case (json_array_get_object_element (cases, i), floats);
}

/* Products in float within blocks lose less than 1e-6 of the variance that the exact way keeps. */
static void
test_energy_of_float_products (void)
{
  gsize n = 20000, d = 460;
  g_autoptr (AyMatrix) matrix = make_matrix (n, d, 5, TRUE);
  g_autoptr (AyPca) pca = fit (matrix, 20, FALSE);
  g_autoptr (AyCentred) rows = ay_centred_new (matrix, NULL, n, FALSE, NULL);
  g_autofree double *covariance = g_new (double, d * d), *shift = g_new (double, d);
  g_autofree double *values = g_new (double, 20), *vectors = g_new (double, 20 * d);
  double kept = 0.0, exact = 0.0;

  g_assert_cmpfloat ((double) n * (double) d * (double) d, >, 4e9); /* the float way is taken */
  g_assert_true (ay_covariance (rows, TRUE, covariance, shift, NULL, NULL));
  g_assert_true (
      ay_eigen_top_dense (covariance, d, 20, 0, values, vectors, NULL, NULL, NULL));
  for (guint c = 0; c < 20; c++)
    {
      double unit = rows->scale[0] * rows->scale[0];

      exact += values[c] / unit;
      for (gsize i = 0; i < n; i++)
        kept += (double) pca->projection[i * 20 + c] * pca->projection[i * 20 + c] / (double) n;
    }
  g_assert_cmpfloat (kept, >=, exact * (1.0 - 1e-6));
  g_assert_cmpfloat (kept, <=, exact * (1.0 + 1e-6));
  check_orthonormal (pca, 1e-10);
  check_projection (pca, 1e-5);
}

/* A covariance of blocks and tiles equals the plain loop, with odd sizes and a far-off mean. */
static void
check_covariance (gsize n, gsize d, gboolean wide)
{
  g_autoptr (AyMatrix) matrix = make_matrix (n, d, 6, !wide);
  g_autoptr (AyCentred) rows = ay_centred_new (matrix, NULL, n, TRUE, NULL);
  g_autofree double *covariance = g_new (double, d * d), *shift = g_new (double, d);
  g_autofree double *again = g_new (double, d * d);
  g_autofree double *x = g_new (double, n * d), *mean = g_new0 (double, d);

  ay_matrix_get_f64 (matrix, 0, n, x);
  for (gsize i = 0; i < n * d; i++)
    mean[i % d] += x[i] / (double) n;
  ay_set_threads (3);
  g_assert_true (ay_covariance (rows, wide, again, shift, NULL, NULL));
  ay_set_threads (1);
  g_assert_true (ay_covariance (rows, wide, covariance, shift, NULL, NULL));
  ay_set_threads (0);
  g_assert_cmpmem (covariance, d * d * sizeof (double), again, d * d * sizeof (double));
  for (gsize a = 0; a < d; a += 13)
    for (gsize b = 0; b < d; b += d / 18)
      {
        double sum = 0.0, sizes, unit = rows->scale[a] * rows->scale[b];

        for (gsize i = 0; i < n; i++)
          sum += (x[i * d + a] - mean[a]) * (x[i * d + b] - mean[b]) / (double) n;
        sizes = sqrt (covariance[a * d + a] * covariance[b * d + b]) / unit;
        g_assert_cmpfloat (fabs (covariance[a * d + b] / unit - sum), <,
                           (wide ? 1e-12 : 1e-6) * sizes + 1e-15);
        g_assert_true (covariance[a * d + b] == covariance[b * d + a]);
      }
}

/* Narrow rows and wide ones, several blocks and rounds of them, in double and in float; the same
 * bytes with one and three threads. */
static void
test_covariance_is_plain (void)
{
  for (guint wide = 0; wide < 2; wide++)
    {
      check_covariance (4500, 131, wide);
      check_covariance (9000, 20, wide);
      check_covariance (2300, 531, wide);
    }
}

/* The iteration and LAPACK find the same, also with a gap, without one, and at low rank. */
static void
test_eigen_iteration (void)
{
  const gsize d = AY_EIGEN_DIRECT + 64;
  g_autofree double *values = g_new (double, 10), *vectors = g_new (double, 10 * d);
  g_autofree double *matrix = g_new0 (double, d * d), *expected = g_new (double, d);

  for (int kind = 0; kind < 3; kind++)
    {
      g_autofree double *v = g_new (double, d);
      double norm = 0.0;
      gboolean converged;

      for (gsize j = 0; j < d; j++)
        expected[j] = kind == 0   ? pow (0.9, (double) j)
                      : kind == 1 ? 1.0 - (double) j / (double) (2 * d)
                                  : (j < 4 ? 1.0 : 0.0);
      state = 1;
      for (gsize j = 0; j < d; j++)
        {
          v[j] = draw ();
          norm += v[j] * v[j];
        }
      for (gsize i = 0; i < d; i++) /* H D H with a reflection H = 1 - 2 v v' / v'v */
        for (gsize j = 0; j < d; j++)
          matrix[i * d + j] = (i == j ? expected[i] : 0.0)
                              - 2.0 * v[i] * v[j] * (expected[i] + expected[j]) / norm;
      {
        double s = 0.0;

        for (gsize j = 0; j < d; j++)
          s += expected[j] * v[j] * v[j];
        for (gsize i = 0; i < d; i++)
          for (gsize j = 0; j < d; j++)
            matrix[i * d + j] += 4.0 * s * v[i] * v[j] / norm / norm;
      }
      g_assert_true (
          ay_eigen_top_dense (matrix, d, 10, 3, values, vectors, &converged, NULL, NULL));
      g_assert_true (converged);
      for (guint i = 0; i < 10; i++)
        g_assert_cmpfloat (fabs (values[i] - expected[i]), <, kind == 1 ? 1e-4 : 1e-7);
    }
}

static void
test_same_for_any_number_of_threads (void)
{
  g_autoptr (AyMatrix) tall = make_matrix (5000, 300, 8, TRUE);
  g_autoptr (AyMatrix) wide = make_matrix (150, 700, 9, TRUE);
  const AyMatrix *both[] = { tall, wide };

  for (int m = 0; m < 2; m++)
    {
      g_autoptr (AyPca) one = NULL, many = NULL;

      ay_set_threads (1);
      one = fit (both[m], 12, m == 0);
      ay_set_threads (3);
      many = fit (both[m], 12, m == 0);
      ay_set_threads (0);
      g_assert_cmpmem (one->projection, one->n * 12 * sizeof (float), many->projection,
                       one->n * 12 * sizeof (float));
      g_assert_cmpmem (one->components, one->d * 12 * sizeof (double), many->components,
                       one->d * 12 * sizeof (double));
    }
}

/* Rows of a matrix, in any order, give what a matrix of those rows gives; and what was fitted
 * projects them again. */
static void
test_subset_and_project (void)
{
  g_autoptr (AyMatrix) matrix = make_matrix (400, 30, 10, TRUE);
  g_autofree guint32 *rows = g_new (guint32, 150);
  float *picked = g_new (float, 150 * 30);
  g_autofree float *again = g_new (float, 150 * 5);
  g_autoptr (AyMatrix) part = NULL, other = make_matrix (20, 31, 1, TRUE);
  g_autoptr (AyPca) a = NULL, b = NULL;
  g_autoptr (GError) error = NULL;
  AyPcaOptions options = AY_PCA_OPTIONS_INIT;

  for (guint32 i = 0; i < 150; i++)
    rows[i] = (i * 37) % 400;
  ay_matrix_gather_f32 (matrix, rows, 150, picked);
  part = ay_matrix_take_f32 (150, 30, picked);
  options.components = 5;
  options.standardise = TRUE;
  a = ay_pca_fit (matrix, rows, 150, &options, NULL, NULL, NULL);
  b = fit (part, 5, TRUE);
  g_assert_cmpmem (a->projection, 150 * 5 * 4, b->projection, 150 * 5 * 4);
  g_assert_true (ay_pca_project (a, matrix, rows, 150, again, NULL, NULL));
  for (gsize i = 0; i < 150 * 5; i++)
    g_assert_cmpfloat (fabsf (again[i] - a->projection[i]), <, 1e-4);
  g_assert_false (ay_pca_project (a, other, NULL, 20, again, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
}

/* Far from 0, tiny, huge, in other types, and with a sample that misleads. */
static void
test_hard_numbers (void)
{
  static const struct { double scale, offset; } cases[]
      = { { 1e-25, 0.0 }, { 1e25, 0.0 }, { 1.0, 1.4e9 }, { 1e-3, -1e6 }, { 1e120, 0.0 } };
  gsize n = 3000, d = 8;

  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    for (int standardise = 0; standardise < 2; standardise++)
      {
        g_autofree double *plain = make_values (n, d, 12);
        double *moved = g_new (double, n * d);
        g_autoptr (AyMatrix) a = NULL, b = NULL;
        g_autoptr (AyPca) p = NULL, q = NULL;

        for (gsize i = 0; i < n * d; i++)
          moved[i] = plain[i] * cases[c].scale + cases[c].offset;
        a = ay_matrix_take_f64 (n, d, g_steal_pointer (&plain));
        b = ay_matrix_take_f64 (n, d, moved);
        p = fit (a, 4, standardise);
        q = fit (b, 4, standardise);
        for (guint i = 0; i < 4; i++)
          {
            double unit = standardise ? 1.0 : cases[c].scale;

            g_assert_cmpfloat (fabs (p->ratio[i] - q->ratio[i]), <, 2e-5);
            if (cases[c].scale < 1e30)
              g_assert_cmpfloat (fabs (q->projection[i] / unit - p->projection[i]), <, 1e-2);
          }
      }
}

/* The rows that the sample takes are all alike; the others are far away. */
static void
test_misleading_sample (void)
{
  gsize n = 8192, d = 3;
  float *x = g_new (float, n * d);
  g_autoptr (AyMatrix) matrix = NULL;
  g_autoptr (AyPca) pca = NULL;

  state = 3;
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < d; j++)
      x[i * d + j] = i % 8 == 0 ? 1.0f : (float) (1e6 * (double) (j + 1) + 1e3 * draw ());
  matrix = ay_matrix_take_f32 (n, d, x);
  pca = fit (matrix, 3, TRUE);
  g_assert_cmpfloat (pca->ratio[0], >, 0.999);
  check_orthonormal (pca, 1e-10);
  check_projection (pca, 1e-4);
}

static void
test_constant_columns (void)
{
  gsize n = 500, d = 6;

  for (int floats = 0; floats < 2; floats++)
    for (int standardise = 0; standardise < 2; standardise++)
      {
        g_autofree double *values = make_values (n, d, 14);
        g_autoptr (AyMatrix) matrix = NULL;
        g_autoptr (AyPca) pca = NULL;
        g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
        AyPcaOptions options = { 6, standardise, 0, NULL };

        for (gsize i = 0; i < n; i++)
          {
            values[i * d + 2] = 0.1;
            values[i * d + 4] = 123456.789;
          }
        matrix = ay_matrix_take_f64 (n, d, g_steal_pointer (&values));
        if (floats)
          {
            float *f = g_new (float, n * d);

            ay_matrix_get_f32 (matrix, 0, n, f);
            ay_matrix_unref (matrix);
            matrix = ay_matrix_take_f32 (n, d, f);
          }
        pca = ay_pca_fit (matrix, NULL, n, &options, diagnostics, NULL, NULL);
        g_assert_nonnull (pca);
        g_assert_nonnull (ay_diagnostics_find (diagnostics, "constant-column"));
        if (standardise)
          g_assert_true (pca->inv_scale[2] == 0.0 && pca->inv_scale[4] == 0.0);
        for (guint c = 0; c < 4; c++)
          g_assert_cmpfloat (fabs (pca->components[c * d + 2]) + fabs (pca->components[c * d + 4]),
                             <, 1e-12);
        g_assert_cmpfloat (pca->variance[5], <, 1e-9);
        g_assert_cmpfloat_with_epsilon (
            pca->ratio[0] + pca->ratio[1] + pca->ratio[2] + pca->ratio[3], 1.0, 1e-6);
      }
}

/* All rows equal: nothing varies, and nothing divides by zero. */
static void
test_no_variance (void)
{
  float *x = g_new (float, 10 * 3);
  g_autoptr (AyMatrix) matrix = ay_matrix_take_f32 (10, 3, x);
  g_autoptr (AyPca) pca = NULL;

  for (int i = 0; i < 30; i++)
    x[i] = 0.3f;
  pca = fit (matrix, 2, TRUE);
  for (int i = 0; i < 20; i++)
    g_assert_true (pca->projection[i] == 0.0f);
  g_assert_true (pca->total_variance == 0.0 && pca->ratio[0] == 0.0);
}

static void
test_refuses (void)
{
  g_autoptr (AyMatrix) matrix = make_matrix (5, 20, 15, FALSE);
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  g_autoptr (AyPca) clipped = NULL;
  g_autoptr (AyJob) job = ay_job_new ();
  AyPcaOptions options = AY_PCA_OPTIONS_INIT;
  guint32 outside[] = { 1, 5 };
  GError *error = NULL;

  clipped = ay_pca_fit (matrix, NULL, 5, &options, diagnostics, NULL, NULL);
  g_assert_cmpuint (clipped->k, ==, 4);
  g_assert_nonnull (ay_diagnostics_find (diagnostics, "pca-components"));
  check_orthonormal (clipped, 1e-9);
  g_assert_null (ay_pca_fit (matrix, NULL, 1, &options, NULL, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  g_assert_null (ay_pca_fit (matrix, NULL, 6, &options, NULL, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  g_assert_null (ay_pca_fit (matrix, outside, 2, &options, NULL, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  options.components = 0;
  g_assert_null (ay_pca_fit (matrix, NULL, 5, &options, NULL, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  options.components = 2;
  ay_job_cancel (job);
  g_assert_null (ay_pca_fit (matrix, NULL, 5, &options, NULL, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  g_clear_error (&error);
}

static void
test_names_the_bad_value (void)
{
  for (int wide = 0; wide < 2; wide++)
    {
      gsize n = wide ? 10 : 100, d = wide ? 100 : 10;
      float *x = g_new0 (float, n * d);
      g_autoptr (AyMatrix) matrix = ay_matrix_take_f32 (n, d, x);
      g_autoptr (GError) error = NULL;

      x[3 * d + 2] = NAN;
      g_assert_null (ay_pca_fit (matrix, NULL, n, NULL, NULL, NULL, &error));
      g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
      g_assert_cmpstr (error->message, ==, "features: row 3, column 2: nan");
    }
}

/* --- by several ranks --- */

typedef struct
{
  AyMatrix *matrix;
  AyPcaOptions options;
  const AyPca *expected;
} Shared;

static gboolean
fit_by_ranks (AyRanks *ranks, gpointer data, GError **error)
{
  const Shared *self = data;
  const AyPca *one = self->expected;
  AyPcaOptions options = self->options;
  g_autoptr (AyPca) many = NULL;

  options.ranks = ranks;
  many = ay_pca_fit (self->matrix, NULL, ay_matrix_rows (self->matrix), &options, NULL, NULL,
                     error);
  if (many == NULL)
    return FALSE;
  g_assert_cmpstr (many->solver, ==, one->solver);
  g_assert_cmpmem (many->mean, one->d * sizeof (double), one->mean, one->d * sizeof (double));
  g_assert_cmpmem (many->components, one->k * one->d * sizeof (double), one->components,
                   one->k * one->d * sizeof (double));
  g_assert_cmpmem (many->ratio, one->k * sizeof (double), one->ratio, one->k * sizeof (double));
  g_assert_cmpmem (many->projection, one->n * one->k * sizeof (float), one->projection,
                   one->n * one->k * sizeof (float));
  return TRUE;
}

/* Threads of one process as ranks: the plain fit's bytes. */
static void
check_ranks (AyMatrix *matrix, const char *solver)
{
  g_autoptr (AyMatrix) owned = matrix;

  for (int standardise = 0; standardise < 2; standardise++)
    {
      Shared self = { .matrix = matrix, .options = { 3, standardise, 0, NULL } };
      g_autoptr (AyPca) plain = fit (matrix, 3, standardise);
      g_autoptr (GError) error = NULL;

      self.expected = plain;
      g_assert_cmpstr (plain->solver, ==, solver);
      for (guint size = 1; size <= 4; size++)
        {
          g_assert_true (ay_ranks_in_process (size, fit_by_ranks, &self, &error));
          g_assert_no_error (error);
        }
    }
}

static void
test_ranks (void)
{
  gsize n = 30000, d = 7;
  double *wild = make_values (n, d, 5);

  check_ranks (make_matrix (70000, 12, 3, TRUE), "covariance");
  check_ranks (make_matrix (70000, 12, 3, FALSE), "covariance");
  check_ranks (make_matrix (17000, 530, 4, TRUE), "covariance");
  check_ranks (make_matrix (60, 100, 6, TRUE), "gram");
  for (gsize i = 0; i < n * d; i++) /* what a sample of the rows misjudges */
    wild[i] *= i / d % 64 == 1 ? 1e9 : 1.0;
  check_ranks (ay_matrix_take_f64 (n, d, wild), "covariance");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pca/against-numpy", test_against_numpy);
  g_test_add_func ("/pca/energy-of-float-products", test_energy_of_float_products);
  g_test_add_func ("/pca/covariance-is-plain", test_covariance_is_plain);
  g_test_add_func ("/pca/eigen-iteration", test_eigen_iteration);
  g_test_add_func ("/pca/same-for-any-number-of-threads", test_same_for_any_number_of_threads);
  g_test_add_func ("/pca/subset-and-project", test_subset_and_project);
  g_test_add_func ("/pca/hard-numbers", test_hard_numbers);
  g_test_add_func ("/pca/misleading-sample", test_misleading_sample);
  g_test_add_func ("/pca/constant-columns", test_constant_columns);
  g_test_add_func ("/pca/no-variance", test_no_variance);
  g_test_add_func ("/pca/refuses", test_refuses);
  g_test_add_func ("/pca/names-the-bad-value", test_names_the_bad_value);
  g_test_add_func ("/pca/ranks", test_ranks);
  return g_test_run ();
}
