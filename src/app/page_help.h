/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* "What am I looking at?": what a page shows, how it is read and what to do with it. page: the name
 * of a page of the window. */
void assay_page_help_show (GtkWindow *parent, const char *page);

G_END_DECLS
