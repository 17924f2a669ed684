/* SPDX-License-Identifier: GPL-3.0-or-later */
/* t-SNE: affinities and divergence against scikit-learn (tests/reference/maps_reference.py), the
 * grid's sums against all pairs, and its bytes. */
#include "map_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/project/pca.h"
#include "core/project/trust.h"
#include "core/project/tsne.h"
#include "core/project/tsne_grid.h"

static void
test_affinities (void)
{
  gsize n;
  g_autoptr (AyMatrix) features = map_digits (&n);
  g_autoptr (AyNeighbours) neighbours = map_neighbours (features, 300, 40);
  g_autoptr (JsonObject) reference = map_reference ();
  JsonObject *want = json_object_get_object_member (reference, "tsne");
  JsonArray *entries = json_object_get_array_member (want, "entries");
  guint k;
  g_autofree float *affinity
      = ay_tsne_affinities (neighbours, json_object_get_double_member (want, "perplexity"), &k,
                            NULL, NULL);
  g_autoptr (AyLayoutGraph) graph
      = ay_layout_graph_new (neighbours, k, affinity, AY_LAYOUT_MEAN, NULL, NULL);

  g_assert_cmpuint (k, ==, 30);
  for (guint e = 0; e < json_array_get_length (entries); e++)
    {
      JsonArray *entry = json_array_get_array_element (entries, e);
      gint64 i = json_array_get_int_element (entry, 0), j = json_array_get_int_element (entry, 1);
      double value = json_array_get_double_element (entry, 2);

      g_assert_cmpfloat (fabs (MAP_EDGE (graph, i, j) / 300.0 - value), <,
                         1e-3 * value + 1e-9);
    }
}

/* Sums over all pairs. */
static void
test_grid (void)
{
  enum { N = 1500 };
  static const double widths[] = { 1e-4, 1.0, 20.0, 40.0 };
  g_autoptr (AyTsneGrid) grid = ay_tsne_grid_new (N, NULL);
  g_autofree float *xy = g_new (float, 2 * N), *force = g_new (float, 2 * N);
  AyRng rng;

  for (gsize w = 0; w < G_N_ELEMENTS (widths); w++)
    {
      double normaliser, sum = 0.0, off = 0.0, size = 0.0;

      ay_rng_init (&rng, 4, w);
      for (int i = 0; i < 2 * N; i++)
        xy[i] = (float) (widths[w] * (ay_rng_uniform (&rng) + 0.3 * ay_rng_normal (&rng)));
      g_assert_true (ay_tsne_grid_sums (grid, xy, force, &normaliser, NULL, NULL));
      for (int i = 0; i < N; i++)
        {
          double x = 0.0, y = 0.0;

          for (int j = 0; j < N; j++)
            {
              double dx = (double) xy[2 * i] - xy[2 * j];
              double dy = (double) xy[2 * i + 1] - xy[2 * j + 1];
              double q = 1.0 / (1.0 + dx * dx + dy * dy);

              sum += j != i ? q : 0.0;
              x += q * q * dx;
              y += q * q * dy;
            }
          off += pow (x - force[2 * i], 2.0) + pow (y - force[2 * i + 1], 2.0);
          size += x * x + y * y;
        }
      g_assert_cmpfloat (fabs (normaliser / sum - 1.0), <, 2e-3);
      g_assert_cmpfloat (sqrt (off / size), <, 0.02);
    }
}

