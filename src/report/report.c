/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report_private.h"

#include "core/base/error.h"
#include "core/base/file.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

#define STEPS_HEIGHT 130.0
#define FIGURE_HEIGHT 310.0

gboolean
ay_report_format_of_path (const char *path, AyReportFormat *format, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  *format = g_str_has_suffix (lower, ".pdf") ? AY_REPORT_PDF : AY_REPORT_HTML;
  if (*format == AY_REPORT_PDF || g_str_has_suffix (lower, ".html")
      || g_str_has_suffix (lower, ".htm"))
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "%s: a report is written as .pdf or .html", path);
  return FALSE;
}

/* --- drawings --- */

static void
draw_steps (AyReportDrawing *self, const AyBlock *block)
{
  const double *levels = (const double *) (gconstpointer) block->values->data;
  guint n = block->names->len;

  self->before = g_memdup2 (levels, (n + 1) * sizeof *levels);
  self->spec.kind = AY_FIGURE_WATERFALL;
  self->spec.height = STEPS_HEIGHT;
  self->spec.waterfall = (AyFigureWaterfall) {
    .n = n, .names = (const char *const *) block->names->pdata, .before = self->before,
    .after = levels + 1, .label = block->label, .current = -1,
  };
}

static void
draw_curves (AyReportDrawing *self, const AyBlock *block)
{
  guint n = block->curves->len;

  self->curves = g_new0 (AyFigureCurve, MAX (n, 1));
  for (guint k = 0; k < n; k++)
    {
      const AyStoryCurve *from = block->curves->pdata[k];

      self->curves[k] = (AyFigureCurve) { .name = from->name, .n = from->n, .x = from->x,
                                          .y = from->y, .low = from->low, .high = from->high,
                                          .reference = from->reference };
    }
  self->spec.kind = AY_FIGURE_LINES;
  self->spec.height = FIGURE_HEIGHT;
  self->spec.lines = (AyFigureLines) { .n_curves = n, .curves = self->curves,
                                       .x_axis = { .label = block->x_label, .integral = TRUE },
                                       .y_axis = { .label = block->label } };
  self->flag = (AyFigureFlag) { 0, block->mark_x, block->mark_y, block->mark };
  self->spec.lines.flags = &self->flag;
  self->spec.lines.n_flags = block->mark != NULL;
}

static void
draw_map (AyReportDrawing *self, const AyBlock *block)
{
  const AyStoryMap *map = block->map;

  self->spec.kind = AY_FIGURE_SCATTER;
  self->spec.height = FIGURE_HEIGHT;
  self->spec.scatter = (AyFigureScatter) {
    .n = map->n, .x = map->x, .y = map->y, .map = TRUE, .color_label = block->label,
    .codes = map->codes, .selected = map->marked,
    .names = map->names != NULL ? (const char *const *) map->names->pdata : NULL,
    .n_names = map->names != NULL ? map->names->len : 0,
  };
}

void
ay_report_drawing_init (AyReportDrawing *self, const AyBlock *block, double width)
{
  *self = (AyReportDrawing) { .spec = AY_FIGURE_SPEC_INIT };
  self->spec.width = width;
  if (block->kind == AY_BLOCK_STEPS)
    draw_steps (self, block);
  else if (block->kind == AY_BLOCK_CURVES)
    draw_curves (self, block);
  else
    draw_map (self, block);
}

void
ay_report_drawing_clear (AyReportDrawing *self)
{
  g_clear_pointer (&self->before, g_free);
  g_clear_pointer (&self->curves, g_free);
}

/* --- pictures --- */

gboolean
ay_report_has_pictures (const AyBlock *block)
{
  for (guint i = 0; i < block->samples->len; i++)
    if (((const AyStorySample *) block->samples->pdata[i])->rgb != NULL)
      return TRUE;
  return FALSE;
}

cairo_surface_t *
ay_report_picture (const AyStorySample *sample)
{
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, (int) sample->width, (int) sample->height);
  int stride = cairo_image_surface_get_stride (surface);
  guint8 *to = cairo_image_surface_get_data (surface);

  if (to == NULL)
    return surface;
  cairo_surface_flush (surface);
  for (guint y = 0; y < sample->height; y++)
    for (guint x = 0; x < sample->width; x++)
      {
        const guint8 *p = sample->rgb + 3 * ((gsize) y * sample->width + x);
        guint32 pixel = (guint32) p[0] << 16 | (guint32) p[1] << 8 | p[2];

        memcpy (to + (gsize) y * (gsize) stride + 4 * (gsize) x, &pixel, 4);
      }
  cairo_surface_mark_dirty (surface);
  if (sample->jpeg != NULL) /* goes into a PDF as it is */
    {
      GBytes *jpeg = g_bytes_ref (sample->jpeg);

      cairo_surface_set_mime_data (surface, CAIRO_MIME_TYPE_JPEG, g_bytes_get_data (jpeg, NULL),
                                   g_bytes_get_size (jpeg), (cairo_destroy_func_t) g_bytes_unref,
                                   jpeg);
    }
  return surface;
}

gboolean
ay_report_write (const AyStory *story, AyReportFormat format, AyPaper paper, const char *path,
                 GError **error)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_autoptr (AyOutput) output = NULL;

  if (!(format == AY_REPORT_PDF ? ay_report_pdf : ay_report_html) (story, paper, bytes, error))
    return FALSE;
  output = ay_output_new (path, error);
  if (output == NULL)
    return FALSE;
  fwrite (bytes->str, 1, bytes->len, ay_output_stream (output));
  return ay_output_commit (output, error);
}

/* A separator that is not UTF-8, or none, is left as it was. */
static void
take_separator (const char *from, char into[8], gboolean may_be_empty)
{
  if ((*from != '\0' || may_be_empty) && strlen (from) < 8 && g_utf8_validate (from, -1, NULL))
    g_strlcpy (into, from, 8);
}

void
ay_report_locale (AyStoryNumbers *numbers, AyPaper *paper)
{
  locale_t locale = newlocale (LC_ALL_MASK, "", (locale_t) 0);
  union { char *text; unsigned int number; } width;

  *numbers = (AyStoryNumbers) AY_STORY_NUMBERS_INIT;
  *paper = AY_PAPER_A4;
  if (locale == (locale_t) 0)
    return;
  take_separator (nl_langinfo_l (RADIXCHAR, locale), numbers->decimal, FALSE);
  take_separator (nl_langinfo_l (THOUSEP, locale), numbers->group, FALSE);
  width.text = nl_langinfo_l (_NL_PAPER_WIDTH, locale); /* a number in a pointer, glibc's way */
  if (width.number == 216)
    *paper = AY_PAPER_LETTER;
  freelocale (locale);
}
