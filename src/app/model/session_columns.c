/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns that come in as steps of the journal: what colours and sorts goes with them. */
#include "app/model/session_private.h"

void
assay_session_columns_came (AssaySession *self, const char *show)
{
  AssayStep step = { .kind = ASSAY_STEP_COLUMN };

  if (assay_session_get_work (self) == NULL)
    return;
  assay_session_columns_changed (self);
  step.name[0] = g_strdup (assay_session_get_color_by (self));
  step.sort[0] = g_strdup (assay_session_get_sort (self));
  step.descending[0] = assay_session_get_descending (self);
  if (show != NULL)
    {
      assay_session_set_color_by (self, show);
      assay_session_sort (self, show, TRUE);
    }
  step.name[1] = g_strdup (assay_session_get_color_by (self));
  step.sort[1] = g_strdup (assay_session_get_sort (self));
  step.descending[1] = assay_session_get_descending (self);
  assay_session_record (self, step);
}

static void
show_side (AssaySession *session, const AssayStep *step, int side)
{
  if (g_strcmp0 (step->name[0], step->name[1]) != 0)
    assay_session_set_color_by (session, step->name[side]);
  if (g_strcmp0 (step->sort[0], step->sort[1]) != 0
      || step->descending[0] != step->descending[1])
    assay_session_sort (session, step->sort[side], step->descending[side]);
}

/* Nothing is shown by a column that is not there: it is left first, or taken up last. */
void
assay_columns_restore (AssaySession *session, const AssayStep *step, int side)
{
  if (side == 0)
    show_side (session, step, side);
  if (assay_session_move_journal (session, side) && side == 1)
    show_side (session, step, side);
}
