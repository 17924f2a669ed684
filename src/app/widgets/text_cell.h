/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/theme.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One line of text in a table. A table makes thousands of cells and measures each: labels shape
 * text for that. This one asks for a width in characters whatever it holds, so that new text, as
 * when scrolling, costs one drawing and no new layout of the table. */
#define ASSAY_TYPE_TEXT_CELL (assay_text_cell_get_type ())
G_DECLARE_FINAL_TYPE (AssayTextCell, assay_text_cell, ASSAY, TEXT_CELL, GtkWidget)

/* Numbers stand at the end of the cell. */
GtkWidget *assay_text_cell_new (guint chars, gboolean number);
void assay_text_cell_set_text (AssayTextCell *self, const char *text);

/* A swatch before the text: the value's colour, hatched where it cannot be told from zero; without
 * one where has is FALSE. */
void assay_text_cell_set_swatch (AssayTextCell *self, gboolean has, AyFigureColor color,
                                 gboolean hatched);

G_END_DECLS
