/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Picking against the plain loops. */
#include "figure/cloud.h"

#include "core/base/parallel.h"
#include "figure/pick.h"

static gboolean
is_shown (const AyFigurePoints *p, gsize i)
{
  return isfinite (p->x[i]) && isfinite (p->y[i])
         && (p->visible == NULL || ay_bitset_get (p->visible, i));
}

static gboolean
in_polygon (const double *v, gsize m, double x, double y)
{
  gboolean inside = FALSE;

  for (gsize i = 0; i < m; i++)
    {
      const double *a = v + 2 * i, *b = v + 2 * ((i + 1) % m);

      if ((a[1] > y) != (b[1] > y) && x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0])
        inside = !inside;
    }
  return inside;
}

static void
check_polygon (const AyFigurePoints *points, const double *vertices, gsize m)
{
  g_autoptr (AyBitset) into = ay_bitset_new (points->n);
  g_autoptr (AyBitset) expected = ay_bitset_new (points->n);

  ay_bitset_fill (into); /* what was there before does not matter */
  for (gsize i = 0; i < points->n; i++)
    if (m >= 3 && is_shown (points, i) && in_polygon (vertices, m, points->x[i], points->y[i]))
      ay_bitset_add (expected, i);
  ay_figure_pick_polygon (points, vertices, m, into);
  g_assert_true (ay_bitset_equal (into, expected));
}

static void
test_polygon (void)
{
  g_autoptr (Cloud) cloud = cloud_new (20011, 11);
  static const double square[] = { 0.25, 0.25, 0.75, 0.25, 0.75, 0.75, 0.25, 0.75 };
  static const double bow[] = { 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0 };
  static const double flat[] = { 0.0, 0.5, 1.0, 0.5, 0.5, 0.5 };
  double wild[] = { 0.0, 0.0, NAN, 1.0, 1.0, 0.0 };
  g_autoptr (AyBitset) none = ay_bitset_new (cloud->points.n);
  AyRng rng;

  check_polygon (&cloud->points, square, 4);
  check_polygon (&cloud->points, bow, 4);
  check_polygon (&cloud->points, flat, 3);
  check_polygon (&cloud->points, square, 2);
  check_polygon (&cloud->points, NULL, 0);
  cloud->points.visible = cloud->visible;
  check_polygon (&cloud->points, square, 4);
  ay_figure_pick_polygon (&cloud->points, wild, 3, none);
  g_assert_cmpuint (ay_bitset_count (none), ==, 0);
  ay_rng_init (&rng, 7, 0);
  for (gsize m = 3; m < 6000; m = 4 * m + 1)
    {
      g_autofree double *random = g_new (double, 2 * m);

      for (gsize i = 0; i < 2 * m; i++) /* crosses itself everywhere, some ends on a grid */
        random[i] = i % 5 == 0 ? (double) ay_rng_below (&rng, 9) / 8.0 : ay_rng_uniform (&rng);
      check_polygon (&cloud->points, random, m);
    }
}

static void
test_rectangle (void)
{
  g_autoptr (Cloud) cloud = cloud_new (10007, 12);
  g_autoptr (AyBitset) into = ay_bitset_new (10007), expected = ay_bitset_new (10007);

  cloud->points.visible = cloud->visible;
  for (gsize i = 0; i < 10007; i++)
    if (is_shown (&cloud->points, i) && cloud->x[i] >= 0.25 && cloud->x[i] <= 0.5
        && cloud->y[i] >= 0.125 && cloud->y[i] <= 0.875)
      ay_bitset_add (expected, i);
  ay_figure_pick_rectangle (&cloud->points, 0.5, 0.125, 0.25, 0.875, into);
  g_assert_true (ay_bitset_equal (into, expected));
  g_assert_cmpuint (ay_bitset_count (into), >, 0);
  ay_figure_pick_rectangle (&cloud->points, -INFINITY, -INFINITY, INFINITY, INFINITY, into);
  for (gsize i = 0; i < 10007; i++)
    g_assert_cmpint (ay_bitset_get (into, i), ==, is_shown (&cloud->points, i));
}

static guint32
nearest (const AyFigurePoints *p, const AyFigureView *view, const double at[2], double radius)
{
  guint32 row = AY_FIGURE_NO_ROW;
  double best = radius;

  for (int layer = 0; layer < 2; layer++)
    for (gsize i = 0; i < p->n; i++)
      {
        gboolean above = p->selected != NULL && ay_bitset_get (p->selected, i);
        double px, py, distance;

        ay_figure_view_to_pixel (view, 400, 300, p->x[i], p->y[i], &px, &py);
        distance = hypot (px - at[0], py - at[1]);
        if (is_shown (p, i) && above == (layer == 1) && distance <= best + 1e-9)
          {
            best = distance;
            row = (guint32) i;
          }
      }
  return row;
}

static void
test_nearest (void)
{
  g_autoptr (Cloud) cloud = cloud_new (70000, 13);
  const AyFigureView view = { 0.1, 0.0, 1.1, 1.0 };
  AyRng rng;
  guint32 row;
  guint found = 0;

  cloud->points.visible = cloud->visible;
  for (gsize i = 1; i < 40000; i += 2) /* many equal places, in one block and in several */
    {
      cloud->x[i] = cloud->x[i - 1];
      cloud->y[i] = cloud->y[i - 1];
    }
  for (gsize i = 60000; i < 70000; i++)
    {
      cloud->x[i] = cloud->x[i - 50000];
      cloud->y[i] = cloud->y[i - 50000];
    }
  ay_rng_init (&rng, 9, 0);
  for (int k = 0; k < 60; k++)
    {
      double at[2] = { 400 * ay_rng_uniform (&rng), 300 * ay_rng_uniform (&rng) };

      cloud->points.selected = k % 2 == 0 ? cloud->selected : NULL;
      row = ay_figure_pick (&cloud->points, &view, 400, 300, at, 3.0);
      g_assert_cmpuint (row, ==, nearest (&cloud->points, &view, at, 3.0));
      found += row != AY_FIGURE_NO_ROW;
    }
  g_assert_cmpuint (found, >, 20);
  row = ay_figure_pick (&cloud->points, &view, 400, 300, (double[2]) { -500, -500 }, 3.0);
  g_assert_cmpuint (row, ==, AY_FIGURE_NO_ROW);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pick/polygon", test_polygon);
  g_test_add_func ("/pick/rectangle", test_rectangle);
  g_test_add_func ("/pick/nearest", test_nearest);
  return g_test_run ();
}
