/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of a figure holds what is drawn, number for number. */
#include "figure/numbers.h"
#include "figure/samples.h"

#include "core/shim/number.h"

#include <math.h>
#include <string.h>

static double
at (const AyFigureNumbers *table, guint row, guint column)
{
  g_assert_cmpuint (row, <, table->n_rows);
  g_assert_cmpuint (column, <, table->n_columns);
  return table->values[(gsize) row * table->n_columns + column];
}

static AyFigureNumbers *
table_of_lines (const AyFigureCurve *curves, guint n, const AyFigureFlag *flags, guint n_flags)
{
  AyFigureSpec spec = AY_FIGURE_SPEC_INIT;

  spec.kind = AY_FIGURE_LINES;
  spec.lines = (AyFigureLines) { .n_curves = n, .curves = curves, .n_flags = n_flags,
                                 .flags = flags, .x_axis = { .label = "labels" },
                                 .y_axis = { .label = "accuracy" } };
  return ay_figure_numbers_new (&spec, NULL);
}

/* Curves over different x share the rows; where a curve has no point there is no number. */
static void
test_curves (void)
{
  const double x1[] = { 10, 20, 40 }, y1[] = { 0.5, 0.75, 0.875 }, low[] = { 0.25, 0.5, NAN },
               high[] = { 0.625, 0.875, NAN }, x2[] = { 20, 30 },
               y2[] = { 0.1, 0.30000000000000004 };
  const AyFigureCurve curves[] = {
    { .name = "margin", .n = 3, .x = x1, .y = y1, .low = low, .high = high },
    { .name = "random", .n = 2, .x = x2, .y = y2 },
  };
  const AyFigureFlag flags[] = { { 0, 20, 0.75, "stop" }, { 1, 20, 0.1, "" } };
  g_autoptr (AyFigureNumbers) table = table_of_lines (curves, 2, flags, 2);
  g_autofree char *text = ay_figure_numbers_tsv (table, NULL);

  g_assert_cmpstr (text, ==,
                   "labels\tmargin\tmargin, low\tmargin, high\trandom\tmarked\n"
                   "10\t0.5\t0.25\t0.625\t\t\n"
                   "20\t0.75\t0.5\t0.875\t0.1\tmargin: stop; random: marked\n"
                   "30\t\t\t\t0.30000000000000004\t\n"
                   "40\t0.875\t\t\t\t\n");
}

static const char *
shout (const char *word)
{
  return g_str_equal (word, "low") ? "unten" : g_str_equal (word, "high") ? "oben" : word;
}

static void
test_words (void)
{
  const double x[] = { 1 }, y[] = { 2 };
  const AyFigureCurve curve = { .name = "", .n = 1, .x = x, .y = y, .low = y, .high = y };
  AyFigureSpec spec = AY_FIGURE_SPEC_INIT;
  AyFigureTheme theme = *ay_figure_theme (FALSE);
  g_autoptr (AyFigureNumbers) table = NULL;

  theme.word = shout;
  spec.kind = AY_FIGURE_LINES;
  spec.lines = (AyFigureLines) { .n_curves = 1, .curves = &curve };
  table = ay_figure_numbers_new (&spec, &theme);
  g_assert_cmpstr (table->names[2], ==, "value, unten");
  g_assert_cmpstr (table->names[3], ==, "value, oben");
}

