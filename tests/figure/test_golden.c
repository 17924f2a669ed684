/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawings against pictures that a person has looked at (tests/figure/golden). A small difference
 * is allowed for another version of cairo, pango or the font; on failure it is written to the build
 * folder. ASSAY_WRITE_GOLDEN=1 makes the pictures anew: look at them before committing. */
#include "figure/samples.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#define WIDTH 300
#define HEIGHT 200
#define FAR 64 /* a pixel that anyone sees is different */

typedef struct
{
  double mean; /* difference of a channel, of 255 */
  double far;  /* share of far pixels */
} Limits;

/* Since 1.17.4 cairo puts glyphs between pixels: each of them looks a little different then. */
static Limits
limits (void)
{
  return cairo_version () < CAIRO_VERSION_ENCODE (1, 17, 4) ? (Limits) { 1.5, 0.01 }
                                                             : (Limits) { 4.0, 0.02 };
}

static const struct { const char *name; gboolean dark; } pictures[] = {
  { "map-classes", FALSE },   { "map-selected", TRUE },   { "map-diverging", FALSE },
  { "map-groups", FALSE },
  { "map-density", TRUE },    { "scatter-axes", FALSE },  { "histogram", FALSE },
  { "histogram-log", TRUE },  { "bars-before", FALSE },   { "bars-many", TRUE },
  { "bars-signs", FALSE },    { "lines", FALSE },         { "lines-hostile", TRUE },
  { "waterfall", FALSE },     { "panels", FALSE },
};

static cairo_surface_t *
draw (const char *name, gboolean dark)
{
  AyFigureTheme theme = *ay_figure_theme (dark);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);

  theme.font = "DejaVu Sans";
  theme.font_size = 9.0;
  for (int i = 0; i < N_SAMPLES; i++)
    if (g_str_equal (samples ()[i].name, name))
      {
        AyFigureSpec spec = samples ()[i].spec;

        spec.theme = &theme;
        spec.scale = 1.0;
        spec.width = WIDTH;
        spec.height = HEIGHT;
        ay_figure_draw (&spec, cr);
      }
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* Mean difference of the channels, the share of far pixels, and a picture of it all in `out`. */
static void
compare (cairo_surface_t *a, cairo_surface_t *b, cairo_surface_t *out, double *mean, double *far)
{
  const guint8 *pa = cairo_image_surface_get_data (a), *pb = cairo_image_surface_get_data (b);
  guint8 *po = cairo_image_surface_get_data (out);
  gsize stride = (gsize) cairo_image_surface_get_stride (a);

  *mean = *far = 0.0;
  for (gsize y = 0; y < HEIGHT; y++)
    for (gsize x = 0; x < WIDTH; x++)
      {
        int worst = 0;

        for (gsize c = 0; c < 4; c++)
          {
            gsize at = y * stride + 4 * x + c;
            /* the fourth byte of RGB24 means nothing */
            gboolean color = G_BYTE_ORDER == G_LITTLE_ENDIAN ? c != 3 : c != 0;
            int difference = color ? ABS ((int) pa[at] - (int) pb[at]) : 0;

            po[at] = (guint8) (255 - difference);
            worst = MAX (worst, difference);
            *mean += difference / (3.0 * WIDTH * HEIGHT);
          }
        *far += worst > FAR ? 1.0 / (WIDTH * HEIGHT) : 0.0;
      }
  cairo_surface_mark_dirty (out);
}

static void
check_picture (const char *name, gboolean dark)
{
  g_autofree char *file = g_strdup_printf ("%s.png", name);
  g_autofree char *path
      = g_test_build_filename (G_TEST_DIST, "figure", "golden", file, NULL);
  cairo_surface_t *drawn = draw (name, dark), *golden, *difference;
  double mean, far;

  if (g_getenv ("ASSAY_WRITE_GOLDEN") != NULL)
    g_assert_cmpint (cairo_surface_write_to_png (drawn, path), ==, CAIRO_STATUS_SUCCESS);
  golden = cairo_image_surface_create_from_png (path);
  g_assert_cmpint (cairo_surface_status (golden), ==, CAIRO_STATUS_SUCCESS);
  g_assert_cmpint (cairo_image_surface_get_width (golden), ==, WIDTH);
  g_assert_cmpint (cairo_image_surface_get_height (golden), ==, HEIGHT);
  difference = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  compare (drawn, golden, difference, &mean, &far);
  g_test_message ("%s: mean difference %.3f, far pixels %.4f", name, mean, far);
  if (mean > limits ().mean || far > limits ().far)
    {
      g_autofree char *drawn_name = g_strconcat (name, "-drawn.png", NULL);
      g_autofree char *difference_name = g_strconcat (name, "-difference.png", NULL);
      g_autofree char *drawn_path = g_test_build_filename (G_TEST_BUILT, drawn_name, NULL);
      g_autofree char *difference_path
          = g_test_build_filename (G_TEST_BUILT, difference_name, NULL);

      cairo_surface_write_to_png (drawn, drawn_path);
      cairo_surface_write_to_png (difference, difference_path);
      g_test_message ("see %s and %s", drawn_path, difference_path);
      g_test_fail_printf ("%s differs from its picture", name);
    }
  cairo_surface_destroy (drawn);
  cairo_surface_destroy (golden);
  cairo_surface_destroy (difference);
}

static void
test_pictures (void)
{
  PangoFontMap *fonts = pango_cairo_font_map_get_default ();

  if (pango_font_map_get_family (fonts, "DejaVu Sans") == NULL)
    {
      g_test_skip ("the font DejaVu Sans is not installed: the pictures were made with it");
      return;
    }
  for (gsize k = 0; k < G_N_ELEMENTS (pictures); k++)
    check_picture (pictures[k].name, pictures[k].dark);
}

/* The comparison itself: a change that a person would see is found. */
static void
test_comparison_finds_changes (void)
{
  cairo_surface_t *a = draw ("histogram", FALSE), *b = draw ("histogram", TRUE);
  cairo_surface_t *c = draw ("histogram-log", FALSE);
  cairo_surface_t *out = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  double mean, far;

  compare (a, a, out, &mean, &far);
  g_assert_true (mean == 0.0 && far == 0.0);
  compare (a, b, out, &mean, &far);
  g_assert_true (mean > limits ().mean && far > limits ().far);
  compare (a, c, out, &mean, &far);
  g_assert_true (mean > limits ().mean && far > limits ().far);
  cairo_surface_destroy (a);
  cairo_surface_destroy (b);
  cairo_surface_destroy (c);
  cairo_surface_destroy (out);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/pictures", test_pictures);
  g_test_add_func ("/golden/comparison-finds-changes", test_comparison_finds_changes);
  return g_test_run ();
}
