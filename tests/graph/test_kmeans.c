/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/points_data.h"
#include "sets.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/ranks.h"
#include "core/base/rng.h"
#include "core/graph/kmeans.h"
#include "core/model/standardise.h"

#include <json-glib/json-glib.h>

static AyKmeans *
cluster (const AyPoints *points, guint k, guint starts)
{
  AyKmeansOptions options = AY_KMEANS_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyKmeans *self;

  options.k = k;
  options.starts = starts;
  self = ay_kmeans_new (points, &options, NULL, &error);
  g_assert_no_error (error);
  return self;
}

/* Every point is with the nearest mean, and every mean is its points'; the sum is theirs. */
static void
check_definition (const AyPoints *points, const AyKmeans *self, double slack)
{
  g_autofree double *x = points_all (points), *mean = g_new0 (double, (gsize) self->k * self->d);
  g_autofree gsize *size = g_new0 (gsize, self->k);
  double sum = 0.0;

  for (gsize i = 0; i < self->n; i++)
    {
      guint32 c = self->cluster[i];

      if (isnan (x[i * self->d]))
        {
          g_assert_cmpuint (c, ==, AY_CLUSTER_NONE);
          continue;
        }
      g_assert_cmpuint (c, <, self->k);
      size[c]++;
      for (gsize j = 0; j < self->d; j++)
        mean[c * self->d + j] += x[i * self->d + j];
    }
  for (gsize i = 0; i < self->n; i++)
    {
      double own = 0.0, least = INFINITY;

      for (guint c = 0; c < self->k && !isnan (x[i * self->d]); c++)
        {
          double square = 0.0;

          for (gsize j = 0; j < self->d; j++)
            square += pow (x[i * self->d + j] - self->centre[c * self->d + j], 2.0);
          least = MIN (least, square);
          own = c == self->cluster[i] ? square : own;
        }
      if (isnan (x[i * self->d]))
        continue;
      g_assert_cmpfloat (own, <=, least + slack);
      sum += own;
    }
  for (guint c = 0; c < self->k; c++)
    {
      g_assert_cmpuint (size[c], ==, self->size[c]);
      g_assert_cmpuint (size[c], >, 0);
      for (gsize j = 0; j < self->d; j++)
        g_assert_cmpfloat (fabs (mean[c * self->d + j] / size[c] - self->centre[c * self->d + j]),
                           <, slack);
    }
  g_assert_cmpfloat (fabs (sum - self->objective), <=, 1e-9 * MAX (sum, 1.0));
}

static void
test_definition (void)
{
  g_autofree float *x = points_normal (700, 5, 3, 100.0, 1e-3);
  g_autoptr (AyMatrix) matrix = points_matrix (700, 5, x);

  for (int distance = AY_DISTANCE_EUCLIDEAN; distance <= AY_DISTANCE_COSINE; distance++)
    {
      AyPoints points = { matrix, NULL, 700, NULL, NULL, (AyDistance) distance, NULL };
      g_autoptr (AyKmeans) self = cluster (&points, 9, 3);

      g_assert_true (self->converged);
      check_definition (&points, self, 1e-4);
    }
}

/* As good as scikit-learn's best of ten, within 1 %. */
static void
test_digits (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "reference", "clusters.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_auto (Set) digits = set_digits ();
  AyProblem all = { .features = digits.features, .n = digits.n };
  g_autofree guint32 *rows = g_new (guint32, digits.n);
  g_autofree float *centre = g_new (float, 64), *inv_scale = g_new (float, 64);
  g_autoptr (AyMoments) moments = NULL;
  JsonArray *wanted;

  for (gsize i = 0; i < digits.n; i++)
    rows[i] = (guint32) i;
  all.rows = rows;
  moments = ay_moments_of (&all, NULL, NULL);
  g_assert_true (ay_moments_scaling (moments, FALSE, 1.0, centre, inv_scale, NULL));
  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  wanted = json_node_get_array (json_parser_get_root (parser));
  for (guint i = 0; i < json_array_get_length (wanted); i++)
    {
      JsonObject *one = json_array_get_object_element (wanted, i);
      gboolean raw = strcmp (json_object_get_string_member (one, "features"), "raw") == 0;
      guint k = (guint) json_object_get_int_member (one, "k");
      double best = json_object_get_double_member (one, "objective");
      AyPoints points = { digits.features, NULL, digits.n, raw ? NULL : centre,
                          raw ? NULL : inv_scale, AY_DISTANCE_EUCLIDEAN, NULL };
      g_autoptr (AyKmeans) self = cluster (&points, k, 10);

      g_test_message ("%s, k = %u: %.6g, scikit-learn %.6g (%+.3f %%), %u rounds",
                      raw ? "raw" : "standardised", k, self->objective, best,
                      100.0 * (self->objective / best - 1.0), self->rounds);
      g_assert_cmpfloat (self->objective, <=, 1.01 * best);
      g_assert_cmpfloat (self->objective, >=, 0.98 * best);
    }
}

