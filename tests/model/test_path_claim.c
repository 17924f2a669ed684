/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ten new digits on 60, 150 and 500, twenty draws, in unit range and standardised: path credits add
 * up to the gain; first-order influence is printed as the comparison. */
#include "model/path_draws.h"

#define N_DRAWS 20

static void
check_sizes (gboolean standardise)
{
  static const gsize sizes[] = { 60, 150, 500 };

  for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
    {
      double worst = 0.0, start = 0.0, end = 0.0, nodes = 0.0;

      for (guint seed = 0; seed < N_DRAWS; seed++)
        {
          g_auto (Draw) draw = draw_new (sizes[k], standardise, seed);
          g_autoptr (AyPathCredits) credits = draw_credits (&draw, NULL, 0);
          double gain = credits->gain[0];

          worst = MAX (worst, path_check (&draw, credits));
          start += fabs (path_sum (credits->at_start) / gain - 1.0) / N_DRAWS;
          end += fabs (path_sum (credits->at_end) / gain - 1.0) / N_DRAWS;
          nodes += (double) credits->nodes / N_DRAWS;
        }
      g_test_message ("%s, 10 on %zu: worst residual %.2g of |gain|, %.1f nodes; influence at the "
                      "start misses by %.0f %%, at the end by %.0f %%",
                      standardise ? "standardised" : "unit range", sizes[k], worst, nodes,
                      100.0 * start, 100.0 * end);
      g_assert_cmpfloat (worst, <=, 1e-4);
      g_assert_cmpfloat (start, >, 0.3);
      g_assert_cmpfloat (end, >, 0.2);
    }
}

static void
test_unit_range (void)
{
  check_sizes (FALSE);
}

static void
test_standardised (void)
{
  check_sizes (TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/path-claim/unit-range", test_unit_range);
  g_test_add_func ("/path-claim/standardised", test_standardised);
  return g_test_run ();
}
