/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, ticks, text and bins. */
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "figure/axes.h"
#include "figure/histogram.h"

#include <math.h>
#include <string.h>

#define MINUS "\342\210\222"
#define THIN "\342\200\257"

static void
test_numbers (void)
{
  static const struct { double value, step; const char *text; } cases[] = {
    { 0.0, 0.0, "0" }, { 1.0, 0.0, "1" }, { -0.5, 0.0, MINUS "0.5" }, { 0.123456, 0.0, "0.123" },
    { 1234.5, 0.0, "1234" }, { 12345.0, 0.0, "12.3k" }, { 1.5e6, 0.0, "1.5M" },
    { -2e9, 0.0, MINUS "2G" }, { 3e12, 0.0, "3T" }, { 1.25e-7, 0.0, "1.25e" MINUS "7" },
    { 1e300, 0.0, "1e300" }, { 5e-324, 0.0, "4.94e" MINUS "324" }, { 0.5, 0.1, "0.5" },
    { 1.0, 0.25, "1.0" }, { 1500.0, 500.0, "1500" }, { 20000.0, 5000.0, "20k" },
    { -1e-12, 0.1, "0.0" }, { 100.0, 20.0, "100" }, { 0.002, 0.001, "0.002" },
  };
  char text[24];

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      ay_figure_number (cases[k].value, cases[k].step, text);
      g_assert_cmpstr (text, ==, cases[k].text);
    }
  ay_figure_number (NAN, 0.0, text);
  g_assert_cmpstr (text, ==, "no value");
  ay_figure_number (-INFINITY, 0.0, text);
  g_assert_cmpstr (text, ==, MINUS "inf");
}

/* What is drawn has the mark of the theme; what is written to files a point. */
static void
test_decimal_mark (void)
{
  AyFigureTheme theme = *ay_figure_theme (FALSE);
  AyFigureCanvas canvas = { NULL, &theme, 1.0, NULL };
  AyFigureAxis axis = { .low = 0.0, .high = 1.0 };
  AyFigureTicks ticks;
  char long_one[24] = "1.2345678901234567890";

  ay_figure_ticks_for (&canvas, &axis, 5, &ticks);
  g_assert_cmpstr (ticks.label[1], ==, "0.5");
  theme.decimal = ",";
  ay_figure_ticks_for (&canvas, &axis, 5, &ticks);
  g_assert_cmpstr (ticks.label[1], ==, "0,5");
  g_assert_cmpfloat (ticks.value[1], ==, 0.5);
  theme.decimal = "\331\253"; /* the Arabic one has two bytes */
  ay_figure_number_local (&theme, long_one);
  g_assert_true (g_str_has_prefix (long_one, "1\331\2532345"));
  g_assert_cmpuint (strlen (long_one), <, 24);
}

static void
test_counts (void)
{
  static const struct { guint64 count; const char *text; } cases[] = {
    { 0, "0" }, { 999, "999" }, { 1797, "1797" }, { 60000, "60" THIN "000" },
    { 1234567, "1" THIN "234" THIN "567" },
  };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      g_autofree char *text = ay_figure_count (cases[k].count);

      g_assert_cmpstr (text, ==, cases[k].text);
    }
}

/* Ticks of any axis are inside it, ascending, few, and their labels differ. */
static void
test_ticks (void)
{
  AyRng rng;

  ay_rng_init (&rng, 4, 0);
  for (int k = 0; k < 3000; k++)
    {
      double size = pow (10.0, 600.0 * ay_rng_uniform (&rng) - 300.0);
      double offset = k % 3 == 0 ? 0.0 : size * pow (10.0, 9.0 * ay_rng_uniform (&rng) - 6.0);
      AyFigureAxis axis = { .low = offset - size * ay_rng_uniform (&rng), .high = offset + size,
                            .integral = k % 5 == 0, .log_counts = k % 7 == 0 };
      guint most = (guint) (2 + ay_rng_below (&rng, 9));
      AyFigureTicks ticks;

      if (axis.log_counts)
        axis.low = 0.0;
      ay_figure_axis_repair (&axis);
      ay_figure_ticks (&axis, most, &ticks);
      g_assert_cmpuint (ticks.n, <=, MAX (most + 1, 2));
      for (guint i = 0; i < ticks.n; i++)
        {
          double place = ay_figure_axis_place (&axis, ticks.value[i]);

          g_assert_true (axis.log_counts || (place >= -1e-6 && place <= 1.0 + 1e-6));
          g_assert_true (!axis.integral || axis.log_counts
                         || ticks.value[i] == floor (ticks.value[i])
                         || fabs (ticks.value[i]) > 1e15);
          g_assert_cmpuint (strlen (ticks.label[i]), >, 0);
          if (i > 0)
            {
              g_assert_cmpfloat (ticks.value[i], >, ticks.value[i - 1]);
              if (size > 1e-6 * fabs (offset))
                g_assert_cmpstr (ticks.label[i], !=, ticks.label[i - 1]);
            }
        }
    }
}

