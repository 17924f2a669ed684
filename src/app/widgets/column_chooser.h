/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* A drop-down, with search, of the session's columns that can colour. */
#define ASSAY_TYPE_COLUMN_CHOOSER (assay_column_chooser_get_type ())
G_DECLARE_FINAL_TYPE (AssayColumnChooser, assay_column_chooser, ASSAY, COLUMN_CHOOSER, AdwBin)

/* Shows and sets the session's color-by. */
void assay_column_chooser_bind_color (AssayColumnChooser *self, AssaySession *session);

G_END_DECLS
