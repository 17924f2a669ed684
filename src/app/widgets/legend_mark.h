/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The mark of a class as the map shows it: hue and shape. */
GtkWidget *assay_legend_mark_new (guint code);

G_END_DECLS
