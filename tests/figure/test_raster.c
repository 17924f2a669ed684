/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The raster against naive references: a count a pixel, and marks blended one by one in double. */
#include "figure/cloud.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "figure/raster.h"
#include "figure/stamp.h"

#include <string.h>

static const AyFigureView unit = { 0.0, 0.0, 1.0, 1.0 };

static gboolean
is_shown (const AyFigurePoints *p, gsize i)
{
  return isfinite (p->x[i]) && isfinite (p->y[i])
         && (p->visible == NULL || ay_bitset_get (p->visible, i));
}

static void
check_counts (const AyFigurePoints *points, const AyFigureView *view, int width, int height)
{
  g_autoptr (AyFigureRaster) raster = ay_figure_raster_new ();
  g_autofree guint32 *counts = g_new (guint32, (gsize) width * height);
  g_autofree guint32 *expected = g_new0 (guint32, (gsize) width * height);
  AyFigureRasterOptions options = AY_FIGURE_RASTER_OPTIONS_INIT;
  guint32 max, largest = 0;

  options.width = width;
  options.height = height;
  g_assert_true (
      ay_figure_raster_counts (raster, points, view, &options, counts, &max, NULL, NULL));
  for (gsize i = 0; i < points->n; i++)
    {
      double px, py;

      ay_figure_view_to_pixel (view, width, height, points->x[i], points->y[i], &px, &py);
      if (is_shown (points, i) && px >= 0.0 && px < width && py >= 0.0 && py < height)
        expected[(gsize) py * width + (gsize) px]++;
    }
  for (gsize k = 0; k < (gsize) width * height; k++)
    largest = MAX (largest, expected[k]);
  g_assert_cmpmem (counts, 4 * (gsize) width * height, expected, 4 * (gsize) width * height);
  g_assert_cmpuint (max, ==, largest);
}

static void
test_counts (void)
{
  g_autoptr (Cloud) cloud = cloud_new (200000, 1);
  const AyFigureView zoomed = { 0.4871, 0.49, 0.4903, 0.4907 };
  const AyFigureView far_away = { 1e6, 1e6, 1e6 + 1.0, 1e6 + 1.0 };

  check_counts (&cloud->points, &unit, 64, 64);
  check_counts (&cloud->points, &unit, 1, 1);
  check_counts (&cloud->points, &unit, 517, 389);
  check_counts (&cloud->points, &unit, 16384, 2);
  check_counts (&cloud->points, &unit, 3, 16384);
  check_counts (&cloud->points, &zoomed, 300, 200);
  check_counts (&cloud->points, &far_away, 30, 20);
  cloud->points.visible = cloud->visible;
  check_counts (&cloud->points, &unit, 517, 389);
  cloud->points.n = 0;
  check_counts (&cloud->points, &unit, 20, 20);
}

/* ---- a naive drawing, in double, mark by mark ---- */

typedef struct
{
  int width, height;
  double *rgba; /* premultiplied r g b a, 0..1 */
} Naive;

static void
naive_over (Naive *self, int i, int j, AyFigureColor color, double alpha)
{
  double *at = self->rgba + 4 * ((gsize) j * self->width + i);

  if (i < 0 || j < 0 || i >= self->width || j >= self->height)
    return;
  alpha *= (color >> 24) / 255.0;
  for (int c = 0; c < 4; c++)
    {
      double value = c == 3 ? 1.0 : ((color >> (16 - 8 * c)) & 255) / 255.0;

      at[c] = value * alpha + at[c] * (1.0 - alpha);
    }
}

/* A shape's coverage of pixel (i, j), its centre rounded to quarters of a pixel. */
static double
naive_coverage (AyFigureShape shape, double radius, double px, double py, int i, int j)
{
  double phases = radius > 6.0 ? 1.0 : 4.0;
  double cx = floor (px * phases + 0.5) / phases, cy = floor (py * phases + 0.5) / phases;
  int inside = 0;

  for (int b = 0; b < 8; b++)
    for (int a = 0; a < 8; a++)
      inside += ay_figure_shape_contains (shape, (i + (a + 0.5) / 8.0 - cx) / radius,
                                          (j + (b + 0.5) / 8.0 - cy) / radius);
  return inside / 64.0;
}

