/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"
#include "core/store/decision.h"

G_BEGIN_DECLS

/* What decisions, applied one after another, make of the rows. */
typedef struct _AyJournalState AyJournalState;

AyJournalState *ay_journal_state_new (gsize n_rows);
void ay_journal_state_free (AyJournalState *self);
/* Forgets all. */
void ay_journal_state_reset (AyJournalState *self);
/* rows: as ay_rows_encode() made them. */
void ay_journal_state_apply (AyJournalState *self, AyDecisionKind kind, const char *value,
                             GBytes *rows);

/* n_rows AyDecided codes. */
const guint8 *ay_journal_state_decided (const AyJournalState *self);
/* (transfer full) */
AyColumn *ay_journal_state_column_decision (const AyJournalState *self);
AyColumn *ay_journal_state_column_new_label (const AyJournalState *self);
AyColumn *ay_journal_state_column_tags (const AyJournalState *self);

G_END_DECLS
