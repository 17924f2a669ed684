/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/journal.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/store/journal_state.h"
#include "core/store/row_codec.h"
#include "core/store/workspace_private.h"

#include <string.h>

/* The log is a tree: the parent of a decision is the one that was in force last when it was made.
 * `head` is the last one in force now; the state is what head and its ancestors make, oldest first
 * (a parent is always older). `tip` is the decision made last: undo moves head to its parent, redo
 * to its child on the way to tip, and a new decision becomes both. What an undo and a new decision
 * left aside is on no such way any more, and still there. */

typedef struct
{
  AyJournalEntry shown;
  gint64 parent; /* 0: none */
  GBytes *rows;
} Entry;

struct _AyJournal
{
  gatomicrefcount ref;
  AyWorkspace *workspace;
  gsize n;
  GPtrArray *entries; /* of Entry: number seq - 1 */
  gint64 head, tip;   /* 0: none */
  AyJournalState *state;
  gboolean stale;     /* the state holds an undone decision still */
};

static void
entry_free (Entry *self)
{
  g_free (self->shown.time);
  g_free (self->shown.value);
  g_free (self->shown.why);
  g_clear_pointer (&self->rows, g_bytes_unref);
  g_free (self);
}

static Entry *
entry_of (const AyJournal *self, gint64 seq)
{
  return self->entries->pdata[seq - 1];
}

static gboolean
damaged (const AyJournal *self, gint64 seq, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: is damaged: decision %lld cannot be read"),
               ay_store_file (self->workspace), (long long) seq);
  return FALSE;
}

/* What this version cannot know must not be called damage. */
static gboolean
newer (const AyJournal *self, gint64 seq, const char *kind, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s: was made by a newer version of Assay: decision %lld is of the kind \"%s\", "
                   "which this version does not know"),
               ay_store_file (self->workspace), (long long) seq, kind);
  return FALSE;
}

static gboolean
is_word (const char *text)
{
  return text != NULL && *text != '\0'
         && strspn (text, "abcdefghijklmnopqrstuvwxyz_-") == strlen (text);
}

/* There is a value if and only if the kind takes one. */
static gboolean
value_fits (const AyJournalEntry *entry)
{
  return entry->time != NULL
         && ay_decision_kind_takes_value (entry->kind) == (entry->value != NULL)
         && (entry->value == NULL || g_utf8_validate (entry->value, -1, NULL));
}

/* From a row of: seq parent time kind value why rows. */
static gboolean
add_from_row (AyJournal *self, AyStatement *statement, GError **error)
{
  gint64 seq = self->entries->len + 1;
  g_autofree char *kind = ay_store_dup_text (statement, 3);
  Entry *entry = g_new0 (Entry, 1);
  gboolean known;

  g_ptr_array_add (self->entries, entry);
  entry->shown.seq = seq;
  entry->parent = sqlite3_column_int64 (statement, 1);
  entry->shown.time = ay_store_dup_text (statement, 2);
  entry->shown.value = ay_store_dup_text (statement, 4);
  entry->shown.why = ay_store_dup_text (statement, 5);
  entry->rows = g_bytes_new (sqlite3_column_blob (statement, 6),
                             (gsize) sqlite3_column_bytes (statement, 6));
  known = ay_decision_kind_parse (kind, &entry->shown.kind);
  if (!known && is_word (kind))
    return newer (self, seq, kind, error);
  if (sqlite3_column_int64 (statement, 0) != seq || entry->parent < 0 || entry->parent >= seq
      || !known || !value_fits (&entry->shown))
    return damaged (self, seq, error);
  entry->shown.count = ay_rows_count (entry->rows, self->n);
  if (entry->shown.count != G_MAXSIZE)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
               N_ ("%s: decision %lld is about a row beyond the %zu rows of the data"),
               ay_store_file (self->workspace), (long long) seq, self->n);
  return FALSE;
}

static gboolean
read_entries (AyJournal *self, GError **error)
{
  g_autoptr (AyStatement) statement
    = ay_store_prepare (self->workspace,
                        "SELECT seq, parent, time, kind, value, why, rows FROM decision"
                        " ORDER BY seq", error);
  int rc = SQLITE_ERROR;

  while (statement != NULL
         && (rc = ay_store_step (self->workspace, statement, error)) == SQLITE_ROW)
    if (!add_from_row (self, statement, error))
      return FALSE;
  return rc == SQLITE_DONE;
}

