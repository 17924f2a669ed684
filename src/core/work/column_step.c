/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns as steps of the journal. Of step 7 the item "step" 7 lists what came in; what it replaced
 * lies on the shelf, as (shelf, "7 KIND NAME"). Undo and redo are the same: each item changes
 * places with what is on the shelf under its name, where either may be nothing. */
#include "core/work/work_private.h"

#include "core/base/json_text.h"

#include <math.h>

#define KIND_STEP "step"
#define KIND_SHELF "shelf"

gboolean
ay_work_begin (AyWork *self, GError **error)
{
  g_rec_mutex_lock (&self->lock);
  if (ay_workspace_begin (self->store, error))
    return TRUE;
  g_rec_mutex_unlock (&self->lock);
  return FALSE;
}

gboolean
ay_work_end (AyWork *self, gboolean ok, GError **error)
{
  if (!ok)
    ay_workspace_rollback (self->store);
  ok = ok && ay_workspace_commit (self->store, error);
  ay_work_changed (self);
  g_rec_mutex_unlock (&self->lock);
  return ok;
}

static char *
number_of (gint64 seq)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, seq);
}

static char *
place_of (gint64 seq, AyItemName item)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " %s %s", seq, item.kind, item.name);
}

gboolean
ay_column_step_begin (AyColumnStep *self, AyWork *work, GError **error)
{
  *self = (AyColumnStep) { .work = work };
  if (!ay_work_begin (work, error))
    return FALSE;
  self->seq = (gint64) ay_journal_n_entries (work->journal) + 1;
  self->items = json_array_new ();
  self->names = g_string_new (NULL);
  return TRUE;
}

static gboolean
shelve (AyColumnStep *self, AyItemName item, GError **error)
{
  g_autofree char *place = place_of (self->seq, item);
  JsonArray *one = json_array_new ();

  json_array_add_string_element (one, item.kind);
  json_array_add_string_element (one, item.name);
  json_array_add_array_element (self->items, one);
  return ay_workspace_rename (self->work->store, item, (AyItemName) { KIND_SHELF, place }, error);
}

gboolean
ay_column_step_add (AyColumnStep *self, const char *kind, const char *name, GError **error)
{
  gboolean ok = shelve (self, (AyItemName) { kind, name }, error);

  for (guint k = 0; k < AY_N_NOISE && g_str_equal (kind, AY_KIND_SCORE) && ok; k++)
    {
      g_autofree char *noise = ay_noise_column (name, k);

      ok = shelve (self, (AyItemName) { AY_KIND_NOISE, noise }, error);
    }
  g_string_append_printf (self->names, "%s%s", self->names->len > 0 ? ", " : "", name);
  return ok;
}

static gboolean
record (AyColumnStep *self, const AyBitset *rows, const char *why, GError **error)
{
  AyDecision decision = { AY_DECISION_COLUMN, rows, self->names->str, why, NULL };
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  g_autofree char *name = number_of (self->seq), *json = NULL;

  json_node_set_array (node, self->items);
  json = ay_json_to_text (node, FALSE);
  return ay_workspace_put_json (self->work->store, KIND_STEP, name, json, error)
         && ay_journal_decide (self->work->journal, &decision, error);
}

/* After a transaction with a change of the journal has failed. */
static void
reopen_journal (AyWork *self)
{
  AyJournal *journal = ay_journal_open (self->store, self->data->n, NULL);

  if (journal == NULL)
    return;
  ay_journal_unref (self->journal);
  self->journal = journal;
}

gboolean
ay_column_step_end (AyColumnStep *self, gboolean ok, const AyBitset *rows, const char *why,
                    GError **error)
{
  gboolean any = json_array_get_length (self->items) > 0;
  g_autoptr (AyBitset) all = rows == NULL ? ay_bitset_new (self->work->data->n) : NULL;

  if (all != NULL)
    ay_bitset_fill (all);
  ok = ok && (!any || record (self, all != NULL ? all : rows, why, error));
  ok = ay_work_end (self->work, ok, error);
  if (!ok && any)
    reopen_journal (self->work);
  json_array_unref (self->items);
  g_string_free (self->names, TRUE);
  return ok;
}

static gboolean
swap_one (AyWork *self, gint64 seq, AyItemName item, GError **error)
{
  g_autofree char *place = place_of (seq, item), *between = g_strconcat (place, " ", NULL);
  AyItemName shelf = { KIND_SHELF, place }, hand = { KIND_SHELF, between };

  return ay_workspace_rename (self->store, item, hand, error)
         && ay_workspace_rename (self->store, shelf, item, error)
         && ay_workspace_rename (self->store, hand, shelf, error);
}

/* The columns of entry `seq` change places with what was put aside. */
static gboolean
swap (AyWork *self, gint64 seq, GError **error)
{
  g_autofree char *name = number_of (seq);
  g_autofree char *json = ay_workspace_get_json (self->store, KIND_STEP, name, error);
  g_autoptr (JsonNode) node = json != NULL ? ay_json_read (json, -1, error) : NULL;
  JsonArray *items = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node)
                                                                  : NULL;
  gboolean ok = items != NULL;

  for (guint i = 0; ok && i < json_array_get_length (items); i++)
    {
      JsonArray *one = json_array_get_array_element (items, i);
      AyItemName item = { json_array_get_string_element (one, 0),
                          json_array_get_string_element (one, 1) };

      ok = swap_one (self, seq, item, error);
    }
  return ok;
}

AyBitset *
ay_work_known_rows (const double *values, gsize n)
{
  AyBitset *rows = ay_bitset_new (n);

  for (gsize i = 0; i < n; i++)
    if (!isnan (values[i]))
      ay_bitset_add (rows, i);
  if (ay_bitset_count (rows) == 0)
    ay_bitset_fill (rows);
  return rows;
}

/* A step of the journal, with the columns that it brought. */
static gboolean
step (AyWork *self, gboolean redo, GError **error)
{
  const AyJournalEntry *entry = redo ? ay_journal_peek_redo (self->journal)
                                     : ay_journal_peek_undo (self->journal);
  gboolean (*move) (AyJournal *, GError **) = redo ? ay_journal_redo : ay_journal_undo;
  gboolean ok;

  if (entry == NULL || entry->kind != AY_DECISION_COLUMN)
    return move (self->journal, error);
  if (!ay_work_begin (self, error))
    return FALSE;
  ok = swap (self, entry->seq, error) && move (self->journal, error);
  ok = ay_work_end (self, ok, error);
  if (!ok)
    reopen_journal (self);
  return ok;
}

gboolean
ay_work_undo (AyWork *self, GError **error)
{
  gboolean ok;

  g_rec_mutex_lock (&self->lock);
  ok = step (self, FALSE, error);
  ay_work_changed (self);
  g_rec_mutex_unlock (&self->lock);
  return ok;
}

gboolean
ay_work_redo (AyWork *self, GError **error)
{
  gboolean ok;

  g_rec_mutex_lock (&self->lock);
  ok = step (self, TRUE, error);
  ay_work_changed (self);
  g_rec_mutex_unlock (&self->lock);
  return ok;
}
