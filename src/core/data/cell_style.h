/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/cells.h"

G_BEGIN_DECLS

/* How a table writes its numbers. */
typedef enum
{
  AY_STYLE_PLAIN,   /* 1234.5 */
  AY_STYLE_COMMA,   /* 1234,5 and 1.234,5 */
  AY_STYLE_GROUPED, /* 1234.5 and 1,234.5 */
} AyCellStyle;

#define AY_STYLES 3
/* What is true of a cell, or of all cells of a column: it is a number of the style, and has no
 * comma, no point. */
#define AY_STYLE_BIT(style) (1u << (style))
#define AY_STYLE_NO_COMMA (1u << AY_STYLES)
#define AY_STYLE_NO_POINT (2u << AY_STYLES)
#define AY_STYLE_NUMBER (AY_STYLE_NO_COMMA - 1) /* of any style */
#define AY_STYLE_ALL (AY_STYLE_NUMBER | AY_STYLE_NO_COMMA | AY_STYLE_NO_POINT)

/* The bits of a cell, quotes and blanks around it ignored; AY_STYLE_ALL for one that is missing. */
guint ay_cell_styles (const char *text, gsize length);

/* The style of each of n columns of one table, from the bits that all cells of it have in common;
 * it is no number of that style where the bit is not set. Digits in threes after one mark ("1,234",
 * "1.234") are read as the rest of the table writes numbers; where that tells nothing, by what
 * separates the cells: a semicolon stands where the comma is the decimal mark, a comma hardly does;
 * else as plain, and those with a comma are texts then. */
void ay_cell_choose_styles (const guint *bits, guint n, char delimiter, guint8 *style);

/* ay_cells_numbers() for numbers of a style. */
gsize ay_cells_styled (const AyCells *cells, guint column, AyCellStyle style, double *out,
                       gboolean *integral);

G_END_DECLS