/* Head must be tip or one of its ancestors. */
static gboolean
read_pointer (AyJournal *self, GError **error)
{
  g_autoptr (AyStatement) statement
    = ay_store_prepare (self->workspace, "SELECT head, tip FROM pointer WHERE id = 1", error);
  gint64 count = self->entries->len, at;
  int rc = statement != NULL ? ay_store_step (self->workspace, statement, error) : SQLITE_ERROR;

  if (rc == SQLITE_DONE)
    return damaged (self, 0, error);
  if (rc != SQLITE_ROW)
    return FALSE;
  self->head = sqlite3_column_int64 (statement, 0);
  self->tip = sqlite3_column_int64 (statement, 1);
  if (self->head < 0 || self->head > count || self->tip < 0 || self->tip > count)
    return damaged (self, self->head, error);
  for (at = self->tip; at > self->head; at = entry_of (self, at)->parent)
    ;
  if (at != self->head)
    return damaged (self, self->head, error);
  for (; at > 0; at = entry_of (self, at)->parent)
    entry_of (self, at)->shown.active = TRUE;
  return TRUE;
}

AyJournal *
ay_journal_open (AyWorkspace *workspace, gsize n_rows, GError **error)
{
  g_autoptr (AyJournal) self = g_new0 (AyJournal, 1);
  gboolean ok;

  g_atomic_ref_count_init (&self->ref);
  self->workspace = ay_workspace_ref (workspace);
  self->n = n_rows;
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  self->state = ay_journal_state_new (n_rows);
  self->stale = TRUE;
  ay_store_lock (workspace);
  ok = read_entries (self, error) && read_pointer (self, error);
  ay_store_unlock (workspace);
  return ok ? g_steal_pointer (&self) : NULL;
}

AyJournal *
ay_journal_ref (AyJournal *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_journal_unref (AyJournal *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  ay_journal_state_free (self->state);
  g_ptr_array_unref (self->entries);
  ay_workspace_unref (self->workspace);
  g_free (self);
}

static gboolean
write_pointer (AyJournal *self, gint64 head, gint64 tip, GError **error)
{
  g_autoptr (AyStatement) statement
    = ay_store_prepare (self->workspace, "UPDATE pointer SET head = ?, tip = ? WHERE id = 1",
                        error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, head);
  sqlite3_bind_int64 (statement, 2, tip);
  return ay_store_run (self->workspace, statement, error);
}

static gboolean
write_entry (AyJournal *self, const Entry *entry, GError **error)
{
  g_autoptr (AyStatement) statement
    = ay_store_prepare (self->workspace,
                        "INSERT INTO decision (seq, parent, time, kind, value, why, count, rows)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", error);
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (entry->rows, &size);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, entry->shown.seq);
  sqlite3_bind_int64 (statement, 2, entry->parent);
  sqlite3_bind_text (statement, 3, entry->shown.time, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 4, ay_decision_kind_name (entry->shown.kind), -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 5, entry->shown.value, -1, SQLITE_STATIC); /* NULL binds NULL */
  sqlite3_bind_text (statement, 6, entry->shown.why, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 7, (gint64) entry->shown.count);
  sqlite3_bind_blob64 (statement, 8, data, size, SQLITE_STATIC);
  return ay_store_run (self->workspace, statement, error);
}

static Entry *
entry_new (AyJournal *self, const AyDecision *decision)
{
  Entry *entry = g_new0 (Entry, 1);
  gboolean has_value = ay_decision_kind_takes_value (decision->kind);

  entry->shown.seq = (gint64) self->entries->len + 1;
  entry->shown.time = decision->time != NULL ? g_strdup (decision->time) : ay_store_now ();
  entry->shown.kind = decision->kind;
  entry->shown.value = g_strdup (has_value ? decision->value : NULL);
  entry->shown.why = g_strdup (decision->why);
  entry->shown.count = ay_bitset_count (decision->rows);
  entry->shown.active = TRUE;
  entry->parent = self->head;
  entry->rows = ay_rows_encode (decision->rows);
  return entry;
}

gboolean
ay_journal_decide (AyJournal *self, const AyDecision *decision, GError **error)
{
  Entry *entry;
  gboolean ok;

  if (!ay_decision_check (decision, error))
    return FALSE;
  if (decision->rows->n != self->n)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("a decision over %zu rows, but the data has %zu"),
                   decision->rows->n, self->n);
      return FALSE;
    }
  if (!ay_workspace_begin (self->workspace, error))
    return FALSE;
  entry = entry_new (self, decision);
  ok = write_entry (self, entry, error)
       && write_pointer (self, entry->shown.seq, entry->shown.seq, error);
  if (ok)
    ok = ay_workspace_commit (self->workspace, error);
  else
    ay_workspace_rollback (self->workspace);
  if (!ok)
    {
      entry_free (entry);
      return FALSE;
    }
  g_ptr_array_add (self->entries, entry);
  self->head = self->tip = entry->shown.seq;
  if (!self->stale)
    ay_journal_state_apply (self->state, decision->kind, decision->value, entry->rows);
  return TRUE;
}

