/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "points_data.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/graph/int_product.h"
#include "core/graph/screen_kernel.h"
#include "core/graph/tile_filter.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  double distance;
  guint32 position;
} Near;

static int
compare (const void *a, const void *b)
{
  const Near *x = a, *y = b;

  if (x->distance != y->distance)
    return x->distance < y->distance ? -1 : 1;
  return x->position < y->position ? -1 : x->position > y->position;
}

/* One set of points with all its coordinates. */
typedef struct
{
  const AyPoints *points;
  double *x;
  gsize d;
} Side;

static double
distance_of (const Side *a, gsize i, const Side *b, gsize j)
{
  return points_distance (a->points->distance, a->d, a->x + i * a->d, b->x + j * b->d);
}

/* Every distance, sorted. */
static gsize
brute_force (const Side *queries, const Side *set, gsize query, Near *near)
{
  gsize n = 0;

  for (gsize j = 0; j < set->points->n; j++)
    {
      double distance = distance_of (queries, query, set, j);

      if ((set == queries && j == query) || isnan (distance))
        continue;
      near[n++] = (Near) { distance, (guint32) j };
    }
  qsort (near, n, sizeof *near, compare);
  return n;
}

static void
check_query (const AyNeighbours *found, gsize i, const Near *near, gsize n, gboolean exact)
{
  for (gsize c = 0; c < found->k; c++)
    {
      guint32 at = found->index[i * found->k + c];
      float distance = found->distances[i * found->k + c];

      if (c >= n)
        {
          g_assert_cmpuint (at, ==, G_MAXUINT32);
          g_assert_true (isnan (distance));
          continue;
        }
      g_assert_cmpfloat_with_epsilon (distance, near[c].distance,
                                      1e-6 * near[c].distance + 1e-12);
      if (exact)
        g_assert_cmpuint (at, ==, near[c].position);
    }
}

/* Ours against brute force: distances equal to rounding, and every point listed is where it says;
 * where `exact` (whole numbers: no rounding) the very same points. points NULL: of the queries
 * among themselves. */
static void
check (const AyPoints *queries, const AyPoints *points, guint k, gboolean exact)
{
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (AyNeighbours) found = NULL;
  Side asked = { queries, points_all (queries), ay_matrix_cols (queries->features) };
  Side other = { points, points != NULL ? points_all (points) : NULL, asked.d };
  const Side *set = points != NULL ? &other : &asked;
  g_autofree Near *near = g_new (Near, set->points->n);

  options.k = k;
  found = points != NULL ? ay_neighbours_query (queries, points, &options, NULL, &error)
                         : ay_neighbours_find (queries, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->n, ==, queries->n);
  for (gsize i = 0; i < found->n; i++)
    {
      gsize n = brute_force (&asked, set, i, near);

      check_query (found, i, near, n, exact);
      for (gsize c = 0; c < found->k && c < n; c++)
        g_assert_cmpfloat_with_epsilon (
            found->distances[i * found->k + c],
            distance_of (&asked, i, set, found->index[i * found->k + c]),
            1e-6 * near[c].distance + 1e-12);
    }
  g_free (asked.x);
  g_free (other.x);
}

static void
check_both (AyPoints *points, guint k)
{
  points->distance = AY_DISTANCE_EUCLIDEAN;
  check (points, NULL, k, FALSE);
  points->distance = AY_DISTANCE_COSINE;
  check (points, NULL, k, FALSE);
}

static void
test_random (void)
{
  static const gsize sizes[] = { 2, 3, 17, 512, 513, 1100 };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      gsize n = sizes[s], d = 13;
      g_autofree float *x = points_normal (n, d, s, 0.5, 1e-3);
      g_autoptr (AyMatrix) matrix = points_matrix (n, d, x);
      AyPoints points = { .features = matrix, .n = n };

      check_both (&points, 15);
    }
}

/* Clouds of near copies far from the origin: the norm trick in float sees them all at 0. */
static void
test_copies_far_away (void)
{
  gsize n = 700, d = 24;
  g_autofree float *x = g_new (float, n * d);
  g_autoptr (AyMatrix) matrix = NULL;
  AyPoints points = { .n = n };
  AyRng rng;

  ay_rng_init (&rng, 3, 0);
  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < d; k++)
      x[i * d + k] = (float) (100.0 * (double) (i % 3) + 1000.0
                              + 1e-3 * ay_rng_normal (&rng));
  matrix = points_matrix (n, d, x);
  points.features = matrix;
  check_both (&points, 5);
}

