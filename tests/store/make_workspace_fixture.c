/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workspace_fixture.h"

#include <stdio.h>
#include <string.h>

/* make-workspace-fixture OUT.assay: writes the fixture of the present schema. To be run once when a
 * schema is new; its file is then kept. */

static gboolean
put_items (AyWorkspace *workspace, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (fixture_thumbnail, sizeof fixture_thumbnail);
  AyItem thumbnail = { .kind = "thumbnail", .name = "first", .bytes = bytes };
  double *values = g_memdup2 (fixture_influence, sizeof fixture_influence);
  guint32 *codes = g_memdup2 (fixture_codes, sizeof fixture_codes);
  char **names = g_strdupv ((char **) fixture_labels);
  g_autoptr (AyColumn) influence
    = ay_column_take_number ("influence", FIXTURE_ROWS, values, FALSE);
  g_autoptr (AyColumn) cluster = ay_column_take_category ("cluster", FIXTURE_ROWS, codes, names);

  return ay_workspace_put_json (workspace, "load", "data", fixture_load, error)
         && ay_workspace_put_column (workspace, "score", influence, fixture_certificate, error)
         && ay_workspace_put_column (workspace, "score", cluster, NULL, error)
         && ay_workspace_put (workspace, &thumbnail, error);
}

static gboolean
decide (AyJournal *journal, AyDecisionKind kind, guint32 row, const char *value, GError **error)
{
  g_autoptr (AyBitset) rows = ay_bitset_from_rows (FIXTURE_ROWS, &row, 1);
  AyDecision decision = { .kind = kind, .rows = rows, .value = value, .why = "looks wrong" };

  return ay_journal_decide (journal, &decision, error);
}

/* drop 1, keep 2, undo, relabel 3 as "dog", tag 4 "blurred", undo: three active or to redo, one
 * left aside. Then, which the first schema had not, a column in place of what could be redone. */
static gboolean
put_decisions (AyWorkspace *workspace, GError **error)
{
  g_autoptr (AyJournal) journal = ay_journal_open (workspace, FIXTURE_ROWS, error);

  return journal != NULL && decide (journal, AY_DECISION_DROP, 1, NULL, error)
         && decide (journal, AY_DECISION_KEEP, 2, NULL, error) && ay_journal_undo (journal, error)
         && decide (journal, AY_DECISION_RELABEL, 3, "dog", error)
         && decide (journal, AY_DECISION_TAG, 4, "blurred", error)
         && ay_journal_undo (journal, error)
         && decide (journal, AY_DECISION_COLUMN, 0, "influence", error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AyWorkspace) workspace
    = argc == 2 ? ay_workspace_create (argv[1], NULL, &error) : NULL;

  if (workspace != NULL && put_items (workspace, &error) && put_decisions (workspace, &error))
    return 0;
  fprintf (stderr, "%s\n", error != NULL ? error->message : "usage: OUT.assay");
  return 1;
}
