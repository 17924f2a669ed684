/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Where the part of a window that has the keyboard focus turns insensitive, GTK lets the focus go,
 * and the keys of the page around it do nothing until something there is clicked. The focus then
 * goes to what is beside that part: the nearest before it that takes it, else the nearest after
 * it, else likewise of what holds it. Once a window, whose life it shares. */
void assay_keep_focus (GtkWindow *window);

G_END_DECLS
