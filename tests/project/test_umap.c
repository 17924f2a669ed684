/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UMAP: its graph and curve against umap-learn (tests/reference/maps_reference.py), the layout by
 * what it keeps, and its bytes. */
#include "map_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/project/pca.h"
#include "core/project/trust.h"
#include "core/project/umap_layout.h"

static void
test_curve (void)
{
  g_autoptr (JsonObject) reference = map_reference ();
  JsonArray *cases = json_object_get_array_member (reference, "curve");

  for (guint c = 0; c < json_array_get_length (cases); c++)
    {
      JsonArray *want = json_array_get_array_element (cases, c);
      double a, b;

      ay_umap_curve (json_array_get_double_element (want, 0),
                     json_array_get_double_element (want, 1), &a, &b);
      g_assert_cmpfloat_with_epsilon (a, json_array_get_double_element (want, 2), 1e-5);
      g_assert_cmpfloat_with_epsilon (b, json_array_get_double_element (want, 3), 1e-5);
    }
}

static void
test_graph (void)
{
  gsize n;
  g_autoptr (AyMatrix) features = map_digits (&n);
  g_autoptr (AyNeighbours) neighbours = map_neighbours (features, 300, 20);
  g_autoptr (JsonObject) reference = map_reference ();
  JsonObject *want = json_object_get_object_member (reference, "umap");
  JsonArray *entries = json_object_get_array_member (want, "entries");
  g_autofree float *weights = ay_umap_weights (neighbours, 14, NULL, NULL);
  g_autoptr (AyLayoutGraph) graph
      = ay_layout_graph_new (neighbours, 14, weights, AY_LAYOUT_UNION, NULL, NULL);
  double sum = 0.0;

  g_assert_cmpuint (graph->offset[300], ==, json_object_get_int_member (want, "edges"));
  for (gsize e = 0; e < graph->offset[300]; e++)
    sum += graph->weight[e];
  g_assert_cmpfloat_with_epsilon (sum, json_object_get_double_member (want, "sum"), 1e-2);
  for (guint k = 0; k < json_array_get_length (entries); k++)
    {
      JsonArray *entry = json_array_get_array_element (entries, k);
      gint64 i = json_array_get_int_element (entry, 0), j = json_array_get_int_element (entry, 1);

      g_assert_cmpfloat_with_epsilon (MAP_EDGE (graph, i, j),
                                      json_array_get_double_element (entry, 2), 2e-4);
    }
}

/* x^b against the library's, over the range that squared distances have. */
static void
test_power (void)
{
  const AyUmapKernel *kernel;

  for (guint index = 0; (kernel = ay_umap_kernel_nth (index)) != NULL; index++)
    for (int b = 0; b < 3; b++)
      {
        float x[1000], out[1000], power = 0.6f + 0.3f * (float) b;

        for (int i = 0; i < 1000; i++)
          x[i] = (float) pow (10.0, -12.0 + 0.02 * i);
        kernel->power (x, 1000, power, out);
        for (int i = 0; i < 1000; i++)
          g_assert_cmpfloat (fabs (out[i] / pow (x[i], power) - 1.0), <, 2e-5);
      }
}

/* The same draws moved by every text that runs here end in nearly the same places: they differ in
 * rounding only, which few draws do not blow up. */
static void
test_kernels (void)
{
  enum { N = 64, COUNT = 150 };
  float xy[2 * N], next[2][2 * N];
  guint32 head[COUNT], tail[COUNT], key[COUNT];
  AyUmapMoves moves = { .n = N, .xy = xy, .head = head, .tail = tail, .key = key, .count = COUNT,
                        .negatives = 5, .rate = 0.05f, .a = 1.577f, .b = 0.895f,
                        .repulsion = 1.0f };
  const AyUmapKernel *kernel;
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  for (int i = 0; i < 2 * N; i++)
    xy[i] = (float) ay_rng_normal (&rng) * 3.0f;
  for (int e = 0; e < COUNT; e++)
    {
      head[e] = (guint32) (e * N / COUNT);
      tail[e] = (guint32) ay_rng_below (&rng, N);
      key[e] = (guint32) ay_rng_next (&rng);
    }
  for (guint index = 0; (kernel = ay_umap_kernel_nth (index)) != NULL; index++)
    {
      float *out = next[MIN (index, 1)];

      memcpy (out, xy, sizeof xy);
      moves.next = out;
      kernel->move (&moves);
      for (int i = 0; i < 2 * N; i++)
        {
          g_assert_cmpfloat (out[i], !=, xy[i]);
          g_assert_cmpfloat_with_epsilon (out[i], next[0][i], 1e-3);
        }
    }
}

static AyLayout *
fit (const AyMatrix *features, gsize n, const AyUmapOptions *options, const AyLayoutWatch *watch)
{
  g_autoptr (AyNeighbours) neighbours = map_neighbours (features, n, 15);
  g_autoptr (GError) error = NULL;
  AyLayout *layout = ay_umap_fit (neighbours, options, watch, NULL, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < 2 * n; i++)
    g_assert_true (isfinite (layout->xy[i]));
  return layout;
}

