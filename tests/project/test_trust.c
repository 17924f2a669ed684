/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trustworthiness, continuity and shares: against scikit-learn (tests/reference/maps_reference.py)
 * and brute force. */
#include "map_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/project/trust.h"

static float *
plane_of (const AyMatrix *features, gsize n)
{
  float *xy = g_new (float, 2 * n);

  for (gsize i = 0; i < n; i++)
    {
      double x = 0.0, y = 0.0;

      for (int j = 0; j < 64; j++)
        {
          double v = ay_matrix_value (features, i, j);

          x += v * sin (j + 1.0);
          y += v * cos (2.0 * j + 1.0);
        }
      xy[2 * i] = (float) x;
      xy[2 * i + 1] = (float) y;
    }
  return xy;
}

static void
test_sklearn (void)
{
  gsize n;
  g_autoptr (AyMatrix) features = map_digits (&n);
  g_autofree float *xy = plane_of (features, n);
  g_autoptr (JsonObject) reference = map_reference ();
  JsonArray *cases = json_object_get_array_member (reference, "trust");
  AyPoints points = { .features = features, .n = n };

  for (guint c = 0; c < json_array_get_length (cases); c++)
    {
      JsonObject *want = json_array_get_object_element (cases, c);
      AyTrustOptions options = AY_TRUST_OPTIONS_INIT;
      AyTrust trust;

      options.k = (guint) json_object_get_int_member (want, "k");
      g_assert_true (ay_trust_measure (&points, xy, &options, &trust, NULL, NULL));
      g_assert_cmpuint (trust.sample, ==, n);
      /* ranks of nearly equal distances change places by the rounding of floats */
      g_assert_cmpfloat_with_epsilon (trust.trustworthiness,
                                      json_object_get_double_member (want, "trustworthiness"),
                                      2e-5);
      g_assert_cmpfloat_with_epsilon (trust.continuity,
                                      json_object_get_double_member (want, "continuity"), 2e-5);
    }
}

/* The data itself is trusted wholly; a sample says how large it is, the same one twice. */
static void
test_sample (void)
{
  g_autoptr (AyMatrix) features = map_clouds (3000, 2, 2, 1);
  AyPoints points = { .features = features, .n = 3000 };
  AyTrustOptions options = AY_TRUST_OPTIONS_INIT;
  g_autofree float *mirror = g_new (float, 6000), *noise = g_new (float, 6000);
  AyTrust all, part, again;
  AyRng rng;

  ay_rng_init (&rng, 3, 3);
  ay_matrix_get_f32 (features, 0, 3000, mirror);
  for (gsize i = 0; i < 6000; i++)
    {
      mirror[i] = -mirror[i];
      noise[i] = (float) ay_rng_uniform (&rng);
    }
  options.most = 500;
  g_assert_true (ay_trust_measure (&points, mirror, &options, &all, NULL, NULL));
  g_assert_cmpuint (all.sample, ==, 500);
  g_assert_cmpfloat_with_epsilon (all.trustworthiness, 1.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (all.continuity, 1.0, 1e-6);
  g_assert_true (ay_trust_measure (&points, noise, &options, &part, NULL, NULL));
  g_assert_cmpfloat (part.trustworthiness, <, 0.6);
  ay_set_threads (1);
  g_assert_true (ay_trust_measure (&points, noise, &options, &again, NULL, NULL));
  ay_set_threads (0);
  g_assert_true (part.trustworthiness == again.trustworthiness);
  g_assert_true (part.continuity == again.continuity);
}

/* Every point against all others, by (distance, point). */
static void
check_plane (const float *xy, gsize n, guint k)
{
  g_autofree guint32 *found = ay_plane_neighbours (xy, n, k, NULL, NULL);

  for (gsize i = 0; i < n; i++)
    {
      const guint32 *row = found + i * k;
      float last = -1.0f;
      gsize nearer = 0;

      for (guint j = 0; j < k && row[j] != G_MAXUINT32; j++)
        {
          float dx = xy[2 * row[j]] - xy[2 * i], dy = xy[2 * row[j] + 1] - xy[2 * i + 1];
          float d = dx * dx + dy * dy;

          g_assert_cmpuint (row[j], !=, i);
          g_assert_true (d > last || (d == last && row[j] > row[j - 1]));
          last = d;
        }
      for (gsize j = 0; j < n; j++)
        {
          float dx = xy[2 * j] - xy[2 * i], dy = xy[2 * j + 1] - xy[2 * i + 1];

          nearer += j != i && (dx * dx + dy * dy < last
                               || (dx * dx + dy * dy == last && j <= row[MIN (k, n - 1) - 1]));
        }
      g_assert_cmpuint (nearer, ==, MIN (k, n - 1));
      for (gsize j = n - 1; j < k; j++)
        g_assert_cmpuint (row[j], ==, G_MAXUINT32);
    }
}

static void
test_plane (void)
{
  static const gsize sizes[] = { 1, 2, 3, 24, 25, 200, 900 };
  AyRng rng;

  ay_rng_init (&rng, 5, 0);
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int kind = 0; kind < 3; kind++)
      {
        g_autofree float *xy = g_new (float, 2 * sizes[s]);

        /* spread unevenly; on a coarse lattice, with ties; all in one place */
        for (gsize i = 0; i < 2 * sizes[s]; i++)
          xy[i] = kind == 0   ? (float) pow (10.0, 6.0 * ay_rng_uniform (&rng))
                  : kind == 1 ? (float) ay_rng_below (&rng, 6)
                              : 1.0f;
        check_plane (xy, sizes[s], 15);
        check_plane (xy, sizes[s], 1);
      }
}

