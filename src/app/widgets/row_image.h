/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The image of a row, decoded off the main thread and kept in a cache of limited size that all
 * thumbnails of a session share. Empty for a row that has none. Property: size (int, px). */
#define ASSAY_TYPE_ROW_IMAGE (assay_row_image_get_type ())
G_DECLARE_FINAL_TYPE (AssayRowImage, assay_row_image, ASSAY, ROW_IMAGE, GtkWidget)

GtkWidget *assay_row_image_new (int size);
/* row -1: nothing. */
void assay_row_image_set_row (AssayRowImage *self, AssaySession *session, gint64 row);

G_END_DECLS
