/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* The why card: on request the training rows behind what the head says of a row, with their share
 * of the margin and what removing each would do; a click selects one. It stays until another row is
 * explained, so that its rows can be looked at one by one. Property: session. */
#define ASSAY_TYPE_WHY_CARD (assay_why_card_get_type ())
G_DECLARE_FINAL_TYPE (AssayWhyCard, assay_why_card, ASSAY, WHY_CARD, AssaySessionBin)

/* The row that would be explained next; -1: none. */
void assay_why_card_set_row (AssayWhyCard *self, gint64 row);

G_END_DECLS