static void
test_shares (void)
{
  g_autoptr (AyMatrix) features = map_clouds (400, 2, 2, 7);
  g_autoptr (AyNeighbours) neighbours = map_neighbours (features, 400, 15);
  g_autofree float *same = g_new (float, 800), *noise = g_new (float, 800);
  g_autofree double *all = NULL, *few = NULL;
  double sum = 0.0;
  AyRng rng;

  ay_rng_init (&rng, 3, 3);
  ay_matrix_get_f32 (features, 0, 400, same);
  for (gsize i = 0; i < 800; i++)
    noise[i] = (float) ay_rng_uniform (&rng);
  all = ay_trust_shares (neighbours, same, 15, NULL, NULL);
  few = ay_trust_shares (neighbours, noise, 15, NULL, NULL);
  for (gsize i = 0; i < 400; i++)
    {
      g_assert_cmpfloat (all[i], ==, 1.0);
      g_assert_cmpfloat (few[i], >=, 0.0);
      sum += few[i];
    }
  /* chance: 15 / 399 */
  g_assert_cmpfloat_with_epsilon (sum / 400.0, 15.0 / 399.0, 0.01);
}

static void
test_bad (void)
{
  g_autoptr (AyMatrix) features = map_clouds (50, 3, 2, 7);
  g_autofree float *xy = g_new0 (float, 100);
  float *values = g_new0 (float, 50 * 3);
  g_autoptr (AyMatrix) broken = NULL;
  AyPoints points = { .features = features, .n = 2 };
  AyTrustOptions options = AY_TRUST_OPTIONS_INIT;
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;
  AyTrust trust;

  g_assert_true (ay_trust_measure (&points, xy, &options, &trust, NULL, NULL));
  g_assert_true (isnan (trust.trustworthiness));
  points.n = 20; /* k is lowered: 15 of 20 would leave no strangers */
  g_assert_true (ay_trust_measure (&points, xy, &options, &trust, NULL, NULL));
  g_assert_cmpuint (trust.k, ==, 9);
  values[7 * 3 + 1] = NAN;
  broken = ay_matrix_take_f32 (50, 3, values);
  points.features = broken;
  g_assert_false (ay_trust_measure (&points, xy, &options, &trust, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, "7"));
  g_clear_error (&error);
  ay_job_cancel (job);
  points.features = features;
  g_assert_false (ay_trust_measure (&points, xy, &options, &trust, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trust/scikit-learn", test_sklearn);
  g_test_add_func ("/trust/sample", test_sample);
  g_test_add_func ("/trust/plane", test_plane);
  g_test_add_func ("/trust/shares", test_shares);
  g_test_add_func ("/trust/bad-input", test_bad);
  return g_test_run ();
}
