/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Cells of the gallery: the row's image, or the start of its text, with id, label and the value of
 * the column that colours. Bound to AssayRow. (transfer full) */
GtkListItemFactory *assay_gallery_cell_factory_new (AssaySession *session);

G_END_DECLS
