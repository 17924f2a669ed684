/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storetest.h"

#include "core/base/rng.h"
#include "core/store/journal.h"
#include "core/store/row_codec.h"

#include <sqlite3.h>

/* Random programs of decisions, undo and redo, against a model that keeps everything in plain
 * arrays and works the state out from the beginning each time. */

#define MAX_ENTRIES 400

static const char *const values[] = { "cat", "dog", "Größe", "a;b", "blurred" };

typedef struct
{
  AyDecisionKind kind;
  const char *value;
  char *why;
  AyBitset *rows;
} ModelEntry;

typedef struct
{
  gsize n;
  ModelEntry entries[MAX_ENTRIES];
  guint n_entries;
  guint done[MAX_ENTRIES], n_done;     /* entry numbers in force, oldest first */
  guint undone[MAX_ENTRIES], n_undone; /* can be redone, the next one last */
} Model;

static void
model_clear (Model *model)
{
  for (guint i = 0; i < model->n_entries; i++)
    {
      g_free (model->entries[i].why);
      ay_bitset_free (model->entries[i].rows);
    }
}

static AyBitset *
random_rows (gsize n, AyRng *rng)
{
  AyBitset *rows = ay_bitset_new (n);
  guint64 style = ay_rng_below (rng, 4);
  gsize first = (gsize) ay_rng_below (rng, n), last = (gsize) ay_rng_below (rng, n);

  for (gsize i = 0; i < n; i++)
    if ((style == 0 && i == first) || (style == 1 && i >= first && i <= last)
        || (style == 2 && ay_rng_below (rng, 2) == 0) || style == 3)
      ay_bitset_add (rows, i);
  ay_bitset_add (rows, first); /* never none */
  return rows;
}

static void
both_decide (Model *model, AyJournal *journal, AyRng *rng)
{
  ModelEntry *entry = &model->entries[model->n_entries];
  AyDecision decision;
  g_autoptr (GError) error = NULL;

  entry->kind = (AyDecisionKind) ay_rng_below (rng, AY_N_DECISION_KINDS);
  entry->value = ay_decision_kind_takes_value (entry->kind)
                   ? values[ay_rng_below (rng, G_N_ELEMENTS (values))] : NULL;
  entry->why = ay_rng_below (rng, 2) == 0 ? g_strdup_printf ("because %u", model->n_entries) : NULL;
  entry->rows = random_rows (model->n, rng);
  decision = (AyDecision) { entry->kind, entry->rows, entry->value, entry->why };
  ay_journal_decide (journal, &decision, &error);
  g_assert_no_error (error);
  model->done[model->n_done++] = model->n_entries++;
  model->n_undone = 0;
}

static void
both_undo (Model *model, AyJournal *journal)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ay_journal_undo (journal, &error) == (model->n_done > 0));
  if (model->n_done == 0)
    g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  else
    model->undone[model->n_undone++] = model->done[--model->n_done];
}

static void
both_redo (Model *model, AyJournal *journal)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ay_journal_redo (journal, &error) == (model->n_undone > 0));
  if (model->n_undone == 0)
    g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  else
    model->done[model->n_done++] = model->undone[--model->n_undone];
}

/* What a row is after the decisions in force, by definition. */
typedef struct
{
  const char *decided;
  const char *label;
  gboolean tags[G_N_ELEMENTS (values)];
} ModelRow;

static void
model_apply (ModelRow *state, const ModelEntry *entry)
{
  switch (entry->kind)
    {
    case AY_DECISION_KEEP: state->decided = "keep"; break;
    case AY_DECISION_DROP: state->decided = "drop"; break;
    case AY_DECISION_RELABEL: state->label = entry->value; break;
    case AY_DECISION_CLEAR: *state = (ModelRow) { "none", "", { FALSE } }; break;
    case AY_DECISION_COLUMN: break;
    default:
      for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
        if (values[i] == entry->value)
          state->tags[i] = entry->kind == AY_DECISION_TAG;
    }
}

static ModelRow
model_row (const Model *model, gsize row)
{
  ModelRow state = { "none", "", { FALSE } };

  for (guint d = 0; d < model->n_done; d++)
    if (ay_bitset_get (model->entries[model->done[d]].rows, row))
      model_apply (&state, &model->entries[model->done[d]]);
  return state;
}

