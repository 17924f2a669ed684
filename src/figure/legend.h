/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/canvas.h"
#include "figure/palette.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;
  guint64 count;       /* G_MAXUINT64: none is shown */
  AyFigureColor color;
  AyFigureShape shape;
  gboolean line;       /* a line sample with the mark on it */
} AyFigureLegendEntry;

/* Entries: GArray of AyFigureLegendEntry that frees the names. */
GArray *ay_figure_legend_new (void);
void ay_figure_legend_add (GArray *entries, const AyFigureLegendEntry *entry);

/* Width that the entries want, at most max_width. */
double ay_figure_legend_width (AyFigureCanvas *canvas, const char *title, const GArray *entries,
                               double max_width);
/* Draws a column of entries into box; those that do not fit are summed up in a last line. Returns
 * the height used. */
double ay_figure_legend_draw (AyFigureCanvas *canvas, const char *title, const GArray *entries,
                              const AyFigureBox *box);
/* What the gradient does not show. */
typedef struct
{
  guint64 missing;   /* rows without a value */
  guint64 uncertain; /* rows that cannot be told from zero: their marks are hollow */
} AyFigureLegendNotes;

/* A vertical gradient bar with numbers, its title above, and below it a line a note that is not 0.
 * Returns the height used. */
double ay_figure_legend_draw_scale (AyFigureCanvas *canvas, const char *title,
                                    const AyFigureScale *scale, const AyFigureLegendNotes *notes,
                                    const AyFigureBox *box);
/* One mark of a shape, centred, filled (plus, cross and ring: stroked); radius as in a raster. */
void ay_figure_mark (AyFigureCanvas *canvas, AyFigureShape shape, AyFigureColor color, double x,
                     double y, double radius);

G_END_DECLS
