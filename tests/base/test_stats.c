/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/shim/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
test_order (void)
{
  AyRng rng;
  double x[300];

  ay_rng_init (&rng, 1, 0);
  for (int k = 0; k < 20; k++)
    {
      g_autofree guint32 *up = NULL, *down = NULL;

      for (int i = 0; i < 300; i++)
        x[i] = i % 17 == 0 ? NAN : floor (ay_rng_normal (&rng) * 5.0) * (k % 2 ? 1e-300 : 1e3);
      up = ay_order (x, 300, FALSE);
      down = ay_order (x, 300, TRUE);
      for (int i = 1; i < 300; i++)
        {
          double a = x[up[i - 1]], b = x[up[i]], c = x[down[i - 1]], d = x[down[i]];

          g_assert_true (isnan (b) || a < b || (a == b && up[i - 1] < up[i]));
          g_assert_true (isnan (d) || c > d || (c == d && down[i - 1] < down[i]));
        }
    }
}

/* Against counting pairs. */
static void
test_auroc (void)
{
  AyRng rng;
  double score[120], good = 0.0, pairs = 0.0;
  guint8 positive[120];

  ay_rng_init (&rng, 2, 0);
  for (int i = 0; i < 120; i++)
    {
      positive[i] = ay_rng_below (&rng, 3) == 0;
      score[i] = floor (ay_rng_normal (&rng) * 3.0) + positive[i];
    }
  for (int i = 0; i < 120; i++)
    for (int j = 0; j < 120; j++)
      if (positive[i] && !positive[j])
        {
          pairs += 1.0;
          good += score[i] > score[j] ? 1.0 : score[i] == score[j] ? 0.5 : 0.0;
        }
  g_assert_cmpfloat_with_epsilon (ay_auroc (score, positive, 120), good / pairs, 1e-12);
}

/* Values by hand, as scikit-learn's average_precision_score defines it. */
static void
test_average_precision (void)
{
  const double score[] = { 0.9, 0.8, 0.7, 0.6, 0.6 };
  const guint8 positive[] = { 1, 0, 1, 1, 0 };
  double expected = (1.0 / 3.0) * 1.0 + (1.0 / 3.0) * (2.0 / 3.0) + (1.0 / 3.0) * (3.0 / 5.0);

  g_assert_cmpfloat_with_epsilon (ay_average_precision (score, positive, 5), expected, 1e-15);
  g_assert_cmpfloat (ay_precision_at (score, positive, 5, 2), ==, 0.5);
}

static void
test_correlation (void)
{
  const double x[] = { 1, 2, 3, 4 }, y[] = { 2, 4, 6, 8 }, z[] = { 1, 8, 27, -5 };

  g_assert_cmpfloat_with_epsilon (ay_pearson (x, y, 4), 1.0, 1e-15);
  g_assert_cmpfloat_with_epsilon (ay_slope (x, y, 4), 2.0, 1e-15);
  g_assert_cmpfloat_with_epsilon (ay_spearman (x, z, 4), -0.2, 1e-12);
}

static void
test_quantile (void)
{
  const double x[] = { 4, NAN, 1, 3, 2 };

  g_assert_cmpfloat (ay_quantile (x, 5, 0.5), ==, 2.5);
  g_assert_cmpfloat (ay_quantile (x, 5, 1.0), ==, 4.0);
  g_assert_true (isnan (ay_quantile (x, 0, 0.5)));
}

static void
test_ticks (void)
{
  double first, step;

  g_assert_cmpuint (ay_ticks (0.0, 10.0, 6, &first, &step), ==, 6);
  g_assert_cmpfloat (step, ==, 2.0);
  g_assert_cmpuint (ay_ticks (1.0, 1.0, 6, &first, &step), ==, 0);
  for (double span = 1e-9; span < 1e9; span *= 3.7)
    {
      guint n = ay_ticks (-span / 3, span, 8, &first, &step);

      g_assert_cmpuint (n, >=, 2);
      g_assert_cmpuint (n, <=, 8);
      g_assert_cmpfloat (first + (n - 1) * step, <=, span * (1 + 1e-9));
    }
}

/* Any double survives the round trip; what is no number is refused. */
static void
test_number (void)
{
  static const char *const bad[] = { "", "-", "+", ".", "1e", "1x", "nan",
                                     "inf", "0x1p3", " 1", "1 ", "+-1", "--1" };
  AyRng rng;
  double value;

  ay_rng_init (&rng, 3, 0);
  for (int i = 0; i < 100000; i++)
    {
      guint64 bits = ay_rng_next (&rng);
      char text[AY_NUMBER_SIZE];
      double back;

      memcpy (&value, &bits, sizeof value);
      if (!isfinite (value))
        continue;
      g_assert_true (ay_number_parse (text, (gsize) ay_number_format (value, text), &back));
      g_assert_cmpmem (&value, sizeof value, &back, sizeof back);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (ay_number_parse (bad[i], strlen (bad[i]), &value));
  g_assert_true (ay_number_parse ("+1.5e3", 6, &value));
  g_assert_cmpfloat (value, ==, 1500.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stats/order", test_order);
  g_test_add_func ("/stats/auroc", test_auroc);
  g_test_add_func ("/stats/average-precision", test_average_precision);
  g_test_add_func ("/stats/correlation", test_correlation);
  g_test_add_func ("/stats/quantile", test_quantile);
  g_test_add_func ("/stats/ticks", test_ticks);
  g_test_add_func ("/number/round-trip", test_number);
  return g_test_run ();
}
