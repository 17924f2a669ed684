/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "core/work/findings.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Findings of a session: what is shown now, pinned so that it can be shown again. */

/* What a page adds to the session's own state when it is pinned; filled by the page. */
typedef struct
{
  JsonObject *state;  /* for the page's eyes only */
  char *sentence;     /* (nullable) what is to be seen; NULL: how many rows, and by which filter */
  AyBitset *rows;     /* (nullable) the rows behind it; NULL: the selected, else the visible ones */
} AssayPinnedView;

void assay_pinned_view_clear (AssayPinnedView *self);

/* (transfer full) (element-type AyFinding): in their order; empty without a workspace. */
GPtrArray *assay_pinned_list (AssaySession *session);
/* Pins the session's filters, colours, order and rows with what the page said; an undo step. FALSE:
 * it failed, and was said. */
gboolean assay_pinned_add (AssaySession *session, const char *page, const AssayPinnedView *view);
/* Undo steps likewise. */
gboolean assay_pinned_remove (AssaySession *session, const AyFinding *finding);
gboolean assay_pinned_say (AssaySession *session, const AyFinding *finding, const char *sentence);
/* The rows that its filters give now. (transfer full) */
AyBitset *assay_pinned_visible (AssaySession *session, const AyFinding *finding);
/* Brings back filters, colours, order and rows; where the filters give other rows than they did,
 * those that were pinned are selected. The page's state, or NULL. (transfer full) (nullable) */
JsonObject *assay_pinned_show (AssaySession *session, const AyFinding *finding);

G_END_DECLS
