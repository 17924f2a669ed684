/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Asks for the printer in front of the window that has `from` and prints, while the window goes on;
 * what came of it is told there. name: of the file, where it is printed to one. Takes operation. */
void assay_print (GtkPrintOperation *operation, const char *name, GtkWidget *from);

G_END_DECLS