/* Whole numbers: distances tie, and ties go to the lower position. */
static void
test_ties (void)
{
  gsize n = 900, d = 3;
  g_autofree float *x = g_new (float, n * d);
  g_autoptr (AyMatrix) matrix = NULL;
  AyPoints points = { .n = n };
  AyRng rng;

  ay_rng_init (&rng, 4, 0);
  for (gsize i = 0; i < n * d; i++)
    x[i] = (float) ay_rng_below (&rng, 5);
  matrix = points_matrix (n, d, x);
  points.features = matrix;
  check (&points, NULL, 12, TRUE);
}

static void
test_all_equal (void)
{
  gsize n = 1500, d = 9;
  g_autofree float *x = g_new (float, n * d);
  g_autoptr (AyMatrix) matrix = NULL;
  AyPoints points = { .n = n };

  for (gsize i = 0; i < n * d; i++)
    x[i] = 0.1f;
  matrix = points_matrix (n, d, x);
  points.features = matrix;
  check (&points, NULL, 4, TRUE);
  points.distance = AY_DISTANCE_COSINE;
  check (&points, NULL, 4, TRUE);
}

static void
test_zero_rows (void)
{
  gsize n = 600, d = 6;
  g_autofree float *x = points_normal (n, d, 5, 0.0, 0.1);
  g_autoptr (AyMatrix) matrix = NULL;
  g_autoptr (AyMatrix) zeros = ay_matrix_take_f32 (5, 2, g_new0 (float, 10));
  AyPoints points = { .n = n, .distance = AY_DISTANCE_COSINE };
  AyPoints nothing = { .features = zeros, .n = 5, .distance = AY_DISTANCE_COSINE };
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (AyNeighbours) found = NULL;

  memset (x + 10 * d, 0, 3 * d * sizeof *x);
  matrix = points_matrix (n, d, x);
  points.features = matrix;
  check (&points, NULL, 8, FALSE);
  check (&nothing, NULL, 2, FALSE);
  found = ay_neighbours_find (&points, &options, NULL, NULL);
  g_assert_cmpuint (found->n_zero, ==, 3);
  g_assert_cmpuint (found->index[10 * found->k], ==, G_MAXUINT32);
}

static void
test_k_beyond_n (void)
{
  g_autofree float *x = points_normal (40, 4, 6, 0.0, 0.1);
  g_autoptr (AyMatrix) matrix = points_matrix (40, 4, x);
  AyPoints points = { .features = matrix, .n = 40 };
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (AyNeighbours) found = NULL;

  check_both (&points, 39);
  check_both (&points, 40);
  check_both (&points, 1000);
  options.k = 1000;
  found = ay_neighbours_find (&points, &options, NULL, NULL);
  g_assert_cmpuint (found->k, ==, 39);
}

/* Some rows in any order, scaled, of doubles laid out by column. */
static void
test_rows_and_scaling (void)
{
  gsize n = 800, d = 5;
  g_autofree float *x = points_normal (n, d, 7, 3.0, 0.01);
  g_autofree double *wide = g_new (double, n * d);
  g_autofree guint32 *rows = NULL;
  g_autoptr (AyMatrix) matrix = NULL;
  float centre[] = { 3, 2, 1, 0, -1 }, inv_scale[] = { 1, 2, 0, 0.5f, 10 };
  AyPoints points = { .n = 555, .centre = centre, .inv_scale = inv_scale };
  AyRng rng;

  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < d; k++)
      wide[k * n + i] = x[i * d + k] * 1.0000000001;
  matrix = ay_matrix_wrap (n, d, AY_DTYPE_F64, TRUE, FALSE, wide, NULL, NULL);
  ay_rng_init (&rng, 8, 0);
  rows = ay_rng_sample (&rng, n, points.n);
  points.features = matrix;
  points.rows = rows;
  check_both (&points, 10);
}

static void
test_queries (void)
{
  g_autofree float *x = points_normal (1300, 11, 9, 1.0, 1e-3);
  g_autofree guint32 *rows = g_new (guint32, 150);
  g_autoptr (AyMatrix) matrix = points_matrix (1300, 11, x);
  AyPoints points = { .features = matrix, .n = 1150 };
  AyPoints queries = { .features = matrix, .rows = rows, .n = 150 };

  for (guint32 i = 0; i < 150; i++)
    rows[i] = 1150 + i;
  check (&queries, &points, 7, FALSE);
  points.distance = queries.distance = AY_DISTANCE_COSINE;
  check (&queries, &points, 7, FALSE);
  check (&queries, &points, 5000, FALSE);
}

