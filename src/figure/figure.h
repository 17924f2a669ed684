/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/bars.h"
#include "figure/histogram.h"
#include "figure/panels.h"
#include "figure/scatter.h"
#include "figure/strip.h"
#include "figure/waterfall.h"

G_BEGIN_DECLS

typedef enum
{
  AY_FIGURE_SCATTER,
  AY_FIGURE_HISTOGRAM,
  AY_FIGURE_BARS,
  AY_FIGURE_LINES,
  AY_FIGURE_STRIP,
  AY_FIGURE_WATERFALL,
  AY_FIGURE_PANELS,
} AyFigureKind;
#define AY_FIGURE_N_KINDS 7

typedef enum
{
  AY_FIGURE_SVG,
  AY_FIGURE_PDF,
  AY_FIGURE_PNG,
} AyFigureFormat;

/* One figure: what is drawn, with its words, look and size. Borrowed throughout. Example:
 *
 *   AyFigureSpec spec = AY_FIGURE_SPEC_INIT;
 *   spec.title = "Influence of each row";
 *   spec.kind = AY_FIGURE_HISTOGRAM;
 *   spec.histogram = (AyFigureHistogram) { .bins = bins, .label = "influence (nats)" };
 *   ay_figure_write (&spec, "influence.svg", AY_FIGURE_SVG, error);
 */
typedef struct
{
  const char *title, *subtitle, *caption; /* (nullable) */
  const AyFigureTheme *theme;             /* NULL: light */
  double width, height;                   /* logical px, 64..8192 */
  double scale;                           /* device px per logical px of PNG and rasters, 1..4 */
  AyFigureKind kind;
  union
  {
    AyFigureScatter scatter;
    AyFigureHistogram histogram;
    AyFigureBars bars;
    AyFigureLines lines;
    AyFigureStrip strip;
    AyFigureWaterfall waterfall;
    AyFigurePanels panels;
  };
} AyFigureSpec;
#define AY_FIGURE_SPEC_INIT { NULL, NULL, NULL, NULL, 900.0, 600.0, 2.0, 0, { { 0 } } }

/* Name and one-sentence meaning of a kind ("scatter", ...), for lists. */
const char *ay_figure_kind_name (AyFigureKind kind);
const char *ay_figure_kind_meaning (AyFigureKind kind);

/* The format that a path's ending asks for; else AY_ERROR_RANGE names path and endings. */
gboolean ay_figure_format_of_path (const char *path, AyFigureFormat *format, GError **error);

/* Draws the whole figure on cr at 0, 0, width, height. Pure: the same pixels for the same spec. */
void ay_figure_draw (const AyFigureSpec *self, cairo_t *cr);
/* TRUE on success, else "WHAT: the reason" with AY_ERROR_NOMEM or AY_ERROR_IO; also where a part of
 * a drawing gave up. */
gboolean ay_figure_check (cairo_status_t status, const char *what, GError **error);
/* The drawing alone into box: no ground, no title and caption; the canvas says look and scale. */
void ay_figure_draw_alone (const AyFigureSpec *self, AyFigureCanvas *canvas,
                           const AyFigureBox *box);
/* One sentence that says what is to be seen, for screen readers and SVG's desc; words and decimal
 * mark are the theme's (nullable: as in files). (transfer full) */
char *ay_figure_summary (const AyFigureSpec *self, const AyFigureTheme *theme);
/* The figure as SVG. (transfer full) */
char *ay_figure_svg (const AyFigureSpec *self, GError **error);
/* The figure as the bytes of a file. (transfer full) Errors: RANGE (size), NOMEM. */
GBytes *ay_figure_bytes (const AyFigureSpec *self, AyFigureFormat format, GError **error);
/* Writes the figure; the file appears whole or not at all. Text stays text in SVG and PDF, point
 * clouds are embedded images. The same bytes for the same spec. Errors: RANGE (size), IO, NOMEM. */
gboolean ay_figure_write (const AyFigureSpec *self, const char *path, AyFigureFormat format,
                          GError **error);

G_END_DECLS
