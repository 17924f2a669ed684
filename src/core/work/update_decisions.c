/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decisions of a workspace in a new version of its data: each entry of the log that is in
 * force is made again for the rows that are still there, with its time and reason. What cannot be
 * made is set aside, never lost: the row may be back in the version after. */
#include "core/work/update_private.h"

#include "core/base/json_text.h"

#include <string.h>

void
ay_unmatched_free (AyUnmatched *self)
{
  g_free (self->id);
  g_free (self->value);
  g_free (self->why);
  g_free (self->time);
  g_free (self->because);
  g_free (self);
}

static gboolean
knows_class (const AyDataset *data, AyDecisionKind kind, const char *value)
{
  return kind != AY_DECISION_RELABEL || data->n_classes == 0 || value == NULL
         || g_strv_contains ((const char *const *) data->class_names, value);
}

/* A decision about one row. */
typedef struct
{
  const char *id;
  AyDecisionKind kind;
  const char *value, *why, *time;
} One;

static void
add_unmatched (AyUpdating *self, const One *one, const char *because, gboolean is_kept)
{
  AyUnmatched *out = g_new0 (AyUnmatched, 1);

  *out = (AyUnmatched) { g_strdup (one->id), one->kind, g_strdup (one->value),
                         g_strdup (one->why), g_strdup (one->time), g_strdup (because), is_kept };
  g_ptr_array_add (self->found.unmatched, out);
}

static AyPlannedDecision *
plan_decision (AyUpdating *self, const One *one)
{
  AyPlannedDecision *out = g_new0 (AyPlannedDecision, 1);

  *out = (AyPlannedDecision) { one->kind, ay_bitset_new (self->now->data->n),
                               g_strdup (one->value), g_strdup (one->why), g_strdup (one->time) };
  g_ptr_array_add (self->decisions, out);
  return out;
}

static const AyRowChange *
change_of (GHashTable *changes, guint32 is)
{
  return g_hash_table_lookup (changes, GUINT_TO_POINTER (is + 1));
}

/* One row of one entry; TRUE: it goes into the new journal. */
static gboolean
carry_row (AyUpdating *self, const One *one, gsize was, GHashTable *changes)
{
  guint32 is = self->found.is_of[was];
  const AyRowChange *change = is != AY_ROW_NONE ? change_of (changes, is) : NULL;
  g_autofree char *label = NULL;

  if (is == AY_ROW_NONE || !knows_class (self->now->data, one->kind, one->value))
    {
      add_unmatched (self, one, is == AY_ROW_NONE ? "the row is gone" : "the class is gone",
                     FALSE);
      return FALSE;
    }
  if (change == NULL || one->kind == AY_DECISION_CLEAR || one->kind == AY_DECISION_UNTAG)
    return TRUE;
  label = ay_dataset_dup_label (self->now->data, is);
  if (one->kind == AY_DECISION_RELABEL && strcmp (label, one->value) == 0)
    add_unmatched (self, one, "the data has that label now", TRUE);
  else
    add_unmatched (self, one, change->label_is != NULL ? "the row was relabelled in the data"
                                                       : "the row has changed", TRUE);
  return TRUE;
}

static void
carry_entry (AyUpdating *self, AyJournal *journal, gsize entry, GHashTable *changes)
{
  const AyJournalEntry *shown = ay_journal_entry (journal, entry);
  g_autoptr (AyBitset) rows = ay_journal_entry_rows (journal, entry);
  One one = { NULL, shown->kind, shown->value, shown->why, shown->time };
  AyPlannedDecision *out = plan_decision (self, &one);

  for (gsize i = ay_bitset_next (rows, 0); i < rows->n; i = ay_bitset_next (rows, i + 1))
    {
      g_autofree char *id = ay_column_dup_text (self->earlier->data->id, i);

      one.id = id;
      self->found.n_decisions++;
      if (carry_row (self, &one, i, changes))
        ay_bitset_add (out->rows, self->found.is_of[i]);
    }
  if (ay_bitset_count (out->rows) == 0)
    g_ptr_array_remove_index (self->decisions, self->decisions->len - 1);
}

/* --- set aside --- */

static const char *
text_of (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

/* What an earlier update set aside: made where the row is there now, else it stays aside. */
static void
carry_aside (AyUpdating *self, JsonObject *object, GHashTable *row_of)
{
  One one = { text_of (object, "id"), AY_DECISION_KEEP, text_of (object, "value"),
              text_of (object, "why"), text_of (object, "time") };
  gsize row;

  if (one.id == NULL || text_of (object, "kind") == NULL
      || !ay_decision_kind_parse (text_of (object, "kind"), &one.kind))
    return;
  row = GPOINTER_TO_SIZE (g_hash_table_lookup (row_of, one.id));
  if (row == 0 || !knows_class (self->now->data, one.kind, one.value))
    {
      add_unmatched (self, &one, row == 0 ? "the row is gone" : "the class is gone", FALSE);
      return;
    }
  ay_bitset_add (plan_decision (self, &one)->rows, row - 1);
  self->found.n_returned++;
}

static gboolean
carry_all_aside (AyUpdating *self, GError **error)
{
  AyWorkspace *store = self->earlier->store;
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GHashTable) row_of = NULL;
  JsonArray *array;

  if (!ay_workspace_has (store, AY_KIND_UPDATE, AY_UPDATE_ASIDE))
    return TRUE;
  json = ay_workspace_get_json (store, AY_KIND_UPDATE, AY_UPDATE_ASIDE, error);
  node = json != NULL ? ay_json_read (json, -1, error) : NULL;
  if (node == NULL)
    return FALSE;
  row_of = ay_dataset_index_ids (self->now->data);
  array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    carry_aside (self, json_array_get_object_element (array, i), row_of);
  return TRUE;
}

JsonNode *
ay_update_describe_aside (const AyUpdating *self)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < self->found.unmatched->len; i++)
    {
      const AyUnmatched *one = self->found.unmatched->pdata[i];
      JsonObject *object;

      if (one->is_kept)
        continue;
      object = json_object_new ();
      json_object_set_string_member (object, "id", one->id);
      json_object_set_string_member (object, "kind", ay_decision_kind_name (one->kind));
      json_object_set_string_member (object, "value", one->value);
      json_object_set_string_member (object, "why", one->why);
      json_object_set_string_member (object, "time", one->time);
      json_array_add_object_element (array, object);
    }
  json_node_take_array (node, array);
  return node;
}

static void
planned_free (AyPlannedDecision *self)
{
  ay_bitset_free (self->rows);
  g_free (self->value);
  g_free (self->why);
  g_free (self->time);
  g_free (self);
}

gboolean
ay_update_carry_decisions (AyUpdating *self, GError **error)
{
  AyJournal *journal = self->earlier->journal;
  g_autoptr (GHashTable) changes = g_hash_table_new (NULL, NULL);

  self->found.unmatched = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_unmatched_free);
  self->decisions = g_ptr_array_new_with_free_func ((GDestroyNotify) planned_free);
  for (guint i = 0; i < self->found.changes->len; i++)
    {
      AyRowChange *change = self->found.changes->pdata[i];

      g_hash_table_insert (changes, GUINT_TO_POINTER (change->is + 1), change);
    }
  if (!carry_all_aside (self, error)) /* they are older than what the log holds */
    return FALSE;
  for (gsize i = 0; i < ay_journal_n_entries (journal); i++)
    if (ay_journal_entry (journal, i)->active
        && ay_journal_entry (journal, i)->kind != AY_DECISION_COLUMN)
      carry_entry (self, journal, i, changes);
  return TRUE;
}
