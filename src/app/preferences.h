/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Looks (kept for the user) and the head's options (kept in the workspace). */
void assay_preferences_show (GtkWindow *parent, AssaySession *session);
/* Puts the kept colour scheme into force. */
void assay_preferences_apply (GSettings *settings);

G_END_DECLS
