/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"
#include "core/store/decision.h"
#include "core/store/workspace.h"

G_BEGIN_DECLS

/* The decisions of a workspace, in an append-only log. Undo and redo move a pointer; nothing is
 * erased. A decision made after an undo starts from there: what was undone can no longer be redone
 * but stays in the log, inactive. Rows are row numbers of the data set.
 *
 * One thread at a time. Every change is in the file when the call has returned TRUE; inside a
 * transaction of the workspace it shares its fate, and after a rollback the journal must be opened
 * anew. */
typedef struct _AyJournal AyJournal;

typedef struct
{
  gint64 seq;       /* 1, 2, ... in the order of time */
  char *time;       /* UTC, "2026-11-23T14:30:16Z" */
  AyDecisionKind kind;
  char *value;      /* (nullable) */
  char *why;        /* (nullable) */
  gsize count;      /* rows decided about */
  gboolean active;  /* part of the present state: not undone */
} AyJournalEntry;

/* n_rows: of the data set. AY_ERROR_CHANGED when the log names a row beyond it. */
AyJournal *ay_journal_open (AyWorkspace *workspace, gsize n_rows, GError **error);
AyJournal *ay_journal_ref (AyJournal *self);
void ay_journal_unref (AyJournal *self);

/* Records and applies it. AY_ERROR_RANGE as ay_decision_check(), or rows of another n. */
gboolean ay_journal_decide (AyJournal *self, const AyDecision *decision, GError **error);
gboolean ay_journal_can_undo (const AyJournal *self);
gboolean ay_journal_can_redo (const AyJournal *self);
/* AY_ERROR_RANGE "nothing to undo". */
gboolean ay_journal_undo (AyJournal *self, GError **error);
gboolean ay_journal_redo (AyJournal *self, GError **error);
/* (nullable) (transfer none): what the next undo or redo is about; valid until the next change. */
const AyJournalEntry *ay_journal_peek_undo (const AyJournal *self);
const AyJournalEntry *ay_journal_peek_redo (const AyJournal *self);

/* The log, oldest first, undone entries included. */
gsize ay_journal_n_entries (const AyJournal *self);
const AyJournalEntry *ay_journal_entry (const AyJournal *self, gsize i);
/* The rows of entry i. (transfer full) */
AyBitset *ay_journal_entry_rows (const AyJournal *self, gsize i);

/* The state that the active entries make. */
typedef enum { AY_DECIDED_NONE, AY_DECIDED_KEEP, AY_DECIDED_DROP } AyDecided;

/* n_rows codes (AyDecided), valid until the next change. */
const guint8 *ay_journal_decided (AyJournal *self);
/* (transfer full): the rows decided so. */
AyBitset *ay_journal_rows_decided (AyJournal *self, AyDecided decided);
/* Columns for filters, export and views (transfer full): `decision`, a category of none, keep,
 * drop, never missing; `new_label`, a category, missing where the label stays; `tags`, a category
 * of the row's tags sorted and joined by commas, missing where there are none. */
AyColumn *ay_journal_column_decision (AyJournal *self);
AyColumn *ay_journal_column_new_label (AyJournal *self);
AyColumn *ay_journal_column_tags (AyJournal *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyJournal, ay_journal_unref)

G_END_DECLS
