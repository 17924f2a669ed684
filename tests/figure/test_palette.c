/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Colours by what people must be able to see: contrast, and distances under colour blindness. */
#include "figure/palette.h"

#include <math.h>
#include <string.h>

/* Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB: normal, protanopia,
 * deuteranopia, tritanopia. */
static const double vision[4][3][3] = {
  { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
  { { 0.152286, 1.052583, -0.204868 }, { 0.114503, 0.786281, 0.099216 },
    { -0.003882, -0.048116, 1.051998 } },
  { { 0.367322, 0.860646, -0.227968 }, { 0.280085, 0.672501, 0.047413 },
    { -0.011820, 0.042940, 0.968881 } },
  { { 1.255528, -0.076749, -0.178779 }, { -0.078411, 0.930809, 0.147602 },
    { 0.004733, 0.691367, 0.303900 } },
};

static double
cube_root_part (double t)
{
  return t > 0.008856 ? cbrt (t) : 7.787 * t + 16.0 / 116.0;
}

/* CIE Lab (D65) of a colour as a kind of vision sees it. */
static void
to_lab (AyFigureColor color, int kind, double lab[3])
{
  static const double xyz[3][3] = { { 0.4124564, 0.3575761, 0.1804375 },
                                    { 0.2126729, 0.7151522, 0.0721750 },
                                    { 0.0193339, 0.1191920, 0.9503041 } };
  static const double white[3] = { 0.95047, 1.0, 1.08883 };
  double linear[3], seen[3], f[3];

  for (int c = 0; c < 3; c++)
    {
      double v = ((color >> (16 - 8 * c)) & 255) / 255.0;

      linear[c] = v <= 0.04045 ? v / 12.92 : pow ((v + 0.055) / 1.055, 2.4);
    }
  for (int c = 0; c < 3; c++)
    {
      seen[c] = 0.0;
      for (int k = 0; k < 3; k++)
        seen[c] += vision[kind][c][k] * linear[k];
      seen[c] = CLAMP (seen[c], 0.0, 1.0);
    }
  for (int c = 0; c < 3; c++)
    f[c] = cube_root_part ((xyz[c][0] * seen[0] + xyz[c][1] * seen[1] + xyz[c][2] * seen[2])
                           / white[c]);
  lab[0] = 116.0 * f[1] - 16.0;
  lab[1] = 500.0 * (f[0] - f[1]);
  lab[2] = 200.0 * (f[1] - f[2]);
}

static double
distance (AyFigureColor a, AyFigureColor b, int kind)
{
  double p[3], q[3];

  to_lab (a, kind, p);
  to_lab (b, kind, q);
  return sqrt ((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1])
               + (p[2] - q[2]) * (p[2] - q[2]));
}

static void
test_hues_stay_apart (void)
{
  for (int dark = 0; dark < 2; dark++)
    {
      const AyFigureTheme *theme = ay_figure_theme (dark);

      for (int kind = 0; kind < 4; kind++)
        for (guint a = 0; a <= AY_FIGURE_N_HUES; a++)
          for (guint b = 0; b < a; b++)
            {
              double apart
                  = distance (ay_figure_hue (theme, a), ay_figure_hue (theme, b), kind);

              g_test_message ("%s vision %d: %u and %u are %.1f apart", dark ? "dark" : "light",
                              kind, a, b, apart);
              g_assert_cmpfloat (apart, >, 18.0);
            }
    }
}

