/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/score/distance_order.h"
#include "core/score/knn_values.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows 0..n-1 train, the m after them judge. */
typedef struct
{
  AyMatrix *features;
  AyProblem train, valid;
  gint32 *label;
  guint32 *rows;
} Game;

static Game
game_of (float *x, gint32 *label, gsize n, gsize m, gsize d, guint n_classes)
{
  Game game = { .features = ay_matrix_take_f32 (n + m, d, x), .label = label };

  game.rows = g_new (guint32, n + m);
  for (gsize i = 0; i < n + m; i++)
    game.rows[i] = (guint32) i;
  game.train = (AyProblem) { game.features, game.rows, n, label, NULL, NULL, n_classes };
  game.valid = (AyProblem) { game.features, game.rows + n, m, label + n, NULL, NULL, n_classes };
  return game;
}

/* As knn_reference.py makes them. */
static Game
game_new (gsize n, gsize m, gsize d, guint n_classes, guint64 seed)
{
  float *x = g_new (float, (n + m) * d);
  gint32 *label = g_new (gint32, n + m);
  guint64 state = seed;

  for (gsize i = 0; i < n + m; i++)
    {
      state = state * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407;
      label[i] = (gint32) ((state >> 33) % n_classes);
      for (gsize j = 0; j < d; j++)
        {
          state = state * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407;
          x[i * d + j] = (float) ((state >> 11) / 9007199254740992.0
                                  + 0.1 * (label[i] == (gint32) (j % n_classes)));
        }
    }
  return game_of (x, label, n, m, d, n_classes);
}

static void
game_clear (Game *game)
{
  ay_matrix_unref (game->features);
  g_free (game->label);
  g_free (game->rows);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Game, game_clear)

static const AySemivalue laws[] = { AY_SEMIVALUE_SHAPLEY, AY_SEMIVALUE_BANZHAF, { 0, 1, 16 } };

static AyKnnValues *
values_of (const Game *game, const AyKnnOptions *options)
{
  g_autoptr (GError) error = NULL;
  AyKnnValues *values = ay_knn_values_new (&game->train, &game->valid, options, NULL, &error);

  g_assert_no_error (error);
  return values;
}

/* Equal to numpy's values, in float and in double. */
static void
test_reference (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "reference", "knn.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *cases;

  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  cases = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                        "cases");
  for (guint c = 0; c < json_array_get_length (cases); c++)
    {
      JsonObject *one = json_array_get_object_element (cases, c);
      JsonArray *wanted = json_object_get_array_member (one, "values");
      gsize n = json_object_get_int_member (one, "n"), m = json_object_get_int_member (one, "m");
      g_auto (Game) game = game_new (n, m, json_object_get_int_member (one, "d"),
                                     json_object_get_int_member (one, "classes"),
                                     json_object_get_int_member (one, "seed"));

      for (guint wide = 0; wide < 2; wide++)
        {
          AyKnnOptions options = AY_KNN_OPTIONS_INIT;
          g_autoptr (AyKnnValues) values = NULL;

          options.laws = laws;
          options.n_laws = 1;
          options.k = (guint) json_object_get_int_member (one, "k");
          options.wide = wide;
          values = values_of (&game, &options);
          for (gsize i = 0; i < n; i++)
            g_assert_cmpfloat_with_epsilon (values->value[i],
                                            json_array_get_double_element (wanted, i),
                                            wide ? 1e-12 : 1e-9);
        }
    }
}

typedef struct
{
  double squared;
  guint row;
} Near;

static int
compare_near (const void *a, const void *b)
{
  const Near *x = a, *y = b;

  if (x->squared != y->squared)
    return x->squared > y->squared ? 1 : -1;
  return (x->row > y->row) - (x->row < y->row);
}

/* Standardised features of all rows, by the training rows, in double after rounding as the program
 * stores them. */