static AyLayout *
fit (const AyMatrix *features, gsize n, const AyTsneOptions *options, const AyLayoutWatch *watch)
{
  g_autoptr (AyNeighbours) neighbours
      = map_neighbours (features, n, ay_tsne_neighbours (options->perplexity));
  g_autoptr (GError) error = NULL;
  AyLayout *layout = ay_tsne_fit (neighbours, options, watch, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (isfinite (layout->kl));
  for (gsize i = 0; i < 2 * n; i++)
    g_assert_true (isfinite (layout->xy[i]));
  return layout;
}

/* The divergence within 1 % of scikit-learn's, and as trustworthy. */
static void
test_digits (void)
{
  gsize n;
  g_autoptr (AyMatrix) features = map_digits (&n);
  g_autoptr (JsonObject) reference = map_reference ();
  JsonObject *want = json_object_get_object_member (reference, "tsne");
  AyPcaOptions pca_options = AY_PCA_OPTIONS_INIT;
  AyTrustOptions trust_options = AY_TRUST_OPTIONS_INIT;
  AyTsneOptions options = AY_TSNE_OPTIONS_INIT;
  AyPoints points = { .features = features, .n = n };
  g_autoptr (AyPca) pca = NULL;
  g_autoptr (AyLayout) layout = NULL;
  AyTrust trust;

  pca_options.components = 2;
  pca = ay_pca_fit (features, NULL, n, &pca_options, NULL, NULL, NULL);
  options.start = pca->projection;
  options.start_stride = 2;
  layout = fit (features, n, &options, NULL);
  g_assert_true (ay_trust_measure (&points, layout->xy, &trust_options, &trust, NULL, NULL));
  g_test_message ("divergence %.4f, scikit-learn %.4f; trustworthiness %.4f, %.4f", layout->kl,
                  json_object_get_double_member (want, "kl"), trust.trustworthiness,
                  json_object_get_double_member (want, "trustworthiness"));
  g_assert_cmpfloat (layout->kl, <=, 1.01 * json_object_get_double_member (want, "kl"));
  g_assert_cmpfloat (trust.trustworthiness, >=,
                     json_object_get_double_member (want, "trustworthiness") - 0.002);
}

/* Few points by all pairs, many by the grid. */
static void
test_same_bytes (void)
{
  static const gsize sizes[] = { 700, 4500 };

  for (int s = 0; s < 2; s++)
    {
      gsize n = sizes[s];
      g_autoptr (AyMatrix) features = map_clouds (n, 8, 5, 2);
      AyTsneOptions options = AY_TSNE_OPTIONS_INIT;
      g_autoptr (AyLayout) one = NULL, two = NULL;

      options.perplexity = 10.0;
      options.rounds = 40;
      options.early_rounds = 20;
      ay_set_threads (1);
      one = fit (features, n, &options, NULL);
      ay_set_threads (3);
      two = fit (features, n, &options, NULL);
      ay_set_threads (0);
      g_assert_cmpmem (one->xy, 2 * n * sizeof (float), two->xy, 2 * n * sizeof (float));
      g_assert_true (one->kl == two->kl);
    }
}

static void
test_odd (void)
{
  g_autoptr (AyMatrix) clouds = map_clouds (200, 4, 2, 9);
  float *equal = g_new (float, 400);
  g_autoptr (AyMatrix) all_equal = NULL;
  AyTsneOptions options = AY_TSNE_OPTIONS_INIT;
  gint stop = 1;
  AyLayoutWatch watch = { NULL, NULL, &stop };
  g_autoptr (AyNeighbours) neighbours = map_neighbours (clouds, 200, 90);
  g_autoptr (AyNeighbours) three = map_neighbours (clouds, 3, 2);
  g_autoptr (AyLayout) layout = NULL;
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < 400; i++)
    equal[i] = 3.0f;
  all_equal = ay_matrix_take_f32 (100, 4, equal);
  options.rounds = 60;
  ay_layout_free (fit (all_equal, 100, &options, NULL));
  ay_layout_free (fit (clouds, 5, &options, NULL));
  layout = fit (clouds, 200, &options, &watch);
  g_assert_cmpuint (layout->rounds, ==, 1);
  g_assert_cmpuint (layout->planned, ==, 60);

  g_assert_null (ay_tsne_fit (three, &options, NULL, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  options.perplexity = 0.5;
  g_assert_null (ay_tsne_fit (neighbours, &options, NULL, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  options.perplexity = 30.0;
  ay_job_cancel (job);
  g_assert_null (ay_tsne_fit (neighbours, &options, NULL, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tsne/affinities", test_affinities);
  g_test_add_func ("/tsne/grid", test_grid);
  g_test_add_func ("/tsne/digits", test_digits);
  g_test_add_func ("/tsne/same-bytes", test_same_bytes);
  g_test_add_func ("/tsne/odd-input", test_odd);
  return g_test_run ();
}