static void
test_repair (void)
{
  static const double cases[][2] = { { 0, 0 }, { 5, 5 }, { -3, -3 }, { NAN, 1 }, { 1, -1 },
                                     { -INFINITY, INFINITY }, { -G_MAXDOUBLE, G_MAXDOUBLE },
                                     { 1.0, 1.0 + 1e-15 }, { 1e-320, 1e-320 } };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      AyFigureAxis axis = { .low = cases[k][0], .high = cases[k][1] };

      ay_figure_axis_repair (&axis);
      g_assert_true (isfinite (axis.low) && isfinite (axis.high) && axis.low < axis.high
                     && isfinite (axis.high - axis.low));
    }
}

/* ---- text ---- */

static void
test_text (void)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 10, 10);
  AyFigureCanvas canvas = { cairo_create (surface), ay_figure_theme (FALSE), 1.0, NULL };
  AyFigureTextStyle style = { 0xff000000, 12.0, FALSE, AY_FIGURE_START, FALSE };
  static const char *const texts[] = { "", "word", "many words of very different lengths, indeed",
                                       "Donaudampfschifffahrtsgesellschaft",
                                       "\346\227\245\346\234\254",
                                       "tab\tand\nnewline", "\377 broken \300" };

  for (gsize k = 0; k < G_N_ELEMENTS (texts); k++)
    for (double width = 20.0; width < 400.0; width *= 1.7)
      {
        g_autofree char *fitted = ay_figure_text_fit (&canvas, texts[k], &style, width);
        g_auto (GStrv) lines = ay_figure_text_wrap (&canvas, texts[k], &style, width, 3);
        double got;

        g_assert_true (g_utf8_validate (fitted, -1, NULL));
        ay_figure_text_size (&canvas, fitted, &style, &got, NULL);
        g_assert_cmpfloat (got, <=, width + 0.01);
        g_assert_cmpuint (g_strv_length (lines), >=, 1);
        g_assert_cmpuint (g_strv_length (lines), <=, 3);
        for (guint i = 0; lines[i] != NULL; i++)
          {
            ay_figure_text_size (&canvas, lines[i], &style, &got, NULL);
            g_assert_cmpfloat (got, <=, width + 0.01);
          }
      }
  {
    g_autofree char *whole = ay_figure_text_fit (&canvas, "word", &style, 400.0);

    g_assert_cmpstr (whole, ==, "word");
  }
  cairo_destroy (canvas.cr);
  cairo_surface_destroy (surface);
}

/* ---- bins ---- */

static void
check_bins (const double *v, gsize n, const AyFigureBinsOptions *options)
{
  g_autoptr (AyFigureBins) bins = ay_figure_bins_new (v, n, options);
  guint64 inside = 0, below = 0, above = 0, missing = 0, infinite = 0, total = 0, chosen = 0;
  g_autofree guint64 *expected = g_new0 (guint64, bins->n_bins);

  for (gsize i = 0; i < n; i++)
    {
      double at = (v[i] / 2 - bins->low / 2) / (bins->high / 2 - bins->low / 2) * bins->n_bins;

      if (options->visible != NULL && !ay_bitset_get (options->visible, i))
        continue;
      total++;
      missing += isnan (v[i]);
      infinite += isinf (v[i]) != 0;
      below += isfinite (v[i]) && v[i] < bins->low;
      above += isfinite (v[i]) && v[i] > bins->high;
      if (!(v[i] >= bins->low && v[i] <= bins->high))
        continue;
      inside++;
      expected[MIN ((guint) at, bins->n_bins - 1)]++;
      chosen += options->selected != NULL && ay_bitset_get (options->selected, i);
    }
  g_assert_cmpmem (bins->count, 8 * bins->n_bins, expected, 8 * bins->n_bins);
  g_assert_cmpuint (bins->below, ==, below);
  g_assert_cmpuint (bins->above, ==, above);
  g_assert_cmpuint (bins->missing, ==, missing);
  g_assert_cmpuint (bins->infinite, ==, infinite);
  g_assert_cmpuint (bins->total, ==, total);
  g_assert_cmpuint (inside + below + above + missing + infinite, ==, total);
  if (bins->count_uncertain != NULL)
    for (guint b = 0; b < bins->n_bins; b++)
      {
        guint64 vague = bins->count_uncertain[b];

        for (gsize i = 0; i < n; i++)
          {
            double at = (v[i] / 2 - bins->low / 2) / (bins->high / 2 - bins->low / 2);

            if (v[i] >= bins->low && v[i] <= bins->high && ay_bitset_get (options->uncertain, i)
                && ay_bitset_get (options->visible, i)
                && MIN ((guint) (at * bins->n_bins), bins->n_bins - 1) == b)
              vague--;
          }
        g_assert_cmpuint (vague, ==, 0);
      }
  for (guint b = 0; bins->count_selected != NULL && b < bins->n_bins; b++)
    {
      g_assert_cmpuint (bins->count_selected[b], <=, bins->count[b]);
      chosen -= bins->count_selected[b];
    }
  g_assert_cmpuint (chosen, ==, 0);
}