static double *
standardise (const Game *game)
{
  gsize n = game->train.n, all = n + game->valid.n, d = ay_matrix_cols (game->features);
  double *z = g_new (double, all * d);

  ay_matrix_get_f64 (game->features, 0, all, z);
  for (gsize j = 0; j < d; j++)
    {
      double mean = 0.0, square = 0.0, deviation;

      for (gsize i = 0; i < n; i++)
        mean += z[i * d + j] / n;
      for (gsize i = 0; i < n; i++)
        square += (z[i * d + j] - mean) * (z[i * d + j] - mean) / n;
      deviation = sqrt (square);
      for (gsize i = 0; i < all; i++)
        z[i * d + j] = deviation > 0.0
                           ? ((float) z[i * d + j] - (float) mean) * (float) (1.0 / deviation)
                           : 0.0;
    }
  return z;
}

/* Values of ten training rows by enumeration of all sets of rows, for one way to judge. */
static void
enumerate (const Game *game, const AyKnnOptions *options, const AySemivalue *law, double *value)
{
  gsize n = game->train.n, d = ay_matrix_cols (game->features);
  g_autofree double *z = standardise (game);
  double radius = options->radius;

  memset (value, 0, n * sizeof (double));
  for (gsize t = 0; t < game->valid.n; t++)
    {
      Near near[10];

      for (gsize i = 0; i < n; i++)
        {
          near[i] = (Near) { 0.0, i };
          for (gsize j = 0; j < d; j++)
            near[i].squared += pow (z[i * d + j] - z[(n + t) * d + j], 2.0);
        }
      qsort (near, n, sizeof *near, compare_near);
      for (guint player = 0; player < n; player++)
        for (guint set = 0; set < 1u << n; set++)
          {
            double change = 0.0, size = __builtin_popcount (set), weight;

            if (set & 1u << player)
              continue;
            for (guint with = 0; with < 2; with++)
              {
                guint of = set | with << player, members = 0;
                double sum = 0.0, worth;

                for (guint i = 0; i < n; i++)
                  if ((of & 1u << near[i].row)
                      && (options->utility == AY_UTILITY_THRESHOLD
                              ? near[i].squared <= radius * radius
                              : members < options->k))
                    {
                      members++;
                      if (game->label[near[i].row] == game->valid.label[t])
                        sum += options->weighted ? exp (-near[i].squared / (radius * radius))
                                                 : 1.0;
                    }
                if (options->utility == AY_UTILITY_HARD)
                  worth = sum / options->k;
                else
                  worth = members > 0 ? sum / members : 1.0 / game->train.n_classes;
                change += with ? worth : -worth;
              }
            weight = law->p > 0.0
                         ? pow (law->p, size) * pow (1.0 - law->p, n - 1.0 - size)
                         : exp (lgamma (law->in + size) + lgamma (law->out + n - 1.0 - size)
                                - lgamma (law->in + law->out + n - 1.0) - lgamma (law->in)
                                - lgamma (law->out) + lgamma (law->in + law->out));
            value[player] += weight * change / game->valid.n;
          }
    }
}

/* Hard, soft and threshold, weighted and not, through distances and sorting. */
static void
test_enumeration (void)
{
  g_auto (Game) game = game_new (9, 4, 3, 3, 12);

  for (AyNearUtility utility = 0; utility <= AY_UTILITY_THRESHOLD; utility++)
    for (guint weighted = 0; weighted < 2; weighted++)
      {
        AyKnnOptions options = AY_KNN_OPTIONS_INIT;
        g_autoptr (AyKnnValues) values = NULL;

        options.laws = laws;
        options.n_laws = 3;
        options.utility = utility;
        options.k = 3;
        options.weighted = weighted;
        options.radius = 1.7;
        options.wide = TRUE;
        values = values_of (&game, &options);
        for (guint law = 0; law < 3; law++)
          {
            double wanted[9];

            enumerate (&game, &options, &laws[law], wanted);
            for (guint i = 0; i < 9; i++)
              g_assert_cmpfloat_with_epsilon (values->value[law * 9 + i], wanted[i],
                                              weighted ? 1e-7 : 1e-12);
          }
      }
}

