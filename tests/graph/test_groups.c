/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "points_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/ranks.h"
#include "core/graph/near_groups.h"

#include <string.h>

/* Distances of all pairs, n x n. (transfer full) */
static double *
all_distances (const AyPoints *points)
{
  gsize n = points->n, d = ay_matrix_cols (points->features);
  g_autofree double *x = points_all (points);
  double *out = g_new (double, n * n);

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < n; j++)
      out[i * n + j] = i == j ? 0.0
                              : points_distance (points->distance, d, x + i * d, x + j * d);
  return out;
}

static AyPairs *
find (const AyPoints *points, double reach)
{
  AyPairsOptions options = AY_PAIRS_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyPairs *pairs;

  options.reach = reach;
  pairs = ay_pairs_find (points, &options, NULL, &error);
  g_assert_no_error (error);
  return pairs;
}

/* Every pair within reach is there once, in order, and no other. A pair whose distance is within
 * rounding of reach may go either way. */
static void
check_pairs (const AyPoints *points, double reach)
{
  g_autofree double *distance = all_distances (points);
  g_autoptr (AyPairs) pairs = find (points, reach);
  gsize n = points->n, expected = 0, doubtful = 0;
  g_autofree guint8 *seen = g_new0 (guint8, n * n);

  for (gsize p = 0; p < pairs->n_pairs; p++)
    {
      const AyPair *pair = &pairs->pairs[p];

      g_assert_cmpuint (pair->i, <, pair->j);
      g_assert_cmpuint (pairs->first[pair->i], ==, pair->i);
      g_assert_cmpfloat_with_epsilon (pair->distance, distance[pair->i * n + pair->j],
                                      1e-12 * (1.0 + pair->distance));
      g_assert_true (p == 0 || pairs->pairs[p - 1].distance <= pair->distance);
      g_assert_cmpuint (seen[pair->i * n + pair->j]++, ==, 0);
    }
  for (gsize i = 0; i < n; i++)
    for (gsize j = i + 1; j < n; j++)
      {
        double at = distance[i * n + j];

        doubtful += fabs (at - reach) <= 1e-12 * (1.0 + reach);
        expected += at <= reach;
      }
  g_assert_cmpuint (ay_pairs_count (pairs, reach), <=, expected + doubtful);
  g_assert_cmpuint (ay_pairs_count (pairs, reach) + doubtful, >=, expected);
}

/* Tight and loose: by the directions alone, by products, and everything. */
static void
test_pairs (void)
{
  static const double reaches[] = { 0.0, 0.004, 0.3, 1.5, 4.0, 100.0 };

  for (gsize r = 0; r < G_N_ELEMENTS (reaches); r++)
    for (int cosine = 0; cosine < 2; cosine++)
      {
        gsize n = 900, d = r % 2 ? 30 : 5;
        g_autofree float *x = points_normal (n, d, r, 1.0, 1e-3);
        g_autoptr (AyMatrix) matrix = NULL;
        AyPoints points = { .n = n, .distance = (AyDistance) cosine };

        memcpy (x + 33 * d, x + 700 * d, d * sizeof *x);
        memcpy (x + 44 * d, x + 700 * d, d * sizeof *x);
        memset (x + 55 * d, 0, d * sizeof *x);
        matrix = points_matrix (n, d, x);
        points.features = matrix;
        check_pairs (&points, reaches[r]);
      }
}

static void
test_copies (void)
{
  gsize n = 50, d = 3;
  g_autofree float *x = points_normal (n, d, 1, 0.0, 0.5);
  g_autoptr (AyMatrix) matrix = NULL;
  g_autoptr (AyPairs) pairs = NULL;
  AyPoints points = { .n = n };

  for (gsize i = 10; i < 20; i++)
    memcpy (x + i * d, x + 5 * d, d * sizeof *x);
  x[30 * d] = 0.0f;
  memcpy (x + 31 * d, x + 30 * d, d * sizeof *x);
  x[31 * d] = -0.0f;
  matrix = points_matrix (n, d, x);
  points.features = matrix;
  pairs = find (&points, 0.0);
  g_assert_cmpuint (pairs->n_copies, ==, 11);
  g_assert_cmpuint (pairs->n_pairs, ==, 0);
  g_assert_cmpuint (ay_pairs_count (pairs, 0.0), ==, 11 * 10 / 2 + 1);
  for (guint32 i = 0; i < n; i++)
    g_assert_cmpuint (pairs->first[i], ==, i >= 10 && i < 20 ? 5 : i == 31 ? 30 : i);
}

