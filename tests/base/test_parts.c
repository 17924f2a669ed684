/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/rng.h"

#include <math.h>
#include <string.h>

#define SIZE 3
#define N 5000

/* Sums by part of made numbers, some of them far larger than others, so that the order shows. */
static double *
sums_of (const AyParts *parts)
{
  double *sums = g_new0 (double, ay_parts_own (parts) * SIZE);
  AyRng rng;

  for (gsize part = parts->first; part < parts->last; part++)
    for (gsize j = 0; j < SIZE; j++)
      {
        ay_rng_init (&rng, part, j);
        sums[(part - parts->first) * SIZE + j] = exp (20.0 * ay_rng_uniform (&rng));
      }
  return sums;
}

typedef struct
{
  gsize n;
  double sum[SIZE];  /* of one rank */
} Expected;

static gboolean
sum_all (AyRanks *ranks, double *out, gsize n, GError **error)
{
  AyParts parts = ay_parts (ranks, n, 64, 64);
  g_autofree double *sums = sums_of (&parts);

  if (!ay_parts_sum (&parts, sums, SIZE, NULL, error))
    return FALSE;
  memcpy (out, sums, SIZE * sizeof (double));
  return TRUE;
}

/* The same part after part. */
static gboolean
sum_in_turn (AyRanks *ranks, double *out, gsize n, GError **error)
{
  AyParts parts = ay_parts (ranks, n, 64, 64);
  g_autofree double *sums = sums_of (&parts);
  g_auto (AyPartSums) in_turn;

  ay_part_sums_init (&in_turn, &parts, SIZE);
  for (gsize k = 0; k < parts.last - parts.first; k++)
    {
      memcpy (ay_part_sums_next (&in_turn, NULL), sums + k * SIZE, SIZE * sizeof (double));
      ay_part_sums_push (&in_turn);
    }
  return ay_part_sums_finish (&in_turn, out, NULL, error);
}

static gboolean
compare (AyRanks *ranks, gpointer data, GError **error)
{
  const Expected *expected = data;
  double out[SIZE];

  if (!sum_all (ranks, out, expected->n, error))
    return FALSE;
  g_assert_cmpmem (out, sizeof out, expected->sum, sizeof out);
  if (!sum_in_turn (ranks, out, expected->n, error))
    return FALSE;
  g_assert_cmpmem (out, sizeof out, expected->sum, sizeof out);
  return TRUE;
}

/* Whatever the number of ranks, fewer or more than parts, the sum has the same bytes; and it is the
 * sum. */
static void
test_same_bytes (void)
{
  for (gsize n = 0; n < N; n += 1 + n / 3)
    {
      Expected expected = { .n = n };
      AyParts parts = ay_parts (NULL, n, 64, 64);
      g_autofree double *sums = sums_of (&parts);
      double plain = 0.0;

      for (gsize part = 0; part < parts.n_parts; part++)
        plain += sums[part * SIZE];
      g_assert_true (sum_all (NULL, expected.sum, n, NULL));
      g_assert_cmpfloat (fabs (expected.sum[0] - plain), <=, 1e-13 * plain);
      for (guint size = 1; size <= 5; size++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_true (ay_ranks_in_process (size, compare, &expected, &error));
          g_assert_no_error (error);
        }
    }
}

static gboolean
gather (AyRanks *ranks, gpointer data, GError **error)
{
  AyParts parts = ay_parts_by (ranks, N, 7);
  g_autofree guint32 *rows = g_new0 (guint32, N);

  for (gsize i = parts.first * parts.rows; i < MIN (parts.last * parts.rows, N); i++)
    rows[i] = (guint32) i + 1;
  if (!ay_parts_gather (&parts, rows, sizeof *rows, error))
    return FALSE;
  for (gsize i = 0; i < N; i++)
    g_assert_cmpuint (rows[i], ==, i + 1);
  return TRUE;
}

static void
test_gather (void)
{
  for (guint size = 1; size <= 4; size++)
    g_assert_true (ay_ranks_in_process (size, gather, NULL, NULL));
}

/* Parts are a power of two of rows, as few and as large as asked for. */
static void
test_sizes (void)
{
  for (gsize n = 0; n < 10 * N; n = 2 * n + 1)
    for (gsize most = 1; most < 100; most *= 3)
      {
        AyParts parts = ay_parts (NULL, n, 100, most);

        g_assert_cmpuint (parts.rows & (parts.rows - 1), ==, 0);
        g_assert_cmpuint (parts.rows, >=, 128);
        g_assert_cmpuint (parts.n_parts, <=, most);
        g_assert_cmpuint (parts.n_parts * parts.rows, >=, n);
      }
}

static gboolean
fail_one (AyRanks *ranks, gpointer data, GError **error)
{
  if (ranks->rank == 1)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "rank 1 cannot");
      return FALSE;
    }
  return gather (ranks, data, error);
}

static void
test_failure (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ay_ranks_in_process (3, fail_one, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parts/same-bytes", test_same_bytes);
  g_test_add_func ("/parts/gather", test_gather);
  g_test_add_func ("/parts/sizes", test_sizes);
  g_test_add_func ("/parts/failure", test_failure);
  return g_test_run ();
}