static void
test_contrast (void)
{
  g_assert_cmpfloat_with_epsilon (ay_figure_contrast (0xff000000, 0xffffffff), 21.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (ay_figure_contrast (0xff777777, 0xffffffff), 4.478, 1e-3);
  for (int dark = 0; dark < 2; dark++)
    {
      const AyFigureTheme *t = ay_figure_theme (dark);

      g_assert_cmpint (t->dark, ==, dark);
      g_assert_cmpfloat (ay_figure_contrast (t->foreground, t->background), >=, 7.0);
      g_assert_cmpfloat (ay_figure_contrast (t->muted, t->background), >=, 4.5);
      g_assert_cmpfloat (ay_figure_contrast (t->accent, t->background), >=, 4.5);
    }
}

/* Text at least 4.5 : 1, marks 3 : 1 (WCAG 2.1), on the figure's background and on the window's. */
static void
test_marks_stand_out (void)
{
  static const AyFigureColor window[] = { 0xfffafafa, 0xff242424 }; /* libadwaita's */

  for (int k = 0; k < 4; k++)
    {
      gboolean dark = k & 1;
      const AyFigureTheme *t = k < 2 ? ay_figure_theme (dark)
                                     : ay_figure_theme_high_contrast (dark);
      AyFigureColor colors[AY_FIGURE_HOLLOW_STEPS];
      guint8 shapes[AY_FIGURE_HOLLOW_STEPS];

      g_assert_cmpfloat (ay_figure_contrast (t->muted, window[dark]), >=, 4.5);
      g_assert_cmpfloat (ay_figure_contrast (t->accent, window[dark]), >=, 4.5);
      for (guint h = 0; h <= AY_FIGURE_N_HUES; h++) /* and "other" */
        {
          g_assert_cmpfloat (ay_figure_contrast (ay_figure_hue (t, h), t->background), >=, 3.0);
          g_assert_cmpfloat (ay_figure_contrast (ay_figure_hue (t, h), window[dark]), >=, 3.0);
        }
      for (int kind = AY_FIGURE_SEQUENTIAL; kind <= AY_FIGURE_DIVERGING; kind++)
        {
          AyFigureScale scale;

          ay_figure_scale_init (&scale, kind, -1.0, 1.0, t);
          ay_figure_scale_hollow (&scale, t, colors, shapes);
          for (guint i = 0; i < AY_FIGURE_HOLLOW_STEPS; i++) /* and what has no value */
            g_assert_cmpfloat (ay_figure_contrast (colors[i], t->background), >=, 3.0);
          g_assert_cmpuint (shapes[AY_FIGURE_HOLLOW_STEPS - 1], ==, AY_FIGURE_MISSING_SHAPE);
        }
    }
}

static void
test_high_contrast (void)
{
  for (int dark = 0; dark < 2; dark++)
    {
      const AyFigureTheme *t = ay_figure_theme_high_contrast (dark);

      g_assert_true (t->dark == dark && t->high_contrast);
      g_assert_cmpfloat (ay_figure_contrast (t->foreground, t->background), >=, 20.0);
      g_assert_cmpfloat (ay_figure_contrast (t->muted, t->background), >=, 7.0);
      g_assert_cmpfloat (ay_figure_contrast (t->accent, t->background), >=, 7.0);
    }
}

/* Every class has a colour and shape of its own as long as there are enough. */
static void
test_classes (void)
{
  const AyFigureTheme *theme = ay_figure_theme (FALSE);

  for (guint a = 0; a < ay_figure_max_classes (TRUE); a++)
    for (guint b = 0; b < a; b++)
      g_assert_true (ay_figure_class_shape (a) != ay_figure_class_shape (b)
                     || ay_figure_class_color (theme, a, TRUE)
                            != ay_figure_class_color (theme, b, TRUE));
  g_assert_cmphex (ay_figure_class_color (theme, 8, FALSE), ==, theme->other);
  g_assert_cmphex (ay_figure_class_color (theme, 16, TRUE), ==, theme->other);
}

static void
test_scales (void)
{
  for (int dark = 0; dark < 2; dark++)
    {
      const AyFigureTheme *theme = ay_figure_theme (dark);
      AyFigureScale scale;

      ay_figure_scale_init (&scale, AY_FIGURE_SEQUENTIAL, 2.0, 4.0, theme);
      for (int i = 0; i < AY_FIGURE_SCALE_STEPS; i++) /* more = stronger, each end is seen */
        {
          double contrast = ay_figure_contrast (scale.colors[i], theme->background);

          if (i > 0)
            g_assert_cmpfloat (contrast, >=,
                               ay_figure_contrast (scale.colors[i - 1], theme->background) - 0.05);
        }
      g_assert_cmpuint (ay_figure_scale_index (&scale, 2.0), ==, 0);
      g_assert_cmpuint (ay_figure_scale_index (&scale, -1e300), ==, 0);
      g_assert_cmpuint (ay_figure_scale_index (&scale, 4.0), ==, 255);
      g_assert_cmpuint (ay_figure_scale_index (&scale, INFINITY), ==, 255);
      g_assert_cmphex (ay_figure_scale_color (&scale, NAN), ==, theme->missing);

      ay_figure_scale_init (&scale, AY_FIGURE_DIVERGING, -1.0, 3.0, theme);
      g_assert_cmpfloat (scale.low, ==, -3.0);
      g_assert_cmpuint (ay_figure_scale_index (&scale, 0.0), ==, 128);
      /* orange: more red than blue; blue: the other way round; zero: neither */
      for (double v = 0.75; v <= 3.0; v += 0.75)
        {
          AyFigureColor below = ay_figure_scale_color (&scale, -v);
          AyFigureColor above = ay_figure_scale_color (&scale, v);

          g_assert_cmpuint ((below >> 16) & 255, >, (below & 255) + 40);
          g_assert_cmpuint (above & 255, >, ((above >> 16) & 255) + 40);
        }
      for (int kind = 1; kind < 4; kind++)
        g_assert_cmpfloat (distance (scale.colors[0], scale.colors[255], kind), >, 35.0);
    }
}

static void
test_ranges (void)
{
  double values[2000], low, high;
  g_autofree guint16 *steps = g_new (guint16, 200000);
  g_autofree double *many = g_new (double, 200000);
  AyFigureScale scale;

  for (int i = 0; i < 2000; i++)
    values[i] = i;
  values[7] = 1e12;
  values[8] = NAN;
  values[9] = -INFINITY;
  g_assert_true (ay_figure_scale_range (values, 2000, &low, &high));
  g_assert_cmpfloat_with_epsilon (low, 20.0, 5.0);
  g_assert_cmpfloat_with_epsilon (high, 1980.0, 5.0);
  g_assert_false (ay_figure_scale_range (values + 8, 2, &low, &high));
  g_assert_true (low == 0.0 && high == 1.0);
  g_assert_false (ay_figure_scale_range (values, 0, &low, &high));
  memset (values, 0, sizeof values);
  values[1999] = 1.0; /* 1999 of 2000 are equal: the one that is not shows all the same */
  g_assert_true (ay_figure_scale_range (values, 2000, &low, &high));
  g_assert_true (low == 0.0 && high == 1.0);
  /* nothing to spread over: still a scale */
  ay_figure_scale_init (&scale, AY_FIGURE_SEQUENTIAL, 5.0, 5.0, ay_figure_theme (FALSE));
  g_assert_true (scale.low < 5.0 && scale.high > 5.0);
  ay_figure_scale_init (&scale, AY_FIGURE_DIVERGING, 0.0, 0.0, ay_figure_theme (FALSE));
  g_assert_true (scale.low < 0.0 && scale.high == -scale.low);
  ay_figure_scale_init (&scale, AY_FIGURE_SEQUENTIAL, -1.7e308, 1.7e308, ay_figure_theme (FALSE));
  g_assert_true (isfinite (scale.high - scale.low));
  ay_figure_scale_init (&scale, AY_FIGURE_SEQUENTIAL, NAN, 1.0, ay_figure_theme (FALSE));
  g_assert_true (scale.high > scale.low);
  ay_figure_scale_init (&scale, AY_FIGURE_SEQUENTIAL, 0.0, 200000.0, ay_figure_theme (FALSE));
  for (int i = 0; i < 200000; i++)
    many[i] = i % 1000 == 0 ? NAN : i;
  ay_figure_scale_indices (&scale, many, 200000, steps);
  for (int i = 0; i < 200000; i++)
    g_assert_cmpuint (steps[i], ==, ay_figure_scale_index (&scale, many[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/palette/hues-stay-apart", test_hues_stay_apart);
  g_test_add_func ("/palette/contrast", test_contrast);
  g_test_add_func ("/palette/marks-stand-out", test_marks_stand_out);
  g_test_add_func ("/palette/high-contrast", test_high_contrast);
  g_test_add_func ("/palette/classes", test_classes);
  g_test_add_func ("/palette/scales", test_scales);
  g_test_add_func ("/palette/ranges", test_ranges);
  return g_test_run ();
}
