/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PCA where neither side is small, against the eigenvalues of the whole covariance. */
#include "core/base/ranks.h"
#include "core/base/rng.h"
#include "core/project/covariance.h"
#include "core/project/eigen.h"
#include "core/project/pca.h"

#include <math.h>

#define SIDE 4160 /* above what is held as a matrix */
#define K 8

/* Strength falls slowly, so that the last components are close to the rest. */
static AyMatrix *
make_matrix (void)
{
  float *x = g_new (float, (gsize) SIDE * SIDE);
  g_autofree float *right = g_new (float, 30 * SIDE);
  AyRng rng;

  ay_rng_init (&rng, 3, 0);
  for (gsize i = 0; i < 30 * SIDE; i++)
    right[i] = (float) ay_rng_normal (&rng);
  for (gsize i = 0; i < SIDE; i++)
    {
      float left[30];

      for (int r = 0; r < 30; r++)
        left[r] = (float) (ay_rng_normal (&rng) / (1.0 + 0.1 * r));
      for (gsize j = 0; j < SIDE; j++)
        x[i * SIDE + j] = (float) ay_rng_uniform (&rng) + 7.0f;
      for (int r = 0; r < 30; r++)
        for (gsize j = 0; j < SIDE; j++)
          x[i * SIDE + j] += left[r] * right[(gsize) r * SIDE + j];
    }
  return ay_matrix_take_f32 (SIDE, SIDE, x);
}

typedef struct
{
  AyMatrix *matrix;
  const AyPca *expected;
} Shared;

static gboolean
fit_by_ranks (AyRanks *ranks, gpointer data, GError **error)
{
  const Shared *self = data;
  AyPcaOptions options = { K, FALSE, 1, ranks };
  g_autoptr (AyPca) many = ay_pca_fit (self->matrix, NULL, SIDE, &options, NULL, NULL, error);

  if (many == NULL)
    return FALSE;
  g_assert_cmpmem (many->components, K * SIDE * sizeof (double), self->expected->components,
                   K * SIDE * sizeof (double));
  g_assert_cmpmem (many->projection, K * SIDE * sizeof (float), self->expected->projection,
                   K * SIDE * sizeof (float));
  return TRUE;
}

static void
test_both_sides_large (void)
{
  g_autoptr (AyMatrix) matrix = make_matrix ();
  g_autoptr (AyCentred) rows = ay_centred_new (matrix, NULL, SIDE, FALSE, NULL);
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  g_autofree double *covariance = g_new (double, (gsize) SIDE * SIDE);
  g_autofree double *shift = g_new (double, SIDE), *vectors = g_new (double, K * SIDE);
  double values[K], unit = rows->scale[0] * rows->scale[0], kept = 0.0, exact = 0.0;
  AyPcaOptions options = { K, FALSE, 1, NULL };
  g_autoptr (AyPca) pca
      = ay_pca_fit (matrix, NULL, SIDE, &options, diagnostics, NULL, NULL);
  Shared shared = { matrix, pca };

  g_assert_nonnull (pca);
  g_assert_cmpstr (pca->solver, ==, "subspace");
  g_assert_null (ay_diagnostics_find (diagnostics, "pca-not-converged"));
  g_assert_true (ay_covariance (rows, FALSE, covariance, shift, NULL, NULL));
  g_assert_true (
      ay_eigen_top_dense (covariance, SIDE, K, 9, values, vectors, NULL, NULL, NULL));
  for (guint c = 0; c < K; c++)
    {
      double dot = 0.0;

      exact += values[c] / unit;
      for (gsize i = 0; i < SIDE; i++)
        kept += (double) pca->projection[i * K + c] * pca->projection[i * K + c] / SIDE;
      for (gsize j = 0; j < SIDE; j++)
        dot += pca->components[c * SIDE + j] * vectors[c * SIDE + j];
      g_assert_cmpfloat (fabs (dot), >, 0.999);
      g_assert_cmpfloat (
          fabs (pca->variance[c] * (SIDE - 1) / SIDE * unit / values[c] - 1.0), <, 1e-4);
    }
  g_assert_cmpfloat (kept, >=, exact * (1.0 - 1e-6));
  g_assert_cmpfloat (kept, <=, exact * (1.0 + 1e-6));
  g_assert_true (ay_ranks_in_process (2, fit_by_ranks, &shared, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pca-large/both-sides-large", test_both_sides_large);
  return g_test_run ();
}
