/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/axes.h"

G_BEGIN_DECLS

/* Columns beside each other, each stacked of parts that fill it: what a whole is made of, step by
 * step, such as the classes of the rows that each round took. Borrowed. */
typedef struct
{
  guint n;                   /* columns */
  const double *x;           /* n numbers, written below the columns */
  guint n_parts;
  const char *const *names;  /* n_parts */
  const double *values;      /* n x n_parts, >= 0; a column of zeros is empty */
  const char *x_label, *label; /* (nullable) what the columns are; what is counted */
  gboolean has_rest;         /* the last part is of what has no value */
  gint current;              /* the column that is marked; -1: none */
} AyFigureStrip;

void ay_figure_strip_draw (AyFigureCanvas *canvas, const AyFigureStrip *self,
                           const AyFigureBox *box);
/* One sentence. (transfer full) */
char *ay_figure_strip_summary (const AyFigureStrip *self, const AyFigureTheme *theme);
/* The column below a place in box; -1: none. */
gint ay_figure_strip_at (AyFigureCanvas *canvas, const AyFigureStrip *self, const AyFigureBox *box,
                         double x);

G_END_DECLS
