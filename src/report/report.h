/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/story.h"

G_BEGIN_DECLS

typedef enum
{
  AY_REPORT_PDF,
  AY_REPORT_HTML,
} AyReportFormat;

typedef enum
{
  AY_PAPER_A4,
  AY_PAPER_LETTER,
} AyPaper;

/* After the ending: .pdf, .html; AY_ERROR_RANGE lists them. */
gboolean ay_report_format_of_path (const char *path, AyReportFormat *format, GError **error);

/* Writes the story, always light, the same bytes for the same story; the file appears whole or not
 * at all. PDF: title, date, outline of the headings, fonts embedded, text in reading order. HTML:
 * one file, drawings as SVG, pictures inside, no script, nothing from elsewhere. AY_ERROR_IO,
 * NOMEM. */
gboolean ay_report_write (const AyStory *story, AyReportFormat format, AyPaper paper,
                          const char *path, GError **error);

/* The pages of the PDF for sheets of width x height points, margins within: what is printed. Each
 * is a recording in points that keeps text as text. (transfer full) (element-type
 * cairo_surface_t) */
GPtrArray *ay_report_sheets (const AyStory *story, double width, double height);

/* Numbers and paper of the locale that the environment names, without setting it. */
void ay_report_locale (AyStoryNumbers *numbers, AyPaper *paper);

G_END_DECLS