static void
test_bins (void)
{
  gsize n = 150000;
  g_autofree double *v = g_new (double, n);
  g_autoptr (AyBitset) visible = ay_bitset_new (n), selected = ay_bitset_new (n);
  AyFigureBinsOptions options = AY_FIGURE_BINS_OPTIONS_INIT;
  AyRng rng;

  for (int kind = 0; kind < 5; kind++)
    {
      ay_rng_init (&rng, (guint64) kind, 0);
      for (gsize i = 0; i < n; i++)
        {
          double z = ay_rng_normal (&rng);

          v[i] = kind == 0   ? z
                 : kind == 1 ? z * z * z * 1e-9
                 : kind == 2 ? (double) ay_rng_below (&rng, 40)
                 : kind == 3 ? 7.0
                             : ldexp (z, (int) ay_rng_below (&rng, 2000) - 1000);
          if (i % 97 == 0)
            v[i] = i % 2 == 0 ? NAN : INFINITY;
          if (ay_rng_below (&rng, 3) != 0)
            ay_bitset_add (visible, i);
          if (ay_rng_below (&rng, 5) == 0)
            ay_bitset_add (selected, i);
        }
      options = (AyFigureBinsOptions) AY_FIGURE_BINS_OPTIONS_INIT;
      check_bins (v, n, &options);
      options.visible = visible;
      options.selected = selected;
      options.uncertain = kind == 0 ? selected : NULL;
      check_bins (v, n, &options);
      options.n_bins = 7;
      options.low = -1.0;
      options.high = 2.0;
      check_bins (v, n, &options);
      check_bins (v, 1, &options);
      check_bins (v, 0, &options);
    }
}

/* Whole numbers get a bin each; 0 is a border where signs differ; far outliers stay outside. */
static void
test_bins_are_sensible (void)
{
  double whole[300], mixed[3000];
  g_autoptr (AyFigureBins) a = NULL, b = NULL;
  double width, border;
  AyRng rng;

  ay_rng_init (&rng, 8, 0);
  for (int i = 0; i < 300; i++)
    whole[i] = i % 12;
  a = ay_figure_bins_new (whole, 300, NULL);
  g_assert_cmpuint (a->n_bins, ==, 12);
  for (guint k = 0; k < 12; k++)
    g_assert_cmpuint (a->count[k], ==, 25);
  for (int i = 0; i < 3000; i++)
    mixed[i] = ay_rng_normal (&rng) + 0.3;
  mixed[5] = 1e12;
  b = ay_figure_bins_new (mixed, 3000, NULL);
  g_assert_cmpuint (b->above, ==, 1);
  g_assert_true (b->maximum == 1e12);
  g_assert_cmpfloat (b->high, <, 30.0);
  width = (b->high - b->low) / b->n_bins;
  border = -b->low / width;
  g_assert_cmpfloat (fabs (border - round (border)), <, 1e-9);
}

static void
test_bins_same_for_any_number_of_threads (void)
{
  gsize n = 200000;
  g_autofree double *v = g_new (double, n);
  g_autoptr (AyFigureBins) one = NULL, many = NULL;
  AyRng rng;

  ay_rng_init (&rng, 8, 0);
  for (gsize i = 0; i < n; i++)
    v[i] = ay_rng_normal (&rng);
  ay_set_threads (1);
  one = ay_figure_bins_new (v, n, NULL);
  ay_set_threads (3);
  many = ay_figure_bins_new (v, n, NULL);
  ay_set_threads (0);
  g_assert_cmpmem (one->count, 8 * one->n_bins, many->count, 8 * many->n_bins);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/axes/numbers", test_numbers);
  g_test_add_func ("/axes/decimal-mark", test_decimal_mark);
  g_test_add_func ("/axes/counts", test_counts);
  g_test_add_func ("/axes/ticks", test_ticks);
  g_test_add_func ("/axes/repair", test_repair);
  g_test_add_func ("/axes/text", test_text);
  g_test_add_func ("/bins/brute-force", test_bins);
  g_test_add_func ("/bins/sensible", test_bins_are_sensible);
  g_test_add_func ("/bins/same-for-any-number-of-threads",
                   test_bins_same_for_any_number_of_threads);
  return g_test_run ();
}