static void
naive_mark (Naive *self, const AyFigurePoints *p, gsize row, double side, double alpha, double px,
            double py)
{
  guint color = MIN (p->color[row], p->n_palette - 1);

  if (side < 1.5)
    naive_over (self, (int) floor (px), (int) floor (py), p->palette[color], alpha);
  else if (side < 2.5)
    for (int k = 0; k < 4; k++)
      naive_over (self, (int) floor (px - 0.5) + (k & 1), (int) floor (py - 0.5) + (k >> 1),
                  p->palette[color], alpha);
  else
    {
      int reach = (int) ceil (side) + 2;

      for (int j = (int) py - reach; j <= (int) py + reach; j++)
        for (int i = (int) px - reach; i <= (int) px + reach; i++)
          naive_over (self, i, j, p->palette[color],
                      alpha * naive_coverage (p->shape[color], side / 2.0, px, py, i, j));
    }
}

static void
naive_draw (Naive *self, const AyFigurePoints *p, const AyFigureView *view,
            const AyFigureRasterOptions *options)
{
  double side = 2.0 * (options->radius <= 0.6 ? 0.5 : options->radius) * options->scale;

  for (gsize k = 0; k < (gsize) self->width * self->height; k++)
    {
      memset (self->rgba + 4 * k, 0, 4 * sizeof (double));
      naive_over (self, (int) (k % self->width), (int) (k / self->width), options->background, 1.0);
    }
  for (int layer = 0; layer < 2; layer++)
    for (gsize i = 0; i < p->n; i++)
      {
        gboolean above = p->selected != NULL && ay_bitset_get (p->selected, i);
        double alpha = options->alpha * (p->selected != NULL && !above ? options->dim : 1.0);
        double px, py;

        ay_figure_view_to_pixel (view, self->width, self->height, p->x[i], p->y[i], &px, &py);
        if (is_shown (p, i) && above == (layer == 1) && fabs (px) < 1e6 && fabs (py) < 1e6)
          naive_mark (self, p, i, side, alpha, px, py);
      }
}

/* Largest difference of a channel, in 1/255. */
static double
difference (const Naive *naive, const guint32 *pixels)
{
  double worst = 0.0;

  for (gsize k = 0; k < (gsize) naive->width * naive->height; k++)
    for (int c = 0; c < 4; c++)
      {
        int shift = c == 3 ? 24 : 16 - 8 * c;
        double drawn = (pixels[k] >> shift) & 255;

        worst = MAX (worst, fabs (drawn - 255.0 * naive->rgba[4 * k + c]));
      }
  return worst;
}

static void
check_blend (const AyFigurePoints *points, int width, int height,
             const AyFigureRasterOptions *given)
{
  g_autoptr (AyFigureRaster) raster = ay_figure_raster_new ();
  g_autofree guint32 *pixels = g_new (guint32, (gsize) width * height);
  g_autofree double *rgba = g_new (double, 4 * (gsize) width * height);
  Naive naive = { width, height, rgba };
  AyFigureRasterOptions options = *given;

  options.width = width;
  options.height = height;
  g_assert_true (ay_figure_raster_draw (raster, points, &unit, &options, pixels,
                                        4 * (gsize) width, NULL, NULL));
  naive_draw (&naive, points, &unit, &options);
  g_assert_cmpfloat (difference (&naive, pixels), <=, 1.0);
}

static void
test_blend (void)
{
  g_autoptr (Cloud) cloud = cloud_new (2500, 2);
  static const struct { double radius, scale, alpha; AyFigureColor background; } cases[] = {
    { 0.5, 1.0, 1.0, 0 },          { 0.5, 1.0, 0.1, 0xffffffff }, { 1.0, 1.0, 0.3, 0 },
    { 0.5, 2.0, 0.02, 0xff1e1e1e }, { 1.0, 1.0, 1.0, 0x80ffffff }, { 2.0, 1.0, 0.7, 0xffffffff },
    { 1.5, 2.0, 0.25, 0 },         { 8.3, 1.0, 0.1, 0xff1e1e1e },
  };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    for (int selected = 0; selected < 2; selected++)
      {
        AyFigureRasterOptions options = AY_FIGURE_RASTER_OPTIONS_INIT;

        options.radius = cases[k].radius;
        options.scale = cases[k].scale;
        options.alpha = cases[k].alpha;
        options.background = cases[k].background;
        cloud->points.selected = selected ? cloud->selected : NULL;
        cloud->points.visible = selected ? cloud->visible : NULL;
        cloud->points.n = cases[k].radius > 4.0 ? 150 : 2500;
        check_blend (&cloud->points, 64, 128, &options);
        check_blend (&cloud->points, 131, 7, &options);
      }
}

