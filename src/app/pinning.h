/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/window.h"

G_BEGIN_DECLS

/* The window's actions about findings: win.pin, win.show-finding (u: its number), win.present and
 * win.present-back. */
void assay_pinning_install (GtkWidgetClass *window_class);
/* Once the window's parts are there. */
void assay_pinning_bind (AssayWindow *window);
/* Enables what can be done now. */
void assay_pinning_update (AssayWindow *window);

G_END_DECLS
