/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/theme.h"

#include <cairo.h>

G_BEGIN_DECLS

/* What a drawing is made on: a cairo context in logical pixels, the theme, and where text goes.
 * On screen, PNG and PDF text is shown by pango (in PDF it can be searched and copied); for SVG,
 * where cairo would turn it into outlines, it is collected as <text> elements instead. */
typedef struct
{
  cairo_t *cr;
  const AyFigureTheme *theme;
  double scale;      /* device pixels per logical one, for rasters */
  GString *svg_text; /* (nullable) collects <text> elements */
} AyFigureCanvas;

typedef struct
{
  double x, y, width, height;
} AyFigureBox;

typedef enum
{
  AY_FIGURE_START,
  AY_FIGURE_MIDDLE,
  AY_FIGURE_END,
} AyFigureAnchor;

/* How one line of text looks and where it sits; the anchor is in reading direction. */
typedef struct
{
  AyFigureColor color;
  double size;             /* font size in px; 0: the theme's */
  gboolean bold;
  AyFigureAnchor anchor;
  gboolean vertical;       /* turned to read upwards */
} AyFigureTextStyle;

void ay_figure_set_color (cairo_t *cr, AyFigureColor color);
/* A horizontal or vertical line of one device-aligned pixel. */
void ay_figure_hair_line (AyFigureCanvas *self, double x0, double y0, double x1, double y1,
                          AyFigureColor color);
void ay_figure_fill_box (AyFigureCanvas *self, const AyFigureBox *box, AyFigureColor color);

/* The same, faint and hatched: for what cannot be told from zero. */
void ay_figure_hatch_box (AyFigureCanvas *self, const AyFigureBox *box, AyFigureColor color);
/* A word of the figure's own (N_ ()), in the middle of a drawing that has nothing to show. */
void ay_figure_say (AyFigureCanvas *self, const AyFigureBox *box, const char *text);

/* Size of one line in px: advance width, and height from ascent to descent. */
void ay_figure_text_size (AyFigureCanvas *self, const char *text, const AyFigureTextStyle *style,
                          double *width, double *height);
/* Shows one line with its vertical middle at y (vertical: its horizontal middle at x) and its
 * start, middle or end at x (vertical: at y). */
void ay_figure_text_show (AyFigureCanvas *self, const char *text, const AyFigureTextStyle *style,
                          double x, double y);
/* text, or its beginning and an ellipsis, that fits into width. (transfer full) */
char *ay_figure_text_fit (AyFigureCanvas *self, const char *text, const AyFigureTextStyle *style,
                          double width);
/* text broken between words into at most max_lines lines that fit into width, the last one cut
 * with an ellipsis. (transfer full): g_strfreev() */
char **ay_figure_text_wrap (AyFigureCanvas *self, const char *text,
                            const AyFigureTextStyle *style, double width, guint max_lines);

/* For lack of memory: cr draws nothing more, and ay_figure_check() of its status says why. */
void ay_figure_give_up (cairo_t *cr);

G_END_DECLS
