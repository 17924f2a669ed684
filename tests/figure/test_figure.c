/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every drawing, light and dark, at two sizes, with friendly and hostile inputs: what it must and
 * must not do, whatever it looks like. ASSAY_FIGURES_TO=FOLDER writes them as PNG to look at. */
#include "figure/samples.h"

#include "core/base/error.h"
#include "core/base/rng.h"
#include "figure/raster.h"
#include "folders.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define EDGE 40 /* px around a figure that it must leave alone */

static AyFigureSpec
variant (const Sample *sample, gboolean dark, gboolean small)
{
  AyFigureSpec spec = sample->spec;

  spec.theme = ay_figure_theme (dark);
  spec.scale = 1.0;
  spec.width = small ? 330.0 : 760.0;
  spec.height = small ? 240.0 : 480.0;
  return spec;
}

/* Draws at (EDGE, EDGE) of a larger, empty picture. */
static cairo_surface_t *
draw_inside (const AyFigureSpec *spec)
{
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_ARGB32, (int) spec->width + 2 * EDGE, (int) spec->height + 2 * EDGE);
  cairo_t *cr = cairo_create (surface);

  cairo_translate (cr, EDGE, EDGE);
  ay_figure_draw (spec, cr);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static guint32
pixel_at (cairo_surface_t *surface, int x, int y)
{
  const guint8 *data = cairo_image_surface_get_data (surface);
  guint32 pixel;

  memcpy (&pixel, data + (gsize) y * (gsize) cairo_image_surface_get_stride (surface) + 4 * x, 4);
  return pixel;
}

/* No text is cut off, nothing sticks out: the picture around the figure is untouched, and so is the
 * border of the figure itself. */
static void
check_stays_inside (const char *name, const AyFigureSpec *spec, cairo_surface_t *surface)
{
  int width = (int) spec->width, height = (int) spec->height;

  for (int y = 0; y < height + 2 * EDGE; y++)
    for (int x = 0; x < width + 2 * EDGE; x++)
      {
        gboolean outside = x < EDGE || y < EDGE || x >= EDGE + width || y >= EDGE + height;
        gboolean border = x < EDGE + 2 || y < EDGE + 2 || x >= EDGE + width - 2
                          || y >= EDGE + height - 2;
        guint32 expected = outside ? 0 : spec->theme->background;

        if ((outside || border) && pixel_at (surface, x, y) != expected)
          g_error ("%s (%s, %dx%d): something is drawn at %d, %d", name,
                   spec->theme->dark ? "dark" : "light", width, height, x - EDGE, y - EDGE);
      }
}

static void
write_to_look_at (const char *name, const AyFigureSpec *spec)
{
  const char *folder = g_getenv ("ASSAY_FIGURES_TO");
  g_autofree char *path = NULL;

  if (folder == NULL)
    return;
  path = g_strdup_printf ("%s/%s-%s-%g.png", folder, name, spec->theme->dark ? "dark" : "light",
                          spec->width);
  g_assert_true (ay_figure_write (spec, path, AY_FIGURE_PNG, NULL));
}

static void
test_every_drawing (void)
{
  for (int i = 0; i < N_SAMPLES; i++)
    for (int k = 0; k < 4; k++)
      {
        AyFigureSpec spec = variant (&samples ()[i], k & 1, k >> 1);
        cairo_surface_t *surface = draw_inside (&spec);
        guint drawn = 0;

        check_stays_inside (samples ()[i].name, &spec, surface);
        for (int y = EDGE; y < EDGE + (int) spec.height; y++)
          for (int x = EDGE; x < EDGE + (int) spec.width; x++)
            drawn += pixel_at (surface, x, y) != spec.theme->background;
        g_assert_cmpuint (drawn, >, 200); /* at least the title */
        cairo_surface_destroy (surface);
        write_to_look_at (samples ()[i].name, &spec);
      }
}

/* Also where there is hardly any room. */
static void
test_tiny (void)
{
  for (int i = 0; i < N_SAMPLES; i++)
    for (int k = 0; k < 3; k++)
      {
        static const double sizes[][2] = { { 64, 64 }, { 64, 400 }, { 400, 64 } };
        AyFigureSpec spec = variant (&samples ()[i], FALSE, TRUE);
        cairo_surface_t *surface;

        spec.width = sizes[k][0];
        spec.height = sizes[k][1];
        surface = draw_inside (&spec);
        cairo_surface_destroy (surface);
      }
}

/* ---- sentences ---- */

static void
test_summaries (void)
{
  for (int i = 0; i < N_SAMPLES; i++)
    {
      g_autofree char *text = ay_figure_summary (&samples ()[i].spec, NULL);

      g_assert_true (g_utf8_validate (text, -1, NULL));
      g_assert_true (g_str_has_suffix (text, "."));
      g_assert_null (strchr (text, '\n'));
      g_assert_null (strstr (text, "nan"));
      g_assert_cmpuint (strlen (text), >, 10);
    }
}