/* Every row is in one line, those outside the range too. */
static void
test_histogram (void)
{
  double values[1000], total = 0.0;
  AyFigureBinsOptions options = AY_FIGURE_BINS_OPTIONS_INIT;
  g_autoptr (AyBitset) half = ay_bitset_new (1000);
  g_autoptr (AyFigureBins) bins = NULL;
  AyFigureSpec spec = AY_FIGURE_SPEC_INIT;
  g_autoptr (AyFigureNumbers) table = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      values[i] = i % 100 == 7 ? NAN : sin (i) * 2.0;
      if (i % 2 == 0)
        ay_bitset_add (half, i);
    }
  options.n_bins = 8;
  options.low = -1.5;
  options.high = 1.0;
  options.selected = half;
  bins = ay_figure_bins_new (values, 1000, &options);
  g_assert_true (bins->below > 0 && bins->above > 0);
  spec.kind = AY_FIGURE_HISTOGRAM;
  spec.histogram = (AyFigureHistogram) { .bins = bins, .label = "wave" };
  table = ay_figure_numbers_new (&spec, NULL);
  g_assert_cmpuint (table->n_rows, ==, 10);
  g_assert_cmpstr (table->names[0], ==, "wave, from");
  for (guint i = 0; i < table->n_rows; i++)
    {
      guint count = 0, of_half = 0;
      double from = at (table, i, 0), to = at (table, i, 1);
      gboolean closed = i + 2 >= table->n_rows; /* the last bin, and what lies above */

      for (guint k = 0; k < 1000; k++)
        if (values[k] >= from && (values[k] < to || (closed && values[k] == to))
            && !(i + 1 == table->n_rows && values[k] == from))
          {
            count++;
            of_half += k % 2 == 0;
          }
      g_assert_cmpfloat (at (table, i, 2), ==, count);
      if (i > 0)
        g_assert_cmpfloat_with_epsilon (from, at (table, i - 1, 1), 1e-12);
      if (i > 0 && i + 1 < table->n_rows)
        g_assert_cmpfloat (at (table, i, 3), ==, of_half);
      total += count;
    }
  g_assert_cmpfloat (total, ==, 990.0);
}

static void
test_selected_lines (void)
{
  const char *const names[] = { "zero", "on\te", "two" };
  const double values[] = { 5, 7, 9 };
  AyFigureSpec spec = AY_FIGURE_SPEC_INIT;
  g_autoptr (AyFigureNumbers) table = NULL;
  g_autoptr (AyBitset) which = ay_bitset_new (3);
  g_autofree char *text = NULL;

  spec.kind = AY_FIGURE_BARS;
  spec.bars = (AyFigureBars) { .n = 3, .names = names, .values = values, .integral = TRUE };
  table = ay_figure_numbers_new (&spec, NULL);
  ay_bitset_add (which, 1);
  text = ay_figure_numbers_tsv (table, which);
  g_assert_cmpstr (text, ==, "name\trows\non e\t7\n");
}

static char *
name_point (gconstpointer data, gsize row)
{
  return g_strdup_printf ("%s%" G_GSIZE_FORMAT, (const char *) data, row);
}

/* Seen points only, the selected ones first, then from the highest down; classes by name. */
static void
test_points (void)
{
  const float x[] = { 0.1f, 2, 3, NAN, 5, 6 }, y[] = { 1, 0.2f, 1, 4, 0.2f, 9 };
  const guint32 codes[] = { 1, 0, 7, 0, 1, 0 };
  const char *const names[] = { "cat", "dog" };
  AyFigureSpec spec = AY_FIGURE_SPEC_INIT;
  g_autoptr (AyBitset) visible = ay_bitset_new (6);
  g_autoptr (AyBitset) selected = ay_bitset_new (6);
  g_autoptr (AyFigureNumbers) table = NULL, plain = NULL;
  g_autofree char *text = NULL, *plain_text = NULL;

  for (guint i = 0; i < 5; i++)
    ay_bitset_add (visible, i);
  ay_bitset_add (selected, 1);
  spec.scatter = (AyFigureScatter) { .n = 6, .x = x, .y = y, .x_axis = { .label = "influence" },
                                     .codes = codes, .names = names, .n_names = 2,
                                     .color_label = "label", .visible = visible,
                                     .selected = selected, .row_name = name_point,
                                     .row_data = "d" };
  table = ay_figure_numbers_new (&spec, NULL);
  text = ay_figure_numbers_tsv (table, NULL);
  g_assert_cmpstr (text, ==,
                   "row\tinfluence\tup\tselected\tlabel\n"
                   "d1\t2\t0.2\t1\tcat\n"
                   "d2\t3\t1\t0\t\n"
                   "d0\t0.1\t1\t0\tdog\n"
                   "d4\t5\t0.2\t0\tdog\n");
  g_assert_cmpuint (table->n_all, ==, 4);
  spec.scatter = (AyFigureScatter) { .n = 2, .x = x, .y = y };
  plain = ay_figure_numbers_new (&spec, NULL);
  plain_text = ay_figure_numbers_tsv (plain, NULL);
  g_assert_cmpstr (plain_text, ==, "row\tacross\tup\n0\t0.1\t1\n1\t2\t0.2\n");
}