/* Points that are the same for another reason stand with the first of all their copies. */
static void
test_known_copies (void)
{
  float x[] = { 0, 1, 1, 3, 0, 5, 6 };
  guint32 same[] = { 0, 1, 2, 1, 4, 4, 5 };
  guint32 expected[] = { 0, 1, 1, 1, 0, 0, 0 };
  g_autoptr (AyMatrix) matrix = points_matrix (7, 1, x);
  AyPoints points = { .features = matrix, .n = 7 };
  AyPairsOptions options = AY_PAIRS_OPTIONS_INIT;
  g_autoptr (AyPairs) pairs = NULL;

  options.same = same;
  pairs = ay_pairs_find (&points, &options, NULL, NULL);
  g_assert_cmpmem (pairs->first, sizeof expected, expected, sizeof expected);
  g_assert_cmpuint (pairs->n_copies, ==, 5);
}

/* Components by search over the matrix of distances. */
static void
reference_single (const double *distance, gsize n, double cut, guint32 *group)
{
  g_autofree guint32 *queue = g_new (guint32, n);

  for (gsize i = 0; i < n; i++)
    group[i] = G_MAXUINT32;
  for (guint32 s = 0; s < n; s++)
    {
      gsize head = 0, tail = 0;

      if (group[s] != G_MAXUINT32)
        continue;
      group[s] = s;
      for (queue[tail++] = s; head < tail; head++)
        for (guint32 j = 0; j < n; j++)
          if (group[j] == G_MAXUINT32 && distance[queue[head] * n + j] <= cut)
            {
              group[j] = s;
              queue[tail++] = j;
            }
    }
}

/* Complete linkage as the textbook has it: merge the two groups whose farthest pair is nearest. */
static void
reference_complete (const double *distance, gsize n, double cut, guint32 *group)
{
  g_autofree double *between = g_memdup2 (distance, n * n * sizeof *distance);
  g_autofree guint8 *gone = g_new0 (guint8, n);

  for (guint32 i = 0; i < n; i++)
    group[i] = i;
  while (TRUE)
    {
      double least = INFINITY;
      gsize a = 0, b = 0;

      for (gsize i = 0; i < n; i++)
        for (gsize j = i + 1; j < n && !gone[i]; j++)
          if (!gone[j] && between[i * n + j] < least)
            {
              least = between[i * n + j];
              a = i;
              b = j;
            }
      if (!(least <= cut))
        return;
      gone[b] = 1;
      for (gsize c = 0; c < n; c++)
        between[a * n + c] = between[c * n + a] = MAX (between[a * n + c], between[b * n + c]);
      for (gsize i = 0; i < n; i++)
        if (group[i] == b)
          group[i] = (guint32) a;
    }
}

/* The farthest pair, or the longest edge that holds the group together. */
static double
weakest_of (const double *distance, gsize n, const guint32 *members, gsize count,
            AyLinkage linkage)
{
  g_autofree double *reach = g_new (double, count);
  double worst = 0.0;

  for (gsize i = 0; i < count; i++)
    {
      reach[i] = distance[members[0] * n + members[i]];
      for (gsize j = 0; j < i && linkage == AY_LINKAGE_COMPLETE; j++)
        worst = MAX (worst, distance[members[i] * n + members[j]]);
    }
  reach[0] = -1.0;
  for (gsize step = 1; step < count && linkage == AY_LINKAGE_SINGLE; step++) /* Prim */
    {
      gsize best = 0;

      for (gsize i = 1; i < count; i++)
        if (reach[i] >= 0.0 && (best == 0 || reach[i] < reach[best]))
          best = i;
      worst = MAX (worst, reach[best]);
      reach[best] = -1.0;
      for (gsize i = 1; i < count; i++)
        reach[i] = MIN (reach[i], distance[members[best] * n + members[i]]);
    }
  return worst;
}

