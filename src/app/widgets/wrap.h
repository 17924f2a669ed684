/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A row of controls that goes on in a second line where the window is too narrow for it, so that it
 * is half as wide there. Those that expand share what a line has left; such a text counts with its
 * least width only. */
#define ASSAY_TYPE_WRAP (assay_wrap_get_type ())
G_DECLARE_FINAL_TYPE (AssayWrap, assay_wrap, ASSAY, WRAP, GtkWidget)

G_END_DECLS
