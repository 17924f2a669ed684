/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Names a drop-down, and the button inside it that takes the focus, for the accessibility bus. */
void assay_drop_down_set_name (GtkDropDown *drop_down, const char *name);
/* Long names (of columns) are shortened on the button, so that they do not widen the window; the
 * list shows them whole. The model holds GtkStringObjects. */
void assay_drop_down_shorten (GtkDropDown *drop_down);

G_END_DECLS