/* Later rows above earlier ones, selected rows above all. */
static void
test_order (void)
{
  static const float x[] = { 0.5f, 0.5f, 0.5f }, y[] = { 0.5f, 0.5f, 0.5f };
  static const guint16 color[] = { 0, 1, 2 };
  static const AyFigureColor palette[] = { 0xffff0000, 0xff00ff00, 0xff0000ff };
  AyFigurePoints points = { .n = 3, .x = x, .y = y, .color = color, .palette = palette,
                            .n_palette = 3 };
  g_autoptr (AyFigureRaster) raster = ay_figure_raster_new ();
  g_autoptr (AyBitset) selected = ay_bitset_new (3);
  AyFigureRasterOptions options = AY_FIGURE_RASTER_OPTIONS_INIT;
  guint32 pixel;

  options.width = options.height = 1;
  options.alpha = options.dim = 1.0;
  options.radius = 0.5;
  g_assert_true (
      ay_figure_raster_draw (raster, &points, &unit, &options, &pixel, 4, NULL, NULL));
  g_assert_cmphex (pixel, ==, 0xff0000ff);
  ay_bitset_add (selected, 1);
  points.selected = selected;
  g_assert_true (
      ay_figure_raster_draw (raster, &points, &unit, &options, &pixel, 4, NULL, NULL));
  g_assert_cmphex (pixel, ==, 0xff00ff00);
}

static void
draw_with (guint threads, const AyFigurePoints *points, double radius, guint32 *pixels)
{
  g_autoptr (AyFigureRaster) raster = ay_figure_raster_new ();
  AyFigureRasterOptions options = AY_FIGURE_RASTER_OPTIONS_INIT;

  options.width = 333;
  options.height = 222;
  options.radius = radius;
  options.alpha = 0.2;
  ay_set_threads (threads);
  g_assert_true (
      ay_figure_raster_draw (raster, points, &unit, &options, pixels, 4 * 333, NULL, NULL));
  ay_set_threads (0);
}

static void
test_same_for_any_number_of_threads (void)
{
  g_autoptr (Cloud) cloud = cloud_new (300000, 3);
  g_autofree guint32 *one = g_new (guint32, 333 * 222), *many = g_new (guint32, 333 * 222);
  static const double radii[] = { 0.5, 1.0, 2.5 };

  cloud->points.selected = cloud->selected;
  for (gsize k = 0; k < G_N_ELEMENTS (radii); k++)
    {
      draw_with (1, &cloud->points, radii[k], one);
      for (guint threads = 2; threads <= 5; threads += 3)
        {
          draw_with (threads, &cloud->points, radii[k], many);
          g_assert_cmpmem (one, 4 * 333 * 222, many, 4 * 333 * 222);
        }
    }
}

