/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* From now on what is typed into the button and is no number of its range changes nothing, and is
 * told by the session, which must outlive the button's parent. GTK alone would take the nearest
 * number of the range without a word, for letters that to 0. */
void assay_spin_range_tell (GtkSpinButton *button, AssaySession *session);

G_END_DECLS
