/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"
#include "core/data/round_history.h"

G_BEGIN_DECLS

/* Which strategy explains the picks of a history, on request. */
#define ASSAY_TYPE_AUDIT_CARD (assay_audit_card_get_type ())
G_DECLARE_FINAL_TYPE (AssayAuditCard, assay_audit_card, ASSAY, AUDIT_CARD, AssaySessionBin)

/* history (nullable) is ref'ed. */
void assay_audit_card_set_history (AssayAuditCard *self, AyHistory *history);

G_END_DECLS
