/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the files of the session share; views do not include it. */

#include "app/model/filters.h"
#include "app/model/history.h"
#include "app/model/session.h"

G_BEGIN_DECLS

/* Takes what the step holds: one more thing that undo takes back. */
void assay_session_record (AssaySession *self, AssayStep step);
/* The step recorded last is not added to any more. */
void assay_session_close_step (AssaySession *self);
/* The selection itself, without a step. */
void assay_session_put_selection (AssaySession *self, const AyBitset *rows);
/* All filters at once, as one step of undo; open: later ones may join it. Takes them over. */
void assay_session_take_filters (AssaySession *self, AssayFilters *after, gboolean open);
/* (transfer none) (nullable) */
const AssayFilters *assay_session_get_filters (AssaySession *self);

/* The finding is `after` from now on: NULL takes `before` down. Not recorded. FALSE: it failed, and
 * was said. */
gboolean assay_pinned_put (AssaySession *session, const AyFinding *before, const AyFinding *after);

/* The journal alone moves on or back, and the views see it. FALSE: it failed, and was said. */
gboolean assay_session_move_journal (AssaySession *self, int side);
/* Brings back one side of a step of columns that came in. */
void assay_columns_restore (AssaySession *session, const AssayStep *step, int side);

G_END_DECLS
