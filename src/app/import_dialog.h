/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Scores of the user's own: the file, then how it joins, which way is good and what it means. */
void assay_import_dialog_show (GtkWindow *parent, AssaySession *session);

G_END_DECLS
