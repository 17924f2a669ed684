/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/score/score_pair.h"
#include "core/score/data_map.h"

#include <math.h>

#define N 300

/* Rank by its definition: rows below, and half of the equal ones. */
static double
rank_of (const double *a, const double *other, const double *x, gsize row)
{
  double below = 0.0, equal = 0.0;

  for (gsize i = 0; i < N; i++)
    if (!isnan (a[i]) && !isnan (other[i]))
      {
        below += x[i] < x[row];
        equal += x[i] == x[row];
      }
  return below + (equal + 1.0) / 2.0;
}

static void
draw (double *a, double *b)
{
  AyRng rng;

  ay_rng_init (&rng, 5, 0);
  for (gsize i = 0; i < N; i++)
    {
      a[i] = floor (40.0 * ay_rng_uniform (&rng)); /* ties */
      b[i] = a[i] + 25.0 * ay_rng_uniform (&rng);
      if (i % 17 == 0)
        a[i] = NAN;
      if (i % 23 == 0)
        b[i] = NAN;
    }
}

static void
test_by_definition (void)
{
  double a[N], b[N], turned[N], sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0, n = 0, most = 0;
  AyScorePairOptions options = { .turn = TRUE, .n_apart = 20 };
  g_autoptr (AyScorePair) found = NULL;

  draw (a, b);
  for (gsize i = 0; i < N; i++)
    turned[i] = -b[i];
  found = ay_score_pair_new (a, b, N, &options);
  for (gsize i = 0; i < N; i++)
    if (!isnan (a[i]) && !isnan (b[i]))
      {
        double x = rank_of (a, b, a, i), y = rank_of (a, b, turned, i);

        n += 1;
        sa += x;
        sb += y;
        saa += x * x;
        sbb += y * y;
        sab += x * y;
        most = MAX (most, fabs (x - y));
      }
  g_assert_cmpuint (found->n, ==, (gsize) n);
  g_assert_cmpfloat_with_epsilon (
      found->rank_correlation,
      (n * sab - sa * sb) / sqrt ((n * saa - sa * sa) * (n * sbb - sb * sb)), 1e-12);
  g_assert_cmpfloat (found->rank_correlation, <, -0.5);
  g_assert_cmpuint (found->n_apart, ==, 20);
  g_assert_cmpfloat_with_epsilon (fabs (found->gap[0]) * n, most, 1e-9);
  for (gsize k = 0; k < found->n_apart; k++)
    {
      gsize row = found->apart[k];

      g_assert_cmpfloat_with_epsilon (
          found->gap[k], (rank_of (a, b, turned, row) - rank_of (a, b, a, row)) / n, 1e-12);
      g_assert_true (k == 0 || fabs (found->gap[k]) <= fabs (found->gap[k - 1]));
    }
}

static void
test_edges (void)
{
  const double a[4] = { 1, 2, NAN, 4 }, b[4] = { 1, 1, 1, 1 }, none[4] = { NAN, NAN, NAN, NAN };
  AyScorePairOptions options = { .n_apart = 9 };
  g_autoptr (AyScorePair) constant = ay_score_pair_new (a, b, 4, &options);
  g_autoptr (AyScorePair) empty = ay_score_pair_new (a, none, 4, &options);
  g_autoptr (AyBitset) two = ay_bitset_new (4);
  g_autoptr (AyScorePair) part = NULL;

  g_assert_cmpuint (constant->n, ==, 3);
  g_assert_true (isnan (constant->rank_correlation));
  g_assert_cmpuint (constant->n_apart, ==, 0);
  g_assert_cmpuint (empty->n, ==, 0);
  g_assert_cmpuint (empty->n_apart, ==, 0);
  g_assert_true (isnan (empty->rank_correlation));
  ay_bitset_add (two, 0);
  ay_bitset_add (two, 2);
  options.rows = two;
  part = ay_score_pair_new (a, b, 4, &options);
  g_assert_cmpuint (part->n, ==, 1);
}

/* Regions are disjoint, add up, and hold what they say. */
static void
test_regions (void)
{
  double sure[N], varies[N];
  AyRng rng;
  gsize counted[AY_N_REGIONS] = { 0 }, calm = 0, has = 0;
  g_autoptr (AyDataMap) map = NULL;

  ay_rng_init (&rng, 8, 0);
  for (gsize i = 0; i < N; i++)
    {
      sure[i] = i % 31 == 0 ? NAN : ay_rng_uniform (&rng);
      varies[i] = i % 37 == 0 ? NAN : 0.5 * ay_rng_uniform (&rng);
    }
  map = ay_data_map_new (sure, varies, N);
  for (gsize i = 0; i < N; i++)
    {
      gboolean both = !isnan (sure[i]) && !isnan (varies[i]);

      counted[map->region[i]]++;
      has += both;
      calm += both && varies[i] <= map->variability;
      g_assert_true (both == (map->region[i] != AY_REGION_NONE));
      if (map->region[i] == AY_REGION_AMBIGUOUS)
        g_assert_cmpfloat (varies[i], >, map->variability);
      if (map->region[i] == AY_REGION_EASY)
        g_assert_true (sure[i] >= map->confidence && varies[i] <= map->variability);
      if (map->region[i] == AY_REGION_HARD)
        g_assert_true (sure[i] < map->confidence && varies[i] <= map->variability);
    }
  for (guint k = 0; k < AY_N_REGIONS; k++)
    g_assert_cmpuint (counted[k], ==, map->count[k]);
  g_assert_cmpfloat (fabs ((double) counted[AY_REGION_EASY] - counted[AY_REGION_HARD]), <=, 1.0);
  g_assert_cmpfloat (fabs (calm - 2.0 * has / 3.0), <=, 1.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compare/by-definition", test_by_definition);
  g_test_add_func ("/compare/edges", test_edges);
  g_test_add_func ("/compare/regions", test_regions);
  return g_test_run ();
}
