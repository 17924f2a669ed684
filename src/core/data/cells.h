/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cells of a batch of rows of delimited text, and their values. */
typedef struct
{
  const char *base;    /* positions count from here */
  const char *limit;   /* bytes may be read up to here */
  const guint32 *ends; /* field k lies between ends[k - 1] and ends[k], excluding both */
  const guint32 *rows; /* k of each row's first field */
  gsize n_rows;
  guint last;          /* column of the last field, which a carriage return may end */
} AyCells;

/* The raw bytes of a cell, quotes included. */
static inline const char *
ay_cells_get (const AyCells *cells, gsize row, guint column, gsize *length)
{
  gsize k = cells->rows[row] + column;
  guint32 start = cells->ends[k - 1] + 1;
  gint32 size = (gint32) (cells->ends[k] - start); /* < 0: a field that a short row lacks */

  *length = size > 0 ? (gsize) size : 0;
  if (column == cells->last && *length > 0 && cells->base[start + *length - 1] == '\r')
    --*length;
  return cells->base + start;
}

/* The values of a column as doubles, correctly rounded, NaN where missing. Returns the number of
 * rows converted: fewer than n_rows where that row's cell is no number (whole numbers that a double
 * cannot hold are none). Clears *integral when a value is not whole. */
gsize ay_cells_numbers (const AyCells *cells, guint column, double *out, gboolean *integral);

typedef enum { AY_CELL_NUMBER, AY_CELL_MISSING, AY_CELL_OTHER } AyCellKind;

/* One cell, quoted or not, blanks around it ignored. */
AyCellKind ay_cell_number (const char *text, gsize length, double *value);
/* Whether a number's text is a whole number that a double does not hold exactly. */
gboolean ay_cell_is_too_long (const char *text, gsize length);
/* Whether the text (without quotes) stands for a missing value: "", NA, NaN, null, ... */
gboolean ay_cell_is_missing (const char *text, gsize length);
/* Takes the quotes off. FALSE when that does not leave a stretch of the same bytes: there are pairs
 * of quotes, or text after the closing one; ay_cell_unquote() does those. */
gboolean ay_cell_strip_quotes (const char **text, gsize *length);
/* The cell's text into out, which has room for length bytes; returns its length. */
gsize ay_cell_unquote (const char *text, gsize length, char *out);

G_END_DECLS
