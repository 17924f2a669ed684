/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What gestures do to the session's selection. */
#include "app/model/session_private.h"

#include <gdk/gdk.h>

AssaySelectMode
assay_select_mode (guint state, gboolean click)
{
  if ((state & GDK_CONTROL_MASK) == 0)
    return ASSAY_SELECT_REPLACE;
  if (state & GDK_SHIFT_MASK)
    return ASSAY_SELECT_SUBTRACT;
  return click ? ASSAY_SELECT_TOGGLE : ASSAY_SELECT_ADD;
}

static AyBitset *
combine (const AyBitset *before, const AyBitset *rows, AssaySelectMode mode)
{
  AyBitset *after = ay_bitset_copy (mode == ASSAY_SELECT_REPLACE ? rows : before);

  switch (mode)
    {
    case ASSAY_SELECT_REPLACE: break;
    case ASSAY_SELECT_ADD: ay_bitset_union (after, rows); break;
    case ASSAY_SELECT_SUBTRACT: ay_bitset_subtract (after, rows); break;
    case ASSAY_SELECT_TOGGLE:
      for (gsize i = 0; i < ay_bitset_n_words (after); i++)
        after->words[i] ^= rows->words[i];
      break;
    }
  return after;
}

void
assay_session_select (AssaySession *self, const AyBitset *rows, AssaySelectMode mode)
{
  const AyBitset *before = assay_session_get_selection (self);
  g_autoptr (AyBitset) wanted = NULL;
  g_autoptr (AyBitset) after = NULL;

  if (before == NULL)
    return;
  wanted = ay_bitset_copy (rows);
  if (mode != ASSAY_SELECT_SUBTRACT)
    ay_bitset_intersect (wanted, assay_session_get_visible (self));
  after = combine (before, wanted, mode);
  if (ay_bitset_equal (after, before))
    return;
  assay_session_record (self, (AssayStep) { .kind = ASSAY_STEP_SELECTION,
                                            .selection = { ay_bitset_copy (before),
                                                           ay_bitset_copy (after) } });
  assay_session_put_selection (self, after);
}

void
assay_session_select_row (AssaySession *self, gsize row, AssaySelectMode mode)
{
  const AyBitset *visible = assay_session_get_visible (self);
  g_autoptr (AyBitset) rows = NULL;

  if (visible == NULL || row >= visible->n)
    return;
  rows = ay_bitset_new (visible->n);
  ay_bitset_add (rows, row);
  assay_session_select (self, rows, mode);
}

void
assay_session_select_all (AssaySession *self)
{
  if (assay_session_get_work (self) != NULL)
    assay_session_select (self, assay_session_get_visible (self), ASSAY_SELECT_REPLACE);
}

void
assay_session_select_none (AssaySession *self)
{
  const AyBitset *before = assay_session_get_selection (self);
  g_autoptr (AyBitset) none = NULL;

  if (before == NULL)
    return;
  none = ay_bitset_new (before->n);
  assay_session_select (self, none, ASSAY_SELECT_REPLACE);
}