static void
check_groups (const AyMerges *merges, const double *distance, double cut)
{
  gsize n = merges->n;
  g_autoptr (AyNearGroups) groups = ay_near_groups_at (merges, cut);
  g_autofree guint32 *expected = g_new (guint32, n);
  gsize members = 0;

  if (merges->linkage == AY_LINKAGE_SINGLE)
    reference_single (distance, n, cut, expected);
  else
    reference_complete (distance, n, cut, expected);
  for (gsize i = 0; i < n; i++)
    {
      gboolean together = FALSE;

      for (gsize j = 0; j < n; j++)
        if (j != i)
          {
            gboolean same = expected[i] == expected[j];

            g_assert_true (same == (groups->group[i] != G_MAXUINT32
                                    && groups->group[i] == groups->group[j]));
            together = together || same;
          }
      members += together;
    }
  g_assert_cmpuint (groups->n_members, ==, members);
  for (gsize g = 0; g < groups->n_groups; g++)
    g_assert_cmpfloat_with_epsilon (
        groups->weakest[g],
        weakest_of (distance, n, groups->members + groups->start[g],
                    ay_near_groups_size (groups, g), groups->linkage), 1e-12);
}

static void
test_groups (void)
{
  for (int round = 0; round < 6; round++)
    {
      gsize n = 160, d = 2 + round % 3;
      g_autofree float *x = points_normal (n, d, 20 + round, 0.3, 0.02);
      g_autoptr (AyMatrix) matrix = NULL;
      g_autoptr (AyPairs) pairs = NULL;
      g_autofree double *distance = NULL;
      AyPoints points = { .n = n, .distance = (AyDistance) (round % 2) };

      for (gsize i = 3; i < 9; i++)
        memcpy (x + i * d, x, d * sizeof *x);
      matrix = points_matrix (n, d, x);
      points.features = matrix;
      distance = all_distances (&points);
      pairs = find (&points, 0.4);
      for (int linkage = 0; linkage < 2; linkage++)
        {
          g_autoptr (AyMerges) merges = ay_merges_new (pairs, (AyLinkage) linkage, NULL, NULL);

          for (double cut = 0.0; cut < 0.4; cut += 0.033)
            check_groups (merges, distance, cut);
        }
    }
}

/* More pairs than allowed: reach comes down, and what is kept is all there is up to it. */
static void
test_reach_lowered (void)
{
  gsize n = 600, d = 4;
  g_autofree float *x = points_normal (n, d, 2, 0.0, 0.1);
  g_autoptr (AyMatrix) matrix = points_matrix (n, d, x);
  AyPoints points = { .features = matrix, .n = n };
  AyPairsOptions options = AY_PAIRS_OPTIONS_INIT;
  g_autoptr (AyPairs) pairs = NULL, all = NULL;

  options.reach = 3.0;
  options.max_pairs = 5000;
  pairs = ay_pairs_find (&points, &options, NULL, NULL);
  g_assert_cmpfloat (pairs->asked, ==, 3.0);
  g_assert_cmpfloat (pairs->reach, <, 3.0);
  g_assert_cmpuint (pairs->n_pairs, <=, 5000);
  g_assert_cmpuint (pairs->n_pairs, >, 1000);
  all = find (&points, pairs->reach);
  g_assert_cmpmem (all->pairs, all->n_pairs * sizeof (AyPair), pairs->pairs,
                   pairs->n_pairs * sizeof (AyPair));
}