static void
test_summary_says_numbers (void)
{
  static const double v[] = { 1.0, 2.0, NAN, 4.0, INFINITY };
  AyFigureSpec spec = AY_FIGURE_SPEC_INIT;
  g_autoptr (AyFigureBins) bins = ay_figure_bins_new (v, 5, NULL);
  g_autofree char *text = NULL;

  spec.kind = AY_FIGURE_HISTOGRAM;
  spec.histogram = (AyFigureHistogram) { .bins = bins, .label = "loss" };
  text = ay_figure_summary (&spec, NULL);
  g_assert_cmpstr (text, ==,
                   "Histogram of loss over 4 rows: from 1 to 4, half of them below 2; "
                   "1 without a value, 1 infinite.");
}

static const char *
marked (const char *text)
{
  g_autofree char *with = g_strconcat ("\302\247", text, NULL);

  return g_intern_string (with);
}

/* Words and numbers of a theme; every kind of figure begins with a word of its own. */
static void
test_summaries_in_a_language (void)
{
  static const double v[] = { 0.5, 0.25, 0.75 };
  AyFigureTheme theme = *ay_figure_theme (FALSE);
  AyFigureSpec spec = AY_FIGURE_SPEC_INIT;
  g_autoptr (AyFigureBins) bins = ay_figure_bins_new (v, 3, NULL);
  g_autofree char *said = NULL;

  theme.word = marked;
  theme.decimal = ",";
  for (int i = 0; i < N_SAMPLES; i++)
    {
      const AyFigureSpec *one = &samples ()[i].spec;
      g_autofree char *text = ay_figure_summary (one, &theme);

      g_assert_nonnull (strstr (text, "\302\247"));
    }
  spec.kind = AY_FIGURE_HISTOGRAM;
  spec.histogram = (AyFigureHistogram) { .bins = bins, .label = "loss" };
  said = ay_figure_summary (&spec, &theme);
  g_assert_cmpstr (said, ==,
                   "\302\247Histogram of loss over 3 \302\247rows\302\247: from 0,25 to 0,75, half "
                   "of them below 0,5.");
}

/* ---- files ---- */

typedef struct
{
  guint texts, images, titles, descs;
  GString *words;
} Svg;

static void
svg_start (GMarkupParseContext *context, const char *element, const char **names,
           const char **values, gpointer data, GError **error)
{
  Svg *self = data;

  self->texts += g_str_equal (element, "text");
  self->images += g_str_equal (element, "image");
  self->titles += g_str_equal (element, "title");
  self->descs += g_str_equal (element, "desc");
  for (int i = 0; names[i] != NULL; i++)
    {
      if (g_str_has_prefix (values[i], "data:"))
        continue;
      g_assert_null (strstr (values[i], "nan"));
      g_assert_null (strstr (values[i], "inf"));
    }
}

static void
svg_text (GMarkupParseContext *context, const char *text, gsize length, gpointer data,
          GError **error)
{
  if (g_str_equal (g_markup_parse_context_get_element (context), "text"))
    {
      g_string_append_len (((Svg *) data)->words, text, (gssize) length);
      g_string_append_c (((Svg *) data)->words, '\n');
    }
}

static char *
write_and_read (const AyFigureSpec *spec, AyFigureFormat format, gsize *length)
{
  static const char *const endings[] = { "svg", "pdf", "png" };
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_strdup_printf ("%s/figure.%s", folder, endings[format]);
  g_autoptr (GError) error = NULL;
  char *bytes = NULL;

  g_assert_true (ay_figure_write (spec, path, format, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &bytes, length, NULL));
  g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0); /* nothing else was left there */
  return bytes;
}

/* SVG is well-formed, says its title and sentence, and its text is text. */
static void
test_svg (void)
{
  static const GMarkupParser parser = { .start_element = svg_start, .text = svg_text };

  for (int i = 0; i < N_SAMPLES; i++)
    {
      Svg svg = { .words = g_string_new (NULL) };
      AyFigureSpec spec = variant (&samples ()[i], FALSE, FALSE);
      GMarkupParseContext *context = g_markup_parse_context_new (&parser, 0, &svg, NULL);
      gsize length;
      g_autofree char *bytes = write_and_read (&spec, AY_FIGURE_SVG, &length);
      g_autofree char *word = g_strndup (spec.title, 9);

      g_assert_true (g_markup_parse_context_parse (context, bytes, (gssize) length, NULL));
      g_assert_true (g_markup_parse_context_end_parse (context, NULL));
      g_assert_cmpuint (svg.titles, ==, 1);
      g_assert_cmpuint (svg.descs, ==, 1);
      g_assert_cmpuint (svg.texts, >, 0);
      g_assert_nonnull (strstr (svg.words->str, word));
      g_assert_null (strstr (bytes, "glyph"));
      if (spec.kind == AY_FIGURE_SCATTER && i < 8)
        g_assert_cmpuint (svg.images, >=, 1);
      else if (spec.kind != AY_FIGURE_SCATTER)
        g_assert_cmpuint (svg.images, ==, 0);
      if (g_str_equal (samples ()[i].name, "map-classes"))
        g_assert_nonnull (strstr (svg.words->str, "seven\n"));
      g_string_free (svg.words, TRUE);
      g_markup_parse_context_free (context);
    }
}

