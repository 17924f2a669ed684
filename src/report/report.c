/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report_private.h"

#include "core/base/error.h"
#include "core/base/file.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

#define ROW 26.0
#define AROUND 84.0

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

AyFigureSpec
ay_report_bars (const AyBlock *block, const char ***names)
{
  AyFigureSpec spec = AY_FIGURE_SPEC_INIT;
  guint n = block->names->len;

  *names = g_new (const char *, n + 1);
  for (guint i = 0; i < n; i++)
    (*names)[i] = block->names->pdata[i];
  spec.kind = AY_FIGURE_BARS;
  spec.width = AY_REPORT_FIGURE_WIDTH;
  spec.height = AROUND + ROW * n;
  spec.bars = (AyFigureBars) { .n = n, .names = *names, .label = block->label, .integral = TRUE,
                               .values = (const double *) (gconstpointer) block->values->data,
                               .diverging = TRUE };
  return spec;
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