static void
test_all_equal (void)
{
  gsize n = 3000, d = 4;
  float *x = g_new (float, n * d);
  g_autoptr (AyMatrix) matrix = ay_matrix_take_f32 (n, d, x);
  AyPoints points = { .features = matrix, .n = n };

  for (gsize i = 0; i < n * d; i++)
    x[i] = 0.25f;
  for (int cosine = 0; cosine < 2; cosine++)
    {
      g_autoptr (AyPairs) pairs = NULL;
      g_autoptr (AyMerges) merges = NULL;
      g_autoptr (AyNearGroups) groups = NULL;

      points.distance = (AyDistance) cosine;
      pairs = find (&points, 0.1);
      merges = ay_merges_new (pairs, AY_LINKAGE_COMPLETE, NULL, NULL);
      groups = ay_near_groups_at (merges, 0.0);
      g_assert_cmpuint (groups->n_groups, ==, 1);
      g_assert_cmpuint (groups->n_members, ==, n);
      g_assert_cmpfloat (groups->weakest[0], ==, 0.0);
      g_assert_cmpuint (ay_pairs_count (pairs, 0.0), ==, n * (n - 1) / 2);
    }
}

static void
test_bad_input (void)
{
  float x[] = { 1, 2, 3, INFINITY, 5, 6 }, one[] = { 1, 2 };
  g_autoptr (AyMatrix) matrix = points_matrix (3, 2, x), single = points_matrix (1, 2, one);
  AyPoints points = { .features = matrix, .n = 3 };
  AyPairsOptions options = AY_PAIRS_OPTIONS_INIT;
  g_autoptr (AyPairs) alone = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (ay_pairs_find (&points, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, "row 1, column 1"));
  g_clear_error (&error);
  options.reach = NAN;
  g_assert_null (ay_pairs_find (&points, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  points.features = single;
  points.n = 1;
  alone = find (&points, 1.0);
  g_assert_cmpuint (alone->n_pairs, ==, 0);
}

static void
test_same_bytes (void)
{
  gsize n = 4000, d = 12;
  g_autofree float *x = points_normal (n, d, 30, 0.0, 0.2);
  g_autoptr (AyMatrix) matrix = points_matrix (n, d, x);
  AyPoints points = { .features = matrix, .n = n };
  g_autoptr (AyPairs) first = NULL;

  for (guint threads = 1; threads <= 3; threads++)
    {
      g_autoptr (AyPairs) pairs = NULL;

      ay_set_threads (threads);
      pairs = find (&points, 3.1);
      if (first != NULL)
        g_assert_cmpmem (first->pairs, first->n_pairs * sizeof (AyPair), pairs->pairs,
                         pairs->n_pairs * sizeof (AyPair));
      else
        first = ay_pairs_ref (pairs);
    }
  g_assert_cmpuint (first->n_pairs, >, 100000); /* the parallel sort has run */
  ay_set_threads (0);
}

typedef struct
{
  AyPoints points;
  AyPairsOptions options;
  const AyPairs *expected;
} Shared;

static gboolean
find_by_ranks (AyRanks *ranks, gpointer data, GError **error)
{
  const Shared *self = data;
  const AyPairs *one = self->expected;
  AyPoints points = self->points;
  g_autoptr (AyPairs) many = NULL;

  points.ranks = ranks;
  many = ay_pairs_find (&points, &self->options, NULL, error);
  if (many == NULL)
    return FALSE;
  g_assert_cmpuint (many->n_copies, ==, one->n_copies);
  g_assert_cmpuint (many->n_zero, ==, one->n_zero);
  g_assert_cmpfloat (many->reach, ==, one->reach);
  g_assert_cmpmem (many->first, one->n * sizeof (guint32), one->first, one->n * sizeof (guint32));
  g_assert_cmpmem (many->pairs, many->n_pairs * sizeof (AyPair), one->pairs,
                   one->n_pairs * sizeof (AyPair));
  return TRUE;
}

static void
check_ranks (Shared *self)
{
  g_autoptr (AyPairs) plain = ay_pairs_find (&self->points, &self->options, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (plain);
  g_assert_cmpuint (plain->n_pairs, >, 0);
  self->expected = plain;
  for (guint size = 1; size <= 5; size++)
    {
      g_assert_true (ay_ranks_in_process (size, find_by_ranks, self, &error));
      g_assert_no_error (error);
    }
}

/* Threads of one process as ranks: the pairs and copies that one finds, to the last bit: where few
 * pairs pass the directions and where all do, of floats and of doubles, scaled and not, copies and
 * rows of zeros between them, several tiles of points a rank, and more pairs than are allowed. */
static void
test_ranks (void)
{
  static const struct
  {
    gsize n, d, max_pairs;
    AyDistance distance;
    double reach;
    gboolean doubles, scaled;
  } cases[] = {
    { 3000, 40, 1 << 26, AY_DISTANCE_EUCLIDEAN, 1.0, FALSE, FALSE },
    { 3000, 40, 1 << 26, AY_DISTANCE_COSINE, 0.2, FALSE, FALSE },
    { 3000, 12, 1 << 26, AY_DISTANCE_COSINE, 0.01, TRUE, FALSE },
    { 2500, 5, 1 << 26, AY_DISTANCE_EUCLIDEAN, 1.5, FALSE, TRUE },
    { 2500, 5, 40000, AY_DISTANCE_EUCLIDEAN, 1.5, TRUE, TRUE },
    { 12000, 3, 1 << 26, AY_DISTANCE_EUCLIDEAN, 0.02, FALSE, FALSE },
    { 700, 30, 1 << 26, AY_DISTANCE_EUCLIDEAN, 20.0, FALSE, FALSE },
    { 40, 6, 1 << 26, AY_DISTANCE_COSINE, 0.5, FALSE, FALSE },
  };
  static const float centre[5] = { 0.1f, -0.2f, 0.3f, 0.0f, 1.0f };
  static const float scale[5] = { 1.0f, 0.5f, 2.0f, 1.0f, 0.7f };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      gsize n = cases[c].n, d = cases[c].d;
      g_autofree float *x = points_normal (n, d, 40 + c, 0.0, 0.05);
      g_autofree double *wide = g_new (double, n * d);
      g_autoptr (AyMatrix) matrix = NULL;
      Shared self = { .options = AY_PAIRS_OPTIONS_INIT };

      for (gsize i = 30; i < n; i += 31)
        memcpy (x + i * d, x + (i * 7) % 30 * d, d * sizeof *x);
      memset (x + 17 * d, 0, d * sizeof *x);
      for (gsize i = 0; i < n * d; i++)
        wide[i] = x[i] * (1.0 + 1e-9);
      matrix = cases[c].doubles ? ay_matrix_take_f64 (n, d, g_steal_pointer (&wide))
                                : points_matrix (n, d, x);
      self.points = (AyPoints) { .features = matrix, .n = n, .distance = cases[c].distance,
                                 .centre = cases[c].scaled ? centre : NULL,
                                 .inv_scale = cases[c].scaled ? scale : NULL };
      self.options.reach = cases[c].reach;
      self.options.max_pairs = cases[c].max_pairs;
      check_ranks (&self);
    }
}

static void
test_centre (void)
{
  float x[] = { 0, 0, 10, 0, 4, 0, 5, 1, 5, -1 };
  g_autoptr (AyMatrix) matrix = points_matrix (5, 2, x);
  AyPoints points = { .features = matrix, .n = 5 };
  g_autoptr (AyPointSet) set = ay_point_set_new (&points, NULL, NULL, NULL);
  guint32 members[] = { 0, 1, 2, 3, 4 };

  g_assert_cmpuint (ay_near_groups_centre (set, members, 5), ==, 2);
  g_assert_cmpuint (ay_near_groups_centre (set, members, 2), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/groups/pairs", test_pairs);
  g_test_add_func ("/groups/copies", test_copies);
  g_test_add_func ("/groups/known-copies", test_known_copies);
  g_test_add_func ("/groups/linkage", test_groups);
  g_test_add_func ("/groups/reach-lowered", test_reach_lowered);
  g_test_add_func ("/groups/all-equal", test_all_equal);
  g_test_add_func ("/groups/bad-input", test_bad_input);
  g_test_add_func ("/groups/same-bytes", test_same_bytes);
  g_test_add_func ("/groups/centre", test_centre);
  g_test_add_func ("/groups/ranks", test_ranks);
  return g_test_run ();
}