static char *
join_tags (const ModelRow *state)
{
  static const guint sorted[] = { 2, 3, 4, 0, 1 }; /* G < a < b < c < d, by bytes */
  GString *joined = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (sorted); i++)
    if (state->tags[sorted[i]])
      g_string_append_printf (joined, "%s%s", joined->len > 0 ? "," : "", values[sorted[i]]);
  return g_string_free (joined, FALSE);
}

static void
assert_state (const Model *model, AyJournal *journal)
{
  g_autoptr (AyColumn) decision = ay_journal_column_decision (journal);
  g_autoptr (AyColumn) label = ay_journal_column_new_label (journal);
  g_autoptr (AyColumn) tags = ay_journal_column_tags (journal);
  g_autoptr (AyBitset) drop = ay_journal_rows_decided (journal, AY_DECIDED_DROP);

  g_assert_cmpstr (ay_column_name (decision), ==, "decision");
  g_assert_cmpstr (ay_column_name (label), ==, "new_label");
  g_assert_cmpstr (ay_column_name (tags), ==, "tags");
  g_assert_cmpuint (ay_column_count_missing (decision), ==, 0);
  for (gsize row = 0; row < model->n; row++)
    {
      ModelRow expected = model_row (model, row);
      g_autofree char *joined = join_tags (&expected);
      g_autofree char *row_decision = ay_column_dup_text (decision, row);
      g_autofree char *row_label = ay_column_dup_text (label, row);
      g_autofree char *row_tags = ay_column_dup_text (tags, row);

      g_assert_cmpstr (row_decision, ==, expected.decided);
      g_assert_cmpstr (row_label, ==, expected.label);
      g_assert_cmpstr (row_tags, ==, joined);
      g_assert_true (ay_bitset_get (drop, row) == g_str_equal (expected.decided, "drop"));
    }
}

/* Nothing is ever erased: the log has every entry, as it was. */
static void
assert_log (const Model *model, AyJournal *journal)
{
  gboolean active[MAX_ENTRIES] = { FALSE };

  for (guint d = 0; d < model->n_done; d++)
    active[model->done[d]] = TRUE;
  g_assert_cmpuint (ay_journal_n_entries (journal), ==, model->n_entries);
  for (guint i = 0; i < model->n_entries; i++)
    {
      const ModelEntry *expected = &model->entries[i];
      const AyJournalEntry *entry = ay_journal_entry (journal, i);
      g_autoptr (AyBitset) rows = ay_journal_entry_rows (journal, i);

      g_assert_cmpint (entry->seq, ==, i + 1);
      g_assert_cmpint (entry->kind, ==, expected->kind);
      g_assert_cmpstr (entry->value, ==, expected->value);
      g_assert_cmpstr (entry->why, ==, expected->why);
      g_assert_cmpuint (entry->count, ==, ay_bitset_count (expected->rows));
      g_assert_true (ay_bitset_equal (rows, expected->rows));
      g_assert_true (entry->active == active[i]);
      g_assert_true (g_regex_match_simple ("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$",
                                           entry->time, 0, 0));
    }
}

static void
assert_pointer (const Model *model, AyJournal *journal)
{
  const AyJournalEntry *undo = ay_journal_peek_undo (journal);
  const AyJournalEntry *redo = ay_journal_peek_redo (journal);

  g_assert_true (ay_journal_can_undo (journal) == (model->n_done > 0));
  g_assert_true (ay_journal_can_redo (journal) == (model->n_undone > 0));
  g_assert_true ((undo != NULL) == (model->n_done > 0));
  g_assert_true ((redo != NULL) == (model->n_undone > 0));
  if (undo != NULL)
    g_assert_cmpint (undo->seq, ==, model->done[model->n_done - 1] + 1);
  if (redo != NULL)
    g_assert_cmpint (redo->seq, ==, model->undone[model->n_undone - 1] + 1);
}

