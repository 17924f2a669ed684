/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Scores of the user's own, or an influence matrix: the file, then what is in it, how it joins,
 * which way is good and what it means, with what is wrong with it before anything is stored. What
 * was said of a score of that name before is there again. */
void assay_import_dialog_show (GtkWindow *parent, AssaySession *session);

G_END_DECLS
