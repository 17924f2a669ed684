/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parallel.h"

typedef struct
{
  int *hits;
  AyJob *job;
} Visits;

static void
visit (gsize block, guint worker, gpointer data)
{
  Visits *visits = data;

  g_assert_cmpuint (worker, <, ay_threads ());
  visits->hits[block]++;
}

static void
test_each_block_once (void)
{
  for (guint threads = 1; threads <= 5; threads++)
    for (gsize n = 0; n < 200; n += 13)
      {
        g_autofree int *hits = g_new0 (int, n + 1);
        Visits visits = { hits, NULL };

        ay_set_threads (threads);
        g_assert_true (ay_parallel_for (n, visit, &visits, NULL, NULL));
        for (gsize i = 0; i < n; i++)
          g_assert_cmpint (hits[i], ==, 1);
      }
  ay_set_threads (0);
}

static void
nest (gsize block, guint worker, gpointer data)
{
  int *rows = data;
  Visits visits = { rows + block * 10, NULL };

  g_assert_true (ay_parallel_for (10, visit, &visits, NULL, NULL));
}

static void
test_nested_is_serial (void)
{
  g_autofree int *hits = g_new0 (int, 100);

  ay_set_threads (3);
  g_assert_true (ay_parallel_for (10, nest, hits, NULL, NULL));
  for (int i = 0; i < 100; i++)
    g_assert_cmpint (hits[i], ==, 1);
  ay_set_threads (0);
}

static void
cancel_at_third (gsize block, guint worker, gpointer data)
{
  Visits *visits = data;

  visits->hits[block]++;
  if (block == 2)
    ay_job_cancel (visits->job);
}

static void
test_cancel (void)
{
  g_autoptr (AyJob) job = ay_job_new ();
  g_autofree int *hits = g_new0 (int, 100);
  g_autoptr (GError) error = NULL;
  Visits visits = { hits, job };

  ay_set_threads (1);
  g_assert_false (ay_parallel_for (100, cancel_at_third, &visits, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  g_assert_cmpint (hits[2], ==, 1);
  g_assert_cmpint (hits[3], ==, 0);
  ay_set_threads (0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parallel/each-block-once", test_each_block_once);
  g_test_add_func ("/parallel/nested-is-serial", test_nested_is_serial);
  g_test_add_func ("/parallel/cancel", test_cancel);
  return g_test_run ();
}
