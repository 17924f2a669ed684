/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/axes.h"

G_BEGIN_DECLS

/* How a level came down, or up, step by step: a column for the level at the start, one a step that
 * hangs between the level before it and after it, one for the level at the end. A fall is blue, a
 * rise orange and hatched; a step without levels is an empty column with a dash. Where the level
 * before a step is not the level after the one before it, the line between them is broken.
 * Borrowed. */
typedef struct
{
  guint n;                   /* steps */
  const char *const *names;  /* n: short, written below the columns */
  const double *before, *after; /* n levels; NaN: the step cannot be told */
  const double *residual;    /* (nullable) n: left by the parts of the step; a whisker */
  const char *x_label, *label;  /* (nullable) what steps are; what the level is, and its unit */
  gint current;              /* the step that is marked; -1: none */
} AyFigureWaterfall;

void ay_figure_waterfall_draw (AyFigureCanvas *canvas, const AyFigureWaterfall *self,
                               const AyFigureBox *box);
/* One sentence. (transfer full) */
char *ay_figure_waterfall_summary (const AyFigureWaterfall *self, const AyFigureTheme *theme);
/* The step whose column is below a place in box, from its top to its bottom; -1: none. */
gint ay_figure_waterfall_at (AyFigureCanvas *canvas, const AyFigureWaterfall *self,
                             const AyFigureBox *box, double x);

G_END_DECLS