static void
test_threads (void)
{
  g_autofree float *x = points_normal (5000, 20, 5, 0.0, 1e-2);
  g_autoptr (AyMatrix) matrix = points_matrix (5000, 20, x);
  AyPoints points = { matrix, NULL, 5000, NULL, NULL, AY_DISTANCE_EUCLIDEAN, NULL };
  g_autoptr (AyKmeans) one = NULL, two = NULL;

  ay_set_threads (1);
  one = cluster (&points, 12, 2);
  ay_set_threads (3);
  two = cluster (&points, 12, 2);
  ay_set_threads (0);
  g_assert_cmpmem (one->cluster, 5000 * sizeof (guint32), two->cluster, 5000 * sizeof (guint32));
  g_assert_cmpmem (one->centre, 12 * 20 * sizeof (double), two->centre, 12 * 20 * sizeof (double));
  g_assert_true (one->objective == two->objective);
}

/* Fewer different points than clusters, points all equal, zero rows under cosine, refusals. */
static void
test_edges (void)
{
  float few[40] = { 0 }, equal[20];
  g_autoptr (AyMatrix) matrix = NULL, same = NULL;
  AyKmeansOptions options = AY_KMEANS_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < 20; i++)
    {
      few[2 * i] = (float) (i % 3);
      few[2 * i + 1] = i % 3 > 0 ? 1.0f : 0.0f;
      equal[i] = 7.0f;
    }
  matrix = points_matrix (20, 2, few);
  same = points_matrix (10, 2, equal);
  for (int distance = AY_DISTANCE_EUCLIDEAN; distance <= AY_DISTANCE_COSINE; distance++)
    {
      AyPoints points = { matrix, NULL, 20, NULL, NULL, (AyDistance) distance, NULL };
      AyPoints flat = { same, NULL, 10, NULL, NULL, (AyDistance) distance, NULL };
      g_autoptr (AyKmeans) self = cluster (&points, 8, 2), one = cluster (&flat, 4, 2);
      g_autoptr (AyKmeans) whole = cluster (&points, 100, 1);

      g_assert_cmpuint (self->k, ==, distance == AY_DISTANCE_COSINE ? 2 : 3);
      g_assert_cmpfloat (self->objective, <, 1e-12);
      g_assert_cmpuint (self->cluster[0] == AY_CLUSTER_NONE, ==, distance == AY_DISTANCE_COSINE);
      check_definition (&points, self, 1e-6);
      g_assert_cmpuint (whole->k, ==, self->k);
      g_assert_cmpuint (one->k, ==, 1);
      g_assert_cmpuint (one->size[0], ==, 10);
    }
  options.k = 0;
  g_assert_null (ay_kmeans_new (&(AyPoints) { matrix, NULL, 20, NULL, NULL, 0 }, &options, NULL,
                                &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

/* Well apart, the clusters are found whatever the start. */
static void
test_planted (void)
{
  g_autofree float *x = points_normal (900, 8, 7, 0.0, 1.0);
  g_autoptr (AyMatrix) matrix = NULL;
  AyPoints points;
  g_autoptr (AyKmeans) self = NULL;

  for (gsize i = 0; i < 900; i++)
    x[i * 8 + i % 6] += 40.0f;
  matrix = points_matrix (900, 8, x);
  points = (AyPoints) { matrix, NULL, 900, NULL, NULL, AY_DISTANCE_EUCLIDEAN };
  self = cluster (&points, 6, 1);
  for (gsize i = 0; i < 900; i++)
    g_assert_cmpuint (self->cluster[i], ==, self->cluster[i % 6]);
}

typedef struct
{
  AyPoints points;
  AyKmeansOptions options;
  const AyKmeans *expected;
} Shared;

static gboolean
cluster_by_ranks (AyRanks *ranks, gpointer data, GError **error)
{
  const Shared *self = data;
  const AyKmeans *one = self->expected;
  AyPoints points = self->points;
  g_autoptr (AyKmeans) many = NULL;

  points.ranks = ranks;
  many = ay_kmeans_new (&points, &self->options, NULL, error);
  if (many == NULL)
    return FALSE;
  g_assert_cmpuint (many->k, ==, one->k);
  g_assert_cmpmem (many->cluster, one->n * sizeof (guint32), one->cluster,
                   one->n * sizeof (guint32));
  g_assert_cmpmem (many->centre, one->k * one->d * sizeof (double), one->centre,
                   one->k * one->d * sizeof (double));
  g_assert_cmpmem (many->size, one->k * sizeof (gsize), one->size, one->k * sizeof (gsize));
  g_assert_cmpmem (&many->objective, sizeof (double), &one->objective, sizeof (double));
  g_assert_cmpuint (many->rounds, ==, one->rounds);
  return TRUE;
}

/* Threads of one process as ranks: the plain run's bytes. Half of the points are copies of some
 * few. */
static void
test_ranks (void)
{
  static const struct
  {
    gsize n, d;
    guint k, starts, rounds;
    AyDistance distance;
  } cases[] = {
    { 9000, 6, 7, 2, 300, AY_DISTANCE_EUCLIDEAN },
    { 9000, 6, 150, 2, 300, AY_DISTANCE_EUCLIDEAN },
    { 5000, 9, 12, 2, 300, AY_DISTANCE_COSINE },
    { 700, 4, 60, 1, 300, AY_DISTANCE_EUCLIDEAN },  /* clumps: clusters lose their points */
    { 70000, 512, 3, 2, 3, AY_DISTANCE_EUCLIDEAN }, /* more than is looked at for first means */
    { 90, 4, 5, 2, 300, AY_DISTANCE_EUCLIDEAN },
  };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      gsize n = cases[c].n, d = cases[c].d;
      float *x = g_new (float, n * d);
      g_autoptr (AyMatrix) matrix = NULL;
      g_autoptr (AyKmeans) plain = NULL;
      g_autoptr (GError) error = NULL;
      AyRng rng;
      Shared self = { .points = { .features = NULL, .n = n, .distance = cases[c].distance },
                      .options = { cases[c].k, cases[c].starts, cases[c].rounds, 1e-6, 5 } };

      ay_rng_init (&rng, 8, c);
      for (gsize i = 0; i < n; i++)
        for (gsize j = 0; j < d; j++)
          x[i * d + j] = i % 2 == 1 && i > 100 ? x[i % 20 * d + j]
                         : c == 3 ? (float) (1000 * ((i % 20 * 7 + j * 3) % 11)
                                             + ay_rng_normal (&rng) * 1e-1)
                                  : (float) (ay_rng_normal (&rng) + (i + j) % 5);
      memset (x + 30 * d, 0, d * sizeof *x);
      self.points.features = matrix = ay_matrix_take_f32 (n, d, x);
      plain = ay_kmeans_new (&self.points, &self.options, NULL, &error);
      g_assert_no_error (error);
      self.expected = plain;
      for (guint size = 1; size <= 4; size++)
        {
          g_assert_true (ay_ranks_in_process (size, cluster_by_ranks, &self, &error));
          g_assert_no_error (error);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kmeans/definition", test_definition);
  g_test_add_func ("/kmeans/digits", test_digits);
  g_test_add_func ("/kmeans/threads", test_threads);
  g_test_add_func ("/kmeans/edges", test_edges);
  g_test_add_func ("/kmeans/planted", test_planted);
  g_test_add_func ("/kmeans/ranks", test_ranks);
  return g_test_run ();
}
