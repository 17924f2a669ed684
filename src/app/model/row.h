/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A row of the data set, as a list view asks for it: just its number. Made only for rows that are
 * on screen. Property: row (uint). */
#define ASSAY_TYPE_ROW (assay_row_get_type ())
G_DECLARE_FINAL_TYPE (AssayRow, assay_row, ASSAY, ROW, GObject)

AssayRow *assay_row_new (guint row);
guint assay_row_get_row (AssayRow *self);

G_END_DECLS
