/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Which rows, which columns, then the file; written in the background. */
void assay_export_dialog_show (GtkWindow *parent, AssaySession *session);

G_END_DECLS