/* No less trustworthy than umap-learn's on the same rows, from either start. */
static void
test_digits (void)
{
  gsize n;
  g_autoptr (AyMatrix) features = map_digits (&n);
  g_autoptr (JsonObject) reference = map_reference ();
  double want = json_object_get_double_member (
      json_object_get_object_member (reference, "umap"), "trustworthiness");
  AyPcaOptions pca_options = AY_PCA_OPTIONS_INIT;
  AyTrustOptions trust_options = AY_TRUST_OPTIONS_INIT;
  AyPoints points = { .features = features, .n = n };
  g_autoptr (AyPca) pca = NULL;

  pca_options.components = 2;
  pca = ay_pca_fit (features, NULL, n, &pca_options, NULL, NULL, NULL);
  for (int spectral = 0; spectral < 2; spectral++)
    {
      AyUmapOptions options = AY_UMAP_OPTIONS_INIT;
      g_autoptr (AyLayout) layout = NULL;
      AyTrust trust;

      options.start = spectral ? NULL : pca->projection;
      options.start_stride = 2;
      layout = fit (features, n, &options, NULL);
      g_assert_cmpuint (layout->rounds, ==, 500);
      g_assert_true (ay_trust_measure (&points, layout->xy, &trust_options, &trust, NULL, NULL));
      g_test_message ("trustworthiness %.4f, umap-learn %.4f", trust.trustworthiness, want);
      g_assert_cmpfloat (trust.trustworthiness, >=, want - 0.002);
    }
}

static void
test_same_bytes (void)
{
  g_autoptr (AyMatrix) features = map_clouds (3000, 8, 5, 2);
  AyUmapOptions options = AY_UMAP_OPTIONS_INIT;
  g_autoptr (AyLayout) one = NULL, two = NULL, other = NULL;

  options.epochs = 20;
  ay_set_threads (1);
  one = fit (features, 3000, &options, NULL);
  ay_set_threads (3);
  two = fit (features, 3000, &options, NULL);
  options.seed = 1;
  other = fit (features, 3000, &options, NULL);
  ay_set_threads (0);
  g_assert_cmpmem (one->xy, 6000 * sizeof (float), two->xy, 6000 * sizeof (float));
  g_assert_true (memcmp (one->xy, other->xy, 6000 * sizeof (float)) != 0);
}

typedef struct
{
  gint stop;
  guint calls, rounds;
} Watched;

static void
stop_soon (gpointer data, const float *xy, gsize n, guint rounds, guint planned)
{
  Watched *self = data;

  g_assert_cmpuint (n, ==, 500);
  g_assert_cmpuint (rounds, <=, planned);
  self->calls++;
  self->rounds = rounds;
  g_atomic_int_set (&self->stop, 1);
}

static void
test_stop (void)
{
  g_autoptr (AyMatrix) features = map_clouds (500, 8, 5, 2);
  AyUmapOptions options = AY_UMAP_OPTIONS_INIT;
  Watched watched = { 0 };
  AyLayoutWatch watch = { stop_soon, &watched, &watched.stop };
  g_autoptr (AyLayout) layout = NULL;

  options.epochs = 1000;
  layout = fit (features, 500, &options, &watch);
  g_assert_cmpuint (watched.calls, ==, 2); /* the first look stops it, the last shows the end */
  g_assert_cmpuint (layout->planned, ==, 1000);
  g_assert_cmpuint (layout->rounds, <, 1000);
  g_assert_cmpuint (layout->rounds, ==, watched.rounds);
}

/* Copies share a place, two rows make a map, equal rows make one. */
static void
test_odd (void)
{
  g_autoptr (AyMatrix) clouds = map_clouds (100, 4, 2, 9);
  float *copies = g_new (float, 400), *equal = g_new (float, 400);
  g_autoptr (AyMatrix) with_copies = NULL, all_equal = NULL;
  AyUmapOptions options = AY_UMAP_OPTIONS_INIT;
  g_autoptr (AyNeighbours) neighbours = NULL;
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;

  ay_matrix_get_f32 (clouds, 0, 100, copies);
  for (gsize i = 50; i < 100; i++)
    memcpy (copies + 4 * i, copies, 4 * sizeof (float));
  for (gsize i = 0; i < 400; i++)
    equal[i] = 3.0f;
  with_copies = ay_matrix_take_f32 (100, 4, copies);
  all_equal = ay_matrix_take_f32 (100, 4, equal);
  ay_layout_free (fit (with_copies, 100, &options, NULL));
  ay_layout_free (fit (all_equal, 100, &options, NULL));
  ay_layout_free (fit (clouds, 2, &options, NULL));
  ay_layout_free (fit (clouds, 7, &options, NULL));

  neighbours = map_neighbours (clouds, 100, 15);
  options.neighbours = 1;
  g_assert_null (ay_umap_fit (neighbours, &options, NULL, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  options.neighbours = 15;
  ay_job_cancel (job);
  g_assert_null (ay_umap_fit (neighbours, &options, NULL, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/umap/curve", test_curve);
  g_test_add_func ("/umap/graph", test_graph);
  g_test_add_func ("/umap/power", test_power);
  g_test_add_func ("/umap/kernels", test_kernels);
  g_test_add_func ("/umap/digits", test_digits);
  g_test_add_func ("/umap/same-bytes", test_same_bytes);
  g_test_add_func ("/umap/stop", test_stop);
  g_test_add_func ("/umap/odd-input", test_odd);
  return g_test_run ();
}