/* Duplicates and constant features: ties by row, so the rows' values are those of the order given;
 * in float as in double. */
static void
test_ties (void)
{
  enum { N = 300, M = 20, D = 6 };
  float *x = g_new (float, (N + M) * D);
  gint32 *label = g_new (gint32, N + M);
  g_auto (Game) game = { 0 };
  AyRng rng;

  ay_rng_init (&rng, 9, 0);
  for (gsize i = 0; i < N + M; i++)
    {
      label[i] = (gint32) ay_rng_below (&rng, 2);
      for (gsize j = 0; j < D; j++)
        x[i * D + j] = j == 0       ? 7.5f
                       : i % 30 > 2 ? x[(i - i % 30) * D + j] * (1 + (i % 30 > 20))
                                    : (float) ay_rng_normal (&rng);
    }
  game = game_of (x, label, N, M, D, 2);
  for (guint wide = 0; wide < 2; wide++)
    {
      AyKnnOptions options = AY_KNN_OPTIONS_INIT;
      g_autoptr (AyKnnValues) values = NULL;
      g_autofree double *z = standardise (&game), *wanted = g_new0 (double, N);

      options.laws = laws;
      options.n_laws = 1;
      options.wide = wide;
      values = values_of (&game, &options);
      for (gsize t = 0; t < M; t++)
        {
          Near near[N];
          double next = 0.0;

          for (gsize i = 0; i < N; i++)
            {
              near[i] = (Near) { 0.0, i };
              for (gsize j = 0; j < D; j++)
                near[i].squared += pow (z[i * D + j] - z[(N + t) * D + j], 2.0);
            }
          qsort (near, N, sizeof *near, compare_near);
          for (gsize i = N; i-- > 0;)
            {
              gboolean own = label[near[i].row] == label[N + t];
              gboolean after = i + 1 < N && label[near[i + 1].row] == label[N + t];

              next = i + 1 == N ? own / (double) N
                                : next + (own - after) / 10.0 * MIN (10, i + 1) / (i + 1);
              wanted[near[i].row] += next / M;
            }
        }
      for (gsize i = 0; i < N; i++)
        g_assert_cmpfloat_with_epsilon (values->value[i], wanted[i], 1e-12);
    }
}

/* Nothing varies: every order is the order of rows. One row; fewer rows than neighbours. */
static void
test_corners (void)
{
  float *same = g_new (float, 12 * 2);
  g_auto (Game) constant = { 0 };
  g_auto (Game) one = game_new (1, 3, 2, 2, 5);
  AyKnnOptions options = AY_KNN_OPTIONS_INIT;
  g_autoptr (AyKnnValues) a = NULL, b = NULL;

  for (gsize i = 0; i < 24; i++)
    same[i] = 3.25f;
  constant = game_of (same, g_new0 (gint32, 12), 8, 4, 2, 2);
  options.laws = laws;
  options.n_laws = 3;
  options.weighted = TRUE; /* with a radius of 0 */
  for (AyNearUtility utility = 0; utility <= AY_UTILITY_THRESHOLD; utility++)
    {
      g_autoptr (AyKnnValues) values = NULL;

      options.utility = utility;
      values = values_of (&constant, &options);
      g_assert_cmpfloat (values->radius, ==, 0.0);
      for (gsize i = 0; i < 3 * 8; i++)
        g_assert_true (isfinite (values->value[i]));
      for (gsize i = 0; i < 8; i++)
        g_assert_cmpfloat_with_epsilon (values->value[i],
                                        utility == AY_UTILITY_HARD ? 0.1 : 0.5 / 8, 1e-15);
    }
  options.weighted = FALSE;
  options.utility = AY_UTILITY_HARD;
  a = values_of (&one, &options);
  for (gsize law = 0; law < 3; law++)
    g_assert_true (isfinite (a->value[law]));
  options.cosine = TRUE;
  b = values_of (&constant, &options);
  g_assert_true (isfinite (b->value[0]));
}