gboolean
ay_journal_can_undo (const AyJournal *self)
{
  return self->head > 0;
}

gboolean
ay_journal_can_redo (const AyJournal *self)
{
  return self->head != self->tip;
}

/* The child of head on the way to tip. */
static gint64
next_to_redo (const AyJournal *self)
{
  gint64 at = self->tip;

  while (at > 0 && entry_of (self, at)->parent != self->head)
    at = entry_of (self, at)->parent;
  return at;
}

const AyJournalEntry *
ay_journal_peek_undo (const AyJournal *self)
{
  return ay_journal_can_undo (self) ? &entry_of (self, self->head)->shown : NULL;
}

const AyJournalEntry *
ay_journal_peek_redo (const AyJournal *self)
{
  return ay_journal_can_redo (self) ? &entry_of (self, next_to_redo (self))->shown : NULL;
}

static gboolean
move_head (AyJournal *self, gint64 head, GError **error)
{
  if (!ay_workspace_begin (self->workspace, error))
    return FALSE;
  if (!write_pointer (self, head, self->tip, error))
    {
      ay_workspace_rollback (self->workspace);
      return FALSE;
    }
  if (!ay_workspace_commit (self->workspace, error))
    return FALSE;
  self->head = head;
  return TRUE;
}

gboolean
ay_journal_undo (AyJournal *self, GError **error)
{
  Entry *entry;

  if (!ay_journal_can_undo (self))
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, N_ ("nothing to undo"));
      return FALSE;
    }
  entry = entry_of (self, self->head);
  if (!move_head (self, entry->parent, error))
    return FALSE;
  entry->shown.active = FALSE;
  self->stale = TRUE;
  return TRUE;
}

gboolean
ay_journal_redo (AyJournal *self, GError **error)
{
  Entry *entry;

  if (!ay_journal_can_redo (self))
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, N_ ("nothing to redo"));
      return FALSE;
    }
  entry = entry_of (self, next_to_redo (self));
  if (!move_head (self, entry->shown.seq, error))
    return FALSE;
  entry->shown.active = TRUE;
  self->stale = TRUE;
  return TRUE;
}

gsize
ay_journal_n_entries (const AyJournal *self)
{
  return self->entries->len;
}

const AyJournalEntry *
ay_journal_entry (const AyJournal *self, gsize i)
{
  g_return_val_if_fail (i < self->entries->len, NULL);
  return &entry_of (self, (gint64) i + 1)->shown;
}

AyBitset *
ay_journal_entry_rows (const AyJournal *self, gsize i)
{
  g_return_val_if_fail (i < self->entries->len, NULL);
  return ay_rows_decode (entry_of (self, (gint64) i + 1)->rows, self->n);
}

static const AyJournalState *
fresh_state (AyJournal *self)
{
  if (!self->stale)
    return self->state;
  ay_journal_state_reset (self->state);
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = self->entries->pdata[i];

      if (entry->shown.active)
        ay_journal_state_apply (self->state, entry->shown.kind, entry->shown.value, entry->rows);
    }
  self->stale = FALSE;
  return self->state;
}

const guint8 *
ay_journal_decided (AyJournal *self)
{
  return ay_journal_state_decided (fresh_state (self));
}

AyBitset *
ay_journal_rows_decided (AyJournal *self, AyDecided decided)
{
  const guint8 *codes = ay_journal_decided (self);
  AyBitset *rows = ay_bitset_new (self->n);

  for (gsize i = 0; i < self->n; i++)
    if (codes[i] == decided)
      ay_bitset_add (rows, i);
  return rows;
}

AyColumn *
ay_journal_column_decision (AyJournal *self)
{
  return ay_journal_state_column_decision (fresh_state (self));
}

AyColumn *
ay_journal_column_new_label (AyJournal *self)
{
  return ay_journal_state_column_new_label (fresh_state (self));
}

AyColumn *
ay_journal_column_tags (AyJournal *self)
{
  return ay_journal_state_column_tags (fresh_state (self));
}
