/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Asks for one line of text; `accepted` is called with the parent and the text unless cancelled.
 * choices (nullable): offered in a list, the first ones reached by typing. */
typedef void (*AssayTextAccepted) (GtkWidget *parent, const char *text);

void assay_text_dialog_show (GtkWindow *parent, const char *title, const char *label,
                             const char *const *choices, AssayTextAccepted accepted);

G_END_DECLS
