/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/row_set.h"

AyBitset *
assay_row_set_dup (AssaySession *session, AssayRowSet which)
{
  AyBitset *rows = ay_bitset_copy (assay_session_get_visible (session));
  g_autoptr (AyBitset) dropped = NULL;

  switch (which)
    {
    case ASSAY_ROWS_VISIBLE: break;
    case ASSAY_ROWS_SELECTED:
      ay_bitset_assign (rows, assay_session_get_selection (session));
      break;
    case ASSAY_ROWS_ALL: ay_bitset_fill (rows); break;
    case ASSAY_ROWS_CURATED:
      dropped = ay_journal_rows_decided (ay_work_journal (assay_session_get_work (session)),
                                         AY_DECIDED_DROP);
      ay_bitset_fill (rows);
      ay_bitset_subtract (rows, dropped);
      break;
    }
  return rows;
}