static void
test_density (void)
{
  g_autoptr (Cloud) cloud = cloud_new (200000, 4);
  g_autoptr (AyFigureRaster) raster = ay_figure_raster_new ();
  g_autofree guint32 *counts = g_new (guint32, 40 * 30), *pixels = g_new (guint32, 50 * 30);
  AyFigureRasterOptions options = AY_FIGURE_RASTER_OPTIONS_INIT;
  AyFigureScale scale;
  guint32 max;

  ay_figure_scale_init (&scale, AY_FIGURE_SEQUENTIAL, 0.0, 1.0, ay_figure_theme (FALSE));
  options.width = 40;
  options.height = 30;
  options.background = 0x80ff0000;
  memset (pixels, 0xab, 4 * 50 * 30);
  g_assert_true (ay_figure_raster_counts (raster, &cloud->points, &unit, &options, counts, &max,
                                          NULL, NULL));
  g_assert_true (ay_figure_raster_density (raster, &cloud->points, &unit, &options, &scale, pixels,
                                           4 * 50, NULL, NULL));
  g_assert_cmpuint (max, >, 4096); /* also beyond the ready colours */
  for (int j = 0; j < 30; j++)
    {
      for (int i = 0; i < 40; i++)
        {
          guint32 count = counts[j * 40 + i];
          AyFigureColor expected
              = ay_figure_scale_color (&scale, log1p (count) / log1p (max));

          g_assert_cmphex (pixels[j * 50 + i], ==, count == 0 ? 0x80800000 : expected);
        }
      g_assert_cmphex (pixels[j * 50 + 45], ==, 0xabababab); /* the stride is kept */
    }
}

static void
test_refuses (void)
{
  g_autoptr (Cloud) cloud = cloud_new (10, 5);
  g_autoptr (AyFigureRaster) raster = ay_figure_raster_new ();
  g_autoptr (AyJob) job = ay_job_new ();
  AyFigureRasterOptions options = AY_FIGURE_RASTER_OPTIONS_INIT;
  const AyFigureView empty = { 0.0, 0.0, 0.0, 1.0 }, wild = { 0.0, 0.0, INFINITY, 1.0 };
  guint32 pixels[4];
  GError *error = NULL;

  g_assert_false (
      ay_figure_raster_draw (raster, &cloud->points, &unit, &options, pixels, 8, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  options.width = options.height = 2;
  g_assert_false (
      ay_figure_raster_draw (raster, &cloud->points, &empty, &options, pixels, 8, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  g_assert_false (
      ay_figure_raster_draw (raster, &cloud->points, &wild, &options, pixels, 8, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  ay_job_cancel (job);
  g_assert_false (
      ay_figure_raster_draw (raster, &cloud->points, &unit, &options, pixels, 8, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  g_clear_error (&error);
}

/* A view fits what is placed: all of it inside, with the margin, also for one point or none. */
static void
test_view_fit (void)
{
  float x[] = { 1.0f, 3.0f, NAN, 2.0f }, y[] = { -1.0f, 0.0f, 5.0f, 1.0f };
  static const AyFigureColor palette[] = { 0xffff0000 };
  AyFigurePoints points = { .n = 4, .x = x, .y = y, .palette = palette, .n_palette = 1 };
  AyFigureView view = ay_figure_view_fit (&points, 400, 100, 0.1, FALSE);

  g_assert_cmpfloat_with_epsilon (view.x0, 0.8, 1e-6);
  g_assert_cmpfloat_with_epsilon (view.x1, 3.2, 1e-6);
  g_assert_cmpfloat_with_epsilon (view.y0, -1.2, 1e-6);
  view = ay_figure_view_fit (&points, 400, 100, 0.0, TRUE);
  g_assert_cmpfloat_with_epsilon ((view.x1 - view.x0) / 400, (view.y1 - view.y0) / 100, 1e-9);
  g_assert_cmpfloat_with_epsilon (view.y1 - view.y0, 2.0, 1e-6);
  for (points.n = 0; points.n < 2; points.n++)
    {
      view = ay_figure_view_fit (&points, 400, 100, 0.1, TRUE);
      g_assert_true (ay_figure_view_is_valid (&view));
    }
  x[0] = 1e30f;
  points.n = 1;
  view = ay_figure_view_fit (&points, 400, 100, 0.1, FALSE);
  g_assert_true (ay_figure_view_is_valid (&view));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/raster/counts", test_counts);
  g_test_add_func ("/raster/blend", test_blend);
  g_test_add_func ("/raster/order", test_order);
  g_test_add_func ("/raster/same-for-any-number-of-threads", test_same_for_any_number_of_threads);
  g_test_add_func ("/raster/density", test_density);
  g_test_add_func ("/raster/refuses", test_refuses);
  g_test_add_func ("/raster/view-fit", test_view_fit);
  return g_test_run ();
}
