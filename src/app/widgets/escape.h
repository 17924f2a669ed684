/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Escape closes the window, as it does with the dialogs of libadwaita. */
void assay_close_on_escape (GtkWindow *window);

G_END_DECLS
