/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A row that leads somewhere: a click, Enter, or a screen reader's own action takes the action that
 * it was given as an actionable. */
#define ASSAY_TYPE_LEAD_ROW (assay_lead_row_get_type ())
G_DECLARE_FINAL_TYPE (AssayLeadRow, assay_lead_row, ASSAY, LEAD_ROW, AdwActionRow)

G_END_DECLS