static void
test_same_bytes (void)
{
  static const int some[] = { 0, 5, 12, 20, 26 };
  static const char *const begins[] = { "<?xml", "%PDF", "\211PNG" };

  for (gsize k = 0; k < G_N_ELEMENTS (some); k++)
    for (int format = 0; format < 3; format++)
      {
        AyFigureSpec spec = variant (&samples ()[some[k]], FALSE, TRUE);
        gsize a_length, b_length;
        g_autofree char *a = write_and_read (&spec, (AyFigureFormat) format, &a_length);
        g_autofree char *b = write_and_read (&spec, (AyFigureFormat) format, &b_length);

        g_assert_cmpmem (a, a_length, b, b_length);
        g_assert_true (g_str_has_prefix (a, begins[format]));
      }
}

static void
test_refuses (void)
{
  AyFigureSpec spec = variant (&samples ()[0], FALSE, TRUE);
  AyFigureFormat format;
  GError *error = NULL;

  g_assert_false (ay_figure_write (&spec, "/no/such/folder/a.png", AY_FIGURE_PNG, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_IO);
  g_clear_error (&error);
  spec.width = NAN;
  g_assert_false (ay_figure_write (&spec, "a.png", AY_FIGURE_PNG, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  spec.width = spec.height = 8000.0;
  spec.scale = 4.0;
  g_assert_false (ay_figure_write (&spec, "a.png", AY_FIGURE_PNG, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  spec.width = 1e6;
  g_assert_false (ay_figure_write (&spec, "a.png", AY_FIGURE_PNG, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
  g_assert_false (g_file_test ("a.png", G_FILE_TEST_EXISTS));
  g_assert_true (ay_figure_format_of_path ("x/Y.PDF", &format, NULL) && format == AY_FIGURE_PDF);
  g_assert_false (ay_figure_format_of_path ("figure.gif", &format, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_clear_error (&error);
}

/* ---- what is drawn ---- */

static guint
count_pixels (cairo_surface_t *surface, AyFigureColor color, int from_x, int to_x)
{
  guint count = 0;

  for (int y = 0; y < cairo_image_surface_get_height (surface); y++)
    for (int x = MAX (from_x, 0); x < MIN (to_x, cairo_image_surface_get_width (surface)); x++)
      count += pixel_at (surface, x, y) == color;
  return count;
}

/* A bar's length is proportional to its number. */
static void
test_bar_lengths (void)
{
  static const char *const names[] = { "a" };
  static const double values[][1] = { { 50.0 }, { 100.0 } };
  const AyFigureTheme *theme = ay_figure_theme (FALSE);
  static const double full[] = { 100.0 };
  guint area[2];

  for (int k = 0; k < 2; k++)
    {
      AyFigureSpec spec = AY_FIGURE_SPEC_INIT;
      cairo_surface_t *surface;

      spec.kind = AY_FIGURE_BARS;
      spec.bars = (AyFigureBars) { .n = 1, .names = names, .values = values[k], .before = full,
                                   .integral = TRUE };
      spec.theme = theme;
      surface = draw_inside (&spec);
      area[k] = count_pixels (surface, theme->accent, 0, 10000);
      cairo_surface_destroy (surface);
    }
  g_assert_cmpfloat (fabs ((double) area[1] / area[0] - 2.0), <, 0.05);
}

/* The selected part of a histogram is the share of the selected rows. */
static void
test_histogram_overlay (void)
{
  double values[1000];
  g_autoptr (AyBitset) selected = ay_bitset_new (1000);
  const AyFigureTheme *theme = ay_figure_theme (FALSE);
  AyFigureBinsOptions options = { 10, 0.0, 10.0, NULL, selected };
  g_autoptr (AyFigureBins) bins = NULL;
  AyFigureSpec spec = AY_FIGURE_SPEC_INIT;
  cairo_surface_t *surface;
  double strong, faint;

  for (gsize i = 0; i < 1000; i++)
    {
      values[i] = (double) (i % 10) + 0.5;
      if (i < 250)
        ay_bitset_add (selected, i);
    }
  bins = ay_figure_bins_new (values, 1000, &options);
  spec.kind = AY_FIGURE_HISTOGRAM;
  spec.histogram.bins = bins;
  spec.theme = theme;
  surface = draw_inside (&spec);
  strong = count_pixels (surface, theme->accent, 0, 10000);
  faint = count_pixels (surface, ay_figure_mix (theme->accent, theme->background, 0.62), 0, 10000);
  cairo_surface_destroy (surface);
  g_assert_cmpfloat (fabs (strong / (strong + faint) - 0.25), <, 0.02);
}

/* Points on a map: as many pixels of a class's colour as the raster draws, left of the legend. */
static void
test_scatter_shows_points (void)
{
  float x[3] = { 0.0f, 1.0f, 2.0f }, y[3] = { 0.0f, 1.0f, 0.0f };
  guint32 codes[3] = { 0, 1, 9 };
  const char *names[] = { "first", "second" };
  const AyFigureTheme *theme = ay_figure_theme (FALSE);
  AyFigureSpec spec = AY_FIGURE_SPEC_INIT;
  cairo_surface_t *surface;

  spec.kind = AY_FIGURE_SCATTER;
  spec.scatter = (AyFigureScatter) { .n = 3, .x = x, .y = y, .map = TRUE, .codes = codes,
                                     .names = names, .n_names = 2, .radius = 6.0 };
  spec.theme = theme;
  spec.scale = 1.0;
  for (int k = 0; k < 2; k++)
    {
      guint left = 0;

      surface = draw_inside (&spec);
      for (int py = 0; py < 680; py++)
        for (int px = 0; px < 600; px++)
          {
            guint32 p = pixel_at (surface, px, py);

            left += ((p >> 16) & 255) < 60 && (p & 255) > 150; /* the blue of class 0 */
          }
      if (k == 0)
        g_assert_cmpuint (left, >, 60);
      else
        g_assert_cmpuint (left, ==, 0);
      cairo_surface_destroy (surface);
      x[0] = NAN; /* the point has lost its place */
    }
}

/* Columns of a waterfall: what is drawn at a place is what is there to be clicked, and heights are
 * as the changes. */
static void
test_waterfall (void)
{
  static const char *const names[] = { "1", "2" };
  double before[] = { 1.0, 0.5 }, after[] = { 0.5, 0.75 };
  AyFigureWaterfall fall = { .n = 2, .names = names, .before = before, .after = after,
                             .current = -1 };
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 400, 300);
  cairo_t *cr = cairo_create (surface);
  AyFigureCanvas canvas = { cr, ay_figure_theme (FALSE), 1.0, NULL };
  AyFigureBox box = { 0.0, 0.0, 400.0, 300.0 };
  guint blue = 0, level = 0, seen[2] = { 0 };
  g_autofree char *said = ay_figure_waterfall_summary (&fall, NULL);

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  ay_figure_waterfall_draw (&canvas, &fall, &box);
  cairo_surface_flush (surface);
  for (int x = 0; x < 400; x++)
    {
      gint at = ay_figure_waterfall_at (&canvas, &fall, &box, x + 0.5);
      guint height = 0, grey = 0;

      for (int y = 0; y < 300; y++)
        {
          guint32 p = pixel_at (surface, x, y) & 0xffffff;

          height += (p & 255) > ((p >> 16) & 255) + 60;
          grey += p == (ay_figure_theme (FALSE)->other & 0xffffff);
        }
      blue = MAX (blue, height);
      level = MAX (level, grey);
      if (height > 20)
        g_assert_cmpint (at, ==, 0);
      if (at >= 0)
        seen[at]++;
    }
  g_assert_cmpuint (seen[0], >, 50);
  g_assert_cmpuint (ABS ((int) seen[0] - (int) seen[1]), <=, 1);
  g_assert_cmpuint (ABS ((int) level - 2 * (int) blue), <=, 3); /* from 1, down by a half */
  g_assert_nonnull (strstr (said, "from 1 to 0.75; largest fall 0.5 in 1; 1 rose"));
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/figure/every-drawing", test_every_drawing);
  g_test_add_func ("/figure/tiny", test_tiny);
  g_test_add_func ("/figure/summaries", test_summaries);
  g_test_add_func ("/figure/summary-says-numbers", test_summary_says_numbers);
  g_test_add_func ("/figure/summaries-in-a-language", test_summaries_in_a_language);
  g_test_add_func ("/figure/svg", test_svg);
  g_test_add_func ("/figure/same-bytes", test_same_bytes);
  g_test_add_func ("/figure/refuses", test_refuses);
  g_test_add_func ("/figure/bar-lengths", test_bar_lengths);
  g_test_add_func ("/figure/histogram-overlay", test_histogram_overlay);
  g_test_add_func ("/figure/scatter-shows-points", test_scatter_shows_points);
  g_test_add_func ("/figure/waterfall", test_waterfall);
  return g_test_run ();
}
