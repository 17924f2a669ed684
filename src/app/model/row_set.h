/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

G_BEGIN_DECLS

/* Rows that a person can name as a whole, to export them. */
typedef enum
{
  ASSAY_ROWS_CURATED, /* all but the dropped */
  ASSAY_ROWS_SELECTED,
  ASSAY_ROWS_VISIBLE,
  ASSAY_ROWS_ALL,
} AssayRowSet;

/* As they are now; a workspace is open. (transfer full) */
AyBitset *assay_row_set_dup (AssaySession *session, AssayRowSet which);

G_END_DECLS
