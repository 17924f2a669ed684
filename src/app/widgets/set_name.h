/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a screen reader calls a widget, instead of the text that it shows. */
void assay_set_name (gpointer widget, const char *name);

G_END_DECLS