/* The same bytes for any number of threads and whatever is asked beside; numbering the rows
 * otherwise renumbers the values. */
static void
test_same_bytes (void)
{
  g_auto (Game) game = game_new (900, 150, 8, 3, 4);
  AyKnnOptions options = AY_KNN_OPTIONS_INIT;
  g_autoptr (AyKnnValues) one = NULL, two = NULL, alone = NULL;

  options.laws = laws;
  options.n_laws = 3;
  ay_set_threads (1);
  one = values_of (&game, &options);
  ay_set_threads (3);
  two = values_of (&game, &options);
  ay_set_threads (0);
  g_assert_cmpmem (one->value, 12 * 900 * sizeof (double), two->value, 12 * 900 * sizeof (double));
  options.laws = laws + 1;
  options.n_laws = 1;
  alone = values_of (&game, &options);
  g_assert_cmpuint (alone->ordered, <, 200);
  g_assert_true (alone->to_rounding);
  g_assert_cmpmem (one->value + 900, 900 * sizeof (double), alone->value, 900 * sizeof (double));
}

static void
test_permuted (void)
{
  enum { N = 120, M = 30, D = 5 };
  g_auto (Game) game = game_new (N, M, D, 3, 77);
  float *x = g_new (float, (N + M) * D);
  gint32 *label = g_new (gint32, N + M);
  g_auto (Game) other = { 0 };
  AyKnnOptions options = AY_KNN_OPTIONS_INIT;
  g_autoptr (AyKnnValues) a = NULL, b = NULL;

  for (gsize i = 0; i < N + M; i++)
    {
      gsize from = i < N ? (i * 7 + 3) % N : N + (i - N + 11) % M;

      ay_matrix_get_f32 (game.features, from, 1, x + i * D);
      label[i] = game.label[from];
    }
  other = game_of (x, label, N, M, D, 3);
  options.laws = laws;
  options.n_laws = 3;
  a = values_of (&game, &options);
  b = values_of (&other, &options);
  for (gsize law = 0; law < 3; law++)
    for (gsize i = 0; i < N; i++)
      g_assert_cmpfloat_with_epsilon (a->value[law * N + (i * 7 + 3) % N], b->value[law * N + i],
                                      1e-13);
}

/* Ordering the nearest alone comes near; the sum over all rows stays that of the game. Standard
 * errors and halves are those of the validation rows' own values. */
static void
test_nearest (void)
{
  g_auto (Game) game = game_new (4000, 64, 6, 3, 8);
  AyKnnOptions options = AY_KNN_OPTIONS_INIT;
  g_autoptr (AyKnnValues) whole = NULL, part = NULL;
  g_autofree double *each = g_new (double, 64);
  double worst = 0.0, largest = 0.0;

  options.laws = laws;
  options.n_laws = 1;
  whole = values_of (&game, &options);
  options.nearest = 400;
  part = values_of (&game, &options);
  g_assert_false (part->to_rounding);
  for (gsize i = 0; i < 4000; i++)
    {
      worst = MAX (worst, fabs (whole->value[i] - part->value[i]));
      largest = MAX (largest, fabs (whole->value[i]));
      g_assert_cmpfloat_with_epsilon (
          0.5 * (whole->half[i] + whole->half[4000 + i]), whole->value[i], 1e-15);
    }
  g_assert_cmpfloat (worst, <, 2e-4);
  g_assert_cmpfloat (worst, <=, part->bound[0]);
  g_assert_cmpfloat (part->bound[0], <, 1.0 / 400);
  g_assert_cmpfloat (whole->bound[0], ==, 0.0);
  g_assert_cmpfloat (largest, >, 4 * worst);
  options.nearest = 0;
  for (gsize t = 0; t < 64; t++)
    {
      AyProblem valid = game.valid;
      g_autoptr (AyKnnValues) own = NULL;

      valid.rows += t;
      valid.label += t;
      valid.n = 1;
      own = ay_knn_values_new (&game.train, &valid, &options, NULL, NULL);
      g_assert_true (isnan (own->error[0]));
      each[t] = own->value[17];
    }
  {
    double mean = 0.0, square = 0.0;

    for (gsize t = 0; t < 64; t++)
      mean += each[t] / 64.0;
    for (gsize t = 0; t < 64; t++)
      square += (each[t] - mean) * (each[t] - mean) / 63.0 / 64.0;
    g_assert_cmpfloat_with_epsilon (whole->value[17], mean, 1e-15);
    g_assert_cmpfloat_with_epsilon (whole->error[17], sqrt (square), 1e-12);
  }
}