static void
test_bad_input (void)
{
  float x[] = { 1, 2, 3, NAN, 5, 6 };
  g_autoptr (AyMatrix) matrix = points_matrix (3, 2, x);
  AyPoints points = { .features = matrix, .n = 3 };
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_null (ay_neighbours_find (&points, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, "row 1, column 1"));
  g_clear_error (&error);
  points.n = 1;
  g_assert_null (ay_neighbours_find (&points, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  options.k = 0;
  g_assert_null (ay_neighbours_find (&points, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

static void
test_cancelled (void)
{
  g_autofree float *x = points_normal (2000, 8, 1, 0.0, 0.1);
  g_autoptr (AyMatrix) matrix = points_matrix (2000, 8, x);
  AyPoints points = { .features = matrix, .n = 2000 };
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (AyJob) job = ay_job_new ();
  g_autoptr (GError) error = NULL;

  ay_job_cancel (job);
  g_assert_null (ay_neighbours_find (&points, &options, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
}

static void
test_same_bytes (void)
{
  gsize n = 3000, d = 20;
  g_autofree float *x = points_normal (n, d, 10, 0.0, 1e-4);
  g_autoptr (AyMatrix) matrix = points_matrix (n, d, x);
  AyPoints points = { .features = matrix, .n = n };
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (AyNeighbours) first = NULL;

  for (guint threads = 1; threads <= 4; threads++)
    {
      g_autoptr (AyNeighbours) found = NULL;

      ay_set_threads (threads);
      found = ay_neighbours_find (&points, &options, NULL, NULL);
      if (first != NULL)
        {
          g_assert_cmpmem (first->index, n * first->k * 4, found->index, n * found->k * 4);
          g_assert_cmpmem (first->distances, n * first->k * 4, found->distances,
                           n * found->k * 4);
        }
      else
        first = ay_neighbours_ref (found);
    }
  ay_set_threads (0);
}

/* All filters of this machine find the same columns. */
static void
test_filters (void)
{
  enum { COUNT = 77 };
  float dot[COUNT], square[COUNT], limit[COUNT];
  guint32 expected[COUNT], found[COUNT];
  AyRng rng;

  ay_rng_init (&rng, 11, 0);
  for (int round = 0; round < 200; round++)
    {
      AyTileRow row = { dot, square, round % 2 ? limit : NULL, COUNT - round % 20,
                        (float) ay_rng_uniform (&rng), (float) ay_rng_normal (&rng) };
      gsize n = 0;

      for (int j = 0; j < COUNT; j++)
        {
          dot[j] = (float) ay_rng_normal (&rng);
          square[j] = j == 5 ? NAN : (float) ay_rng_uniform (&rng);
          limit[j] = j == 9 ? INFINITY : (float) ay_rng_normal (&rng);
        }
      for (gsize j = 0; j < row.count; j++)
        {
          float v = ay_tile_square (&row, j);

          if (v <= row.own_limit || (row.limit != NULL && v <= limit[j]))
            expected[n++] = (guint32) j;
        }
      for (guint f = 0; ay_tile_filter_nth (f) != NULL; f++)
        {
          gsize count = ay_tile_filter_nth (f) (&row, found);

          g_assert_cmpmem (found, count * 4, expected, n * 4);
        }
    }
}

/* All kernels of this machine give the products of whole numbers. */
static void
test_int_product (void)
{
  static const gsize depths[] = { 1, 2, 17, 64, 512, 513, 1100 };
  gsize rows = 13, columns = 64;
  AyRng rng;

  ay_rng_init (&rng, 12, 0);
  for (gsize s = 0; s < G_N_ELEMENTS (depths); s++)
    {
      gsize d = depths[s], stride = columns + 3;
      g_autofree gint16 *a = g_new (gint16, 18 * d), *b = g_new (gint16, columns * d);

      for (gsize i = 0; i < 18 * d; i++)
        a[i] = i < rows * d ? (gint16) ((int) ay_rng_below (&rng, 2001) - 1000) : 0;
      for (gsize i = 0; i < columns * d; i++)
        b[i] = (gint16) ((int) ay_rng_below (&rng, 2001) - 1000);
      for (guint f = 0; ay_int_kernel_nth (f) != NULL; f++)
        {
          const AyIntKernel *kernel = ay_int_kernel_nth (f);
          g_autofree gint16 *left = g_malloc (ay_int_packed_size (18, d, AY_INT_HEIGHT));
          g_autofree gint16 *right = g_malloc (ay_int_packed_size (columns, d, kernel->width));
          g_autofree float *out = g_new (float, 18 * stride);
          AyIntProduct product = { left, right, rows, columns, d, 0.5f, out, stride };

          for (gsize i = 0; i < 18; i++)
            ay_int_pack_row (a + i * d, d, AY_INT_HEIGHT, i, left);
          for (gsize j = 0; j < columns; j++)
            ay_int_pack_row (b + j * d, d, kernel->width, j, right);
          kernel->multiply (&product);
          for (gsize i = 0; i < rows; i++)
            for (gsize j = 0; j < columns; j++)
              {
                gint64 sum = 0;

                for (gsize k = 0; k < d; k++)
                  sum += a[i * d + k] * b[j * d + k];
                g_assert_cmpfloat (out[i * stride + j], ==, (float) (gint32) sum * 0.5f);
              }
        }
    }
}

/* Rows of codes with all that a screen is told of them. */
typedef struct
{
  gint8 *code;
  guint8 *packed;
  gint32 *start;
  float *scale, *square, *past;
} Codes;

static Codes
codes_new (gsize n, gsize depth, guint offset, AyRng *rng)
{
  Codes self = { g_new (gint8, n * depth), g_malloc (n * depth), g_new0 (gint32, n),
                 g_new (float, n), g_new0 (float, n), g_new (float, n) };

  for (gsize i = 0; i < n; i++)
    {
      gboolean extreme = ay_rng_below (rng, 8) == 0;

      self.scale[i] = (float) ay_rng_uniform (rng);
      for (gsize k = 0; k < depth; k++)
        {
          int c = extreme ? 127 : (int) ay_rng_below (rng, 255) - 127;

          self.code[i * depth + k] = (gint8) c;
          self.start[i] -= 128 * c;
          self.square[i] += (float) (c * c) * self.scale[i] * self.scale[i];
        }
      self.past[i] = self.square[i] * (float) (1.0 - 2.0 * ay_rng_uniform (rng));
      if (i % 13 == 5)
        self.square[i] = self.past[i] = INFINITY;
      ay_screen_pack_row (self.code + i * depth, depth, offset, i, self.packed);
    }
  return self;
}

static void
codes_clear (Codes *self)
{
  g_free (self->code);
  g_free (self->packed);
  g_free (self->start);
  g_free (self->scale);
  g_free (self->square);
  g_free (self->past);
}

/* What decides whether a pair passes, in double; what rounding may make of it is in `margin`. */
static double
excess (const Codes *a, gsize i, const Codes *b, gsize j, gsize depth, double *margin)
{
  double dot = 0.0, least = MIN ((double) b->square[j] + a->past[i],
                                 (double) b->past[j] + a->square[i]);

  for (gsize k = 0; k < depth; k++)
    dot += a->code[i * depth + k] * b->code[j * depth + k];
  *margin = 1e-6 * (a->square[i] + b->square[j]);
  return isinf (a->square[i]) || isinf (b->square[j])
             ? -INFINITY : 2.0 * dot * a->scale[i] * b->scale[j] - least;
}

/* Each kernel of this machine passes the pairs that arithmetic in double does; its inner product of
 * 16 bits is exact. */
static void
test_screen (void)
{
  static const gsize depths[] = { 4, 64, 100, 516 };
  enum { ROWS = 40, COLUMNS = 96, WORDS = COLUMNS / AY_SCREEN_GROUP };
  AyRng rng;

  ay_rng_init (&rng, 61, 0);
  for (gsize s = 0; s < G_N_ELEMENTS (depths); s++)
    for (guint f = 0; ay_screen_kernel_nth (f) != NULL; f++)
      {
        gsize depth = depths[s], passed = 0;
        Codes a = codes_new (2 * AY_SCREEN_GROUP, depth, 0, &rng);
        Codes b = codes_new (COLUMNS, depth, 128, &rng);
        guint32 mask[ROWS * WORDS];
        AyScreenTile tile = { a.packed, b.packed, ROWS, COLUMNS, depth, a.start,
                              { a.scale, a.square, a.past }, { b.scale, b.square, b.past }, mask };

        ay_screen_kernel_nth (f)->screen (&tile);
        for (gsize i = 0; i < ROWS; i++)
          for (gsize j = 0; j < COLUMNS; j++)
            {
              gboolean is = mask[i * WORDS + j / AY_SCREEN_GROUP] >> (j % AY_SCREEN_GROUP) & 1;
              double margin, by = excess (&a, i, &b, j, depth, &margin);

              passed += is;
              if (isinf (by) || fabs (by) > margin)
                g_assert_cmpint (is, ==, by >= 0.0);
            }
        g_assert_cmpuint (passed, >, 0);
        g_assert_cmpuint (passed, <, ROWS * COLUMNS);
        codes_clear (&a);
        codes_clear (&b);
      }
}

static void
test_screen_dot (void)
{
  gint16 x[160], y[160];
  AyRng rng;

  ay_rng_init (&rng, 62, 0);
  for (gsize n = 32; n <= 160; n += 32)
    for (guint f = 0; ay_screen_kernel_nth (f) != NULL; f++)
      {
        gint32 sum = 0;

        for (gsize k = 0; k < n; k++)
          {
            x[k] = (gint16) ((int) ay_rng_below (&rng, 5001) - 2500);
            y[k] = (gint16) ((int) ay_rng_below (&rng, 5001) - 2500);
            sum += x[k] * y[k];
          }
        g_assert_cmpint (ay_screen_kernel_nth (f)->dot (x, y, n), ==, sum);
      }
}

/* Sets large enough to be screened: two blocks of near copies, rows that one coordinate decides,
 * lengths over three decades, many equal rows, and zero rows. */
static void
test_screened (void)
{
  gsize n = 2100, d = 18;

  for (int what = 0; what < 5; what++)
    {
      g_autofree float *x = points_normal (n, d, 70 + what, 1.0, what == 0 ? 1e-4 : 0.3);
      g_autoptr (AyMatrix) matrix = NULL;
      AyPoints points = { .n = n, .distance = what == 4 ? AY_DISTANCE_COSINE
                                                        : AY_DISTANCE_EUCLIDEAN };

      for (gsize i = 0; i < n; i++)
        {
          if (what == 1)
            x[i * d] *= 30.0f;
          for (gsize k = 0; what == 2 && k < d; k++)
            x[i * d + k] *= powf (10.0f, -(float) (i % 4));
          if (what == 3 && i % 3 > 0)
            memcpy (x + i * d, x, d * sizeof *x);
          if (what == 4 && i % 9 == 0)
            memset (x + i * d, 0, d * sizeof *x);
        }
      matrix = points_matrix (n, d, x);
      points.features = matrix;
      check (&points, NULL, 7, what == 3);
    }
}

/* Enough columns for codes; near copies far closer than a code's step, and one point far away. */
static void
test_codes (void)
{
  for (int round = 0; round < 4; round++)
    {
      gsize n = 700, d = round % 2 ? 33 : 64;
      g_autofree float *x = points_normal (n, d, 40 + round, 2.0, round < 2 ? 0.2 : 1e-6);
      g_autoptr (AyMatrix) matrix = NULL;
      AyPoints points = { .n = n };

      if (round == 3)
        x[500 * d] = 1e4f;
      matrix = points_matrix (n, d, x);
      points.features = matrix;
      check_both (&points, 9);
    }
}

/* The recall it states is one that brute force confirms; neighbours are ordered and measured like
 * exact ones; the same bytes for any number of threads. */
static void
test_approximate (void)
{
  gsize n = 3000, d = 16;
  g_autofree float *x = points_normal (n, d, 50, 0.0, 0.05);
  g_autoptr (AyMatrix) matrix = NULL;
  AyPoints points = { .n = n, .distance = AY_DISTANCE_COSINE };
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (AyNeighbours) exact = NULL, first = NULL;
  g_autoptr (GError) error = NULL;
  gsize hits = 0;

  memset (x + 70 * d, 0, d * sizeof *x);
  matrix = points_matrix (n, d, x);
  points.features = matrix;
  exact = ay_neighbours_find (&points, &options, NULL, NULL);
  options.approximate_above = n - 1;
  options.seed = 5;
  first = ay_neighbours_find (&points, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first->method, ==, "cells");
  g_assert_cmpuint (first->recall_sample, ==, 1000);
  g_assert_cmpfloat (first->recall, >=, 0.99);
  for (gsize i = 0; i < n; i++)
    for (guint c = 0; c < exact->k; c++)
      for (guint o = 0; o < exact->k && i != 70; o++)
        if (first->index[i * exact->k + o] == exact->index[i * exact->k + c])
          {
            hits++;
            g_assert_cmpfloat (first->distances[i * exact->k + o], ==,
                               exact->distances[i * exact->k + c]);
          }
  g_assert_cmpfloat_with_epsilon ((double) hits / (double) ((n - 1) * exact->k), first->recall,
                                  0.01);
  g_assert_cmpuint (first->index[70 * first->k], ==, G_MAXUINT32);
  for (guint threads = 1; threads <= 2; threads++)
    {
      g_autoptr (AyNeighbours) again = NULL;

      ay_set_threads (threads);
      again = ay_neighbours_find (&points, &options, NULL, NULL);
      g_assert_cmpmem (first->index, n * first->k * 4, again->index, n * again->k * 4);
    }
  ay_set_threads (0);
}

/* Few columns (products of floats), scales, more neighbours asked for than there are rows, rows
 * that are all equal, and under cosine all zero. */
static void
test_approximate_edges (void)
{
  const float scale[] = { 1.0f, 3.0f, 0.5f }, centre[] = { 0.1f, -2.0f, 1e3f };
  gsize n = 700;

  for (int what = 0; what < 4; what++)
    {
      g_autofree float *x = points_normal (n, 3, 20, 0.0, 0.2);
      g_autoptr (AyMatrix) matrix = NULL;
      AyPoints points = { .n = n, .distance = what == 3 ? AY_DISTANCE_COSINE
                                                        : AY_DISTANCE_EUCLIDEAN };
      AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
      g_autoptr (AyNeighbours) exact = NULL, found = NULL;
      g_autoptr (GError) error = NULL;
      gsize same = 0;

      for (gsize j = 0; j < 3 * n && what >= 2; j++)
        x[j] = what == 2 ? 7.0f : 0.0f;
      points.features = matrix = points_matrix (n, 3, x);
      points.centre = what == 0 ? centre : NULL;
      points.inv_scale = what == 0 ? scale : NULL;
      options.k = what == 1 ? 1000 : 6;
      exact = ay_neighbours_find (&points, &options, NULL, NULL);
      options.approximate_above = 1;
      options.recall = what == 1 ? 1.0 : 0.95;
      found = ay_neighbours_find (&points, &options, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (found->k, ==, exact->k);
      g_assert_cmpuint (found->n_zero, ==, what == 3 ? n : 0);
      for (gsize j = 0; j < n * exact->k; j++)
        same += found->distances[j] == exact->distances[j]
                || (isnan (found->distances[j]) && isnan (exact->distances[j]));
      g_assert_cmpfloat ((double) same, >=, (what == 0 ? 0.5 : 1.0) * (double) (n * exact->k));
      g_assert_cmpfloat (found->recall, >=, what == 0 ? 0.95 : 1.0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/neighbours/random", test_random);
  g_test_add_func ("/neighbours/copies-far-away", test_copies_far_away);
  g_test_add_func ("/neighbours/ties", test_ties);
  g_test_add_func ("/neighbours/all-equal", test_all_equal);
  g_test_add_func ("/neighbours/zero-rows", test_zero_rows);
  g_test_add_func ("/neighbours/k-beyond-n", test_k_beyond_n);
  g_test_add_func ("/neighbours/rows-and-scaling", test_rows_and_scaling);
  g_test_add_func ("/neighbours/queries", test_queries);
  g_test_add_func ("/neighbours/bad-input", test_bad_input);
  g_test_add_func ("/neighbours/cancelled", test_cancelled);
  g_test_add_func ("/neighbours/same-bytes", test_same_bytes);
  g_test_add_func ("/neighbours/filters", test_filters);
  g_test_add_func ("/neighbours/int-product", test_int_product);
  g_test_add_func ("/neighbours/codes", test_codes);
  g_test_add_func ("/neighbours/screen", test_screen);
  g_test_add_func ("/neighbours/screen-dot", test_screen_dot);
  g_test_add_func ("/neighbours/screened", test_screened);
  g_test_add_func ("/neighbours/approximate", test_approximate);
  g_test_add_func ("/neighbours/approximate-edges", test_approximate_edges);
  return g_test_run ();
}
