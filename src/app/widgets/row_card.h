/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* A small card about one row: its image or the start of its text, id, label, and the value of the
 * column that colours. */
#define ASSAY_TYPE_ROW_CARD (assay_row_card_get_type ())
G_DECLARE_FINAL_TYPE (AssayRowCard, assay_row_card, ASSAY, ROW_CARD, AdwBin)

void assay_row_card_set_row (AssayRowCard *self, AssaySession *session, gint64 row);
/* What it says: "d0177 · 1", and "influence: -1.209e-05". (transfer full) */
char *assay_row_card_dup_title (AssaySession *session, gsize row);
char *assay_row_card_dup_value (AssaySession *session, gsize row); /* (nullable) */

G_END_DECLS
