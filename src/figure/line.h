/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/axes.h"

G_BEGIN_DECLS

/* A curve: y over x, ascending x, with an optional band. NaN breaks it. Borrowed. */
typedef struct
{
  const char *name;
  guint n;
  const double *x, *y;
  const double *low, *high; /* (nullable) band */
  gboolean reference;       /* grey and dashed: what others are compared with */
} AyFigureCurve;

/* A point that is named: a diamond on curve number `curve`. */
typedef struct
{
  guint curve;
  double x, y;
  const char *text;         /* "": the diamond alone */
} AyFigureFlag;

typedef struct
{
  guint n_curves;
  const AyFigureCurve *curves;
  AyFigureAxis x_axis, y_axis;
  const char *band_label;   /* (nullable) what the bands are, said below the legend */
  gboolean marks;           /* a mark at every point */
  gboolean bare;            /* no legend: for one curve in a narrow place */
  guint n_flags;
  const AyFigureFlag *flags;
} AyFigureLines;

void ay_figure_lines_draw (AyFigureCanvas *canvas, const AyFigureLines *self,
                           const AyFigureBox *box);
/* The point of the first curve that lies nearest to pixel x of a drawing in the box; -1: no curve.
 * canvas is asked for the size of text only. */
gint ay_figure_lines_at (AyFigureCanvas *canvas, const AyFigureLines *self, const AyFigureBox *box,
                         double x);
/* One sentence. (transfer full) */
char *ay_figure_lines_summary (const AyFigureLines *self, const AyFigureTheme *theme);

G_END_DECLS