/* Of many points the first of the whole order, whatever order they come in; how many is told. */
static void
test_many_points (void)
{
  enum { N = 100000 };
  g_autofree float *y = g_new (float, N);
  g_autofree double *values = g_new (double, N);
  g_autoptr (AyBitset) selected = ay_bitset_new (N);

  for (guint order = 0; order < 3; order++)
    {
      AyFigureSpec spec = AY_FIGURE_SPEC_INIT;
      g_autoptr (AyFigureNumbers) table = NULL;

      for (guint i = 0; i < N; i++)
        {
          y[i] = (float) (order == 0 ? i : order == 1 ? N - 1 - i : i * 7919 % N);
          values[i] = y[i] / 8.0;
          if (y[i] == 3 || y[i] == 50000)
            ay_bitset_add (selected, i);
        }
      spec.scatter = (AyFigureScatter) { .n = N, .x = y, .y = y, .values = values,
                                         .selected = selected };
      table = ay_figure_numbers_new (&spec, NULL);
      g_assert_cmpuint (table->n_all, ==, N);
      g_assert_cmpuint (table->n_rows, ==, AY_FIGURE_NUMBERS_MOST);
      g_assert_cmpfloat (at (table, 0, 1), ==, 50000);
      g_assert_cmpfloat (at (table, 1, 1), ==, 3);
      for (guint k = 2; k < table->n_rows; k++)
        {
          g_assert_cmpfloat (at (table, k, 1), ==, N + 1 - k);
          g_assert_cmpfloat (at (table, k, 2), ==, (N + 1 - k) / 8.0);
          g_assert_cmpfloat (at (table, k, 3), ==, 0);
        }
      ay_bitset_clear (selected);
    }
}

/* The change of each step is after minus before, and all numbers of a line read back. */
static void
check_cells (const AyFigureSpec *spec, const AyFigureNumbers *table)
{
  g_autofree char *text = ay_figure_numbers_tsv (table, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint first = table->head != NULL;

  g_assert_cmpuint (g_strv_length (lines), ==, table->n_rows + 2); /* the last is empty */
  for (guint i = 0; i < table->n_rows; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i + 1], "\t", -1);

      g_assert_cmpuint (g_strv_length (cells), ==,
                        first + table->n_columns + (table->mark != NULL));
      for (guint k = 0; k < table->n_columns; k++)
        {
          double value = at (table, i, k), read = NAN;
          const char *cell = cells[first + k];

          if (isnan (value))
            g_assert_cmpstr (cell, ==, "");
          else if (isfinite (value))
            {
              g_assert_true (ay_number_parse (cell, strlen (cell), &read));
              g_assert_cmpfloat (read, ==, value);
            }
        }
    }
  if (spec->kind == AY_FIGURE_WATERFALL)
    for (guint i = 0; i < table->n_rows; i++)
      g_assert_true (isnan (at (table, i, 2))
                     || at (table, i, 2) == at (table, i, 1) - at (table, i, 0));
}

static void
test_samples (void)
{
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      const AyFigureSpec *spec = &samples ()[i].spec;
      g_autoptr (AyFigureNumbers) table = ay_figure_numbers_new (spec, NULL);

      check_cells (spec, table);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/numbers/curves", test_curves);
  g_test_add_func ("/numbers/words", test_words);
  g_test_add_func ("/numbers/histogram", test_histogram);
  g_test_add_func ("/numbers/selected-lines", test_selected_lines);
  g_test_add_func ("/numbers/points", test_points);
  g_test_add_func ("/numbers/many-points", test_many_points);
  g_test_add_func ("/numbers/samples", test_samples);
  return g_test_run ();
}
