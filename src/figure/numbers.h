/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/figure.h"

G_BEGIN_DECLS

/* The numbers that a figure shows, as a table: for who does not see it, and for who wants to
 * reckon with them. Columns of numbers, before them perhaps one of text, behind them perhaps one
 * of what the figure marks. */
typedef struct
{
  guint n_rows, n_columns;
  char *head;      /* (nullable) name of the first column of text; NULL: there is none */
  char **titles;   /* n_rows, where there is a head; NULL at the end */
  char **names;    /* n_columns; NULL at the end */
  double *values;  /* n_rows x n_columns; NaN: none */
  char *mark;      /* (nullable) name of the last column of text; NULL: nothing is marked */
  char **marks;    /* n_rows, where there is a mark; "": none; NULL at the end */
  gsize n_all;     /* rows there would be if the table were not cut */
} AyFigureNumbers;

#define AY_FIGURE_NUMBERS_MOST 2000

/* Curves, also of panels, stand beside each other over all their x, a band as two columns more.
 * Of a scatter each point that is seen has a line, the selected ones first, then from the highest
 * down; of more than AY_FIGURE_NUMBERS_MOST the others are left out, and n_all says so.
 * theme (nullable): whose words the names are. (transfer full) */
AyFigureNumbers *ay_figure_numbers_new (const AyFigureSpec *spec, const AyFigureTheme *theme);
void ay_figure_numbers_free (AyFigureNumbers *self);

/* A line of names, then a line a row, tabs between; numbers as the shortest text that reads back,
 * NaN as an empty cell. which (nullable): only these rows. (transfer full) */
char *ay_figure_numbers_tsv (const AyFigureNumbers *self, const AyBitset *which);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyFigureNumbers, ay_figure_numbers_free)

G_END_DECLS