static void
run_program (gsize n, guint64 seed, int steps)
{
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "work.assay", NULL);
  AyWorkspace *workspace = ay_workspace_create (path, NULL, NULL);
  AyJournal *journal = ay_journal_open (workspace, n, NULL);
  g_autofree Model *model = g_new0 (Model, 1);
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  model->n = n;
  for (int step = 0; step < steps; step++)
    {
      guint64 pick = ay_rng_below (&rng, 20);

      if (pick < 8)
        both_decide (model, journal, &rng);
      else if (pick < 14)
        both_undo (model, journal);
      else if (pick < 18)
        both_redo (model, journal);
      else
        {
          ay_journal_unref (journal);
          ay_workspace_unref (workspace);
          workspace = ay_workspace_open (path, AY_WORKSPACE_WRITE, NULL);
          journal = ay_journal_open (workspace, n, NULL);
        }
      assert_pointer (model, journal);
      if (ay_rng_below (&rng, 3) > 0) /* else several changes pass before the state is asked for */
        assert_state (model, journal);
    }
  assert_state (model, journal);
  assert_log (model, journal);
  ay_journal_unref (journal);
  ay_workspace_unref (workspace);
  model_clear (model);
  drop_folder (folder);
  g_free (folder);
}

static void
test_property (void)
{
  static const gsize sizes[] = { 1, 5, 64, 150 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    run_program (sizes[i], i, 120);
}

static void
test_row_codec (void)
{
  static const gsize sizes[] = { 1, 7, 8, 9, 63, 64, 65, 1000, 100000 };
  AyRng rng;

  ay_rng_init (&rng, 4, 0);
  for (int trial = 0; trial < 300; trial++)
    {
      gsize n = sizes[trial % G_N_ELEMENTS (sizes)];
      g_autoptr (AyBitset) rows = random_rows (n, &rng);
      g_autoptr (GBytes) bytes = ay_rows_encode (rows);
      g_autoptr (AyBitset) back = ay_rows_decode (bytes, n);
      g_autoptr (AyBitset) short_of = NULL;
      gsize last = n - 1;

      g_assert_true (ay_bitset_equal (rows, back));
      g_assert_cmpuint (ay_rows_count (bytes, n), ==, ay_bitset_count (rows));
      /* never much longer than one bit a row, nor than 11 bytes a run */
      g_assert_cmpuint (g_bytes_get_size (bytes), <=, n / 8 + 12);
      while (!ay_bitset_get (rows, last))
        last--;
      short_of = ay_rows_decode (bytes, last); /* one row too few */
      g_assert_null (short_of);
    }
}

/* Bytes from anywhere: an answer within n, or none. */
static void
test_row_codec_garbage (void)
{
  AyRng rng;

  ay_rng_init (&rng, 5, 0);
  for (int trial = 0; trial < 20000; trial++)
    {
      guint8 data[24];
      gsize size = (gsize) ay_rng_below (&rng, sizeof data + 1);
      gsize n = (gsize) ay_rng_below (&rng, 200);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (AyBitset) rows = NULL;

      for (gsize i = 0; i < size; i++)
        data[i] = (guint8) (ay_rng_next (&rng) & (trial % 3 == 0 ? 0xff : 0x0f));
      if (size > 0)
        data[0] = trial % 2 == 0 ? 'r' : 'b';
      bytes = g_bytes_new (data, size);
      rows = ay_rows_decode (bytes, n);
      if (rows != NULL)
        g_assert_cmpuint (ay_bitset_count (rows), <=, n);
    }
}

static void
assert_refused (AyJournal *journal, AyDecision decision, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ay_journal_decide (journal, &decision, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_cmpuint (ay_journal_n_entries (journal), ==, 0);
}

static void
test_refused (void)
{
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "work.assay", NULL);
  g_autoptr (AyWorkspace) workspace = ay_workspace_create (path, NULL, NULL);
  g_autoptr (AyJournal) journal = ay_journal_open (workspace, 10, NULL);
  g_autoptr (AyBitset) none = ay_bitset_new (10);
  g_autoptr (AyBitset) some = ay_bitset_new (10);
  g_autoptr (AyBitset) other = ay_bitset_new (11);

  ay_bitset_add (some, 3);
  ay_bitset_add (other, 3);
  assert_refused (journal, (AyDecision) { AY_DECISION_DROP, none, NULL, NULL }, "no rows");
  assert_refused (journal, (AyDecision) { AY_DECISION_DROP, NULL, NULL, NULL }, "no rows");
  assert_refused (journal, (AyDecision) { AY_DECISION_DROP, other, NULL, NULL }, "11 rows");
  assert_refused (journal, (AyDecision) { AY_DECISION_DROP, some, "x", NULL }, "takes no value");
  assert_refused (journal, (AyDecision) { AY_DECISION_RELABEL, some, NULL, NULL }, "new label");
  assert_refused (journal, (AyDecision) { AY_DECISION_TAG, some, "", NULL }, "needs the tag");
  assert_refused (journal, (AyDecision) { AY_DECISION_TAG, some, "a,b", NULL }, "comma");
  assert_refused (journal, (AyDecision) { AY_DECISION_TAG, some, "\xff", NULL }, "UTF-8");
  assert_refused (journal, (AyDecision) { AY_DECISION_KEEP, some, NULL, "\xff" }, "UTF-8");
  g_clear_pointer (&journal, ay_journal_unref);
  g_clear_pointer (&workspace, ay_workspace_unref);
  drop_folder (folder);
  g_free (folder);
}

/* A log that cannot be: the file is named, nothing crashes. */
static void
test_damaged (void)
{
  static const struct { const char *sql; AyErrorCode code; const char *what; } damage[] = {
    { "UPDATE decision SET rows = x'62ffff'", AY_ERROR_CHANGED },
    { "UPDATE decision SET parent = 9", AY_ERROR_INPUT, "damaged" },
    { "UPDATE decision SET kind = 'burn'", AY_ERROR_INPUT,
      "newer version of Assay: decision 1 is of the kind \"burn\"" },
    { "UPDATE decision SET kind = 'dr' || char (1) || 'p'", AY_ERROR_INPUT, "damaged" },
    { "UPDATE decision SET kind = ''", AY_ERROR_INPUT, "damaged" },
    { "UPDATE decision SET value = 'x' WHERE seq = 1", AY_ERROR_INPUT },
    { "UPDATE pointer SET head = 99", AY_ERROR_INPUT },
    { "UPDATE pointer SET tip = 1, head = 2", AY_ERROR_INPUT },
    { "DELETE FROM pointer", AY_ERROR_INPUT },
    { "DELETE FROM decision WHERE seq = 1", AY_ERROR_INPUT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (damage); i++)
    {
      char *folder = make_folder ();
      g_autofree char *path = g_build_filename (folder, "work.assay", NULL);
      g_autoptr (AyWorkspace) workspace = ay_workspace_create (path, NULL, NULL);
      g_autoptr (AyJournal) journal = ay_journal_open (workspace, 10, NULL);
      g_autoptr (AyBitset) rows = ay_bitset_new (10);
      g_autoptr (GError) error = NULL;
      AyDecision decision = { AY_DECISION_DROP, rows, NULL, NULL };
      sqlite3 *db = NULL;

      ay_bitset_add (rows, 9);
      g_assert_true (ay_journal_decide (journal, &decision, NULL));
      g_assert_true (ay_journal_decide (journal, &decision, NULL));
      sqlite3_open (path, &db);
      g_assert_cmpint (sqlite3_exec (db, damage[i].sql, NULL, NULL, NULL), ==, SQLITE_OK);
      sqlite3_close (db);
      g_assert_null (ay_journal_open (workspace, 10, &error));
      test_assert_message (error, path);
      g_assert_cmpint (error->code, ==, damage[i].code);
      g_assert_true (damage[i].what == NULL || strstr (error->message, damage[i].what) != NULL);
      if (i == 0)
        {
          g_clear_error (&error);
          g_assert_null (ay_journal_open (workspace, 9, &error)); /* the data has shrunk */
          g_assert_error (error, AY_ERROR, AY_ERROR_CHANGED);
        }
      g_clear_pointer (&journal, ay_journal_unref);
      g_clear_pointer (&workspace, ay_workspace_unref);
      drop_folder (folder);
      g_free (folder);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/journal/property", test_property);
  g_test_add_func ("/journal/row-codec", test_row_codec);
  g_test_add_func ("/journal/row-codec-garbage", test_row_codec_garbage);
  g_test_add_func ("/journal/refused", test_refused);
  g_test_add_func ("/journal/damaged", test_damaged);
  return g_test_run ();
}