static void
test_refusals (void)
{
  g_auto (Game) game = game_new (50, 5, 2, 2, 1);
  AyKnnOptions options = AY_KNN_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (AyJob) job = ay_job_new ();

  options.laws = laws;
  options.n_laws = 1;
  ay_job_cancel (job);
  g_assert_null (ay_knn_values_new (&game.train, &game.valid, &options, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  g_clear_error (&error);
  options.nearest = 10;
  options.weighted = TRUE;
  g_assert_null (ay_knn_values_new (&game.train, &game.valid, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

static int
compare_entries (const void *a, const void *b)
{
  guint64 x = *(const guint64 *) a, y = *(const guint64 *) b;

  return (x > y) - (x < y);
}

/* Any list of distances is sorted as by qsort: wide and narrow ranges, ties, one outlier, zeros. */
static void
test_order (void)
{
  AyRng rng;

  ay_rng_init (&rng, 5, 0);
  for (guint round = 0; round < 80; round++)
    {
      gsize n = 1 + ay_rng_below (&rng, round % 4 == 0 ? 70000 : 3000), count;
      gsize wanted = round % 3 == 0 ? n : 1 + ay_rng_below (&rng, n);
      g_autofree float *distance = g_new (float, n);
      g_autofree gint32 *label = g_new0 (gint32, n);
      g_autofree guint64 *all = g_new (guint64, n);
      g_autoptr (AyDistanceOrder) order = ay_distance_order_new (n, NULL);
      const guint64 *sorted;

      for (gsize i = 0; i < n; i++)
        {
          double u = ay_rng_uniform (&rng);

          label[i] = (gint32) ay_rng_below (&rng, 3);
          distance[i] = round % 5 == 0   ? (float) exp (40.0 * u - 20.0)
                        : round % 5 == 1 ? (float) floor (9.0 * u)
                        : round % 5 == 2 ? 1.0f + 1e-5f * (float) u
                        : round % 5 == 3 ? 500.0f + 100.0f * (float) u
                                         : 0.25f;
          all[i] = 0;
        }
      distance[n / 2] = round % 2 ? 1e9f : 0.0f;
      for (gsize i = 0; i < n; i++)
        {
          guint32 bits;

          memcpy (&bits, &distance[i], sizeof bits);
          all[i] = (guint64) bits << 32 | i << 1 | (label[i] == 1);
        }
      qsort (all, n, sizeof *all, compare_entries);
      sorted = ay_distance_order (order, distance, label, 1, wanted, &count);
      g_assert_cmpuint (count, >=, wanted);
      g_assert_cmpmem (sorted, wanted * sizeof *all, all, wanted * sizeof *all);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/knn-values/order", test_order);
  g_test_add_func ("/knn-values/reference", test_reference);
  g_test_add_func ("/knn-values/enumeration", test_enumeration);
  g_test_add_func ("/knn-values/ties", test_ties);
  g_test_add_func ("/knn-values/corners", test_corners);
  g_test_add_func ("/knn-values/same-bytes", test_same_bytes);
  g_test_add_func ("/knn-values/permuted", test_permuted);
  g_test_add_func ("/knn-values/nearest", test_nearest);
  g_test_add_func ("/knn-values/refusals", test_refusals);
  return g_test_run ();
}
